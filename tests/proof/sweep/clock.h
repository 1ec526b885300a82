// SPDX-License-Identifier: Apache-2.0
//
// Time as the library sees it in this program: clock_gettime() and sem_clockwait() are interposed. A process may let
// its own time run faster, so that a slice of 50 ms is over soon, and every sleep that ended by its time alone is
// counted. No assertion compares times: it counts slices.
#pragma once

#include <atomic>
#include <cstdint>

namespace sweep {

// From now on CLOCK_MONOTONIC of this process runs `factor` times as fast.
void hurry(unsigned factor);

// From now on it moves by a little at each look and by the whole of each sleep. So what is done with it is the same
// each time, instruction for instruction. A sleep lasts `factor` times as long as was asked for: so that a busy machine
// does not end the one that is looked for.
void tick_by_looks(std::int64_t factor = 20);

// It is so much later now.
void skip_time(std::int64_t ns);

// A slice is not counted if it ends while this process wants the processor and does not get it. With time for it the
// process may have done what this one waits for. 0: there is none.
void excuse_while_runs(const std::atomic<int> &process);

// How many sleeps on a pill of the queue (getters, putters, joiners; not of a lock) timed out in this process so far.
unsigned slices_waited();
// Counted here from now on, where others may set it back.
void count_slices_in(std::atomic<unsigned> &counter);

} // namespace sweep
