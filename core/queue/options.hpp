// SPDX-License-Identifier: Apache-2.0
//
// What a caller asks of open, and what it is told. Zero means default.
#pragma once

#include <cstddef>
#include <cstdint>

namespace ipcq {

struct Options {
    bool plain = false;    // must be plain
    bool joinable = false; // must be joinable
    bool open_only = false;
    bool create_only = false;
    bool any_owner = false; // trust a queue that another user made
    std::uint32_t mode = 0600;
    std::uint64_t max_items = 0;
    std::uint64_t capacity_bytes = 0;
    std::uint32_t slot_count = 0;
};

inline constexpr std::uint32_t shutdown_drain = 1;
inline constexpr std::uint32_t shutdown_immediate = 2;

inline constexpr std::uint64_t ticket_oldest = 0;
inline constexpr std::uint64_t ticket_oldest_of_thread = UINT64_MAX;
inline constexpr std::uint64_t ticket_only_of_thread = UINT64_MAX - 1;

struct Item {
    std::uint64_t ticket = 0;
    std::uint64_t size = 0;
    std::uint32_t type = 0;
    std::uint32_t deliveries = 0;
};

// An item and where its bytes are: in the caller's buffer, or in the queue.
struct View {
    const void *data = nullptr;
    Item item;
};

struct Statistics {
    std::uint64_t items, taken, bytes_used, bytes_backed;
    std::uint64_t puts, gets, dones, nacks, recovered;
    std::uint32_t participants, getters_waiting, putters_waiting, joiners_waiting;
    std::uint64_t max_items, capacity_bytes, item_max_bytes;
    std::uint32_t slot_count;
    bool joinable;
    std::uint32_t shutdown;
};

struct ParticipantReport {
    std::uint32_t slot;
    std::int32_t pid;
    bool alive, self;
    std::uint64_t taken, puts, gets, dones;
    char command[16];
};

} // namespace ipcq
