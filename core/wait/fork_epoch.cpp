// SPDX-License-Identifier: Apache-2.0
#include "wait/fork_epoch.hpp"

#include <new>
#include <pthread.h>
#include <sys/mman.h>

namespace ipcq {

namespace {

// Instead of a page that the kernel wipes: a word that fork()'s handler wipes, and a raw clone() does not.
constinit ForkEpochWord own_word{0};

std::atomic<std::uint64_t> last_epoch{0}; // inherited by a child, so that its epoch is new
pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
pthread_once_t once = PTHREAD_ONCE_INIT;

// Of the thread that forks. A signal handler that ran in it now and forked again would wait for the gate that its own thread
// holds.
sigset_t mask_of_forker;

// Between its two handlers. Handlers of the program that were registered before ours run in that time, and may use queues.
// Written by the thread that holds the gate; a thread compares it with itself alone, so relaxed is enough.
std::atomic<pthread_t> forker{};
std::uint64_t epoch_of_forker = 0;

bool is_forker() noexcept { return forker.load(std::memory_order_relaxed) == ::pthread_self(); }

void nothing() {}

ForkHandlers of_queues{nothing, nothing, nothing}; // written under the gate

void lock_gate()
{
    sigset_t before;
    SignalsBlocked::block(before);
    ::pthread_mutex_lock(&gate);
    mask_of_forker = before;
    epoch_of_forker = fork_epoch_if_known();
    forker.store(::pthread_self(), std::memory_order_relaxed);
    of_queues.before();
}

void unlock_gate()
{
    const sigset_t before = mask_of_forker;
    forker.store(pthread_t{}, std::memory_order_relaxed);
    ::pthread_mutex_unlock(&gate);
    SignalsBlocked::restore(before);
}

void end_in_parent()
{
    of_queues.in_parent();
    unlock_gate();
}

bool handlers_installed = false; // written once, or under the gate

void begin_child()
{
    // Another thread of the parent may have been in prepare(), which a child does again. Two sets of handlers would lock the
    // gate twice.
    handlers_installed = true;
    // Mostly the kernel has wiped it. A handler of the program may even have asked for the child's own epoch.
    ForkEpochWord &word = *fork_epoch_page.load(std::memory_order_relaxed);
    if (word.load(std::memory_order_relaxed) == epoch_of_forker)
        word.store(0, std::memory_order_relaxed);
    of_queues.in_child();
    unlock_gate();
}

} // namespace

constinit std::atomic<ForkEpochWord *> fork_epoch_page{&own_word};

namespace {

void prepare() noexcept
{
    const SignalsBlocked quiet; // pthread_atfork() holds a lock that fork() takes, also in a signal handler
    if (!handlers_installed)
        handlers_installed = ::pthread_atfork(lock_gate, end_in_parent, begin_child) == 0;
    void *page = ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED)
        return;
    if (::madvise(page, 4096, MADV_WIPEONFORK) == 0)
        fork_epoch_page.store(::new (page) ForkEpochWord{0}, std::memory_order_release);
    else
        ::munmap(page, 4096);
}

} // namespace

std::uint64_t fork_epoch_slowly() noexcept
{
    ::pthread_once(&once, prepare);
    std::uint64_t epoch = 0;
    const std::uint64_t fresh = last_epoch.fetch_add(1) + 1;
    ForkEpochWord &word = *fork_epoch_page.load(std::memory_order_acquire);
    return word.compare_exchange_strong(epoch, fresh) ? fresh : epoch; // another thread may have been first
}

bool watch_forks(const ForkHandlers &handlers) noexcept
{
    ::pthread_once(&once, prepare);
    const ForkGate guard;
    of_queues = handlers;
    if (!handlers_installed) // there was no memory the first time
        handlers_installed = ::pthread_atfork(lock_gate, end_in_parent, begin_child) == 0;
    return handlers_installed;
}

ForkGate::ForkGate() noexcept : locked_(!is_forker())
{
    if (locked_)
        ::pthread_mutex_lock(&gate);
}

ForkGate::~ForkGate()
{
    if (locked_)
        ::pthread_mutex_unlock(&gate);
}

ForkGateIfFree::ForkGateIfFree() noexcept
    : passes_(is_forker()), entered_(passes_ || ::pthread_mutex_trylock(&gate) == 0)
{}

ForkGateIfFree::~ForkGateIfFree()
{
    if (entered_ && !passes_)
        ::pthread_mutex_unlock(&gate);
}

} // namespace ipcq
