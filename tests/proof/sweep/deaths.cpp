// SPDX-License-Identifier: Apache-2.0
#include "deaths.h"

#include <algorithm>

namespace sweep {

namespace {

constexpr std::size_t segment_count_at = 56, table_at = 64, head_at = 384;

bool owns(const snapshot &now, snapshot_lock lock, std::uint32_t slot)
{
    std::uint32_t owner = 0, generation = 0;
    return snapshot_lock_owner(&now, lock, &owner, &generation) && owner == slot;
}

// Calls `visit` for each item in the log until it says true.
template <class Visit> bool any_item(const snapshot &now, Visit visit)
{
    static snapshot_item items[64];
    const std::size_t count = std::min<std::size_t>(snapshot_items(&now, items, 64), 64);
    return std::any_of(items, items + count, visit);
}

bool is_in_log(const snapshot &now, Id id)
{
    return any_item(now, [&](const snapshot_item &item) { return check_item(item.payload, item.size) == id; });
}

// A segment word of this kind that the slot owns, or of any owner for kinds without one.
template <class Wanted> bool any_segment(const snapshot &now, Wanted wanted)
{
    for (std::size_t i = 0; i < word_at(now, segment_count_at); i++)
        if (wanted(word_at(now, word_at(now, table_at) + i * 8)))
            return true;
    return false;
}

bool claimed_by(std::uint64_t segment, std::uint32_t slot)
{
    return (segment & 0xff) == 2 && (segment >> 16 & 0xffff) == slot + 1;
}

std::uint64_t head_sequence(const snapshot &now)
{
    return word_at(now, head_at + 16 + (word_at(now, head_at + 8) & 1) * 24 + 8);
}

// How many are TAKEN by the slot, from this sequence on.
std::size_t taken_by(const snapshot &now, std::uint32_t slot, std::uint64_t from)
{
    std::size_t taken = 0;
    any_item(now, [&](const snapshot_item &item) {
        taken += item.state == SNAPSHOT_TAKEN && item.owner_slot == slot && item.sequence >= from ? 1 : 0;
        return false;
    });
    return taken;
}

// TAKEN under the published head or behind it: the cursor has not passed it, or has gone back to it.
bool taken_at_head(const snapshot &now, std::uint32_t slot)
{
    return owns(now, SNAPSHOT_HEAD, slot) && taken_by(now, slot, head_sequence(now)) != 0;
}

void put(Actor &a) { a.result = ipcq_put(a.queue, a.out, a.out_size, IPCQ_FOREVER); }

// As large as a segment holds.
void make_large(Actor &a)
{
    a.out_size = 4072;
    make_item(a.out, a.out_size, dead_peers);
}

void get(Actor &a) { a.result = ipcq_get_item(a.queue, a.in, item_max, &a.item[0], IPCQ_ACCEPT_ALL, nullptr); }

void get_two(Actor &a)
{
    get(a);
    ipcq_get_item(a.queue, a.in, item_max, &a.item[1], IPCQ_ACCEPT_ALL, nullptr);
}

void nack(Actor &a) { a.result = ipcq_nack(a.queue, a.item[0].ticket); }

void put_many(Actor &a)
{
    std::size_t count = 0;
    a.result = ipcq_put_many(a.queue, a.batch, a.batch_count, &count, nullptr);
}

void get_many(Actor &a)
{
    a.result = ipcq_get_many(a.queue, a.in, item_max, a.views, views_max, &a.view_count, IPCQ_ACCEPT_ALL, nullptr);
}

void reserve(Actor &a) { a.result = ipcq_reserve(a.queue, 10000, &a.reserved, nullptr); }

// Segment by segment, until no place is left.
void reserve_everything(Actor &a)
{
    const ipcq_wait now{};
    while ((a.result = ipcq_reserve(a.queue, 4000, &a.reserved, &now)) == IPCQ_OK) {
    }
}

void borrow_and_reserve(Actor &a)
{
    ipcq_borrow(a.queue, &a.views[0], IPCQ_ACCEPT_ALL, nullptr);
    reserve(a);
}

void look_at_join(Actor &a) { a.result = ipcq_join(a.queue, IPCQ_NOWAIT); }

} // namespace

const Death with_two_leases{"with two leases", nullptr, get_two, nullptr};

const Death holding_tail_after_commit{"holding the tail after its commit", nullptr, put,
                                      [](const snapshot &now, std::uint32_t slot) {
                                          return owns(now, SNAPSHOT_TAIL, slot) && is_in_log(now, dead_peers);
                                      }};

const Death holding_tail_before_end{
    "with a run numbered and not linked", make_large, put, [](const snapshot &now, std::uint32_t slot) {
        static bool had_claim = false; // LIVE comes from CLAIMED
        if (any_segment(now, [&](std::uint64_t word) { return claimed_by(word, slot); })) {
            had_claim = true;
            return false;
        }
        return had_claim && owns(now, SNAPSHOT_TAIL, slot) && !is_in_log(now, dead_peers);
    }};

const Death claiming_a_run{"with a run claimed", make_large, put, [](const snapshot &now, std::uint32_t slot) {
                               return owns(now, SNAPSHOT_TAIL, slot) &&
                                      any_segment(now, [&](std::uint64_t word) { return claimed_by(word, slot); });
                           }};

const Death holding_head_before_cursor{"between lease and cursor", nullptr, get, taken_at_head};

const Death in_nack_before_ready{"in a nack, its cursor back", get_two, nack, taken_at_head};

const Death holding_frontier{"moving the frontier", nullptr, look_at_join, [](const snapshot &now, std::uint32_t slot) {
                                 return owns(now, SNAPSHOT_FRONTIER, slot);
                             }};

const Death holding_tail_after_batch{"holding the tail after the commit of a batch", nullptr, put_many,
                                     [](const snapshot &now, std::uint32_t slot) {
                                         return owns(now, SNAPSHOT_TAIL, slot) && is_in_log(now, first_of_dead_batch);
                                     }};

const Death in_get_many{"with several taken in one call", nullptr, get_many,
                        [](const snapshot &now, std::uint32_t slot) {
                            return owns(now, SNAPSHOT_HEAD, slot) && taken_by(now, slot, head_sequence(now)) >= 2;
                        }};

const Death with_a_reservation{"with a reservation", nullptr, reserve, nullptr};

const Death with_everything_reserved{"with everything reserved", nullptr, reserve_everything, nullptr};

const Death with_a_borrowed_item{"with a borrowed item and a reservation", nullptr, borrow_and_reserve, nullptr};

} // namespace sweep
