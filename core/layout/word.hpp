// SPDX-License-Identifier: Apache-2.0
//
// The atoms of shared memory: words that processes of different programs load and store at once.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace ipcq {

using Word = std::atomic<std::uint64_t>;
using HalfWord = std::atomic<std::uint32_t>;

// An atomic that takes a lock would keep that lock in one process and protect nothing.
static_assert(Word::is_always_lock_free && HalfWord::is_always_lock_free, "shared words must be lock-free");
static_assert(sizeof(Word) == 8 && alignof(Word) == 8, "a Word is 8 plain bytes in the file");
static_assert(sizeof(HalfWord) == 4, "a HalfWord is 4 plain bytes in the file");

inline constexpr auto relaxed = std::memory_order_relaxed;
inline constexpr auto acquire = std::memory_order_acquire;
inline constexpr auto release = std::memory_order_release;
inline constexpr auto sequential = std::memory_order_seq_cst;

// For the few functions on the way of every item: a call costs as much as their work.
#define IPCQ_INLINE [[gnu::always_inline]] inline

// Two 64-byte lines: processors fetch lines in pairs, so words of different writers stand this far apart. Fixed here,
// not taken from the compiler: two builds must agree about every offset.
inline constexpr std::size_t line_size = 128;

} // namespace ipcq
