// SPDX-License-Identifier: Apache-2.0
//
// A pair of Unix sockets that keep messages apart (SOCK_SEQPACKET), shared by all producers and all consumers. Its buffer is
// as large as the system grants without privileges (net.core.wmem_max).
#include "peers/registry.hpp"
#include "peers/require.hpp"

#include <sys/socket.h>
#include <unistd.h>

namespace bench {

namespace {

constexpr std::size_t largest_bytes = 64 << 10; // with the buffers that Linux grants by default

class Seqpacket {
public:
    explicit Seqpacket(const Setup &setup) : item_bytes_(setup.item_bytes)
    {
        constexpr int buffer_bytes = 1 << 20;
        require(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends_) == 0, "socketpair");
        require(setsockopt(ends_[0], SOL_SOCKET, SO_SNDBUF, &buffer_bytes, sizeof buffer_bytes) == 0, "SO_SNDBUF");
    }
    ~Seqpacket()
    {
        close(ends_[0]);
        close(ends_[1]);
    }
    void enter(Role, int) {}
    void put(const void *item)
    {
        require(send(ends_[0], item, item_bytes_, 0) == static_cast<ssize_t>(item_bytes_), "send");
    }
    void get(void *item) { require(recv(ends_[1], item, item_bytes_, 0) == static_cast<ssize_t>(item_bytes_), "recv"); }

private:
    std::size_t item_bytes_;
    int ends_[2];
};

std::string up_to_64_kib(const Setup &setup)
{
    return setup.item_bytes <= largest_bytes ? "" : "a message must fit the socket's buffer";
}

const Registration seqpacket("seqpacket", up_to_64_kib, looped<Seqpacket>);

} // namespace

} // namespace bench
