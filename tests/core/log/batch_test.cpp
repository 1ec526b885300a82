// SPDX-License-Identifier: Apache-2.0
//
// Several records under one lock, and what a kill leaves in the middle, written by hand.
#include "log_fixture.hpp"

#include <cstdio>
#include <cstring>

using namespace ipcq;

namespace {

const Plan plan;
const Plan plain{.joinable = false};
const Plan five_items{.max_items = 5};

constexpr std::uint64_t all = UINT64_MAX;

// Of one word each: "0", "1", ...; a record of 24 bytes.
Message numbered[100];
char texts[100][8];
char buffer[65536];
TakenRecord taken[100];
std::uint64_t done;

const Message *numbers(std::uint64_t first = 0)
{
    for (std::uint64_t i = 0; i < 100; i++) {
        std::snprintf(texts[i], sizeof texts[i], "%llu", static_cast<unsigned long long>(first + i));
        numbered[i] = {texts[i], std::strlen(texts[i]), 0};
    }
    return numbered;
}

Code append(LogFixture &f, const Message *messages, std::uint64_t count, int peer = 0)
{
    return f.log(peer).append_many(messages, count, no_patience, f.full_reason, done);
}

Code take(LogFixture &f, std::uint64_t count, int peer = 0, bool lease = true, std::uint64_t capacity = sizeof buffer,
          std::uint64_t accept = all)
{
    taken[0].left_segment = false;
    return f.log(peer).take_many({buffer, capacity, accept}, lease, no_patience, taken, count, done);
}

void assert_taken(std::uint64_t first, std::uint64_t count)
{
    const char *place = buffer;
    assert_int_equal(done, count);
    for (std::uint64_t i = 0; i < count; i++) {
        char text[8];
        std::snprintf(text, sizeof text, "%llu", static_cast<unsigned long long>(first + i));
        assert_int_equal(taken[i].sequence, first + i);
        assert_int_equal(taken[i].size, std::strlen(text));
        assert_memory_equal(place, text, std::strlen(text));
        place += batch_step(taken[i].size);
    }
}

TailCursor tail_of(LogFixture &f) { return snapshot(f.control().tail); }
HeadCursor head_of(LogFixture &f) { return snapshot(f.control().head); }

// The states that a participant leaves which is killed while it holds a lock.
void die_holding_the_tail(LogFixture &f, int peer)
{
    f.control().tail.lock = f.log(peer).me().self().bits;
    f.kill(peer);
}

void die_holding_the_head(LogFixture &f, int peer)
{
    f.control().head.lock = f.log(peer).me().self().bits;
    f.kill(peer);
}

void a_batch_is_records_one_behind_another_and_one_terminator(void **state)
{
    LogFixture &f = fixture_of(state);
    const std::uint64_t start = tail_of(f).offset;
    f.word(start + 72) = RecordWord::of(RecordState::ready, 9, nobody).bits; // of a segment that was recycled
    assert_code(append(f, numbers(), 3), OK);
    assert_int_equal(done, 3);
    for (std::uint64_t i = 0; i < 3; i++) {
        assert_int_equal(f.record(start + 24 * i).bits, RecordWord::of(RecordState::ready, 0, nobody).bits);
        assert_int_equal(f.word(start + 24 * i + 8).load(), RecordShape::of(1, 0).bits);
    }
    assert_int_equal(f.word(start + 72).load(), 0);
    assert_int_equal(tail_of(f).offset, start + 72);
    assert_int_equal(tail_of(f).sequence, 3);
    assert_int_equal(f.control().tail.lock.load(), 0);
    assert_int_equal(f.control().slot[0].puts.load(), 3);
}

void one_lock_holds_for_64_at_most(void **state)
{
    LogFixture &f = fixture_of(state);
    assert_code(append(f, numbers(), 100), OK);
    assert_int_equal(done, batch_items_max);
    assert_code(append(f, numbers(64), 36), OK);
    assert_int_equal(done, 36);
    assert_code(take(f, 100), OK);
    assert_taken(0, batch_items_max);
    assert_true(taken[done - 1].more);
    assert_code(take(f, 100), OK);
    assert_taken(64, 36);
    assert_false(taken[done - 1].more);
    assert_code(take(f, 100), EMPTY);
    assert_int_equal(done, 0);
    assert_int_equal(f.control().slot[0].gets.load(), 100);
    assert_int_equal(f.control().slot[0].leases.load(), 100);
}

void a_batch_without_its_first_commit_never_was(void **state)
{
    LogFixture &f = fixture_of(state);
    const std::uint64_t start = tail_of(f).offset;
    assert_code(append(f, numbers(), 3, 1), OK);
    f.undo_move(f.control().tail);
    f.word(start) = 0; // killed between the others' READY and the first one's
    die_holding_the_tail(f, 1);
    assert_code(f.take().code, EMPTY);
    assert_code(f.put("whole"), OK); // as long as the first would have been: READY stood behind it
    assert_string_equal(f.take().text, "whole");
    assert_code(f.take().code, EMPTY);
    assert_int_equal(tail_of(f).sequence, 1);
}

void a_batch_whose_cursor_was_not_moved_is_rolled_over(void **state)
{
    LogFixture &f = fixture_of(state);
    assert_code(append(f, numbers(), 64, 1), OK);
    f.undo_move(f.control().tail); // killed between the first one's READY and the cursor
    die_holding_the_tail(f, 1);
    assert_int_equal(tail_of(f).sequence, 0);
    assert_code(take(f, 10), OK); // what is committed can be taken
    assert_taken(0, 10);
    assert_code(append(f, numbers(64), 2), OK);
    assert_int_equal(tail_of(f).sequence, 65); // the rare way puts one
    assert_int_equal(done, 1);
    assert_code(take(f, 100), OK);
    assert_taken(10, 55);
}

void a_batch_ends_with_its_segment(void **state)
{
    LogFixture &f = fixture_of(state);
    static const char kilobyte[1000] = {};
    const Message message{kilobyte, sizeof kilobyte, 0};
    const Message five[] = {message, message, message, message, message};
    assert_code(append(f, five, 5, 1), OK);
    assert_int_equal(done, 4); // 4 * 1016 + 8 <= 4096
    assert_code(append(f, five, 1, 1), OK);
    assert_int_equal(tail_of(f).end_segment, 2);
    f.undo_move(f.control().tail); // killed between END and the cursor
    die_holding_the_tail(f, 1);
    assert_code(append(f, numbers(), 2), OK);
    assert_int_equal(tail_of(f).sequence, 6);

    assert_code(take(f, 100), OK);
    assert_int_equal(done, 4);
    assert_true(taken[3].more);
    assert_false(taken[0].left_segment);
    assert_int_equal(f.control().frontier.lease_chain.load(), 1);
    assert_code(take(f, 100), OK);
    assert_int_equal(done, 2);
    assert_true(taken[0].left_segment);
    assert_int_equal(f.control().frontier.lease_chain.load(), 2);
}

void what_is_large_goes_alone(void **state)
{
    LogFixture &f = fixture_of(state);
    static const char large[copy_inside_max + 1] = {};
    const Message three[] = {{"0", 1, 0}, {large, sizeof large, 0}, {"2", 1, 0}};
    assert_code(append(f, three, 3), OK);
    assert_int_equal(done, 1);
    assert_code(append(f, three + 1, 2), OK);
    assert_int_equal(done, 1);
    assert_code(append(f, three + 2, 1), OK);

    assert_code(take(f, 3, 0, false), OK);
    assert_taken(0, 1);
    assert_code(take(f, 3, 0, false), OK);
    assert_int_equal(done, 1);
    assert_int_equal(taken[0].size, sizeof large);
    assert_true(f.record(taken[0].offset).is(RecordState::done));
    assert_code(take(f, 3, 0, false), OK);
    assert_int_equal(done, 1);
}

void max_items_ends_a_batch(void **state)
{
    LogFixture &f = fixture_of(state);
    assert_code(append(f, numbers(), 8), OK);
    assert_int_equal(done, 5);
    assert_code(append(f, numbers(5), 3), FULL);
    assert_true(f.full_reason == FullReason::items);
    assert_code(take(f, 2), OK);
    assert_code(append(f, numbers(5), 3), OK);
    assert_int_equal(done, 2);
    assert_int_equal(tail_of(f).sequence, 7);
}

void after_the_shutdown_word_nothing_is_put(void **state)
{
    LogFixture &f = fixture_of(state);
    assert_code(f.log().refuse_appends(1, no_patience), OK);
    assert_code(append(f, numbers(), 3), CLOSED);
    assert_int_equal(tail_of(f).sequence, 0);
}

// Killed while it took three: their words are written, the cursor is not.
void die_taking_three(LogFixture &f, bool lease)
{
    assert_code(append(f, numbers(), 6), OK);
    assert_code(take(f, 3, 1, lease), OK);
    f.undo_move(f.control().head);
    die_holding_the_head(f, 1);
    assert_int_equal(head_of(f).sequence, 0);
}

void a_head_before_what_a_dead_getter_took_is_moved_over_it(void **state)
{
    LogFixture &f = fixture_of(state);
    die_taking_three(f, true);
    assert_code(take(f, 100), OK);
    assert_taken(3, 3);
    assert_int_equal(head_of(f).sequence, 6);
    for (std::uint64_t i = 0; i < 3; i++)
        assert_code(f.log().finish(taken[i].offset), OK);
}

void a_head_before_what_a_dead_getter_finished_is_moved_over_it(void **state)
{
    LogFixture &f = fixture_of(state);
    die_taking_three(f, false);
    assert_code(take(f, 100, 0, false), OK);
    assert_taken(3, 3);
    assert_true(f.advance());
}

void what_lies_in_between_ends_a_batch_and_is_passed_over_by_the_next(void **state)
{
    LogFixture &f = fixture_of(state);
    assert_code(append(f, numbers(), 6), OK);
    assert_code(take(f, 4), OK);
    for (const std::uint64_t i : {2, 0})
        assert_code(f.log().give_back(taken[i].offset, taken[i].sequence, no_patience), OK);
    assert_code(take(f, 100), OK); // 0; 1 is taken
    assert_taken(0, 1);
    assert_true(taken[0].more);
    assert_int_equal(taken[0].deliveries, 1);
    assert_code(take(f, 100), OK); // 2; 3 is taken
    assert_taken(2, 1);
    assert_code(take(f, 100), OK);
    assert_taken(4, 2);
    assert_int_equal(head_of(f).zone, 0);
    assert_int_equal(head_of(f).skipped, 0);
    assert_int_equal(f.log().ready_items(), 0);
}

void the_first_that_does_not_fit_is_described_and_stays(void **state)
{
    LogFixture &f = fixture_of(state);
    const Message two[] = {{"0", 1, 0}, {"nine bytes", 10, 2}};
    assert_code(append(f, two, 2), OK);
    assert_code(take(f, 5, 0, true, 17), OK); // 8 for the first, 9 are left
    assert_int_equal(done, 1);
    assert_code(take(f, 5, 0, true, 9), TOOBIG);
    assert_int_equal(done, 0);
    assert_int_equal(taken[0].size, 10);
    assert_code(take(f, 5, 0, true, sizeof buffer, 0b011), WRONGTYPE);
    assert_int_equal(taken[0].type, 2);
    assert_int_equal(f.log().ready_items(), 1);
    assert_int_equal(f.control().head.lock.load(), 0);
}

} // namespace

int main()
{
    const CMUnitTest tests[] = {
        LOG_TEST(a_batch_is_records_one_behind_another_and_one_terminator, plan),
        LOG_TEST(one_lock_holds_for_64_at_most, plan),
        LOG_TEST(a_batch_without_its_first_commit_never_was, plan),
        LOG_TEST(a_batch_whose_cursor_was_not_moved_is_rolled_over, plan),
        LOG_TEST(a_batch_ends_with_its_segment, plan),
        LOG_TEST(what_is_large_goes_alone, plain),
        LOG_TEST(max_items_ends_a_batch, five_items),
        LOG_TEST(after_the_shutdown_word_nothing_is_put, plan),
        LOG_TEST(a_head_before_what_a_dead_getter_took_is_moved_over_it, plan),
        LOG_TEST(a_head_before_what_a_dead_getter_finished_is_moved_over_it, plain),
        LOG_TEST(what_lies_in_between_ends_a_batch_and_is_passed_over_by_the_next, plan),
        LOG_TEST(the_first_that_does_not_fit_is_described_and_stays, plan),
    };
    return RUN_TESTS("core.log.batch", tests);
}
