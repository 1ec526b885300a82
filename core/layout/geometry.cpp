// SPDX-License-Identifier: Apache-2.0
#include "layout/geometry.hpp"

#include "layout/control.hpp"
#include "layout/record.hpp"

#include <bit>
#include <cstring>

namespace ipcq {

namespace {

constexpr std::uint64_t table_page = 4096; // the table is given memory in these steps
constexpr std::uint64_t segment_size_min = 4096;
constexpr std::uint64_t segment_size_max = std::uint64_t{1} << 30;
constexpr std::uint64_t segment_size_default = 64 * 1024; // a few of them stay in a second-level cache

constexpr std::uint64_t round_up(std::uint64_t value, std::uint64_t step) { return (value + step - 1) / step * step; }

} // namespace

Fingerprint own_fingerprint() noexcept
{
    Fingerprint own{};
    own.byte_order = 0x01020304;
    own.pointer_size = sizeof(void *);
    own.sem_size = sizeof(sem_t);
    own.sem_alignment = alignof(sem_t);
#ifdef __GLIBC__
    own.c_library = 1;
#else
    own.c_library = 2;
#endif
    own.page_size = 4096; // the unit of FORMAT.md; SharedQueue::open() refuses a system with other pages
    own.line_size = ipcq::line_size;
    return own;
}

Header plan_header(bool joinable, bool anonymous, std::uint64_t max_items, std::uint64_t capacity_bytes,
                   std::uint32_t slot_count) noexcept
{
    Header plan{};
    plan.magic = header_magic;
    plan.major = layout_major;
    plan.minor = layout_minor;
    plan.fingerprint = own_fingerprint();
    if (capacity_bytes < capacity_bytes_min)
        capacity_bytes = capacity_bytes_min;
    // At least 16 segments, so that a small queue still has some to recycle.
    plan.segment_size = std::bit_floor(capacity_bytes / 16);
    if (plan.segment_size < segment_size_min)
        plan.segment_size = segment_size_min;
    if (plan.segment_size > segment_size_default)
        plan.segment_size = segment_size_default;
    // Twice the capacity in places, not in memory: wherever the one segment in use lies, an item as large as the whole
    // capacity finds a run of neighbours.
    plan.segment_count = 2 * (capacity_bytes / plan.segment_size) + 1;
    plan.slot_count = slot_count;
    plan.table_offset = round_up(offsetof(Control, slot) + slot_count * sizeof(Slot), table_page);
    plan.data_offset = plan.table_offset + round_up(plan.segment_count * sizeof(Word), table_page);
    plan.map_size = plan.data_offset + plan.segment_count * plan.segment_size;
    plan.kind = (joinable ? kind_joinable : 0) | (anonymous ? kind_anonymous : 0);
    plan.max_items = max_items;
    plan.capacity_bytes = capacity_bytes;
    return plan;
}

Code read_header(const Header &header, std::uint64_t file_size, Geometry &out_geometry) noexcept
{
    if (file_size < 16 || header.magic != header_magic)
        return Code::FOREIGN;
    if (header.major != layout_major)
        return Code::BADVERSION;
    if (file_size < sizeof(Header))
        return Code::TRUNCATED;
    if ((header.features & ~known_features) != 0)
        return Code::BADVERSION;
    if (!(header.fingerprint == own_fingerprint()))
        return Code::BADABI;

    Geometry g;
    g.segment_size = header.segment_size;
    if (!std::has_single_bit(g.segment_size) || g.segment_size < segment_size_min || g.segment_size > segment_size_max)
        return Code::CORRUPT;
    g.segment_shift = static_cast<std::uint32_t>(std::countr_zero(g.segment_size));
    if (header.segment_count < 3 || header.segment_count >= (std::uint64_t{1} << 24))
        return Code::CORRUPT;
    g.segment_count = static_cast<std::uint32_t>(header.segment_count);
    // A zone counts in 32 bits (FORMAT.md, section 11), and no walk shall be longer than the largest queue's.
    if (header.capacity_bytes > capacity_bytes_max ||
        header.segment_count << g.segment_shift > 2 * capacity_bytes_max + g.segment_size)
        return Code::CORRUPT;
    if (header.slot_count < 1 || header.slot_count > slot_count_max)
        return Code::CORRUPT;
    g.slot_count = header.slot_count;
    g.table_offset = header.table_offset;
    g.data_offset = header.data_offset;
    g.map_size = header.map_size;
    // Computed anew rather than bounded: a queue of this version has exactly one layout for its numbers.
    const std::uint64_t table = round_up(offsetof(Control, slot) + g.slot_count * sizeof(Slot), table_page);
    const std::uint64_t data = table + round_up(header.segment_count * sizeof(Word), table_page);
    if (g.table_offset != table || g.data_offset != data ||
        g.map_size != data + (header.segment_count << g.segment_shift))
        return Code::CORRUPT;
    g.joinable = (header.kind & kind_joinable) != 0;
    g.anonymous = (header.kind & kind_anonymous) != 0;
    g.max_items = header.max_items;
    g.capacity_bytes = header.capacity_bytes;
    g.capacity_segments = static_cast<std::uint32_t>((header.segment_count - 1) / 2);
    std::memcpy(g.uuid, header.uuid, sizeof g.uuid);
    if (file_size < g.data_offset + g.segment_size)
        return Code::TRUNCATED;
    out_geometry = g;
    return Code::OK;
}

} // namespace ipcq
