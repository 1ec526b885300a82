// SPDX-License-Identifier: Apache-2.0
#include "handle.hpp"

#include "wait/fence.hpp"

#include <cerrno>
#include <ctime>
#include <new>
#include <pthread.h>

namespace ipcq {

constinit thread_local ThreadRecord this_thread;

namespace {

bool calls_must_fence = false; // the system has no membarrier

// All guarded by the ForkGate, so that a child never inherits them half changed.
ThreadRecord *threads = nullptr;
std::uint64_t threads_epoch = 0; // of the process whose threads these are
Cell *free_first = nullptr, *free_last = nullptr;
std::uint32_t free_count = 0;

// A stale handle is recognised until its cell was reused 32 times, and a cell rests while this many others do.
constexpr std::uint32_t rest_count = 256;

// Takes a thread's record off the list when the thread ends.
void unlist_thread(void *ending)
{
    auto &record = *static_cast<ThreadRecord *>(ending);
    const ForkGate gate;
    if (record.listed != threads_epoch)
        return;
    (record.previous != nullptr ? record.previous->next : threads) = record.next;
    if (record.next != nullptr)
        record.next->previous = record.previous;
    record.epoch = ThreadRecord::none; // a call made by a later destructor of this thread lists it again
    record.listed = 0;
}

// Whose destructor unlists. Not a thread_local object: the C library ends the process if it has no memory to note one.
pthread_key_t thread_end;
bool thread_end_made = false; // guarded by the ForkGate

bool somebody_inside(const Cell *cell, const ThreadRecord *self) noexcept
{
    const ForkGate gate;
    if (threads_epoch != fork_epoch()) // a child that made no call yet: the records are of threads it does not have
        return false;
    for (const ThreadRecord *record = threads; record != nullptr; record = record->next)
        if (record != self && record->active.load(std::memory_order_acquire) == cell)
            return true;
    return false;
}

} // namespace

Cell *take_cell() noexcept
{
    const ForkGate gate;
    if (!thread_end_made && !(thread_end_made = ::pthread_key_create(&thread_end, unlist_thread) == 0))
        return nullptr;
    if (free_count <= rest_count)
        return new (std::nothrow) Cell;
    Cell *cell = free_first;
    free_first = cell->next_free;
    free_count--;
    return cell;
}

void return_cell(Cell *cell) noexcept
{
    const ForkGate gate;
    cell->next_free = nullptr;
    (free_count++ == 0 ? free_first : free_last->next_free) = cell;
    free_last = cell;
}

bool list_thread(ThreadRecord &record) noexcept
{
    const std::uint64_t epoch = fork_epoch();
    const ForkGate gate;
    if (record.listed == epoch) // no membarrier: the gate was this call's fence
        return true;
    if (!thread_end_made || ::pthread_setspecific(thread_end, &record) != 0)
        return !thread_end_made; // no queue was ever opened: no closer looks for this call
    if (threads_epoch != epoch) {
        if (!can_fence_all_threads())
            calls_must_fence = true;
        threads = nullptr; // a forked child has one thread, whatever the list says
        threads_epoch = epoch;
    }
    record.previous = nullptr;
    record.next = threads;
    if (threads != nullptr)
        threads->previous = &record;
    threads = &record;
    record.listed = epoch;
    if (!calls_must_fence)
        record.epoch = epoch;
    return true;
}

ipcq_t *make_handle(Cell *cell, Queue *queue) noexcept
{
    cell->queue.store(queue, std::memory_order_release);
    cell->closing.store(0, std::memory_order_release);
    const std::uint32_t generation = cell->generation.fetch_add(1, std::memory_order_acq_rel) + 1; // odd: open
    return reinterpret_cast<ipcq_t *>(reinterpret_cast<std::uintptr_t>(cell) | (generation & 63));
}

Code close_handle(ipcq_t *handle) noexcept
{
    if (handle == nullptr)
        return Code::INVALID;
    const auto bits = reinterpret_cast<std::uintptr_t>(handle);
    auto *cell = reinterpret_cast<Cell *>(bits & ~std::uintptr_t{63});
    std::uint32_t generation = cell->generation.load(std::memory_order_acquire);
    if ((generation & 63) != (bits & 63) ||
        !cell->generation.compare_exchange_strong(generation, generation + 1, std::memory_order_acq_rel))
        return Code::BADHANDLE; // also when another thread is closing it
    cell->closing.store(1, std::memory_order_release);
    // SYNC call-presence: from here a call sees the new generation, or somebody_inside() sees the call.
    fence_all_threads();
    Queue *queue = cell->queue.load(std::memory_order_acquire);
    const ThreadRecord *self = &this_thread;
    while (somebody_inside(cell, self)) { // each wakes within one slice at the latest
        queue->wake_for_close();
        const timespec moment{0, 500'000};
        ::nanosleep(&moment, nullptr);
    }
    queue->close();
    cell->queue.store(nullptr, std::memory_order_release);
    return_cell(cell);
    return Code::OK;
}

} // namespace ipcq
