// SPDX-License-Identifier: Apache-2.0
#include "core_test.hpp"

#include "layout/record.hpp"

using namespace ipcq;

namespace {

void a_record_word_is_state_deliveries_owner(void **)
{
    const RecordWord word = RecordWord::of(RecordState::taken, 7, Owner::of(2, 0x11223344));
    assert_int_equal(word.bits, 0x1122'3344'0003'0702);
    assert_true(word.is(RecordState::taken));
    assert_int_equal(word.deliveries(), 7);
    assert_true(word.owner() == Owner::of(2, 0x11223344));
}

void an_end_word_is_state_count_first(void **)
{
    const RecordWord word = RecordWord::end(0xfffffe, 0xabcdef);
    assert_int_equal(word.bits, 0x00ff'fffe'abcd'ef04);
    assert_true(word.is(RecordState::end));
    assert_int_equal(word.next_first(), 0xfffffe);
    assert_int_equal(word.next_count(), 0xabcdef);
}

void zero_is_the_end_of_the_log(void **) { assert_true(RecordWord{}.is(RecordState::empty)); }

void a_new_state_keeps_the_deliveries(void **)
{
    const RecordWord ready = RecordWord::of(RecordState::ready, 3, nobody);
    assert_int_equal(ready.with(RecordState::done, Owner::of(1, 1)).bits, 0x0000'0001'0002'0303);
}

void giving_back_counts_up_to_255_and_forgets_the_owner(void **)
{
    const RecordWord taken = RecordWord::of(RecordState::taken, 254, Owner::of(9, 9));
    const RecordWord once = taken.given_back();
    assert_int_equal(once.bits, RecordWord::of(RecordState::ready, 255, nobody).bits);
    assert_int_equal(once.given_back().deliveries(), 255);
}

void a_shape_is_size_and_type(void **)
{
    const RecordShape shape = RecordShape::of(0x1234'5678'9abc, 0xfedc);
    assert_int_equal(shape.bits, 0xfedc'1234'5678'9abc);
    assert_int_equal(shape.size(), 0x1234'5678'9abc);
    assert_int_equal(shape.type(), 0xfedc);
}

void a_record_takes_its_header_and_whole_words(void **)
{
    assert_int_equal(record_size(0), 16);
    assert_int_equal(record_size(1), 24);
    assert_int_equal(record_size(8), 24);
    assert_int_equal(record_size(9), 32);
}

} // namespace

int main()
{
    const CMUnitTest tests[] = {
        cmocka_unit_test(a_record_word_is_state_deliveries_owner),
        cmocka_unit_test(an_end_word_is_state_count_first),
        cmocka_unit_test(zero_is_the_end_of_the_log),
        cmocka_unit_test(a_new_state_keeps_the_deliveries),
        cmocka_unit_test(giving_back_counts_up_to_255_and_forgets_the_owner),
        cmocka_unit_test(a_shape_is_size_and_type),
        cmocka_unit_test(a_record_takes_its_header_and_whole_words),
    };
    return RUN_TESTS("core.layout.record", tests);
}
