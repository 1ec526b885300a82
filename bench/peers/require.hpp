// SPDX-License-Identifier: Apache-2.0
//
// A peer that fails ends its process. The measuring process sees the exit code and reports it.
#pragma once

#include <cstdio>
#include <cstdlib>

namespace bench {

inline void require(bool good, const char *what)
{
    if (good)
        return;
    std::perror(what);
    std::exit(1);
}

} // namespace bench
