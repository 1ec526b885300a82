// SPDX-License-Identifier: Apache-2.0
//
// The least that can carry items from one process to another: a ring of slots, one producer, one consumer, two counters, no
// safety, no waiting, no sizes. Each side keeps the other's counter until it is used up, and looks again at once: the two run in
// lock-step. It stands for the physical limit of handing over one item at a time.
#include "peers/registry.hpp"
#include "peers/shared_memory.hpp"
#include "peers/turn.hpp"

#include <atomic>
#include <bit>

namespace bench {

namespace {

struct Counters {
    alignas(128) std::atomic<std::uint64_t> put;
    alignas(128) std::atomic<std::uint64_t> got;
    alignas(128) char slots[1];
};

class BareRing {
public:
    explicit BareRing(const Setup &setup)
        : spinning_(!setup.one_core), item_bytes_(setup.item_bytes), slots_(std::bit_floor(setup.max_items)),
          memory_(sizeof(Counters) + item_bytes_ * slots_), ring_(memory_.as<Counters>())
    {}
    void enter(Role, int) {}
    void put(const void *item)
    {
        // Relaxed: only this process writes it.
        const std::uint64_t at = ring_->put.load(std::memory_order_relaxed);
        // Acquire: the consumer's reads of the slot lie before its release.
        for (Turn turn(spinning_); at - got_ == slots_; got_ = ring_->got.load(std::memory_order_acquire))
            if (at - ring_->got.load(std::memory_order_relaxed) == slots_)
                turn();
        std::memcpy(slot(at), item, item_bytes_);
        // Release: the item is there before its number.
        ring_->put.store(at + 1, std::memory_order_release);
    }
    void get(void *item)
    {
        const std::uint64_t at = ring_->got.load(std::memory_order_relaxed);
        for (Turn turn(spinning_); at == put_; put_ = ring_->put.load(std::memory_order_acquire))
            if (at == ring_->put.load(std::memory_order_relaxed))
                turn();
        std::memcpy(item, slot(at), item_bytes_);
        ring_->got.store(at + 1, std::memory_order_release);
    }

private:
    char *slot(std::uint64_t at) { return ring_->slots + (at & (slots_ - 1)) * item_bytes_; }

    bool spinning_;
    std::size_t item_bytes_;
    std::size_t slots_;
    SharedMemory memory_;
    Counters *ring_;
    std::uint64_t put_ = 0, got_ = 0; // the other side's counter as last seen
};

const Registration bare_ring("bare-ring", one_to_one, looped<BareRing>);

} // namespace

} // namespace bench
