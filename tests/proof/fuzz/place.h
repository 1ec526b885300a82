// SPDX-License-Identifier: Apache-2.0
//
// The words of an image by name, as core/layout/FORMAT.md lays them out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace fuzz {

// Every image has this geometry: what is asked for are 16 KiB and 8 participants.
constexpr std::uint64_t slot_count = 8, table_offset = 4096, data_offset = 8192, segment_size = 4096, segment_count = 9;
constexpr std::uint64_t map_size = data_offset + segment_count * segment_size;

enum class Where : std::uint8_t { fixed, record, under_tail, under_head, under_frontier };

// What makes sense there, or nearly so.
enum class Kind : std::uint8_t { number, offset, lock, record, segment };

// A part of a word, one of several of its kind. Offsets of records are relative to the record, and to what a cursor
// says.
struct Place {
    const char *name;
    Kind kind;
    Where where;
    std::uint64_t offset;
    unsigned word_bytes; // 4 or 8
    unsigned shift, bits;
    std::uint64_t stride;
    unsigned count;
    bool cursor = false; // of `count` copies: index 2 is the one that counts, 3 the other
    unsigned unit = 1;   // an offset is stored divided by this
};

std::span<const Place> places();

} // namespace fuzz
