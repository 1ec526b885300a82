// SPDX-License-Identifier: Apache-2.0
//
// Memory that forked processes share: where the structures live that know nothing of processes.
#pragma once

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <sys/mman.h>

namespace bench {

class SharedMemory {
public:
    explicit SharedMemory(std::size_t bytes) : bytes_(bytes)
    {
        // Populated: the first touch of a page is not what these structures are measured for.
        start_ = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
        if (start_ == MAP_FAILED) {
            std::perror("mmap");
            std::exit(1);
        }
    }
    ~SharedMemory() { munmap(start_, bytes_); }
    SharedMemory(const SharedMemory &) = delete;
    SharedMemory &operator=(const SharedMemory &) = delete;
    template <class T> T *as() { return static_cast<T *>(start_); }
    template <class T> T *make() { return new (start_) T; }

private:
    void *start_;
    std::size_t bytes_;
};

} // namespace bench
