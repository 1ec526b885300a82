// SPDX-License-Identifier: Apache-2.0
#include "race.h"

#include "world.h"

#include <atomic>
#include <cstring>
#include <iterator>
#include <sched.h>
#include <thread>
#include <vector>

namespace fuzz {

namespace {

Strikes *current = nullptr;

// One thread for all recipes: it works while `changes` is set and says so.
std::atomic<const std::vector<Object::Change> *> changes{nullptr};
std::atomic<bool> at_work{false};

// glibc believes the bytes of a sem_t behind its counts, and may end the process over them. The library puts them right
// before each use. That does not help against a peer that writes them again and again.
bool inside_semaphore(const Step &step)
{
    return std::strcmp(places()[step.place].name, "pill") == 0 && step.index % 16 >= 2;
}

void flip_for_ever()
{
    for (;;) {
        at_work = false;
        while (changes.load() == nullptr)
            ::sched_yield();
        at_work = true;
        // Loaded again after `at_work`: a thread that takes the list away waits for at_work only afterwards.
        if (const auto *list = changes.load(); list != nullptr)
            for (const Object::Change &change : *list) {
                change.apply(change.after);
                change.apply(change.before);
            }
    }
}

} // namespace

Strikes::Strikes(Object &object) : object_(object) { current = this; }

Strikes::~Strikes()
{
    forget();
    current = nullptr;
}

void Strikes::forget()
{
    count_ = 0;
    before_shared_load = nullptr;
}

void Strikes::add(const Step &step)
{
    if (count_ < std::size(steps_))
        steps_[count_++] = step;
    before_shared_load = strike;
}

void Strikes::strike(std::uint64_t load)
{
    for (unsigned i = 0; i < current->count_; i++)
        if (current->steps_[i].when == load)
            current->object_.change(current->steps_[i]);
}

Flipper::Flipper(const Object &object, const Recipe &recipe)
{
    static std::thread *thread = nullptr;
    if (thread == nullptr) {
        thread = new std::thread(flip_for_ever);
        thread->detach();
    }
    static std::vector<Object::Change> list; // the thread reads it between the two stores of `changes`
    list.clear();
    for (const Step &step : recipe)
        if (step.verb == Verb::race && !inside_semaphore(step))
            list.push_back(object.plan(step));
    if (!list.empty())
        changes = &list;
}

Flipper::~Flipper()
{
    changes = nullptr;
    while (at_work)
        ::sched_yield();
}

} // namespace fuzz
