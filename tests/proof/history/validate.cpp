// SPDX-License-Identifier: Apache-2.0
#include "validate.hpp"

#include "brute_force.hpp"
#include "checker.hpp"
#include "random_history.hpp"
#include "support/random.h"

#include <algorithm>
#include <cstdio>
#include <iterator>

namespace history {

namespace {

using ull = unsigned long long;

struct Sort {
    const char *name;
    RandomHistory::Sort what;
    std::int64_t exact_to; // nothing is missed with so many undelivered items; with more, something may be
};
constexpr std::int64_t any_number = INT64_MAX, never_exact = INT64_MIN;
constexpr Sort sorts[] = {
    {"FIFO", {false, false, false}, any_number},
    {"FIFO with kills", {true, false, false}, 1},
    {"FULL and size with kills", {true, false, true}, never_exact},
    {"redelivery and join with kills", {true, true, false}, never_exact},
    {"all of it", {true, true, true}, never_exact},
};

struct Tally {
    std::uint64_t legal = 0, illegal = 0, false_alarms = 0, missed = 0;
};

// Items that were put and never delivered: they are still there, or went with killed getters.
std::int64_t undelivered(const History &history)
{
    std::int64_t undelivered = 0;
    history.each([&](const Operation &put) {
        bool delivered = false;
        history.each([&](const Operation &get) {
            delivered = delivered || (get.kind == Kind::get && !get.pending() && get.value == put.value);
        });
        undelivered += put.kind == Kind::put && !put.pending() && !delivered;
    });
    return undelivered;
}

void print(const History &history)
{
    static constexpr const char *names[] = {"none", "put",    "get",       "empty", "full",
                                            "size", "finish", "give_back", "join",  "error"};
    std::printf("  max_items %llu, joinable %d\n", static_cast<ull>(history.max_items), history.joinable ? 1 : 0);
    history.each([&](const Operation &o) {
        std::printf("  life %u: %s %llu/%u [%lld, %lld]\n", o.life, names[static_cast<int>(o.kind)],
                    static_cast<ull>(o.value), o.deliveries, static_cast<long long>(o.invoked_ns),
                    static_cast<long long>(o.responded_ns));
    });
    for (std::size_t i = 0; i < history.lives.size(); i++)
        if (history.lives[i].killed_ns != never)
            std::printf("  life %zu killed [%lld, %lld]\n", i, static_cast<long long>(history.lives[i].killed_ns),
                        static_cast<long long>(history.lives[i].gone_ns));
}

// One history, both ways.
void compare(const History &history, bool spoiled, const Sort &sort, Tally &tally, Findings &findings)
{
    const bool legal = some_order_is_legal(history);
    const Findings found = check(history);
    const std::uint64_t before = findings.count();
    (legal ? tally.legal : tally.illegal)++;
    if (!legal && !spoiled)
        findings.add("validation", "%s: brute force refuses what a queue did", sort.name);
    if (legal && found.count() != 0) {
        tally.false_alarms++;
        findings.add("validation", "%s: false alarm: %s", sort.name, found.lines()[0].c_str());
    }
    if (!legal && found.count() == 0) {
        tally.missed++;
        if (undelivered(history) <= sort.exact_to)
            findings.add("validation", "%s: missed", sort.name);
    }
    if (findings.count() != before && findings.count() <= findings.lines().size())
        print(history);
}

} // namespace

Findings validate(std::uint64_t histories, std::uint64_t seed)
{
    Findings findings;
    Tally tally[std::size(sorts)];
    for (std::uint64_t i = 0; i < histories; i++) {
        const std::size_t sort = i % std::size(sorts);
        const bool spoiled = i / std::size(sorts) % 4 != 0;
        RandomHistory random(random_next(&seed), sorts[sort].what);
        if (spoiled)
            random.spoil();
        compare(random.history(), spoiled, sorts[sort], tally[sort], findings);
    }
    for (std::size_t i = 0; i < std::size(sorts) && histories != 0; i++)
        std::printf("checker, %s: legal %llu, illegal %llu, false alarms %llu, missed %llu\n", sorts[i].name,
                    static_cast<ull>(tally[i].legal), static_cast<ull>(tally[i].illegal),
                    static_cast<ull>(tally[i].false_alarms), static_cast<ull>(tally[i].missed));
    return findings;
}

} // namespace history
