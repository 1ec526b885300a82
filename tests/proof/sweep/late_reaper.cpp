// SPDX-License-Identifier: Apache-2.0
//
// Another reaper, which has asked who is dead and is stopped before it requeues anything. It goes on when others have
// done so, and when one has entered the slot of the dead.
#include "stage.h"

#include "victim.h"

namespace sweep {

namespace {

constexpr long steps_max = 200'000;

} // namespace

bool Stage::stop_late_reaper()
{
    bool stopped = false;
    if (death_path_.late_reaper != 0) {
        const Step step = late_.run_to(death_path_.late_reaper);
        stopped = step == Step::done || step == Step::finished; // finished: there was nothing to requeue
    } else {
        snapshot now{};
        Step step = Step::done;
        for (long steps = 0; !stopped && steps < steps_max && step == Step::done; steps++) {
            step = late_.step();
            std::uint32_t slot = 0, generation = 0;
            stopped = look(now) && snapshot_lock_owner(&now, SNAPSHOT_TAIL, &slot, &generation) &&
                      slot == notes_.slot[late_reaper];
        }
        if (stopped)
            death_path_.late_reaper = late_.place();
        stopped = stopped || step == Step::finished;
        snapshot_free(&now);
    }
    if (!stopped)
        notes_.complain("harness: another reaper does not get so far as to be stopped");
    return stopped;
}

bool Stage::resume_late_reaper()
{
    int status = 0;
    const bool ended = late_.run_to_end() && late_.release(status);
    if (!ended)
        notes_.complain("freeze: a late reaper does not end well, status 0x%x", static_cast<unsigned>(status));
    notes_.attached[late_reaper] = false;
    return ended;
}

} // namespace sweep
