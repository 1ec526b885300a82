// SPDX-License-Identifier: Apache-2.0
//
// Being somebody in a queue, and knowing who is still alive.
//
// A participant owns a slot of the table. It is alive as long as the kernel holds the byte lock of that slot: taken on an
// open file description of its own, through which the queue is then mapped; with the descriptor closed, the mapping alone
// keeps the description and so the lock. "The byte is free" therefore means "nobody can write through that mapping any
// more", whatever ended the process, in whatever PID namespace it lived. Pids and clocks are never asked.
#pragma once

#include "memory/image.hpp"

namespace ipcq {

class Participant {
public:
    // Takes a slot of the queue in `file`, which outlives the image, and maps the queue into `image`. CROWDED if every slot belongs to a living
    // process. The caller holds the ForkGate. A slot that a dead participant left uncleaned may be taken over; then the
    // new owner gives back what the generations before its own held.
    Code attach(QueueFile &file, const Geometry &geometry, Image &image) noexcept;

    Owner self() const { return self_; }
    std::uint32_t slot_index() const { return slot_; }
    bool took_over() const { return took_over_; }

    // Can the owner of a word read from shared memory still write? True also for a process that is stopped, and if nobody
    // can tell.
    bool alive(Owner owner) const noexcept;
    // Can we tell? Not without the file: whoever waits for another then, may wait for a dead one.
    bool sees_others() const noexcept { return image_->file() >= 0 || image_->cut(); }

    // For the reaper: is the slot's byte free, and if so, hold it until let_go(). On a description of its own: one that a
    // forked child shares would keep the byte after the reaper's death. The caller holds the ForkGate.
    bool hold_dead(std::uint32_t slot) noexcept;
    // Does it still, though another thread may have closed all descriptors?
    bool holds() const noexcept { return !hold_ || image_->queue_file().is_ours(hold_.get()); }
    void let_go() noexcept;
    bool slot_alive(std::uint32_t slot) const noexcept;

private:
    void drop_hold() noexcept; // signals blocked

    static constexpr std::uint32_t no_slot = UINT32_MAX;

    Image *image_ = nullptr;
    std::uint32_t slot_ = 0;
    Owner self_;
    bool took_over_ = false;
    Descriptor hold_;
    std::atomic<std::uint32_t> held_{no_slot}; // whose byte hold_ has: it is we who make it look alive
};

// Is no slot's byte held, as seen through a descriptor that is no participant's?
bool nobody_attached(int fd) noexcept;

} // namespace ipcq
