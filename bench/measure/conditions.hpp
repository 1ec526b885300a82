// SPDX-License-Identifier: Apache-2.0
//
// The conditions of a measurement: the time that the host and other processes took, the switches and migrations of the
// measured processes, and the distance of the two processors. By these the report decides which rounds count.
#pragma once

#include <nlohmann/json.hpp>

#include <cstdint>

namespace bench {

// A process of this program that ends tells how often it was moved to another processor.
std::uint64_t own_migrations();
void add_migrations(std::uint64_t count);

class Conditions {
public:
    Conditions(); // from here
    // {"line_ns": [before, after], "processors_ns", "stolen_ns", "foreign_ns", "switches", "preemptions", "migrations"}
    nlohmann::json until_now() const;

private:
    struct Totals {
        std::int64_t now_ns, stolen_ns, busy_ns, own_ns;
        long switches, preemptions;
        std::uint64_t migrations;
    };
    static Totals totals();

    double line_ns_;
    Totals begin_;
};

} // namespace bench
