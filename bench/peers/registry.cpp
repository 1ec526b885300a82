// SPDX-License-Identifier: Apache-2.0
#include "peers/registry.hpp"

namespace bench {

namespace {

// A function's own static object: it is there before the first Registration of any file.
std::map<std::string, Entry> &table()
{
    static std::map<std::string, Entry> entries;
    return entries;
}

} // namespace

const std::map<std::string, Entry> &peers() { return table(); }

Registration::Registration(const std::string &name, std::function<std::string(const Setup &)> why_not,
                           std::function<std::unique_ptr<Peer>(const Setup &)> make)
{
    table()[name] = {std::move(why_not), std::move(make)};
}

std::vector<std::pair<std::string, std::string>> left_out()
{
    return {
#include "left_out.inc" // written by CMake
    };
}

} // namespace bench
