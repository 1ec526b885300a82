// SPDX-License-Identifier: Apache-2.0
//
// nng push and pull over ipc. The consumer listens, producers dial; both sides have buffers where this version has the option.
// push gives each item to whichever consumer is ready, so that shares cannot be told before: one consumer only here. nng
// throws away what was not sent when a socket is closed; the producers stay until the consumer has everything.
#include "peers/registry.hpp"
#include "peers/require.hpp"
#include "peers/shared_memory.hpp"

#include <nng/nng.h>
#include <nng/protocol/pipeline0/pull.h>
#include <nng/protocol/pipeline0/push.h>

#include <atomic>
#include <unistd.h>

namespace bench {

namespace {

void require_ok(int code, const char *what)
{
    if (code == 0)
        return;
    std::fprintf(stderr, "%s: %s\n", what, nng_strerror(code));
    std::exit(1);
}

class Nng {
public:
    explicit Nng(const Setup &setup)
        : item_bytes_(setup.item_bytes), memory_(sizeof(std::atomic<int>)),
          all_received_(memory_.make<std::atomic<int>>())
    {
        static int made = 0;
        path_ = "/tmp/ipcq-bench-" + std::to_string(getpid()) + "-" + std::to_string(made++);
    }
    ~Nng() { unlink(path_.c_str()); }
    void enter(Role role, int)
    {
        const std::string address = "ipc://" + path_;
        if (role != Role::producer) {
            require_ok(nng_pull0_open(&pull_), "nng_pull0_open");
            buffer(pull_, NNG_OPT_RECVBUF);
            require_ok(nng_listen(pull_, address.c_str(), nullptr, 0), "nng_listen");
        }
        if (role != Role::consumer) {
            require_ok(nng_push0_open(&push_), "nng_push0_open");
            buffer(push_, NNG_OPT_SENDBUF);
            require_ok(nng_socket_set_ms(push_, NNG_OPT_RECONNMINT, 1), "NNG_OPT_RECONNMINT");
            // The consumer may not listen yet.
            require_ok(nng_dial(push_, address.c_str(), nullptr, NNG_FLAG_NONBLOCK), "nng_dial");
        }
        role_ = role;
    }
    void leave()
    {
        if (role_ != Role::producer)
            *all_received_ = 1;
        while (*all_received_ == 0)
            usleep(1000);
    }
    void put(const void *item) { require_ok(nng_send(push_, const_cast<void *>(item), item_bytes_, 0), "nng_send"); }
    void get(void *item)
    {
        std::size_t size = item_bytes_;
        require_ok(nng_recv(pull_, item, &size, 0), "nng_recv");
    }

private:
    static void buffer(nng_socket socket, const char *option)
    {
        constexpr int messages = 4096;
        const int code = nng_socket_set_int(socket, option, messages);
        if (code != NNG_ENOTSUP)
            require_ok(code, option);
    }

    std::size_t item_bytes_;
    SharedMemory memory_;
    std::atomic<int> *all_received_;
    std::string path_;
    Role role_ = Role::both;
    nng_socket push_ = NNG_SOCKET_INITIALIZER, pull_ = NNG_SOCKET_INITIALIZER;
};

std::string one_consumer(const Setup &setup)
{
    return setup.consumers == 1 ? "" : "gives items to whoever is ready: one consumer only here";
}

const Registration nng("nng", one_consumer, looped<Nng>);

} // namespace

} // namespace bench
