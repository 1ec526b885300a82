// SPDX-License-Identifier: Apache-2.0
//
// The shared-memory object as a file: finding it, making it, giving it a name, taking the name away.
#pragma once

#include "error.hpp"
#include "layout/geometry.hpp"
#include "memory/descriptor.hpp"
#include "memory/queue_name.hpp"

#include <sys/types.h>

namespace ipcq {

// Where a failure came from, for the one sentence that open gives its caller.
struct ErrorDetail {
    char text[400] = {};
};

// Opens what has this name and checks that it is a queue we may use. Never creates, never follows a link.
Code find_object(const QueueName &name, bool any_owner, Descriptor &out_fd, Geometry &out_geometry,
                 ErrorDetail &detail) noexcept;

// Makes a complete queue that has no name yet. A kill leaves nothing behind: the kernel drops nameless files.
Code make_object(const Header &plan, mode_t mode, Descriptor &out_fd, Geometry &out_geometry,
                 ErrorDetail &detail) noexcept;

// Publishes it: from now on others find it. EXISTS if somebody was faster.
Code name_object(int fd, const QueueName &name, ErrorDetail &detail) noexcept;

// The same for an object that may have been named before, by another process of its family. OK: it has its name, or had it
// and lost it. EXISTS: another object has the name.
Code name_object_once(int fd, const QueueName &name) noexcept;

// Does the name lead to this file?
bool leads_to(const QueueName &name, int fd) noexcept;

Code unlink_object(const QueueName &name, ErrorDetail &detail) noexcept;

// A new open file description of the same file, also when it has no name any more.
Code reopen(int fd, Descriptor &out_fd) noexcept;

// How many bytes a new queue may use if its maker did not say.
std::uint64_t default_capacity() noexcept;

// What the errno of a failed open or allocation means to the user, and that of a failed mapping.
Code code_of_errno(int error) noexcept;
Code code_of_map_errno(int error) noexcept;

} // namespace ipcq
