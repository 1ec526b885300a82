// SPDX-License-Identifier: Apache-2.0
#include "core_test.hpp"

#include "queue/lease_table.hpp"
#include "queue/options.hpp"

#include <pthread.h>

using namespace ipcq;

namespace {

struct Fixture {
    LeaseTable table;
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
    assert_true(f.table.reserve());
    return f.table.add(offset, offset / 8);
}

std::uint64_t finish(Fixture &f, std::uint64_t ticket)
{
    std::uint64_t offset = 0;
    f.code = f.table.finish(ticket, offset, f.count);
    return f.code == Code::OK ? offset : 0;
}

void a_ticket_leads_to_its_item_once(void **state)
{
    Fixture &f = fixture_of(state);
    const std::uint64_t first = add(f, 800), second = add(f, 1600);
    assert_true(first != second && first != ticket_oldest);
    assert_int_equal(finish(f, second), 1600);
    assert_int_equal(finish(f, second), 0);
    assert_code(f.code, NOTTAKEN);
    assert_int_equal(finish(f, first), 800);
    assert_int_equal(f.count.load(), 2);
}

void a_ticket_that_was_never_given_is_not_taken(void **state)
{
    Fixture &f = fixture_of(state);
    const std::uint64_t ticket = add(f, 8);
    for (const std::uint64_t wrong : {ticket + 1, ticket + 64, std::uint64_t{1} << 40, UINT64_MAX - 2}) {
        finish(f, wrong);
        assert_code(f.code, NOTTAKEN);
    }
    assert_int_equal(f.count.load(), 0);
}

void an_empty_table_has_no_oldest(void **state)
{
    Fixture &f = fixture_of(state);
    finish(f, ticket_oldest);
    assert_code(f.code, NOTTAKEN);
    finish(f, ticket_oldest_of_thread);
    assert_code(f.code, NOTTAKEN);
}

void the_oldest_comes_first(void **state)
{
    Fixture &f = fixture_of(state);
    add(f, 8);
    const std::uint64_t second = add(f, 16);
    add(f, 24);
    assert_int_equal(finish(f, second), 16);
    assert_int_equal(finish(f, ticket_oldest), 8);
    assert_int_equal(finish(f, ticket_oldest), 24);
}

// One lease stands in the ring's place for a single one, and older ones have moved to the pool.
void the_oldest_is_in_the_pool_and_not_the_single_one(void **state)
{
    Fixture &f = fixture_of(state);
    const std::uint64_t old = add(f, 8);
    for (std::uint64_t i = 0; i < 2 * LeaseTable::ring_size; i++)
        finish(f, add(f, 16));
    add(f, 24);
    for (const std::uint64_t meaning : {ticket_oldest, ticket_oldest_of_thread}) {
        std::uint64_t offset = 0;
        assert_code(f.table.finish(meaning, offset, f.count), OK);
        assert_int_equal(offset, meaning == ticket_oldest ? 8 : 24);
    }
    finish(f, old);
    assert_code(f.code, NOTTAKEN);
}

void *finish_only_of_a_new_thread(void *argument)
{
    auto &f = *static_cast<Fixture *>(argument);
    finish(f, ticket_only_of_thread);
    return nullptr;
}

void *add_in_a_thread(void *argument)
{
    auto &f = *static_cast<Fixture *>(argument);
    f.table.reserve();
    f.ticket = f.table.add(16, 2);
    return nullptr;
}

void *finish_oldest_of_a_new_thread(void *argument)
{
    auto &f = *static_cast<Fixture *>(argument);
    f.ticket = finish(f, ticket_oldest_of_thread);
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
    assert_int_equal(finish(f, ticket_oldest_of_thread), 24);
    assert_int_equal(finish(f, others), 16);
}

void a_single_lease_of_another_thread_is_ambiguous(void **state)
{
    Fixture &f = fixture_of(state);
    add(f, 8);
    run(finish_only_of_a_new_thread, f);
    assert_code(f.code, AMBIGUOUS);
    assert_int_equal(finish(f, ticket_only_of_thread), 8);
}

void the_first_lease_of_a_thread_stays_its_own(void **state)
{
    Fixture &f = fixture_of(state);
    add(f, 8);
    add(f, 24);
    assert_int_equal(finish(f, ticket_oldest_of_thread), 8);
    assert_int_equal(finish(f, ticket_oldest_of_thread), 24);
}

void a_thread_without_items_finishes_the_handles_oldest(void **state)
{
    Fixture &f = fixture_of(state);
    add(f, 8);
    add(f, 24);
    run(finish_oldest_of_a_new_thread, f);
    assert_int_equal(f.ticket, 8);
}

void what_is_picked_cannot_be_finished_twice(void **state)
{
    Fixture &f = fixture_of(state);
    const std::uint64_t ticket = add(f, 8);
    Lease lease, other;
    assert_code(f.table.pick(ticket, lease), OK);
    assert_code(f.table.pick(ticket, other), NOTTAKEN);
    assert_code(f.table.pick(ticket_oldest, other), NOTTAKEN);
    finish(f, ticket);
    assert_code(f.code, NOTTAKEN);
    f.table.restore(lease);
    assert_code(f.table.pick(ticket, other), OK);
    f.table.erase(other);
    assert_code(f.table.pick(ticket, other), NOTTAKEN);
}

void after_a_reset_older_tickets_are_inherited(void **state)
{
    Fixture &f = fixture_of(state);
    const std::uint64_t parents = add(f, 8);
    f.table.reset_after_fork();
    finish(f, parents);
    assert_code(f.code, INHERITED);
    for (const std::uint64_t meaning : {ticket_oldest, ticket_oldest_of_thread, ticket_only_of_thread}) {
        finish(f, meaning);
        assert_code(f.code, INHERITED);
    }
    const std::uint64_t own = add(f, 16);
    assert_true(own > parents);
    assert_int_equal(finish(f, own), 16);
    f.table.reset_after_fork(); // with nothing held
    finish(f, ticket_oldest);
    assert_code(f.code, NOTTAKEN);
}

void the_table_grows_and_keeps_every_lease(void **state)
{
    Fixture &f = fixture_of(state);
    static std::uint64_t tickets[1000];
    for (std::uint64_t i = 0; i < 10; i++) // so that the ring does not begin at its beginning
        finish(f, add(f, 8));
    for (std::uint64_t i = 0; i < 1000; i++)
        tickets[i] = add(f, 8 * (i + 1));
    for (std::uint64_t i = 1000; i-- > 0;)
        assert_int_equal(finish(f, tickets[i]), 8 * (i + 1));
    finish(f, ticket_oldest);
    assert_code(f.code, NOTTAKEN);
}

// ---------------------------------------------------------------------------------- many leases, many threads

constexpr int others_held = 300'000, passing = 1'000'000, rounds = 200'000;

void one_old_lease_beside_a_million_keeps_the_memory(void **state)
{
    Fixture &f = fixture_of(state);
    const std::uint64_t old = add(f, 8);
    for (std::uint64_t i = 0; i < passing; i++)
        assert_int_equal(finish(f, add(f, 16 + i)), 16 + i);
    assert_in_range(f.table.capacity(), 1, 2 * LeaseTable::ring_size); // of the pool, into which the old one has moved
    assert_int_equal(finish(f, old), 8);
}

void the_memory_is_in_proportion_to_what_is_held_at_once(void **state)
{
    Fixture &f = fixture_of(state);
    for (std::uint64_t i = 0; i < 1500; i++)
        add(f, 8);
    for (std::uint64_t i = 0; i < passing; i++) {
        add(f, 8);
        assert_int_equal(finish(f, ticket_oldest), 8);
    }
    assert_in_range(f.table.capacity(), 1501, 3000);
}

// Of the leases of 300 items the older ones stand in the pool, the others in the ring.
void a_lease_that_moves_to_the_pool_keeps_its_order_and_its_pick(void **state)
{
    Fixture &f = fixture_of(state);
    std::uint64_t tickets[300];
    for (std::uint64_t i = 0; i < 300; i++) {
        tickets[i] = add(f, 8 * i);
        Lease picked;
        if (i == 0 || i == 299)
            assert_code(f.table.pick(tickets[i], picked), OK);
    }
    assert_int_equal(finish(f, tickets[0]), 0);
    assert_code(f.code, NOTTAKEN); // picked
    for (std::uint64_t i = 1; i < 299; i++)
        assert_int_equal(finish(f, i % 2 != 0 ? ticket_oldest : ticket_oldest_of_thread), 8 * i);
    finish(f, ticket_oldest);
    assert_code(f.code, NOTTAKEN);
    f.table.restore({tickets[0], 0, 0});
    f.table.restore({tickets[299], 0, 0});
    assert_int_equal(finish(f, tickets[299]), 8 * 299);
    f.table.erase({tickets[0], 0, 0});
    finish(f, ticket_oldest);
    assert_code(f.code, NOTTAKEN);
}

void *add_many_in_a_thread(void *argument)
{
    auto &f = *static_cast<Fixture *>(argument);
    for (int i = 0; i < others_held && f.table.reserve(); i++)
        f.ticket = f.table.add(8, 1);
    return nullptr;
}

// A search that walks over the leases of others is ended by the watchdog.
void the_oldest_of_a_thread_is_found_beside_many_of_another(void **state)
{
    Fixture &f = fixture_of(state);
    run(add_many_in_a_thread, f);
    assert_true(f.ticket >= others_held);
    add(f, 16); // held all the time, so that the search never comes to those of the other
    for (std::uint64_t i = 0; i < rounds; i++) {
        add(f, 16);
        assert_int_equal(finish(f, ticket_oldest_of_thread), 16);
    }
}

void without_memory_nothing_changes(void **state)
{
    Fixture &f = fixture_of(state);
    const std::uint64_t first = add(f, 8), second = add(f, 16);
    assert_false(f.table.reserve(std::uint64_t{1} << 40));
    assert_false(f.table.reserve(UINT64_MAX / 2));
    const std::uint64_t third = add(f, 24);
    assert_int_equal(finish(f, second), 16);
    assert_int_equal(finish(f, first), 8);
    assert_int_equal(finish(f, third), 24);
}

void after_a_reset_many_leases_are_inherited_and_the_memory_is_used_again(void **state)
{
    Fixture &f = fixture_of(state);
    std::uint64_t parents[300], own[300];
    for (std::uint64_t &ticket : parents)
        ticket = add(f, 8);
    Lease picked;
    assert_code(f.table.pick(parents[50], picked), OK);
    const std::uint64_t capacity = f.table.capacity();
    f.table.reset_after_fork();
    for (const std::uint64_t ticket : parents) {
        finish(f, ticket);
        assert_code(f.code, INHERITED);
    }
    for (std::uint64_t &ticket : own)
        ticket = add(f, 16);
    assert_int_equal(f.table.capacity(), capacity);
    for (const std::uint64_t ticket : own)
        assert_int_equal(finish(f, ticket), 16);
    assert_int_equal(finish(f, ticket_oldest_of_thread), 0);
    assert_code(f.code, INHERITED);
}

} // namespace

