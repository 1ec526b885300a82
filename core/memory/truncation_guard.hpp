// SPDX-License-Identifier: Apache-2.0
//
// The guard against a file that is cut short under its mapping. A process that may write a queue's file may truncate
// it. Then a touch of a page behind the new end raises SIGBUS. The guard is for processes that ask for it. It puts
// private zero pages in the place of the whole mapping and notes the cut. The interrupted call goes on over zeros,
// finds nothing valid there, and answers CORRUPT. With the mapping goes its byte lock, so that to all others this
// participant is dead; nothing that it still does reaches them.
#pragma once

#include "error.hpp"
#include "layout/word.hpp"

#include <cstddef>

namespace ipcq {

struct WatchedRange;

// Installs the guard, once in a process. SYSTEM if that is not possible.
Code guard_truncation() noexcept;

// What the guard knows of one mapping, whether or not it is installed. Outlives every call that touches the mapping.
class Watch {
public:
    // From mmap to before munmap. False if there is no memory to note it.
    bool begin(void *map, std::size_t size) noexcept;
    void end() noexcept;
    // In a forked child, which has neither the mapping nor the note.
    void forget() noexcept { range_ = nullptr; }

    void note_cut() noexcept { cut_.store(true, relaxed); }
    // Since begin(): what was read from the mapping before this look was the file's, if the answer is false.
    bool cut() const noexcept
    {
#if defined(__x86_64__) || defined(__SANITIZE_THREAD__)
        std::atomic_signal_fence(sequential); // x86 loads in order
#else
        std::atomic_thread_fence(acquire);
#endif
        return cut_.load(relaxed);
    }

private:
    WatchedRange *range_ = nullptr;
    std::atomic<bool> cut_{false};
};

} // namespace ipcq
