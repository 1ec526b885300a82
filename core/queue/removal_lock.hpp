// SPDX-License-Identifier: Apache-2.0
//
// The byte lock under which the name of an anonymous queue is removed (FORMAT.md, section 7).
#pragma once

#include "error.hpp"
#include "memory/descriptor.hpp"

namespace ipcq {

// Held by the process that looks whether anybody is attached, and then unlinks. The kernel drops a killed holder's lock.
class RemovalLock {
public:
    RemovalLock() = default;
    ~RemovalLock() { release(); }
    RemovalLock(const RemovalLock &) = delete;
    RemovalLock &operator=(const RemovalLock &) = delete;

    // Locks the byte of this queue's file, on an open file description of its own. False: another holds it, or the
    // system refused.
    bool take(int fd) noexcept;
    void release() noexcept;
    // The own description.
    int fd() const noexcept { return own_.get(); }

private:
    Descriptor own_;
};

// For a process that opened an anonymous queue by its name, after it has attached. OK: nobody removes the name now, and
// nobody will while this process is attached; the name may be gone already. BUSY: a stopped process holds the lock.
Code await_removal(int fd) noexcept;

} // namespace ipcq
