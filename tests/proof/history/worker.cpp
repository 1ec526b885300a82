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
constexpr unsigned batch_max = 6;
constexpr std::int64_t lock_grace_ns = 20'000'000; // of the library, whatever the deadline

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
    unsigned put_many(const std::uint64_t *values, unsigned count);
    int get(std::int64_t deadline_ns);
    int get_many(std::int64_t deadline_ns);
    std::size_t words_of(std::uint64_t value) const;
    void ended_in_vain(int code, Kind kind, std::uint64_t value);
    int join(std::int64_t deadline_ns);
    void finish_one();

    const Worker &worker_;
    Board::Signals &signals_;
    Recorder log_;
    std::uint64_t seed_;
    ipcq_t *queue_ = nullptr;
    Held held_[held_max];
    std::size_t held_count_ = 0;
    std::uint64_t words_[words_max] = {}, batch_[batch_max][words_max] = {};
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

std::size_t Session::words_of(std::uint64_t value) const
{
    const std::uint64_t mixed = random_mix(value);
    return worker_.plan->large && mixed % 256 == 0 ? words_max : 1 + mixed % 16;
}

// A put or a get; `kind` if there was no room, or no item. One that timed out late may have waited for an end of the
// queue, whose holder was not run, and not for what it says.
void Session::ended_in_vain(int code, Kind kind, std::uint64_t value)
{
    if (code == IPCQ_TIMEDOUT && log_.so_far_ns() >= lock_grace_ns)
        log_.forget();
    else if (code == IPCQ_TIMEDOUT || code == (kind == Kind::full ? IPCQ_FULL : IPCQ_EMPTY))
        log_.end(kind, value);
    else if (code == IPCQ_BUSY)
        log_.forget();
    else
        wrong(code);
}

int Session::put(std::uint64_t value)
{
    words_[0] = value;
    const std::int64_t deadline_ns = patience();
    log_.begin(Kind::put, value);
    const int code = ipcq_put(queue_, words_, words_of(value) * 8, deadline_ns);
    if (code == IPCQ_OK)
        log_.end();
    else
        ended_in_vain(code, Kind::full, value);
    return code;
}

// How many were put.
unsigned Session::put_many(const std::uint64_t *values, unsigned count)
{
    ipcq_message messages[batch_max];
    for (unsigned i = 0; i < count; i++) {
        batch_[i][0] = values[i];
        messages[i] = {batch_[i], words_of(values[i]) * 8, IPCQ_TYPE_BYTES, 0};
    }
    const ipcq_wait wait = {patience(), nullptr, 0, 0};
    std::size_t done = 0;
    log_.begin_batch(Kind::put, values, count);
    const int code = ipcq_put_many(queue_, messages, count, &done, &wait);
    if (code != IPCQ_OK) {
        log_.shrink_to(1);
        ended_in_vain(code, Kind::full, values[0]);
        return 0;
    }
    log_.shrink_to(static_cast<unsigned>(done));
    for (std::size_t i = 0; i < done; i++, log_.next())
        log_.end();
    return static_cast<unsigned>(done);
}

int Session::get(std::int64_t deadline_ns)
{
    ipcq_item item;
    const ipcq_wait wait = {deadline_ns, nullptr, 0, 0};
    log_.begin(Kind::get);
    const int code = ipcq_get_item(queue_, words_, sizeof words_, &item, IPCQ_ACCEPT_ALL, &wait);
    if (code == IPCQ_OK)
        log_.end(Kind::get, words_[0], item.deliveries);
    else
        ended_in_vain(code, Kind::empty, 0);
    if (code == IPCQ_OK && worker_.plan->joinable)
        held_[held_count_++] = {words_[0], item.ticket, item.deliveries};
    return code;
}

int Session::get_many(std::int64_t deadline_ns)
{
    ipcq_view views[batch_max];
    const auto wanted = static_cast<unsigned>(worker_.plan->joinable ? held_max - held_count_ : batch_max);
    const ipcq_wait wait = {deadline_ns, nullptr, 0, 0};
    std::size_t done = 0;
    log_.begin_batch(Kind::get, nullptr, wanted);
    const int code = ipcq_get_many(queue_, words_, sizeof words_, views, wanted, &done, IPCQ_ACCEPT_ALL, &wait);
    log_.shrink_to(code == IPCQ_OK ? static_cast<unsigned>(done) : 1);
    if (code != IPCQ_OK)
        ended_in_vain(code, Kind::empty, 0);
    for (std::size_t i = 0; code == IPCQ_OK && i < done; i++, log_.next()) {
        const std::uint64_t value = *static_cast<const std::uint64_t *>(views[i].data);
        log_.end(Kind::get, value, views[i].item.deliveries);
        if (worker_.plan->joinable)
            held_[held_count_++] = {value, views[i].item.ticket, views[i].item.deliveries};
    }
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
        if (worker_.plan->batches && dice() % 4 != 0) {
            std::uint64_t values[batch_max];
            const auto count = static_cast<unsigned>(1 + dice() % batch_max);
            const std::uint64_t first = signals_.next_value.fetch_add(count);
            for (unsigned i = 0; i < count; i++)
                values[i] = first + i;
            for (unsigned done = 0; done < count && !signals_.producers_stop && !log_.full();)
                done += put_many(values + done, count - done);
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
            dry = (worker_.plan->batches && dice() % 4 != 0 ? get_many(patience()) : get(patience())) != IPCQ_OK;
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
