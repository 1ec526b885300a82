// SPDX-License-Identifier: Apache-2.0
//
// A process-shared sem_t that says that an item lies in memory: the bare cost of waking another process, for round trips.
// Nothing can wake by less, since every queue that sleeps does so by a futex. One item at a time.
#include "peers/registry.hpp"
#include "peers/require.hpp"
#include "peers/shared_memory.hpp"

#include <cerrno>
#include <semaphore.h>

namespace bench {

namespace {

struct Slot {
    alignas(128) sem_t filled;
    alignas(128) char item[1];
};

class Semaphore {
public:
    explicit Semaphore(const Setup &setup)
        : item_bytes_(setup.item_bytes), memory_(sizeof(Slot) + item_bytes_), slot_(memory_.as<Slot>())
    {
        require(sem_init(&slot_->filled, 1, 0) == 0, "sem_init");
    }
    void enter(Role, int) {}
    void put(const void *item)
    {
        std::memcpy(slot_->item, item, item_bytes_);
        require(sem_post(&slot_->filled) == 0, "sem_post");
    }
    void get(void *item)
    {
        int result = 0;
        do
            result = sem_wait(&slot_->filled);
        while (result != 0 && errno == EINTR);
        require(result == 0, "sem_wait");
        std::memcpy(item, slot_->item, item_bytes_);
    }

private:
    std::size_t item_bytes_;
    SharedMemory memory_;
    Slot *slot_;
};

std::string one_item(const Setup &setup) { return setup.one_at_a_time ? "" : "holds one item"; }

const Registration two_semaphores("two-semaphores", one_item, looped<Semaphore>);

} // namespace

} // namespace bench
