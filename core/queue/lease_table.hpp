// SPDX-License-Identifier: Apache-2.0
//
// The items that this handle has taken and not finished. It gives the tickets, finds the oldest item of the handle and of
// a thread, and lets no item be finished twice. Private to the process; a forked child starts with none.
#pragma once

#include "error.hpp"
#include "queue/biased_lock.hpp"
#include "queue/lease_pool.hpp"
#include "queue/options.hpp"

namespace ipcq {

class LeaseTable {
public:
    LeaseTable() = default;
    LeaseTable(const LeaseTable &) = delete;
    LeaseTable &operator=(const LeaseTable &) = delete;
    ~LeaseTable();

    // Before `count` items are taken: is there room for them? False if there is no memory.
    bool reserve(std::uint64_t count = 1) noexcept
    {
        // Without the lock: if another thread uses the room up, add() has to grow, or fails.
        return held_.load(relaxed) + count <= capacity_.load(relaxed) || reserve_slowly(count);
    }
    // After reserve(). The new ticket, or 0 if other threads have used the room up and there is no memory for more.
    IPCQ_INLINE std::uint64_t add(std::uint64_t offset, std::uint64_t sequence) noexcept
    {
        const BiasedLock::Guard guard(lock_);
        const std::uint64_t ticket = next_;
        if (held_.load(relaxed) == 0) [[likely]] {
            single_ = {ticket, offset, sequence};
            single_thread_ = this_thread();
        } else if (!add_to_pool(ticket, offset, sequence)) {
            return 0;
        }
        held_.store(held_.load(relaxed) + 1, relaxed);
        next_ = ticket + 1;
        return ticket;
    }
    // Ends a lease: OK, NOTTAKEN, or INHERITED. `count` is raised by one under the table's lock.
    IPCQ_INLINE Code finish(std::uint64_t ticket, Lease &out, std::atomic<std::uint64_t> &count) noexcept
    {
        const BiasedLock::Guard guard(lock_);
        if (single_.ticket != 0 && (ticket == single_.ticket || means_oldest(ticket))) [[likely]] {
            out = single_;
            single_.ticket = 0;
            held_.store(0, relaxed);
        } else if (const Code code = finish_in_pool(ticket, out); code != Code::OK) {
            return code;
        }
        count.store(count.load(relaxed) + 1, relaxed);
        return Code::OK;
    }
    // The same in two steps, for an end that may fail: no other thread can end the lease before restore() or erase().
    Code pick(std::uint64_t ticket, Lease &out) noexcept;
    void erase(const Lease &lease) noexcept;
    void restore(const Lease &lease) noexcept;

    // In a forked child: forgets all, and older tickets answer INHERITED. Another thread of the parent may have been in
    // any call.
    void reset_after_fork() noexcept;

    // As many leases fit without more memory.
    std::uint64_t capacity() const noexcept { return capacity_.load(relaxed); }

private:
    static std::uintptr_t this_thread() { return reinterpret_cast<std::uintptr_t>(__builtin_thread_pointer()); }
    static bool means_oldest(std::uint64_t ticket)
    {
        static_assert(ticket_oldest == 0 && ticket_oldest_of_thread == UINT64_MAX);
        return ticket + 1 <= 1;
    }
    bool reserve_slowly(std::uint64_t count) noexcept;
    bool add_to_pool(std::uint64_t ticket, std::uint64_t offset, std::uint64_t sequence) noexcept;
    Code finish_in_pool(std::uint64_t ticket, Lease &out) noexcept;
    Code find(std::uint64_t ticket, LeasePool::Entry *&out) noexcept;
    LeasePool *pool_with_single() noexcept;
    bool grow(std::uint64_t count) noexcept;

    BiasedLock lock_; // covers all below; held_ and capacity_ are read without it
    // The usual case: a lease that is alone and not picked. Its ticket is 0 if there is none.
    Lease single_;
    std::uintptr_t single_thread_ = 0;
    std::uint64_t next_ = 1;
    std::atomic<std::uint64_t> held_{0};
    std::atomic<std::uint64_t> capacity_{0}; // of pool_
    std::atomic<LeasePool *> pool_{nullptr}; // empty while single_ is used
    std::uint64_t first_own_ = 1;            // lower tickets were given to the parent process
};

} // namespace ipcq
