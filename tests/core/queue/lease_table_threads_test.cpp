// SPDX-License-Identifier: Apache-2.0
//
// A LeaseTable that several threads use, against a simple list: which lease each ticket means, and what is picked.
#include "core_test.hpp"

#include "queue/lease_table.hpp"
#include "support/random.h"

#include <pthread.h>
#include <semaphore.h>

using namespace ipcq;

namespace {

// Threads that live at the same time and act one after the other.
constexpr int actors = 4, steps = 40'000, held_max = 200;

enum class Step { add, finish, pick, restore, erase };

struct Actor {
    pthread_t thread;
    sem_t go, done;
    LeaseTable *table;
    std::atomic<std::uint64_t> *count;
    Step step;
    std::uint64_t ticket;
    Lease lease;
    Code code;
    bool over;
};

void *act(void *argument)
{
    Actor &a = *static_cast<Actor *>(argument);
    for (;;) {
        while (::sem_wait(&a.go) != 0) {
        }
        if (a.over)
            return nullptr;
        a.code = Code::OK;
        if (a.step == Step::add)
            a.ticket = a.table->reserve() ? a.table->add(a.lease.offset, a.lease.sequence) : 0;
        else if (a.step == Step::finish)
            a.code = a.table->finish(a.ticket, a.lease.offset, *a.count);
        else if (a.step == Step::pick)
            a.code = a.table->pick(a.ticket, a.lease);
        else if (a.step == Step::restore)
            a.table->restore(a.lease);
        else
            a.table->erase(a.lease);
        ::sem_post(&a.done);
    }
}

void let_act(Actor &a, Step step)
{
    a.step = step;
    assert_int_equal(::sem_post(&a.go), 0);
    while (::sem_wait(&a.done) != 0) {
    }
}

// What the table should hold, oldest first.
struct Expected {
    Lease lease;
    int actor;
    bool picked;
};

struct Model {
    Expected held[held_max];
    int count = 0;

    // -1: no lease, and `code` says why.
    int position(std::uint64_t ticket, int actor, Code &code) const
    {
        int own = -1, any = -1, exact = -1, owned = 0;
        for (int i = count; i-- > 0;) {
            if (held[i].picked)
                continue;
            any = i;
            own = held[i].actor == actor ? i : own;
            owned += held[i].actor == actor ? 1 : 0;
            exact = held[i].lease.ticket == ticket ? i : exact;
        }
        const bool ambiguous = ticket == ticket_only_of_thread && any >= 0 && owned != 1;
        code = ambiguous ? Code::AMBIGUOUS : Code::NOTTAKEN;
        if (ticket == ticket_oldest)
            return any;
        if (ticket == ticket_only_of_thread)
            return owned == 1 ? own : -1;
        return ticket == ticket_oldest_of_thread ? (own >= 0 ? own : any) : exact;
    }
    void remove(int at)
    {
        count--;
        for (int i = at; i < count; i++)
            held[i] = held[i + 1];
    }
};

struct Play {
    Actor actor[actors];
    Model model;
    std::uint64_t seed = 20, last_ticket = 0;
    std::atomic<std::uint64_t> count{0};
    LeaseTable table;
};

void assert_same(const Lease &actual, const Lease &expected)
{
    assert_int_equal(actual.ticket, expected.ticket);
    assert_int_equal(actual.offset, expected.offset);
    assert_int_equal(actual.sequence, expected.sequence);
}

void add_one(Play &p, int who)
{
    Actor &a = p.actor[who];
    a.lease = {0, random_next(&p.seed), random_next(&p.seed)};
    let_act(a, Step::add);
    assert_int_equal(a.ticket, ++p.last_ticket);
    a.lease.ticket = a.ticket;
    p.model.held[p.model.count++] = {a.lease, who, false};
}

// Ends the lease that a ticket means, at once or in two steps; or decides about one that was picked before.
void end_one(Play &p, int who)
{
    Actor &a = p.actor[who];
    Model &m = p.model;
    const std::uint64_t dice = random_next(&p.seed), any = random_next(&p.seed);
    const Lease &chosen = m.held[m.count != 0 ? any % m.count : 0].lease;
    if (m.count != 0 && m.held[any % m.count].picked) {
        a.lease = chosen;
        let_act(a, dice % 2 != 0 ? Step::restore : Step::erase);
        if (dice % 2 != 0)
            m.held[any % m.count].picked = false;
        else
            m.remove(static_cast<int>(any % m.count));
        return;
    }
    const std::uint64_t tickets[] = {chosen.ticket, ticket_oldest, ticket_oldest_of_thread, ticket_only_of_thread,
                                     any % (p.last_ticket + 3)};
    a.ticket = m.count != 0 ? tickets[dice % 5] : ticket_oldest;
    Code why_not = Code::OK;
    const int at = m.position(a.ticket, who, why_not);
    const bool pick = dice / 5 % 4 == 0;
    let_act(a, pick ? Step::pick : Step::finish);
    if (at < 0) {
        assert_int_equal(a.code, why_not);
        return;
    }
    assert_code(a.code, OK);
    if (pick) {
        assert_same(a.lease, m.held[at].lease);
        m.held[at].picked = true;
    } else {
        assert_int_equal(a.lease.offset, m.held[at].lease.offset);
        m.remove(at);
    }
}

// The number of leases swings between none and held_max.
void threads_find_what_a_simple_list_finds(void **)
{
    static Play p; // a failing assertion leaves the threads behind
    for (Actor &a : p.actor) {
        a.table = &p.table;
        a.count = &p.count;
        assert_int_equal(::sem_init(&a.go, 0, 0) | ::sem_init(&a.done, 0, 0), 0);
        assert_int_equal(::pthread_create(&a.thread, nullptr, act, &a), 0);
    }
    for (int i = 0; i < steps; i++) {
        const int who = static_cast<int>(random_next(&p.seed) % actors);
        const bool rising = i / 500 % 2 == 0, with_the_tide = random_next(&p.seed) % 4 != 0;
        if (rising == with_the_tide && p.model.count < held_max)
            add_one(p, who);
        else
            end_one(p, who);
    }
    for (Actor &a : p.actor) {
        a.over = true;
        assert_int_equal(::sem_post(&a.go), 0);
        assert_int_equal(::pthread_join(a.thread, nullptr), 0);
    }
}

} // namespace

int main()
{
    const CMUnitTest tests[] = {
        cmocka_unit_test(threads_find_what_a_simple_list_finds),
    };
    return RUN_TESTS("core.queue.lease_table_threads", tests);
}
