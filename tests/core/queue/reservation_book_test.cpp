// SPDX-License-Identifier: Apache-2.0
#include "core_test.hpp"

#include "queue/reservation_book.hpp"

using namespace ipcq;

namespace {

int setup(void **state)
{
    *state = new ReservationBook;
    return 0;
}

int teardown(void **state)
{
    delete static_cast<ReservationBook *>(*state);
    return 0;
}

ReservationBook &book_of(void **state) { return *static_cast<ReservationBook *>(*state); }

Reservation pick(ReservationBook &book, std::uint64_t first)
{
    Reservation reservation;
    assert_true(book.pick(first, reservation));
    assert_int_equal(reservation.run.first, first);
    return reservation;
}

void assert_none(ReservationBook &book, std::uint64_t first)
{
    Reservation reservation;
    assert_false(book.pick(first, reservation));
}

void what_was_added_is_picked_by_its_place(void **state)
{
    ReservationBook &book = book_of(state);
    assert_true(book.add({3, 2}, 5000));
    assert_true(book.add({9, 1}, 70));
    const Reservation found = pick(book, 3);
    assert_int_equal(found.run.count, 2);
    assert_int_equal(found.size, 5000);
    assert_int_equal(pick(book, 9).size, 70);
}

void no_other_place_is_found(void **state)
{
    ReservationBook &book = book_of(state);
    assert_none(book, 0);
    assert_true(book.add({3, 2}, 5000));
    for (const std::uint64_t wrong : {std::uint64_t{0}, std::uint64_t{2}, std::uint64_t{4}, UINT64_MAX})
        assert_none(book, wrong);
}

void what_is_picked_is_nobody_elses_until_it_is_kept(void **state)
{
    ReservationBook &book = book_of(state);
    assert_true(book.add({3, 2}, 5000));
    const Reservation mine = pick(book, 3);
    assert_none(book, 3);
    book.keep(mine);
    assert_int_equal(pick(book, 3).size, 5000);
}

void what_is_dropped_is_gone(void **state)
{
    ReservationBook &book = book_of(state);
    for (std::uint64_t first = 1; first <= 3; first++)
        assert_true(book.add({first, 1}, first * 100));
    book.drop(pick(book, 1));
    assert_none(book, 1);
    assert_int_equal(pick(book, 2).size, 200);
    assert_int_equal(pick(book, 3).size, 300);
}

// The first one's run was linked, taken, freed and reserved again before the first commit came back.
void two_of_the_same_place_are_not_mixed_up(void **state)
{
    ReservationBook &book = book_of(state);
    assert_true(book.add({3, 1}, 100));
    const Reservation older = pick(book, 3);
    assert_true(book.add({3, 4}, 12000));
    const Reservation newer = pick(book, 3);
    assert_int_equal(newer.size, 12000);
    book.keep(newer);
    book.drop(older);
    const Reservation left = pick(book, 3);
    assert_int_equal(left.size, 12000);
    assert_int_equal(left.run.count, 4);
    assert_none(book, 3);
}

void the_book_grows_and_keeps_every_reservation(void **state)
{
    ReservationBook &book = book_of(state);
    for (std::uint64_t first = 0; first < 1000; first++)
        assert_true(book.add({first, first + 1}, first * 3));
    for (std::uint64_t first = 1000; first-- > 0;) {
        const Reservation reservation = pick(book, first);
        assert_int_equal(reservation.run.count, first + 1);
        assert_int_equal(reservation.size, first * 3);
        book.drop(reservation);
    }
    assert_none(book, 0);
}

void a_child_starts_anew(void **state)
{
    ReservationBook &book = book_of(state);
    assert_true(book.add({3, 2}, 5000));
    book.start_anew();
    assert_none(book, 3);
    assert_true(book.add({3, 1}, 70));
    assert_int_equal(pick(book, 3).size, 70);
}

} // namespace

#define BOOK_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main()
{
    const CMUnitTest tests[] = {
        BOOK_TEST(what_was_added_is_picked_by_its_place),
        BOOK_TEST(no_other_place_is_found),
        BOOK_TEST(what_is_picked_is_nobody_elses_until_it_is_kept),
        BOOK_TEST(what_is_dropped_is_gone),
        BOOK_TEST(two_of_the_same_place_are_not_mixed_up),
        BOOK_TEST(the_book_grows_and_keeps_every_reservation),
        BOOK_TEST(a_child_starts_anew),
    };
    return RUN_TESTS("core.queue.reservation_book", tests);
}
