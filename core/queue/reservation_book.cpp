// SPDX-License-Identifier: Apache-2.0
#include "queue/reservation_book.hpp"

#include <cstdlib>

namespace ipcq {

ReservationBook::~ReservationBook() { std::free(entries_); }

bool ReservationBook::add(const Run &run, std::uint64_t size) noexcept
{
    const BiasedLock::Guard guard(lock_);
    if (count_ == capacity_) {
        const std::uint64_t capacity = capacity_ == 0 ? 8 : capacity_ * 2;
        auto *entries = static_cast<Entry *>(std::realloc(entries_, capacity * sizeof(Entry)));
        if (entries == nullptr)
            return false;
        entries_ = entries;
        capacity_ = capacity;
    }
    entries_[count_++] = {{run, size, ++last_number_}, false};
    return true;
}

// Few are ever reserved at once.
bool ReservationBook::pick(std::uint64_t first, Reservation &out) noexcept
{
    const BiasedLock::Guard guard(lock_);
    for (std::uint64_t i = 0; i < count_; i++) {
        Entry &entry = entries_[i];
        if (entry.reservation.run.first != first || entry.picked)
            continue;
        entry.picked = true;
        out = entry.reservation;
        return true;
    }
    return false;
}

// Locked. By its number and not by its place, where another thread may have reserved since: the run of one that is being
// committed may be linked, taken and freed before it is dropped here.
ReservationBook::Entry &ReservationBook::picked(const Reservation &reservation) noexcept
{
    std::uint64_t i = 0;
    while (entries_[i].reservation.number != reservation.number)
        i++;
    return entries_[i];
}

void ReservationBook::keep(const Reservation &reservation) noexcept
{
    const BiasedLock::Guard guard(lock_);
    picked(reservation).picked = false;
}

void ReservationBook::drop(const Reservation &reservation) noexcept
{
    const BiasedLock::Guard guard(lock_);
    picked(reservation) = entries_[count_ - 1];
    count_--;
}

void ReservationBook::start_anew() noexcept
{
    lock_.reset_after_fork();
    count_ = 0;
}

} // namespace ipcq
