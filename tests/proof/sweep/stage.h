// SPDX-License-Identifier: Apache-2.0
//
// One case: a queue, those who live with it, and a victim that stands before its first instruction.
#pragma once

#include "image.h"
#include "ledger.h"
#include "stepper.h"
#include "trace.h"

#include <string>
#include <sys/types.h>

namespace sweep {

// How a peer comes to the point where it dies: found once, and the same in each case of a job.
struct DeathPath {
    bool known = false;
    long steps = 0;
    Trace trace;
    std::uintptr_t late_reaper = 0; // where another reaper is stopped; 0: not known yet
};

class Stage {
public:
    Stage(const Operation &operation, const Image &image, const std::string &name, Notes &notes, DeathPath &death_path);
    Stage(const Stage &) = delete;
    Stage &operator=(const Stage &) = delete;
    ~Stage();

    // Everybody in place. False after a complaint.
    bool set();
    Stepper &victim() { return victim_; }
    // The bytes as they are, although the name may be gone. False if there is no queue (yet).
    bool look(snapshot &out);
    // Has the file more memory than when the case began?
    bool took_memory() const;
    // Wakes a sleeping victim, a few times at most; false if that has been done.
    bool assist();
    bool attach_late();
    // The sleeper may go on: if it is owed something it must proceed by itself.
    void release_bystander(const snapshot &now, bool frozen);
    // A picture while the bystander sleeps or has ended.
    bool look_in_peace(snapshot &out);
    // Whatever it waited for so far, it is served now if it is owed something. False after a complaint.
    bool serve_bystander(const snapshot &now);
    // Another reaper asks who is dead, and is stopped with the tail's lock before it requeues anything.
    bool stop_late_reaper();
    bool resume_late_reaper();
    // After the victim's end: everybody works in the variant 'a' or 'b', and everything is checked.
    void settle(char variant, bool victim_died);
    // Calls of a survivor while the victim is stopped.
    void call_while_frozen();

    Ledger &ledger() { return ledger_; }

private:
    bool put_bystander_to_sleep();
    bool run_death();
    bool step_to_death();
    bool find_death();
    bool kill_dead_peer();
    bool owed(const snapshot &now, bool frozen) const;
    bool sleeps(const snapshot &now) const; // the bystander, in the call that it was told
    bool await_bystander();
    void finish_bystander();
    void check_end();
    bool order(char what, const char *why);
    bool kept(const snapshot &now, snapshot_lock lock) const;

    const Operation &operation_;
    const Image &image_;
    const std::string &name_;
    const std::string path_;
    Notes &notes_;
    DeathPath &death_path_;
    Ledger ledger_;
    Helper survivor_, bystander_;
    Stepper victim_, dead_, late_;
    int file_ = -1;
    blkcnt_t blocks_ = 0; // of the file, when the victim stood before its first instruction
    int assists_ = 0;
    bool bystander_stopped_ = false;
};

} // namespace sweep
