// SPDX-License-Identifier: Apache-2.0
//
// One participant of a queue, and its view of which others are alive.
//
// A participant owns a slot of the table. It is alive as long as the kernel holds a write lock on the byte of that slot. The
// lock was taken on an open file description of its own, and the queue was mapped through it. The descriptor is closed: the
// mapping alone keeps the description, and so the lock. So "no write lock" means that nobody can write through that mapping
// any more, whatever ended the process, in whatever PID namespace it lived. Pids and clocks are never asked.
#pragma once

#include "memory/image.hpp"

#include <bitset>

namespace ipcq {

enum class Liveness {
    alive, // also a stopped process
    dead,
    unknown, // the kernel could not be asked: no descriptor, or a sandbox forbids it
};

class Participant {
public:
    // Takes a slot of the queue in `file`, which outlives the image, and maps the queue into `image`, through `own`: a
    // description of this process alone. CROWDED if every slot belongs to a living process. The caller holds the ForkGate. The slot of a dead participant may be taken over before it
    // was cleaned; its state is `inherited` then, until a reaper has requeued what the earlier generations held.
    Code attach(QueueFile &file, Descriptor own, const Geometry &geometry, Image &image) noexcept;

    Owner self() const { return self_; }
    std::uint32_t slot_index() const { return slot_; }

    // Can the owner of a word read from shared memory still write?
    Liveness liveness(Owner owner) const noexcept;
    // Is there a living participant in this slot, of whatever generation?
    Liveness liveness_of_slot(std::uint32_t slot) const noexcept;

private:
    Image *image_ = nullptr;
    std::uint32_t slot_ = 0;
    Owner self_;
};

using SlotSet = std::bitset<slot_count_max>;

// Is no slot's byte locked, but for those of `own`, as seen through a descriptor that is no participant's?
bool nobody_attached(int fd, const SlotSet &own) noexcept;

} // namespace ipcq