#define TABLE_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main()
{
    const CMUnitTest tests[] = {
        TABLE_TEST(a_ticket_leads_to_its_item_once),
        TABLE_TEST(a_ticket_that_was_never_given_is_not_taken),
        TABLE_TEST(an_empty_table_has_no_oldest),
        TABLE_TEST(the_oldest_comes_first),
        TABLE_TEST(the_oldest_is_in_the_pool_and_not_the_single_one),
        TABLE_TEST(a_single_lease_of_another_thread_is_ambiguous),
        TABLE_TEST(the_oldest_of_a_thread_is_its_own),
        TABLE_TEST(the_first_lease_of_a_thread_stays_its_own),
        TABLE_TEST(a_thread_without_items_finishes_the_handles_oldest),
        TABLE_TEST(what_is_picked_cannot_be_finished_twice),
        TABLE_TEST(after_a_reset_older_tickets_are_inherited),
        TABLE_TEST(the_table_grows_and_keeps_every_lease),
        TABLE_TEST(one_old_lease_beside_a_million_keeps_the_memory),
        TABLE_TEST(a_lease_that_moves_to_the_pool_keeps_its_order_and_its_pick),
        TABLE_TEST(the_memory_is_in_proportion_to_what_is_held_at_once),
        TABLE_TEST(the_oldest_of_a_thread_is_found_beside_many_of_another),
        TABLE_TEST(without_memory_nothing_changes),
        TABLE_TEST(after_a_reset_many_leases_are_inherited_and_the_memory_is_used_again),
    };
    return RUN_TESTS("core.queue.lease_table", tests);
}
