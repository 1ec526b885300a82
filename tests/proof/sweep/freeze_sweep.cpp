// SPDX-License-Identifier: Apache-2.0
#include "sweeper.h"

#include "survivor.h"

namespace sweep {

namespace {

constexpr std::size_t shutdown_at = 664, segment_count_at = 56, table_at = 64;

// What the victim had taken it still has.
void check_leases(Notes &notes, const snapshot &before, const snapshot &after)
{
    static snapshot_item old[Notes::expected_max], now[Notes::expected_max];
    const std::size_t old_count =
        std::min<std::size_t>(snapshot_items(&before, old, Notes::expected_max), Notes::expected_max);
    const std::size_t now_count =
        std::min<std::size_t>(snapshot_items(&after, now, Notes::expected_max), Notes::expected_max);
    for (std::size_t i = 0; i < old_count; i++) {
        if (old[i].state != SNAPSHOT_TAKEN || old[i].owner_slot != notes.slot[victim])
            continue;
        bool kept = false;
        for (std::size_t j = 0; j < now_count; j++)
            kept = kept || (now[j].offset == old[i].offset && now[j].state == SNAPSHOT_TAKEN &&
                            now[j].owner_slot == old[i].owner_slot);
        if (!kept)
            notes.complain("freeze: the item at %llu was taken away from a frozen one",
                           static_cast<unsigned long long>(old[i].offset));
    }
}

// What the victim had claimed, or reserved, it still has.
void check_claims(Notes &notes, const snapshot &before, const snapshot &after)
{
    for (std::size_t i = 0; i < word_at(before, segment_count_at); i++) {
        const std::size_t at = word_at(before, table_at) + i * 8;
        const std::uint64_t word = word_at(before, at);
        if ((word & 0xff) == 2 && (word >> 16 & 0xffff) == notes.slot[victim] + 1u && word_at(after, at) != word)
            notes.complain("freeze: segment %zu was taken away from a frozen one", i);
    }
}

} // namespace

void Sweeper::freeze_at(long instruction)
{
    {
        Stage stage(*job_.operation, image_, name_, notes_, death_path_);
        snapshot frozen{}, worked{};
        if (stage.set() && advance(stage, instruction, false)) {
            if ((!stage.look(frozen) && !job_.operation->creates) ||
                (frozen.size != 0 && !check(frozen, false, "while frozen")))
                notes_.complain("harness: no picture of the frozen queue");
            else
                job_.operation->late_reaper ? live_beside_late_reaper(stage)
                                            : live_through_freeze(stage, frozen, worked);
        }
        snapshot_free(&frozen);
        snapshot_free(&worked);
    }
    report_case(job_, row_, notes_, instruction, false, 'a');
}

// A reaper that has asked who is dead goes on when the frozen one has entered the queue and taken an item.
void Sweeper::live_beside_late_reaper(Stage &stage)
{
    if (!stage.stop_late_reaper())
        return;
    if (!stage.victim().run_to_end())
        notes_.complain("freeze: the victim does not end beside a late reaper");
    else if (stage.resume_late_reaper())
        resume(stage, false, false);
}

void Sweeper::live_through_freeze(Stage &stage, const snapshot &frozen, snapshot &worked)
{
    const Operation &operation = *job_.operation;
    if (!stage.attach_late())
        return;
    if (frozen.size != 0) {
        stage.ledger().open(frozen, false);
        stage.release_bystander(frozen, true);
    }
    stage.call_while_frozen();
    if (!stage.look(worked))
        return;
    if (operation.sleeper == 0 && !check(worked, false, "after calls beside the frozen one"))
        return;
    if (frozen.size != 0) {
        check_leases(notes_, frozen, worked);
        check_claims(notes_, frozen, worked);
    }
    const bool shut = static_cast<std::uint32_t>(word_at(worked, shutdown_at)) != 0,
               committed = stage.ledger().committed() != 0;
    resume(stage, shut, committed);
}

// The rest of the case: the victim goes on.
void Sweeper::resume(Stage &stage, bool shut, bool committed)
{
    const Operation &operation = *job_.operation;
    Stepper &stepper = stage.victim();
    Step step = Step::finished;
    if (!stepper.at_end()) {
        stepper.run();
        if (operation.assist != 0)
            stage.assist();
        while ((step = stepper.await_run()) == Step::asleep && stage.assist()) {
        }
    }
    if (step != Step::finished) {
        notes_.complain("freeze: the victim %s after it was resumed", step == Step::asleep ? "sleeps on" : "crashed");
        return;
    }
    const int result = notes_.result[victim];
    if (shut && operation.puts) {
        if (result != (committed ? IPCQ_OK : IPCQ_CLOSED))
            notes_.complain("I12: a put that a shutdown interrupted says %s", ipcq_error_name(result));
    } else if (result != operation.result && result != IPCQ_OK &&
               // What a reaper was to find others have found meanwhile.
               !(operation.death != nullptr && (result == IPCQ_EMPTY || result == IPCQ_TIMEDOUT)))
        notes_.complain("freeze: the victim's call says %s", ipcq_error_name(result));
    if (int status = 0; !stepper.release(status))
        notes_.complain("freeze: the victim does not end well, status 0x%x", static_cast<unsigned>(status));
    if (notes_.complaint_count != 0)
        return;
    snapshot ended{};
    if (stage.look_in_peace(ended) && check(ended, operation.death == nullptr, "when the frozen one had ended") &&
        stage.serve_bystander(ended))
        stage.settle(reap_then_drain, false);
    snapshot_free(&ended);
    if (notes_.complaint_count == 0)
        stage.ledger().balance();
}

} // namespace sweep
