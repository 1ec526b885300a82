// SPDX-License-Identifier: Apache-2.0
//
// The table of calls that take or put one item, or none.
#include "clock.h"
#include "deaths.h"
#include "plans.h"

namespace sweep {

namespace {

void put(Actor &a) { a.result = ipcq_put(a.queue, a.out, a.out_size, IPCQ_FOREVER); }

void get(Actor &a)
{
    a.result = ipcq_get_item(a.queue, a.in, item_max, &a.item[0], IPCQ_ACCEPT_ALL, nullptr);
    a.holds_item = a.result == IPCQ_OK;
}

void get_too_small(Actor &a) { a.result = ipcq_get_item(a.queue, a.in, 8, &a.item[0], IPCQ_ACCEPT_ALL, nullptr); }

void get_now(Actor &a)
{
    const ipcq_wait now{};
    a.result = ipcq_get_item(a.queue, a.in, item_max, &a.item[0], IPCQ_ACCEPT_ALL, &now);
    a.holds_item = a.result == IPCQ_OK;
}

void task_done(Actor &a)
{
    a.result = ipcq_task_done(a.queue, a.item[0].ticket);
    a.item[0].ticket = 0;
}

void get_and_task_done(Actor &a)
{
    get(a);
    task_done(a);
}

void get_two(Actor &a)
{
    get(a);
    ipcq_get_item(a.queue, a.in, item_max, &a.item[1], IPCQ_ACCEPT_ALL, nullptr);
    a.holds_item = false; // both are given back
}

void get_three_and_finish(Actor &a)
{
    for (int i = 0; i < 3; i++) {
        ipcq_get_item(a.queue, a.in, item_max, &a.item[0], IPCQ_ACCEPT_ALL, nullptr);
        if (a.options.flags == IPCQ_JOINABLE)
            ipcq_task_done(a.queue, a.item[0].ticket);
    }
}

void nack(Actor &a) { a.result = ipcq_nack(a.queue, a.item[0].ticket); }

void join(Actor &a) { a.result = ipcq_join(a.queue, IPCQ_FOREVER); }

void look_at_join(Actor &a) { a.result = ipcq_join(a.queue, IPCQ_NOWAIT); }

void open(Actor &a) { a.result = ipcq_open(&a.queue, a.name, &a.options); }

void close(Actor &a)
{
    a.result = ipcq_close(a.queue);
    a.queue = nullptr;
}

void unlink(Actor &a) { a.result = ipcq_unlink(a.name); }

void shut_down_drain(Actor &a) { a.result = ipcq_shutdown(a.queue, IPCQ_DRAIN); }

void shut_down_immediately(Actor &a) { a.result = ipcq_shutdown(a.queue, IPCQ_IMMEDIATE); }

// It looked once, and since then the queue has needed little for longer than an interval (core/log/trim.cpp).
void need_little(Actor &a)
{
    get_now(a);
    skip_time(300'000'000);
}

// One at a time, with a copy.
std::vector<Operation> single_calls()
{
    return {
        {.name = "put small", .plan = plain, .reduced_images = on_all, .act = put, .puts = true},
        {.name = "put large (3 segments)", .plan = plain, .out_size = 10000, .act = put, .puts = true},
        {.name = "put over a segment boundary",
         .plan = plain_at_boundary,
         .images = not_fresh,
         .reduced_images = not_fresh,
         .act = put,
         .puts = true},
        {.name = "put that grows the file",
         .plan = plain_at_boundary,
         .images = on_fresh,
         .reduced_images = on_fresh,
         .act = put,
         .puts = true},
        {.name = "put into a full queue (sleeps, woken)", .plan = full, .act = put, .puts = true, .assist = 'g'},
        {.name = "get plain", .plan = plain, .reduced_images = on_all, .act = get, .finishes = {1}},
        {.name = "get plain large (copied outside the lock)", .plan = with_large, .act = get, .finishes = {1}},
        {.name = "get empty before a hole", // the word under the head is the last one that has memory
         .plan = plain_before_hole,
         .images = on_fresh,
         .reduced_images = on_fresh,
         .before = get_three_and_finish,
         .act = get_now,
         .result = IPCQ_EMPTY,
         .finishes = {1, 2, 3}},
        {.name = "get into a too small buffer", .plan = plain, .act = get_too_small, .result = IPCQ_TOOBIG},
        {.name = "get joinable + task_done",
         .plan = joinable,
         .reduced_images = on_all,
         .act = get_and_task_done,
         .finishes = {1}},
        {.name = "get over a boundary",
         .plan = plain_over_boundary,
         .before = get_three_and_finish,
         .act = get,
         .finishes = {1, 2, 3, 4}},
        {.name = "get joinable + task_done over a boundary",
         .plan = joinable_over_boundary,
         .before = get_three_and_finish,
         .act = get_and_task_done,
         .finishes = {1, 2, 3, 4}},
        {.name = "nack", .plan = joinable, .reduced_images = not_fresh, .before = get_two, .act = nack},
        {.name = "join (sleeps, woken)", .plan = joinable_of_one, .act = join, .assist = 'd', .survivor_takes = 1},
        {.name = "join beside own leases", // one of them in a segment that the head has left
         .plan = joinable_beside_boundary,
         .before = get_two,
         .act = look_at_join,
         .result = IPCQ_TIMEDOUT},
        {.name = "join beside a give-back",
         .plan = joinable,
         .act = look_at_join,
         .result = IPCQ_TIMEDOUT,
         .survivor_takes = 2,
         .gives_back = true},
        {.name = "put small beside a shutdown", .plan = plain, .act = put, .puts = true, .shuts_down = true},
        {.name = "close with two leases",
         .plan = joinable,
         .reduced_images = not_fresh,
         .before = get_two,
         .act = close},
        {.name = "reap a dead peer with leases",
         .plan = joinable,
         .reduced_images = not_fresh,
         .act = look_at_join,
         .result = IPCQ_TIMEDOUT,
         .death = &with_two_leases,
         .dies_late = true},
        {.name = "reap a peer dead in an append",
         .plan = reaped_in_append,
         .act = look_at_join,
         .result = IPCQ_TIMEDOUT,
         .death = &holding_tail_before_end,
         .dies_late = true},
        {.name = "open (attach)", .plan = joinable, .act = open, .opens = true},
        {.name = "open into a dead slot with leases",
         .plan = crowded,
         .reduced_images = not_fresh,
         .act = open,
         .death = &with_two_leases,
         .opens = true},
        {.name = "create",
         .plan = joinable_empty,
         .images = on_fresh,
         .reduced_images = on_fresh,
         .act = open,
         .opens = true,
         .creates = true},
        {.name = "unlink", .plan = joinable, .images = on_recycled, .act = unlink},
        {.name = "shutdown drain", .plan = joinable, .act = shut_down_drain},
        {.name = "shutdown immediate", .plan = joinable, .act = shut_down_immediately},
        {.name = "get empty (sleeps, woken)",
         .plan = plain_empty,
         .act = get,
         .finishes = {assistants, assistants + 1, assistants + 2},
         .assist = 'p'},
        {.name = "put with a sleeping getter", .plan = plain_empty, .act = put, .puts = true, .sleeper = 'G'},
        {.name = "get with a sleeping putter", .plan = full, .act = get, .finishes = {1}, .sleeper = 'P'},
        {.name = "task_done with a sleeping joiner",
         .plan = joinable_of_one,
         .before = get,
         .act = task_done,
         .finishes = {1},
         .sleeper = 'J'},
        {.name = "trim (memory given back when idle)",
         .plan = burst,
         .images = on_fresh | on_recycled,
         .before = need_little,
         .act = get_now,
         .result = IPCQ_EMPTY},
        {.name = "get empty (memory given back, sleeps, woken)",
         .plan = burst,
         .images = on_fresh | on_recycled,
         .before = need_little,
         .act = get,
         .finishes = {assistants, assistants + 1, assistants + 2},
         .assist = 'p'},
        {.name = "first call after fork (re-attach)",
         .plan = joinable,
         .images = not_fresh,
         .act = put,
         .puts = true,
         .forks = true},
    };
}

} // namespace

const std::vector<Operation> &operations()
{
    static const std::vector<Operation> table = [] {
        std::vector<Operation> all = single_calls();
        for (const std::vector<Operation> &more : {batch_operations(), in_place_operations()})
            all.insert(all.end(), more.begin(), more.end());
        return all;
    }();
    return table;
}

} // namespace sweep
