// SPDX-License-Identifier: Apache-2.0
//
// What must become of every item, judged by the bytes at the instant of the death and by what everybody noted.
#pragma once

#include "operation.h"

namespace sweep {

class Ledger {
public:
    Ledger(const Operation &operation, Notes &notes) : operation_(operation), notes_(notes) {}

    // The bytes as the victim left them, before anybody touches them: what is expected now, and what is lost already.
    // `victim_died`: what is TAKEN under its name comes back.
    void open(const snapshot &left, bool victim_died);
    // What a bystander, or somebody who wakes it, got or put meanwhile.
    void follow();
    // After the survivors: everything expected came, once, in order.
    void close(bool strictly_in_order);
    // After a frozen victim has ended: everything that was put was finished once.
    void balance() const;

    // At the opening: base items that were finished, and how many of the victim's were in the queue.
    std::uint32_t finished() const { return finished_; }
    std::uint32_t committed() const { return committed_; }
    bool has(Id id) const { return position(id) < notes_.expected_count; }
    bool nothing_held() const { return held_count_ == 0; } // by living ones, unfinished

private:
    bool living(std::uint32_t slot) const;
    std::uint32_t position(Id id) const;
    void expect(Id id, std::uint32_t deliveries, bool redelivered);
    void strike(std::uint32_t position);
    void look_for_losses();
    std::uint32_t look_at_batch(bool victim_died);
    void look_at_finished();
    bool finished_by_right(Id id) const;
    std::uint32_t delivered(Id id) const;

    bool held(Id id) const;

    const Operation &operation_;
    Notes &notes_;
    Id held_[Notes::expected_max] = {};
    std::uint32_t held_count_ = 0;
    std::uint32_t seen_deliveries_ = 0, seen_puts_ = 0, finished_ = 0;
    std::uint32_t committed_ = 0;
};

} // namespace sweep
