// SPDX-License-Identifier: Apache-2.0
//
// What is wrong with a history.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace history {

class Findings {
public:
    // `rule` is a heading of README.md. The first few are kept, all are counted.
    void add(const char *rule, const char *format, ...) __attribute__((format(printf, 3, 4)));

    void add(const Findings &more);

    std::uint64_t count() const { return count_; }
    const std::vector<std::string> &lines() const { return lines_; }

private:
    static constexpr std::size_t kept_max = 10;
    std::uint64_t count_ = 0;
    std::vector<std::string> lines_;
};

} // namespace history
