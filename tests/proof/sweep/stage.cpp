// SPDX-License-Identifier: Apache-2.0
#include "stage.h"

#include "survivor.h"
#include "victim.h"

#include <csignal>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace sweep {

namespace {

constexpr std::size_t getters_at = 640, putters_at = 644, joiners_at = 648, slots_at = 1280, slot_size = 128;
constexpr int assists_max = 3;
constexpr unsigned slices_allowed = 2;
constexpr long death_steps_max = 200'000;

const char *outcome_text(Outcome outcome)
{
    switch (outcome) {
    case Outcome::answered: return "answers";
    case Outcome::ended: return "ended";
    case Outcome::crashed: return "crashed";
    default: return "hangs";
    }
}

} // namespace

Stage::Stage(const Operation &operation, const Image &image, const std::string &name, Notes &notes,
             DeathPath &death_path)
    : operation_(operation), image_(image), name_(name), path_(path_of(name)), notes_(notes), death_path_(death_path),
      ledger_(operation, notes)
{}

Stage::~Stage()
{
    if (bystander_stopped_)
        bystander_.go_on();
    if (file_ != -1)
        ::close(file_);
    ::unlink(path_.c_str());
}

bool Stage::look(snapshot &out)
{
    if (file_ == -1)
        file_ = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC);
    return file_ != -1 && snapshot_take_fd(&out, file_);
}

bool Stage::set()
{
    notes_.clear();
    if (operation_.creates)
        ::unlink(path_.c_str());
    else if (!image_.place(path_)) {
        notes_.complain("harness: the image could not be placed");
        return false;
    }
    survivor_.start([&](const Line &line) { live_as_survivor(operation_, name_.c_str(), notes_, line); });
    if (const Outcome outcome = survivor_.await_answer(); outcome != Outcome::answered) {
        notes_.complain("call: a survivor %s before the case begins", outcome_text(outcome));
        return false;
    }
    if (!operation_.creates) // while it has its name
        file_ = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC);
    if (operation_.sleeper != 0) {
        bystander_.start([&](const Line &line) { live_as_bystander(operation_, name_.c_str(), notes_, line); });
        notes_.beside = bystander_.pid();
        if (const Outcome outcome = bystander_.await_answer(); outcome != Outcome::answered) {
            notes_.complain("call: a bystander %s before the case begins", outcome_text(outcome));
            return false;
        }
    }
    const bool sleeps_first = operation_.sleeper == 'G' && operation_.plan.base.empty();
    if (operation_.late_reaper &&
        !late_.start([&] { return live_as_late_reaper(operation_, name_.c_str(), notes_); })) {
        notes_.complain("call: another reaper did not reach its operation");
        return false;
    }
    if (operation_.death == nullptr) {
        if (!put_bystander_to_sleep())
            return false;
    } else if (!operation_.dies_late) {
        if ((sleeps_first && !put_bystander_to_sleep()) || !run_death() ||
            (!sleeps_first && !put_bystander_to_sleep()) || !kill_dead_peer())
            return false;
    }
    if (!victim_.start([&] { return live_as_victim(operation_, name_.c_str(), notes_); }, operation_.forks)) {
        notes_.complain("call: the victim did not reach its operation");
        return false;
    }
    if (struct stat status{}; ::fstat(file_, &status) == 0)
        blocks_ = status.st_blocks;
    if (operation_.death != nullptr && operation_.dies_late)
        return (!sleeps_first || put_bystander_to_sleep()) && run_death() &&
               (sleeps_first || put_bystander_to_sleep()) && kill_dead_peer();
    return true;
}

bool Stage::took_memory() const
{
    struct stat status {};
    return ::fstat(file_, &status) == 0 && status.st_blocks > blocks_;
}

bool Stage::sleeps(const snapshot &now) const
{
    const std::size_t counter = operation_.sleeper == 'G'   ? getters_at
                                : operation_.sleeper == 'P' ? putters_at
                                                            : joiners_at;
    return (word_at(now, counter) & 0xffffffff) != 0 && state_of(bystander_.pid()) == 'S';
}

