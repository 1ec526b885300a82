// SPDX-License-Identifier: Apache-2.0
#include "log_fixture.hpp"

using namespace ipcq;

namespace {

const Plan plan;
const Plan three_items{.max_items = 3};

TailCursor tail_of(LogFixture &f) { return snapshot(f.control().tail); }

// The state that a producer leaves which is killed while it holds the tail's lock.
void die_holding_the_tail(LogFixture &f, int peer)
{
    f.control().tail.lock = f.log(peer).me().self().bits;
    f.kill(peer);
}

void a_record_is_word_shape_payload_and_a_terminator_behind(void **state)
{
    LogFixture &f = fixture_of(state);
    const std::uint64_t start = tail_of(f).offset;
    assert_code(f.put("nine bytes"), OK); // ten, in fact
    assert_int_equal(f.record(start).bits, RecordWord::of(RecordState::ready, 0, nobody).bits);
    assert_int_equal(f.word(start + 8).load(), RecordShape::of(10, 0).bits);
    assert_memory_equal(&f.word(start + 16), "nine bytes", 10);
    assert_int_equal(f.word(start + 32).load(), 0);
    assert_int_equal(tail_of(f).offset, start + 32);
    assert_int_equal(tail_of(f).sequence, 1);
    assert_int_equal(f.control().tail.lock.load(), 0);
    assert_int_equal(f.control().slot[0].puts.load(), 1);
}

void a_zero_length_item_is_an_item(void **state)
{
    LogFixture &f = fixture_of(state);
    assert_code(f.log().append({nullptr, 0, 5}, no_patience, f.full_reason), OK);
    const Got got = f.take();
    assert_code(got.code, OK);
    assert_int_equal(got.taken.size, 0);
    assert_int_equal(got.taken.type, 5);
}

void the_terminator_hides_what_a_recycled_segment_held(void **state)
{
    LogFixture &f = fixture_of(state);
    const std::uint64_t start = tail_of(f).offset;
    f.word(start + 24) = RecordWord::of(RecordState::ready, 9, nobody).bits; // where the next record will begin
    assert_code(f.put("x"), OK);
    assert_int_equal(f.word(start + 24).load(), 0);
    assert_code(f.take().code, OK);
    assert_code(f.take().code, EMPTY);
}

void a_record_whose_cursor_was_not_moved_is_rolled_over(void **state)
{
    LogFixture &f = fixture_of(state);
    assert_code(f.put("committed", 1), OK);
    f.undo_move(f.control().tail); // killed between READY and the cursor
    die_holding_the_tail(f, 1);
    assert_int_equal(tail_of(f).sequence, 0);
    assert_code(f.put("next"), OK);
    assert_int_equal(tail_of(f).sequence, 2);
    assert_string_equal(f.take().text, "committed");
    assert_string_equal(f.take().text, "next");
}

void a_record_without_its_commit_never_was(void **state)
{
    LogFixture &f = fixture_of(state);
    const std::uint64_t start = tail_of(f).offset;
    f.log(1);
    f.word(start + 8) = RecordShape::of(9, 0).bits; // killed between the payload and READY
    f.word(start + 16) = UINT64_MAX;
    die_holding_the_tail(f, 1);
    assert_code(f.take().code, EMPTY);
    assert_code(f.put("whole"), OK);
    assert_string_equal(f.take().text, "whole");
    assert_code(f.take().code, EMPTY);
}

void a_run_whose_cursor_was_not_moved_is_rolled_over(void **state)
{
    LogFixture &f = fixture_of(state);
    assert_code(f.put_bytes(4000, 1), OK);
    assert_code(f.put_bytes(4000, 1), OK); // in a segment of its own
    f.undo_move(f.control().tail);         // killed between END and the cursor
    die_holding_the_tail(f, 1);
    assert_int_equal(tail_of(f).sequence, 1);
    assert_code(f.put("next"), OK);
    assert_int_equal(tail_of(f).sequence, 3);
    assert_int_equal(tail_of(f).end_segment, 2);
    assert_int_equal(f.take_bytes().taken.size, 4000);
    assert_int_equal(f.take_bytes().taken.size, 4000);
    assert_string_equal(f.take().text, "next");
}

void what_does_not_fit_behind_the_tail_goes_to_the_next_segment(void **state)
{
    LogFixture &f = fixture_of(state);
    const std::uint64_t start = tail_of(f).offset;
    assert_code(f.put_bytes(4096 - 16 - 8), OK); // to the last byte
    assert_int_equal(tail_of(f).offset, start + 4096 - 8);
    assert_code(f.put("x"), OK);
    assert_int_equal(f.record(start + 4096 - 8).bits, RecordWord::end(1, 1).bits);
    assert_int_equal(f.segment(1).load(), SegmentWord::live(2).bits);
    assert_int_equal(tail_of(f).offset, start + 4096 + 24);
    assert_int_equal(tail_of(f).end_segment, 2);
}

void a_large_item_gets_a_run_of_segments_with_a_chain_number_each(void **state)
{
    LogFixture &f = fixture_of(state);
    const std::uint64_t start = tail_of(f).offset;
    assert_code(f.put_bytes(3 * 4096 - 24), OK);
    assert_int_equal(f.record(start).bits, RecordWord::end(1, 3).bits);
    for (std::uint64_t i = 0; i < 4; i++)
        assert_int_equal(f.segment(i).load(), SegmentWord::live(1 + i).bits);
    assert_int_equal(tail_of(f).end_segment, 4);
    assert_int_equal(f.take_bytes().taken.size, 3 * 4096 - 24);
}

void the_largest_item_fits_an_empty_queue_again_and_again(void **state)
{
    LogFixture &f = fixture_of(state);
    for (int i = 0; i < 20; i++) {
        assert_code(f.put_bytes(f.geometry().item_max_bytes()), OK);
        const Got got = f.take_bytes();
        assert_code(got.code, OK);
        assert_code(f.log().finish(got.taken.offset), OK);
        assert_true(f.advance());
    }
}

void used_up_bytes_are_full_and_nothing_has_changed(void **state)
{
    LogFixture &f = fixture_of(state);
    Code code = Code::OK;
    std::uint64_t puts = 0;
    for (; (code = f.put_bytes(4000)) == Code::OK; puts++)
        assert_true(puts < 9);
    assert_code(code, FULL);
    assert_true(f.full_reason == FullReason::bytes);
    assert_int_equal(puts, 5); // the capacity and the tail's segment
    for (std::uint64_t i = 0; i < f.geometry().segment_count; i++)
        assert_true(SegmentWord{f.segment(i).load()}.kind() != SegmentKind::claimed);
    assert_int_equal(tail_of(f).sequence, puts);
}

void max_items_is_full_until_one_is_taken(void **state)
{
    LogFixture &f = fixture_of(state);
    for (int i = 0; i < 3; i++)
        assert_code(f.put("x"), OK);
    assert_code(f.put("x"), FULL);
    assert_true(f.full_reason == FullReason::items);
    assert_false(f.log().room_by_items());
    assert_code(f.put_bytes(8000), FULL); // the same before the work of a new run
    assert_code(f.take().code, OK);
    assert_true(f.log().room_by_items());
    assert_code(f.put("x"), OK);
    assert_code(f.put("x"), FULL);
}

void an_item_given_back_to_a_full_queue_takes_room_again(void **state)
{
    LogFixture &f = fixture_of(state);
    for (int i = 0; i < 3; i++)
        assert_code(f.put("x"), OK);
    f.take();
    const Got second = f.take();
    assert_code(f.put("x"), OK); // and the producers know of room for one more
    assert_code(f.log().give_back(second.taken.offset, second.taken.sequence, no_patience), OK);
    assert_code(f.put("x"), FULL);
}

void after_the_shutdown_word_nothing_is_put(void **state)
{
    LogFixture &f = fixture_of(state);
    assert_code(f.put("before"), OK);
    assert_code(f.log().refuse_appends(1, no_patience), OK);
    assert_code(f.put("after"), CLOSED);
    assert_code(f.put_bytes(8000), CLOSED);
    assert_int_equal(tail_of(f).sequence, 1);
}

void a_shutdown_only_becomes_stricter(void **state)
{
    LogFixture &f = fixture_of(state);
    assert_code(f.log().refuse_appends(2, no_patience), OK);
    assert_code(f.log().refuse_appends(1, no_patience), OK);
    assert_int_equal(f.control().waiters.shutdown.load(), 2);
}

void a_shutdown_rolls_over_what_a_dead_producer_committed(void **state)
{
    LogFixture &f = fixture_of(state);
    assert_code(f.put("committed", 1), OK);
    f.undo_move(f.control().tail);
    die_holding_the_tail(f, 1);
    assert_code(f.log().refuse_appends(1, no_patience), OK);
    assert_int_equal(f.log().ready_items(), 1);
}

} // namespace

