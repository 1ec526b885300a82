// SPDX-License-Identifier: Apache-2.0
//
// A queue's bytes as they were at one instant, read by FORMAT.md alone: a private copy that nobody changes. Shares the
// words' definitions with the library and none of its steps, so that it can judge them. Not in the shipped library.
#pragma once

#include "layout/control.hpp"
#include "layout/geometry.hpp"
#include "layout/record.hpp"
#include "layout/segment.hpp"

#include <cstddef>

namespace ipcq {

class Reading {
public:
    // `bytes` is aligned to line_size and outlives the reading. OK, or why these bytes are no queue.
    Code read(const void *bytes, std::size_t size) noexcept;

    const Geometry &geometry() const { return geometry_; }
    const Control &control() const { return *reinterpret_cast<const Control *>(bytes_); }
    const Slot &slot(std::uint32_t index) const { return control().slot[index]; }
    // Beyond the file's end a table holds zeros, which is BARE.
    SegmentWord segment(std::uint64_t index) const
    {
        const std::uint64_t offset = geometry_.table_offset + index * sizeof(std::uint64_t);
        return {offset + 8 <= size_ ? number(offset) : 0};
    }
    // Are these bytes data of the file, and the first of them aligned?
    bool holds(std::uint64_t offset, std::uint64_t size) const
    {
        return (offset & 7) == 0 && offset >= geometry_.data_offset && offset <= size_ && size <= size_ - offset;
    }
    RecordWord word(std::uint64_t offset) const { return {number(offset)}; }
    RecordShape shape(std::uint64_t offset) const { return {number(offset + 8)}; }
    const unsigned char *payload(std::uint64_t offset) const { return bytes_ + offset + record_header_size; }
    std::uint64_t chain(std::uint64_t offset) const { return segment(geometry_.segment_of(offset)).chain(); }

    // Is this an owner that the table of slots knows: of a life that was led and not cleaned up after?
    bool known(Owner owner) const
    {
        if (owner.slot() >= geometry_.slot_count)
            return false;
        const SlotLife life = life_of(slot(owner.slot()));
        return owner.not_after(life.generation()) && !life.is_clean();
    }
    // Does its slot say that everything of its generation was requeued? The owner is known().
    bool requeued(Owner owner) const
    {
        const SlotLife life = life_of(slot(owner.slot()));
        return life.state() == SlotState::used && life.generation() != owner.generation();
    }

private:
    std::uint64_t number(std::uint64_t offset) const
    {
        return *reinterpret_cast<const std::uint64_t *>(bytes_ + offset);
    }

    const unsigned char *bytes_ = nullptr;
    std::size_t size_ = 0;
    Geometry geometry_;
};

// A place in the log, and the walk from one to the next: over a record, or through an END into its run.
struct Place {
    std::uint64_t offset = 0;
    std::uint64_t sequence = 0;
    std::uint64_t run_end = 0; // nothing of the run lies from here on

    // Why the walk could not go on; nullptr at the EMPTY word and after each step that was right.
    const char *step(const Reading &reading) noexcept;
};

// The place at a cursor, in a run whose end is not known but from the segments behind it.
Place place_at(const Reading &reading, std::uint64_t offset, std::uint64_t sequence) noexcept;

} // namespace ipcq
