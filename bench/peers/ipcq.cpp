// SPDX-License-Identifier: Apache-2.0
//
// libipcq through its public API, as any program would use it: every process has the queue open, and waits for ever.
#include "peers/registry.hpp"

#include <ipcq.h>

#include <cstdio>
#include <cstdlib>

namespace bench {

namespace {

constexpr std::uint64_t unbounded_capacity_bytes = std::uint64_t{2} << 30;

void require_ok(int code, const char *what)
{
    if (code == IPCQ_OK)
        return;
    std::fprintf(stderr, "%s: %s\n", what, ipcq_strerror(code));
    std::exit(1);
}

struct Kind {
    bool joinable;
    bool bounded;
};

class Queue {
public:
    Queue(const Setup &setup, Kind kind) : item_bytes_(setup.item_bytes), joinable_(kind.joinable)
    {
        ipcq_options options = {};
        options.struct_size = sizeof options;
        options.flags = kind.joinable ? IPCQ_JOINABLE : IPCQ_PLAIN;
        options.max_items = kind.bounded ? setup.max_items : 0;
        options.capacity_bytes = kind.bounded ? 0 : unbounded_capacity_bytes;
        require_ok(ipcq_open(&queue_, nullptr, &options), "ipcq_open");
    }
    ~Queue() { ipcq_close(queue_); }
    Queue(const Queue &) = delete;
    Queue &operator=(const Queue &) = delete;
    void enter(Role, int) // the first call of a forked child makes it a participant
    {
        std::uint64_t items = 0;
        require_ok(ipcq_size(queue_, &items), "ipcq_size");
    }
    void put(const void *item) { require_ok(ipcq_put(queue_, item, item_bytes_, IPCQ_FOREVER), "ipcq_put"); }
    void get(void *item)
    {
        std::size_t size = 0;
        require_ok(ipcq_get(queue_, item, item_bytes_, &size, IPCQ_FOREVER), "ipcq_get");
        if (joinable_)
            require_ok(ipcq_task_done(queue_, IPCQ_OLDEST), "ipcq_task_done");
    }

protected:
    ipcq_t *queue_ = nullptr;
    std::size_t item_bytes_;
    bool joinable_;
};

#ifdef IPCQ_HAS_BATCHES
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
#endif

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
#ifdef IPCQ_HAS_BATCHES
            add<Bursts>(name + "-x32", {joinable, bounded});
#endif
        }
    return 0;
}();

} // namespace

} // namespace bench
