// SPDX-License-Identifier: Apache-2.0
#include "memory/queue_file.hpp"

#include "memory/object.hpp"
#include "memory/signals_blocked.hpp"

#include <cerrno>
#include <fcntl.h>

namespace ipcq {

namespace {

constexpr int tries_max = 100; // another thread closes all descriptors, again and again

} // namespace

Code QueueFile::adopt(Descriptor fd, const char *path) noexcept
{
    struct stat status {};
    if (::fstat(fd.get(), &status) != 0)
        return Code::SYSTEM;
    close();
    device_ = status.st_dev;
    inode_ = status.st_ino;
    path_ = path;
    fd_.store(fd.forget(), std::memory_order_release);
    return Code::OK;
}

void QueueFile::close() noexcept
{
    const SignalsBlocked quiet;
    const int fd = fd_.exchange(-1);
    if (fd >= 0 && is_ours(fd))
        ::close(fd);
}

bool QueueFile::is_ours(int fd) const noexcept
{
    struct stat status {};
    if (::fstat(fd, &status) != 0)
        return errno != EBADF;
    return is_ours(status);
}

bool QueueFile::is_anothers(int fd) const noexcept
{
    struct stat status {};
    return ::fstat(fd, &status) == 0 && !is_ours(status);
}

int QueueFile::get() noexcept
{
    int fd = fd_.load(std::memory_order_acquire);
    if (fd >= 0 && is_ours(fd)) [[likely]]
        return fd;
    const SignalsBlocked quiet;
    for (int tries = 0; tries < tries_max; tries++) {
        if (fd >= 0 && is_ours(fd)) // another thread's, by now
            return fd;
        errno = ENOENT;
        if (path_ == nullptr)
            return -1;
        Descriptor fresh = open_file(path_, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
        if (!fresh && errno != EBADF) // which it is if another thread has closed it before it was moved to its number
            return -1;
        if (fresh && is_ours(fresh.get())) {
            // The old number is not closed: it is nobody's or another file's. Two threads that lost it keep one of theirs.
            if (fd_.compare_exchange_strong(fd, fresh.get(), std::memory_order_acq_rel))
                return fresh.forget();
            continue;
        }
        // Has the name a successor, or the number? Only the name itself cannot be taken away meanwhile.
        struct stat named {
        }, here{};
        const bool lost = ::stat(path_, &named) != 0 || !is_ours(named);
        if (!lost || ::fstat(fresh.get(), &here) != 0 || here.st_dev != named.st_dev || here.st_ino != named.st_ino)
            fresh.forget(); // not ours to close
        errno = ENOENT;
        if (lost)
            return -1;
    }
    errno = EBADF;
    return -1;
}

Code QueueFile::open_again(Descriptor &out_fd) noexcept
{
    const int fd = get();
    if (fd < 0)
        return code_of_errno(errno); // NOTFOUND: it was closed, and the name is gone or a successor's
    const Code code = reopen(fd, out_fd);
    if (code != Code::SYSTEM || path_ == nullptr)
        return code;
    const int error = errno;
    Descriptor named = open_file(path_, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    if (named && is_ours(named.get())) {
        out_fd = std::move(named);
        return Code::OK;
    }
    errno = error;
    return code;
}

bool QueueFile::look(struct stat &out) noexcept
{
    for (int tries = 0; tries < tries_max; tries++) {
        const int fd = get();
        if (fd < 0)
            return false;
        if (::fstat(fd, &out) != 0) {
            if (errno != EBADF)
                return false;
        } else if (is_ours(out)) { // one call told both whose the number is and what the file is
            return true;
        }
        out = {};
    }
    return false;
}

} // namespace ipcq
