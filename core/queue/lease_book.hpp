// SPDX-License-Identifier: Apache-2.0
//
// Which items this handle has taken and not finished, in the order it took them: what a ticket means, which item is the
// oldest, and that nothing is finished twice. Private to the process; a forked child starts an empty one.
#pragma once

#include "error.hpp"
#include "queue/options.hpp"
#include "queue/biased_lock.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace ipcq {

struct Lease {
    std::uint64_t ticket = 0;
    std::uint64_t offset = 0;
    std::uint64_t sequence = 0;
};

class LeaseBook {
public:
    LeaseBook() = default;
    LeaseBook(const LeaseBook &) = delete;
    LeaseBook &operator=(const LeaseBook &) = delete;
    ~LeaseBook();

    // Before `count` items are taken: is there room to note them? False if there is no memory.
    bool reserve(std::uint64_t count = 1) noexcept
    {
        // A look without the lock: at worst add() has to grow, or fails.
        return next_.load(relaxed_) - oldest_.load(relaxed_) + count <= capacity_.load(relaxed_) ||
               reserve_slowly(count);
    }
    // The new ticket, or 0 if the room was used by other threads meanwhile and there is no memory for more.
    IPCQ_INLINE std::uint64_t add(std::uint64_t offset, std::uint64_t sequence) noexcept
    {
        const BiasedLock::Guard guard(lock_);
        const std::uint64_t ticket = next_.load(relaxed_);
        if (ticket - oldest_.load(relaxed_) == capacity_.load(relaxed_) && !grow()) [[unlikely]]
            return 0;
        entry(ticket) = {offset, sequence, this_thread(), State::held};
        next_.store(ticket + 1, relaxed_);
        return ticket;
    }
    // Strikes a lease out: OK, NOTTAKEN, or INHERITED. `count` is raised by one under the book's lock.
    IPCQ_INLINE Code end(std::uint64_t ticket, Lease &out, std::atomic<std::uint64_t> &count) noexcept
    {
        {
            const BiasedLock::Guard guard(lock_);
            const std::uint64_t oldest = oldest_.load(relaxed_), next = next_.load(relaxed_);
            // The usual case: one item at a time.
            if (oldest + 1 == next && (ticket == oldest || ticket == ticket_oldest) &&
                entry(oldest).state == State::held) [[likely]] {
                out = {oldest, entry(oldest).offset, entry(oldest).sequence};
                oldest_.store(next, relaxed_);
                count.store(count.load(relaxed_) + 1, relaxed_);
                return Code::OK;
            }
        }
        return end_any(ticket, out, count);
    }
    // The same in two steps, for an end that may fail: nobody else can end it until keep() or drop().
    Code pick(std::uint64_t ticket, Lease &out) noexcept;
    void drop(const Lease &lease) noexcept;
    void keep(const Lease &lease) noexcept;

    // In a forked child: forgets all; older tickets answer INHERITED.
    void start_anew() noexcept;

private:
    enum class State : std::uint32_t { gone, held, picked };
    struct Entry {
        std::uint64_t offset;
        std::uint64_t sequence;
        std::uintptr_t thread;
        State state;
    };

    bool reserve_slowly(std::uint64_t count) noexcept;
    bool grow() noexcept;
    Code end_any(std::uint64_t ticket, Lease &out, std::atomic<std::uint64_t> &count) noexcept;
    static std::uintptr_t this_thread() { return reinterpret_cast<std::uintptr_t>(__builtin_thread_pointer()); }
    Code find(std::uint64_t ticket, Lease &out) noexcept;
    void strike(std::uint64_t ticket) noexcept;
    Entry &entry(std::uint64_t ticket) { return entries_[ticket & (capacity_.load(relaxed_) - 1)]; }

    static constexpr auto relaxed_ = std::memory_order_relaxed; // the numbers change under the lock only

    BiasedLock lock_;
    Entry *entries_ = nullptr; // a ring of capacity_, a power of two
    std::atomic<std::uint64_t> capacity_{0};
    std::atomic<std::uint64_t> oldest_{1}; // every ticket below is gone
    std::atomic<std::uint64_t> next_{1};
    std::uint64_t first_own_ = 1; // tickets below were given to the parent process
};

} // namespace ipcq
