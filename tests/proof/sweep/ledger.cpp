// SPDX-License-Identifier: Apache-2.0
#include "ledger.h"

#include <algorithm>

namespace sweep {

namespace {

constexpr std::size_t shutdown_at = 664;

} // namespace

bool Ledger::living(std::uint32_t slot) const
{
    return notes_.lives(slot) || (operation_.forks && slot == notes_.slot[victim]);
}

std::uint32_t Ledger::position(Id id) const
{
    std::uint32_t at = 0;
    while (at < notes_.expected_count && notes_.expected[at].id != id)
        at++;
    return at;
}

void Ledger::expect(Id id, std::uint32_t deliveries, bool redelivered)
{
    if (notes_.expected_count < Notes::expected_max)
        notes_.expected[notes_.expected_count++] = {id, deliveries, redelivered};
}

void Ledger::strike(std::uint32_t position)
{
    std::copy(notes_.expected + position + 1, notes_.expected + notes_.expected_count, notes_.expected + position);
    notes_.expected_count--;
}

bool Ledger::held(Id id) const { return std::find(held_, held_ + held_count_, id) != held_ + held_count_; }

std::uint32_t Ledger::delivered(Id id) const
{
    const std::uint32_t count = std::min<std::uint32_t>(notes_.delivery_count, Notes::deliveries_max);
    return static_cast<std::uint32_t>(
        std::count_if(notes_.delivery, notes_.delivery + count, [&](const Delivery &d) { return d.id == id; }));
}

bool Ledger::finished_by_right(Id id) const
{
    return std::find(operation_.finishes.begin(), operation_.finishes.end(), id) != operation_.finishes.end() ||
           delivered(id) != 0;
}

void Ledger::open(const snapshot &left, bool victim_died)
{
    static snapshot_item items[Notes::expected_max];
    const std::size_t count =
        std::min<std::size_t>(snapshot_items(&left, items, Notes::expected_max), Notes::expected_max);
    notes_.shutdown = static_cast<int>(word_at(left, shutdown_at) & 0xffffffff);
    notes_.expected_count = 0;
    finished_ = held_count_ = 0;
    for (std::size_t i = 0; i < count; i++) {
        const snapshot_item &item = items[i];
        const Id id = check_item(item.payload, item.size);
        if (item.state == SNAPSHOT_DONE)
            continue;
        if (id == 0)
            notes_.complain("payload: the item at %llu is torn", static_cast<unsigned long long>(item.offset));
        if (item.state == SNAPSHOT_READY)
            expect(id, item.deliveries, false);
        else if (!living(item.owner_slot) && (victim_died || item.owner_slot == notes_.slot[dead_peer]))
            expect(id, std::min(item.deliveries + 1, 255u), true);
        else
            held_[held_count_++] = id;
    }
    look_for_losses();
    look_at_finished();
    committed_ = has(victims) ? 1 : look_at_batch(victim_died);
    for (std::size_t i = 0; i < operation_.plan.base.size(); i++) {
        const Id id = first_base + static_cast<Id>(i);
        finished_ += has(id) || held(id) ? 0 : 1;
    }
    seen_deliveries_ = notes_.delivery_count;
    seen_puts_ = notes_.put_count;
}

// What was put must be expected, or have been finished by somebody who may have done so.
void Ledger::look_for_losses()
{
    const auto miss = [&](Id id) {
        if (!has(id) && !held(id) && !finished_by_right(id) && notes_.shutdown != IPCQ_IMMEDIATE)
            notes_.complain("item: %u was put, and nobody has it or finished it", id);
        if (has(id) && delivered(id) != 0)
            notes_.complain("item: %u was finished, and is in the queue again", id);
    };
    for (std::size_t i = 0; i < operation_.plan.base.size(); i++)
        miss(first_base + static_cast<Id>(i));
    for (std::uint32_t i = 0; i < std::min<std::uint32_t>(notes_.put_count, Notes::deliveries_max); i++)
        miss(notes_.put[i]);
    if (operation_.puts && operation_.batch.empty() && notes_.result[victim] == IPCQ_OK)
        miss(victims);
    for (Id i = 0; i < notes_.accepted; i++)
        miss(first_of_batch + i);
}

// A batch goes in by whole commits, the first items first; how many of them are there?
std::uint32_t Ledger::look_at_batch(bool victim_died)
{
    const auto is_there = [&](Id i) {
        return has(first_of_batch + i) || held(first_of_batch + i) || delivered(first_of_batch + i) != 0;
    };
    const auto size = static_cast<Id>(operation_.batch.size());
    Id there = 0;
    while (there < size && is_there(there))
        there++;
    for (Id i = there; i < size; i++)
        if (is_there(i))
            notes_.complain("batch: item %u is in the queue and one before it is not", first_of_batch + i);
    for (Id i = 1; i < there; i++)
        if (has(first_of_batch + i) && has(first_of_batch + i - 1) &&
            position(first_of_batch + i) < position(first_of_batch + i - 1))
            notes_.complain("order: item %u of a batch stands before the one before it", first_of_batch + i);
    if (notes_.result[victim] == IPCQ_OK) {
        if (there != notes_.accepted && notes_.shutdown != IPCQ_IMMEDIATE)
            notes_.complain("batch: %u items are in the queue, and the call said %u", there, notes_.accepted.load());
    } else if (victim_died && there != 0 &&
               std::find(operation_.commits.begin(), operation_.commits.end(), there) == operation_.commits.end()) {
        notes_.complain("batch: %u items are in the queue, which no commit ends with", there);
    }
    return there;
}

// A call that finishes several items finishes the first ones first.
void Ledger::look_at_finished()
{
    Id left = 0;
    for (const Id id : operation_.finishes) {
        if (id > operation_.plan.base.size() || delivered(id) != 0)
            continue;
        if (has(id) || held(id))
            left = id;
        else if (left != 0)
            notes_.complain("item: %u was finished before %u", id, left);
    }
}

void Ledger::follow()
{
    for (; seen_deliveries_ < notes_.delivery_count; seen_deliveries_++) {
        const Delivery &delivery = notes_.delivery[seen_deliveries_];
        const std::uint32_t at = position(delivery.id);
        if (at < notes_.expected_count)
            strike(at);
        else if (std::find(notes_.put + seen_puts_, notes_.put + notes_.put_count, delivery.id) ==
                 notes_.put + notes_.put_count)
            notes_.complain("item: %u was delivered and was not due", delivery.id);
    }
    // What was committed before the last picture and noted after it is expected already.
    for (; seen_puts_ < notes_.put_count; seen_puts_++)
        if (delivered(notes_.put[seen_puts_]) == 0 && !has(notes_.put[seen_puts_]))
            expect(notes_.put[seen_puts_], 0, false);
}

void Ledger::close(bool strictly_in_order)
{
    std::uint32_t next_ready = 0, next_redelivered = 0;
    // What was put by the survivors themselves comes after all that was there.
    for (; seen_puts_ < std::min<std::uint32_t>(notes_.put_count, Notes::deliveries_max); seen_puts_++)
        expect(notes_.put[seen_puts_], 0, false);
    bool came[Notes::expected_max] = {};
    const std::uint32_t count = std::min<std::uint32_t>(notes_.delivery_count, Notes::deliveries_max);
    for (; seen_deliveries_ < count; seen_deliveries_++) {
        const Delivery &delivery = notes_.delivery[seen_deliveries_];
        if (Id *own = std::find(held_, held_ + held_count_, delivery.id); own != held_ + held_count_) {
            *own = held_[--held_count_];
            continue;
        }
        const std::uint32_t at = position(delivery.id);
        if (at == notes_.expected_count || came[at]) {
            notes_.complain("item: %u was delivered %s", delivery.id,
                            at == notes_.expected_count ? "and was not due" : "twice");
            continue;
        }
        came[at] = true;
        const Expected &expected = notes_.expected[at];
        if (delivery.deliveries != expected.deliveries)
            notes_.complain("deliveries: item %u says %u instead of %u", delivery.id, delivery.deliveries,
                            expected.deliveries);
        std::uint32_t &next = strictly_in_order || !expected.redelivered ? next_ready : next_redelivered;
        if (at < next)
            notes_.complain("order: item %u came after one that stood behind it", delivery.id);
        next = std::max(next, at + 1);
    }
    for (std::uint32_t at = 0; at < notes_.expected_count; at++)
        if (!came[at] && notes_.shutdown != IPCQ_IMMEDIATE)
            notes_.complain("item: %u was never delivered", notes_.expected[at].id);
    if (held_count_ != 0)
        notes_.complain("item: %u was taken by a living one and never finished", held_[0]);
}

void Ledger::balance() const
{
    const auto weigh = [&](Id id) {
        const std::uint32_t times = delivered(id);
        const bool may_be_silent = notes_.shutdown == IPCQ_IMMEDIATE || finished_by_right(id);
        if (times > 1 || (times == 0 && !may_be_silent))
            notes_.complain("item: %u was delivered %u times", id, times);
    };
    for (std::size_t i = 0; i < operation_.plan.base.size(); i++)
        weigh(first_base + static_cast<Id>(i));
    for (std::uint32_t i = 0; i < std::min<std::uint32_t>(notes_.put_count, Notes::deliveries_max); i++)
        if (notes_.put[i] < first_after)
            weigh(notes_.put[i]);
}

} // namespace sweep
