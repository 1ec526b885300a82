// SPDX-License-Identifier: Apache-2.0
#include "wait/fork_epoch.hpp"

#include <atomic>
#include <pthread.h>
#include <sys/mman.h>

namespace ipcq {

namespace {

std::uint64_t no_page_yet = 0;

std::atomic<std::uint64_t> last_epoch{0}; // inherited by a child, so that its epoch is new
pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
pthread_once_t once = PTHREAD_ONCE_INIT;

void lock_gate() { ::pthread_mutex_lock(&gate); }
void unlock_gate() { ::pthread_mutex_unlock(&gate); }

} // namespace

volatile std::uint64_t *fork_epoch_page = &no_page_yet;

namespace {

void prepare() noexcept
{
    void *page = ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED)
        return;
    ::madvise(page, 4096, MADV_WIPEONFORK);
    fork_epoch_page = static_cast<volatile std::uint64_t *>(page);
    ::pthread_atfork(lock_gate, unlock_gate, unlock_gate);
}

} // namespace

std::uint64_t fork_epoch_slowly() noexcept
{
    ::pthread_once(&once, prepare);
    if (fork_epoch_page == &no_page_yet)
        return 1; // no memory for a page: forks go unnoticed, everything else works
    auto page = std::atomic_ref<std::uint64_t>(*const_cast<std::uint64_t *>(fork_epoch_page));
    std::uint64_t epoch = 0;
    const std::uint64_t fresh = last_epoch.fetch_add(1) + 1;
    return page.compare_exchange_strong(epoch, fresh) ? fresh : epoch; // another thread may have been first
}

ForkGate::ForkGate() noexcept
{
    ::pthread_once(&once, prepare);
    ::pthread_mutex_lock(&gate);
}

ForkGate::~ForkGate() { ::pthread_mutex_unlock(&gate); }

} // namespace ipcq
