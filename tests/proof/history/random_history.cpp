// SPDX-License-Identifier: Apache-2.0
#include "random_history.hpp"

#include "support/random.h"

#include <algorithm>

namespace history {

RandomHistory::RandomHistory(std::uint64_t seed, Sort sort) : seed_(seed), sort_(sort)
{
    history_.joinable = sort.joinable;
    history_.max_items = sort.counted ? dice(3) : 0;
    history_.bytes_bounded = false;
    players_.resize(2 + dice(3));
    logs_.resize(players_.size());
    for (Player &player : players_) {
        player = {static_cast<std::uint32_t>(history_.lives.size()), Step::idle, false, {}};
        history_.lives.emplace_back();
    }
    play(static_cast<unsigned>(4 + dice(6)));
    publish();
}

std::uint64_t RandomHistory::dice(std::uint64_t sides) { return random_next(&seed_) % sides; }

std::uint64_t RandomHistory::ready() const
{
    return static_cast<std::uint64_t>(
        std::count_if(queue_.begin(), queue_.end(), [](const Record &r) { return r.state == Record::ready; }));
}

void RandomHistory::publish() { history_.logs.assign(logs_.begin(), logs_.end()); }

void RandomHistory::play(unsigned operations_max)
{
    const bool kills = sort_.killed && dice(4) != 0;
    const auto busy = [](const Player &p) { return p.step != Step::idle || p.killed; };
    while (operations_ < operations_max || std::any_of(players_.begin(), players_.end(), busy)) {
        const std::size_t index = dice(players_.size());
        Player &player = players_[index];
        reap();
        if (player.killed || (kills && dice(16) == 0))
            die(index);
        else if (player.step == Step::happened)
            respond(index);
        else if (player.step == Step::invoked)
            happen(index);
        else if (operations_ < operations_max)
            invoke(index);
    }
}

void RandomHistory::invoke(std::size_t index)
{
    Player &player = players_[index];
    Operation o{0, tick(), 0, player.life, Kind::put, 0, 0};
    const std::uint64_t choice = dice(12);
    if (!player.held.empty() && choice < 5) {
        o.kind = choice == 0 ? Kind::give_back : Kind::finish;
        o.value = player.held.front().value;
        o.deliveries = static_cast<std::uint8_t>(player.held.front().deliveries);
        player.held.erase(player.held.begin());
    } else if (choice < 7) {
        o.kind = Kind::get;
    } else if (choice == 7 && history_.joinable) {
        o.kind = Kind::join;
    } else if (choice == 8 && sort_.counted) {
        o.kind = Kind::size;
    } else {
        o.value = history_.values++;
    }
    logs_[index].push_back(o);
    player.step = Step::invoked;
    operations_++;
}

void RandomHistory::happen(std::size_t index)
{
    Operation &o = logs_[index].back();
    const auto named = std::find_if(queue_.begin(), queue_.end(), [&](const Record &r) { return r.value == o.value; });
    const auto first =
        std::find_if(queue_.begin(), queue_.end(), [](const Record &r) { return r.state == Record::ready; });
    players_[index].step = Step::happened;
    if (o.kind == Kind::put) {
        if (history_.max_items != 0 && ready() >= history_.max_items)
            o.kind = Kind::full;
        else
            queue_.push_back({o.value, Record::ready, 0, 0});
    } else if (o.kind == Kind::get && first == queue_.end()) {
        o.kind = Kind::empty;
    } else if (o.kind == Kind::get) {
        o.value = first->value;
        o.deliveries = static_cast<std::uint8_t>(first->deliveries);
        first->state = history_.joinable ? Record::taken : Record::finished;
        first->life = o.life;
    } else if (o.kind == Kind::size) {
        o.value = ready();
    } else if (o.kind == Kind::finish) {
        named->state = Record::finished;
    } else if (o.kind == Kind::give_back) {
        named->state = Record::ready;
        named->deliveries++;
    } else if (std::any_of(queue_.begin(), queue_.end(), [](const Record &r) { return r.state != Record::finished; })) {
        o.kind = Kind::none; // a join that has to wait, and does not
    }
}

void RandomHistory::respond(std::size_t index)
{
    Operation &o = logs_[index].back();
    o.responded_ns = tick();
    players_[index].step = Step::idle;
    if (o.kind == Kind::get && history_.joinable)
        players_[index].held.push_back({o.value, Record::taken, o.deliveries, o.life});
}

// In two steps, so that others act in between.
void RandomHistory::die(std::size_t index)
{
    Player &player = players_[index];
    Life &life = history_.lives[player.life];
    if (!player.killed) {
        life.killed_ns = tick();
        player.killed = true;
        return;
    }
    life.gone_ns = tick();
    if (player.step != Step::idle && logs_[index].back().kind == Kind::get)
        logs_[index].back().value = logs_[index].back().deliveries = 0; // nobody knows
    player = {static_cast<std::uint32_t>(history_.lives.size()), Step::idle, false, {}};
    history_.lives.emplace_back();
}

void RandomHistory::reap()
{
    for (Record &record : queue_) {
        if (record.state != Record::taken || history_.lives[record.life].killed_ns == never || dice(4) != 0)
            continue;
        record.state = Record::ready;
        record.deliveries++;
    }
}

Operation *RandomHistory::any(Kind kind)
{
    std::vector<Operation *> found;
    for (auto &log : logs_)
        for (Operation &o : log)
            if (o.kind == kind && !o.pending())
                found.push_back(&o);
    return found.empty() ? nullptr : found[dice(found.size())];
}

Operation *RandomHistory::end_of(const Operation &get)
{
    for (auto &log : logs_)
        for (Operation &o : log)
            if ((o.kind == Kind::finish || o.kind == Kind::give_back) && o.value == get.value &&
                o.deliveries == get.deliveries)
                return &o;
    return nullptr;
}

// To another time between its neighbours in the same log.
void RandomHistory::shift_one()
{
    auto &log = logs_[dice(logs_.size())];
    if (log.empty())
        return;
    const std::size_t i = dice(log.size());
    if (log[i].pending())
        return;
    const Life &life = history_.lives[log[i].life];
    std::int64_t from = 0;
    if (i != 0)
        from = log[i - 1].life == log[i].life ? log[i - 1].responded_ns : history_.lives[log[i - 1].life].gone_ns;
    const std::int64_t until =
        std::min(i + 1 == log.size() ? clock_ + 1 : log[i + 1].invoked_ns, std::min(life.killed_ns, clock_ + 1));
    if (until - from < 2)
        return;
    const auto span = static_cast<std::uint64_t>(until - from - 1);
    std::int64_t a = from + 1 + static_cast<std::int64_t>(dice(span)),
                 b = from + 1 + static_cast<std::int64_t>(dice(span));
    log[i].invoked_ns = std::min(a, b);
    log[i].responded_ns = std::max(a, b);
}

void RandomHistory::swap_two_gets()
{
    Operation *one = any(Kind::get), *other = any(Kind::get);
    if (one == other)
        return;
    Operation *one_end = end_of(*one), *other_end = end_of(*other);
    std::swap(one->value, other->value);
    std::swap(one->deliveries, other->deliveries);
    for (const auto &[get, end] : {std::pair(one, one_end), std::pair(other, other_end)}) {
        if (end != nullptr) {
            end->value = get->value;
            end->deliveries = get->deliveries;
        }
    }
}

void RandomHistory::drop_one()
{
    Operation *o = any(dice(3) == 0 ? Kind::put : Kind::get);
    if (o == nullptr)
        return;
    Operation *end = o->kind == Kind::get ? end_of(*o) : nullptr;
    o->kind = Kind::none;
    if (end != nullptr)
        end->kind = Kind::none;
}

void RandomHistory::change_answer()
{
    if (Operation *o = any(Kind::size); o != nullptr && dice(2) == 0) {
        o->value += dice(2) == 0 && o->value != 0 ? ~std::uint64_t{0} : 1;
    } else if (o = any(Kind::get); o != nullptr && dice(2) == 0) {
        Operation *end = end_of(*o);
        if (history_.joinable)
            o->deliveries =
                static_cast<std::uint8_t>(o->deliveries == 0 || dice(2) == 0 ? o->deliveries + 1 : o->deliveries - 1);
        else
            o->value = dice(history_.values);
        if (end != nullptr)
            end->deliveries = o->deliveries;
    } else if (o = any(Kind::none); o != nullptr) {
        o->kind = history_.joinable ? Kind::join : Kind::empty;
    } else if (o = any(Kind::give_back); o != nullptr) {
        o->kind = Kind::finish;
    }
}

void RandomHistory::spoil()
{
    for (std::uint64_t times = 1 + dice(3); times != 0; times--) {
        switch (dice(6)) {
        case 0: swap_two_gets(); break;
        case 1: drop_one(); break;
        case 2: change_answer(); break;
        default: shift_one();
        }
    }
    publish();
}

} // namespace history
