// SPDX-License-Identifier: Apache-2.0
//
// The table of calls that clean up after a peer, and are killed while somebody else sleeps.
#include "deaths.h"
#include "plans.h"

namespace sweep {

namespace {

void get_now(Actor &a)
{
    const ipcq_wait now{};
    a.result = ipcq_get_item(a.queue, a.in, item_max, &a.item[0], IPCQ_ACCEPT_ALL, &now);
    a.holds_item = a.result == IPCQ_OK;
}

void put(Actor &a) { a.result = ipcq_put(a.queue, a.out, a.out_size, IPCQ_FOREVER); }

void look_at_join(Actor &a) { a.result = ipcq_join(a.queue, IPCQ_NOWAIT); }

void open_and_get(Actor &a)
{
    const ipcq_wait now{};
    a.result = ipcq_open(&a.queue, a.name, &a.options);
    if (a.result == IPCQ_OK)
        a.result = ipcq_get_item(a.queue, a.in, item_max, &a.item[0], IPCQ_ACCEPT_ALL, &now);
    a.holds_item = a.result == IPCQ_OK;
}

void open(Actor &a) { a.result = ipcq_open(&a.queue, a.name, &a.options); }

const std::vector<std::size_t> batch{40, 16, 120, 40, 64};

} // namespace

const std::vector<Operation> &reaper_operations()
{
    static const std::vector<Operation> table{
        {.name = "join reaps: put dead after its commit",
         .plan = joinable_empty,
         .act = look_at_join,
         .result = IPCQ_TIMEDOUT,
         .sleeper = 'G',
         .death = &holding_tail_after_commit,
         .dies_late = true},
        {.name = "join reaps: get dead between lease and cursor",
         .plan = reaped,
         .act = look_at_join,
         .result = IPCQ_TIMEDOUT,
         .sleeper = 'J',
         .death = &holding_head_before_cursor,
         .dies_late = true},
        {.name = "join reaps: put dead with a run claimed",
         .plan = joinable_empty,
         .act = look_at_join,
         .result = IPCQ_OK,
         .sleeper = 'G',
         .death = &claiming_a_run,
         .dies_late = true},
        {.name = "join reaps: put dead with a run numbered",
         .plan = joinable_empty,
         .act = look_at_join,
         .result = IPCQ_OK,
         .sleeper = 'G',
         .death = &holding_tail_before_end,
         .dies_late = true},
        {.name = "join reaps: nack dead before READY",
         .plan = joinable,
         .act = look_at_join,
         .result = IPCQ_TIMEDOUT,
         .sleeper = 'J',
         .death = &in_nack_before_ready,
         .dies_late = true},
        {.name = "get reaps: two leases, a getter sleeps",
         .plan = {.joinable = true, .base = {40, 40}},
         .act = get_now,
         .finishes = {},
         .sleeper = 'G',
         .death = &with_two_leases,
         .dies_late = true},
        {.name = "get reaps: frontier held by the dead",
         .plan = joinable_empty,
         .act = get_now,
         .result = IPCQ_EMPTY,
         .sleeper = 'G',
         .death = &holding_frontier,
         .dies_late = true},
        {.name = "join reaps: put_many dead after its commit",
         .plan = joinable_empty,
         .act = look_at_join,
         .result = IPCQ_TIMEDOUT,
         .batch = batch,
         .sleeper = 'G',
         .death = &holding_tail_after_batch,
         .dies_late = true},
        {.name = "join reaps: get_many dead with several taken",
         .plan = reaped,
         .act = look_at_join,
         .result = IPCQ_TIMEDOUT,
         .sleeper = 'J',
         .death = &in_get_many,
         .dies_late = true},
        {.name = "join reaps: dead with a reservation",
         .plan = joinable_empty,
         .act = look_at_join,
         .result = IPCQ_OK,
         .sleeper = 'G',
         .death = &with_a_reservation,
         .dies_late = true},
        {.name = "get reaps: everything reserved, a putter sleeps",
         .plan = {.base = {40}, .room = no_room},
         .act = get_now,
         .finishes = {1},
         .sleeper = 'P',
         .death = &with_everything_reserved,
         .dies_late = true},
        {.name = "get reaps: a borrowed item, a plain getter sleeps",
         .plan = {.base = {40}},
         .act = get_now,
         .finishes = {1},
         .sleeper = 'G',
         .death = &with_a_borrowed_item,
         .dies_late = true},
        {.name = "put over a boundary beside the dead with two leases",
         .plan = {.joinable = true, .base = {40, 40, 40}, .room = no_room},
         .images = not_fresh,
         .act = put,
         .puts = true,
         .death = &with_two_leases,
         .dies_late = true},
        {.name = "heir of the slot: a borrowed item and a reservation",
         .plan = {.joinable = true, .max_participants = 3, .base = {40}},
         .act = open,
         .sleeper = 'G',
         .death = &with_a_borrowed_item,
         .opens = true},
        {.name = "heir of the slot: two leases",
         .plan = {.joinable = true, .max_participants = 3, .base = {40, 40}},
         .act = open,
         .sleeper = 'G',
         .death = &with_two_leases,
         .opens = true},
        {.name = "heir of the slot: nack dead before READY",
         .plan = {.joinable = true, .max_participants = 3, .base = {40, 40, 40}},
         .act = open,
         .sleeper = 'J',
         .death = &in_nack_before_ready,
         .opens = true},
        {.name = "heir of the slot: put dead after its commit",
         .plan = {.joinable = true, .max_participants = 3},
         .act = open,
         .sleeper = 'G',
         .death = &holding_tail_after_commit,
         .opens = true},
    };
    return table;
}

std::vector<Operation> late_reaper_operations()
{
    return {
        {.name = "heir beside a late reaper",
         .plan = {.joinable = true, .max_participants = 3, .base = {40, 40, 40}},
         .images = on_recycled, // each case waits for the lock that the late one holds
         .act = open_and_get,
         .finishes = {1, 2, 3},
         .death = &with_two_leases,
         .late_reaper = true,
         .opens = true},
    };
}

} // namespace sweep
