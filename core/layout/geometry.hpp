// SPDX-License-Identifier: Apache-2.0
//
// The immutable numbers of a queue, copied out of the header once, checked, and never read from shared memory again.
#pragma once

#include "error.hpp"
#include "layout/header.hpp"

namespace ipcq {

struct Geometry {
    std::uint64_t segment_size = 0;
    std::uint32_t segment_shift = 0;
    std::uint32_t segment_count = 0;
    std::uint64_t table_offset = 0;
    std::uint64_t data_offset = 0;
    std::uint64_t map_size = 0;
    std::uint32_t slot_count = 0;
    bool joinable = false;
    bool anonymous = false;
    std::uint64_t max_items = 0;
    std::uint64_t capacity_bytes = 0;
    std::uint32_t capacity_segments = 0; // how many may be live at once, besides the one at the tail
    unsigned char uuid[16] = {};

    std::uint64_t segment_offset(std::uint64_t index) const { return data_offset + (index << segment_shift); }
    std::uint64_t segment_of(std::uint64_t offset) const { return (offset - data_offset) >> segment_shift; }
    std::uint64_t item_max_bytes() const
    {
        return (static_cast<std::uint64_t>(capacity_segments) << segment_shift) - 24; // header and terminator
    }
};

inline constexpr std::uint32_t slot_count_max = 4096;
inline constexpr std::uint32_t slot_count_default = 1024;
inline constexpr std::uint64_t capacity_bytes_min = 16 * 1024;
inline constexpr std::uint64_t capacity_bytes_max = std::uint64_t{32} << 30; // keeps a zone's length within 32 bits
inline constexpr std::uint64_t capacity_bytes_default = std::uint64_t{1} << 30;

// What this program would write into a fingerprint.
Fingerprint own_fingerprint() noexcept;

// The header of a new queue.
Header plan_header(bool joinable, bool anonymous, std::uint64_t max_items, std::uint64_t capacity_bytes,
                   std::uint32_t slot_count) noexcept;

// Checks a header read from a file of `file_size` bytes: FOREIGN, BADVERSION, BADABI, TRUNCATED, CORRUPT or OK.
Code read_header(const Header &header, std::uint64_t file_size, Geometry &out_geometry) noexcept;

} // namespace ipcq
