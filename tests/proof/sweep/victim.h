// SPDX-License-Identifier: Apache-2.0
//
// The process that is stepped: it prepares itself, stops at its own breakpoint, makes one call, and stops again.
#pragma once

#include "operation.h"

namespace sweep {

extern "C" const char sweep_begin[], sweep_end[]; // the two breakpoints

// Buffers of this process for one actor.
void equip(Actor &actor, const Operation &operation, const char *name, Notes &notes, Role role);
// Opens the queue and notes which slot it got. False if that is not possible; it has complained then.
bool attach(Actor &actor);
// What the actor received and still has is checked and finished, then its handle is closed.
void finish_and_close(Actor &actor, bool joinable);

// The life of a victim; returns its exit code.
int live_as_victim(const Operation &operation, const char *name, Notes &notes);
// Of one that dies first: the same with the operation of `death`.
int live_as_dead_peer(const Operation &operation, const Death &death, const char *name, Notes &notes);
// Of another reaper: it joins without waiting.
int live_as_late_reaper(const Operation &operation, const char *name, Notes &notes);

} // namespace sweep
