// SPDX-License-Identifier: Apache-2.0
//
// A set of dead participants whose leases and claims one pass of the reaper requeues. Private to one call.
#pragma once

#include "layout/geometry.hpp"
#include "layout/owner.hpp"

#include <algorithm>
#include <array>
#include <bitset>

namespace ipcq {

class DeadOwners {
public:
    // Bounds the stack that a pass takes (2.5 KiB). A crowd of dead participants takes several passes.
    static constexpr std::uint32_t capacity = 256;

    struct Entry {
        std::uint32_t slot;
        std::uint32_t last_generation; // this one and all before it
    };

    void clear()
    {
        count_ = 0;
        slots_.reset();
    }
    bool is_full() const { return count_ == capacity; }
    bool is_empty() const { return count_ == 0; }
    // Slots come in rising order, each once.
    void add(std::uint32_t slot, std::uint32_t last_generation)
    {
        entry_[count_++] = {slot, last_generation};
        slots_[slot] = true; // not by set(), which may throw
    }
    // Never by an equal generation alone: an heir of the slot may have died, too, before it had requeued the older leases.
    bool contains(Owner owner) const
    {
        const std::uint32_t slot = owner.slot();
        if (slot >= slots_.size() || !slots_[slot])
            return false;
        return owner.not_after(std::lower_bound(begin(), end(), slot, before)->last_generation);
    }
    const Entry *begin() const { return entry_.data(); }
    const Entry *end() const { return entry_.data() + count_; }

private:
    static bool before(const Entry &entry, std::uint32_t slot) { return entry.slot < slot; }

    std::array<Entry, capacity> entry_;
    std::uint32_t count_ = 0;
    std::bitset<slot_count_max> slots_;
};

} // namespace ipcq
