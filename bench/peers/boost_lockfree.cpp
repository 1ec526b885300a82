// SPDX-License-Identifier: Apache-2.0
//
// Boost.Lockfree, both queues in shared memory with their capacity fixed when they are compiled, as the documentation asks
// of queues between processes: no allocation, no pointers. They cannot wait: try, then sched_yield. No recovery: a
// process that dies inside spsc_queue leaves it as it was. One that dies inside queue may keep a node for ever.
#include "peers/registry.hpp"
#include "peers/shared_memory.hpp"
#include "peers/turn.hpp"

#include <boost/lockfree/queue.hpp>
#include <boost/lockfree/spsc_queue.hpp>

namespace bench {

namespace {

namespace lockfree = boost::lockfree;

constexpr std::size_t slots = 4096;

struct Item {
    char bytes[64];
};

using Spsc = lockfree::spsc_queue<Item, lockfree::capacity<slots>>;
using Many = lockfree::queue<Item, lockfree::fixed_sized<true>, lockfree::capacity<slots>>;

template <class Structure> class Lockfree {
public:
    explicit Lockfree(const Setup &setup)
        : spinning_(setup.one_at_a_time), memory_(sizeof(Structure) + alignof(Structure)),
          queue_(memory_.make<Structure>())
    {}
    void enter(Role, int) {}
    void put(const void *item)
    {
        Item copy;
        std::memcpy(&copy, item, sizeof copy);
        for (Turn turn(spinning_); !queue_->push(copy);)
            turn();
    }
    void get(void *item)
    {
        Item copy;
        for (Turn turn(spinning_); !queue_->pop(copy);)
            turn();
        std::memcpy(item, &copy, sizeof copy);
    }

protected:
    bool spinning_;
    SharedMemory memory_;
    Structure *queue_;
};

class SpscBursts : public Lockfree<Spsc> {
public:
    static constexpr std::size_t burst = 32;
    using Lockfree<Spsc>::Lockfree;
    void put_burst(const char *items, std::size_t count)
    {
        const Item *next = reinterpret_cast<const Item *>(items);
        for (Turn turn(spinning_); count > 0;) {
            const std::size_t done = queue_->push(next, count);
            next += done;
            count -= done;
            if (done == 0)
                turn();
        }
    }
    std::size_t get_burst(std::size_t count, std::uint64_t &sum)
    {
        Item items[burst];
        std::size_t done = 0;
        for (Turn turn(spinning_); (done = queue_->pop(items, count)) == 0;)
            turn();
        for (std::size_t i = 0; i < done; i++)
            sum += read_number(&items[i]);
        return done;
    }
};

std::string spsc_why_not(const Setup &setup)
{
    const std::string why_not = one_to_one(setup);
    return why_not.empty() ? items_of_64_bytes(setup) : why_not;
}

const Registration boost_spsc("boost-spsc", spsc_why_not, looped<Lockfree<Spsc>>);
const Registration boost_spsc_bursts("boost-spsc-x32", spsc_why_not, looped<SpscBursts>);
const Registration boost_lockfree("boost-lockfree", items_of_64_bytes, looped<Lockfree<Many>>);

} // namespace

} // namespace bench
