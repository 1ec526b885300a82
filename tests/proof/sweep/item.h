// SPDX-License-Identifier: Apache-2.0
//
// An item that proves its own bytes: a number, and a pattern that follows from number and size.
#pragma once

#include <cstddef>
#include <cstdint>

namespace sweep {

using Id = std::uint32_t;

inline constexpr std::size_t item_min = 16;
inline constexpr std::size_t item_max = 16384;

// The numbers that each process puts, so that a stray item tells where it came from.
inline constexpr Id first_base = 1;            // put before anybody dies
inline constexpr Id victims = 77;              // put by the victim
inline constexpr Id dead_peers = 78;           // put by a peer that died before
inline constexpr Id bystanders = 55;           // put by a sleeping producer
inline constexpr Id assistants = 88;           // and the next ones: put to wake a sleeper
inline constexpr Id first_filler = 101;        // put by survivors
inline constexpr Id first_of_batch = 301;      // put by the victim in one call
inline constexpr Id first_of_dead_batch = 401; // by a peer that died before
inline constexpr Id first_after = 1001;        // put when all is over
inline constexpr Id first_ageing = 5001;       // long finished

// Writes `size` bytes.
void make_item(void *bytes, std::size_t size, Id id);
// Bytes that look like a row of small READY records: what a recycled segment is full of.
void make_ageing_item(void *bytes, std::size_t size);

// The number, or 0 if any byte is not what it must be.
Id check_item(const void *bytes, std::size_t size);

} // namespace sweep
