// SPDX-License-Identifier: Apache-2.0
//
// A pipe of 1 MiB, the most an unprivileged process may ask for (pipe(7), F_SETPIPE_SZ): the larger, the fewer switches. An
// item of up to PIPE_BUF bytes is written as a whole; larger ones only between one producer and one consumer.
#include "peers/registry.hpp"
#include "peers/require.hpp"

#include <climits>
#include <fcntl.h>
#include <unistd.h>

namespace bench {

namespace {

constexpr int capacity_bytes = 1 << 20;

class Pipe {
public:
    explicit Pipe(const Setup &setup) : item_bytes_(setup.item_bytes)
    {
        require(pipe(ends_) == 0, "pipe");
        require(fcntl(ends_[1], F_SETPIPE_SZ, capacity_bytes) >= 0, "F_SETPIPE_SZ");
    }
    ~Pipe()
    {
        close(ends_[0]);
        close(ends_[1]);
    }
    void enter(Role, int) {}
    void put(const void *item)
    {
        for (std::size_t done = 0; done < item_bytes_;) {
            const ssize_t now = write(ends_[1], static_cast<const char *>(item) + done, item_bytes_ - done);
            require(now > 0, "write");
            done += static_cast<std::size_t>(now);
        }
    }
    void get(void *item)
    {
        for (std::size_t done = 0; done < item_bytes_;) {
            const ssize_t now = read(ends_[0], static_cast<char *>(item) + done, item_bytes_ - done);
            require(now > 0, "read");
            done += static_cast<std::size_t>(now);
        }
    }

private:
    std::size_t item_bytes_;
    int ends_[2];
};

std::string whole_items(const Setup &setup) { return setup.item_bytes <= PIPE_BUF ? "" : one_to_one(setup); }

const Registration pipe_peer("pipe", whole_items, looped<Pipe>);

} // namespace

} // namespace bench
