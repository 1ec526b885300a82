// SPDX-License-Identifier: Apache-2.0
//
// What the way of a common item needs of an image, held in registers: a copy that is right for the length of one call. What
// it cannot vouch for (a place beyond the file's end as last seen) is left to the image itself.
#pragma once

#include "layout/control.hpp"
#include "layout/record.hpp"

namespace ipcq {

// A few records of the usual size ahead: far enough that a line is there when its record's turn comes, near enough that it
// was written.
inline constexpr std::uint64_t fetch_distance = 256;
inline constexpr std::uint64_t fetch_second_line = 64; // of a record

struct Window {
    char *base;
    std::uint64_t data_offset;
    std::uint64_t span; // bytes of data that the file holds at least

    Control &control() const { return *reinterpret_cast<Control *>(base); }
    Word &word(std::uint64_t offset) const { return *reinterpret_cast<Word *>(base + offset); }
    Word &shape(std::uint64_t offset) const { return *reinterpret_cast<Word *>(base + offset + 8); }
    char *payload(std::uint64_t offset) const { return base + offset + record_header_size; }

    // Hints, harmless at any place: lines that will be wanted come while other work is done. Inlined by force, since a
    // function that does no more is taken for one that does nothing, and vanishes.
    IPCQ_INLINE void fetch(std::uint64_t offset) const { __builtin_prefetch(base + offset); }
    IPCQ_INLINE void fetch_to_write(std::uint64_t offset) const { __builtin_prefetch(base + offset, 1); }

    // Are these bytes data that may be touched? For a size of at most a segment and an offset that is aligned.
    bool reaches(std::uint64_t offset, std::uint64_t size) const
    {
        // One comparison for both ends: an offset before the data wraps around to a very large one.
        return offset - data_offset <= span - size;
    }
};

} // namespace ipcq
