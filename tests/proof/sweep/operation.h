// SPDX-License-Identifier: Apache-2.0
//
// One line of the table: a call whose every instruction is swept, and the queue it happens in.
#pragma once

#include "notes.h"

#include "valid/snapshot.h"

#include <ipcq.h>
#include <vector>

namespace sweep {

enum class ImageKind { fresh, recycled, wrapped };

const char *name_of(ImageKind kind);

inline constexpr std::size_t batch_max = 72, views_max = 4;

inline constexpr unsigned on_fresh = 1, on_recycled = 2, on_wrapped = 4, on_all = 7;

// A caller of the library, with buffers that were made before the first instruction that counts.
struct Actor {
    ipcq_t *queue = nullptr;
    const char *name = nullptr;
    Notes *notes = nullptr;
    Role role = victim;
    ipcq_options options{};
    unsigned char *out = nullptr; // the item that it puts
    std::size_t out_size = 0;
    unsigned char *in = nullptr; // item_max bytes
    ipcq_item item[2]{};
    ipcq_message batch[batch_max]{}; // the items that it puts in one call
    std::size_t batch_count = 0;
    ipcq_view views[views_max]{}; // received in one call, and not looked at yet
    std::size_t view_count = 0;
    void *reserved = nullptr;
    int result = not_returned;
    bool holds_item = false; // item[0] was received into `in`
};

// A peer that died before: its own operation, stopped at a telling point.
struct Death {
    const char *name;
    void (*before)(Actor &); // may be nullptr
    void (*act)(Actor &);
    bool (*reached)(const snapshot &now, std::uint32_t slot); // nullptr: when `act` has returned
};

struct Plan {
    bool joinable = false;
    std::uint64_t max_items = 0;
    std::uint64_t capacity_bytes = 16384; // segments of 4096
    std::uint32_t max_participants = 8;
    std::vector<std::size_t> base{}; // sizes of the items 1, 2, ...
    std::size_t room = 600;          // bytes left in the tail's segment behind ...
    std::size_t aligned = SIZE_MAX;  // ... so many of them
    std::uint32_t burst = 0;         // items of a segment each that were put and taken before
    std::size_t hole = 0;            // so many bytes of the file without memory behind the last segment that has some
};

struct Operation {
    const char *name;
    Plan plan;
    unsigned images = on_all;
    unsigned reduced_images = on_recycled;
    std::size_t out_size = 40;         // of the item that the victim puts
    void (*before)(Actor &) = nullptr; // in the victim, before the first instruction
    void (*act)(Actor &) = nullptr;
    int result = IPCQ_OK;                 // of a victim that lives
    bool puts = false;                    // and then its item is in the queue, or of ...
    std::vector<std::size_t> batch{};     // ... items of these sizes the first, which were accepted, ...
    std::vector<std::uint32_t> commits{}; // ... so many after one commit, after two, ...
    std::vector<Id> finishes{};           // items that the victim may finish, in this order
    char sleeper = 0;                     // bystander: 'G'etter, 'P'utter, 'J'oiner
    char assist = 0;                      // what wakes a sleeping victim: 'p'ut, 'g'et, task_'d'one
    std::uint32_t survivor_takes = 0;     // the first items, before the victim comes
    bool gives_back = false; // the survivor its first item beside a frozen victim; takes it again, and finishes all
    bool shuts_down = false; // the survivor, beside a frozen victim
    const Death *death = nullptr;
    bool dies_late = false;   // after the victim has opened the queue
    bool late_reaper = false; // another one has asked who is dead, and is stopped until the frozen victim has ended
    bool opens = false;       // the victim's operation makes its own handle
    bool creates = false;     // there is no queue before
    bool forks = false;       // the victim is a child that inherits the handle
};

// Reads cursor words of a snapshot, for conditions.
std::uint64_t word_at(const snapshot &now, std::size_t offset);

std::vector<Operation> batch_operations();
std::vector<Operation> in_place_operations();
const std::vector<Operation> &operations();        // all of these and more: killed and frozen
const std::vector<Operation> &reaper_operations(); // killed and frozen while somebody else sleeps
std::vector<Operation> late_reaper_operations();   // frozen

} // namespace sweep
