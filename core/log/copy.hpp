// SPDX-License-Identifier: Apache-2.0
//
// Copying payloads. A small one without a call, which would cost as much as the copy: in blocks of 16 bytes, the last of
// which overlaps the one before it.
#pragma once

#include "layout/word.hpp"

#include <cstring>

namespace ipcq {

inline constexpr std::uint64_t copy_small_max = 256;

// Up to this size a plain item is copied under the lock, which keeps its lines with the holder: twice as fast. A larger one is
// leased, copied without the lock, and finished then.
inline constexpr std::uint64_t copy_inside_max = 4096;

template <std::size_t bytes> IPCQ_INLINE void copy_block(char *to, const char *from)
{
    std::memcpy(to, from, bytes); // of a constant size: one load and one store
}

IPCQ_INLINE void copy_small(void *target, const void *source, std::uint64_t size)
{
    auto *to = static_cast<char *>(target);
    auto *from = static_cast<const char *>(source);
    if (size > 32 && size <= 64) [[likely]] {
        copy_block<32>(to, from);
        copy_block<32>(to + size - 32, from + size - 32);
    } else if (size >= 16) {
        const char *const last = from + size - 16;
        char *const last_to = to + size - 16;
#pragma GCC unroll 1
        for (; from < last; from += 16, to += 16) {
            copy_block<16>(to, from);
            __asm__ volatile("" : "+r"(from)); // keeps the compiler from making it the call that it replaces
        }
        copy_block<16>(last_to, last);
    } else if (size >= 8) {
        copy_block<8>(to, from);
        copy_block<8>(to + size - 8, from + size - 8);
    } else if (size >= 4) {
        copy_block<4>(to, from);
        copy_block<4>(to + size - 4, from + size - 4);
    } else if (size != 0) {
        to[0] = from[0];
        to[size / 2] = from[size / 2];
        to[size - 1] = from[size - 1];
    }
}

// Of at most `size_max` bytes: the compiler leaves out the call if it cannot happen.
template <std::uint64_t size_max> IPCQ_INLINE void copy_up_to(void *target, const void *source, std::uint64_t size)
{
    if (size_max <= copy_small_max || size <= copy_small_max)
        copy_small(target, source, size);
    else
        std::memcpy(target, source, size);
}

// Of any size.
IPCQ_INLINE void copy(void *target, const void *source, std::uint64_t size)
{
    copy_up_to<UINT64_MAX>(target, source, size);
}

} // namespace ipcq
