// SPDX-License-Identifier: Apache-2.0
//
// A range of bytes of a file as fcntl(2) locks it and asks for it.
#pragma once

#include <fcntl.h>

namespace ipcq {

inline struct flock lock_range(off_t begin, off_t size, short kind) noexcept
{
    struct flock lock {};
    lock.l_type = kind;
    lock.l_whence = SEEK_SET;
    lock.l_start = begin;
    lock.l_len = size;
    return lock;
}

} // namespace ipcq
