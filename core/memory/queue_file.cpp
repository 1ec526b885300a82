// SPDX-License-Identifier: Apache-2.0
#include "memory/queue_file.hpp"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>

namespace ipcq {

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
    const int fd = fd_.exchange(-1);
    if (fd >= 0 && is_ours(fd))
        ::close(fd);
}

bool QueueFile::is_ours(int fd) const noexcept
{
    struct stat status {};
    if (::fstat(fd, &status) != 0)
        return errno != EBADF;
    return status.st_dev == device_ && status.st_ino == inode_;
}

int QueueFile::get() noexcept
{
    int fd = fd_.load(std::memory_order_acquire);
    for (;;) {
        if (fd >= 0 && is_ours(fd))
            return fd;
        errno = ENOENT;
        if (path_ == nullptr)
            return -1;
        Descriptor fresh = open_file(path_, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
        if (!fresh)
            return -1;
        errno = ENOENT;
        if (!is_ours(fresh.get()))
            return -1; // a successor of the same name
        // The old number is not closed: it is nobody's or another file's. Two threads that lost it keep one of theirs.
        if (fd_.compare_exchange_strong(fd, fresh.get(), std::memory_order_acq_rel))
            return fresh.forget();
    }
}

} // namespace ipcq
