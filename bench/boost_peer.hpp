// SPDX-License-Identifier: Apache-2.0
//
// Boost.Interprocess message_queue behind the bench's four calls.
#pragma once

#include <boost/interprocess/ipc/message_queue.hpp>

#include <memory>
#include <string>

class BoostPeer {
public:
    BoostPeer(const std::string &name, std::size_t max_items, std::size_t item_bytes)
        : name_(name), item_bytes_(item_bytes)
    {
        boost::interprocess::message_queue::remove(name_.c_str());
        queue_ = std::make_unique<boost::interprocess::message_queue>(boost::interprocess::create_only, name_.c_str(),
                                                                      max_items, item_bytes);
    }
    ~BoostPeer() { boost::interprocess::message_queue::remove(name_.c_str()); }
    void enter() {} // a forked child uses the mapping it inherited
    void put(const void *data) { queue_->send(data, item_bytes_, 0); }
    void get(void *buffer)
    {
        std::size_t size = 0;
        unsigned priority = 0;
        queue_->receive(buffer, item_bytes_, size, priority);
    }

private:
    std::string name_;
    std::size_t item_bytes_;
    std::unique_ptr<boost::interprocess::message_queue> queue_;
};
