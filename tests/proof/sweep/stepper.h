// SPDX-License-Identifier: Apache-2.0
//
// Runs a child to its breakpoint and then one instruction after the other. A system call is one instruction; one in
// which the child falls asleep is reported, so that somebody can wake it or kill it asleep.
#pragma once

#include "process.h"

#include <cstdint>

namespace sweep {

enum class Step { done, finished, asleep, died };

class Stepper {
public:
    Stepper() = default;
    Stepper(const Stepper &) = delete;
    Stepper &operator=(const Stepper &) = delete;
    ~Stepper() { kill(); }

    // A child that asks to be traced, as far as `sweep_begin`. With `forks` the child of that child is the one.
    // False if it did not get there.
    bool start(const std::function<int()> &life, bool forks = false);
    // One instruction. After `asleep` the child still sleeps: wake it and call await_step(), or kill it.
    Step step();
    // Runs freely until it is about to execute the instruction at `place` for the first time.
    Step run_to(std::uintptr_t place);
    std::uintptr_t place() const { return place_; } // of the instruction that comes next
    Step await_step();
    bool at_system_call() const { return at_system_call_; } // the instruction that comes next
    bool at_end() const { return at_end_; }
    // Lets it run freely, and awaits `sweep_end`; asleep if it sleeps for long. After `finished` the child stands
    // there.
    void run();
    Step await_run();
    // The same for one that sleeps now and then by itself, for others' locks: false if it does not get there in time.
    bool run_to_end();
    // Lets it live from where it stands to its own end: true if it ended well. out_status: as waitpid() gives it, -1 if
    // not.
    bool release(int &out_status);
    void kill_child(); // SIGKILL, and until the kernel has cleaned up; a parent that it was forked by lives on
    void kill();       // the parent, too
    pid_t pid() const { return pid_; }

private:
    Step wait(bool may_sleep, bool running);
    Step look();
    pid_t pid_ = 0, parent_ = 0;
    std::uintptr_t place_ = 0;
    bool at_system_call_ = false, at_end_ = false;
};

} // namespace sweep
