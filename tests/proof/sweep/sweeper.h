// SPDX-License-Identifier: Apache-2.0
//
// One job: an operation on one kind of image, died in or stopped at many points.
#pragma once

#include "report.h"
#include "stage.h"
#include "trace.h"

namespace sweep {

class Sweeper {
public:
    Sweeper(const Job &job, const Options &options, Board &board, Row &row, Notes &notes, std::string name);
    void run();

    const Job &job() const { return job_; }
    const Options &options() const { return options_; }
    Row &row() const { return row_; }
    Notes &notes() const { return notes_; }
    Trace &trace() { return trace_; }

    // Steps so far, waking the victim where it sleeps; with `asleep` on into the sleep. False if it ended otherwise.
    bool advance(Stage &stage, long instruction, bool asleep);
    // Does the image keep its invariants now? Complains if not.
    bool check(const snapshot &now, bool quiet, const char *when) const;

private:
    void kill_at(long instruction, bool asleep, char variant);
    void freeze_at(long instruction);
    void live_through_freeze(Stage &stage, const snapshot &frozen, snapshot &worked);
    void live_beside_late_reaper(Stage &stage);
    void resume(Stage &stage, bool shut, bool committed);
    void check_step_function(const Ledger &ledger, long instruction);

    const Job &job_;
    const Options &options_;
    Board &board_;
    Row &row_;
    Notes &notes_;
    const std::string name_;
    Image image_;
    Trace trace_;
    DeathPath death_path_;
    std::uint32_t committed_ = 0; // at an earlier point
    std::uint32_t finished_ = 0;
};

} // namespace sweep
