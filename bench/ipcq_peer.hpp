// SPDX-License-Identifier: Apache-2.0
//
// libipcq behind the bench's four calls, through its public API.
#pragma once

#include <ipcq.h>

#include <cstdlib>
#include <cstdio>

inline void require(int code, const char *what)
{
    if (code == IPCQ_OK)
        return;
    std::fprintf(stderr, "%s: %s\n", what, ipcq_strerror(code));
    std::exit(1);
}

class IpcqPeer {
public:
    IpcqPeer(std::uint64_t max_items, std::size_t item_bytes, bool joinable)
        : item_bytes_(item_bytes), joinable_(joinable)
    {
        ipcq_options options = {};
        options.struct_size = sizeof options;
        options.flags = joinable ? IPCQ_JOINABLE : IPCQ_PLAIN;
        options.max_items = max_items;
        options.capacity_bytes = std::uint64_t{2} << 30;
        require(ipcq_open(&queue_, nullptr, &options), "open");
    }
    ~IpcqPeer() { ipcq_close(queue_); }
    void enter() // the first call of a forked child makes it a participant
    {
        std::uint64_t items = 0;
        require(ipcq_size(queue_, &items), "size");
    }
    void put(const void *data) { require(ipcq_put(queue_, data, item_bytes_, IPCQ_FOREVER), "put"); }
    void get(void *buffer)
    {
        std::size_t size = 0;
        require(ipcq_get(queue_, buffer, item_bytes_, &size, IPCQ_FOREVER), "get");
        if (joinable_)
            require(ipcq_task_done(queue_, IPCQ_OLDEST), "task_done");
    }

private:
    ipcq_t *queue_ = nullptr;
    std::size_t item_bytes_;
    bool joinable_;
};
