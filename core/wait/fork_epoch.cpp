// SPDX-License-Identifier: Apache-2.0
#include "wait/fork_epoch.hpp"

#include <atomic>
#include <pthread.h>
#include <sys/mman.h>

namespace ipcq {

namespace {

// Instead of a page that the kernel wipes: a word that fork()'s handler wipes, and a raw clone() does not.
std::uint64_t own_word = 0;

std::atomic<std::uint64_t> last_epoch{0}; // inherited by a child, so that its epoch is new
pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
pthread_once_t once = PTHREAD_ONCE_INIT;

void lock_gate() { ::pthread_mutex_lock(&gate); }
void unlock_gate() { ::pthread_mutex_unlock(&gate); }

void begin_child()
{
    *fork_epoch_page = 0; // again, if it was the kernel's to wipe
    unlock_gate();
}

bool handlers_installed = false; // written once, or under the gate

} // namespace

volatile std::uint64_t *fork_epoch_page = &own_word;

namespace {

void prepare() noexcept
{
    handlers_installed = ::pthread_atfork(lock_gate, unlock_gate, begin_child) == 0;
    void *page = ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED)
        return;
    if (::madvise(page, 4096, MADV_WIPEONFORK) == 0)
        fork_epoch_page = static_cast<volatile std::uint64_t *>(page);
    else
        ::munmap(page, 4096);
}

} // namespace

std::uint64_t fork_epoch_slowly() noexcept
{
    ::pthread_once(&once, prepare);
    auto page = std::atomic_ref<std::uint64_t>(*const_cast<std::uint64_t *>(fork_epoch_page));
    std::uint64_t epoch = 0;
    const std::uint64_t fresh = last_epoch.fetch_add(1) + 1;
    return page.compare_exchange_strong(epoch, fresh) ? fresh : epoch; // another thread may have been first
}

bool watch_forks() noexcept
{
    ::pthread_once(&once, prepare);
    const ForkGate guard;
    if (!handlers_installed) // there was no memory the first time
        handlers_installed = ::pthread_atfork(lock_gate, unlock_gate, begin_child) == 0;
    return handlers_installed;
}

ForkGate::ForkGate() noexcept { ::pthread_mutex_lock(&gate); }

ForkGate::~ForkGate() { ::pthread_mutex_unlock(&gate); }

} // namespace ipcq
