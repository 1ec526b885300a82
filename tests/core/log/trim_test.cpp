// SPDX-License-Identifier: Apache-2.0
#include "log_fixture.hpp"

#include <sys/stat.h>

using namespace ipcq;

namespace {

constexpr int burst = 60, kept = 16;            // segments
const Plan four_MiB{.capacity_bytes = 4 << 20}; // 64 live segments of 64 KiB

constexpr Nanoseconds millisecond = 1'000'000;

SegmentWord segment(LogFixture &f, std::uint64_t index) { return {f.segment(index).load()}; }

std::uint64_t backed_bytes(LogFixture &f)
{
    struct stat status {};
    ::fstat(f.object().get(), &status);
    return static_cast<std::uint64_t>(status.st_blocks) * 512;
}

void put_burst(LogFixture &f)
{
    for (int i = 0; i < burst; i++)
        assert_code(f.put_bytes(60000), OK);
}

void take_and_finish(LogFixture &f)
{
    const Got got = f.take_bytes();
    assert_code(got.code, OK);
    assert_code(f.log().finish(got.taken.offset), OK);
}

void take_burst(LogFixture &f)
{
    for (int i = 0; i < burst; i++)
        take_and_finish(f);
}

void trim_all(LogFixture &f, Nanoseconds now)
{
    while (f.log().trim(now)) {
    }
}

// As if so much time had passed since the intervals of the peaks began.
void let_intervals_pass(LogFixture &f)
{
    Supply &supply = f.control().supply;
    supply.peak = 0;
    supply.peak_before = 0;
}

void what_a_burst_used_is_given_back_to_the_system(void **state)
{
    LogFixture &f = fixture_of(state);
    const std::uint64_t before = backed_bytes(f);
    put_burst(f);
    assert_true(backed_bytes(f) >= before + (burst - 1) * 65536);
    take_burst(f);
    let_intervals_pass(f);
    trim_all(f, now_ns());
    assert_true(backed_bytes(f) <= before + (kept + 1) * 65536);
    std::uint64_t bare = 0;
    for (std::uint64_t i = 0; i < burst; i++)
        bare += segment(f, i).kind() == SegmentKind::bare;
    assert_true(bare >= burst - kept - 2);
    const std::uint64_t backed = f.control().supply.backed.load();
    assert_true(backed >= kept && backed <= kept + 2);
}

// Two whole intervals of 100 ms: the burst may have been at the very end of the first one.
void a_burst_is_remembered_for_an_interval_and_the_next_one(void **state)
{
    LogFixture &f = fixture_of(state);
    Supply &supply = f.control().supply;
    const Nanoseconds begin = now_ns();
    supply.interval_ms = static_cast<std::uint32_t>(begin / millisecond);
    put_burst(f);
    take_burst(f);
    for (const int ms : {0, 50, 99, 100, 199}) {
        assert_false(f.log().trim(begin + ms * millisecond));
        assert_true(supply.backed.load() >= burst);
    }
    trim_all(f, begin + 200 * millisecond);
    assert_true(supply.backed.load() <= kept + 2);
}

void a_stream_keeps_what_it_needs_at_its_peak(void **state)
{
    LogFixture &f = fixture_of(state);
    const Nanoseconds begin = now_ns();
    for (int round = 0; round < 8; round++) {
        put_burst(f);
        take_burst(f);
        trim_all(f, begin + round * 80 * millisecond);
        assert_true(f.control().supply.backed.load() >= burst);
    }
}

// Nobody sleeps or polls there, so a producer gives back when it claims a segment.
void a_stream_that_never_runs_dry_gives_back_what_a_burst_used(void **state)
{
    LogFixture &f = fixture_of(state);
    const std::uint64_t before = backed_bytes(f);
    put_burst(f);
    for (int i = 0; i < burst - 1; i++) // one is left
        take_and_finish(f);
    for (int i = 0; i < burst; i++) {
        let_intervals_pass(f);
        assert_code(f.put_bytes(60000), OK);
        take_and_finish(f);
    }
    assert_true(backed_bytes(f) <= before + (kept + 4) * 65536);
}

// Each turn would wait its grace for the frontier.
void nothing_is_given_back_while_somebody_keeps_the_frontier(void **state)
{
    LogFixture &f = fixture_of(state);
    put_burst(f);
    take_burst(f);
    let_intervals_pass(f);
    assert_true(f.log().trim(now_ns()));
    f.control().frontier.lock = f.log(1).me().self().bits;
    assert_false(f.log().trim(now_ns()));
    f.control().frontier.lock = 0;
    assert_true(f.log().trim(now_ns()));
}

void nothing_that_holds_items_is_given_back(void **state)
{
    LogFixture &f = fixture_of(state);
    constexpr int finished = 40; // so that there is memory to spare, below the segments of the items that are left
    put_burst(f);
    for (int i = 0; i < finished; i++)
        take_and_finish(f);
    let_intervals_pass(f);
    trim_all(f, now_ns());
    const std::uint64_t backed = f.control().supply.backed.load();
    assert_true(backed >= burst - finished && backed <= burst - finished + kept + 2);
    for (int i = finished; i < burst; i++)
        assert_int_equal(f.take_bytes().taken.sequence, i);
}

void a_bare_segment_gets_memory_before_it_is_used_again(void **state)
{
    LogFixture &f = fixture_of(state);
    for (int round = 0; round < 2; round++) {
        put_burst(f);
        take_burst(f);
        let_intervals_pass(f);
        trim_all(f, now_ns());
    }
}

} // namespace

int main()
{
    const CMUnitTest tests[] = {
        LOG_TEST(what_a_burst_used_is_given_back_to_the_system, four_MiB),
        LOG_TEST(a_burst_is_remembered_for_an_interval_and_the_next_one, four_MiB),
        LOG_TEST(a_stream_keeps_what_it_needs_at_its_peak, four_MiB),
        LOG_TEST(a_stream_that_never_runs_dry_gives_back_what_a_burst_used, four_MiB),
        LOG_TEST(nothing_is_given_back_while_somebody_keeps_the_frontier, four_MiB),
        LOG_TEST(nothing_that_holds_items_is_given_back, four_MiB),
        LOG_TEST(a_bare_segment_gets_memory_before_it_is_used_again, four_MiB),
    };
    return RUN_TESTS("core.log.trim", tests);
}
