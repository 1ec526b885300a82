// SPDX-License-Identifier: Apache-2.0
//
// The end of the names of anonymous queues. The last participant removes the name. The next process that makes an
// anonymous queue removes those that a kill of the last participant left.
#pragma once

#include "memory/queue_name.hpp"
#include "wait/participant.hpp"

namespace ipcq {

inline constexpr char anonymous_prefix[] = "anonymous-";

// `fd` is the queue's file. `own`: slots of this process, which it will not use any more. The caller holds the ForkGate: a
// child would share the lock, and a signal handler could close the descriptors and use their numbers anew.
void remove_if_last(int fd, const QueueName &name, const SlotSet &own) noexcept;

// When a process makes its first one, and once a second at most: all names of anonymous queues that nobody has open, as far as this user may. A queue has a
// participant before it has a name, so none is removed at birth.
void remove_stale_anonymous() noexcept;

} // namespace ipcq
