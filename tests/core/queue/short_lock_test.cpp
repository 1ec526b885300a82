// SPDX-License-Identifier: Apache-2.0
#include "core_test.hpp"

#include "queue/short_lock.hpp"
#include "wait/tick.hpp"

#include <pthread.h>
#include <sched.h>

using namespace ipcq;

namespace {

constexpr int rounds = 200, entries = 300, threads = 3;

struct Room {
    ShortLock lock;
    std::atomic<int> arrived{0};
    long visits = 0; // changed in two steps by whoever is inside
};

void visit(Room &room)
{
    const ShortLock::Hold hold(room.lock);
    const long seen = *static_cast<volatile long *>(&room.visits);
    for (int i = 0; i < 20; i++) // long enough for another to come in, if it can
        pause_processor();
    *static_cast<volatile long *>(&room.visits) = seen + 1;
}

void *visitor(void *argument)
{
    Room &room = *static_cast<Room *>(argument);
    room.arrived.fetch_add(1);
    for (int i = 0; i < entries; i++)
        visit(room);
    return nullptr;
}

void one_thread_comes_and_goes(void **)
{
    Room room;
    for (int i = 0; i < entries; i++)
        visit(room);
    assert_int_equal(room.visits, entries);
}

// Each round the favour is taken away anew, while the favourite goes in and out.
void others_take_the_favour_away(void **)
{
    for (int round = 0; round < rounds; round++) {
        Room room;
        visit(room);
        long visits = 1;
        pthread_t thread[threads];
        for (pthread_t &t : thread)
            assert_int_equal(pthread_create(&t, nullptr, visitor, &room), 0);
        for (; room.arrived.load() < threads || visits < entries; visits++)
            visit(room);
        for (const pthread_t t : thread)
            assert_int_equal(pthread_join(t, nullptr), 0);
        assert_int_equal(room.visits, visits + threads * entries);
    }
}

// As in a forked child, whose parent's other thread was inside.
void started_anew_it_is_free(void **)
{
    Room room;
    room.visits = 0;
    {
        const ShortLock::Hold hold(room.lock);
        room.lock.start_anew();
        visit(room);
    }
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, nullptr, visitor, &room), 0);
    assert_int_equal(pthread_join(thread, nullptr), 0);
    assert_int_equal(room.visits, 1 + entries);
}

} // namespace

int main()
{
    const CMUnitTest tests[] = {
        cmocka_unit_test(one_thread_comes_and_goes),
        cmocka_unit_test(others_take_the_favour_away),
        cmocka_unit_test(started_anew_it_is_free),
    };
    return RUN_TESTS("core.queue.short_lock", tests);
}
