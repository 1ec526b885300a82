// SPDX-License-Identifier: Apache-2.0
#include "core_test.hpp"

#include "layout/segment.hpp"

using namespace ipcq;

namespace {

void the_four_kinds_pack_as_documented(void **)
{
    assert_int_equal(SegmentWord::bare().bits, 0);
    assert_int_equal(SegmentWord::free().bits, 1);
    assert_int_equal(SegmentWord::claimed(Owner::of(2, 5), false).bits, 0x0000'0005'0003'0002);
    assert_int_equal(SegmentWord::claimed(Owner::of(2, 5), true).bits, 0x0000'0005'0003'0102);
    assert_int_equal(SegmentWord::live(0x123456).bits, 0x0000'0000'1234'5603);
}

void a_live_segment_is_claimable_below_the_mark_only(void **)
{
    assert_true(SegmentWord::live(6).claimable(7));
    assert_false(SegmentWord::live(7).claimable(7));
    assert_false(SegmentWord::live(8).claimable(7));
}

void free_and_bare_are_claimable_and_a_claim_is_not(void **)
{
    assert_true(SegmentWord::bare().claimable(0));
    assert_true(SegmentWord::free().claimable(0));
    assert_false(SegmentWord::claimed(Owner::of(0, 1), true).claimable(UINT64_MAX));
}

void a_claim_ends_as_what_its_memory_says(void **)
{
    assert_int_equal(SegmentWord::claimed(Owner::of(0, 1), true).unclaimed().bits, SegmentWord::free().bits);
    assert_int_equal(SegmentWord::claimed(Owner::of(0, 1), false).unclaimed().bits, SegmentWord::bare().bits);
    assert_int_equal(SegmentWord::live(3).unclaimed().bits, SegmentWord::free().bits);
    assert_int_equal(SegmentWord::bare().unclaimed().bits, SegmentWord::bare().bits);
}

void a_kind_of_the_future_is_not_claimable(void **) { assert_false(SegmentWord{4}.claimable(UINT64_MAX)); }

} // namespace

int main()
{
    const CMUnitTest tests[] = {
        cmocka_unit_test(the_four_kinds_pack_as_documented),
        cmocka_unit_test(a_live_segment_is_claimable_below_the_mark_only),
        cmocka_unit_test(free_and_bare_are_claimable_and_a_claim_is_not),
        cmocka_unit_test(a_claim_ends_as_what_its_memory_says),
        cmocka_unit_test(a_kind_of_the_future_is_not_claimable),
    };
    return RUN_TESTS("core.layout.segment", tests);
}
