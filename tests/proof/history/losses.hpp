// SPDX-License-Identifier: Apache-2.0
//
// Deliveries that nobody recorded: each must have gone to a getter that was killed inside its get, and no such getter
// can have had more than one.
#pragma once

#include "findings.hpp"
#include "history.hpp"

#include <cstdint>
#include <vector>

namespace history {

class Losses {
public:
    void killed_get(std::int64_t invoked_ns, const Life &life)
    {
        getters_.push_back({invoked_ns, life.killed_ns, life.gone_ns});
    }

    // A delivery of `value` between these instants is missing. came_again: its getter died before `until`.
    void missing(std::uint64_t value, std::int64_t from, std::int64_t until, bool came_again);

    // The earliest and the latest instant between these two at which a killed getter can have taken something; `never`
    // if none can.
    std::int64_t earliest(std::int64_t from, std::int64_t until, bool came_again) const;
    std::int64_t latest(std::int64_t from, std::int64_t until, bool came_again) const;

    // Gives each missing delivery a getter of its own, if that is possible at all.
    void settle(Findings &findings);

private:
    struct Getter {
        std::int64_t invoked, killed, gone;
    };
    struct Missing {
        std::uint64_t value;
        std::int64_t from, until;
        bool came_again;
    };
    static bool meets(const Getter &getter, const Missing &missing)
    {
        return getter.gone >= missing.from && getter.invoked <= missing.until &&
               (!missing.came_again || getter.killed <= missing.until);
    }
    bool place(std::size_t missing, std::vector<char> &visited, std::vector<std::size_t> &owner) const;

    std::vector<Getter> getters_;
    std::vector<Missing> missing_;
};

} // namespace history
