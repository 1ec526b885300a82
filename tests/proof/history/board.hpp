// SPDX-License-Identifier: Apache-2.0
//
// The memory that the processes of one run share beside the queue: signals from the parent, and every worker's log.
#pragma once

#include "history.hpp"

#include <atomic>
#include <cstddef>

namespace history {

inline constexpr unsigned workers_max = 8; // the last log is the parent's own

class Board {
public:
    struct Signals {
        std::atomic<std::uint64_t> next_value;
        std::atomic<bool> ebb;                         // producers rest, so that the queue runs dry
        std::atomic<bool> producers_stop;              // once they stand still,
        std::atomic<bool> consumers_stop;              // consumers leave with the first EMPTY
        std::atomic<std::uint64_t> count[workers_max]; // operations in each log
    };

    // Memory is taken as the logs grow.
    explicit Board(std::uint64_t operations_max);
    ~Board();
    Board(const Board &) = delete;
    Board &operator=(const Board &) = delete;

    Signals &signals() const { return *signals_; }
    Operation *log(unsigned worker) const { return operations_ + worker * operations_max_; }
    std::uint64_t operations_max() const { return operations_max_; } // a log
    std::uint64_t operations() const;                                // so far, of all logs
    std::span<const Operation> recorded(unsigned worker) const;

private:
    std::uint64_t operations_max_;
    std::size_t bytes_;
    Signals *signals_;
    Operation *operations_;
};

} // namespace history
