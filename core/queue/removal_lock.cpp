// SPDX-License-Identifier: Apache-2.0
#include "queue/removal_lock.hpp"

#include "memory/lock_range.hpp"
#include "memory/object.hpp"
#include "wait/deadline.hpp"

#include <algorithm>
#include <cerrno>

namespace ipcq {

namespace {

constexpr off_t removal_byte = (off_t{1} << 61) - 1; // just below the bytes of the slots

// All pauses together: a holder that runs is through long before. Not time on the clock, so that an opener without a
// processor does not give up early.
constexpr Nanoseconds grace = 20'000'000;
constexpr Nanoseconds pause_min = 1'000'000;

struct flock removal_lock(short kind) noexcept { return lock_range(removal_byte, 1, kind); }

} // namespace

bool RemovalLock::take(int fd) noexcept
{
    if (reopen(fd, own_) != Code::OK)
        return false;
    struct flock lock = removal_lock(F_WRLCK);
    if (::fcntl(own_.get(), F_OFD_SETLK, &lock) == 0)
        return true;
    own_.reset();
    return false;
}

void RemovalLock::release() noexcept
{
    if (!own_)
        return;
    // First: a child of a raw clone() may share the description, which closing would leave locked.
    struct flock lock = removal_lock(F_UNLCK);
    ::fcntl(own_.get(), F_OFD_SETLK, &lock);
    own_.reset();
}

Code await_removal(int fd) noexcept
{
    Nanoseconds left = grace;
    for (Nanoseconds pause = pause_min;; pause *= 2) {
        struct flock lock = removal_lock(F_RDLCK); // asks for writers' locks alone
        if (::fcntl(fd, F_OFD_GETLK, &lock) != 0)
            return code_of_errno(errno);
        if (lock.l_type == F_UNLCK)
            return Code::OK;
        if (left == 0)
            return Code::BUSY;
        pause = std::min(pause, left);
        const timespec request = timespec_of(pause);
        ::nanosleep(&request, nullptr);
        left -= pause;
    }
}

} // namespace ipcq
