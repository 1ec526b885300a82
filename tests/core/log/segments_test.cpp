// SPDX-License-Identifier: Apache-2.0
#include "log_fixture.hpp"

#include <sys/resource.h>
#include <sys/stat.h>

using namespace ipcq;

namespace {

const Plan plan;

SegmentWord segment(LogFixture &f, std::uint64_t index) { return {f.segment(index).load()}; }

std::uint64_t backed_bytes(LogFixture &f)
{
    struct stat status {};
    ::fstat(f.object().get(), &status);
    return static_cast<std::uint64_t>(status.st_blocks) * 512;
}

void take_and_finish(LogFixture &f)
{
    const Got got = f.take_bytes();
    assert_code(got.code, OK);
    assert_code(f.log().finish(got.taken.offset), OK);
}

void only_the_first_segment_has_memory_at_birth(void **state)
{
    LogFixture &f = fixture_of(state);
    assert_int_equal(segment(f, 0).bits, SegmentWord::live(1).bits);
    for (std::uint64_t i = 1; i < f.geometry().segment_count; i++)
        assert_int_equal(segment(f, i).bits, SegmentWord::bare().bits);
    assert_int_equal(backed_bytes(f), f.geometry().table_offset + 4096 + 4096);
}

void a_steady_stream_recycles_two_segments(void **state)
{
    LogFixture &f = fixture_of(state);
    for (int i = 0; i < 100; i++) {
        assert_code(f.put_bytes(3000), OK);
        take_and_finish(f);
    }
    assert_true(f.control().supply.high_water.load() <= 3);
    assert_true(f.control().supply.backed.load() <= 3);
}

void chain_numbers_grow_by_one_for_each_segment(void **state)
{
    LogFixture &f = fixture_of(state);
    for (std::uint64_t i = 0; i < 12; i++) {
        assert_code(f.put_bytes(4000), OK);
        const TailCursor tail = snapshot(f.control().tail);
        assert_int_equal(segment(f, tail.end_segment - 1).chain(), i + 1);
        take_and_finish(f);
    }
}

void a_segment_whose_oldest_item_is_leased_is_not_recycled(void **state)
{
    LogFixture &f = fixture_of(state);
    assert_code(f.put("kept"), OK);
    const Got kept = f.take();
    for (int i = 0; i < 3; i++) {
        assert_code(f.put_bytes(4000), OK);
        take_and_finish(f);
    }
    while (f.put_bytes(4000) == Code::OK)
        take_and_finish(f);
    assert_true(f.full_reason == FullReason::bytes);
    assert_int_equal(segment(f, 0).bits, SegmentWord::live(1).bits);
    assert_memory_equal(&f.word(kept.taken.offset + 16), "kept", 4);
    assert_code(f.log().finish(kept.taken.offset), OK);
    assert_code(f.put_bytes(4000), OK);
}

int grow_with_a_file_limit(void *)
{
    auto *f = new LogFixture(Plan{});
    rlimit limit{};
    ::getrlimit(RLIMIT_FSIZE, &limit);
    limit.rlim_cur = f->geometry().data_offset + 4096;
    ::setrlimit(RLIMIT_FSIZE, &limit);
    CHILD_CHECK(f->put_bytes(4000) == Code::OK);
    CHILD_CHECK(f->put_bytes(4000) == Code::FILELIMIT);
    CHILD_CHECK(SegmentWord{f->segment(1).load()}.kind() != SegmentKind::claimed);
    CHILD_CHECK(f->take_bytes().code == Code::OK); // and the queue goes on
    CHILD_CHECK(f->put_bytes(8) == Code::OK);
    return 0;
}

void growing_past_the_file_limit_is_an_answer_that_leaves_no_claim(void **)
{
    assert_int_equal(child_run(grow_with_a_file_limit, nullptr), 0);
}

void a_claim_of_a_living_process_is_respected(void **state)
{
    LogFixture &f = fixture_of(state);
    for (std::uint64_t i = 1; i < f.geometry().segment_count; i++)
        f.segment(i) = SegmentWord::claimed(f.log(1).me().self(), false).bits;
    f.control().supply.high_water = f.geometry().segment_count;
    assert_code(f.put_bytes(4000), OK);
    assert_code(f.put_bytes(4000), FULL);
}

void a_run_is_found_between_claims(void **state)
{
    LogFixture &f = fixture_of(state);
    f.segment(3) = SegmentWord::claimed(f.log(1).me().self(), false).bits;
    f.control().supply.high_water = 4;
    assert_code(f.put_bytes(3 * 4096), OK); // four neighbours
    assert_int_equal(f.record(f.geometry().data_offset).bits, RecordWord::end(4, 4).bits);
}

} // namespace

int main()
{
    const CMUnitTest tests[] = {
        LOG_TEST(only_the_first_segment_has_memory_at_birth, plan),
        LOG_TEST(a_steady_stream_recycles_two_segments, plan),
        LOG_TEST(chain_numbers_grow_by_one_for_each_segment, plan),
        LOG_TEST(a_segment_whose_oldest_item_is_leased_is_not_recycled, plan),
        cmocka_unit_test(growing_past_the_file_limit_is_an_answer_that_leaves_no_claim),
        LOG_TEST(a_claim_of_a_living_process_is_respected, plan),
        LOG_TEST(a_run_is_found_between_claims, plan),
    };
    return RUN_TESTS("core.log.segments", tests);
}
