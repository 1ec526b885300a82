// SPDX-License-Identifier: Apache-2.0
//
// The table of calls without copies: reserve, commit, abandon, borrow, release.
#include "plans.h"

#include <cstring>

namespace sweep {

namespace {

void reserve(Actor &a) { a.result = ipcq_reserve(a.queue, a.out_size, &a.reserved, nullptr); }

void reserve_and_write(Actor &a)
{
    reserve(a);
    if (a.result == IPCQ_OK)
        make_item(a.reserved, a.out_size, victims);
}

void reserve_more_and_write(Actor &a)
{
    a.result = ipcq_reserve(a.queue, 10000, &a.reserved, nullptr);
    if (a.result == IPCQ_OK)
        make_item(a.reserved, a.out_size, victims);
}

void commit(Actor &a) { a.result = ipcq_commit(a.queue, a.reserved, a.out_size, IPCQ_TYPE_BYTES, nullptr); }

void abandon(Actor &a) { a.result = ipcq_abandon(a.queue, a.reserved); }

// It goes back with the handle.
void borrow(Actor &a)
{
    a.result = ipcq_borrow(a.queue, &a.views[0], IPCQ_ACCEPT_ALL, nullptr);
    a.item[0] = a.views[0].item;
}

void release(Actor &a)
{
    a.result = ipcq_release(a.queue, a.item[0].ticket);
    a.item[0].ticket = 0;
    a.holds_item = a.result == IPCQ_OK; // the copy
}

void copy_borrowed(Actor &a) { std::memcpy(a.in, a.views[0].data, a.item[0].size); }

void borrow_and_copy(Actor &a)
{
    borrow(a);
    copy_borrowed(a);
}

void borrow_and_release(Actor &a)
{
    borrow_and_copy(a);
    release(a);
}

void borrow_and_reserve(Actor &a)
{
    borrow(a);
    reserve_and_write(a);
}

void close(Actor &a)
{
    a.result = ipcq_close(a.queue);
    a.queue = nullptr;
}

} // namespace

std::vector<Operation> in_place_operations()
{
    return {
        {.name = "reserve", .plan = plain, .reduced_images = not_fresh, .out_size = 40, .act = reserve},
        {.name = "reserve that grows the file (3 segments)",
         .plan = plain,
         .images = on_fresh,
         .reduced_images = on_fresh,
         .out_size = 10000,
         .act = reserve},
        {.name = "commit small (copied behind the tail)",
         .plan = plain,
         .reduced_images = not_fresh,
         .before = reserve_and_write,
         .act = commit,
         .puts = true},
        {.name = "commit small at a boundary (linked)",
         .plan = plain_at_boundary,
         .before = reserve_and_write,
         .act = commit,
         .puts = true},
        {.name = "commit large (linked)",
         .plan = plain,
         .reduced_images = not_fresh,
         .out_size = 10000,
         .before = reserve_and_write,
         .act = commit,
         .puts = true},
        {.name = "commit of less than was reserved (linked)",
         .plan = plain,
         .out_size = 5000,
         .before = reserve_more_and_write,
         .act = commit,
         .puts = true},
        {.name = "commit of less than was reserved (copied)",
         .plan = plain,
         .before = reserve_more_and_write,
         .act = commit,
         .puts = true},
        {.name = "commit with a sleeping getter",
         .plan = plain_empty,
         .out_size = 5000,
         .before = reserve_and_write,
         .act = commit,
         .puts = true,
         .sleeper = 'G'},
        {.name = "abandon", .plan = plain, .out_size = 10000, .before = reserve, .act = abandon},
        {.name = "borrow plain", .plan = plain, .reduced_images = not_fresh, .act = borrow},
        {.name = "borrow joinable", .plan = joinable, .reduced_images = not_fresh, .act = borrow},
        {.name = "borrow + release plain", .plan = plain, .act = borrow_and_release, .finishes = {1}},
        {.name = "release plain", .plan = with_large, .before = borrow_and_copy, .act = release, .finishes = {1}},
        {.name = "borrow + release joinable", .plan = joinable, .act = borrow_and_release, .finishes = {1}},
        {.name = "release with a sleeping joiner",
         .plan = joinable_of_one,
         .before = borrow_and_copy,
         .act = release,
         .finishes = {1},
         .sleeper = 'J'},
        {.name = "close with a borrowed item and a reservation, plain",
         .plan = plain,
         .before = borrow_and_reserve,
         .act = close},
        {.name = "close with a borrowed item and a reservation",
         .plan = joinable,
         .before = borrow_and_reserve,
         .act = close},
    };
}

} // namespace sweep
