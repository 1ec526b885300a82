// SPDX-License-Identifier: Apache-2.0
//
// The permission bits that a queue's object may have, and the owners that are trusted.
#pragma once

#include "error.hpp"

#include <sys/types.h>

struct stat;

namespace ipcq {

// The owner may read and write; the group may do both or neither, and so may others. No other bit is set.
//
// Read permission is enough for read locks, and write permission for write locks. Either denies the queue.
// So the two are given together: each user is a participant or is shut out.
constexpr bool mode_is_accepted(mode_t mode) noexcept
{
    return mode == 0600 || mode == 0660 || mode == 0606 || mode == 0666;
}

inline constexpr mode_t mode_of_all_users = 0666;

// DENIED unless the file belongs to this user or to root. SYSTEM: the system did not tell, and errno says why.
// The owner of a file can cut it short, which hurts its participants.
Code trust_owner(int fd, const struct stat &status) noexcept;

} // namespace ipcq
