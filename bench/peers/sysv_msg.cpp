// SPDX-License-Identifier: Apache-2.0
//
// A System V message queue, with as many bytes as the system allows (4 MiB with privileges, else msgmnb).
#include "peers/registry.hpp"
#include "peers/require.hpp"

#include <sys/ipc.h>
#include <sys/msg.h>
#include <unistd.h>

namespace bench {

namespace {

constexpr std::size_t largest_bytes = 8192; // kernel.msgmax by default
constexpr msglen_t capacity_bytes = 4 << 20;

struct Message {
    long type;
    char bytes[largest_bytes];
};

class SysvMsg {
public:
    explicit SysvMsg(const Setup &setup)
        : item_bytes_(setup.item_bytes), queue_(msgget(IPC_PRIVATE, 0600)), maker_(getpid())
    {
        require(queue_ >= 0, "msgget");
        msqid_ds state = {};
        require(msgctl(queue_, IPC_STAT, &state) == 0, "msgctl");
        state.msg_qbytes = capacity_bytes;
        msgctl(queue_, IPC_SET, &state); // refused without privileges: then it stays as it is
    }
    ~SysvMsg()
    {
        if (maker_ == getpid())
            msgctl(queue_, IPC_RMID, nullptr);
    }
    void enter(Role, int) {}
    void put(const void *item)
    {
        message_.type = 1;
        std::memcpy(message_.bytes, item, item_bytes_);
        require(msgsnd(queue_, &message_, item_bytes_, 0) == 0, "msgsnd");
    }
    void get(void *item)
    {
        require(msgrcv(queue_, &message_, item_bytes_, 0, 0) >= 0, "msgrcv");
        std::memcpy(item, message_.bytes, item_bytes_);
    }

private:
    std::size_t item_bytes_;
    int queue_;
    pid_t maker_;
    Message message_;
};

std::string up_to_8_kib(const Setup &setup)
{
    return setup.item_bytes <= largest_bytes ? "" : "the system's limit for a message is 8 KiB by default";
}

const Registration sysv_msg("sysv-msg", up_to_8_kib, looped<SysvMsg>);

} // namespace

} // namespace bench
