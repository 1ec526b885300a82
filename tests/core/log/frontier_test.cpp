// SPDX-License-Identifier: Apache-2.0
#include "log_fixture.hpp"

using namespace ipcq;

namespace {

const Plan plan;
const Plan plain{.joinable = false};

FrontierCursor frontier_of(LogFixture &f) { return snapshot(f.control().frontier); }

Got put_and_take(LogFixture &f, int peer = 0)
{
    assert_code(f.put("x"), OK);
    return f.take(peer);
}

void finish(LogFixture &f, const Got &got, int peer = 0) { assert_code(f.log(peer).finish(got.taken.offset), OK); }

void an_empty_queue_is_finished(void **state) { assert_true(fixture_of(state).advance()); }

void an_item_that_is_ready_or_taken_stops_the_frontier(void **state)
{
    LogFixture &f = fixture_of(state);
    assert_code(f.put("x"), OK);
    assert_false(f.advance());
    const Got got = f.take();
    assert_false(f.advance());
    assert_int_equal(frontier_of(f).sequence, 0);
    finish(f, got);
    assert_true(f.advance());
    assert_int_equal(frontier_of(f).sequence, 1);
}

void items_finished_out_of_order_wait_for_the_oldest(void **state)
{
    LogFixture &f = fixture_of(state);
    Got got[3];
    for (Got &g : got)
        g = put_and_take(f);
    finish(f, got[2]);
    finish(f, got[1]);
    assert_false(f.advance());
    assert_int_equal(frontier_of(f).sequence, 0);
    finish(f, got[0]);
    assert_true(f.advance());
    assert_int_equal(frontier_of(f).sequence, 3);
}

void a_head_that_lags_behind_finished_items_is_settled(void **state)
{
    LogFixture &f = fixture_of(state);
    const Got first = put_and_take(f), second = put_and_take(f);
    assert_code(f.log().give_back(first.taken.offset, first.taken.sequence, no_patience), OK);
    finish(f, second);
    finish(f, f.take());
    assert_true(f.advance()); // no getter passed over the second one
    assert_int_equal(snapshot(f.control().head).sequence, 2);
}

void the_published_head_bounds_the_frontier(void **state)
{
    LogFixture &f = fixture_of(state);
    assert_code(f.put("x"), OK);
    const Got got = f.take(1);
    finish(f, got, 1);
    f.undo_move(f.control().head); // killed before the cursor moved
    f.control().head.lock = f.log(1).me().self().bits;
    bool end = false;
    assert_code(f.log().advance(no_patience, end), BUSY); // alive: its head cannot be settled now
    assert_int_equal(frontier_of(f).sequence, 0);
    f.kill(1);
    assert_true(f.advance());
    assert_int_equal(frontier_of(f).sequence, 1);
}

void free_below_follows_the_frontiers_segment(void **state)
{
    LogFixture &f = fixture_of(state);
    Got got[3];
    for (Got &g : got) {
        assert_code(f.put_bytes(4000), OK);
        g = f.take_bytes();
    }
    assert_false(f.advance());
    assert_int_equal(f.log().free_below(), 1);
    finish(f, got[0]);
    f.advance();
    assert_int_equal(f.log().free_below(), 2);
    finish(f, got[1]);
    finish(f, got[2]);
    assert_true(f.advance());
    assert_int_equal(f.log().free_below(), 3);
}

void the_published_tail_bounds_free_below(void **state)
{
    LogFixture &f = fixture_of(state);
    for (int i = 0; i < 2; i++) {
        assert_code(f.put_bytes(4000), OK);
        finish(f, f.take_bytes());
    }
    f.undo_move(f.control().tail); // killed before the cursor moved: it stands before an END in the first segment
    f.advance();
    assert_int_equal(frontier_of(f).sequence, 2);
    assert_int_equal(f.log().free_below(), 1);
}

void free_below_never_shrinks(void **state)
{
    LogFixture &f = fixture_of(state);
    f.control().frontier.free_below = 7;
    f.advance();
    assert_int_equal(f.log().free_below(), 7);
}

void a_plain_queues_frontier_jumps_to_the_head(void **state)
{
    LogFixture &f = fixture_of(state);
    for (int i = 0; i < 3; i++)
        assert_code(f.put("x"), OK);
    f.take(0, false);
    f.take(0, false);
    assert_false(f.advance());
    assert_int_equal(frontier_of(f).sequence, 2);
    assert_int_equal(frontier_of(f).offset, snapshot(f.control().head).offset);
}

void a_plain_lease_is_not_jumped_over(void **state)
{
    LogFixture &f = fixture_of(state);
    assert_code(f.put_bytes(5000), OK);
    const Got got = f.take_bytes(0, false);
    // As it stood while another process copied it.
    f.word(got.taken.offset) = RecordWord::of(RecordState::taken, 0, f.log(1).me().self()).bits;
    assert_false(f.advance());
    assert_int_equal(frontier_of(f).sequence, 0);
}

void used_bytes_are_what_lies_between_frontier_and_tail(void **state)
{
    LogFixture &f = fixture_of(state);
    assert_int_equal(f.used_bytes(), 0);
    assert_code(f.put_bytes(100), OK);
    assert_int_equal(f.used_bytes(), 120);
    assert_code(f.put_bytes(4000), OK); // goes to the next segment
    assert_int_equal(f.used_bytes(), 4096 + 4016);
    finish(f, f.take_bytes());
    finish(f, f.take_bytes());
    f.advance();
    assert_int_equal(f.used_bytes(), 0);
}

} // namespace

int main()
{
    const CMUnitTest tests[] = {
        LOG_TEST(an_empty_queue_is_finished, plan),
        LOG_TEST(an_item_that_is_ready_or_taken_stops_the_frontier, plan),
        LOG_TEST(items_finished_out_of_order_wait_for_the_oldest, plan),
        LOG_TEST(a_head_that_lags_behind_finished_items_is_settled, plan),
        LOG_TEST(the_published_head_bounds_the_frontier, plan),
        LOG_TEST(free_below_follows_the_frontiers_segment, plan),
        LOG_TEST(the_published_tail_bounds_free_below, plan),
        LOG_TEST(free_below_never_shrinks, plan),
        LOG_TEST(a_plain_queues_frontier_jumps_to_the_head, plain),
        LOG_TEST(a_plain_lease_is_not_jumped_over, plain),
        LOG_TEST(used_bytes_are_what_lies_between_frontier_and_tail, plan),
    };
    return RUN_TESTS("core.log.frontier", tests);
}
