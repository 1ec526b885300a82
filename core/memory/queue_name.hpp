// SPDX-License-Identifier: Apache-2.0
//
// From a user's name to the path of the shared-memory object.
#pragma once

#include "error.hpp"

namespace ipcq {

inline constexpr unsigned name_max_bytes = 200;
inline constexpr char object_directory[] = "/dev/shm";
inline constexpr char object_prefix[] = "/dev/shm/ipcq.";

struct QueueName {
    char text[name_max_bytes + 1] = {};
    char path[sizeof object_prefix + name_max_bytes] = {};
};

// BADNAME, SCHEME, INVALID (nullptr) or OK.
Code parse_name(const char *name, QueueName &out_name) noexcept;

// "anonymous-" and 128 random bits. SYSTEM if the system has no random numbers.
Code random_name(QueueName &out_name) noexcept;

} // namespace ipcq