bool Stage::put_bystander_to_sleep()
{
    if (!bystander_.runs())
        return true;
    bystander_.send('!');
    snapshot now{};
    bool asleep = false;
    for (int i = 0; i < 20'000 && !asleep && notes_.done[bystander] == 0; i++) {
        nap_us(50);
        asleep = look(now) && sleeps(now);
    }
    snapshot_free(&now);
    if (!asleep) {
        notes_.complain("call: a %c does not fall asleep", operation_.sleeper);
        return false;
    }
    bystander_.stop(); // so that its slices do not mix with the steps of the victim
    bystander_stopped_ = true;
    return true;
}

bool Stage::run_death()
{
    const Death &death = *operation_.death;
    if (!dead_.start([&] { return live_as_dead_peer(operation_, death, name_.c_str(), notes_); })) {
        notes_.complain("call: a peer that shall die %s did not reach its operation", death.name);
        return false;
    }
    bool reached = false;
    if (death.reached == nullptr) {
        dead_.run();
        reached = dead_.await_run() == Step::finished;
    } else {
        reached = death_path_.known ? step_to_death() : find_death();
    }
    if (!reached)
        notes_.complain("harness: a peer did not get so far as to die %s", death.name);
    return reached;
}

// Looks after each step.
bool Stage::find_death()
{
    snapshot now{};
    bool reached = false;
    death_path_.trace.begin(dead_.place());
    for (death_path_.steps = 0; !reached && death_path_.steps < death_steps_max && dead_.step() == Step::done;) {
        death_path_.steps++;
        death_path_.trace.add(dead_.place());
        reached = look(now) && operation_.death->reached(now, notes_.slot[dead_peer]);
    }
    snapshot_free(&now);
    return death_path_.known = reached;
}

bool Stage::step_to_death()
{
    const Trace::Stop stop = death_path_.trace.stop_before(death_path_.steps);
    if (stop.instruction != 0 && dead_.run_to(stop.place) != Step::done)
        return false;
    for (long k = stop.instruction; k < death_path_.steps; k++)
        if (dead_.step() != Step::done)
            return false;
    snapshot now{};
    const bool reached = look(now) && operation_.death->reached(now, notes_.slot[dead_peer]);
    snapshot_free(&now);
    return reached;
}

bool Stage::kill_dead_peer()
{
    snapshot now{};
    const bool there = look(now);
    if (there)
        notes_.dead_generation =
            static_cast<std::uint32_t>(word_at(now, slots_at + notes_.slot[dead_peer] * slot_size));
    snapshot_free(&now);
    dead_.kill();
    return there;
}

bool Stage::assist()
{
    if (assists_++ == assists_max)
        return false;
    return order(operation_.assist != 0 ? operation_.assist : assist_put, "to wake the victim");
}

bool Stage::order(char what, const char *why)
{
    const Outcome outcome = survivor_.order(what);
    if (outcome != Outcome::answered)
        notes_.complain("%s: a survivor %s, called %s ('%c')", outcome == Outcome::hung ? "hang" : "crash",
                        outcome_text(outcome), why, what);
    return outcome == Outcome::answered;
}

// Where there was no queue before: whatever the victim made, or the survivor's own.
bool Stage::attach_late()
{
    if (!operation_.creates || notes_.attached[survivor])
        return true;
    return order(attach_now, "to open the queue");
}

bool Stage::kept(const snapshot &now, snapshot_lock lock) const
{
    std::uint32_t slot = 0, generation = 0;
    return snapshot_lock_owner(&now, lock, &slot, &generation) && !notes_.lives(slot) &&
           !notes_.is_dead_peer(slot, generation);
}

// Could the sleeper be served by what is there?
bool Stage::owed(const snapshot &now, bool frozen) const
{
    const bool head = frozen && kept(now, SNAPSHOT_HEAD), tail = frozen && kept(now, SNAPSHOT_TAIL),
               frontier = frozen && kept(now, SNAPSHOT_FRONTIER);
    if (operation_.death != nullptr && (head || tail || frontier)) // what the sleeper needs must be requeued first
        return false;
    switch (operation_.sleeper) {
    case 'G': return notes_.expected_count != 0 && !head;
    case 'P': { // room by items, or the bytes that only the dead keep from it
        const std::uint64_t max_items = operation_.plan.max_items;
        return (max_items == 0 || notes_.expected_count < max_items) && !head && !tail;
    }
    default: return notes_.expected_count == 0 && ledger_.nothing_held() && !head && !frontier;
    }
}

