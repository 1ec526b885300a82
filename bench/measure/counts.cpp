// SPDX-License-Identifier: Apache-2.0
#include "measure/counts.hpp"
#include "peers/require.hpp"

#include <nlohmann/json.hpp>

#include <fstream>

namespace bench {

void Counts::read(const std::string &path)
{
    std::ifstream file(path);
    if (file) // there is none before the first time
        items_ = nlohmann::json::parse(file).get<decltype(items_)>();
}

void Counts::write(const std::string &path) const
{
    std::ofstream file(path);
    file << nlohmann::json(items_) << std::flush;
    require(file.good(), "the file of counts");
}

Counts &counts()
{
    static Counts all;
    return all;
}

} // namespace bench
