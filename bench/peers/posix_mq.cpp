// SPDX-License-Identifier: Apache-2.0
//
// A POSIX message queue, made with as many messages as the system allows (mq_overview(7): ten without privileges), since a
// longer queue means fewer switches.
#include "peers/registry.hpp"
#include "peers/require.hpp"

#include <fcntl.h>
#include <mqueue.h>
#include <unistd.h>

namespace bench {

namespace {

constexpr std::size_t largest_bytes = 8192; // /proc/sys/fs/mqueue/msgsize_max by default

class PosixMq {
public:
    explicit PosixMq(const Setup &setup) : item_bytes_(setup.item_bytes)
    {
        static int made = 0;
        const std::string name = "/bench_" + std::to_string(getpid()) + "_" + std::to_string(made++);
        for (const long messages : {4096L, 1024L, 256L, 10L}) {
            mq_attr attributes = {};
            attributes.mq_maxmsg = messages;
            attributes.mq_msgsize = static_cast<long>(item_bytes_);
            queue_ = mq_open(name.c_str(), O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600, &attributes);
            if (queue_ != static_cast<mqd_t>(-1))
                break;
        }
        require(queue_ != static_cast<mqd_t>(-1), "mq_open");
        mq_unlink(name.c_str()); // the children inherit the descriptor
    }
    ~PosixMq() { mq_close(queue_); }
    void enter(Role, int) {}
    void put(const void *item)
    {
        require(mq_send(queue_, static_cast<const char *>(item), item_bytes_, 0) == 0, "mq_send");
    }
    void get(void *item)
    {
        require(mq_receive(queue_, static_cast<char *>(item), item_bytes_, nullptr) >= 0, "mq_receive");
    }

private:
    std::size_t item_bytes_;
    mqd_t queue_ = static_cast<mqd_t>(-1);
};

std::string up_to_8_kib(const Setup &setup)
{
    return setup.item_bytes <= largest_bytes ? "" : "the system's limit for a message is 8 KiB by default";
}

const Registration posix_mq("posix-mq", up_to_8_kib, looped<PosixMq>);

} // namespace

} // namespace bench
