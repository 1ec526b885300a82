// SPDX-License-Identifier: Apache-2.0
#include "memory/page_size.hpp"

#include <unistd.h>

#ifdef IPCQ_TEST_HOOKS

#include <atomic>

namespace {

std::atomic<std::size_t> believed{0}; // relaxed: a test sets it before it opens

} // namespace

std::size_t ipcq::system_page_size() noexcept
{
    const std::size_t size = believed.load(std::memory_order_relaxed);
    return size != 0 ? size : static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

extern "C" __attribute__((visibility("default"))) void ipcq_test_page_size(std::size_t size)
{
    believed.store(size, std::memory_order_relaxed);
}

#else

std::size_t ipcq::system_page_size() noexcept { return static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)); }

#endif
