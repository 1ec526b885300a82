// SPDX-License-Identifier: Apache-2.0
//
// The participant that had the queue open before the victim came, and has to live with what the victim leaves. It is
// told by single letters what to do, and complains in the notes.
#pragma once

#include "operation.h"
#include "process.h"

namespace sweep {

// Orders.
inline constexpr char assist_put = 'p', assist_get = 'g', assist_task_done = 'd'; // wake somebody
inline constexpr char reap_then_drain = 'a';                                      // strictly first in, first out
inline constexpr char work_at_once = 'b';
inline constexpr char calls_while_frozen = 'f';
inline constexpr char live_on = 'l'; // join, then sixty more items, then close
inline constexpr char attach_now = 'o';

void live_as_survivor(const Operation &operation, const char *name, Notes &notes, const Line &line);

// Sleeps in one call, as a participant of its own: attaches, answers, and begins the call at the first order.
void live_as_bystander(const Operation &operation, const char *name, Notes &notes, const Line &line);

inline constexpr unsigned hurry_factor = 5; // a slice lasts 10 ms in those who wait for the victim's sake

} // namespace sweep
