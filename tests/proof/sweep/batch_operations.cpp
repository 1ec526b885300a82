// SPDX-License-Identifier: Apache-2.0
//
// The table of calls that put or take several items.
#include "plans.h"

namespace sweep {

namespace {

const std::vector<std::size_t> five{40, 16, 120, 40, 64}, five_alike{40, 40, 40, 40, 40};

void put_many(Actor &a)
{
    std::size_t count = 0;
    a.result = ipcq_put_many(a.queue, a.batch, a.batch_count, &count, nullptr);
    a.notes->accepted = static_cast<std::uint32_t>(count);
}

void get_three(Actor &a)
{
    a.result = ipcq_get_many(a.queue, a.in, item_max, a.views, 3, &a.view_count, IPCQ_ACCEPT_ALL, nullptr);
}

void get_four(Actor &a)
{
    a.result = ipcq_get_many(a.queue, a.in, item_max, a.views, 4, &a.view_count, IPCQ_ACCEPT_ALL, nullptr);
}

void task_done_of_all(Actor &a)
{
    for (std::size_t i = 0; i < a.view_count && a.result == IPCQ_OK; i++) {
        a.result = ipcq_task_done(a.queue, a.views[i].item.ticket);
        a.views[i].item.ticket = 0;
    }
}

void get_three_and_task_done(Actor &a)
{
    get_three(a);
    task_done_of_all(a);
}

void get_four_and_task_done(Actor &a)
{
    get_four(a);
    task_done_of_all(a);
}

} // namespace

std::vector<Operation> batch_operations()
{
    return {
        {.name = "put_many within a segment",
         .plan = plain,
         .reduced_images = on_all,
         .act = put_many,
         .puts = true,
         .batch = five,
         .commits = {5}},
        {.name = "put_many over a segment boundary",
         .plan = plain_before_boundary,
         .images = not_fresh,
         .reduced_images = not_fresh,
         .act = put_many,
         .puts = true,
         .batch = five_alike,
         .commits = {2, 3, 5}},
        {.name = "put_many that grows the file",
         .plan = plain_before_boundary,
         .images = on_fresh,
         .reduced_images = on_fresh,
         .act = put_many,
         .puts = true,
         .batch = five_alike,
         .commits = {2, 3, 5}},
        {.name = "put_many of more than one commit holds",
         .plan = plain_with_room,
         .reduced_images = 0, // a long loop: two minutes
         .act = put_many,
         .puts = true,
         .batch = std::vector<std::size_t>(70, 16),
         .commits = {64, 70}},
        {.name = "put_many cut by max_items",
         .plan = almost_full,
         .act = put_many,
         .puts = true,
         .batch = five,
         .commits = {2}},
        {.name = "put_many into a full queue (sleeps, woken)",
         .plan = full,
         .act = put_many,
         .puts = true,
         .batch = {40, 40},
         .commits = {1, 2},
         .assist = 'g'},
        {.name = "put_many with a sleeping getter",
         .plan = plain_empty,
         .act = put_many,
         .puts = true,
         .batch = five,
         .commits = {5},
         .sleeper = 'G'},
        {.name = "put_many beside a shutdown",
         .plan = plain_before_boundary,
         .act = put_many,
         .puts = true,
         .batch = five_alike,
         .commits = {2, 3, 5},
         .shuts_down = true},
        {.name = "get_many plain", .plan = mixed, .reduced_images = on_all, .act = get_three, .finishes = {1, 2, 3}},
        {.name = "get_many joinable + task_done of all",
         .plan = mixed_joinable,
         .reduced_images = on_all,
         .act = get_three_and_task_done,
         .finishes = {1, 2, 3}},
        {.name = "get_many plain over a boundary",
         .plan = mixed_over_boundary,
         .reduced_images = not_fresh,
         .act = get_four,
         .finishes = {1, 2, 3, 4}},
        {.name = "get_many joinable over a boundary + task_done of all",
         .plan = mixed_joinable_over_boundary,
         .reduced_images = not_fresh,
         .act = get_four_and_task_done,
         .finishes = {1, 2, 3, 4}},
        {.name = "get_many with a sleeping putter",
         .plan = full,
         .act = get_three,
         .finishes = {1, 2, 3},
         .sleeper = 'P'},
        {.name = "get_many from an empty queue (sleeps, woken)",
         .plan = plain_empty,
         .act = get_three,
         .finishes = {assistants, assistants + 1, assistants + 2},
         .assist = 'p'},
        {.name = "get_many plain, a large one first", .plan = with_large, .act = get_three, .finishes = {1, 2, 3}},
    };
}

} // namespace sweep
