// SPDX-License-Identifier: Apache-2.0
//
// libipcq, plain and joinable, bounded and not, one item at a time and in batches of 32. A joinable queue's consumer calls
// task_done for each item.
#include "peers/ipcq_queue.hpp"
#include "peers/registry.hpp"

namespace bench::ipcq {

namespace {

class Bursts : public Queue {
public:
    static constexpr std::size_t burst = 32;
    Bursts(const Setup &setup, Kind kind) : Queue(setup, kind), buffer_(burst * (setup.item_bytes + 8)) {}
    void put_burst(const char *items, std::size_t count)
    {
        ipcq_message messages[burst] = {};
        for (std::size_t i = 0; i < count; i++)
            messages[i] = {items + i * item_bytes_, item_bytes_, IPCQ_TYPE_BYTES, 0};
        for (std::size_t done = 0, now = 0; done < count; done += now)
            require_ok(ipcq_put_many(queue_, messages + done, count - done, &now, nullptr), "ipcq_put_many");
    }
    std::size_t get_burst(std::size_t count, std::uint64_t &sum)
    {
        ipcq_view views[burst];
        std::size_t taken = 0;
        require_ok(
            ipcq_get_many(queue_, buffer_.data(), buffer_.size(), views, count, &taken, IPCQ_ACCEPT_ALL, nullptr),
            "ipcq_get_many");
        for (std::size_t i = 0; i < taken; i++) {
            sum += read_number(views[i].data);
            if (joinable_)
                require_ok(ipcq_task_done(queue_, views[i].item.ticket), "ipcq_task_done");
        }
        return taken;
    }

private:
    std::vector<char> buffer_;
};

template <class Class> void add(const std::string &name, Kind kind)
{
    Registration(name, any, [kind](const Setup &setup) { return looped<Class>(setup, kind); });
}

const int added = [] {
    for (const bool joinable : {false, true})
        for (const bool bounded : {true, false}) {
            const std::string name =
                std::string(joinable ? "ipcq-joinable" : "ipcq-plain") + (bounded ? "-4096" : "-unbounded");
            add<Queue>(name, {joinable, bounded});
            add<Bursts>(name + "-x32", {joinable, bounded});
        }
    return 0;
}();

} // namespace

} // namespace bench::ipcq
