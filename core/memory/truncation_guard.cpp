// SPDX-License-Identifier: Apache-2.0
//
// The signal handler reads only statics and pages that are never given back, and they change by single stores. It may
// have interrupted any instruction of any thread.
#include "memory/truncation_guard.hpp"

#include <cerrno>
#include <csignal>
#include <new>
#include <pthread.h>
#include <sys/mman.h>

namespace ipcq {

struct WatchedRange {
    std::atomic<std::uintptr_t> begin; // 0: nobody's; `taken`: being filled
    std::atomic<std::uintptr_t> end;
    std::atomic<Watch *> watch;
};

namespace {

constexpr std::uintptr_t taken = 1;
constexpr std::size_t page_size = 4096;

// A page of ranges. The kernel wipes it in every child, as it drops the mappings that it tells of.
struct Page {
    std::atomic<Page *> next;
    WatchedRange range[(page_size - sizeof(std::atomic<Page *>)) / sizeof(WatchedRange)];
};
static_assert(sizeof(Page) <= page_size, "one page, which is wiped as a whole");

std::atomic<Page *> first_page{nullptr};

// nullptr if there is no memory.
Page *page_behind(std::atomic<Page *> &link) noexcept
{
    Page *page = link.load(acquire);
    if (page != nullptr)
        return page;
    void *map = ::mmap(nullptr, page_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (map == MAP_FAILED)
        return nullptr;
    ::madvise(map, page_size, MADV_WIPEONFORK);
    auto *fresh = new (map) Page{};
    if (link.compare_exchange_strong(page, fresh, release, acquire))
        return fresh;
    ::munmap(map, page_size); // another thread was faster
    return page;
}

// Puts zeros in the place of every watched mapping that holds the address. False if there is none.
bool replace_mapping_at(std::uintptr_t address) noexcept
{
    bool replaced = false;
    for (Page *page = first_page.load(acquire); page != nullptr; page = page->next.load(acquire))
        for (WatchedRange &range : page->range) {
            const std::uintptr_t begin = range.begin.load(acquire), end = range.end.load(acquire);
            Watch *watch = range.watch.load(acquire);
            // Looked at twice: between the loads it may have become another's. What holds the address now is mapped now,
            // by a call that was interrupted or waits for this replacement, so it and its watch stay.
            if (begin <= taken || address < begin || address >= end || range.begin.load(relaxed) != begin)
                continue;
            watch->note_cut(); // first: a thread that reads zeros then finds the note
            auto *map = reinterpret_cast<void *>(begin);
            if (::mmap(map, end - begin, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0) == MAP_FAILED)
                continue;
            ::madvise(map, end - begin, MADV_DONTFORK); // like the mapping before it
            ::madvise(map, end - begin, MADV_DONTDUMP);
            replaced = true;
        }
    return replaced;
}

struct sigaction previous; // what the program wants done about SIGBUS
std::atomic<bool> previous_spent{false};

// As if the guard were not there.
void pass_on(int signal, siginfo_t *info, void *context) noexcept
{
    const bool sent = info->si_code <= 0; // by kill() and its like, not by a fault
    const bool once = (previous.sa_flags & SA_RESETHAND) != 0;
    const bool spent = once && previous_spent.exchange(true);
    if (!spent && (previous.sa_flags & SA_SIGINFO) != 0) {
        previous.sa_sigaction(signal, info, context);
    } else if (!spent && previous.sa_handler != SIG_DFL && previous.sa_handler != SIG_IGN) {
        previous.sa_handler(signal);
    } else if (previous.sa_handler != SIG_IGN || !sent) { // a fault cannot be ignored
        struct sigaction action {};
        action.sa_handler = SIG_DFL;
        ::sigaction(signal, &action, nullptr);
        if (sent)
            ::raise(signal); // comes when this handler returns; a fault comes again by itself
    }
}

void on_bus_error(int signal, siginfo_t *info, void *context) noexcept
{
    const int error = errno;
    const bool ours =
        info->si_code == BUS_ADRERR && replace_mapping_at(reinterpret_cast<std::uintptr_t>(info->si_addr));
    errno = error;
    if (!ours)
        pass_on(signal, info, context);
}

bool installed = false;

void install() noexcept
{
    if (::sigaction(SIGBUS, nullptr, &previous) != 0) // before ours is there, which needs it
        return;
    struct sigaction action = previous; // its mask, for its own sake
    action.sa_sigaction = on_bus_error;
    constexpr int once = static_cast<int>(SA_RESETHAND);
    action.sa_flags = (previous.sa_flags & ~once) | SA_SIGINFO | SA_ONSTACK;
    installed = ::sigaction(SIGBUS, &action, nullptr) == 0;
}

} // namespace

Code guard_truncation() noexcept
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    ::pthread_once(&once, install);
    return installed ? Code::OK : Code::SYSTEM;
}

bool Watch::begin(void *map, std::size_t size) noexcept
{
    cut_.store(false, relaxed);
    Page *page = nullptr;
    for (std::atomic<Page *> *link = &first_page; (page = page_behind(*link)) != nullptr; link = &page->next)
        for (WatchedRange &range : page->range) {
            std::uintptr_t nobody_s = 0;
            if (!range.begin.compare_exchange_strong(nobody_s, taken, acquire, relaxed))
                continue;
            const auto begin = reinterpret_cast<std::uintptr_t>(map);
            range.end.store(begin + size, release);
            range.watch.store(this, release);
            range.begin.store(begin, release);
            range_ = &range;
            return true;
        }
    return false;
}

void Watch::end() noexcept
{
    if (range_ != nullptr)
        range_->begin.store(0, release);
    range_ = nullptr;
}

} // namespace ipcq
