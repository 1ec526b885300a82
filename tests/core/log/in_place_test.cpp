// SPDX-License-Identifier: Apache-2.0
//
// Runs that are reserved, written, and linked or released.
#include "log_fixture.hpp"

#include "wait/fork_epoch.hpp"

#include <cstring>

using namespace ipcq;

namespace {

const Plan plan;
const Plan two_items{.max_items = 2};

Run run;

TailCursor tail_of(LogFixture &f) { return snapshot(f.control().tail); }
SegmentWord segment(LogFixture &f, std::uint64_t index) { return {f.segment(index).load()}; }

// A run for `size` bytes, filled.
Code reserve(LogFixture &f, std::uint64_t size, int peer = 0)
{
    const Code code = f.log(peer).reserve(size, run, f.full_reason);
    if (code == Code::OK)
        std::memset(f.log(peer).payload(run), 'r', size);
    return code;
}

Code commit(LogFixture &f, std::uint64_t size, int peer = 0)
{
    return f.log(peer).commit_run(run, size, 7, no_patience, f.full_reason);
}

void assert_nothing_is_claimed(LogFixture &f)
{
    for (std::uint64_t i = 0; i < f.geometry().segment_count; i++)
        assert_true(segment(f, i).kind() != SegmentKind::claimed);
}

void a_reservation_is_a_run_that_we_have_claimed(void **state)
{
    LogFixture &f = fixture_of(state);
    const TailCursor before = tail_of(f);
    assert_code(reserve(f, 5000), OK);
    assert_int_equal(run.first, 1);
    assert_int_equal(run.count, 2);
    for (std::uint64_t i = 1; i < 3; i++)
        assert_int_equal(segment(f, i).bits, SegmentWord::claimed(f.log().me().self(), true).bits);
    assert_ptr_equal(f.log().payload(run), &f.word(f.geometry().segment_offset(1) + 16));
    assert_int_equal(tail_of(f).offset, before.offset);
    assert_code(f.take().code, EMPTY);
}

void only_the_beginning_of_a_payload_names_a_run(void **state)
{
    LogFixture &f = fixture_of(state);
    assert_code(reserve(f, 5000), OK);
    const char *data = static_cast<char *>(f.log().payload(run));
    assert_int_equal(f.log().run_of(data), 1);
    assert_int_equal(f.log().run_of(data + 4096), 2);
    for (const std::ptrdiff_t wrong : {1, 8, 16, 4095, -16})
        assert_int_equal(f.log().run_of(data + wrong), UINT64_MAX);
    const auto before = reinterpret_cast<const char *>(&f.control());
    assert_true(f.log().run_of(before + 16) >= f.geometry().segment_count); // as large as it is: no segment
}

void a_commit_links_the_run_and_the_record(void **state)
{
    LogFixture &f = fixture_of(state);
    const std::uint64_t start = tail_of(f).offset;
    assert_code(reserve(f, 5000), OK);
    assert_code(commit(f, 5000), OK);
    assert_int_equal(f.record(start).bits, RecordWord::end(1, 2).bits);
    assert_int_equal(segment(f, 1).bits, SegmentWord::live(2).bits);
    assert_int_equal(segment(f, 2).bits, SegmentWord::live(3).bits);
    assert_int_equal(tail_of(f).offset, start + 4096 + 16 + 5000);
    assert_int_equal(tail_of(f).end_segment, 3);
    assert_int_equal(tail_of(f).sequence, 1);
    const Got got = f.take_bytes();
    assert_int_equal(got.taken.size, 5000);
    assert_int_equal(got.taken.type, 7);
}

void segments_that_the_item_does_not_need_are_free(void **state)
{
    LogFixture &f = fixture_of(state);
    const std::uint64_t start = tail_of(f).offset;
    assert_code(reserve(f, 4 * 4096 - 24), OK);
    assert_int_equal(run.count, 4);
    assert_code(commit(f, 5000), OK);
    assert_int_equal(f.record(start).bits, RecordWord::end(1, 2).bits);
    assert_int_equal(tail_of(f).end_segment, 3);
    assert_int_equal(segment(f, 3).bits, SegmentWord::free().bits);
    assert_int_equal(segment(f, 4).bits, SegmentWord::free().bits);
}

void a_small_item_is_copied_behind_the_tail(void **state)
{
    LogFixture &f = fixture_of(state);
    const std::uint64_t start = tail_of(f).offset;
    assert_code(reserve(f, 5000), OK);
    assert_code(commit(f, 3), OK);
    assert_true(f.record(start).is(RecordState::ready));
    assert_memory_equal(&f.word(start + 16), "rrr", 3);
    assert_int_equal(tail_of(f).offset, start + 24);
    assert_int_equal(tail_of(f).end_segment, 1);
    assert_nothing_is_claimed(f);
}

void a_small_item_that_does_not_fit_there_keeps_its_segment(void **state)
{
    LogFixture &f = fixture_of(state);
    assert_code(f.put_bytes(4000), OK);
    assert_code(reserve(f, 5000), OK);
    assert_code(commit(f, 100), OK);
    assert_int_equal(tail_of(f).end_segment, 2);
    assert_int_equal(segment(f, 1).bits, SegmentWord::live(2).bits);
    assert_int_equal(segment(f, 2).bits, SegmentWord::free().bits);
}

void on_failure_the_run_stays_ours_and_its_bytes_as_they_are(void **state)
{
    LogFixture &f = fixture_of(state);
    static char filled[5000];
    std::memset(filled, 'r', sizeof filled);
    assert_code(reserve(f, 5000), OK);
    assert_code(f.put("1"), OK);
    assert_code(f.put("2"), OK);
    for (const std::uint64_t size : {3, 4200}) {
        assert_code(commit(f, size), FULL);
        assert_true(f.full_reason == FullReason::items);
    }
    assert_code(f.log().refuse_appends(1, no_patience), OK);
    assert_code(commit(f, 3), CLOSED);
    assert_memory_equal(f.log().payload(run), filled, sizeof filled);
    for (std::uint64_t i = 1; i < 3; i++)
        assert_true(segment(f, i).kind() == SegmentKind::claimed);
    f.log().abandon(run);
    assert_nothing_is_claimed(f);
}

void after_the_shutdown_word_nothing_is_reserved(void **state)
{
    LogFixture &f = fixture_of(state);
    assert_code(f.log().refuse_appends(1, no_patience), OK);
    assert_code(reserve(f, 100), CLOSED);
    assert_nothing_is_claimed(f);
}

void used_up_bytes_are_full(void **state)
{
    LogFixture &f = fixture_of(state);
    assert_code(f.put_bytes(f.geometry().item_max_bytes()), OK);
    assert_code(reserve(f, 5000), FULL);
    assert_true(f.full_reason == FullReason::bytes);
    assert_nothing_is_claimed(f);
}

void a_commit_whose_cursor_was_not_moved_is_rolled_over(void **state)
{
    LogFixture &f = fixture_of(state);
    assert_code(reserve(f, 5000, 1), OK);
    assert_code(commit(f, 5000, 1), OK);
    f.undo_move(f.control().tail); // killed between END and the cursor
    f.control().tail.lock = f.log(1).me().self().bits;
    f.kill(1);
    assert_int_equal(tail_of(f).sequence, 0);
    assert_code(f.put("next"), OK);
    assert_int_equal(tail_of(f).sequence, 2);
    assert_int_equal(f.take_bytes().taken.size, 5000);
    assert_string_equal(f.take().text, "next");
}

void reap(LogFixture &f)
{
    std::uint64_t items = 0;
    const Code code = f.reap(items);
    assert_code(code, OK);
    assert_int_equal(items, 0);
}

void what_a_dead_participant_had_reserved_is_free(void **state)
{
    LogFixture &f = fixture_of(state);
    assert_code(reserve(f, 5000, 1), OK);
    f.kill(1);
    reap(f);
    assert_int_equal(segment(f, 1).bits, SegmentWord::free().bits);
    assert_int_equal(segment(f, 2).bits, SegmentWord::free().bits);
    assert_code(f.take().code, EMPTY);
    assert_code(f.put_bytes(f.geometry().item_max_bytes()), OK);
}

void what_a_dead_participant_had_not_released_yet_is_free(void **state)
{
    LogFixture &f = fixture_of(state);
    assert_code(reserve(f, 4 * 4096 - 24, 1), OK);
    assert_code(commit(f, 5000, 1), OK);
    for (std::uint64_t i = 3; i < 5; i++) // killed between the commit and the release of the rest
        f.segment(i) = SegmentWord::claimed(f.log(1).me().self(), true).bits;
    f.kill(1);
    reap(f);
    assert_nothing_is_claimed(f);
    assert_int_equal(segment(f, 2).bits, SegmentWord::live(3).bits);
    assert_int_equal(f.take_bytes().taken.size, 5000);
}

} // namespace

int main()
{
    const CMUnitTest tests[] = {
        LOG_TEST(a_reservation_is_a_run_that_we_have_claimed, plan),
        LOG_TEST(only_the_beginning_of_a_payload_names_a_run, plan),
        LOG_TEST(a_commit_links_the_run_and_the_record, plan),
        LOG_TEST(segments_that_the_item_does_not_need_are_free, plan),
        LOG_TEST(a_small_item_is_copied_behind_the_tail, plan),
        LOG_TEST(a_small_item_that_does_not_fit_there_keeps_its_segment, plan),
        LOG_TEST(on_failure_the_run_stays_ours_and_its_bytes_as_they_are, two_items),
        LOG_TEST(after_the_shutdown_word_nothing_is_reserved, plan),
        LOG_TEST(used_up_bytes_are_full, plan),
        LOG_TEST(a_commit_whose_cursor_was_not_moved_is_rolled_over, plan),
        LOG_TEST(what_a_dead_participant_had_reserved_is_free, plan),
        LOG_TEST(what_a_dead_participant_had_not_released_yet_is_free, plan),
    };
    return RUN_TESTS("core.log.in_place", tests);
}
