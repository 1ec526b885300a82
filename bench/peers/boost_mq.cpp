// SPDX-License-Identifier: Apache-2.0
//
// Boost.Interprocess message_queue: made as its documentation shows (create_only), with as many preallocated slots as our
// bounded queues hold, of exactly the item's size. A forked child uses the mapping that it inherited. For large items the
// slots are as many as fit 64 MiB.
#include "peers/registry.hpp"

#include <boost/interprocess/ipc/message_queue.hpp>

#include <algorithm>
#include <unistd.h>

namespace bench {

namespace {

namespace interprocess = boost::interprocess;

class BoostMq {
public:
    explicit BoostMq(const Setup &setup) : item_bytes_(setup.item_bytes)
    {
        static int made = 0;
        name_ = "bench_boost_mq_" + std::to_string(getpid()) + "_" + std::to_string(made++);
        interprocess::message_queue::remove(name_.c_str());
        queue_ = std::make_unique<interprocess::message_queue>(interprocess::create_only, name_.c_str(),
                                                               setup.max_items, item_bytes_);
        creator_ = getpid();
    }
    ~BoostMq()
    {
        if (creator_ == getpid())
            interprocess::message_queue::remove(name_.c_str());
    }
    void enter(Role, int) {}
    void put(const void *item) { queue_->send(item, item_bytes_, 0); }
    void get(void *item)
    {
        interprocess::message_queue::size_type size = 0;
        unsigned priority = 0;
        queue_->receive(item, item_bytes_, size, priority);
    }

private:
    std::string name_;
    std::size_t item_bytes_;
    std::unique_ptr<interprocess::message_queue> queue_;
    pid_t creator_;
};

const Registration boost_mq("boost-mq", any, looped<BoostMq>);

} // namespace

} // namespace bench
