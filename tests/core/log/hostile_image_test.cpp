// SPDX-License-Identifier: Apache-2.0
//
// Values that no correct peer writes. Every call returns, and touches nothing outside the image: a sanitizer and the
// process's own life are the judges; what can be recognised is CORRUPT.
#include "log_fixture.hpp"

#include "wait/fork_epoch.hpp"

#include <sys/resource.h>

using namespace ipcq;

namespace {

const Plan plan;
const Plan unlimited{.max_items = UINT64_MAX};
const Plan nearly_unlimited{.max_items = UINT64_MAX - 1};

std::uint64_t first_offset(LogFixture &f) { return f.geometry().data_offset; }

Code reap_dead_peer(LogFixture &f)
{
    f.log(1);
    f.kill(1);
    std::uint64_t items = 0;
    return f.reap(items);
}

Code advance(LogFixture &f)
{
    bool end = false;
    return f.log().advance(no_patience, end);
}

void put_two(LogFixture &f)
{
    assert_code(f.put("0"), OK);
    assert_code(f.put("1"), OK);
}

void no_lock_is_left_behind(LogFixture &f)
{
    assert_int_equal(f.control().tail.lock.load(), 0);
    assert_int_equal(f.control().head.lock.load(), 0);
    assert_int_equal(f.control().frontier.lock.load(), 0);
}

void a_size_that_leads_out_of_the_image(void **state)
{
    LogFixture &f = fixture_of(state);
    put_two(f);
    for (const std::uint64_t size : {std::uint64_t{4096}, f.geometry().map_size, std::uint64_t{0xffffffffffff}}) {
        f.word(first_offset(f) + 8) = RecordShape::of(size, 0).bits;
        assert_code(f.take_bytes().code, CORRUPT);
        assert_code(f.log().discard(no_patience), CORRUPT);
        assert_code(reap_dead_peer(f), OK); // a ready record ends its walk before the size is used
        f.word(first_offset(f)) = RecordWord::of(RecordState::done, 0, nobody).bits;
        f.control().frontier.lease_chain = 1;
        store_cursor(f.control().head, HeadCursor{first_offset(f) + 24, 1, 0, 0});
        assert_code(advance(f), CORRUPT);
        assert_code(reap_dead_peer(f), CORRUPT);
        store_cursor(f.control().head, HeadCursor{first_offset(f), 0, 0, 0});
        f.word(first_offset(f)) = RecordWord::of(RecordState::ready, 0, nobody).bits;
        no_lock_is_left_behind(f);
    }
}

void an_end_that_leads_to_itself(void **state)
{
    LogFixture &f = fixture_of(state);
    f.word(first_offset(f)) = RecordWord::end(0, 1).bits;
    f.control().frontier.lease_chain = 1;
    assert_code(f.take().code, CORRUPT);
    assert_code(f.put("x"), CORRUPT);
    assert_code(f.log().discard(no_patience), CORRUPT);
    assert_code(f.log().refuse_appends(1, no_patience), CORRUPT);
    assert_code(reap_dead_peer(f), CORRUPT);
    no_lock_is_left_behind(f);
    store_cursor(f.control().head, HeadCursor{first_offset(f) + 800, 100, 0, 0});
    assert_code(advance(f), CORRUPT);
    no_lock_is_left_behind(f);
}

void a_run_that_the_queue_does_not_have(void **state)
{
    LogFixture &f = fixture_of(state);
    for (const RecordWord end : {RecordWord::end(9, 1), RecordWord::end(UINT32_MAX, 0xffffff), RecordWord::end(1, 0),
                                 RecordWord::end(0, 10), RecordWord::end(5, 1) /* behind the file */}) {
        f.word(first_offset(f)) = end.bits;
        assert_code(f.take().code, CORRUPT);
        assert_code(f.put("x"), CORRUPT);
        assert_code(f.log().discard(no_patience), CORRUPT);
        assert_code(reap_dead_peer(f), CORRUPT);
        no_lock_is_left_behind(f);
    }
}

void a_state_that_does_not_exist(void **state)
{
    LogFixture &f = fixture_of(state);
    f.word(first_offset(f)) = 0xff;
    assert_true(f.take().code != Code::OK);
    f.put("x");
    f.log().discard(no_patience);
    advance(f);
    reap_dead_peer(f);
    no_lock_is_left_behind(f);
}

void cursors_that_point_anywhere(void **state)
{
    LogFixture &f = fixture_of(state);
    put_two(f);
    const std::uint64_t outside[] = {0,
                                     8,
                                     first_offset(f) - 8,
                                     first_offset(f) + 4,
                                     f.geometry().map_size,
                                     f.geometry().map_size - 8,
                                     UINT64_MAX - 7,
                                     std::uint64_t{1} << 63};
    for (const std::uint64_t offset : outside) {
        store_cursor(f.control().head, HeadCursor{offset, 0, UINT32_MAX, 0});
        assert_true(f.log().may_hold_item()); // take says what is wrong
        assert_code(f.take().code, CORRUPT);
        assert_code(f.log().discard(no_patience), CORRUPT);
        assert_code(advance(f), CORRUPT);
        store_cursor(f.control().head, HeadCursor{first_offset(f), 0, UINT32_MAX, UINT32_MAX});
        store_cursor(f.control().frontier, FrontierCursor{offset, 0});
        assert_code(advance(f), CORRUPT);
        assert_int_equal(f.used_bytes(), 0);
        assert_code(reap_dead_peer(f), CORRUPT);
        store_cursor(f.control().frontier, FrontierCursor{first_offset(f), 0});
        no_lock_is_left_behind(f);
    }
}

void tails_that_point_anywhere(void **state)
{
    LogFixture &f = fixture_of(state);
    const TailCursor good = snapshot(f.control().tail);
    const TailCursor bad[] = {{0, 1, 0},
                              {good.offset, 0, 0},
                              {good.offset, 10, 0},
                              {good.offset, 0xffffff, 0},
                              {good.offset + 4096, 1, 0},     // not before the end of its run
                              {good.offset + 8 * 4096, 9, 0}, // behind the file
                              {0x7fffffffff8, 0xffffff, UINT64_MAX}};
    for (const TailCursor &tail : bad) {
        store_cursor(f.control().tail, tail);
        assert_code(f.put("x"), CORRUPT);
        assert_true(f.put_bytes(5000) != Code::OK);
        assert_code(f.log().refuse_appends(0, no_patience), CORRUPT);
        f.used_bytes();
        f.log().ready_items();
        assert_code(reap_dead_peer(f), CORRUPT);
        no_lock_is_left_behind(f);
    }
}

// No sum of counts and limits may wrap into a queue that is full for ever.
void counts_at_the_end_of_their_range(void **state)
{
    LogFixture &f = fixture_of(state);
    const std::uint64_t offset = first_offset(f);
    for (const std::uint64_t skipped : {std::uint64_t{0}, std::uint64_t{UINT32_MAX}}) {
        for (const std::uint64_t gone : {std::uint64_t{1}, std::uint64_t{2}, std::uint64_t{1} << 63, UINT64_MAX}) {
            store_cursor(f.control().head, HeadCursor{offset, gone, skipped, skipped});
            f.control().tail.limit = 0;
            assert_true(f.log().room_by_items());
            assert_code(f.put("x"), OK);
            f.log().ready_items();
            f.used_bytes();
            f.take();
            reap_dead_peer(f);
            no_lock_is_left_behind(f);
        }
    }
}

void a_segment_table_of_nonsense(void **state)
{
    LogFixture &f = fixture_of(state);
    for (const std::uint64_t word : {UINT64_MAX, std::uint64_t{2}, std::uint64_t{0xffff'ffff'ffff'ff03}}) {
        for (std::uint64_t i = 0; i < f.geometry().segment_count; i++)
            f.segment(i) = word;
        f.control().supply.high_water = f.geometry().segment_count;
        f.put_bytes(5000);
        f.log().trim(now_ns());
        advance(f);
        reap_dead_peer(f);
        no_lock_is_left_behind(f);
    }
}

// Each in a child: what leads out of the image ends the process. The limit keeps a wrong length from filling the
// system.
template <class Change> int survive(Change change)
{
    die_of_faults();
    auto *f = new LogFixture(Plan{});
    rlimit limit{};
    ::getrlimit(RLIMIT_FSIZE, &limit);
    limit.rlim_cur = 64 << 20;
    ::setrlimit(RLIMIT_FSIZE, &limit);
    change(f->control().supply);
    for (int i = 0; i < 3; i++)
        f->put_bytes(4000);
    f->put_bytes(8000);
    f->log().trim(now_ns());
    std::uint64_t items = 0;
    f->reap(items);
    return 0;
}

int high_water_zero(void *)
{
    return survive([](Supply &s) { s.high_water = 0; });
}

int high_water_zero_and_much_memory(void *)
{
    return survive([](Supply &s) {
        s.high_water = 0;
        s.backed = UINT32_MAX;
    });
}

int recent_and_high_water_anywhere(void *)
{
    return survive([](Supply &s) {
        s.high_water = UINT32_MAX;
        s.recent = 0x40000000;
    });
}

int hints_at_their_largest(void *)
{
    return survive([](Supply &s) { s.recent = s.rotor = s.high_water = s.backed = UINT32_MAX; });
}

void hints_that_lie(void **)
{
    assert_int_equal(child_run(hints_at_their_largest, nullptr), 0);
    assert_int_equal(child_run(recent_and_high_water_anywhere, nullptr), 0);
}

void a_high_water_of_zero(void **)
{
    assert_int_equal(child_run(high_water_zero, nullptr), 0);
    assert_int_equal(child_run(high_water_zero_and_much_memory, nullptr), 0);
}

} // namespace

int main()
{
    const CMUnitTest tests[] = {
        LOG_TEST(a_size_that_leads_out_of_the_image, plan),
        LOG_TEST(an_end_that_leads_to_itself, plan),
        LOG_TEST(a_run_that_the_queue_does_not_have, plan),
        LOG_TEST(a_state_that_does_not_exist, plan),
        LOG_TEST(cursors_that_point_anywhere, plan),
        LOG_TEST(tails_that_point_anywhere, plan),
        LOG_TEST(counts_at_the_end_of_their_range, unlimited),
        LOG_TEST(counts_at_the_end_of_their_range, nearly_unlimited),
        LOG_TEST(a_segment_table_of_nonsense, plan),
        cmocka_unit_test(hints_that_lie),
        cmocka_unit_test(a_high_water_of_zero),
    };
    return RUN_TESTS("core.log.hostile_image", tests);
}
