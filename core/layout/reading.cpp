// SPDX-License-Identifier: Apache-2.0
#include "layout/reading.hpp"

#include <cstring>

namespace ipcq {

Code Reading::read(const void *bytes, std::size_t size) noexcept
{
    Header header{};
    std::memcpy(&header, bytes, size < sizeof header ? size : sizeof header);
    bytes_ = static_cast<const unsigned char *>(bytes);
    size_ = size;
    return read_header(header, size, geometry_);
}

const char *Place::step(const Reading &reading) noexcept
{
    if (!reading.holds(offset, 8) || offset + 8 > run_end)
        return "a record begins outside its run";
    const RecordWord word = reading.word(offset);
    const Geometry &g = reading.geometry();
    switch (word.state()) {
    case RecordState::empty: return nullptr;
    case RecordState::end: {
        const std::uint64_t first = word.next_first(), count = word.next_count();
        if (count == 0 || first + count > g.segment_count)
            return "END names no run";
        const std::uint64_t chain = reading.chain(offset);
        for (std::uint64_t i = 0; i < count; i++)
            if (reading.segment(first + i).kind() != SegmentKind::live ||
                reading.segment(first + i).chain() != chain + 1 + i)
                return "a segment of the chain has another number";
        offset = g.segment_offset(first);
        run_end = g.segment_offset(first + count);
        return reading.holds(offset, run_end - offset) ? nullptr : "a run lies beyond the end of the file";
    }
    case RecordState::ready:
    case RecordState::taken:
    case RecordState::done: {
        const std::uint64_t next = offset + record_size(reading.shape(offset).size());
        if (next + terminator_size > run_end)
            return "a record or its terminator reaches beyond its run";
        offset = next;
        sequence++;
        return nullptr;
    }
    }
    return "a record word has no known state";
}

Place place_at(const Reading &reading, std::uint64_t offset, std::uint64_t sequence) noexcept
{
    const Geometry &g = reading.geometry();
    std::uint64_t segment = g.segment_of(offset);
    const std::uint64_t chain = reading.segment(segment).chain();
    std::uint64_t length = 1; // a run has neighbours with consecutive numbers
    while (segment + length < g.segment_count && reading.segment(segment + length).kind() == SegmentKind::live &&
           reading.segment(segment + length).chain() == chain + length)
        length++;
    return {offset, sequence, g.segment_offset(segment + length)};
}

} // namespace ipcq
