// SPDX-License-Identifier: Apache-2.0
//
// The generation of a slot and its state: one word, so that a compare-and-swap changes both together. A reaper that was
// stopped cannot mark a slot clean in which another participant lives by now.
#pragma once

#include <cstdint>

namespace ipcq {

enum class SlotState : std::uint32_t {
    clean = 0,     // nothing of any generation is left to requeue
    used = 1,      // the present generation has used the slot and was not cleaned up after
    inherited = 2, // the same, and leases or claims of earlier generations may be left, too
};

struct SlotLife {
    std::uint64_t bits = 0; // state 32 | generation 32

    static constexpr SlotLife of(std::uint32_t generation, SlotState state)
    {
        return {static_cast<std::uint64_t>(state) << 32 | generation};
    }
    constexpr std::uint32_t generation() const { return static_cast<std::uint32_t>(bits); }
    // Any other number than those above counts as inherited: more is looked for than there is.
    constexpr SlotState state() const
    {
        const auto state = static_cast<std::uint32_t>(bits >> 32);
        return state < 2 ? static_cast<SlotState>(state) : SlotState::inherited;
    }
    constexpr bool is_clean() const { return state() == SlotState::clean; }
    constexpr SlotLife with(SlotState state) const { return of(generation(), state); }
    // The next participant of the slot: it inherits whatever is left.
    constexpr SlotLife next() const
    {
        return of(generation() + 1, is_clean() ? SlotState::clean : SlotState::inherited);
    }
};

} // namespace ipcq
