// SPDX-License-Identifier: Apache-2.0
//
// The runs that this handle has reserved and not yet committed or abandoned. Private to the process. The caller names a
// run by its address, and only an address in this table reaches the log.
#pragma once

#include "log/log.hpp"
#include "queue/biased_lock.hpp"

namespace ipcq {

struct Reservation {
    Run run;
    std::uint64_t size = 0;   // bytes of payload that were asked for
    std::uint64_t number = 0; // unique in the table
};

class ReservationTable {
public:
    ReservationTable() = default;
    ReservationTable(const ReservationTable &) = delete;
    ReservationTable &operator=(const ReservationTable &) = delete;
    ~ReservationTable();

    bool add(const Run &run, std::uint64_t size) noexcept; // false if there is no memory
    // The reservation whose run begins at `first`. No other thread can pick it before restore(). False if there is none.
    bool pick(std::uint64_t first, Reservation &out) noexcept;
    void restore(const Reservation &reservation) noexcept;
    void erase(const Reservation &reservation) noexcept;
    // In a forked child, which has not inherited the runs. Another thread of the parent may have been in any call.
    void reset_after_fork() noexcept;

private:
    struct Entry {
        Reservation reservation;
        bool picked;
    };
    bool grow() noexcept;
    Entry *picked(const Reservation &reservation) noexcept;

    BiasedLock lock_;
    std::atomic<Entry *> entries_{nullptr};
    std::atomic<std::uint64_t> capacity_{0}; // never more than entries_ has
    std::uint64_t count_ = 0, last_number_ = 0;
};

} // namespace ipcq
