// SPDX-License-Identifier: Apache-2.0
#include "core_test.hpp"

#include "queue/lease_book.hpp"
#include "queue/options.hpp"

#include <pthread.h>

using namespace ipcq;

namespace {

struct Fixture {
    LeaseBook book;
    std::atomic<std::uint64_t> count{0};
    std::uint64_t ticket = 0;
    Code code = Code::OK;
};

int setup(void **state)
{
    *state = new Fixture;
    return 0;
}

int teardown(void **state)
{
    delete static_cast<Fixture *>(*state);
    return 0;
}

Fixture &fixture_of(void **state) { return *static_cast<Fixture *>(*state); }

std::uint64_t add(Fixture &f, std::uint64_t offset)
{
    assert_true(f.book.reserve());
    return f.book.add(offset, offset / 8);
}

std::uint64_t end(Fixture &f, std::uint64_t ticket)
{
    Lease lease;
    f.code = f.book.end(ticket, lease, f.count);
    return f.code == Code::OK ? lease.offset : 0;
}

void a_ticket_leads_to_its_item_once(void **state)
{
    Fixture &f = fixture_of(state);
    const std::uint64_t first = add(f, 800), second = add(f, 1600);
    assert_true(first != second && first != ticket_oldest);
    assert_int_equal(end(f, second), 1600);
    assert_int_equal(end(f, second), 0);
    assert_code(f.code, NOTTAKEN);
    assert_int_equal(end(f, first), 800);
    assert_int_equal(f.count.load(), 2);
}

void a_ticket_that_was_never_given_is_not_taken(void **state)
{
    Fixture &f = fixture_of(state);
    const std::uint64_t ticket = add(f, 8);
    for (const std::uint64_t wrong : {ticket + 1, ticket + 64, std::uint64_t{1} << 40, UINT64_MAX - 1}) {
        end(f, wrong);
        assert_code(f.code, NOTTAKEN);
    }
    assert_int_equal(f.count.load(), 0);
}

void an_empty_book_has_no_oldest(void **state)
{
    Fixture &f = fixture_of(state);
    end(f, ticket_oldest);
    assert_code(f.code, NOTTAKEN);
    end(f, ticket_oldest_of_thread);
    assert_code(f.code, NOTTAKEN);
}

void the_oldest_comes_first(void **state)
{
    Fixture &f = fixture_of(state);
    add(f, 8);
    const std::uint64_t second = add(f, 16);
    add(f, 24);
    assert_int_equal(end(f, second), 16);
    assert_int_equal(end(f, ticket_oldest), 8);
    assert_int_equal(end(f, ticket_oldest), 24);
}

void *add_in_a_thread(void *argument)
{
    auto &f = *static_cast<Fixture *>(argument);
    f.book.reserve();
    f.ticket = f.book.add(16, 2);
    return nullptr;
}

void *end_oldest_of_a_new_thread(void *argument)
{
    auto &f = *static_cast<Fixture *>(argument);
    f.ticket = end(f, ticket_oldest_of_thread);
    return nullptr;
}

void run(void *(*function)(void *), Fixture &f)
{
    pthread_t thread;
    ::pthread_create(&thread, nullptr, function, &f);
    ::pthread_join(thread, nullptr);
}

void the_oldest_of_a_thread_is_its_own(void **state)
{
    Fixture &f = fixture_of(state);
    run(add_in_a_thread, f);
    const std::uint64_t others = f.ticket;
    add(f, 24);
    assert_int_equal(end(f, ticket_oldest_of_thread), 24);
    assert_int_equal(end(f, others), 16);
}

void a_thread_without_items_ends_the_handles_oldest(void **state)
{
    Fixture &f = fixture_of(state);
    add(f, 8);
    add(f, 24);
    run(end_oldest_of_a_new_thread, f);
    assert_int_equal(f.ticket, 8);
}

void what_is_picked_cannot_be_ended_twice(void **state)
{
    Fixture &f = fixture_of(state);
    const std::uint64_t ticket = add(f, 8);
    Lease lease, other;
    assert_code(f.book.pick(ticket, lease), OK);
    assert_code(f.book.pick(ticket, other), NOTTAKEN);
    assert_code(f.book.pick(ticket_oldest, other), NOTTAKEN);
    end(f, ticket);
    assert_code(f.code, NOTTAKEN);
    f.book.keep(lease);
    assert_code(f.book.pick(ticket, other), OK);
    f.book.drop(other);
    assert_code(f.book.pick(ticket, other), NOTTAKEN);
}

void a_child_starts_anew_and_knows_what_was_its_parents(void **state)
{
    Fixture &f = fixture_of(state);
    const std::uint64_t parents = add(f, 8);
    f.book.start_anew();
    end(f, parents);
    assert_code(f.code, INHERITED);
    end(f, ticket_oldest);
    assert_code(f.code, NOTTAKEN);
    const std::uint64_t own = add(f, 16);
    assert_true(own > parents);
    assert_int_equal(end(f, own), 16);
}

void the_book_grows_and_keeps_every_lease(void **state)
{
    Fixture &f = fixture_of(state);
    static std::uint64_t tickets[1000];
    for (std::uint64_t i = 0; i < 10; i++) // so that the ring does not begin at its beginning
        end(f, add(f, 8));
    for (std::uint64_t i = 0; i < 1000; i++)
        tickets[i] = add(f, 8 * (i + 1));
    for (std::uint64_t i = 1000; i-- > 0;)
        assert_int_equal(end(f, tickets[i]), 8 * (i + 1));
    end(f, ticket_oldest);
    assert_code(f.code, NOTTAKEN);
}

} // namespace

#define BOOK_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main()
{
    const CMUnitTest tests[] = {
        BOOK_TEST(a_ticket_leads_to_its_item_once),      BOOK_TEST(a_ticket_that_was_never_given_is_not_taken),
        BOOK_TEST(an_empty_book_has_no_oldest),          BOOK_TEST(the_oldest_comes_first),
        BOOK_TEST(the_oldest_of_a_thread_is_its_own),    BOOK_TEST(a_thread_without_items_ends_the_handles_oldest),
        BOOK_TEST(what_is_picked_cannot_be_ended_twice), BOOK_TEST(a_child_starts_anew_and_knows_what_was_its_parents),
        BOOK_TEST(the_book_grows_and_keeps_every_lease),
    };
    return RUN_TESTS("core.queue.lease_book", tests);
}
