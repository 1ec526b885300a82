// SPDX-License-Identifier: Apache-2.0
//
// One item in the log: a state word, a word of size and type, the payload. The state word is the only truth about an
// item; every step of an item's life is one store to it (FORMAT.md, "The life of a record").
#pragma once

#include "layout/owner.hpp"
#include "layout/word.hpp"

namespace ipcq {

enum class RecordState : std::uint8_t {
    empty = 0, // nothing here yet: the end of the log
    ready = 1, // put and not taken
    taken = 2, // leased to the owner
    done = 3,  // finished
    end = 4,   // the log goes on in another run of segments
};

struct RecordWord {
    std::uint64_t bits = 0;

    // state 8 | deliveries 8 | owner 48
    static constexpr RecordWord of(RecordState state, std::uint8_t deliveries, Owner owner)
    {
        return {static_cast<std::uint64_t>(state) | static_cast<std::uint64_t>(deliveries) << 8 | owner.bits << 16};
    }
    // state 8 | number of segments 24 | first segment 32
    static constexpr RecordWord end(std::uint32_t first, std::uint32_t count)
    {
        return {static_cast<std::uint64_t>(RecordState::end) | static_cast<std::uint64_t>(count & 0xffffff) << 8 |
                static_cast<std::uint64_t>(first) << 32};
    }
    constexpr RecordState state() const { return static_cast<RecordState>(bits & 0xff); }
    constexpr bool is(RecordState other) const { return state() == other; }
    constexpr std::uint8_t deliveries() const { return static_cast<std::uint8_t>(bits >> 8); }
    constexpr Owner owner() const { return {bits >> 16}; }
    constexpr std::uint32_t next_first() const { return static_cast<std::uint32_t>(bits >> 32); }
    constexpr std::uint32_t next_count() const { return static_cast<std::uint32_t>(bits >> 8) & 0xffffff; }

    constexpr RecordWord with(RecordState state, Owner owner) const { return of(state, deliveries(), owner); }
    // Ready again after a lease that did not finish it; the count stays at its largest value rather than wrap.
    constexpr RecordWord given_back() const
    {
        const std::uint8_t count = deliveries();
        return of(RecordState::ready, count == 255 ? count : static_cast<std::uint8_t>(count + 1), nobody);
    }
};

// The second word: size 48 | type 16. Written before the commit, constant afterwards.
struct RecordShape {
    std::uint64_t bits = 0;

    static constexpr RecordShape of(std::uint64_t size, std::uint32_t type)
    {
        return {(size & 0xffffffffffff) | static_cast<std::uint64_t>(type) << 48};
    }
    // Of no record: larger than any payload.
    static constexpr RecordShape none() { return {0xffffffffffff}; }
    constexpr std::uint64_t size() const { return bits & 0xffffffffffff; }
    constexpr std::uint32_t type() const { return static_cast<std::uint32_t>(bits >> 48); }
};

inline constexpr std::uint64_t record_header_size = 16;
inline constexpr std::uint64_t terminator_size = 8; // the empty word behind the last record

// How many records the holder of a lock commits or takes at most before it stores the cursor: what a kill leaves to roll.
inline constexpr std::uint64_t batch_items_max = 64;

constexpr std::uint64_t record_size(std::uint64_t payload_size)
{
    return record_header_size + ((payload_size + 7) & ~std::uint64_t{7});
}

} // namespace ipcq
