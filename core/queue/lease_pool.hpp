// SPDX-License-Identifier: Apache-2.0
//
// Leases in one block of memory of a fixed capacity: a hash table by ticket, a list of all by age, and a list for each
// thread. Every operation but clear() takes constant time. The lock of the LeaseTable covers every call.
#pragma once

#include <cstddef>
#include <cstdint>

namespace ipcq {

struct Lease {
    std::uint64_t ticket = 0;
    std::uint64_t offset = 0;
    std::uint64_t sequence = 0;
};

class LeasePool {
public:
    struct Entry;

    static constexpr std::uint64_t capacity_max = std::uint64_t{1} << 31; // indices have 32 bits
    // A pool in memory of its own, for std::free(). nullptr if there is none. The capacity is a power of two.
    static LeasePool *create(std::uint64_t capacity) noexcept;
    LeasePool(const LeasePool &) = delete;
    LeasePool &operator=(const LeasePool &) = delete;

    std::uint64_t capacity() const { return capacity_; }
    // The pool is not full, and the ticket is the highest so far. The caller fills in the rest of the lease.
    Entry &append(std::uint64_t ticket, std::uintptr_t thread) noexcept;
    void append_all(const LeasePool &other) noexcept;
    void erase(Entry &entry) noexcept;
    // Also for a pool that was forked in the middle of any call: it needs nothing but the capacity.
    void clear() noexcept;

    // Each nullptr if there is none.
    Entry *find(std::uint64_t ticket) noexcept;
    Entry *oldest() noexcept;                           // that is not picked
    Entry *oldest_of(std::uintptr_t thread) noexcept;   // that is not picked
    Entry *next_of_thread(const Entry &entry) noexcept; // of the same thread, that is not picked

private:
    using Index = std::uint32_t; // 0: none
    struct Link {
        Index older, newer;
    };
    struct List {
        Index oldest, newest;
    };
    struct Thread;

    explicit LeasePool(std::uint64_t capacity) noexcept;
    static std::size_t size_for(std::uint64_t capacity);
    std::size_t hash(std::uint64_t key) const
    {
        return key * 0x9e37'79b9'7f4a'7c15 >> hash_shift_;
    } // Fibonacci hashing
    template <Link Entry::*link> void push(List &list, Index index) noexcept;
    template <Link Entry::*link> void remove(List &list, Index index) noexcept;
    template <Link Entry::*link> Entry *first_not_picked(const List &list) noexcept;
    Index thread_index(std::uintptr_t thread) noexcept; // 0: it has no lease
    Index add_thread(std::uintptr_t thread) noexcept;
    void remove_thread(Index index) noexcept;

    // Arrays behind this object. Entries and threads begin at 1; buckets hold the first index of a chain.
    const std::uint64_t capacity_;
    const int hash_shift_;
    Entry *const entries_;
    Thread *const threads_;
    Index *const entry_buckets_, *const thread_buckets_;

    List all_{};
    Index entries_used_ = 0, threads_used_ = 0; // those above have never been used
    Index free_entries_ = 0, free_threads_ = 0; // chains
    Index last_thread_ = 0;                     // the one that appended last: mostly the next, too
};

struct LeasePool::Entry {
    Lease lease;
    bool picked;
    Index next_in_chain, thread;
    Link in_all, in_thread;
};

} // namespace ipcq
