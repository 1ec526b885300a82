// SPDX-License-Identifier: Apache-2.0
//
// The way of a forked child into a queue that it has inherited. It needs open file descriptions of its own, since its
// parent's would not exclude the parent. fork() opens them in the child, before any other code of the child runs. So they are
// there although the child then gives up its rights, changes its root directory, or loses /proc.
//
// The child also locks a byte as a holder. So an anonymous queue keeps its name while a child that has not used it yet
// still may.
#pragma once

#include "memory/descriptor.hpp"
#include "memory/queue_file.hpp"

namespace ipcq {

// One of each handle. The ForkGate guards all of it.
class InheritedAccess {
public:
    // `file`: of the handle, which outlives this.
    explicit InheritedAccess(QueueFile &file) : file_(file) {}
    InheritedAccess(const InheritedAccess &) = delete;
    InheritedAccess &operator=(const InheritedAccess &) = delete;

    // In the child of a fork(), before anything else.
    void prepare() noexcept;
    // Closes what fork() has opened, and so holds the queue no more.
    void drop() noexcept;
    // What fork() has opened, or what can be opened now: for the kernel's answers, and to be locked and mapped.
    Code take(Descriptor &out_file, Descriptor &out_own) noexcept;

private:
    bool is_prepared() const noexcept;

    QueueFile &file_;
    int to_ask_ = -1, to_map_ = -1; // a program that closes all descriptors may have given the numbers to other files
};

// Does a forked child that has not used the queue yet hold it, as seen through another description? True if the kernel does
// not answer.
bool somebody_holds(int fd) noexcept;

} // namespace ipcq
