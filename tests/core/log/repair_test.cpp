// SPDX-License-Identifier: Apache-2.0
//
// States that a kill leaves, made by hand, and then one call of the reaper.
#include "log_fixture.hpp"

using namespace ipcq;

namespace {

const Plan plan;
const Plan plain{.joinable = false};
const Plan two_slots{.slot_count = 2};
const Plan crowd{.slot_count = 600};

HeadCursor head_of(LogFixture &f) { return snapshot(f.control().head); }

std::uint64_t reap(LogFixture &f, int peer = 0)
{
    std::uint64_t items = 0;
    assert_code(f.reap(items, peer), OK);
    return items;
}

void put_words(LogFixture &f, int count)
{
    static const char *const words[] = {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"};
    for (int i = 0; i < count; i++)
        assert_code(f.put(words[i]), OK);
}

void leases_of_the_dead_are_ready_again_in_their_old_order(void **state)
{
    LogFixture &f = fixture_of(state);
    put_words(f, 5);
    f.take(1);
    f.take(0);
    f.take(1);
    f.kill(1);
    assert_int_equal(reap(f), 2);
    assert_int_equal(f.log().ready_items(), 4);
    const Got first = f.take();
    assert_string_equal(first.text, "0");
    assert_int_equal(first.taken.deliveries, 1);
    assert_string_equal(f.take().text, "2");
    const Got next = f.take();
    assert_string_equal(next.text, "3");
    assert_int_equal(next.taken.deliveries, 0);
    assert_true(f.state_of(1) == SlotState::clean);
    assert_int_equal(f.control().slot[0].recovered.load(), 2);
}

void the_living_keep_theirs(void **state)
{
    LogFixture &f = fixture_of(state);
    put_words(f, 2);
    const Got got = f.take(1);
    assert_int_equal(reap(f), 0);
    assert_true(f.record(got.taken.offset).is(RecordState::taken));
    assert_true(f.state_of(1) == SlotState::used);
}

void reaping_again_changes_nothing(void **state)
{
    LogFixture &f = fixture_of(state);
    put_words(f, 3);
    f.take(1);
    f.kill(1);
    assert_int_equal(reap(f), 1);
    assert_int_equal(reap(f), 0);
    assert_int_equal(reap(f, 2), 0);
    assert_int_equal(f.log().ready_items(), 3);
}

void a_finished_item_never_returns(void **state)
{
    LogFixture &f = fixture_of(state);
    put_words(f, 2);
    assert_code(f.log(1).finish(f.take(1).taken.offset), OK);
    f.kill(1);
    assert_int_equal(reap(f), 0);
    assert_string_equal(f.take().text, "1");
    assert_code(f.take().code, EMPTY);
}

void a_lease_made_just_before_the_cursor_moved_returns(void **state)
{
    LogFixture &f = fixture_of(state);
    put_words(f, 3);
    f.take(1);
    f.undo_move(f.control().head); // TAKEN is written, the cursor is not
    f.control().head.lock = f.log(1).me().self().bits;
    f.kill(1);
    assert_int_equal(reap(f), 1);
    assert_int_equal(head_of(f).sequence, 0);
    assert_int_equal(f.log().ready_items(), 3);
    assert_string_equal(f.take().text, "0");
    assert_string_equal(f.take().text, "1");
}

void a_reaper_that_died_after_the_cursor_went_back_is_followed(void **state)
{
    LogFixture &f = fixture_of(state);
    put_words(f, 3);
    const Got lease = f.take(1);
    f.take(0);
    f.kill(1);
    // The cursor went back, the record is not ready yet, and the locks are held.
    store_cursor(f.control().head, HeadCursor{lease.taken.offset, 0, 2, 2});
    f.control().head.lock = f.control().frontier.lock = f.log(2).me().self().bits;
    f.kill(2);
    assert_int_equal(reap(f), 1);
    assert_int_equal(f.log().ready_items(), 2);
    assert_string_equal(f.take().text, "0");
    assert_string_equal(f.take().text, "2");
    assert_code(f.take().code, EMPTY);
}

void a_reaper_that_died_before_it_marked_the_slot_clean_is_followed(void **state)
{
    LogFixture &f = fixture_of(state);
    put_words(f, 2);
    f.take(1);
    f.kill(1);
    assert_int_equal(reap(f), 1);
    f.set_state(1, SlotState::used);
    assert_int_equal(reap(f), 0);
    assert_true(f.state_of(1) == SlotState::clean);
    assert_int_equal(f.log().ready_items(), 2);
}

void the_leases_of_two_dead_ones_return(void **state)
{
    LogFixture &f = fixture_of(state);
    put_words(f, 4);
    f.take(1);
    f.take(2);
    f.take(1);
    f.kill(1);
    f.kill(2);
    assert_int_equal(reap(f), 3);
    for (const char *word : {"0", "1", "2", "3"})
        assert_string_equal(f.take().text, word);
}

void items_finished_behind_a_returned_one_are_counted(void **state)
{
    LogFixture &f = fixture_of(state);
    put_words(f, 4);
    f.take(1);
    for (int i = 0; i < 2; i++)
        assert_code(f.log().finish(f.take().taken.offset), OK);
    f.kill(1);
    assert_int_equal(reap(f), 1);
    assert_int_equal(head_of(f).zone, 3);
    assert_int_equal(head_of(f).skipped, 2);
    assert_int_equal(f.log().ready_items(), 2);
}

void segments_claimed_by_the_dead_are_free(void **state)
{
    LogFixture &f = fixture_of(state);
    const Owner owner = f.log(1).me().self();
    f.segment(1) = SegmentWord::claimed(owner, false).bits;
    f.segment(2) = SegmentWord::claimed(owner, true).bits;
    f.segment(3) = SegmentWord::claimed(f.log(2).me().self(), true).bits;
    f.control().supply.high_water = 4;
    f.kill(1);
    reap(f);
    assert_int_equal(f.segment(1).load(), SegmentWord::bare().bits);
    assert_int_equal(f.segment(2).load(), SegmentWord::free().bits);
    assert_int_equal(f.segment(3).load(), SegmentWord::claimed(f.log(2).me().self(), true).bits);
}

void a_run_that_was_numbered_and_not_linked_is_free(void **state)
{
    LogFixture &f = fixture_of(state);
    f.segment(1) = SegmentWord::live(2).bits; // killed between LIVE and END
    f.segment(2) = SegmentWord::live(3).bits;
    f.control().supply.high_water = 3;
    f.control().tail.lock = f.log(1).me().self().bits;
    f.kill(1);
    reap(f);
    assert_int_equal(f.segment(1).load(), SegmentWord::free().bits);
    assert_int_equal(f.segment(2).load(), SegmentWord::free().bits);
    assert_int_equal(f.segment(0).load(), SegmentWord::live(1).bits);
}

void a_run_that_was_linked_stays(void **state)
{
    LogFixture &f = fixture_of(state);
    assert_code(f.put_bytes(4000, 1), OK);
    assert_code(f.put_bytes(4000, 1), OK);
    f.undo_move(f.control().tail); // killed between END and the cursor
    f.control().tail.lock = f.log(1).me().self().bits;
    f.kill(1);
    reap(f);
    assert_int_equal(f.segment(1).load(), SegmentWord::live(2).bits);
    assert_int_equal(f.log().ready_items(), 2);
}

void a_plain_copy_cut_short_gives_the_item_back(void **state)
{
    LogFixture &f = fixture_of(state);
    assert_code(f.put_bytes(5000), OK);
    const Got got = f.take_bytes(1, false);
    f.word(got.taken.offset) = RecordWord::of(RecordState::taken, 0, f.log(1).me().self()).bits; // killed in the copy
    f.kill(1);
    assert_int_equal(reap(f), 1);
    const Got again = f.take_bytes(0, false);
    assert_code(again.code, OK);
    assert_int_equal(again.taken.deliveries, 1);
}

void an_heir_requeues_what_its_slot_held_before_and_keeps_its_own(void **state)
{
    LogFixture &f = fixture_of(state);
    put_words(f, 2);
    f.take(1);
    f.kill(1);
    assert_true(f.log(2).has_inherited()); // two slots: there is no clean one
    const Got own = f.take(2);
    assert_string_equal(own.text, "1");
    assert_int_equal(reap(f, 2), 1);
    assert_true(f.state_of(1) == SlotState::used);
    assert_true(f.record(own.taken.offset).is(RecordState::taken));
    assert_string_equal(f.take().text, "0");
}

// An heir may be idle or stopped. Its life must not hide those who died in its slot before.
void others_requeue_what_a_living_heir_has_inherited(void **state)
{
    LogFixture &f = fixture_of(state);
    put_words(f, 2);
    f.take(1);
    f.kill(1);
    const Got own = f.take(2); // the heir, which reaps nothing
    assert_int_equal(reap(f), 1);
    assert_true(f.state_of(1) == SlotState::used);
    assert_true(f.record(own.taken.offset).is(RecordState::taken));
    assert_string_equal(f.take().text, "0");
}

// A reaper that was stopped before it marked the slot clean goes on when another participant lives there.
void a_late_reaper_leaves_the_state_of_the_next_participant(void **state)
{
    LogFixture &f = fixture_of(state);
    put_words(f, 2);
    f.log(1);
    f.kill(1);
    const SlotLife seen = life_of(f.control().slot[1]); // by the one that was stopped
    assert_int_equal(reap(f), 0);
    assert_int_equal(f.log(2).me().slot_index(), 1);
    std::uint64_t expected = seen.bits;
    assert_false(f.control().slot[1].life.compare_exchange_strong(expected, seen.with(SlotState::clean).bits));
    f.take(2);
    f.kill(2);
    assert_int_equal(reap(f), 1);
}

void a_crowd_of_the_dead_is_cleaned_up_after_in_several_passes(void **state)
{
    LogFixture &f = fixture_of(state);
    for (std::uint32_t i = 1; i < f.geometry().slot_count; i++)
        f.set_state(i, SlotState::used);
    assert_int_equal(reap(f), 0);
    for (std::uint32_t i = 1; i < f.geometry().slot_count; i++)
        assert_true(f.state_of(i) == SlotState::clean);
}

void an_heir_that_died_before_it_reaped_leaves_both_lives_to_the_next(void **state)
{
    LogFixture &f = fixture_of(state);
    put_words(f, 3);
    f.take(1);
    f.kill(1);
    f.take(2);
    f.kill(2);
    assert_int_equal(reap(f), 2);
    assert_string_equal(f.take().text, "0");
    assert_string_equal(f.take().text, "1");
}

void an_heir_that_was_hindered_returns_them_later(void **state)
{
    LogFixture &f = fixture_of(state);
    put_words(f, 1);
    f.take(1);
    f.kill(1);
    assert_true(f.log(2).has_inherited());
    f.control().head.lock = f.log().me().self().bits; // alive, and does not let go
    std::uint64_t items = 0;
    assert_code(f.reap(items, 2), BUSY);
    f.control().head.lock = 0;
    assert_int_equal(reap(f, 2), 1);
    assert_int_equal(reap(f, 2), 0);
    assert_int_equal(f.log().ready_items(), 1);
}

void a_lock_that_the_living_hold_leaves_the_slot_dirty_for_later(void **state)
{
    LogFixture &f = fixture_of(state);
    put_words(f, 1);
    f.take(1);
    f.kill(1);
    f.control().head.lock = f.log(2).me().self().bits;
    std::uint64_t items = 0;
    assert_true(f.reap(items) != Code::OK);
    assert_int_equal(items, 0);
    assert_true(f.state_of(1) == SlotState::used);
    f.control().head.lock = 0;
    assert_int_equal(reap(f), 1);
}

} // namespace

int main()
{
    const CMUnitTest tests[] = {
        LOG_TEST(leases_of_the_dead_are_ready_again_in_their_old_order, plan),
        LOG_TEST(the_living_keep_theirs, plan),
        LOG_TEST(reaping_again_changes_nothing, plan),
        LOG_TEST(a_finished_item_never_returns, plan),
        LOG_TEST(a_lease_made_just_before_the_cursor_moved_returns, plan),
        LOG_TEST(a_reaper_that_died_after_the_cursor_went_back_is_followed, plan),
        LOG_TEST(a_reaper_that_died_before_it_marked_the_slot_clean_is_followed, plan),
        LOG_TEST(the_leases_of_two_dead_ones_return, plan),
        LOG_TEST(items_finished_behind_a_returned_one_are_counted, plan),
        LOG_TEST(segments_claimed_by_the_dead_are_free, plan),
        LOG_TEST(a_run_that_was_numbered_and_not_linked_is_free, plan),
        LOG_TEST(a_run_that_was_linked_stays, plan),
        LOG_TEST(a_plain_copy_cut_short_gives_the_item_back, plain),
        LOG_TEST(an_heir_requeues_what_its_slot_held_before_and_keeps_its_own, two_slots),
        LOG_TEST(others_requeue_what_a_living_heir_has_inherited, two_slots),
        LOG_TEST(a_late_reaper_leaves_the_state_of_the_next_participant, plan),
        LOG_TEST(a_crowd_of_the_dead_is_cleaned_up_after_in_several_passes, crowd),
        LOG_TEST(an_heir_that_died_before_it_reaped_leaves_both_lives_to_the_next, two_slots),
        LOG_TEST(an_heir_that_was_hindered_returns_them_later, two_slots),
        LOG_TEST(a_lock_that_the_living_hold_leaves_the_slot_dirty_for_later, plan),
    };
    return RUN_TESTS("core.log.repair", tests);
}
