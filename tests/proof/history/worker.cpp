// SPDX-License-Identifier: Apache-2.0
#include "worker.hpp"

#include "recorder.hpp"
#include "support/random.h"

#include <ipcq.h>

#include <cstring>
#include <unistd.h>

namespace history {

namespace {

constexpr std::uint64_t backlog_max = 1000;
constexpr std::size_t held_max = 4;
constexpr std::size_t words_max = 1024; // of 8 bytes

class Session {
public:
    explicit Session(const Worker &worker)
        : worker_(worker), signals_(worker.board->signals()), log_(*worker.board, worker.index, worker.life),
          seed_(worker.seed)
    {}
    ~Session() { ipcq_close(queue_); }
    Session(const Session &) = delete;
    Session &operator=(const Session &) = delete;

    bool open() { return ipcq_open(&queue_, worker_.queue.c_str(), nullptr) == IPCQ_OK; }
    void produce();
    void consume();
    void observe();
    bool drain();

private:
    struct Held {
        std::uint64_t value, ticket;
        unsigned deliveries;
    };

    std::uint64_t dice() { return random_next(&seed_); }
    void rest() { usleep(static_cast<useconds_t>(dice() % 200)); }
    std::int64_t patience() { return dice() % 2 == 0 ? IPCQ_NOWAIT : ipcq_deadline(0.0002 * double(1 + dice() % 8)); }
    void wrong(int code) { log_.end(Kind::error, static_cast<std::uint64_t>(-code)); }
    std::uint64_t size();
    int put(std::uint64_t value);
    int get(std::int64_t deadline_ns);
    int join(std::int64_t deadline_ns);
    void finish_one();

    const Worker &worker_;
    Board::Signals &signals_;
    Recorder log_;
    std::uint64_t seed_;
    ipcq_t *queue_ = nullptr;
    Held held_[held_max];
    std::size_t held_count_ = 0;
    std::uint64_t words_[words_max] = {};
};

std::uint64_t Session::size()
{
    std::uint64_t items = 0;
    log_.begin(Kind::size);
    const int code = ipcq_size(queue_, &items);
    if (code == IPCQ_OK)
        log_.end(Kind::size, items);
    else
        wrong(code);
    return items;
}

int Session::put(std::uint64_t value)
{
    const std::uint64_t mixed = random_mix(value);
    const std::size_t count = worker_.plan->large && mixed % 256 == 0 ? words_max : 1 + mixed % 16;
    words_[0] = value;
    const std::int64_t deadline_ns = patience();
    log_.begin(Kind::put, value);
    const int code = ipcq_put(queue_, words_, count * 8, deadline_ns);
    if (code == IPCQ_OK)
        log_.end();
    else if (code == IPCQ_FULL || code == IPCQ_TIMEDOUT)
        log_.end(Kind::full, value);
    else if (code == IPCQ_BUSY)
        log_.forget();
    else
        wrong(code);
    return code;
}

int Session::get(std::int64_t deadline_ns)
{
    ipcq_item item;
    const ipcq_wait wait = {deadline_ns, nullptr, 0, 0};
    log_.begin(Kind::get);
    const int code = ipcq_get_item(queue_, words_, sizeof words_, &item, IPCQ_ACCEPT_ALL, &wait);
    if (code == IPCQ_OK)
        log_.end(Kind::get, words_[0], item.deliveries);
    else if (code == IPCQ_EMPTY || code == IPCQ_TIMEDOUT)
        log_.end(Kind::empty, 0);
    else if (code == IPCQ_BUSY)
        log_.forget();
    else
        wrong(code);
    if (code == IPCQ_OK && worker_.plan->joinable)
        held_[held_count_++] = {words_[0], item.ticket, item.deliveries};
    return code;
}

void Session::finish_one()
{
    const std::size_t index = dice() % held_count_;
    const Held held = held_[index];
    held_[index] = held_[--held_count_];
    const bool finish = dice() % 32 != 0;
    int code = IPCQ_BUSY;
    while (code == IPCQ_BUSY) {
        log_.begin(finish ? Kind::finish : Kind::give_back, held.value, held.deliveries);
        code = finish ? ipcq_task_done(queue_, held.ticket) : ipcq_nack(queue_, held.ticket);
        if (code == IPCQ_OK)
            log_.end();
        else if (code == IPCQ_BUSY)
            log_.forget();
        else
            wrong(code);
    }
}

int Session::join(std::int64_t deadline_ns)
{
    log_.begin(Kind::join);
    const int code = ipcq_join(queue_, deadline_ns);
    if (code == IPCQ_OK)
        log_.end();
    else if (code == IPCQ_TIMEDOUT)
        log_.forget();
    else
        wrong(code);
    return code;
}

void Session::produce()
{
    for (unsigned puts = 0; !signals_.producers_stop && !log_.full(); puts++) {
        if (signals_.ebb || (puts % 32 == 0 && size() > backlog_max)) {
            rest();
            continue;
        }
        const std::uint64_t value = signals_.next_value++;
        while (put(value) != IPCQ_OK && !signals_.producers_stop && !log_.full()) {
        }
    }
}

void Session::consume()
{
    for (bool dry = false; !(dry && signals_.consumers_stop) && !log_.full();) {
        const bool finish = held_count_ == held_max || (held_count_ != 0 && (dry || dice() % 2 == 0));
        if (finish)
            finish_one();
        else
            dry = get(patience()) != IPCQ_OK;
        if (dice() % 4096 == 0)
            rest();
    }
    while (held_count_ != 0)
        finish_one();
}

void Session::observe()
{
    while (!signals_.consumers_stop && !log_.full()) {
        for (unsigned times = 0; times < 16; times++)
            size();
        if (worker_.plan->joinable)
            join(patience());
        rest();
    }
}

bool Session::drain()
{
    for (unsigned slices = 0; slices < 600;) {
        if (get(IPCQ_NOWAIT) == IPCQ_OK) {
            if (held_count_ != 0)
                finish_one();
        } else if (!worker_.plan->joinable || join(ipcq_deadline(0.05)) == IPCQ_OK) {
            return true;
        } else {
            slices++;
        }
    }
    return false;
}

} // namespace

int work(const Worker &worker)
{
    Session session(worker);
    if (!session.open())
        return 1;
    if (worker.index < producers)
        session.produce();
    else if (worker.index < producers + consumers)
        session.consume();
    else
        session.observe();
    return 0;
}

bool drain(const Worker &worker)
{
    Session session(worker);
    return session.open() && session.drain();
}

} // namespace history
