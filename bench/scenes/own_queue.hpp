// SPDX-License-Identifier: Apache-2.0
//
// A named queue of ours for the scenes that no peer can play: the backlog, which has no bound, and opening and closing.
#pragma once

#include <ipcq.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <unistd.h>

namespace bench {

class OwnQueue {
public:
    explicit OwnQueue(std::uint64_t capacity_bytes) : name_("bench-" + std::to_string(getpid()))
    {
        ipcq_options options = {};
        options.struct_size = sizeof options;
        options.flags = IPCQ_PLAIN | IPCQ_CREATE_ONLY;
        options.capacity_bytes = capacity_bytes;
        check(ipcq_open(&handle_, name_.c_str(), &options), "ipcq_open");
    }
    ~OwnQueue()
    {
        ipcq_close(handle_);
        ipcq_unlink(name_.c_str());
    }
    OwnQueue(const OwnQueue &) = delete;
    OwnQueue &operator=(const OwnQueue &) = delete;
    ipcq_t *handle() const { return handle_; }
    const std::string &name() const { return name_; }
    // Where its bytes are, for those who want to ask the system and not the queue.
    std::string path() const { return "/dev/shm/ipcq." + name_; }
    static void check(int code, const char *what)
    {
        if (code == IPCQ_OK)
            return;
        std::fprintf(stderr, "%s: %s\n", what, ipcq_strerror(code));
        std::exit(1);
    }

private:
    std::string name_;
    ipcq_t *handle_ = nullptr;
};

} // namespace bench
