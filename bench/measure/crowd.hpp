// SPDX-License-Identifier: Apache-2.0
//
// Processes that start together. Each is forked, placed and attached before the clock starts. It sleeps in read() until
// the gate opens, and stamps the moment when its work is done. The time that it takes to end is not counted.
#pragma once

#include "measure/clock.hpp"
#include "measure/placement.hpp"
#include "peers/shared_memory.hpp"

#include <functional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace bench {

// What a process leaves behind; a line of its own in shared memory.
struct alignas(128) Stamp {
    std::int64_t finished_ns;
    std::uint64_t sum;
    std::uint64_t slept;      // where a scene counts it
    std::uint64_t migrations; // to another processor, after its start
};

struct Member {
    Role role;
    std::function<void()> enter;
    std::function<void(Stamp &)> work;
    std::function<void()> leave;
};

struct Outcome {
    std::int64_t elapsed_ns;
    std::vector<Stamp> stamps;
    bool failed; // a process ended otherwise than by finishing, or hung
};

Outcome run(const std::vector<Member> &members, Placement placement);

} // namespace bench
