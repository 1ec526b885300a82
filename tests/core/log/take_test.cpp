// SPDX-License-Identifier: Apache-2.0
#include "log_fixture.hpp"

using namespace ipcq;

namespace {

const Plan plan;
const Plan plain{.joinable = false};

HeadCursor head_of(LogFixture &f) { return snapshot(f.control().head); }

void put_some(LogFixture &f, int count)
{
    static const char *const words[] = {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"};
    for (int i = 0; i < count; i++)
        assert_code(f.put(words[i]), OK);
}

// The state that a consumer leaves which is killed while it holds the head's lock.
void die_holding_the_head(LogFixture &f, int peer)
{
    f.control().head.lock = f.log(peer).me().self().bits;
    f.kill(peer);
}

void items_come_in_order_and_then_there_are_none(void **state)
{
    LogFixture &f = fixture_of(state);
    put_some(f, 3);
    assert_string_equal(f.take().text, "0");
    assert_string_equal(f.take(1).text, "1");
    assert_string_equal(f.take().text, "2");
    assert_code(f.take().code, EMPTY);
    assert_int_equal(f.control().head.lock.load(), 0);
}

void a_lease_is_written_into_the_record(void **state)
{
    LogFixture &f = fixture_of(state);
    put_some(f, 1);
    const Got got = f.take();
    assert_true(got.taken.leased);
    assert_int_equal(f.record(got.taken.offset).bits, RecordWord::of(RecordState::taken, 0, f.log().me().self()).bits);
    assert_int_equal(f.control().frontier.lease_chain.load(), 1);
}

void a_plain_item_is_done_at_once_and_leases_nothing(void **state)
{
    LogFixture &f = fixture_of(state);
    put_some(f, 1);
    const Got got = f.take(0, false);
    assert_false(got.taken.leased);
    assert_true(f.record(got.taken.offset).is(RecordState::done));
    assert_int_equal(f.control().frontier.lease_chain.load(), 0);
}

void a_large_plain_item_is_leased_while_it_is_copied(void **state)
{
    LogFixture &f = fixture_of(state);
    assert_code(f.put_bytes(copy_inside_max + 1), OK);
    const Got got = f.take_bytes(0, false);
    assert_false(got.taken.leased);
    assert_true(f.record(got.taken.offset).is(RecordState::done));
    assert_true(f.control().frontier.lease_chain.load() != 0);
}

void a_buffer_that_is_too_small_learns_the_size_and_the_item_stays(void **state)
{
    LogFixture &f = fixture_of(state);
    assert_code(f.put_bytes(100), OK);
    const Got small = f.take();
    assert_code(small.code, TOOBIG);
    assert_int_equal(small.taken.size, 100);
    assert_int_equal(f.log().ready_items(), 1);
    assert_code(f.take_bytes().code, OK);
}

void an_unwanted_type_stays_and_is_named(void **state)
{
    LogFixture &f = fixture_of(state);
    assert_code(f.log().append({"p", 1, 2}, no_patience, f.full_reason), OK);
    TakenRecord taken;
    char buffer[8];
    assert_code(f.log().take({buffer, sizeof buffer, 0b011}, true, no_patience, taken), WRONGTYPE);
    assert_int_equal(taken.type, 2);
    assert_code(f.log().take({buffer, sizeof buffer, 0b100}, true, no_patience, taken), OK);
}

void types_above_62_share_the_last_bit(void **)
{
    const TakeRequest high{nullptr, 0, std::uint64_t{1} << 63};
    assert_true(high.accepts(63) && high.accepts(0xffff));
    assert_false(high.accepts(62));
}

void whether_another_item_stands_behind_is_told(void **state)
{
    LogFixture &f = fixture_of(state);
    put_some(f, 2);
    assert_true(f.take().taken.more);
    assert_false(f.take().taken.more);
}

void leaving_a_segment_is_told_once(void **state)
{
    LogFixture &f = fixture_of(state);
    assert_code(f.put_bytes(4000), OK);
    assert_code(f.put_bytes(4000), OK);
    assert_false(f.take_bytes().taken.left_segment);
    assert_true(f.take_bytes().taken.left_segment);
    assert_int_equal(f.control().supply.recent.load(), 0);
}

void a_look_sees_items_and_their_absence(void **state)
{
    LogFixture &f = fixture_of(state);
    assert_false(f.log().may_hold_item());
    put_some(f, 1);
    assert_true(f.log().may_hold_item());
    f.take();
    assert_false(f.log().may_hold_item());
}

void a_lease_whose_cursor_was_not_moved_is_passed_over(void **state)
{
    LogFixture &f = fixture_of(state);
    put_some(f, 3);
    assert_string_equal(f.take(1).text, "0");
    f.undo_move(f.control().head); // killed between TAKEN and the cursor
    die_holding_the_head(f, 1);
    assert_int_equal(head_of(f).sequence, 0);
    assert_string_equal(f.take().text, "1");
    assert_int_equal(f.log().ready_items(), 1);
}

void a_plain_item_whose_cursor_was_not_moved_is_not_taken_twice(void **state)
{
    LogFixture &f = fixture_of(state);
    put_some(f, 2);
    assert_string_equal(f.take(1, false).text, "0");
    f.undo_move(f.control().head);
    die_holding_the_head(f, 1);
    assert_string_equal(f.take(0, false).text, "1");
    assert_int_equal(f.log().ready_items(), 0);
}

void a_thief_counts_the_zone_anew(void **state)
{
    LogFixture &f = fixture_of(state);
    put_some(f, 4);
    const Got first = f.take();
    const Got second = f.take();
    f.take();
    assert_code(f.log().give_back(first.taken.offset, first.taken.sequence, no_patience), OK);
    assert_int_equal(head_of(f).zone, 3);
    assert_int_equal(head_of(f).skipped, 2);
    // A dead holder of the lock left a count that is not true any more.
    store_cursor(f.control().head, HeadCursor{first.taken.offset, first.taken.sequence, 3, 0});
    f.log(1);
    die_holding_the_head(f, 1);
    assert_string_equal(f.take().text, "0");
    assert_int_equal(f.log().ready_items(), 1);
    assert_string_equal(f.take().text, "3");
    assert_int_equal(f.log().ready_items(), 0);
    assert_true(f.record(second.taken.offset).is(RecordState::taken));
}

void discarding_finishes_what_is_ready_and_leaves_leases(void **state)
{
    LogFixture &f = fixture_of(state);
    put_some(f, 9);
    const Got leased = f.take();
    assert_code(f.log().discard(no_patience), OK);
    assert_int_equal(f.log().ready_items(), 0);
    assert_true(f.record(leased.taken.offset).is(RecordState::taken));
    assert_false(f.advance());
    assert_code(f.log().finish(leased.taken.offset), OK);
    assert_true(f.advance());
}

void discarding_goes_over_to_the_next_segments(void **state)
{
    LogFixture &f = fixture_of(state);
    for (int i = 0; i < 3; i++)
        assert_code(f.put_bytes(4000), OK);
    assert_code(f.log().discard(no_patience), OK);
    assert_code(f.log().discard(no_patience), OK);
    assert_int_equal(f.log().ready_items(), 0);
    assert_true(f.advance());
}

} // namespace

int main()
{
    const CMUnitTest tests[] = {
        LOG_TEST(items_come_in_order_and_then_there_are_none, plan),
        LOG_TEST(a_lease_is_written_into_the_record, plan),
        LOG_TEST(a_plain_item_is_done_at_once_and_leases_nothing, plain),
        LOG_TEST(a_large_plain_item_is_leased_while_it_is_copied, plain),
        LOG_TEST(a_buffer_that_is_too_small_learns_the_size_and_the_item_stays, plan),
        LOG_TEST(an_unwanted_type_stays_and_is_named, plan),
        cmocka_unit_test(types_above_62_share_the_last_bit),
        LOG_TEST(whether_another_item_stands_behind_is_told, plan),
        LOG_TEST(leaving_a_segment_is_told_once, plan),
        LOG_TEST(a_look_sees_items_and_their_absence, plan),
        LOG_TEST(a_lease_whose_cursor_was_not_moved_is_passed_over, plan),
        LOG_TEST(a_plain_item_whose_cursor_was_not_moved_is_not_taken_twice, plain),
        LOG_TEST(a_thief_counts_the_zone_anew, plan),
        LOG_TEST(discarding_finishes_what_is_ready_and_leaves_leases, plan),
        LOG_TEST(discarding_goes_over_to_the_next_segments, plan),
    };
    return RUN_TESTS("core.log.take", tests);
}
