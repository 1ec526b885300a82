// SPDX-License-Identifier: Apache-2.0
//
// The owner of a lock, a taken item or a claimed segment: participant slot and its generation in 48 bits. So the owner
// fits beside the state in one word, and both change in one store.
#pragma once

#include <cstdint>

namespace ipcq {

struct Owner {
    std::uint64_t bits = 0; // generation << 16 | slot + 1; 0 is nobody

    static constexpr Owner of(std::uint32_t slot, std::uint32_t generation)
    {
        return {static_cast<std::uint64_t>(generation) << 16 | (slot + 1)};
    }
    // Slot of a word read from shared memory: the caller compares it with the number of slots before use.
    constexpr std::uint32_t slot() const { return static_cast<std::uint32_t>(bits & 0xffff) - 1; }
    constexpr std::uint32_t generation() const { return static_cast<std::uint32_t>(bits >> 16); }
    // Did this owner live in the slot before, or under, that generation? Generations wrap around.
    constexpr bool not_after(std::uint32_t last_generation) const
    {
        return static_cast<std::int32_t>(last_generation - generation()) >= 0;
    }
    constexpr bool operator==(const Owner &) const = default;
};

inline constexpr Owner nobody{};

} // namespace ipcq
