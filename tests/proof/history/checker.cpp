// SPDX-License-Identifier: Apache-2.0
#include "checker.hpp"

#include "occupancy.hpp"
#include "values.hpp"

#include <algorithm>

namespace history {

namespace {

using ull = unsigned long long;

class Checker {
public:
    explicit Checker(const History &history)
        : history_(history), values_(history, findings_),
          limit_is_strict_(!history.gives_back() && values_.again.empty())
    {}

    Findings run()
    {
        order_of_first_deliveries();
        order_of_later_deliveries();
        looks();
        joins();
        lost();
        return std::move(findings_);
    }

private:
    struct Missing {
        std::int64_t put_responded;
        std::int64_t taken_after; // not before the older ones were
        std::int64_t gone_before; // a younger one, or EMPTY, came before which it must have been taken
        std::uint64_t value;
    };

    void order_of_first_deliveries();
    void order_of_later_deliveries();
    void looks();
    void look(const Operation &operation);
    void joins();
    void lost();
    void add_certain(std::int64_t from, std::int64_t until)
    {
        if (from < until)
            certain_.add(from, until);
    }
    void must_be_gone(std::int64_t put_before, std::int64_t instant);

    const History &history_;
    Findings findings_;
    Values values_;
    const bool limit_is_strict_;   // once an item was given back, producers may pass the limit
    std::vector<Missing> missing_; // by put_responded
    Occupancy certain_, possible_; // ready items
    Occupancy unrolled_;           // items that a killed put left without counting them
};

// VOrd: what was put first is delivered first, whatever is given back later. With u's put before v's, v must not be
// taken for certain before u.
void Checker::order_of_first_deliveries()
{
    struct Put {
        std::int64_t responded, taken;
    };
    std::vector<Put> puts;
    puts.reserve(values_.value.size());
    for (const Value &v : values_.value)
        if (v.put() && v.taken())
            puts.push_back({v.put_responded, v.taken_invoked});
    std::sort(puts.begin(), puts.end(), [](const Put &a, const Put &b) { return a.responded < b.responded; });
    for (std::size_t i = 1; i < puts.size(); i++)
        puts[i].taken = std::max(puts[i].taken, puts[i - 1].taken);
    const auto older_taken = [&](std::int64_t put_invoked) { // not before this
        const auto end = std::lower_bound(puts.begin(), puts.end(), put_invoked,
                                          [](const Put &p, std::int64_t instant) { return p.responded < instant; });
        return end == puts.begin() ? INT64_MIN : end[-1].taken;
    };

    for (const std::uint64_t name : values_.missing) {
        const Value &v = values_.value[name];
        missing_.push_back({v.put_responded, std::max(v.put_invoked, older_taken(v.put_invoked)), never, name});
    }
    std::sort(missing_.begin(), missing_.end(),
              [](const Missing &a, const Missing &b) { return a.put_responded < b.put_responded; });

    for (std::uint64_t name = 0; name < values_.value.size(); name++) {
        const Value &v = values_.value[name];
        if (!v.put() || !v.taken())
            continue;
        if (older_taken(v.put_invoked) > v.taken_responded)
            findings_.add("VOrd", "item %llu was taken at %lld, before one that was put before it",
                          static_cast<ull>(name), static_cast<long long>(v.taken_responded));
        must_be_gone(v.put_invoked, v.taken_responded);
    }
}

// All missing items whose put returned before `put_before` were taken before `instant`. Kept at the last of them;
// lost() carries it to those before it.
void Checker::must_be_gone(std::int64_t put_before, std::int64_t instant)
{
    const auto end = std::lower_bound(missing_.begin(), missing_.end(), put_before,
                                      [](const Missing &m, std::int64_t before) { return m.put_responded < before; });
    if (end != missing_.begin())
        end[-1].gone_before = std::min(end[-1].gone_before, instant);
}

// While an item that was given back is ready for certain, nobody takes one that is certainly younger.
void Checker::order_of_later_deliveries()
{
    for (const ReadyAgain &again : values_.again) {
        if (again.first || again.certain_from >= again.certain_until)
            continue;
        const auto passed_over = [&](const Operation &o) {
            if (o.kind != Kind::get || o.pending() || o.value >= values_.value.size())
                return false;
            const std::int64_t from = std::max(o.invoked_ns, values_.value[o.value].put_invoked);
            return from > again.certain_from && o.responded_ns < again.certain_until &&
                   values_.older(again.value, o.value);
        };
        for (const auto &log : history_.logs) {
            auto o = std::upper_bound(log.begin(), log.end(), again.certain_from,
                                      [](std::int64_t instant, const Operation &p) { return instant < p.invoked_ns; });
            if (o != log.begin())
                --o; // it was under way, and all of its batch
            while (o != log.begin() && o[-1].invoked_ns == o->invoked_ns)
                --o;
            for (; o != log.end() && o->invoked_ns < again.certain_until; ++o)
                if (passed_over(*o))
                    findings_.add("VOrd", "item %llu was taken while the older %llu was back",
                                  static_cast<ull>(o->value), static_cast<ull>(again.value));
        }
    }
}

void Checker::looks()
{
    bool counted = history_.max_items != 0;
    history_.each([&](const Operation &o) { counted = counted || o.kind == Kind::size; });
    std::vector<bool> again(values_.value.size());
    certain_.reserve(values_.value.size());
    if (counted)
        possible_.reserve(values_.value.size());
    for (const ReadyAgain &a : values_.again) {
        again[a.value] = true;
        add_certain(a.certain_from, a.certain_until);
        if (counted)
            possible_.add(a.possible_from, a.possible_until);
    }
    for (std::uint64_t name = 0; name < values_.value.size(); name++) {
        const Value &v = values_.value[name];
        if (!v.put() || again[name])
            continue;
        if (v.taken())
            add_certain(v.put_responded, v.taken_invoked);
        if (counted)
            possible_.add(v.put_invoked, v.taken_responded);
    }
    for (const Missing &m : missing_)
        add_certain(m.put_responded, values_.losses.earliest(m.taken_after, never, false));
    for (const std::uint64_t name : values_.put_by_dead)
        unrolled_.add(values_.value[name].put_invoked, values_.value[name].taken_responded);
    certain_.sort();
    possible_.sort();
    unrolled_.sort();
    if (history_.max_items != 0 && limit_is_strict_ && certain_.peak() > static_cast<std::int64_t>(history_.max_items))
        findings_.add("full", "%lld items were ready at once", static_cast<long long>(certain_.peak()));
    history_.each([&](const Operation &o) {
        if (!o.pending())
            look(o);
    });
    certain_ = possible_ = unrolled_ = Occupancy();
}

void Checker::look(const Operation &o)
{
    const auto fewest = [&](std::int64_t wanted, bool last) {
        return certain_.fewest(o.invoked_ns, o.responded_ns, wanted, last);
    };
    const auto possible = [&](std::int64_t wanted) {
        return possible_.most(o.invoked_ns, o.responded_ns, wanted) >= wanted;
    };
    const auto limit = static_cast<std::int64_t>(history_.max_items);
    if (o.kind == Kind::empty) {
        const Occupancy::Low low = fewest(0, !missing_.empty());
        if (low.fewest > 0)
            findings_.add("VWit", "EMPTY between %lld and %lld, but at least %lld ready all the time",
                          static_cast<long long>(o.invoked_ns), static_cast<long long>(o.responded_ns),
                          static_cast<long long>(low.fewest));
        else
            must_be_gone(low.first, low.last);
    } else if (o.kind == Kind::full && limit != 0 && !history_.bytes_bounded && !possible(limit)) {
        findings_.add("full", "FULL between %lld and %lld, but never %lld ready", static_cast<long long>(o.invoked_ns),
                      static_cast<long long>(o.responded_ns), static_cast<long long>(limit));
    } else if (o.kind == Kind::put && limit != 0 && limit_is_strict_ && fewest(limit - 1, false).fewest >= limit) {
        findings_.add("full", "item %llu was put, but at least %lld were ready all the time", static_cast<ull>(o.value),
                      static_cast<long long>(limit));
    } else if (o.kind == Kind::size) {
        const auto said = static_cast<std::int64_t>(o.value);
        const std::int64_t slack = unrolled_.most(o.invoked_ns, o.responded_ns, never);
        const std::int64_t low = fewest(said + slack, false).fewest - slack;
        if (low > said || !possible(said))
            findings_.add("size", "%lld between %lld and %lld, but %s", static_cast<long long>(said),
                          static_cast<long long>(o.invoked_ns), static_cast<long long>(o.responded_ns),
                          low > said ? "always more" : "never so many");
    }
}

// At some instant of a join every item that was put was finished.
void Checker::joins()
{
    bool joined = false;
    history_.each([&](const Operation &o) { joined = joined || (o.kind == Kind::join && !o.pending()); });
    if (!joined)
        return;
    Occupancy unfinished;
    unfinished.reserve(values_.value.size());
    for (const Value &v : values_.value)
        if (v.put_responded < v.finish_invoked && v.put())
            unfinished.add(v.put_responded, v.finish_invoked);
    unfinished.sort();
    history_.each([&](const Operation &o) {
        if (o.kind != Kind::join || o.pending())
            return;
        const std::int64_t fewest = unfinished.fewest(o.invoked_ns, o.responded_ns, 0, false).fewest;
        if (fewest > 0)
            findings_.add("join", "between %lld and %lld, but at least %lld unfinished all the time",
                          static_cast<long long>(o.invoked_ns), static_cast<long long>(o.responded_ns),
                          static_cast<long long>(fewest));
    });
}

void Checker::lost()
{
    std::int64_t gone_before = never;
    for (std::size_t i = missing_.size(); i-- != 0;) {
        gone_before = std::min(gone_before, missing_[i].gone_before);
        if (gone_before != never)
            values_.losses.missing(missing_[i].value, missing_[i].taken_after, gone_before, false);
    }
    values_.losses.settle(findings_);
}

} // namespace

Findings check(const History &history) { return Checker(history).run(); }

} // namespace history
