// SPDX-License-Identifier: Apache-2.0
//
// The first 256 bytes of a queue: what it is, written before it gets its name and never changed.
//
// The version ritual: a change of any offset, width or meaning in core/layout, released or not,
//   1. raises layout_major (old libraries must refuse) or layout_minor (old libraries may go on);
//   2. is written into FORMAT.md, with the table of the version before;
//   3. gets a case in tests/core/layout that a queue of the old version is refused by BADVERSION (or still read).
#pragma once

#include "layout/word.hpp"

#include <climits>
#include <semaphore.h>

namespace ipcq {

inline constexpr std::uint64_t header_magic = 0x0a1a0a0d51435049; // "IPCQ\r\n\x1a\n": damaged by text-mode copying
inline constexpr std::uint32_t layout_major = 1;
inline constexpr std::uint32_t layout_minor = 3;
inline constexpr std::uint64_t known_features = 0; // bits that a queue may need of its reader

// What must be equal for two programs to share these bytes.
struct Fingerprint {
    std::uint32_t byte_order; // 0x01020304 as its maker stores it
    std::uint16_t pointer_size;
    std::uint16_t sem_size; // sem_t differs between C libraries and word sizes
    std::uint16_t sem_alignment;
    std::uint16_t c_library; // 1 glibc, 2 another
    std::uint32_t page_size;
    std::uint32_t line_size;
    std::uint32_t reserved;
    bool operator==(const Fingerprint &) const = default;
};
static_assert(sizeof(Fingerprint) == 24, "FORMAT.md: fingerprint");

inline constexpr std::uint32_t kind_joinable = 1;
inline constexpr std::uint32_t kind_anonymous = 2;

struct Header {
    std::uint64_t magic;
    std::uint32_t major;
    std::uint32_t minor;
    std::uint64_t features;
    Fingerprint fingerprint;
    std::uint64_t segment_size; // a power of two
    std::uint64_t segment_count;
    std::uint64_t table_offset; // segment_count words
    std::uint64_t data_offset;  // segment_count segments
    std::uint64_t map_size;     // data_offset + segment_count * segment_size
    std::uint32_t slot_count;
    std::uint32_t kind;      // kind_ bits
    std::uint64_t max_items; // 0: as many as fit
    std::uint64_t capacity_bytes;
    unsigned char uuid[16]; // random: tells a queue from its successor of the same name
    unsigned char reserved[256 - 128];
};
static_assert(sizeof(Header) == 256, "FORMAT.md: header");
static_assert(offsetof(Header, fingerprint) == 24 && offsetof(Header, segment_size) == 48, "FORMAT.md: header");
static_assert(offsetof(Header, slot_count) == 88 && offsetof(Header, uuid) == 112, "FORMAT.md: header");

} // namespace ipcq
