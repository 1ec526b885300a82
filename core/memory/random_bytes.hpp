// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cerrno>
#include <cstddef>
#include <sys/random.h>

namespace ipcq {

// Fills a few bytes, at most 256, from the system's random numbers. False with errno set.
inline bool random_bytes(void *bytes, std::size_t size) noexcept
{
    ssize_t got = -1;
    do
        got = ::getrandom(bytes, size, 0);
    while (got < 0 && errno == EINTR);
    return got == static_cast<ssize_t>(size);
}

} // namespace ipcq
