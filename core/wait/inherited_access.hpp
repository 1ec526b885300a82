// SPDX-License-Identifier: Apache-2.0
//
// The way of a forked child into a queue that it has inherited. It needs open file descriptions of its own, since its
// parent's would not exclude the parent. The parent opens them just before it forks, and closes its copies just after. So
// they are there although the child then gives up its rights, changes its root directory, or loses /proc.
//
// A byte is locked through one of them: the child holds the queue from the instant at which it exists. So an anonymous
// queue keeps its name while a child that has not used it yet still may. A mapping keeps the byte locked in a child that
// closes all its descriptors.
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

    // In a process that forks: before the fork, and after it.
    void open_for_child() noexcept;
    void close_for_child() noexcept;
    // In the child, before anything else.
    void inherit() noexcept;
    // Closes what was inherited, and so holds the queue no more.
    void drop() noexcept;
    // What was inherited, or what can be opened now: for the kernel's answers, and to be locked and mapped.
    Code take(Descriptor &out_file, Descriptor &out_own) noexcept;
    // Behind take(), in a participant, whose slot keeps the name from now on: the byte is held no more.
    void settle() noexcept;

private:
    // A program that closes all descriptors may have given the numbers to other files.
    struct Opened {
        int to_ask = -1, to_map = -1;
        void *pin = nullptr; // maps the description under to_ask, and so keeps its byte locked
    };
    bool is_whole(const Opened &opened) const noexcept;
    void open(Opened &out) noexcept;
    void close(Opened &opened) noexcept;

    QueueFile &file_;
    Opened inherited_, for_child_;
};

// Does a forked child that has not used the queue yet hold it, as seen through another description? True if the kernel does
// not answer.
bool somebody_holds(int fd) noexcept;

} // namespace ipcq
