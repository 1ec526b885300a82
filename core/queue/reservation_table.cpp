// SPDX-License-Identifier: Apache-2.0
#include "queue/reservation_table.hpp"

#include "queue/replace_block.hpp"

#include <algorithm>

namespace ipcq {

ReservationTable::~ReservationTable() { std::free(entries_.load(relaxed)); }

// Locked.
bool ReservationTable::grow() noexcept
{
    const std::uint64_t capacity = std::max<std::uint64_t>(8, capacity_.load(relaxed) * 2);
    auto *entries = static_cast<Entry *>(std::calloc(capacity, sizeof(Entry)));
    if (entries == nullptr)
        return false;
    std::copy_n(entries_.load(relaxed), count_, entries);
    replace_block(entries_, entries);
    // SYNC table-growth: release, a child that has this capacity has the block for it.
    capacity_.store(capacity, release);
    return true;
}

bool ReservationTable::add(const Run &run, std::uint64_t size) noexcept
{
    const BiasedLock::Guard guard(lock_);
    if (count_ == capacity_.load(relaxed) && !grow())
        return false;
    entries_.load(relaxed)[count_++] = {{run, size, ++last_number_}, false};
    return true;
}

// Few are ever reserved at once.
bool ReservationTable::pick(std::uint64_t first, Reservation &out) noexcept
{
    const BiasedLock::Guard guard(lock_);
    Entry *const begin = entries_.load(relaxed), *const end = begin + count_;
    Entry *const found = std::find_if(
        begin, end, [&](const Entry &entry) { return entry.reservation.run.first == first && !entry.picked; });
    if (found == end)
        return false;
    found->picked = true;
    out = found->reservation;
    return true;
}

// Locked. Found by its number: while a run is committed it may be linked, taken, freed and reserved again, so that two
// entries have the same place.
ReservationTable::Entry *ReservationTable::picked(const Reservation &reservation) noexcept
{
    Entry *entry = entries_.load(relaxed);
    while (entry->reservation.number != reservation.number)
        entry++;
    return entry;
}

void ReservationTable::restore(const Reservation &reservation) noexcept
{
    const BiasedLock::Guard guard(lock_);
    picked(reservation)->picked = false;
}

void ReservationTable::erase(const Reservation &reservation) noexcept
{
    const BiasedLock::Guard guard(lock_);
    *picked(reservation) = entries_.load(relaxed)[--count_];
}

void ReservationTable::reset_after_fork() noexcept
{
    // SYNC table-growth: whatever the instant of the fork, the block has at least capacity_ entries and is not freed.
    count_ = 0;
    lock_.reset_after_fork();
}

} // namespace ipcq
