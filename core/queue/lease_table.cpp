// SPDX-License-Identifier: Apache-2.0
#include "queue/lease_table.hpp"

#include "queue/replace_block.hpp"

#include <bit>

namespace ipcq {

namespace {

constexpr std::uint64_t capacity_min = 64;
constexpr std::uintptr_t any_thread = 0;

// Written by threads that take their first lease. A forked child goes on counting, so that no number comes twice.
std::atomic<std::uintptr_t> numbers_given{0};

} // namespace

constinit thread_local std::uintptr_t thread_number = 0;

std::uintptr_t LeaseTable::number_this_thread() noexcept
{
    constexpr std::uintptr_t step = 2;                                    // bit 0 is not a thread's
    return thread_number = numbers_given.fetch_add(step, relaxed) + step; // relaxed: the number alone counts
}

LeaseTable::~LeaseTable() { std::free(pool_.load(relaxed)); }

bool LeaseTable::reserve_slowly(std::uint64_t count) noexcept
{
    const BiasedLock::Guard guard(lock_);
    return grow(count);
}

// Locked. To a pool that could hold all leases and `count` more.
bool LeaseTable::grow(std::uint64_t count) noexcept
{
    const std::uint64_t wanted = held_at_most() + count;
    if (wanted <= capacity_.load(relaxed))
        return true;
    if (wanted > LeasePool::capacity_max)
        return false;
    LeasePool *const pool = LeasePool::create(std::max(capacity_min, std::bit_ceil(wanted)));
    if (pool == nullptr)
        return false;
    if (const LeasePool *old = pool_.load(relaxed); old != nullptr)
        pool->append_all(*old);
    replace_block(pool_, pool);
    capacity_.store(pool->capacity(), relaxed);
    return true;
}

// Locked. Free, for the next ticket; nullptr if there is no memory.
LeaseTable::Recent *LeaseTable::place_in_ring(std::uint64_t ticket) noexcept
{
    move_single_to_ring();
    Recent &place = place_of(ticket);
    return place.lease.ticket == 0 || move_to_pool(place) ? &place : nullptr;
}

// Locked. Its place is free: the ring has no lease as long as there is a single one.
void LeaseTable::move_single_to_ring() noexcept
{
    if (single_.lease.ticket == 0)
        return;
    place_of(single_.lease.ticket) = single_;
    single_.lease.ticket = 0;
}

// Locked. The lease stays held, and its place is free. Leases move in the order of their tickets.
bool LeaseTable::move_to_pool(Recent &place) noexcept
{
    if (!grow(1)) [[unlikely]] // reserve() has done it, unless another thread has used the room up
        return false;
    LeasePool::Entry &entry = pool_.load(relaxed)->append(place.lease.ticket, place.thread());
    entry.lease = place.lease;
    entry.picked = place.is_picked();
    in_pool_.store(in_pool_.load(relaxed) + 1, relaxed);
    place.lease.ticket = 0;
    advance_oldest();
    return true;
}

// Locked.
LeaseTable::Found LeaseTable::held(std::uint64_t ticket) noexcept
{
    if (Recent &place = place_of(ticket); place.lease.ticket == ticket)
        return {&place, nullptr};
    LeasePool *const pool = pool_.load(relaxed);
    return {nullptr, pool != nullptr ? pool->find(ticket) : nullptr};
}

// Locked. That is not picked.
LeaseTable::Recent *LeaseTable::oldest_in_ring(std::uintptr_t thread, std::uint64_t from) noexcept
{
    for (std::uint64_t ticket = std::max(from, oldest_.load(relaxed)); ticket < next_.load(relaxed); ticket++) {
        Recent &place = place_of(ticket);
        if (place.lease.ticket != 0 && !place.is_picked() && (thread == any_thread || place.thread() == thread))
            return &place;
    }
    return nullptr;
}

// Locked. Those in the pool are older than all in the ring.
LeaseTable::Found LeaseTable::oldest(std::uintptr_t thread) noexcept
{
    Found found;
    if (LeasePool *const pool = pool_.load(relaxed); pool != nullptr)
        found.entry = thread == any_thread ? pool->oldest() : pool->oldest_of(thread);
    if (!found)
        found.recent = oldest_in_ring(thread, 0);
    return found;
}

// Locked. `oldest`: of the calling thread.
bool LeaseTable::is_only_of_thread(const Found &oldest) noexcept
{
    if (oldest.entry != nullptr && pool_.load(relaxed)->next_of_thread(*oldest.entry) != nullptr)
        return false;
    return oldest_in_ring(this_thread(), oldest.lease().ticket + 1) == nullptr;
}

// Locked. With ticket_oldest_of_thread a thread without leases of its own finds the handle's oldest.
Code LeaseTable::find(std::uint64_t ticket, Found &out) noexcept
{
    move_single_to_ring();
    if (!has_a_meaning(ticket)) {
        if (ticket < first_own_)
            return Code::INHERITED;
        out = held(ticket);
        return out && !out.is_picked() ? Code::OK : Code::NOTTAKEN;
    }
    out = ticket == ticket_oldest ? Found{} : oldest(this_thread());
    if (ticket == ticket_only_of_thread && out)
        return is_only_of_thread(out) ? Code::OK : Code::AMBIGUOUS;
    if (!out)
        out = oldest(any_thread);
    if (!out)
        return parent_held_any_ ? Code::INHERITED : Code::NOTTAKEN;
    return ticket == ticket_only_of_thread ? Code::AMBIGUOUS : Code::OK;
}

// Locked.
void LeaseTable::erase(const Found &found) noexcept
{
    if (found.recent != nullptr) {
        found.recent->lease.ticket = 0;
        advance_oldest();
    } else if (found.entry != nullptr) {
        pool_.load(relaxed)->erase(*found.entry);
        in_pool_.store(in_pool_.load(relaxed) - 1, relaxed);
    }
}

// Locked.
Code LeaseTable::finish_slowly(std::uint64_t ticket, std::uint64_t &out_offset) noexcept
{
    Found found;
    const Code code = find(ticket, found);
    if (code == Code::OK) {
        out_offset = found.lease().offset;
        erase(found);
    }
    return code;
}

Code LeaseTable::pick(std::uint64_t ticket, Lease &out) noexcept
{
    const BiasedLock::Guard guard(lock_);
    Found found;
    const Code code = find(ticket, found);
    if (code == Code::OK) {
        found.set_picked(true);
        out = found.lease();
    }
    return code;
}

void LeaseTable::erase(const Lease &lease) noexcept
{
    const BiasedLock::Guard guard(lock_);
    erase(held(lease.ticket));
}

void LeaseTable::restore(const Lease &lease) noexcept
{
    const BiasedLock::Guard guard(lock_);
    held(lease.ticket).set_picked(false);
}

void LeaseTable::reset_after_fork() noexcept
{
    // SYNC table-growth: whatever the instant of the fork, the pool is whole but for its lists, and is not freed.
    LeasePool *const pool = pool_.load(relaxed);
    if (pool != nullptr)
        pool->clear();
    capacity_.store(pool != nullptr ? pool->capacity() : 0, relaxed);
    parent_held_any_ = held_at_most() != 0;
    single_ = {};
    ring_.fill({});
    in_pool_.store(0, relaxed);
    first_own_ = next_.load(relaxed);
    oldest_.store(first_own_, relaxed);
    lock_.reset_after_fork();
}

} // namespace ipcq
