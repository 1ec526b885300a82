// SPDX-License-Identifier: Apache-2.0
//
// Small histories: played by workers that are interrupted anywhere and killed, on a queue that is right; and then
// spoiled.
#pragma once

#include "history.hpp"

namespace history {

class RandomHistory {
public:
    struct Sort {
        bool killed;   // workers are
        bool joinable; // with task_done, nack and join
        bool counted;  // with a limit of items, FULL and size
    };
    RandomHistory(std::uint64_t seed, Sort sort);

    const History &history() const { return history_; }
    void spoil(); // once or twice; it may still be legal, or even be as it was

private:
    struct Record {
        std::uint64_t value;
        enum { ready, taken, finished } state;
        unsigned deliveries;
        std::uint32_t life;
    };
    enum class Step { idle, invoked, happened };
    struct Player {
        std::uint32_t life;
        Step step;
        bool killed;
        std::vector<Record> held;
    };

    std::uint64_t dice(std::uint64_t sides);
    std::int64_t tick() { return ++clock_; }
    std::uint64_t ready() const;
    void play(unsigned operations_max);
    void invoke(std::size_t index);
    void happen(std::size_t index);
    void respond(std::size_t index);
    void die(std::size_t index);
    void reap();
    void publish();

    void shift_one();
    void swap_two_gets();
    void drop_one();
    void change_answer();
    Operation *any(Kind kind);
    Operation *end_of(const Operation &get);

    std::uint64_t seed_;
    Sort sort_;
    std::int64_t clock_ = 0;
    std::uint64_t operations_ = 0;
    std::vector<Record> queue_;
    std::vector<Player> players_;
    std::vector<std::vector<Operation>> logs_;
    History history_;
};

} // namespace history
