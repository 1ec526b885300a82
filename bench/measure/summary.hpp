// SPDX-License-Identifier: Apache-2.0
//
// What a person at the terminal reads: medians, their spread, and the ratio to the first peer, in the same round.
#pragma once

#include "scenes/scene.hpp"

#include <map>
#include <string>
#include <vector>

namespace bench {

class Summary {
public:
    void add(const std::string &cell, const std::string &peer, int round, const Finding &finding);
    void print() const;

private:
    struct Row {
        std::string peer, unit, failed;
        std::map<int, double> values; // by round
    };
    std::vector<std::pair<std::string, std::vector<Row>>> cells_;
};

} // namespace bench
