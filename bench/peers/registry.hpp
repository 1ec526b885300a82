// SPDX-License-Identifier: Apache-2.0
//
// The queues that this program can measure. Each peer's file names its own; files whose library is missing are not
// compiled, and left_out() says why.
#pragma once

#include "peers/peer.hpp"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace bench {

struct Entry {
    // Why this queue cannot be had for this setup; empty when it can.
    std::function<std::string(const Setup &)> why_not;
    std::function<std::unique_ptr<Peer>(const Setup &)> make;
};

const std::map<std::string, Entry> &peers();

// Peer and reason.
std::vector<std::pair<std::string, std::string>> left_out();

// A static object of a peer's file.
class Registration {
public:
    Registration(const std::string &name, std::function<std::string(const Setup &)> why_not,
                 std::function<std::unique_ptr<Peer>(const Setup &)> make);
};

// The usual answers to why_not.
inline std::string any(const Setup &) { return {}; }

inline std::string one_to_one(const Setup &setup)
{
    return setup.producers == 1 && setup.consumers == 1 ? "" : "made for one producer and one consumer";
}

inline std::string items_of_64_bytes(const Setup &setup)
{
    return setup.item_bytes == 64 ? "" : "its items' size is fixed when it is compiled: 64 bytes here";
}

} // namespace bench
