// SPDX-License-Identifier: Apache-2.0
//
// Only in the library that the tests link to.
#include "log/test_point.hpp"

#include <atomic>
#include <csignal>
#include <cstring>

namespace {

std::atomic<const char *> wanted{nullptr};

} // namespace

namespace ipcq {

void test_point(const char *name) noexcept
{
    const char *point = wanted.load(std::memory_order_relaxed);
    if (point != nullptr && std::strcmp(point, name) == 0)
        ::raise(SIGSTOP);
}

} // namespace ipcq

// The process stops itself at the point of this name, each time it comes by; nullptr ends that. The text must stay.
extern "C" __attribute__((visibility("default"))) void ipcq_test_stop_at(const char *point)
{
    wanted.store(point, std::memory_order_relaxed);
}
