// SPDX-License-Identifier: Apache-2.0
//
// Which runs this handle has reserved and not yet committed or abandoned. Private to the process: a run is named by its
// address, and only what stands here is believed, so that no other address reaches the log.
#pragma once

#include "log/log.hpp"
#include "queue/biased_lock.hpp"

namespace ipcq {

struct Reservation {
    Run run;
    std::uint64_t size = 0;   // bytes of payload that were asked for
    std::uint64_t number = 0; // by the book, which has never two of the same
};

class ReservationBook {
public:
    ReservationBook() = default;
    ReservationBook(const ReservationBook &) = delete;
    ReservationBook &operator=(const ReservationBook &) = delete;
    ~ReservationBook();

    bool add(const Run &run, std::uint64_t size) noexcept; // false if there is no memory
    // The reservation whose run begins at `first`; nobody else can pick it until keep() or drop(). False if there is none.
    bool pick(std::uint64_t first, Reservation &out) noexcept;
    void keep(const Reservation &reservation) noexcept;
    void drop(const Reservation &reservation) noexcept;
    // In a forked child, which has not inherited the memory.
    void start_anew() noexcept;

private:
    struct Entry {
        Reservation reservation;
        bool picked;
    };
    Entry &picked(const Reservation &reservation) noexcept;

    BiasedLock lock_;
    Entry *entries_ = nullptr;
    std::uint64_t count_ = 0, capacity_ = 0, last_number_ = 0;
};

} // namespace ipcq