int main()
{
    const CMUnitTest tests[] = {
        LOG_TEST(a_record_is_word_shape_payload_and_a_terminator_behind, plan),
        LOG_TEST(a_zero_length_item_is_an_item, plan),
        LOG_TEST(the_terminator_hides_what_a_recycled_segment_held, plan),
        LOG_TEST(a_record_whose_cursor_was_not_moved_is_rolled_over, plan),
        LOG_TEST(a_record_without_its_commit_never_was, plan),
        LOG_TEST(a_run_whose_cursor_was_not_moved_is_rolled_over, plan),
        LOG_TEST(what_does_not_fit_behind_the_tail_goes_to_the_next_segment, plan),
        LOG_TEST(a_large_item_gets_a_run_of_segments_with_a_chain_number_each, plan),
        LOG_TEST(the_largest_item_fits_an_empty_queue_again_and_again, plan),
        LOG_TEST(used_up_bytes_are_full_and_nothing_has_changed, plan),
        LOG_TEST(max_items_is_full_until_one_is_taken, three_items),
        LOG_TEST(an_item_given_back_to_a_full_queue_takes_room_again, three_items),
        LOG_TEST(after_the_shutdown_word_nothing_is_put, plan),
        LOG_TEST(a_shutdown_only_becomes_stricter, plan),
        LOG_TEST(a_shutdown_rolls_over_what_a_dead_producer_committed, plan),
    };
    return RUN_TESTS("core.log.append", tests);
}
