// SPDX-License-Identifier: Apache-2.0
#include "queue/lease_pool.hpp"

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <new>

namespace ipcq {

// A thread that holds leases.
struct LeasePool::Thread {
    std::uintptr_t id; // 0: unused
    List leases;
    Index next_in_chain;
};

LeasePool *LeasePool::create(std::uint64_t capacity) noexcept
{
    void *memory = std::calloc(1, size_for(capacity));
    return memory != nullptr ? new (memory) LeasePool(capacity) : nullptr;
}

std::size_t LeasePool::size_for(std::uint64_t capacity)
{
    static_assert(sizeof(LeasePool) % alignof(Entry) == 0 && sizeof(Entry) % alignof(Thread) == 0);
    return sizeof(LeasePool) + (capacity + 1) * (sizeof(Entry) + sizeof(Thread)) + 2 * capacity * sizeof(Index);
}

// calloc() has made all entries unused and all chains empty, without touching the pages.
LeasePool::LeasePool(std::uint64_t capacity) noexcept
    : capacity_(capacity), hash_shift_(64 - std::countr_zero(capacity)), entries_(reinterpret_cast<Entry *>(this + 1)),
      threads_(reinterpret_cast<Thread *>(entries_ + capacity + 1)),
      entry_buckets_(reinterpret_cast<Index *>(threads_ + capacity + 1)), thread_buckets_(entry_buckets_ + capacity)
{}

void LeasePool::clear() noexcept
{
    std::fill_n(entry_buckets_, capacity_, 0);
    std::fill_n(thread_buckets_, capacity_, 0);
    all_ = {};
    entries_used_ = threads_used_ = 0;
    free_entries_ = free_threads_ = 0;
    last_thread_ = 0;
}

template <LeasePool::Link LeasePool::Entry::*link> void LeasePool::push(List &list, Index index) noexcept
{
    entries_[index].*link = {list.newest, 0};
    (list.newest != 0 ? (entries_[list.newest].*link).newer : list.oldest) = index;
    list.newest = index;
}

template <LeasePool::Link LeasePool::Entry::*link> void LeasePool::remove(List &list, Index index) noexcept
{
    const auto [older, newer] = entries_[index].*link;
    (older != 0 ? (entries_[older].*link).newer : list.oldest) = newer;
    (newer != 0 ? (entries_[newer].*link).older : list.newest) = older;
}

// As many are picked as threads are in the middle of a call.
template <LeasePool::Link LeasePool::Entry::*link>
LeasePool::Entry *LeasePool::first_not_picked(const List &list) noexcept
{
    Index index = list.oldest;
    while (index != 0 && entries_[index].picked)
        index = (entries_[index].*link).newer;
    return index != 0 ? &entries_[index] : nullptr;
}

LeasePool::Entry &LeasePool::append(std::uint64_t ticket, std::uintptr_t thread) noexcept
{
    Index index = free_entries_;
    if (index != 0)
        free_entries_ = entries_[index].next_in_chain;
    else
        index = ++entries_used_;
    Index owner = thread_index(thread);
    if (owner == 0) [[unlikely]]
        owner = add_thread(thread);
    last_thread_ = owner;
    Index &bucket = entry_buckets_[hash(ticket)];
    Entry &entry = entries_[index];
    entry.lease.ticket = ticket;
    entry.picked = false;
    entry.thread = owner;
    entry.next_in_chain = bucket;
    bucket = index;
    push<&Entry::in_all>(all_, index);
    push<&Entry::in_thread>(threads_[owner].leases, index);
    return entry;
}

void LeasePool::append_all(const LeasePool &other) noexcept
{
    for (Index index = other.all_.oldest; index != 0; index = other.entries_[index].in_all.newer) {
        const Entry &old = other.entries_[index];
        Entry &entry = append(old.lease.ticket, other.threads_[old.thread].id);
        entry.lease = old.lease;
        entry.picked = old.picked;
    }
}

void LeasePool::erase(Entry &entry) noexcept
{
    const Index index = static_cast<Index>(&entry - entries_);
    Index *link = &entry_buckets_[hash(entry.lease.ticket)];
    while (*link != index)
        link = &entries_[*link].next_in_chain;
    *link = entry.next_in_chain;
    remove<&Entry::in_all>(all_, index);
    remove<&Entry::in_thread>(threads_[entry.thread].leases, index);
    if (threads_[entry.thread].leases.oldest == 0)
        remove_thread(entry.thread);
    entry.next_in_chain = free_entries_;
    free_entries_ = index;
}

LeasePool::Entry *LeasePool::find(std::uint64_t ticket) noexcept
{
    Index index = entry_buckets_[hash(ticket)];
    while (index != 0 && entries_[index].lease.ticket != ticket)
        index = entries_[index].next_in_chain;
    return index != 0 ? &entries_[index] : nullptr;
}

LeasePool::Entry *LeasePool::oldest() noexcept { return first_not_picked<&Entry::in_all>(all_); }

LeasePool::Entry *LeasePool::oldest_of(std::uintptr_t thread) noexcept
{
    const Index index = thread_index(thread);
    return index != 0 ? first_not_picked<&Entry::in_thread>(threads_[index].leases) : nullptr;
}

LeasePool::Entry *LeasePool::next_of_thread(const Entry &entry) noexcept
{
    return first_not_picked<&Entry::in_thread>({entry.in_thread.newer, 0});
}

LeasePool::Index LeasePool::thread_index(std::uintptr_t thread) noexcept
{
    if (threads_[last_thread_].id == thread) [[likely]]
        return last_thread_;
    Index index = thread_buckets_[hash(thread)];
    while (index != 0 && threads_[index].id != thread)
        index = threads_[index].next_in_chain;
    return index;
}

LeasePool::Index LeasePool::add_thread(std::uintptr_t thread) noexcept
{
    Index index = free_threads_;
    if (index != 0)
        free_threads_ = threads_[index].next_in_chain;
    else
        index = ++threads_used_;
    Index &bucket = thread_buckets_[hash(thread)];
    threads_[index] = {thread, {}, bucket};
    bucket = index;
    return index;
}

void LeasePool::remove_thread(Index index) noexcept
{
    Thread &thread = threads_[index];
    Index *link = &thread_buckets_[hash(thread.id)];
    while (*link != index)
        link = &threads_[*link].next_in_chain;
    *link = thread.next_in_chain;
    thread.id = 0;
    thread.next_in_chain = free_threads_;
    free_threads_ = index;
}

} // namespace ipcq
