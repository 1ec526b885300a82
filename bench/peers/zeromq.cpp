// SPDX-License-Identifier: Apache-2.0
//
// ZeroMQ PUSH and PULL over ipc. Each consumer binds an address of its own, and each producer connects to all of them.
// So PUSH deals the items out evenly without a device between. The guide's "shared queue" would add a hop. No
// high-water mark: it gathers messages for a system call by itself, and stops gathering when it is stopped.
#include "peers/registry.hpp"
#include "peers/require.hpp"

#include <unistd.h>
#include <zmq.h>

namespace bench {

namespace {

class Zeromq {
public:
    explicit Zeromq(const Setup &setup) : item_bytes_(setup.item_bytes), consumers_(setup.consumers)
    {
        static int made = 0;
        address_ = "ipc://@ipcq-bench-" + std::to_string(getpid()) + "-" + std::to_string(made++) + "-";
    }
    void enter(Role role, int index) // a context does not survive fork
    {
        context_ = zmq_ctx_new();
        if (role != Role::producer) {
            pull_ = open(ZMQ_PULL);
            require(zmq_bind(pull_, (address_ + std::to_string(index)).c_str()) == 0, "zmq_bind");
        }
        if (role != Role::consumer) {
            push_ = open(ZMQ_PUSH);
            for (int i = 0; i < consumers_; i++)
                require(zmq_connect(push_, (address_ + std::to_string(i)).c_str()) == 0, "zmq_connect");
        }
    }
    void leave() // until everything is sent
    {
        for (void *socket : {pull_, push_})
            if (socket != nullptr)
                zmq_close(socket);
        zmq_ctx_term(context_);
    }
    void put(const void *item) { require(zmq_send(push_, item, item_bytes_, 0) >= 0, "zmq_send"); }
    void get(void *item) { require(zmq_recv(pull_, item, item_bytes_, 0) >= 0, "zmq_recv"); }

private:
    void *open(int type)
    {
        constexpr int unlimited = 0, reconnect_ms = 1; // the consumer may not have bound its address yet
        void *socket = zmq_socket(context_, type);
        require(socket != nullptr, "zmq_socket");
        zmq_setsockopt(socket, type == ZMQ_PUSH ? ZMQ_SNDHWM : ZMQ_RCVHWM, &unlimited, sizeof unlimited);
        zmq_setsockopt(socket, ZMQ_RECONNECT_IVL, &reconnect_ms, sizeof reconnect_ms);
        return socket;
    }

    std::size_t item_bytes_;
    int consumers_;
    std::string address_;
    void *context_ = nullptr, *push_ = nullptr, *pull_ = nullptr;
};

const Registration zeromq("zeromq", any, looped<Zeromq>);

} // namespace

} // namespace bench
