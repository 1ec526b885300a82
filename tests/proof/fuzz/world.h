// SPDX-License-Identifier: Apache-2.0
//
// What the library sees instead of the system: guarded mappings and an imagined clock; and what it does there, counted.
#pragma once

#include <cstddef>
#include <cstdint>

namespace fuzz {

// The present time; a test may let it pass.
std::int64_t now_ns();
void pass_ns(std::int64_t duration);

// Shared mappings that exist now: a closed queue leaves none.
std::size_t mapping_count();
bool is_shared(const void *address);

// Counts the loads that the library makes in one call, which may wait for `wait_ns`.
void start_counting(std::int64_t wait_ns);
std::uint64_t loads();

// Called before each of the library's loads from shared memory with their number, in the thread that makes them;
// nullptr where nobody waits for one.
extern void (*before_shared_load)(std::uint64_t number);

// A call whose deadline has passed may make so many loads. More are a walk without an end.
constexpr std::uint64_t loads_max = 20'000'000;

} // namespace fuzz
