// SPDX-License-Identifier: Apache-2.0
#include "mutation.hpp"

#include "checker.hpp"
#include "support/random.h"

#include <algorithm>
#include <utility>

namespace history {

namespace {

class Mutator {
public:
    Mutator(const History &history, std::uint64_t seed, Findings &findings);

    std::uint64_t run();

private:
    // A value that was delivered once, all of it recorded.
    struct Course {
        Operation *put = nullptr, *get = nullptr, *finish = nullptr;
        bool again = false;
        bool simple() const { return put != nullptr && get != nullptr && !again; }
    };

    Course *pick(); // nullptr if there is none
    void expect(const char *what);
    void swap_two_gets();
    void double_a_get();
    void drop_a_get();
    void answer_empty_while_an_item_is_ready();
    void drop_a_finish();
    void forget_a_delivery();
    void say_too_much();

    History history_;
    std::vector<std::vector<Operation>> logs_;
    std::vector<Course> course_;
    std::uint64_t seed_, tried_ = 0;
    Findings &findings_;
};

Mutator::Mutator(const History &history, std::uint64_t seed, Findings &findings)
    : history_(history), course_(history.values), seed_(seed), findings_(findings)
{
    for (const auto &log : history.logs)
        logs_.emplace_back(log.begin(), log.end());
    logs_.emplace_back(1); // for one call more; says nothing yet
    history_.logs.assign(logs_.begin(), logs_.end());
    for (auto &log : logs_) {
        for (Operation &o : log) {
            if (o.pending() || o.value >= course_.size())
                continue;
            Course &course = course_[o.value];
            if (o.kind == Kind::put)
                course.put = &o;
            else if (o.kind == Kind::get && o.deliveries == 0)
                course.get = &o;
            else if (o.kind == Kind::finish && o.deliveries == 0)
                course.finish = &o;
            course.again = course.again || o.kind == Kind::give_back || (o.kind == Kind::get && o.deliveries != 0);
        }
    }
}

Mutator::Course *Mutator::pick()
{
    for (std::uint64_t tries = 0; tries < 1000 && !course_.empty(); tries++)
        if (Course &course = course_[random_next(&seed_) % course_.size()]; course.simple())
            return &course;
    return nullptr;
}

void Mutator::expect(const char *what)
{
    tried_++;
    if (check(history_).count() == 0)
        findings_.add("validation", "%s in a real history, and nothing was found", what);
}

void Mutator::swap_two_gets()
{
    Course *one = pick(), *other = pick();
    if (one == nullptr || one->put->responded_ns >= other->put->invoked_ns ||
        one->get->responded_ns >= other->get->invoked_ns)
        return;
    std::swap(one->get->value, other->get->value);
    expect("two gets were swapped");
    std::swap(one->get->value, other->get->value);
}

void Mutator::double_a_get()
{
    Course *one = pick(), *other = pick();
    if (one == other)
        return;
    const std::uint64_t value = std::exchange(other->get->value, one->get->value);
    expect("a get was doubled");
    other->get->value = value;
}

void Mutator::drop_a_get()
{
    const bool killed = std::any_of(history_.lives.begin(), history_.lives.end(),
                                    [](const Life &life) { return life.killed_ns != never; });
    Course *course = pick();
    if (killed || course == nullptr) // it may have gone with a killed getter
        return;
    course->get->kind = Kind::none;
    expect("a get was dropped");
    course->get->kind = Kind::get;
}

void Mutator::answer_empty_while_an_item_is_ready()
{
    const Course *course = pick();
    if (course == nullptr || course->get->invoked_ns - course->put->responded_ns < 3)
        return;
    Operation &more = logs_.back()[0];
    more = {0, course->put->responded_ns + 1, course->get->invoked_ns - 1, course->get->life, Kind::empty, 0, 0};
    expect("EMPTY was answered while an item was ready");
    more = {};
}

void Mutator::drop_a_finish()
{
    Course *course = pick();
    if (course == nullptr || course->finish == nullptr)
        return;
    course->finish->kind = Kind::none;
    expect("a task_done was dropped"); // and yet the last join ended
    course->finish->kind = Kind::finish;
}

void Mutator::forget_a_delivery()
{
    for (auto &log : logs_) {
        for (Operation &o : log) {
            if (o.kind != Kind::get || o.pending() || o.deliveries == 0)
                continue;
            const std::uint8_t deliveries = std::exchange(o.deliveries, 0);
            expect("an item came again as if for the first time");
            o.deliveries = deliveries;
            return;
        }
    }
}

void Mutator::say_too_much()
{
    for (auto &log : logs_) {
        for (Operation &o : log) {
            if (o.kind != Kind::size || o.pending())
                continue;
            o.value += history_.values;
            expect("a size was too large");
            o.value -= history_.values;
            return;
        }
    }
}

std::uint64_t Mutator::run()
{
    for (unsigned times = 0; times < 4; times++) {
        swap_two_gets();
        double_a_get();
        drop_a_get();
        answer_empty_while_an_item_is_ready();
        drop_a_finish();
    }
    forget_a_delivery();
    say_too_much();
    return tried_;
}

} // namespace

std::uint64_t find_mutations(const History &history, std::uint64_t seed, Findings &findings)
{
    return Mutator(history, seed, findings).run();
}

} // namespace history
