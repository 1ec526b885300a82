// SPDX-License-Identifier: Apache-2.0
#include "points.h"

namespace sweep {

namespace {

constexpr long instructions_max = 400'000;
// Points that tell nothing special, at most. A frozen reaper waits for others, who wait for their slices.
constexpr long others_reduced = 150, others_reduced_beside = 10, others_full = 20000;

} // namespace

std::vector<Point> find_points(Sweeper &sweeper, Stage &stage, long &out_stride)
{
    Notes &notes = sweeper.notes();
    std::vector<Point> all;
    snapshot before{}, now{};
    char text[SNAPSHOT_TEXT];
    bool there = stage.look(before);
    Trace &trace = sweeper.trace();
    trace.begin(stage.victim().place());
    all.push_back({0, false, true});
    bool changed = true;
    for (long k = 1; notes.complaint_count == 0; k++) {
        const bool system_call = stage.victim().at_system_call();
        Step step = stage.victim().step();
        if (step == Step::asleep) {
            all.push_back({k - 1, true, true});
            trace.end();
            if (!stage.assist()) {
                notes.complain("waits: the victim sleeps on at instruction %ld", k);
                break;
            }
            step = stage.victim().await_step();
        }
        if (step == Step::died || k == instructions_max) {
            notes.complain("crash: the victim does not end, at instruction %ld", k);
            break;
        }
        const bool changed_before = changed;
        const bool there_now = stage.look(now);
        changed = there_now && (!there || !snapshot_equal(&before, &now));
        if (changed) {
            if (sweeper.check(now, false, "in a scouting run") && there && !snapshot_may_follow(&before, &now, text))
                notes.complain("%s (after instruction %ld of a scouting run)", text, k);
            snapshot_copy(&before, &now);
            // A reaper that is stopped before a store makes it when the others have gone on.
            all.back().telling = all.back().telling || sweeper.job().mode == Mode::freeze_reaper;
        }
        there = there_now;
        trace.add(stage.victim().place());
        all.push_back({k, false, changed || changed_before || system_call});
        if (step == Step::finished)
            break;
    }
    snapshot_free(&before);
    snapshot_free(&now);
    if (!all.empty())
        all.back().telling = true;

    const Options &options = sweeper.options();
    long others = 0;
    for (const Point &point : all)
        others += point.telling ? 0 : 1;
    const long wanted = options.full                                ? others_full
                        : sweeper.job().mode == Mode::freeze_reaper ? others_reduced_beside
                                                                    : others_reduced;
    out_stride = options.stride != 0 ? options.stride : std::max(1L, (others + wanted - 1) / wanted);
    std::vector<Point> chosen;
    for (const Point &point : all)
        if (point.telling || point.instruction % out_stride == 0)
            chosen.push_back(point);
    return chosen;
}

} // namespace sweep
