// SPDX-License-Identifier: Apache-2.0
//
// What processes did to a queue, as each of them saw it: one line a call, in memory that outlives the process.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace history {

inline constexpr std::int64_t never = INT64_MAX;

enum class Kind : std::uint8_t {
    none,      // a call that says nothing of the queue
    put,       // OK
    get,       // OK with `value`, taken `deliveries` times before
    empty,     // a get: EMPTY, or TIMEDOUT
    full,      // a put: FULL, or TIMEDOUT
    size,      // `value` items are ready
    finish,    // task_done OK
    give_back, // nack OK
    join,      // OK
    error,     // an answer that is never right; `value` is its code, negated
};

// One call. The fields are written from the first to the last, but `responded_ns` comes last of all. 0 means that its
// process was killed before that. Then nobody knows whether the call happened, nor what it answered.
struct Operation {
    std::uint64_t value; // each is put once
    std::int64_t invoked_ns;
    std::int64_t responded_ns;
    std::uint32_t life; // the index of the process in History::lives
    Kind kind;
    std::uint8_t deliveries;
    std::uint16_t reserved;

    bool pending() const { return responded_ns == 0; }
};
static_assert(sizeof(Operation) == 32, "a night's history has a hundred million of them");

// A process is killed between `killed_ns`, when the killer began, and `gone_ns`, when it had waited for it.
struct Life {
    std::int64_t killed_ns = never;
    std::int64_t gone_ns = never;
};

struct History {
    std::vector<std::span<const Operation>> logs; // one after the other the lives of one worker
    std::vector<Life> lives;
    std::uint64_t values = 0;    // all values are below
    std::uint64_t max_items = 0; // 0: unlimited
    bool joinable = false;
    bool bytes_bounded = true; // FULL may also mean that the bytes are used up

    template <class Visitor> void each(Visitor visit) const
    {
        for (const auto &log : logs)
            for (const Operation &operation : log)
                visit(operation);
    }
    // Items may have gone back to the queue.
    bool gives_back() const
    {
        bool gives_back = false;
        each([&](const Operation &o) { gives_back = gives_back || o.kind == Kind::give_back; });
        for (const Life &life : lives)
            gives_back = gives_back || life.killed_ns != never;
        return joinable && gives_back;
    }
    std::uint64_t size() const
    {
        std::uint64_t operations = 0;
        for (const auto &log : logs)
            operations += log.size();
        return operations;
    }
};

} // namespace history
