// SPDX-License-Identifier: Apache-2.0
//
// DPDK's rte_ring with elements of the item's size, in shared memory of our own and without DPDK's run-time environment:
// rte_ring_init() needs none. Its guide says which synchronisation is for whom: SP/SC where one process puts or gets, and
// HTS or RTS, not the default, where several do and may be preempted ("overcommitted systems"). It cannot wait: try, then
// sched_yield. No recovery: a process that is killed between its two steps stops its end for ever.
#include "peers/registry.hpp"
#include "peers/shared_memory.hpp"
#include "peers/require.hpp"
#include "peers/turn.hpp"

#include <rte_ring.h>
#include <rte_ring_elem.h>

#include <bit>

namespace bench {

namespace {

enum class Sync { hts, rts, many };

class RteRing {
public:
    RteRing(const Setup &setup, Sync sync)
        : item_bytes_(static_cast<unsigned>(setup.item_bytes)), spinning_(setup.one_at_a_time),
          memory_(static_cast<std::size_t>(rte_ring_get_memsize_elem(item_bytes_, slots(setup)))),
          ring_(memory_.as<rte_ring>())
    {
        const bool hts = sync == Sync::hts;
        unsigned flags = setup.producers == 1 ? RING_F_SP_ENQ : hts ? RING_F_MP_HTS_ENQ : RING_F_MP_RTS_ENQ;
        flags |= setup.consumers == 1 ? RING_F_SC_DEQ : hts ? RING_F_MC_HTS_DEQ : RING_F_MC_RTS_DEQ;
        if (sync == Sync::many)
            flags = 0; // the default: many producers, many consumers
        require(rte_ring_init(ring_, "bench", slots(setup), flags) == 0, "rte_ring_init");
    }
    void enter(Role, int) {}
    void put(const void *item)
    {
        for (Turn turn(spinning_); rte_ring_enqueue_elem(ring_, const_cast<void *>(item), item_bytes_) != 0;)
            turn();
    }
    void get(void *item)
    {
        for (Turn turn(spinning_); rte_ring_dequeue_elem(ring_, item, item_bytes_) != 0;)
            turn();
    }

protected:
    static unsigned slots(const Setup &setup) { return static_cast<unsigned>(std::bit_floor(setup.max_items)); }

    unsigned item_bytes_;
    bool spinning_;
    SharedMemory memory_;
    rte_ring *ring_;
};

class Bursts : public RteRing {
public:
    static constexpr std::size_t burst = 32;
    Bursts(const Setup &setup, Sync sync) : RteRing(setup, sync), buffer_(burst * setup.item_bytes) {}
    void put_burst(const char *items, std::size_t count)
    {
        for (Turn turn(spinning_); count > 0;) {
            const unsigned done =
                rte_ring_enqueue_burst_elem(ring_, items, item_bytes_, static_cast<unsigned>(count), nullptr);
            items += std::size_t{done} * item_bytes_;
            count -= done;
            if (done == 0)
                turn();
        }
    }
    std::size_t get_burst(std::size_t count, std::uint64_t &sum)
    {
        unsigned done = 0;
        for (Turn turn(spinning_); done == 0;) {
            done =
                rte_ring_dequeue_burst_elem(ring_, buffer_.data(), item_bytes_, static_cast<unsigned>(count), nullptr);
            if (done == 0)
                turn();
        }
        for (unsigned i = 0; i < done; i++)
            sum += read_number(&buffer_[std::size_t{i} * item_bytes_]);
        return done;
    }

private:
    std::vector<char> buffer_;
};

std::string multiple_of_4(const Setup &setup)
{
    return setup.item_bytes % 4 == 0 ? "" : "its elements are multiples of 4 bytes";
}

// RTS differs from HTS only where several processes are at one end.
std::string several(const Setup &setup)
{
    return setup.producers > 1 || setup.consumers > 1 ? multiple_of_4(setup) : "the same as rte-ring here";
}

// One producer and one consumer in the mode for many, which is what a queue for many is to be compared with.
std::string one_of_many(const Setup &setup)
{
    return setup.producers == 1 && setup.consumers == 1 ? multiple_of_4(setup) : "rte-ring-x32 is in this mode here";
}

template <class Class, Sync sync> std::unique_ptr<Peer> make(const Setup &setup) { return looped<Class>(setup, sync); }

const Registration rte_ring("rte-ring", multiple_of_4, make<RteRing, Sync::hts>);
const Registration rte_ring_rts("rte-ring-rts", several, make<RteRing, Sync::rts>);
const Registration rte_ring_bursts("rte-ring-x32", multiple_of_4, make<Bursts, Sync::hts>);
const Registration rte_ring_many_bursts("rte-ring-many-x32", one_of_many, make<Bursts, Sync::many>);
const Registration rte_ring_rts_bursts("rte-ring-rts-x32", several, make<Bursts, Sync::rts>);

} // namespace

} // namespace bench
