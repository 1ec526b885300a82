// SPDX-License-Identifier: Apache-2.0
//
// The items that this handle has taken and not finished. It gives the tickets, finds the oldest item of the handle and of
// a thread, and lets no item be finished twice. Private to the process; a forked child starts with none.
//
// Leases of the last tickets stand in a ring by ticket, where most of them are finished. A lease that is still held when
// its place is needed moves to the pool. So every lease in the pool is older than all in the ring. A lease that would be
// alone in the ring stands beside it, in a place that no ticket has to be known for.
#pragma once

#include "error.hpp"
#include "queue/biased_lock.hpp"
#include "queue/lease_pool.hpp"
#include "queue/options.hpp"

#include <algorithm>
#include <array>

namespace ipcq {

// Of the calling thread; 0 until its first lease. Reached by one instruction, as the record of its calls.
extern constinit thread_local std::uintptr_t thread_number __attribute__((tls_model("initial-exec")));

class LeaseTable {
public:
    // Bounds what a search for a thread's oldest lease looks at.
    static constexpr std::uint64_t ring_size = 128;

    LeaseTable() = default;
    LeaseTable(const LeaseTable &) = delete;
    LeaseTable &operator=(const LeaseTable &) = delete;
    ~LeaseTable();

    // Before `count` items are taken: is there room for them? False if there is no memory.
    bool reserve(std::uint64_t count = 1) noexcept
    {
        // Without the lock: if another thread uses the room up, add() has to grow, or fails.
        return next_.load(relaxed) + count - oldest_.load(relaxed) <= ring_size || // no lease has to move to the pool
               held_at_most() + count <= capacity_.load(relaxed) || reserve_slowly(count);
    }
    // After reserve(). The new ticket, or 0 if other threads have used the room up and there is no memory for more.
    IPCQ_INLINE std::uint64_t add(std::uint64_t offset, std::uint64_t sequence) noexcept
    {
        const BiasedLock::Guard guard(lock_);
        const std::uint64_t ticket = next_.load(relaxed);
        Recent *const place = oldest_.load(relaxed) == ticket ? &single_ : place_in_ring(ticket);
        if (place == nullptr) [[unlikely]]
            return 0;
        place->lease.ticket = ticket;
        place->lease.offset = offset;
        place->lease.sequence = sequence;
        place->thread_and_pick = this_thread();
        next_.store(ticket + 1, relaxed);
        return ticket;
    }
    // The usual case of finish(): the thread is the bias owner, and the ticket is a recent one. False: nothing has changed.
    IPCQ_INLINE bool finish_at_once(std::uint64_t ticket, std::uint64_t &out_offset,
                                    std::atomic<std::uint64_t> &count) noexcept
    {
        const BiasedLock::OwnerGuard guard(lock_);
        if (!guard.held() || !finish_recent(ticket, out_offset)) [[unlikely]]
            return false;
        count.store(count.load(relaxed) + 1, relaxed);
        return true;
    }
    // Ends a lease: OK and where its record is, NOTTAKEN, INHERITED, or AMBIGUOUS. `count` is raised by one under the
    // table's lock.
    IPCQ_INLINE Code finish(std::uint64_t ticket, std::uint64_t &out_offset, std::atomic<std::uint64_t> &count) noexcept
    {
        const BiasedLock::Guard guard(lock_);
        if (!finish_recent(ticket, out_offset)) [[unlikely]]
            if (const Code code = finish_slowly(ticket, out_offset); code != Code::OK)
                return code;
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

    // As many leases fit into the pool without more memory.
    std::uint64_t capacity() const noexcept { return capacity_.load(relaxed); }

private:
    struct Recent {                       // two of them to a line
        Lease lease;                      // ticket 0: no lease
        std::uintptr_t thread_and_pick{}; // bit 0: picked; the numbers of threads are even

        bool holds(std::uint64_t ticket) const { return ticket != 0 && lease.ticket == ticket && !is_picked(); }
        std::uintptr_t thread() const { return thread_and_pick & ~std::uintptr_t{1}; }
        bool is_picked() const { return (thread_and_pick & 1) != 0; }
        void set_picked(bool picked) { thread_and_pick = thread() | (picked ? 1 : 0); }
    };
    // Where a lease stands: one of the two is not nullptr.
    struct Found {
        Recent *recent = nullptr;
        LeasePool::Entry *entry = nullptr;
        explicit operator bool() const { return recent != nullptr || entry != nullptr; }
        const Lease &lease() const { return recent != nullptr ? recent->lease : entry->lease; }
        bool is_picked() const { return recent != nullptr ? recent->is_picked() : entry->picked; }
        void set_picked(bool picked) const
        {
            if (recent != nullptr)
                recent->set_picked(picked);
            else if (entry != nullptr)
                entry->picked = picked;
        }
    };

    // Not its address: a new thread may have the address of one that ended, and would finish that one's items.
    static std::uintptr_t this_thread() { return thread_number != 0 ? thread_number : number_this_thread(); }
    [[gnu::noinline]] static std::uintptr_t number_this_thread() noexcept;
    static bool has_a_meaning(std::uint64_t ticket) // and is no ticket that add() gave
    {
        static_assert(ticket_oldest == 0 && ticket_oldest_of_thread == UINT64_MAX);
        static_assert(ticket_only_of_thread == UINT64_MAX - 1);
        return ticket + 2 <= 2;
    }
    // Locked, and there is a single lease. Does the ticket stand for it, without naming it?
    bool means_single(std::uint64_t ticket) const noexcept
    {
        return has_a_meaning(ticket) && in_pool_.load(relaxed) == 0 &&
               (ticket != ticket_only_of_thread || single_.thread() == thread_number);
    }
    // Locked. False: nothing has changed.
    IPCQ_INLINE bool finish_recent(std::uint64_t ticket, std::uint64_t &out_offset) noexcept
    {
        if (const std::uint64_t single = single_.lease.ticket;
            single != 0 && (ticket == single || means_single(ticket))) [[likely]] {
            out_offset = single_.lease.offset;
            single_.lease.ticket = 0;
            oldest_.store(single + 1, relaxed);
            return true;
        }
        Recent &place = place_of(ticket);
        if (!place.holds(ticket))
            return false;
        out_offset = place.lease.offset;
        place.lease.ticket = 0;
        if (ticket == oldest_.load(relaxed))
            advance_oldest();
        return true;
    }
    Recent &place_of(std::uint64_t ticket) { return ring_[ticket % ring_size]; }
    // In the ring and in the pool: what would not fit into the ring is in the pool already.
    std::uint64_t held_at_most() const noexcept
    {
        return std::min(next_.load(relaxed) - oldest_.load(relaxed), ring_size) + in_pool_.load(relaxed);
    }
    bool reserve_slowly(std::uint64_t count) noexcept;
    Recent *place_in_ring(std::uint64_t ticket) noexcept;
    void move_single_to_ring() noexcept;
    // Each ticket is passed once.
    IPCQ_INLINE void advance_oldest() noexcept
    {
        std::uint64_t oldest = oldest_.load(relaxed);
        while (oldest < next_.load(relaxed) && place_of(oldest).lease.ticket == 0)
            oldest++;
        oldest_.store(oldest, relaxed);
    }
    bool move_to_pool(Recent &place) noexcept;
    Code finish_slowly(std::uint64_t ticket, std::uint64_t &out_offset) noexcept;
    Code find(std::uint64_t ticket, Found &out) noexcept;
    Found held(std::uint64_t ticket) noexcept;
    Found oldest(std::uintptr_t thread) noexcept;
    bool is_only_of_thread(const Found &oldest) noexcept;
    // Its first ticket is `from` or later.
    Recent *oldest_in_ring(std::uintptr_t thread, std::uint64_t from) noexcept;
    void erase(const Found &found) noexcept;
    bool grow(std::uint64_t count) noexcept;

    BiasedLock lock_; // covers all below; the numbers are read without it
    Recent single_;   // not picked
    std::array<Recent, ring_size> ring_{};
    std::atomic<std::uint64_t> next_{1};
    std::atomic<std::uint64_t> oldest_{1}; // the lowest ticket in the ring or beside it; next_ if there is none
    std::atomic<std::uint64_t> in_pool_{0}, capacity_{0}; // of pool_
    std::atomic<LeasePool *> pool_{nullptr};
    std::uint64_t first_own_ = 1;  // lower tickets were given to the parent process
    bool parent_held_any_ = false; // at the fork
};

} // namespace ipcq
