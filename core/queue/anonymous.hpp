// SPDX-License-Identifier: Apache-2.0
//
// The end of anonymous queues: the last participant removes the name; what a kill of the last one leaves is removed by
// the next process that makes an anonymous queue.
#pragma once

#include "memory/queue_name.hpp"

namespace ipcq {

inline constexpr char anonymous_prefix[] = "anonymous-";

// `fd` is the queue's file; the caller is no participant any more.
void remove_if_last(int fd, const QueueName &name) noexcept;

// Once in a process: all anonymous queues of this user that nobody has open. A queue has a participant before it has a
// name, so none is removed at birth.
void remove_stale_anonymous() noexcept;

} // namespace ipcq
