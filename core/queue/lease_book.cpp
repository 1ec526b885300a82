// SPDX-License-Identifier: Apache-2.0
#include "queue/lease_book.hpp"

#include <cstdlib>

namespace ipcq {

LeaseBook::~LeaseBook() { std::free(entries_); }

bool LeaseBook::reserve_slowly(std::uint64_t count) noexcept
{
    const BiasedLock::Guard guard(lock_);
    while (next_ - oldest_ + count > capacity_)
        if (!grow())
            return false;
    return true;
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

// Locked.
Code LeaseBook::find(std::uint64_t ticket, Lease &out) noexcept
{
    const std::uint64_t oldest = oldest_.load(relaxed_), next = next_.load(relaxed_);
    std::uint64_t chosen = 0;
    if (ticket == ticket_oldest || ticket == ticket_oldest_of_thread) {
        const std::uintptr_t self = this_thread();
        for (std::uint64_t t = oldest; t < next; t++) {
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
    } else if (ticket >= oldest && ticket < next && entry(ticket).state == State::held) {
        chosen = ticket;
    }
    if (chosen == 0)
        return Code::NOTTAKEN;
    out = {chosen, entry(chosen).offset, entry(chosen).sequence};
    return Code::OK;
}

// Locked.
void LeaseBook::strike(std::uint64_t ticket) noexcept
{
    entry(ticket).state = State::gone;
    std::uint64_t oldest = oldest_.load(relaxed_);
    while (oldest < next_.load(relaxed_) && entry(oldest).state == State::gone)
        oldest++;
    oldest_.store(oldest, relaxed_);
}

Code LeaseBook::end_any(std::uint64_t ticket, Lease &out, std::atomic<std::uint64_t> &count) noexcept
{
    const BiasedLock::Guard guard(lock_);
    const Code code = find(ticket, out);
    if (code == Code::OK) {
        strike(out.ticket);
        count.store(count.load(relaxed_) + 1, relaxed_);
    }
    return code;
}

Code LeaseBook::pick(std::uint64_t ticket, Lease &out) noexcept
{
    const BiasedLock::Guard guard(lock_);
    const Code code = find(ticket, out);
    if (code == Code::OK)
        entry(out.ticket).state = State::picked;
    return code;
}

void LeaseBook::drop(const Lease &lease) noexcept
{
    const BiasedLock::Guard guard(lock_);
    strike(lease.ticket);
}

void LeaseBook::keep(const Lease &lease) noexcept
{
    const BiasedLock::Guard guard(lock_);
    entry(lease.ticket).state = State::held;
}

void LeaseBook::start_anew() noexcept
{
    lock_.reset_after_fork();
    first_own_ = next_;
    oldest_ = first_own_;
}

} // namespace ipcq
