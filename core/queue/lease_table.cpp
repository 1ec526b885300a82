// SPDX-License-Identifier: Apache-2.0
#include "queue/lease_table.hpp"

#include "queue/replace_block.hpp"

#include <algorithm>
#include <bit>

namespace ipcq {

namespace {

constexpr std::uint64_t capacity_min = 64;

} // namespace

LeaseTable::~LeaseTable() { std::free(pool_.load(relaxed)); }

bool LeaseTable::reserve_slowly(std::uint64_t count) noexcept
{
    const BiasedLock::Guard guard(lock_);
    return grow(count);
}

// Locked. To room for `count` more.
bool LeaseTable::grow(std::uint64_t count) noexcept
{
    const std::uint64_t wanted = held_.load(relaxed) + count;
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

// Locked. reserve() has made a pool before the single lease was taken.
LeasePool *LeaseTable::pool_with_single() noexcept
{
    LeasePool *const pool = pool_.load(relaxed);
    if (single_.ticket != 0) [[unlikely]] {
        pool->append(single_.ticket, single_thread_).lease = single_;
        single_.ticket = 0;
    }
    return pool;
}

// Locked.
bool LeaseTable::add_to_pool(std::uint64_t ticket, std::uint64_t offset, std::uint64_t sequence) noexcept
{
    if (held_.load(relaxed) == capacity_.load(relaxed) && !grow(1)) [[unlikely]]
        return false;
    Lease &lease = pool_with_single()->append(ticket, this_thread()).lease;
    lease.offset = offset;
    lease.sequence = sequence;
    return true;
}

// Locked. A thread without leases of its own finds the handle's oldest.
Code LeaseTable::find(std::uint64_t ticket, LeasePool::Entry *&out) noexcept
{
    if (!means_oldest(ticket) && ticket < first_own_)
        return Code::INHERITED;
    LeasePool *const pool = pool_with_single();
    if (pool == nullptr)
        return Code::NOTTAKEN;
    if (!means_oldest(ticket)) {
        out = pool->find(ticket);
        return out != nullptr && !out->picked ? Code::OK : Code::NOTTAKEN;
    }
    out = ticket == ticket_oldest_of_thread ? pool->oldest_of(this_thread()) : nullptr;
    if (out == nullptr)
        out = pool->oldest();
    return out != nullptr ? Code::OK : Code::NOTTAKEN;
}

// Locked.
Code LeaseTable::finish_in_pool(std::uint64_t ticket, Lease &out) noexcept
{
    LeasePool::Entry *entry = nullptr;
    const Code code = find(ticket, entry);
    if (code == Code::OK) {
        out = entry->lease;
        pool_.load(relaxed)->erase(*entry);
        held_.store(held_.load(relaxed) - 1, relaxed);
    }
    return code;
}

Code LeaseTable::pick(std::uint64_t ticket, Lease &out) noexcept
{
    const BiasedLock::Guard guard(lock_);
    LeasePool::Entry *entry = nullptr;
    const Code code = find(ticket, entry);
    if (code == Code::OK) {
        entry->picked = true;
        out = entry->lease;
    }
    return code;
}

void LeaseTable::erase(const Lease &lease) noexcept
{
    const BiasedLock::Guard guard(lock_);
    LeasePool *const pool = pool_.load(relaxed);
    pool->erase(*pool->find(lease.ticket));
    held_.store(held_.load(relaxed) - 1, relaxed);
}

void LeaseTable::restore(const Lease &lease) noexcept
{
    const BiasedLock::Guard guard(lock_);
    pool_.load(relaxed)->find(lease.ticket)->picked = false;
}

void LeaseTable::reset_after_fork() noexcept
{
    // SYNC table-growth: whatever the instant of the fork, the pool is whole but for its lists, and is not freed.
    LeasePool *const pool = pool_.load(relaxed);
    if (pool != nullptr)
        pool->clear();
    capacity_.store(pool != nullptr ? pool->capacity() : 0, relaxed);
    single_.ticket = 0;
    held_.store(0, relaxed);
    first_own_ = next_;
    lock_.reset_after_fork();
}

} // namespace ipcq
