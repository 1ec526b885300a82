// SPDX-License-Identifier: Apache-2.0
#include "brute_force.hpp"

#include <algorithm>
#include <string>
#include <unordered_set>

namespace history {

namespace {

class Search {
public:
    explicit Search(const History &history) : history_(history), limit_is_strict_(!history.gives_back())
    {
        history.each([&](const Operation &o) { operations_.push_back(o); });
    }

    bool run() { return legal_from(State{}); }

private:
    enum class Item : std::uint8_t { ready, taken, finished };
    struct Record {
        std::uint8_t value;
        Item item;
        std::uint8_t deliveries;
        std::uint8_t life; // that has taken it
    };
    struct State {
        std::uint32_t done = 0;  // operations that have happened
        std::uint32_t dead = 0;  // lives that have ended
        std::vector<Record> log; // in the order of the puts

        std::string key() const
        {
            std::string key(reinterpret_cast<const char *>(&done), sizeof done);
            key.append(reinterpret_cast<const char *>(&dead), sizeof dead);
            return key.append(reinterpret_cast<const char *>(log.data()), log.size() * sizeof(Record));
        }
    };

    bool legal_from(const State &state);
    bool apply(const Operation &operation, State &state) const;

    const History &history_;
    const bool limit_is_strict_;
    std::vector<Operation> operations_;
    std::unordered_set<std::string> seen_;
};

bool Search::legal_from(const State &state)
{
    if (!seen_.insert(state.key()).second)
        return false;
    std::int64_t limit = never; // what responded first of all that is left must not be overtaken
    bool complete = true;
    for (std::size_t i = 0; i < operations_.size(); i++) {
        if ((state.done >> i & 1) != 0 || operations_[i].pending())
            continue;
        complete = false;
        limit = std::min(limit, operations_[i].responded_ns);
    }
    if (complete)
        return true; // whatever is pending may never have happened
    for (std::size_t i = 0; i < history_.lives.size(); i++)
        if ((state.dead >> i & 1) == 0)
            limit = std::min(limit, history_.lives[i].gone_ns);

    for (std::size_t i = 0; i < operations_.size(); i++) {
        const Operation &o = operations_[i];
        if ((state.done >> i & 1) != 0 || o.invoked_ns > limit || (state.dead >> o.life & 1) != 0)
            continue;
        State next = state;
        next.done |= 1U << i;
        if (apply(o, next) && legal_from(next))
            return true;
    }
    for (std::size_t i = 0; i < history_.lives.size(); i++) {
        const std::int64_t killed = history_.lives[i].killed_ns;
        if ((state.dead >> i & 1) != 0 || killed == never || killed > limit)
            continue;
        State next = state;
        next.dead |= 1U << i;
        if (legal_from(next))
            return true;
    }
    for (std::size_t i = 0; i < state.log.size(); i++) { // the reaper
        if (state.log[i].item != Item::taken || (state.dead >> state.log[i].life & 1) == 0)
            continue;
        State next = state;
        next.log[i].item = Item::ready;
        next.log[i].deliveries++;
        if (legal_from(next))
            return true;
    }
    return false;
}

bool Search::apply(const Operation &o, State &state) const
{
    const auto is_ready = [](const Record &r) { return r.item == Item::ready; };
    const auto ready = static_cast<std::uint64_t>(std::count_if(state.log.begin(), state.log.end(), is_ready));
    const auto first = std::find_if(state.log.begin(), state.log.end(), is_ready);
    const auto named =
        std::find_if(state.log.begin(), state.log.end(), [&](const Record &r) { return r.value == o.value; });
    const auto holds = [&] { // the one that ends a delivery has it
        return named != state.log.end() && named->item == Item::taken && named->life == o.life &&
               named->deliveries == o.deliveries;
    };
    switch (o.kind) {
    case Kind::put:
        if (history_.max_items != 0 && limit_is_strict_ && ready >= history_.max_items)
            return false;
        state.log.push_back({static_cast<std::uint8_t>(o.value), Item::ready, 0, 0});
        return true;
    case Kind::get:
        if (first == state.log.end())
            return false;
        if (!o.pending() && (first->value != o.value || first->deliveries != o.deliveries))
            return false;
        first->item = history_.joinable ? Item::taken : Item::finished;
        first->life = static_cast<std::uint8_t>(history_.joinable ? o.life : 0);
        return true;
    case Kind::empty: return ready == 0;
    case Kind::full: return ready >= history_.max_items;
    case Kind::size: return ready == o.value;
    case Kind::finish:
        if (!holds())
            return false;
        named->item = Item::finished;
        return true;
    case Kind::give_back:
        if (!holds())
            return false;
        named->item = Item::ready;
        named->deliveries++;
        return true;
    case Kind::join:
        return std::all_of(state.log.begin(), state.log.end(),
                           [](const Record &r) { return r.item == Item::finished; });
    default: return o.kind == Kind::none;
    }
}

} // namespace

bool some_order_is_legal(const History &history) { return Search(history).run(); }

} // namespace history
