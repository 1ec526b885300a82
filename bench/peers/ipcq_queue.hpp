// SPDX-License-Identifier: Apache-2.0
//
// libipcq through its public API, as any program would use it: every process has the queue open, and waits for ever.
#pragma once

#include "peers/peer.hpp"

#include <ipcq.h>

#include <cstdio>
#include <cstdlib>

namespace bench::ipcq {

constexpr std::uint64_t unbounded_capacity_bytes = std::uint64_t{2} << 30;

inline void require_ok(int code, const char *what)
{
    if (code == IPCQ_OK)
        return;
    std::fprintf(stderr, "%s: %s\n", what, ipcq_strerror(code));
    std::exit(1);
}

struct Kind {
    bool joinable;
    bool bounded;
};

class Queue {
public:
    Queue(const Setup &setup, Kind kind) : item_bytes_(setup.item_bytes), joinable_(kind.joinable)
    {
        ipcq_options options = {};
        options.struct_size = sizeof options;
        options.flags = kind.joinable ? IPCQ_JOINABLE : IPCQ_PLAIN;
        options.max_items = kind.bounded ? setup.max_items : 0;
        options.capacity_bytes = kind.bounded ? 0 : unbounded_capacity_bytes;
        require_ok(ipcq_open(&queue_, nullptr, &options), "ipcq_open");
    }
    ~Queue() { ipcq_close(queue_); }
    Queue(const Queue &) = delete;
    Queue &operator=(const Queue &) = delete;
    void enter(Role, int) // the first call of a forked child makes it a participant
    {
        std::uint64_t items = 0;
        require_ok(ipcq_size(queue_, &items), "ipcq_size");
    }
    void put(const void *item) { require_ok(ipcq_put(queue_, item, item_bytes_, IPCQ_FOREVER), "ipcq_put"); }
    void get(void *item)
    {
        std::size_t size = 0;
        require_ok(ipcq_get(queue_, item, item_bytes_, &size, IPCQ_FOREVER), "ipcq_get");
        if (joinable_)
            require_ok(ipcq_task_done(queue_, IPCQ_OLDEST), "ipcq_task_done");
    }

protected:
    ipcq_t *queue_ = nullptr;
    std::size_t item_bytes_;
    bool joinable_;
};

} // namespace bench::ipcq
