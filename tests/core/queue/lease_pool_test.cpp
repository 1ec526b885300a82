// SPDX-License-Identifier: Apache-2.0
#include "core_test.hpp"

#include "queue/lease_pool.hpp"

#include <cstdlib>

using namespace ipcq;

namespace {

constexpr std::uint64_t capacity = 64;

int setup(void **state)
{
    *state = LeasePool::create(capacity);
    return *state == nullptr ? -1 : 0;
}

int teardown(void **state)
{
    std::free(*state);
    return 0;
}

LeasePool &pool_of(void **state) { return *static_cast<LeasePool *>(*state); }

LeasePool::Entry &append(LeasePool &pool, std::uint64_t ticket, std::uintptr_t thread)
{
    LeasePool::Entry &entry = pool.append(ticket, thread);
    entry.lease.offset = 8 * ticket;
    entry.lease.sequence = ticket + 1;
    return entry;
}

void assert_lease(const LeasePool::Entry *entry, std::uint64_t ticket)
{
    assert_non_null(entry);
    assert_int_equal(entry->lease.ticket, ticket);
    assert_int_equal(entry->lease.offset, 8 * ticket);
    assert_int_equal(entry->lease.sequence, ticket + 1);
}

// Tickets of every stride, so that some share a chain.
void every_place_is_found_and_used_again(void **state)
{
    LeasePool &pool = pool_of(state);
    std::uint64_t next = 1;
    for (std::uint64_t stride = 1; stride < 1 << 20; stride *= 3) {
        std::uint64_t tickets[capacity];
        for (std::uint64_t &ticket : tickets) {
            ticket = next += stride;
            append(pool, ticket, 1 + ticket % 5);
        }
        for (const std::uint64_t ticket : tickets)
            assert_lease(pool.find(ticket), ticket);
        assert_null(pool.find(next + 1));
        for (std::uint64_t i = 0; i < capacity; i++) {
            const std::uint64_t ticket = tickets[i * 37 % capacity];
            pool.erase(*pool.find(ticket));
            assert_null(pool.find(ticket));
        }
        assert_null(pool.oldest());
    }
}

// More threads than ever hold leases at once: their places are used again, too.
void the_oldest_of_each_thread_is_found(void **state)
{
    LeasePool &pool = pool_of(state);
    std::uint64_t ticket = 0;
    for (std::uintptr_t first = 1; first < 10'000; first += capacity / 2) {
        for (std::uintptr_t thread = first; thread < first + capacity / 2; thread++)
            append(pool, ++ticket, thread * 4096);
        for (std::uintptr_t thread = first; thread < first + capacity / 2; thread++)
            append(pool, ++ticket, thread * 4096);
        for (std::uintptr_t thread = first + capacity / 2; thread-- > first;) {
            const std::uint64_t newer = ticket - (first + capacity / 2 - 1 - thread);
            assert_lease(pool.oldest_of(thread * 4096), newer - capacity / 2);
            pool.erase(*pool.oldest_of(thread * 4096));
            assert_lease(pool.oldest_of(thread * 4096), newer);
            pool.erase(*pool.oldest_of(thread * 4096));
            assert_null(pool.oldest_of(thread * 4096));
        }
    }
}

void a_thread_comes_back_after_its_last_lease(void **state)
{
    LeasePool &pool = pool_of(state);
    pool.erase(append(pool, 1, 7));
    append(pool, 2, 7);
    append(pool, 3, 8);
    assert_lease(pool.oldest_of(7), 2);
    assert_lease(pool.oldest_of(8), 3);
}

void what_is_picked_is_not_the_oldest(void **state)
{
    LeasePool &pool = pool_of(state);
    append(pool, 1, 7).picked = true;
    append(pool, 2, 8);
    append(pool, 3, 7);
    assert_lease(pool.oldest(), 2);
    assert_lease(pool.oldest_of(7), 3);
    assert_lease(pool.oldest_of(8), 2);
    pool.find(3)->picked = true;
    assert_null(pool.oldest_of(7));
    pool.find(1)->picked = false;
    assert_lease(pool.oldest_of(7), 1);
    assert_lease(pool.oldest(), 1);
}

void a_larger_pool_takes_all_over(void **state)
{
    LeasePool &pool = pool_of(state);
    for (std::uint64_t ticket = 1; ticket <= capacity; ticket++)
        append(pool, ticket, ticket % 3 + 1).picked = ticket % 4 == 0;
    LeasePool *larger = LeasePool::create(2 * capacity);
    assert_non_null(larger);
    larger->append_all(pool);
    std::free(*state);
    *state = larger; // for the teardown
    assert_int_equal(larger->capacity(), 2 * capacity);
    append(*larger, capacity + 1, (capacity + 1) % 3 + 1);
    for (std::uint64_t ticket = 1; ticket <= capacity + 1; ticket++) {
        assert_lease(larger->find(ticket), ticket);
        assert_int_equal(larger->find(ticket)->picked, ticket % 4 == 0);
    }
    for (std::uint64_t ticket = 1; ticket <= capacity + 1; ticket++)
        if (ticket % 4 != 0) {
            assert_lease(larger->oldest(), ticket);
            assert_lease(larger->oldest_of(ticket % 3 + 1), ticket);
            larger->erase(*larger->oldest());
        }
    assert_null(larger->oldest_of(2));
}

void a_cleared_pool_is_empty(void **state)
{
    LeasePool &pool = pool_of(state);
    for (int round = 0; round < 3; round++) {
        for (std::uint64_t ticket = 1; ticket <= capacity; ticket++)
            append(pool, ticket, 7);
        pool.clear();
        assert_null(pool.oldest());
        assert_null(pool.oldest_of(7));
        assert_null(pool.find(1));
    }
}

} // namespace

#define POOL_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main()
{
    const CMUnitTest tests[] = {
        POOL_TEST(every_place_is_found_and_used_again),
        POOL_TEST(the_oldest_of_each_thread_is_found),
        POOL_TEST(a_thread_comes_back_after_its_last_lease),
        POOL_TEST(what_is_picked_is_not_the_oldest),
        POOL_TEST(a_larger_pool_takes_all_over),
        POOL_TEST(a_cleared_pool_is_empty),
    };
    return RUN_TESTS("core.queue.lease_pool", tests);
}
