// SPDX-License-Identifier: Apache-2.0
#include "core_test.hpp"

#include "log/cursor.hpp"

#include <pthread.h>

using namespace ipcq;

namespace {

constexpr std::uint64_t moves = 300'000;

struct Group {
    Tail tail{};
    Head head{};
    std::atomic<bool> done{false};
    std::atomic<std::uint64_t> torn{0}, seen{0};
};

int setup(void **state)
{
    *state = new Group;
    return 0;
}

int teardown(void **state)
{
    delete static_cast<Group *>(*state);
    return 0;
}

Group &group_of(void **state) { return *static_cast<Group *>(*state); }

void a_moved_cursor_is_what_the_next_reader_sees(void **state)
{
    Group &g = group_of(state);
    store_cursor(g.tail, TailCursor{0x7fffffffff8, 0xffffff, 42});
    const TailCursor tail = snapshot(g.tail);
    assert_int_equal(tail.offset, 0x7fffffffff8);
    assert_int_equal(tail.end_segment, 0xffffff);
    assert_int_equal(tail.sequence, 42);
    store_cursor(g.head, HeadCursor{8, 7, 0xffffffff, 0x80000000});
    const HeadCursor head = snapshot(g.head);
    assert_int_equal(head.zone, 0xffffffff);
    assert_int_equal(head.skipped, 0x80000000);
}

void a_writer_that_dies_before_the_epoch_has_changed_nothing(void **state)
{
    Group &g = group_of(state);
    store_cursor(g.head, HeadCursor{800, 100, 5, 2});
    store_copy(g.head, g.head.epoch.load() + 1, HeadCursor{1600, 200, 0, 0}); // the idle copy, and no more
    const HeadCursor head = snapshot(g.head);
    assert_int_equal(head.offset, 800);
    assert_int_equal(head.sequence, 100);
    assert_int_equal(head.zone, 5);
}

void the_idle_copy_is_the_other_one_each_time(void **state)
{
    Group &g = group_of(state);
    for (std::uint64_t i = 1; i < 5; i++) {
        store_cursor(g.head, HeadCursor{8 * i, i, 0, 0});
        assert_int_equal(g.head.copy[i & 1].sequence.load(), i);
        assert_int_equal(g.head.copy[~i & 1].sequence.load(), i - 1);
    }
}

void *read_on(void *argument)
{
    Group &g = *static_cast<Group *>(argument);
    do {
        const HeadCursor head = snapshot(g.head);
        if (head.offset != 8 * head.sequence || head.zone != (head.sequence & 0xffff) || head.skipped != head.zone / 2)
            g.torn++;
        g.seen++;
    } while (!g.done);
    return nullptr;
}

void a_torn_cursor_is_never_read(void **state)
{
    Group &g = group_of(state);
    pthread_t reader[2];
    for (pthread_t &thread : reader)
        assert_int_equal(::pthread_create(&thread, nullptr, read_on, &g), 0);
    for (std::uint64_t i = 1; i <= moves || g.seen < 1000; i++)
        store_cursor(g.head, HeadCursor{8 * i, i, i & 0xffff, (i & 0xffff) / 2});
    g.done = true;
    for (const pthread_t &thread : reader)
        ::pthread_join(thread, nullptr);
    assert_int_equal(g.torn.load(), 0);
}

} // namespace

int main()
{
    const CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_moved_cursor_is_what_the_next_reader_sees, setup, teardown),
        cmocka_unit_test_setup_teardown(a_writer_that_dies_before_the_epoch_has_changed_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(the_idle_copy_is_the_other_one_each_time, setup, teardown),
        cmocka_unit_test_setup_teardown(a_torn_cursor_is_never_read, setup, teardown),
    };
    return RUN_TESTS("core.log.cursor", tests);
}
