// SPDX-License-Identifier: Apache-2.0
#include "core_test.hpp"

#include "queue/reservation_table.hpp"

using namespace ipcq;

namespace {

int setup(void **state)
{
    *state = new ReservationTable;
    return 0;
}

int teardown(void **state)
{
    delete static_cast<ReservationTable *>(*state);
    return 0;
}

ReservationTable &table_of(void **state) { return *static_cast<ReservationTable *>(*state); }

Reservation pick(ReservationTable &table, std::uint64_t first)
{
    Reservation reservation;
    assert_true(table.pick(first, reservation));
    assert_int_equal(reservation.run.first, first);
    return reservation;
}

void assert_none(ReservationTable &table, std::uint64_t first)
{
    Reservation reservation;
    assert_false(table.pick(first, reservation));
}

void what_was_added_is_picked_by_its_place(void **state)
{
    ReservationTable &table = table_of(state);
    assert_true(table.add({3, 2}, 5000));
    assert_true(table.add({9, 1}, 70));
    const Reservation found = pick(table, 3);
    assert_int_equal(found.run.count, 2);
    assert_int_equal(found.size, 5000);
    assert_int_equal(pick(table, 9).size, 70);
}

void no_other_place_is_found(void **state)
{
    ReservationTable &table = table_of(state);
    assert_none(table, 0);
    assert_true(table.add({3, 2}, 5000));
    for (const std::uint64_t wrong : {std::uint64_t{0}, std::uint64_t{2}, std::uint64_t{4}, UINT64_MAX})
        assert_none(table, wrong);
}

void what_is_picked_is_not_found_until_it_is_restored(void **state)
{
    ReservationTable &table = table_of(state);
    assert_true(table.add({3, 2}, 5000));
    const Reservation mine = pick(table, 3);
    assert_none(table, 3);
    table.restore(mine);
    assert_int_equal(pick(table, 3).size, 5000);
}

void what_is_erased_is_gone(void **state)
{
    ReservationTable &table = table_of(state);
    for (std::uint64_t first = 1; first <= 3; first++)
        assert_true(table.add({first, 1}, first * 100));
    table.erase(pick(table, 1));
    assert_none(table, 1);
    assert_int_equal(pick(table, 2).size, 200);
    assert_int_equal(pick(table, 3).size, 300);
}

// The first one's run was linked, taken, freed and reserved again before the first commit came back.
void two_of_the_same_place_are_not_mixed_up(void **state)
{
    ReservationTable &table = table_of(state);
    assert_true(table.add({3, 1}, 100));
    const Reservation older = pick(table, 3);
    assert_true(table.add({3, 4}, 12000));
    const Reservation newer = pick(table, 3);
    assert_int_equal(newer.size, 12000);
    table.restore(newer);
    table.erase(older);
    const Reservation left = pick(table, 3);
    assert_int_equal(left.size, 12000);
    assert_int_equal(left.run.count, 4);
    assert_none(table, 3);
}

void the_table_grows_and_keeps_every_reservation(void **state)
{
    ReservationTable &table = table_of(state);
    for (std::uint64_t first = 0; first < 1000; first++)
        assert_true(table.add({first, first + 1}, first * 3));
    for (std::uint64_t first = 1000; first-- > 0;) {
        const Reservation reservation = pick(table, first);
        assert_int_equal(reservation.run.count, first + 1);
        assert_int_equal(reservation.size, first * 3);
        table.erase(reservation);
    }
    assert_none(table, 0);
}

void after_a_reset_it_is_empty(void **state)
{
    ReservationTable &table = table_of(state);
    assert_true(table.add({3, 2}, 5000));
    table.reset_after_fork();
    assert_none(table, 3);
    assert_true(table.add({3, 1}, 70));
    assert_int_equal(pick(table, 3).size, 70);
}

} // namespace

#define TABLE_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main()
{
    const CMUnitTest tests[] = {
        TABLE_TEST(what_was_added_is_picked_by_its_place),
        TABLE_TEST(no_other_place_is_found),
        TABLE_TEST(what_is_picked_is_not_found_until_it_is_restored),
        TABLE_TEST(what_is_erased_is_gone),
        TABLE_TEST(two_of_the_same_place_are_not_mixed_up),
        TABLE_TEST(the_table_grows_and_keeps_every_reservation),
        TABLE_TEST(after_a_reset_it_is_empty),
    };
    return RUN_TESTS("core.queue.reservation_table", tests);
}
