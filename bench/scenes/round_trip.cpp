// SPDX-License-Identifier: Apache-2.0
//
// How long an item is under way, there on one queue and back on another. round_trip: both processes do nothing else, so
// a waiting one may still be spinning. sleeping: each waits a while before it sends, so that the other one has fallen
// asleep. The time that counts runs from before put to after get. Both ways are added, by the one clock of the machine.
#include "measure/crowd.hpp"
#include "measure/histogram.hpp"
#include "scenes/scene.hpp"

#include <sys/prctl.h>

namespace bench {

namespace {

constexpr std::size_t samples_most = 2'000'000;
constexpr std::int64_t warm_up_ns = 5'000'000;
constexpr std::int64_t pause_ns = 200'000; // longer than any queue here looks before it sleeps
constexpr std::uint64_t end = 0;           // the number of the last item

void pause_a_while()
{
    const timespec pause = {0, pause_ns};
    clock_nanosleep(CLOCK_MONOTONIC, 0, &pause, nullptr);
}

// An item's first eight bytes are a number, the next eight a duration.
class Letter {
public:
    explicit Letter(std::size_t bytes) : bytes_(bytes, 'x') {}
    char *data() { return bytes_.data(); }
    void write(std::uint64_t number, std::uint64_t duration)
    {
        write_number(data(), number);
        write_number(data() + sizeof number, duration);
    }
    std::uint64_t number() { return read_number(data()); }
    std::int64_t duration() { return static_cast<std::int64_t>(read_number(data() + sizeof(std::uint64_t))); }

private:
    std::vector<char> bytes_;
};

struct Lane {
    Peer &there, &back;
    std::size_t item_bytes;
};

void ask_busily(Lane lane, Samples &samples, double seconds)
{
    Letter letter(lane.item_bytes);
    const std::int64_t clock_ns = clock_cost_ns(), begin_ns = now_ns();
    const std::int64_t end_ns = begin_ns + static_cast<std::int64_t>(seconds * 1e9);
    for (std::int64_t sent_ns = begin_ns; sent_ns < end_ns && samples.room();) {
        letter.write(static_cast<std::uint64_t>(sent_ns), 0);
        lane.there.put(letter.data());
        lane.back.get(letter.data());
        const std::int64_t got_ns = now_ns();
        if (sent_ns - begin_ns > warm_up_ns)
            samples.add(got_ns - sent_ns - clock_ns);
        sent_ns = got_ns;
    }
    letter.write(end, 0);
    lane.there.put(letter.data());
}

void answer_busily(Lane lane)
{
    Letter letter(lane.item_bytes);
    for (lane.there.get(letter.data()); letter.number() != end; lane.there.get(letter.data()))
        lane.back.put(letter.data());
}

void ask_slowly(Lane lane, Samples &samples, double seconds)
{
    prctl(PR_SET_TIMERSLACK, 1UL);
    Letter letter(lane.item_bytes);
    const std::int64_t end_ns = now_ns() + static_cast<std::int64_t>(seconds * 1e9);
    while (now_ns() < end_ns && samples.room()) {
        pause_a_while();
        letter.write(static_cast<std::uint64_t>(now_ns()), 0);
        lane.there.put(letter.data());
        lane.back.get(letter.data());
        samples.add(now_ns() - static_cast<std::int64_t>(letter.number()) + letter.duration());
    }
    letter.write(end, 0);
    lane.there.put(letter.data());
}

void answer_slowly(Lane lane)
{
    prctl(PR_SET_TIMERSLACK, 1UL);
    Letter letter(lane.item_bytes);
    for (lane.there.get(letter.data()); letter.number() != end; lane.there.get(letter.data())) {
        const auto under_way_ns = static_cast<std::uint64_t>(now_ns()) - letter.number();
        pause_a_while();
        letter.write(static_cast<std::uint64_t>(now_ns()), under_way_ns);
        lane.back.put(letter.data());
    }
}

Finding measure(const Cell &cell, bool slowly)
{
    const auto there = peers().at(cell.peer).make(cell.setup), back = peers().at(cell.peer).make(cell.setup);
    Samples samples(samples_most);
    const Lane lane = {*there, *back, cell.setup.item_bytes};
    const auto leave = [&] {
        there->leave();
        back->leave();
    };
    // The one who answers is the first queue's consumer: "apart" sends it to the other processor.
    const Member asker = {Role::producer,
                          [&] {
                              there->enter(Role::producer, 0);
                              back->enter(Role::consumer, 0);
                          },
                          [&](Stamp &) { (slowly ? ask_slowly : ask_busily)(lane, samples, cell.seconds); }, leave};
    const Member answerer = {Role::consumer,
                             [&] {
                                 there->enter(Role::consumer, 0);
                                 back->enter(Role::producer, 0);
                             },
                             [&](Stamp &) { (slowly ? answer_slowly : answer_busily)(lane); }, leave};
    if (run({asker, answerer}, cell.placement).failed)
        return {{"failed", "a process failed or hung"}};
    return samples.finding();
}

} // namespace

Finding round_trip(const Cell &cell) { return measure(cell, false); }

Finding sleeping(const Cell &cell) { return measure(cell, true); }

} // namespace bench
