// SPDX-License-Identifier: Apache-2.0
#include "queue/reservation_book.hpp"

#include <cstdlib>

namespace ipcq {

ReservationBook::~ReservationBook() { std::free(entries_); }

bool ReservationBook::add(const Reservation &reservation) noexcept
{
    const ShortLock::Hold hold(lock_);
    if (count_ == capacity_) {
        const std::uint64_t capacity = capacity_ == 0 ? 8 : capacity_ * 2;
        auto *entries = static_cast<Entry *>(std::realloc(entries_, capacity * sizeof(Entry)));
        if (entries == nullptr)
            return false;
        entries_ = entries;
        capacity_ = capacity;
    }
    entries_[count_++] = {reservation, false};
    return true;
}

// Locked. Few are ever reserved at once. Of the same place there may be two: one that is being committed, whose run was
// linked, taken and freed meanwhile, and one that another thread has reserved there since.
ReservationBook::Entry *ReservationBook::find(std::uint64_t first, bool picked) noexcept
{
    for (std::uint64_t i = 0; i < count_; i++)
        if (entries_[i].reservation.run.first == first && entries_[i].picked == picked)
            return &entries_[i];
    return nullptr;
}

bool ReservationBook::pick(std::uint64_t first, Reservation &out) noexcept
{
    const ShortLock::Hold hold(lock_);
    Entry *entry = find(first, false);
    if (entry == nullptr)
        return false;
    entry->picked = true;
    out = entry->reservation;
    return true;
}

void ReservationBook::keep(const Reservation &reservation) noexcept
{
    const ShortLock::Hold hold(lock_);
    find(reservation.run.first, true)->picked = false;
}

void ReservationBook::drop(const Reservation &reservation) noexcept
{
    const ShortLock::Hold hold(lock_);
    *find(reservation.run.first, true) = entries_[count_ - 1];
    count_--;
}

void ReservationBook::start_anew() noexcept
{
    lock_.start_anew();
    count_ = 0;
}

} // namespace ipcq
