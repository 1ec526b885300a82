// SPDX-License-Identifier: Apache-2.0
//
// What the public functions have in common: how they are exported, answer, and read how to wait.
#pragma once

#include "handle.hpp"

#include <cstdio>

#define EXPORT extern "C" __attribute__((visibility("default")))

namespace ipcq {

// The core has the same structures under its own names, so that arrays of them need no copy.
static_assert(sizeof(ipcq_message) == sizeof(Message) && offsetof(ipcq_message, data) == offsetof(Message, data) &&
                  offsetof(ipcq_message, size) == offsetof(Message, size) &&
                  offsetof(ipcq_message, type) == offsetof(Message, type),
              "a message is one in the core, too");
static_assert(sizeof(ipcq_view) == sizeof(View) && offsetof(ipcq_view, item) == offsetof(View, item) &&
                  offsetof(ipcq_item, ticket) == offsetof(Item, ticket) &&
                  offsetof(ipcq_item, size) == offsetof(Item, size) &&
                  offsetof(ipcq_item, type) == offsetof(Item, type) &&
                  offsetof(ipcq_item, deliveries) == offsetof(Item, deliveries),
              "a view is one in the core, too");

// A call that may wait ends a thread that was cancelled here, before it has changed anything, and nowhere else.
inline void cancellation_point() { ::pthread_testcancel(); }

inline int number(Code code) { return static_cast<int>(code); }

// For a refusal by ipcq_open() in which the core has no part.
// Before open_queue(), which fills the message itself.
inline Code refuse(const ipcq_options &options, Code code, const char *sentence)
{
    if (options.message != nullptr && options.message_capacity != 0)
        std::snprintf(options.message, options.message_capacity, "%s", sentence);
    return code;
}

inline ipcq_wait until(int64_t deadline_ns) { return {deadline_ns, nullptr, 0, 0}; }

// Only a call that waits looks at the token.
inline bool is_usual(const ipcq_wait *wait)
{
    return wait == nullptr || ((wait->flags | wait->reserved) == 0 && wait->deadline_ns >= 0);
}

// INVALID for unknown flags; a NULL wait means for ever.
inline Code limits_of(const Call &call, const ipcq_wait *wait, WaitLimits &out)
{
    out = call.limits(forever);
    if (wait == nullptr)
        return Code::OK;
    if ((wait->flags & ~IPCQ_INTERRUPTIBLE) != 0 || wait->reserved != 0 || wait->deadline_ns < 0)
        return Code::INVALID;
    out.deadline = wait->deadline_ns;
    out.interruptible = (wait->flags & IPCQ_INTERRUPTIBLE) != 0;
    if (wait->token != nullptr)
        out.token = reinterpret_cast<const std::atomic<std::uint32_t> *>(&wait->token->cancelled);
    return Code::OK;
}

} // namespace ipcq
