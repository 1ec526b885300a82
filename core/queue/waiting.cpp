// SPDX-License-Identifier: Apache-2.0
//
// Sleeping, waking, and cleaning up after the dead meanwhile. A sleeper cleans up when its slice is over, since nothing
// else would notice that a peer died with unfinished items.
#include "queue/shared_queue.hpp"

#include "wait/cancellation.hpp"

namespace ipcq {

namespace {

constexpr Nanoseconds clean_up_interval = 50'000'000; // the longest slice: a caller that only polls cleans up as often

constexpr Nanoseconds trim_interval = 10'000'000; // a call that is about to sleep looks for spare memory as often

// The elected reaper asks again this long after the last time. Another sleeper is elected if that was longer ago than ...
constexpr std::uint32_t reap_interval_ms = 45, reap_fresh_ms = 40;
// The other sleepers check this long after the last reap whether it was repeated. That is just after the second one that
// follows, so they find it fresh and sleep long again. All use the same instant, since one interrupt for many costs half
// as much. It lies within two slices.
constexpr std::uint32_t recheck_ms = 94;

// How many slots a call asks for that must not wait: about a millisecond.
constexpr std::uint32_t slots_at_once = 256;

std::uint32_t milliseconds(Nanoseconds time) { return static_cast<std::uint32_t>(time / 1'000'000); }

} // namespace

Code SharedQueue::wait_for_room(FullReason full_reason, std::uint64_t free_before, const WaitLimits &limits,
                                PendingWakeup &wakeup) noexcept
{
    bool frontier_kept = false; // by one that is stopped: each try waits its grace again, so one a slice is enough
    const auto ready = [&] {
        if (waiters().shutdown.load(relaxed) != 0)
            return true;
        if (full_reason == FullReason::items)
            return log_.room_by_items();
        bool end = false;
        frontier_kept = frontier_kept || log_.advance(WaitLimits::until(nowait), end) == Code::BUSY;
        return log_.free_below() != free_before;
    };
    // It was full a moment ago, which is an answer; only our own cleaning earns a second try.
    if (limits.deadline == nowait) {
        bool items = false;
        const Code code = clean_up_if_due(false, items);
        const Code full = full_reason == FullReason::maybe_bytes ? Code::BUSY : Code::FULL;
        return code != Code::OK || items ? code : full;
    }
    give_way_to_the_woken();
    if (full_reason == FullReason::items && put_spin_.spin_until(ready))
        return Code::OK;
    if (limits.expired())
        return ready() ? Code::OK : Code::TIMEDOUT;
    // One slice, then another try: what a dead one had claimed is free without any word that `ready` could look at.
    Nanoseconds slice = limits.slice();
    bool ignored = false;
    const CountedWaiting counted(log_.own_waiting().putters);
    return sleep_a_slice(waiters().putters, semaphores().putters, limits, ready, ready, slice, wakeup, ignored);
}

Code SharedQueue::wait_for_item(const WaitLimits &limits, PendingWakeup &wakeup) noexcept
{
    if (limits.deadline == nowait) {
        bool items = false;
        const Code code = clean_up_if_due(false, items);
        return code != Code::OK || items ? code : Code::EMPTY;
    }
    give_way_to_the_woken();
    const auto seen = [&] { return log_.may_hold_item() || waiters().shutdown.load(relaxed) != 0; };
    if (get_spin_.spin_until(seen)) {
        item_seen_.store(true, relaxed); // the next try needs no look of its own
        return Code::OK;
    }
    if (limits.expired())
        return seen() ? Code::OK : Code::TIMEDOUT;
    trim_if_due(); // a getter that each item wakes has no slice that ends
    // A registered sleeper looks at the counts, which takes no lock. They lag only behind an item whose producer was killed or
    // stopped before it moved the tail. So the word itself is looked at after each slice.
    const auto counted = [&] { return log_.ready_items() != 0 || waiters().shutdown.load(relaxed) != 0; };
    const CountedWaiting waiting(log_.own_waiting().getters);
    return sleep(waiters().getters, semaphores().getters, limits, counted, seen, wakeup);
}

void SharedQueue::wake_after_put() noexcept
{
    wake_one(waiters().lock[0], semaphores().lock[0]);
    wake_one(waiters().getters, semaphores().getters);
    if (waiters().putters.load(relaxed) != 0 && (log_.room_by_limit() || log_.room_by_items()))
        wake_one(waiters().putters, semaphores().putters); // the wakeup: room is left for another
}

void SharedQueue::wake_after_get(bool more, bool left_segment) noexcept
{
    wake_one(waiters().lock[1], semaphores().lock[1]);
    if (more)
        wake_one(waiters().getters, semaphores().getters); // the wakeup: another item is ready
    if (geometry_.max_items != 0 || left_segment)
        wake_one(waiters().putters, semaphores().putters);
}

Code SharedQueue::clean_up(Log::SlotRange range, Log::LockWait wait, bool &out_items) noexcept
{
    std::uint64_t items = 0;
    const std::uint32_t begun_ms = milliseconds(now_ns());
    const Code code = log_.reap(range, wait, items);
    // Stored only when each slot was asked for: other sleepers rely on it. It comes last, so that a reaper that dies leaves
    // none. What a stopped process keeps from us is found again next time.
    if (code == Code::OK && range.end - range.begin == geometry_.slot_count)
        waiters().last_reap_ms.store(begun_ms, relaxed);
    note_who_was_asked(range, code);
    out_items = items != 0;
    if (out_items) {
        for (std::uint64_t i = 0; i < items && waiters().getters.load(relaxed) != 0; i++)
            wake_one(waiters().getters, semaphores().getters);
        wake_joiners_if_done();
        wake_one(waiters().putters, semaphores().putters);
    }
    return cannot_ask_.load(relaxed) && !out_items ? Code::SYSTEM : Code::OK;
}

// A part of the table without any participant asks nothing. So a process that could not ask can do so again only when all
// parts were asked since.
void SharedQueue::note_who_was_asked(Log::SlotRange range, Code code) noexcept
{
    if (code == Code::SYSTEM) {
        cannot_ask_.store(true, relaxed);
        asked_since_.store(0, relaxed);
    } else if (code == Code::OK && cannot_ask_.load(relaxed)) {
        const std::uint32_t asked = asked_since_.load(relaxed) + range.end - range.begin;
        asked_since_.store(asked, relaxed);
        cannot_ask_.store(asked < geometry_.slot_count, relaxed);
    }
}

// Between two clean-ups the answer of the last one stands: a process that cannot ask says so at each call that would have to.
// `thorough`: asks for all slots, and waits for a lock once. A call that must not wait asks for a part, since the kernel's
// answer takes the longer the more participants there are. It waits for no lock: one that a stopped process holds would
// delay each of its calls.
Code SharedQueue::clean_up_if_due(bool thorough, bool &out_items) noexcept
{
    out_items = false;
    const Nanoseconds now = now_ns();
    std::atomic<Nanoseconds> &last_time = thorough ? last_clean_up_ : last_part_; // parts must not put off the whole
    Nanoseconds last = last_time.load(relaxed);
    if (now - last < clean_up_interval * 4 / 5 || !last_time.compare_exchange_strong(last, now, relaxed))
        return cannot_ask_.load(relaxed) ? Code::SYSTEM : Code::OK;
    trim_if_due();
    const Log::SlotRange range = thorough ? log_.all_slots() : next_slots();
    if (range.end - range.begin == geometry_.slot_count) {
        last_clean_up_.store(now, relaxed);
        last_part_.store(now, relaxed);
    }
    return clean_up(range, thorough ? Log::LockWait::once : Log::LockWait::none, out_items);
}

Log::SlotRange SharedQueue::next_slots() noexcept
{
    const std::uint32_t count = geometry_.slot_count;
    // The kernel is asked for slots alone that are not clean. Mostly these are few, however long the table is.
    const auto end_of_part = [&](std::uint32_t begin) {
        std::uint32_t end = begin;
        for (std::uint32_t asked = 0; end < count && asked < slots_at_once; end++)
            asked += life_of(log_.slot(end)).is_clean() ? 0 : 1;
        return end;
    };
    if (end_of_part(0) == count)
        return log_.all_slots();
    const std::uint32_t begin = next_slot_.load(relaxed) % count, end = end_of_part(begin);
    next_slot_.store(end % count, relaxed); // another thread of this handle may ask for the same ones: no harm
    return {begin, end};
}

// After a slice in which nothing came. To ask the system about each slot costs more than all else that a sleeper does,
// and a hundred sleepers need one answer. The first sleeper that finds the last reap too old is elected. The others sleep
// until it is time to check again. Only sleepers may rely on the time of the last reap: a process may have died since,
// and other calls do not look again. out_items: did items become ready again?
Code SharedQueue::reap_if_elected(const WaitLimits &limits, Nanoseconds &out_slice, bool &out_items) noexcept
{
    // Unsigned: what another clock calls the future is long ago.
    const std::uint32_t age_ms = milliseconds(now_ns()) - waiters().last_reap_ms.load(relaxed);
    const bool is_fresh = age_ms < reap_fresh_ms;
    if (limits.token == nullptr) // else the holder of the token wants shorter ones
        out_slice = Nanoseconds{is_fresh ? recheck_ms - age_ms : reap_interval_ms} * 1'000'000;
    return is_fresh ? Code::OK : clean_up_if_due(true, out_items);
}

// Gives the memory of a past burst back. Items that come meanwhile are more urgent.
void SharedQueue::trim_if_due() noexcept
{
    if (!log_.may_have_spare(1)) [[likely]]
        return;
    const Nanoseconds now = now_ns();
    Nanoseconds last = last_trim_.load(relaxed);
    if (now - last < trim_interval || !last_trim_.compare_exchange_strong(last, now, relaxed))
        return;
    // Each turn gives a segment back, so no more turns are needed than there are segments. Without the limit a peer
    // that writes the table could keep it going for ever.
    for (std::uint64_t turn = 0; turn < geometry_.segment_count; turn++)
        if (!log_.trim(now) || log_.ready_items() != 0)
            return;
}

// A busy getter never sleeps and may be the only one to notice that a peer died with items in its hands. One that works
// long on each item looks at the clock each time, one in a stream every few items.
void SharedQueue::look_for_the_dead() noexcept
{
    const Nanoseconds now = now_ns();
    const bool stream = now - last_look_.exchange(now, relaxed) < clean_up_interval / 16;
    look_countdown_.store(stream ? stream_items : 1, relaxed);
    bool items = false;
    clean_up_if_due(false, items); // there is work for this getter, whatever it can see
}

void SharedQueue::wake_joiners_if_done() noexcept
{
    const CancellationDisabled whole; // task_done comes here on its usual way, where it is not switched off yet
    bool end = false;
    // A joiner that is woken for nothing sleeps again. task_done must not wait for a process that holds the frontier.
    const Code code = log_.advance(WaitLimits::at_once(), end);
    if (code == Code::BUSY || (code == Code::OK && end))
        wake_all(waiters().joiners, semaphores().joiners);
}

} // namespace ipcq
