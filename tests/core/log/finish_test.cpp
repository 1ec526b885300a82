// SPDX-License-Identifier: Apache-2.0
#include "log_fixture.hpp"

using namespace ipcq;

namespace {

const Plan plan;

HeadCursor head_of(LogFixture &f) { return snapshot(f.control().head); }

Code give_back(LogFixture &f, const Got &got, int peer = 0)
{
    return f.log(peer).give_back(got.taken.offset, got.taken.sequence, no_patience);
}

void an_item_is_finished_once(void **state)
{
    LogFixture &f = fixture_of(state);
    assert_code(f.put("x"), OK);
    const Got got = f.take();
    assert_code(f.log().finish(got.taken.offset), OK);
    assert_true(f.record(got.taken.offset).is(RecordState::done));
    assert_code(f.log().finish(got.taken.offset), NOTTAKEN);
    assert_code(give_back(f, got), NOTTAKEN);
}

void only_its_owner_ends_a_lease(void **state)
{
    LogFixture &f = fixture_of(state);
    assert_code(f.put("x"), OK);
    const Got got = f.take();
    assert_code(f.log(1).finish(got.taken.offset), NOTTAKEN);
    assert_code(give_back(f, got, 1), NOTTAKEN);
    assert_code(f.log().finish(got.taken.offset), OK);
}

void a_slots_next_life_does_not_own_the_leases_of_the_last(void **state)
{
    LogFixture &f = fixture_of(state);
    assert_code(f.put("x"), OK);
    const Owner self = f.log().me().self();
    const Got got = f.take();
    f.word(got.taken.offset) =
        RecordWord::of(RecordState::taken, 0, Owner::of(self.slot(), self.generation() - 1)).bits;
    assert_code(f.log().finish(got.taken.offset), NOTTAKEN);
}

void an_item_given_back_returns_to_its_place_with_its_deliveries_raised(void **state)
{
    LogFixture &f = fixture_of(state);
    for (const char *text : {"0", "1", "2", "3"})
        assert_code(f.put(text), OK);
    f.take();
    const Got second = f.take();
    f.take();
    assert_code(give_back(f, second), OK);
    assert_int_equal(head_of(f).sequence, 1);
    assert_int_equal(f.log().ready_items(), 2);
    const Got again = f.take();
    assert_string_equal(again.text, "1");
    assert_int_equal(again.taken.deliveries, 1);
    assert_string_equal(f.take().text, "3"); // "2" is still leased
    assert_int_equal(f.log().ready_items(), 0);
}

void the_zone_tells_how_many_behind_the_head_are_not_ready(void **state)
{
    LogFixture &f = fixture_of(state);
    Got got[4];
    for (Got &g : got) {
        assert_code(f.put("x"), OK);
        g = f.take();
    }
    assert_code(give_back(f, got[2]), OK);
    assert_int_equal(head_of(f).zone, 2);
    assert_int_equal(head_of(f).skipped, 1);
    assert_code(give_back(f, got[0]), OK);
    assert_int_equal(head_of(f).zone, 4);
    assert_int_equal(head_of(f).skipped, 2);
    assert_code(give_back(f, got[3]), OK); // behind the head: the cursor stays, the count changes
    assert_int_equal(head_of(f).sequence, 0);
    assert_int_equal(head_of(f).zone, 4);
    assert_int_equal(head_of(f).skipped, 1);
    assert_int_equal(f.log().ready_items(), 3);
    for (int i = 0; i < 3; i++)
        assert_code(f.take().code, OK);
    assert_code(f.take().code, EMPTY);
    assert_int_equal(head_of(f).zone, 0);
    assert_int_equal(head_of(f).skipped, 0);
}

void a_zone_may_reach_over_segments(void **state)
{
    LogFixture &f = fixture_of(state);
    Got got[3];
    for (Got &g : got) {
        assert_code(f.put_bytes(4000), OK);
        g = f.take_bytes();
    }
    assert_code(give_back(f, got[0]), OK);
    assert_int_equal(head_of(f).zone, 3);
    assert_int_equal(head_of(f).skipped, 2);
    assert_int_equal(f.take_bytes().taken.sequence, 0);
    assert_code(f.take_bytes().code, EMPTY);
}

// FORMAT.md, Q2: of the next `zone` records behind the head so many are not ready.
void assert_counts_equal_a_recount(LogFixture &f)
{
    const HeadCursor head = head_of(f);
    std::uint64_t offset = head.offset, left = head.zone, not_ready = 0;
    while (left != 0) {
        const RecordWord word = f.record(offset);
        assert_false(word.is(RecordState::empty));
        if (word.is(RecordState::end)) {
            offset = f.geometry().segment_offset(word.next_first());
            continue;
        }
        not_ready += word.is(RecordState::ready) ? 0 : 1;
        offset += record_size(RecordShape{f.word(offset + 8).load()}.size());
        left--;
    }
    assert_int_equal(head.skipped, not_ready);
}

// Give-backs inside the zone, at the head and before it, leases that end, and items taken again, in a different order
// each time.
void the_counts_of_the_zone_equal_a_recount_after_every_step(void **state)
{
    constexpr int items = 24, orders = 200;
    LogFixture &f = fixture_of(state);
    std::uint64_t seed = 1, inside = 0, at = 0, before = 0; // where items were given back
    const auto random = [&seed](std::uint64_t below) {
        seed = seed * 6364136223846793005U + 1442695040888963407U;
        return (seed >> 33) % below;
    };
    for (int order = 0; order < orders; order++) {
        Got leased[items];
        std::size_t held = 0;
        std::uint64_t ready = items;
        for (int i = 0; i < items; i++)
            assert_code(f.put_bytes(300), OK);
        while (ready != 0 || held != 0) {
            if (ready != 0 && (held == 0 || random(2) == 0)) {
                leased[held++] = f.take_bytes();
                assert_code(leased[held - 1].code, OK);
                ready--;
            } else {
                const std::size_t which = random(held);
                const Got got = leased[which];
                leased[which] = leased[--held];
                const HeadCursor head = head_of(f);
                if (random(3) == 0) {
                    assert_code(f.log().finish(got.taken.offset), OK);
                } else {
                    assert_code(give_back(f, got), OK);
                    ready++;
                    (got.taken.sequence > head.sequence ? inside : got.taken.sequence == head.sequence ? at : before)++;
                }
            }
            assert_counts_equal_a_recount(f);
            assert_int_equal(f.log().ready_items(), ready);
        }
        assert_code(f.take().code, EMPTY);
        assert_true(f.advance());
    }
    assert_true(inside != 0 && at != 0 && before != 0);
}

// The head stands at a record that is leased: it was given back, and the head's next getter died after the word.
void an_item_at_the_head_is_given_back(void **state)
{
    LogFixture &f = fixture_of(state);
    for (int i = 0; i < 3; i++)
        assert_code(f.put("x"), OK);
    const Got first = f.take();
    f.take();
    assert_code(give_back(f, first), OK);
    const Got again = f.take();
    f.undo_move(f.control().head); // TAKEN is written, the cursor is not
    assert_code(f.log().finish(again.taken.offset), OK);
    f.control().head.lock = f.log(1).me().self().bits;
    f.kill(1);
    const Got third = f.take(); // takes the lock over
    assert_counts_equal_a_recount(f);
    assert_code(give_back(f, third), OK);
    assert_counts_equal_a_recount(f);
    assert_int_equal(f.log().ready_items(), 1);
}

} // namespace

int main()
{
    const CMUnitTest tests[] = {
        LOG_TEST(an_item_is_finished_once, plan),
        LOG_TEST(only_its_owner_ends_a_lease, plan),
        LOG_TEST(a_slots_next_life_does_not_own_the_leases_of_the_last, plan),
        LOG_TEST(an_item_given_back_returns_to_its_place_with_its_deliveries_raised, plan),
        LOG_TEST(the_zone_tells_how_many_behind_the_head_are_not_ready, plan),
        LOG_TEST(a_zone_may_reach_over_segments, plan),
        LOG_TEST(the_counts_of_the_zone_equal_a_recount_after_every_step, plan),
        LOG_TEST(an_item_at_the_head_is_given_back, plan),
    };
    return RUN_TESTS("core.log.finish", tests);
}
