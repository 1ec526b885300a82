// SPDX-License-Identifier: Apache-2.0
#include "survivor.h"

#include "beside_frozen.h"

namespace sweep {

namespace {

constexpr std::uint32_t afterlife = 60;

class Survivor : public BesideFrozen {
public:
    using BesideFrozen::BesideFrozen;

    void obey(char order)
    {
        switch (order) {
        case assist_put: put(assistants + assists_++, 40); break;
        case assist_get: get_one(IPCQ_NOWAIT); break;
        case assist_task_done: task_done_own(); break;
        case reap_then_drain: reap_and_drain(); break;
        case work_at_once: work(); break;
        case calls_while_frozen: call_while_frozen(); break;
        case live_on: live(); break;
        default: break;
        }
    }

private:
    // --- a: clean up by a call that does, then strictly first in, first out

    void reap_and_drain()
    {
        finish_newcomer();
        if (operation_.plan.joinable) {
            const int code = timed("join", [&] { return ipcq_join(self_.queue, IPCQ_NOWAIT); });
            if (code != IPCQ_OK && code != IPCQ_TIMEDOUT)
                code_of(code);
        } else {
            visit("an opener");
        }
        check_counts();
        task_done_own();
        for (int code = IPCQ_OK; code == IPCQ_OK && notes_.complaint_count == 0;) {
            code = get_one(IPCQ_NOWAIT);
            if (code != IPCQ_OK && code != (notes_.shutdown != 0 ? IPCQ_CLOSED : IPCQ_EMPTY))
                notes_.complain("get: a drain ends with %s", ipcq_error_name(code));
        }
    }

    // After cleaning up: what is counted is what is there.
    void check_counts()
    {
        std::uint64_t items = 0;
        ipcq_stats stats{};
        stats.struct_size = sizeof stats;
        code_of(ipcq_size(self_.queue, &items));
        code_of(ipcq_stat(self_.queue, &stats));
        if (notes_.shutdown != IPCQ_IMMEDIATE && items != notes_.expected_count)
            notes_.complain("size: %llu items, but %u are ready", static_cast<unsigned long long>(items),
                            notes_.expected_count);
        if (stats.taken != own_count_)
            notes_.complain("stat: %llu taken, but living ones took %llu", static_cast<unsigned long long>(stats.taken),
                            static_cast<unsigned long long>(own_count_));
    }

    // --- b: work goes on as if nothing had happened; the library cleans up when it thinks fit

    // A plain queue is emptied before anybody puts: only getters follow what the dead one left at the tail.
    void work()
    {
        task_done_own();
        const bool open = notes_.shutdown == 0, room = operation_.plan.max_items == 0;
        std::uint32_t left = notes_.shutdown == IPCQ_IMMEDIATE ? 0 : notes_.expected_count;
        if (open && room && operation_.plan.joinable && put(first_filler, 40) == IPCQ_OK)
            left++;
        for (; left != 0 && notes_.complaint_count == 0; left--)
            if (!work_on_one())
                return;
        if (open)
            move_the_frontier();
        check_bytes();
        if (open && room && put(first_filler + 1, 700) == IPCQ_OK && put(first_filler + 2, 9000) == IPCQ_OK)
            for (int i = 0; i < 2 && work_on_one(); i++) {
            }
    }

    // A claim does, and a reservation's has nothing to do with the tail.
    void move_the_frontier()
    {
        void *data = nullptr;
        const ipcq_wait now = {IPCQ_NOWAIT, nullptr, 0, 0};
        const int code = timed("reserve", [&] { return ipcq_reserve(self_.queue, 9000, &data, &now); });
        if (code == IPCQ_OK)
            code_of(ipcq_abandon(self_.queue, data));
        else if (code != IPCQ_FULL && code != IPCQ_TOOBIG)
            code_of(code);
    }

    // The first item of a joinable queue is given back once.
    bool work_on_one()
    {
        ipcq_item item{};
        int code = 0;
        const Id id = get(ipcq_deadline(generous_seconds), item, code);
        if (code != IPCQ_OK) {
            notes_.complain("get: %s while items are left", ipcq_error_name(code));
            return false;
        }
        if (operation_.plan.joinable && !given_back_) {
            given_back_ = true;
            again_ = id;
            again_deliveries_ = item.deliveries;
            if ((code = timed("nack", [&] { return ipcq_nack(self_.queue, item.ticket); })) != IPCQ_OK)
                notes_.complain("nack: a survivor got %s", ipcq_error_name(code));
            return code == IPCQ_OK && work_on_one();
        }
        if (id == again_) {
            again_ = 0;
            if (item.deliveries != std::min(again_deliveries_ + 1, 255u))
                notes_.complain("deliveries: %u after a nack at %u", item.deliveries, again_deliveries_);
            item.deliveries = again_deliveries_; // the ledger knows nothing of our nack
        }
        if (finish(item))
            notes_.deliver(id, item.deliveries, survivor);
        return true;
    }

    // --- l: the end of the case

    void live()
    {
        task_done_own();
        if (operation_.plan.joinable)
            if (const int code = timed("join", [&] { return ipcq_join(self_.queue, ipcq_deadline(generous_seconds)); });
                code != IPCQ_OK)
                notes_.complain("join: %s when all is finished", ipcq_error_name(code));
        ipcq_stats stats{};
        stats.struct_size = sizeof stats;
        code_of(ipcq_stat(self_.queue, &stats));
        check_bytes();
        if (stats.items != 0 || stats.taken != 0)
            notes_.complain("stat: %llu items and %llu taken at the end", static_cast<unsigned long long>(stats.items),
                            static_cast<unsigned long long>(stats.taken));
        for (std::uint32_t i = 0; i < afterlife && notes_.shutdown == 0 && notes_.complaint_count == 0; i++) {
            const Id id = first_after + i;
            put(id, 16 + i * 53 % 1500);
            ipcq_item item{};
            int code = 0;
            if (const Id got = get(IPCQ_NOWAIT, item, code); got != id)
                notes_.complain("after: item %u expected, %u received, %s", id, got, ipcq_error_name(code));
            else
                finish(item);
        }
        // In a busy plain queue the segments that the dead had claimed are left to the next opener.
        visit("an opener at the end");
        if (const int code = ipcq_close(self_.queue); code != IPCQ_OK)
            notes_.complain("close: %s", ipcq_error_name(code));
    }

    Id assists_ = 0;
    bool given_back_ = false;
    Id again_ = 0;
    std::uint32_t again_deliveries_ = 0;
};

} // namespace

void live_as_survivor(const Operation &operation, const char *name, Notes &notes, const Line &line)
{
    Survivor self(operation, name, notes);
    if (!operation.creates && !self.open())
        return;
    if (operation.survivor_takes)
        self.take_first();
    hurry(hurry_factor);
    excuse_while_runs(notes.beside);
    line.answer();
    for (char order = line.next_order(); order != '\0'; order = line.next_order()) {
        if (order == attach_now) {
            if (!self.open())
                return;
        } else {
            self.obey(order);
        }
        line.answer();
    }
}

} // namespace sweep