// A picture while the bystander is between two steps would show what it has taken and not noted.
bool Stage::look_in_peace(snapshot &now)
{
    bool there = look(now);
    for (int i = 0; i < patience_ms && there && bystander_.runs() && !bystander_stopped_ &&
                    notes_.done[bystander] == 0 && state_of(bystander_.pid()) != 'Z' && !sleeps(now);
         i++) {
        nap_us(1000);
        there = look(now);
    }
    return there;
}

bool Stage::await_bystander()
{
    for (int i = 0; i < patience_ms && notes_.done[bystander] == 0; i++) {
        if (state_of(bystander_.pid()) == 'Z')
            break;
        nap_us(1000);
    }
    return notes_.done[bystander] != 0;
}

void Stage::release_bystander(const snapshot &now, bool frozen)
{
    if (!bystander_stopped_)
        return;
    notes_.slices[bystander] = 0;
    bystander_stopped_ = false;
    bystander_.go_on();
    if (!owed(now, frozen))
        return;
    if (!await_bystander())
        notes_.complain("waits: a sleeping %c is never served", operation_.sleeper);
    else if (notes_.slices[bystander] > slices_allowed)
        notes_.complain("waits: a sleeping %c was served after %u slices", operation_.sleeper,
                        notes_.slices[bystander].load());
}

bool Stage::serve_bystander(const snapshot &now)
{
    if (!bystander_.runs() || notes_.done[bystander] != 0)
        return true;
    ledger_.open(now, false);
    if (!owed(now, false))
        return true;
    notes_.slices[bystander] = 0;
    if (!await_bystander())
        notes_.complain("waits: a sleeping %c is never served, though the frozen one has ended", operation_.sleeper);
    else if (notes_.slices[bystander] > slices_allowed)
        notes_.complain("waits: a sleeping %c was served %u slices after the frozen one had ended", operation_.sleeper,
                        notes_.slices[bystander].load());
    return notes_.complaint_count == 0;
}

// It was not owed anything so far: now it is.
void Stage::finish_bystander()
{
    if (!bystander_.runs() || operation_.sleeper == 'J')
        return;
    if (notes_.done[bystander] == 0 && notes_.shutdown == 0 && notes_.complaint_count == 0) {
        notes_.slices[bystander] = 0;
        if (order(operation_.sleeper == 'G' ? assist_put : assist_get, "to wake a sleeper") && !await_bystander())
            notes_.complain("waits: a sleeping %c is not woken", operation_.sleeper);
    }
    ledger_.follow();
}

void Stage::settle(char variant, bool victim_died)
{
    snapshot now{};
    if (!attach_late())
        return;
    if (!look_in_peace(now)) {
        notes_.complain("harness: there is no queue to look at");
        return;
    }
    ledger_.open(now, victim_died);
    // A joiner would clean up at the same time, and a strict drain must find all that was given back: it comes later.
    const bool later = operation_.sleeper == 'J' && variant == reap_then_drain;
    if (!later)
        release_bystander(now, false);
    finish_bystander();
    if (notes_.complaint_count == 0 && order(variant, "to work on")) {
        ledger_.close(variant == reap_then_drain);
        notes_.expected_count = 0;
        if (later && look(now))
            release_bystander(now, false);
    }
    snapshot_free(&now);
    if (notes_.complaint_count != 0 || !order(live_on, "to live on"))
        return;
    if (bystander_.runs()) {
        if (!await_bystander())
            notes_.complain("waits: a sleeping %c is never served", operation_.sleeper);
        else if (notes_.result[bystander] != IPCQ_OK && notes_.shutdown == 0)
            notes_.complain("call: a sleeping %c got %s", operation_.sleeper,
                            ipcq_error_name(notes_.result[bystander]));
    }
    check_end();
}

void Stage::check_end()
{
    for (Helper *helper : {&bystander_, &survivor_})
        if (helper->runs())
            if (const Outcome outcome = helper->await_end(); outcome != Outcome::ended)
                notes_.complain("crash: a survivor %s at its end", outcome_text(outcome));
    snapshot now{};
    char text[SNAPSHOT_TEXT];
    if (look(now)) {
        if (!snapshot_valid(&now, true, text))
            notes_.complain("%s (at the end)", text);
        else if (const std::size_t lost = snapshot_lost_segments(&now); lost != 0)
            notes_.complain("segments: %zu are lost", lost);
    }
    snapshot_free(&now);
}

void Stage::call_while_frozen() { order(sweep::calls_while_frozen, "while the victim is frozen"); }

} // namespace sweep
