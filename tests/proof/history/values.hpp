// SPDX-License-Identifier: Apache-2.0
//
// What happened to each value, gathered from the history. 40 bytes a value; more only for those that were given back.
#pragma once

#include "findings.hpp"
#include "history.hpp"
#include "losses.hpp"

namespace history {

// An interval in which a put or a get took effect: not before `invoked`, not after `responded`.
struct Value {
    std::int64_t put_invoked = never, put_responded = never;
    std::int64_t taken_invoked = never, taken_responded = never; // for the first time
    std::int64_t finish_invoked = never;

    bool put() const { return put_invoked != never; }
    bool taken() const { return taken_responded != never; }
};

// From its giving back on, or after the death of who had it, until it was taken again.
struct ReadyAgain {
    std::uint64_t value;
    std::int64_t certain_from, certain_until;   // beyond doubt; none if from >= until
    std::int64_t possible_from, possible_until; // perhaps
    bool first;                                 // no delivery before it: the time since the put
};

struct Values {
    std::vector<Value> value;
    std::vector<ReadyAgain> again;
    std::vector<std::uint64_t> missing;     // put for certain and never delivered
    std::vector<std::uint64_t> put_by_dead; // delivered, and its put never returned
    Losses losses;

    // Reports what is wrong with one value by itself: VFresh, VRepet, redelivery.
    Values(const History &history, Findings &findings);

    // v was certainly put behind u.
    bool older(std::uint64_t u, std::uint64_t v) const
    {
        return value[u].put_responded < value[v].put_invoked || value[u].taken_responded < value[v].taken_invoked;
    }

private:
    void gather(const History &history, Findings &findings);
    void follow(const History &history, std::span<const Operation> steps, Findings &findings);
    void follow_all(const History &history, Findings &findings);
    void settle_bounds(Findings &findings);

    std::vector<bool> came_again_, held_by_dead_, finished_, put_returned_;
};

} // namespace history
