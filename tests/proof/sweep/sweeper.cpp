// SPDX-License-Identifier: Apache-2.0
#include "points.h"

#include "survivor.h"

#include <ctime>
#include <unistd.h>

namespace sweep {

namespace {

constexpr unsigned case_seconds = 300;       // what no case needs, even on a busy machine
constexpr long violations_of_a_job_max = 40; // enough is known then

long now_ms()
{
    timespec t{};
    ::clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000 + t.tv_nsec / 1'000'000;
}

} // namespace

Sweeper::Sweeper(const Job &job, const Options &options, Board &board, Row &row, Notes &notes, std::string name)
    : job_(job), options_(options), board_(board), row_(row), notes_(notes), name_(std::move(name))
{}

void Sweeper::run()
{
    const long start_ms = now_ms();
    notes_.clear();
    std::string trouble;
    if (!job_.operation->creates) {
        image_ = Image::build(*job_.operation, job_.image, name_, trouble);
        if (image_.empty()) {
            notes_.complain("call: %s", trouble.c_str());
            report_case(job_, row_, notes_, 0, false, 'a');
            return;
        }
    }
    std::vector<Point> points;
    long stride = 1;
    if (options_.point >= 0) {
        points.push_back({options_.point, options_.asleep, true});
    } else {
        Stage stage(*job_.operation, image_, name_, notes_, death_path_);
        ::alarm(case_seconds);
        if (stage.set())
            points = find_points(*this, stage, stride);
        stage.victim().kill();
        report_case(job_, row_, notes_, points.empty() ? 0 : points.back().instruction, false, 'a');
    }
    row_.stride = stride;
    bool other = false;
    for (const Point &point : points) {
        if (board_.stop || row_.violations > violations_of_a_job_max)
            break;
        row_.points++;
        row_.asleep += point.asleep ? 1 : 0;
        ::alarm(case_seconds);
        if (job_.mode == Mode::freeze || job_.mode == Mode::freeze_reaper) {
            if (!point.asleep)
                freeze_at(point.instruction);
        } else {
            // Both where it tells; alternately elsewhere, unless both are wanted.
            const bool both = point.telling || options_.both;
            other = !other;
            for (const char variant : {reap_then_drain, work_at_once})
                if (options_.variant != 0 ? variant == options_.variant : both || (variant == work_at_once) == other)
                    kill_at(point.instruction, point.asleep, variant);
        }
        row_.ms = now_ms() - start_ms;
        if (row_.violations != 0 && options_.stop_at_first)
            board_.stop = true;
    }
    ::alarm(0);
    row_.complete = !board_.stop && row_.violations <= violations_of_a_job_max;
}

bool Sweeper::check(const snapshot &now, bool quiet, const char *when) const
{
    char text[SNAPSHOT_TEXT];
    if (snapshot_valid(&now, quiet, text))
        return true;
    notes_.complain("%s (%s)", text, when);
    return false;
}

bool Sweeper::advance(Stage &stage, long instruction, bool asleep)
{
    Stepper &stepper = stage.victim();
    const Trace::Stop stop = trace_.stop_before(instruction);
    if (stop.instruction != 0) {
        const Step step = stepper.run_to(stop.place);
        if (step == Step::finished)
            return true;
        if (step != Step::done) {
            notes_.complain("crash: the victim itself, on its way to instruction %ld", stop.instruction);
            return false;
        }
    }
    for (long k = stop.instruction; k < instruction + (asleep ? 1 : 0); k++) {
        row_.instructions++;
        Step step = stepper.step();
        if (step == Step::asleep) {
            if (asleep && k == instruction)
                return true;
            if (!stage.assist()) {
                notes_.complain("waits: the victim sleeps on at instruction %ld", k);
                return false;
            }
            step = stepper.await_step();
        }
        if (step == Step::finished)
            return true;
        if (step == Step::died) {
            notes_.complain("crash: the victim itself, at instruction %ld", k);
            return false;
        }
    }
    return true;
}

void Sweeper::kill_at(long instruction, bool asleep, char variant)
{
    {
        Stage stage(*job_.operation, image_, name_, notes_, death_path_);
        snapshot left{};
        if (stage.set() && advance(stage, instruction, asleep)) {
            stage.victim().kill_child();
            const bool there = stage.look(left);
            if (!there && !job_.operation->creates)
                notes_.complain("harness: the queue cannot be looked at");
            if (job_.operation->plan.hole != 0 && stage.took_memory())
                notes_.complain("memory: the call touched a page that had none");
            if (!there || check(left, false, "at the kill"))
                stage.settle(variant, true);
            check_step_function(stage.ledger(), instruction);
        }
        snapshot_free(&left);
    }
    report_case(job_, row_, notes_, instruction, asleep, variant);
}

// What a call has done it has done for every later death, too. Only where no sleep makes the number of instructions
// vary.
void Sweeper::check_step_function(const Ledger &ledger, long instruction)
{
    if (job_.operation->assist != 0 || job_.operation->sleeper != 0 || notes_.complaint_count != 0)
        return;
    if (ledger.committed() < committed_ || ledger.finished() < finished_)
        notes_.complain("commit: what was done by a shorter life is undone after instruction %ld", instruction);
    committed_ = ledger.committed();
    finished_ = ledger.finished();
}

} // namespace sweep
