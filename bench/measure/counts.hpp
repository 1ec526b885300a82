// SPDX-License-Identifier: Apache-2.0
//
// How many items make a measurement of the wanted length, for each cell. It is tried out once, and kept in a file if
// there is one: a run of many short rounds starts this program many times.
#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace bench {

class Counts {
public:
    void read(const std::string &path);
    void write(const std::string &path) const;
    std::uint64_t &operator[](const std::string &cell) { return items_[cell]; } // 0 until it was tried

private:
    std::map<std::string, std::uint64_t> items_;
};

Counts &counts();

} // namespace bench
