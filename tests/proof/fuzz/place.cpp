// SPDX-License-Identifier: Apache-2.0
#include "place.h"

namespace fuzz {

namespace {

using enum Kind;

constexpr Place word(const char *name, std::uint64_t offset, Kind kind = number)
{
    return {name, kind, Where::fixed, offset, 8, 0, 64, 0, 1};
}
constexpr Place half(const char *name, std::uint64_t offset)
{
    return {name, number, Where::fixed, offset, 4, 0, 32, 0, 1};
}
constexpr Place row(const char *name, std::uint64_t offset, unsigned bytes, std::uint64_t stride, unsigned count,
                    Kind kind = number)
{
    return {name, kind, Where::fixed, offset, bytes, 0, 8 * bytes, stride, count};
}
constexpr Place copies(const char *name, std::uint64_t offset, std::uint64_t stride, unsigned shift = 0,
                       unsigned bits = 64)
{
    return {name, number, Where::fixed, offset, 8, shift, bits, stride, 2, true};
}
constexpr Place offsets(const char *name, std::uint64_t offset, std::uint64_t stride, unsigned bits = 64,
                        unsigned unit = 1)
{
    return {name, Kind::offset, Where::fixed, offset, 8, 0, bits, stride, 2, true, unit};
}
constexpr Place of_record(const char *name, Where where, std::uint64_t offset, unsigned shift, unsigned bits,
                          Kind kind = number)
{
    return {name, kind, where, offset, 8, shift, bits, 0, 0};
}

constexpr Place all[] = {
    row("header", 0, 8, 8, 32),
    word("header.segment_size", 48),
    word("header.segment_count", 56),
    word("header.table_offset", 64),
    word("header.data_offset", 72),
    word("header.map_size", 80),
    half("header.slot_count", 88),
    half("header.kind", 92),
    word("header.max_items", 96),
    word("header.capacity_bytes", 104),
    word("tail.lock", 256, lock),
    word("tail.epoch", 264),
    offsets("tail.offset", 272, 16, 40, 8),
    copies("tail.end_segment", 272, 16, 40, 24),
    copies("tail.sequence", 280, 16),
    word("tail.limit", 304),
    word("head.lock", 384, lock),
    word("head.epoch", 392),
    offsets("head.offset", 400, 24),
    copies("head.sequence", 408, 24),
    copies("head.zone", 416, 24, 0, 32),
    copies("head.skipped", 416, 24, 32, 32),
    word("frontier.lock", 512, lock),
    word("frontier.epoch", 520),
    offsets("frontier.offset", 528, 16),
    copies("frontier.sequence", 536, 16),
    word("frontier.lease_chain", 560),
    word("frontier.free_below", 568),
    row("waiters", 640, 4, 4, 6),
    half("waiters.shutdown", 664),
    half("waiters.last_reap_ms", 668),
    half("supply.recent", 768),
    half("supply.rotor", 772),
    half("supply.high_water", 776),
    half("supply.backed", 780),
    row("pill", 896, 4, 4, 96),
    row("slot.generation", 1280, 4, 128, slot_count),
    row("slot.state", 1284, 4, 128, slot_count),
    row("slot.word", 1280, 8, 8, 16 * slot_count),
    row("segment", table_offset, 8, 8, segment_count, segment),
    row("segment.first_word", data_offset, 8, segment_size, segment_count, record),
    row("segment.last_word", data_offset + segment_size - 8, 8, segment_size, segment_count, record),
    of_record("record", Where::record, 0, 0, 64, record),
    of_record("record.state", Where::record, 0, 0, 8),
    of_record("record.owner", Where::record, 0, 16, 48, lock),
    of_record("record.size", Where::record, 8, 0, 48),
    of_record("record.type", Where::record, 8, 48, 16),
    of_record("under_tail", Where::under_tail, 0, 0, 64, record),
    of_record("under_head", Where::under_head, 0, 0, 64, record),
    of_record("under_head.size", Where::under_head, 8, 0, 48),
    of_record("under_frontier", Where::under_frontier, 0, 0, 64, record),
    of_record("under_frontier.size", Where::under_frontier, 8, 0, 48),
};

} // namespace

std::span<const Place> places() { return all; }

} // namespace fuzz
