// SPDX-License-Identifier: Apache-2.0
#include "values.hpp"

#include <algorithm>

namespace history {

namespace {

using ull = unsigned long long;

constexpr unsigned deliveries_max = 255; // the queue counts no further

// A process killed in a call that ends a delivery of another process has not ended it. Sorted: each get before what
// ended its delivery.
void drop_ends_of_others(std::vector<Operation> &steps)
{
    std::size_t kept = 0, get = steps.size();
    const auto ends_the_get = [&](const Operation &o) {
        return get < kept && steps[get].value == o.value && steps[get].deliveries == o.deliveries &&
               steps[get].life == o.life;
    };
    for (std::size_t i = 0; i < steps.size(); i++) {
        const Operation o = steps[i];
        if (o.kind == Kind::get)
            get = kept;
        else if (o.pending() && !ends_the_get(o))
            continue;
        steps[kept++] = o;
    }
    steps.resize(kept);
}

} // namespace

Values::Values(const History &history, Findings &findings)
    : value(history.values), came_again_(history.values), held_by_dead_(history.values), finished_(history.values),
      put_returned_(history.values)
{
    gather(history, findings);
    follow_all(history, findings);
    settle_bounds(findings);
}

void Values::gather(const History &history, Findings &findings)
{
    history.each([&](const Operation &o) {
        const Life &life = history.lives[o.life];
        if (o.kind == Kind::error)
            findings.add("answer", "a call answered -%llu, which is never right here", static_cast<ull>(o.value));
        if (o.kind == Kind::get && o.pending())
            losses.killed_get(o.invoked_ns, life);
        const bool names_value = o.kind == Kind::put || o.kind == Kind::finish || o.kind == Kind::give_back ||
                                 (o.kind == Kind::get && !o.pending());
        if (!names_value)
            return;
        if (o.value >= history.values) {
            findings.add("VFresh", "a value %llu that nobody ever put", static_cast<ull>(o.value));
            return;
        }
        Value &v = value[o.value];
        if (o.kind == Kind::put) {
            v.put_invoked = o.invoked_ns;
            v.put_responded = o.pending() ? life.gone_ns : o.responded_ns;
            put_returned_[o.value] = !o.pending();
        } else if (o.kind == Kind::get && o.deliveries == 0) {
            if (v.taken())
                findings.add("VRepet", "item %llu came twice as if for the first time", static_cast<ull>(o.value));
            v.taken_invoked = o.invoked_ns;
            v.taken_responded = o.responded_ns;
            held_by_dead_[o.value] = held_by_dead_[o.value] || (history.joinable && life.killed_ns != never);
        } else if (o.kind == Kind::finish) {
            if (!o.pending() && finished_[o.value])
                findings.add("VRepet", "item %llu was finished twice", static_cast<ull>(o.value));
            if (!o.pending())
                finished_[o.value] = true;
            v.finish_invoked = o.invoked_ns;
        }
        if (o.kind == Kind::give_back || (o.kind == Kind::get && o.deliveries != 0))
            came_again_[o.value] = true;
    });
    for (std::uint64_t name = 0; name < value.size(); name++) // the reaper may have made it ready
        came_again_[name] = came_again_[name] || (held_by_dead_[name] && !finished_[name]);
}

void Values::follow_all(const History &history, Findings &findings)
{
    std::vector<Operation> steps;
    history.each([&](const Operation &o) {
        const bool names_value =
            (o.kind == Kind::get && !o.pending()) || o.kind == Kind::finish || o.kind == Kind::give_back;
        if (names_value && o.value < history.values && came_again_[o.value])
            steps.push_back(o);
    });
    std::sort(steps.begin(), steps.end(), [](const Operation &a, const Operation &b) {
        if (a.value != b.value)
            return a.value < b.value;
        if (a.deliveries != b.deliveries)
            return a.deliveries < b.deliveries;
        return a.kind < b.kind; // get, then what ended it
    });
    drop_ends_of_others(steps);
    for (std::size_t from = 0, until = 0; from < steps.size(); from = until) {
        while (until < steps.size() && steps[until].value == steps[from].value)
            until++;
        follow(history, std::span(steps).subspan(from, until - from), findings);
    }
}

// The deliveries of one value in their order: each of them must have ended, by a nack or by a death, before the next
// began.
void Values::follow(const History &history, std::span<const Operation> steps, Findings &findings)
{
    const std::uint64_t name = steps[0].value;
    Value &v = value[name];
    unsigned next = 0; // the number that the next delivery must have
    std::int64_t released = v.put_invoked, ready = std::min(v.put_responded, never);
    bool final = false; // finished for certain
    v.finish_invoked = never;
    v.taken_invoked = v.taken_responded = never;
    for (std::size_t i = 0; i < steps.size();) {
        const Operation &get = steps[i];
        if (get.deliveries >= deliveries_max)
            return;
        if (get.kind != Kind::get || (i != 0 && steps[i - 1].deliveries == get.deliveries)) {
            findings.add("VRepet", "item %llu came twice as delivery %u, or was ended twice", static_cast<ull>(name),
                         get.deliveries);
            return;
        }
        if (final)
            findings.add("redelivery", "item %llu came again after it was finished", static_cast<ull>(name));
        if (get.responded_ns < released)
            findings.add("redelivery", "item %llu came again before it was given back", static_cast<ull>(name));
        std::int64_t taken = get.invoked_ns, taken_until = get.responded_ns;
        for (unsigned number = next; number < get.deliveries; number++) {
            losses.missing(name, released, get.responded_ns, true);
            taken = losses.earliest(released, get.responded_ns, true);
            taken_until = losses.latest(released, get.responded_ns, true);
        }
        again.push_back({name, ready, taken, released, get.responded_ns, next == 0});
        if (!v.taken()) {
            v.taken_invoked = taken;
            v.taken_responded = std::min(taken_until, get.responded_ns);
        }
        next = get.deliveries + 1U;
        const Life &life = history.lives[get.life];
        const bool ends =
            i + 1 < steps.size() && steps[i + 1].deliveries == get.deliveries && steps[i + 1].kind != Kind::get;
        const Operation *end = ends ? &steps[i + 1] : nullptr;
        released = life.killed_ns;
        ready = never;
        if (end != nullptr && end->kind == Kind::give_back) {
            released = end->invoked_ns;
            ready = end->pending() ? never : end->responded_ns;
        } else if (end != nullptr) {
            final = !end->pending();
        }
        v.finish_invoked = end != nullptr && end->kind == Kind::finish ? end->invoked_ns : never;
        i += ends ? 2 : 1;
    }
    if (released != never && !final)
        again.push_back({name, ready, losses.earliest(released, never, false), released, never, false});
}

// A put has taken effect when its value was taken, and a get not before its value was put.
void Values::settle_bounds(Findings &findings)
{
    for (std::uint64_t name = 0; name < value.size(); name++) {
        Value &v = value[name];
        if (v.taken() && (!v.put() || v.taken_responded < v.put_invoked)) {
            findings.add("VFresh", "item %llu came before it was put", static_cast<ull>(name));
            continue;
        }
        if (!v.put())
            continue;
        if (v.taken()) {
            if (!put_returned_[name])
                put_by_dead.push_back(name);
            v.put_responded = std::min(v.put_responded, v.taken_responded);
            v.taken_invoked = std::max(v.taken_invoked, v.put_invoked);
        } else if (put_returned_[name]) {
            missing.push_back(name);
        } else {
            v.put_responded = never; // it may never have happened
        }
    }
}

} // namespace history
