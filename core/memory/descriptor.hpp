// SPDX-License-Identifier: Apache-2.0
//
// A file descriptor that closes itself.
#pragma once

#include <sys/types.h>
#include <unistd.h>
#include <utility>

namespace ipcq {

class Descriptor {
public:
    Descriptor() = default;
    explicit Descriptor(int fd) : fd_(fd) {}
    Descriptor(Descriptor &&other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    Descriptor &operator=(Descriptor &&other) noexcept
    {
        if (this != &other) {
            reset();
            fd_ = std::exchange(other.fd_, -1);
        }
        return *this;
    }
    ~Descriptor() { reset(); }

    int get() const { return fd_; }
    explicit operator bool() const { return fd_ >= 0; }
    int forget() { return std::exchange(fd_, -1); }
    void reset()
    {
        if (fd_ >= 0)
            ::close(std::exchange(fd_, -1));
    }

private:
    int fd_ = -1;
};

// open(2) with O_CLOEXEC, and never under the number of a standard stream: a program that has closed those may print into
// whatever has them now. Without a descriptor, errno says why.
Descriptor open_file(const char *path, int flags, mode_t mode = 0) noexcept;
// The file of a descriptor once more, to read and write, without a path: the right CAP_DAC_READ_SEARCH is needed.
Descriptor open_by_handle(int fd) noexcept;

} // namespace ipcq
