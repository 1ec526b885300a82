// SPDX-License-Identifier: Apache-2.0
#include "queue/lease_book.hpp"

#include "queue/options.hpp"
#include "wait/tick.hpp"

#include <cstdlib>
#include <pthread.h>
#include <sched.h>

namespace ipcq {

class LeaseBook::Guard {
public:
    explicit Guard(std::atomic<bool> &busy) : busy_(busy)
    {
        for (int spins = 0; busy_.exchange(true, std::memory_order_acquire); spins++)
            spins % 64 == 63 ? static_cast<void>(::sched_yield()) : pause_processor();
    }
    ~Guard() { busy_.store(false, std::memory_order_release); }
    Guard(const Guard &) = delete;
    Guard &operator=(const Guard &) = delete;

private:
    std::atomic<bool> &busy_;
};

LeaseBook::~LeaseBook() { std::free(entries_); }

bool LeaseBook::reserve() noexcept
{
    const Guard guard(busy_);
    return next_ - oldest_ < capacity_ || grow();
}

bool LeaseBook::grow() noexcept
{
    const std::uint64_t capacity = capacity_ == 0 ? 64 : capacity_ * 2;
    auto *entries = static_cast<Entry *>(std::calloc(capacity, sizeof(Entry)));
    if (entries == nullptr)
        return false;
    for (std::uint64_t ticket = oldest_; ticket < next_; ticket++)
        entries[ticket & (capacity - 1)] = entry(ticket);
    std::free(entries_);
    entries_ = entries;
    capacity_ = capacity;
    return true;
}

std::uint64_t LeaseBook::add(std::uint64_t offset, std::uint64_t sequence) noexcept
{
    const Guard guard(busy_);
    if (next_ - oldest_ == capacity_ && !grow())
        return 0;
    entry(next_) = {offset, sequence, static_cast<std::uintptr_t>(::pthread_self()), State::held};
    return next_++;
}

Code LeaseBook::pick(std::uint64_t ticket, Lease &out) noexcept
{
    const Guard guard(busy_);
    std::uint64_t chosen = 0;
    if (ticket == ticket_oldest || ticket == ticket_oldest_of_thread) {
        const auto self = static_cast<std::uintptr_t>(::pthread_self());
        for (std::uint64_t t = oldest_; t < next_; t++) {
            if (entry(t).state != State::held)
                continue;
            if (ticket == ticket_oldest || entry(t).thread == self) {
                chosen = t;
                break;
            }
            if (chosen == 0) // a thread without items of its own finishes the handle's oldest
                chosen = t;
        }
    } else if (ticket < first_own_) {
        return Code::INHERITED;
    } else if (ticket >= oldest_ && ticket < next_ && entry(ticket).state == State::held) {
        chosen = ticket;
    }
    if (chosen == 0)
        return Code::NOTTAKEN;
    entry(chosen).state = State::picked;
    out = {chosen, entry(chosen).offset, entry(chosen).sequence};
    return Code::OK;
}

void LeaseBook::drop(const Lease &lease) noexcept
{
    const Guard guard(busy_);
    entry(lease.ticket).state = State::gone;
    while (oldest_ < next_ && entry(oldest_).state == State::gone)
        oldest_++;
}

void LeaseBook::keep(const Lease &lease) noexcept
{
    const Guard guard(busy_);
    entry(lease.ticket).state = State::held;
}

void LeaseBook::start_anew() noexcept
{
    busy_.store(false, std::memory_order_relaxed); // its holder may be a thread that the child does not have
    oldest_ = first_own_ = next_;
}

} // namespace ipcq
