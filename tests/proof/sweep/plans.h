// SPDX-License-Identifier: Apache-2.0
//
// Queues that operations happen in. Sizes of base items: 40 bytes make a record of 56; a segment has 4096.
#pragma once

#include "operation.h"

namespace sweep {

inline constexpr unsigned not_fresh = on_recycled | on_wrapped;

inline constexpr std::size_t no_room = 8; // the terminator fits, a record does not
inline constexpr std::size_t room_for_two = 120;

inline const Plan plain{.base = {40, 40, 40}};
inline const Plan joinable{.joinable = true, .base = {40, 40, 40}};
inline const Plan joinable_of_one{.joinable = true, .base = {40}};
inline const Plan plain_empty{};
inline const Plan joinable_empty{.joinable = true};
inline const Plan full{.max_items = 3, .base = {40, 40, 40}};
inline const Plan plain_at_boundary{.base = {40, 40, 40}, .room = no_room};
inline const Plan plain_before_hole{.base = {40, 40, 40}, .room = no_room, .hole = 8192};
inline const Plan plain_over_boundary{.base = {40, 40, 40, 40}, .room = no_room, .aligned = 3};
inline const Plan joinable_over_boundary{.joinable = true, .base = {40, 40, 40, 40}, .room = no_room, .aligned = 3};
inline const Plan joinable_beside_boundary{.joinable = true, .base = {40, 40, 40}, .room = no_room, .aligned = 1};
inline const Plan plain_before_boundary{.base = {40, 40, 40}, .room = room_for_two};
inline const Plan plain_with_room{.base = {40, 40, 40}, .room = 2400};
inline const Plan almost_full{.max_items = 5, .base = {40, 40, 40}};
inline const Plan mixed{.base = {40, 16, 120}};
inline const Plan mixed_joinable{.joinable = true, .base = {40, 16, 120}};
inline const Plan mixed_over_boundary{.base = {40, 120, 16, 40}, .room = no_room, .aligned = 2};
inline const Plan mixed_joinable_over_boundary{
    .joinable = true, .base = {40, 120, 16, 40}, .room = no_room, .aligned = 2};
inline const Plan with_large{.base = {5000, 40, 40}};
inline const Plan burst{.capacity_bytes = 98304, .burst = 22};
// The table of participants is used up by a survivor and a dead one.
inline const Plan crowded{.joinable = true, .max_participants = 2, .base = {40, 40, 40}};

// A reaper's queue: the items of a peer that died, and a sleeper who needs them.
inline const Plan reaped{.joinable = true, .base = {40, 40, 40}};
inline const Plan reaped_in_append{.joinable = true, .base = {40}};

} // namespace sweep
