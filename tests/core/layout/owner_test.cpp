// SPDX-License-Identifier: Apache-2.0
#include "core_test.hpp"

#include "layout/geometry.hpp"
#include "layout/owner.hpp"

using namespace ipcq;

namespace {

void an_owner_is_its_generation_over_its_slot_plus_one(void **)
{
    assert_int_equal(Owner::of(0, 1).bits, 0x1'0001);
    assert_int_equal(Owner::of(255, 0x89abcdef).bits, 0x89ab'cdef'0100);
}

void slot_and_generation_come_back(void **)
{
    const Owner last = Owner::of(slot_count_max - 1, UINT32_MAX);
    assert_int_equal(last.slot(), slot_count_max - 1);
    assert_int_equal(last.generation(), UINT32_MAX);
    assert_int_equal(last.bits >> 48, 0);
}

void nobody_is_zero_and_no_slot_at_all(void **)
{
    assert_int_equal(nobody.bits, 0);
    assert_true(nobody.slot() >= slot_count_max);
    assert_false(Owner::of(0, 0) == nobody);
}

} // namespace

int main()
{
    const CMUnitTest tests[] = {
        cmocka_unit_test(an_owner_is_its_generation_over_its_slot_plus_one),
        cmocka_unit_test(slot_and_generation_come_back),
        cmocka_unit_test(nobody_is_zero_and_no_slot_at_all),
    };
    return RUN_TESTS("core.layout.owner", tests);
}
