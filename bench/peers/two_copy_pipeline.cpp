// SPDX-License-Identifier: Apache-2.0
//
// The least that can copy items in on one side and out on the other. Eight blocks of 64 KiB go round between one
// producer and one consumer; larger items have blocks of their size. Only full blocks are handed over. No
// synchronisation for an item, no safety, no waiting. It stands for the physical limit of copying twice.
#include "peers/registry.hpp"
#include "peers/shared_memory.hpp"
#include "peers/turn.hpp"

#include <algorithm>
#include <atomic>

namespace bench {

namespace {

constexpr std::size_t blocks = 8;
constexpr std::size_t block_bytes_least = 64 << 10;

struct Counters {
    alignas(128) std::atomic<std::uint64_t> filled;
    alignas(128) std::atomic<std::uint64_t> emptied;
    alignas(128) char bytes[1];
};

class TwoCopyPipeline {
public:
    explicit TwoCopyPipeline(const Setup &setup)
        : spinning_(!setup.one_core), item_bytes_(setup.item_bytes),
          items_(std::max<std::size_t>(1, block_bytes_least / item_bytes_)),
          memory_(sizeof(Counters) + blocks * items_ * item_bytes_), shared_(memory_.as<Counters>())
    {}
    void enter(Role, int) {}
    void put(const void *item)
    {
        // Acquire: the consumer has copied out what was there.
        if (in_block_ == 0)
            for (Turn turn(spinning_); block_ - shared_->emptied.load(std::memory_order_acquire) == blocks;)
                turn();
        std::memcpy(place(), item, item_bytes_);
        if (++in_block_ == items_)
            flush();
    }
    void get(void *item)
    {
        if (in_block_ == 0)
            for (Turn turn(spinning_); block_ == shared_->filled.load(std::memory_order_acquire);)
                turn();
        std::memcpy(item, place(), item_bytes_);
        if (++in_block_ == items_) {
            in_block_ = 0;
            shared_->emptied.store(++block_, std::memory_order_release);
        }
    }
    void flush() // the last block need not be full: the consumer knows how many items it wants
    {
        in_block_ = 0;
        shared_->filled.store(++block_, std::memory_order_release);
    }

private:
    char *place() { return shared_->bytes + ((block_ % blocks) * items_ + in_block_) * item_bytes_; }

    bool spinning_;
    std::size_t item_bytes_;
    std::size_t items_; // of a block
    SharedMemory memory_;
    Counters *shared_;
    std::uint64_t block_ = 0; // this side's
    std::size_t in_block_ = 0;
};

std::string a_stream(const Setup &setup) { return setup.one_at_a_time ? "hands over full blocks" : one_to_one(setup); }

const Registration two_copy_pipeline("two-copy-pipeline", a_stream, looped<TwoCopyPipeline>);

} // namespace

} // namespace bench
