// SPDX-License-Identifier: Apache-2.0
#include "beside_frozen.h"

#include "process.h"

namespace sweep {

namespace {

constexpr std::size_t segment_count_at = 56, table_at = 64, shutdown_at = 664;
constexpr std::uint64_t claimed = 2;     // the kind of a segment word
constexpr int recovery_tries = 40;       // one is enough, but for others that work at the same time
constexpr long recovery_nap_us = 10'000; // after it the survivor looks again, in its hurried time

template <class Picture> std::size_t count(const Picture &picture, snapshot_state state)
{
    return static_cast<std::size_t>(std::count_if(picture.items, picture.items + picture.count,
                                                  [&](const snapshot_item &item) { return item.state == state; }));
}

template <class Wanted> std::size_t count_segments(const snapshot &now, Wanted wanted)
{
    std::size_t found = 0;
    for (std::size_t i = 0; i < word_at(now, segment_count_at); i++)
        found += wanted(word_at(now, word_at(now, table_at) + i * 8)) ? 1 : 0;
    return found;
}

template <class Picture> int shutdown_in(const Picture &picture)
{
    return static_cast<int>(word_at(picture.now, shutdown_at) & 0xffffffff);
}

} // namespace

// By the frozen one. A dead one keeps nothing.
bool BesideFrozen::kept(const Picture &picture, snapshot_lock lock) const
{
    std::uint32_t slot = 0, generation = 0;
    return snapshot_lock_owner(&picture.now, lock, &slot, &generation) && !notes_.lives(slot) &&
           !notes_.is_dead_peer(slot, generation);
}

// What the dead one held comes back, though one that could have requeued it, or has entered its slot, is stopped. Items
// need the head alone, and claimed segments the tail.
void BesideFrozen::recover_while_frozen(Picture &picture)
{
    std::size_t items = 0, segments = 0;
    for (int tries = 0; tries < recovery_tries; tries++) {
        if (operation_.plan.joinable)
            ipcq_join(self_.queue, IPCQ_NOWAIT);
        else
            visit("a newcomer that shall clean up");
        look(picture);
        items = static_cast<std::size_t>(
            std::count_if(picture.items, picture.items + picture.count, [&](const snapshot_item &item) {
                return item.state == SNAPSHOT_TAKEN && notes_.is_dead_peer(item.owner_slot, item.owner_generation);
            }));
        segments = count_segments(picture.now, [&](std::uint64_t word) {
            return (word & 0xff) == claimed && notes_.is_dead_peer(static_cast<std::uint32_t>(word >> 16 & 0xffff) - 1,
                                                                   static_cast<std::uint32_t>(word >> 32));
        });
        if ((items == 0 || kept(picture, SNAPSHOT_HEAD)) && (segments == 0 || kept(picture, SNAPSHOT_TAIL)))
            return;
        nap_us(recovery_nap_us);
    }
    notes_.complain("freeze: %zu items and %zu segments of a dead one do not come back", items, segments);
}

// It may get the slot of the dead one, and must keep it.
void BesideFrozen::arrive_while_frozen()
{
    if (operation_.opens) // needs the place itself
        return;
    equip(newcomer_, operation_, self_.name, notes_, newcomer);
    if (!attach(newcomer_))
        return;
    const ipcq_wait now{};
    if (ipcq_get_item(newcomer_.queue, self_.in, item_max, &newcomer_.item[0], IPCQ_ACCEPT_ALL, &now) != IPCQ_OK)
        return;
    newcomers_item_ = check_item(self_.in, newcomer_.item[0].size);
    if (!operation_.plan.joinable) {
        notes_.deliver(newcomers_item_, newcomer_.item[0].deliveries, newcomer);
        newcomers_item_ = 0;
    }
}

void BesideFrozen::finish_newcomer()
{
    if (newcomer_.queue == nullptr)
        return;
    if (newcomers_item_ != 0) {
        code_of(ipcq_task_done(newcomer_.queue, newcomer_.item[0].ticket));
        notes_.deliver(newcomers_item_, newcomer_.item[0].deliveries, newcomer);
    }
    code_of(ipcq_close(newcomer_.queue));
    newcomer_.queue = nullptr;
    notes_.attached[newcomer] = false;
}

// A sleeper of this kind may have been faster since the last look: looks again.
bool BesideFrozen::woken(Picture &picture, char sleeper)
{
    if (operation_.sleeper != sleeper)
        return false;
    look(picture);
    return true;
}

void BesideFrozen::judge(const char *call, int code, bool may_fail)
{
    if (code == IPCQ_OK ||
        (may_fail && (code == IPCQ_BUSY || code == IPCQ_TIMEDOUT || code == IPCQ_EMPTY || code == IPCQ_FULL)))
        return;
    notes_.complain("freeze: %s got %s, though the frozen one keeps nothing that it needs", call,
                    ipcq_error_name(code));
}

void BesideFrozen::call_while_frozen()
{
    Picture picture;
    std::uint64_t items = 0;
    judge("size", ipcq_size(self_.queue, &items), false);
    ipcq_stats stats{};
    stats.struct_size = sizeof stats;
    judge("stat", ipcq_stat(self_.queue, &stats), false);
    visit("a newcomer while one is frozen");
    if (operation_.death != nullptr) {
        recover_while_frozen(picture);
        arrive_while_frozen();
    }
    if (operation_.gives_back) {
        give_back_and_take_again(picture);
        return;
    }
    if (operation_.shuts_down) {
        shut_down_while_frozen(picture);
        return;
    }

    put_while_frozen(picture);
    for (int i = 0; i < 2; i++)
        get_while_frozen(picture, i == 0);
    join_while_frozen(picture);
}

void BesideFrozen::put_while_frozen(Picture &picture)
{
    look(picture);
    make_item(self_.out, 40, first_filler);
    int code = ipcq_put(self_.queue, self_.out, 40, ipcq_deadline(0.030));
    if (code == IPCQ_OK)
        notes_.note_put(first_filler);
    // Full may be what the published head says: the frozen one may have to move it.
    const auto full = [&] {
        return operation_.plan.max_items != 0 &&
               (count(picture, SNAPSHOT_READY) >= operation_.plan.max_items || kept(picture, SNAPSHOT_HEAD));
    };
    const bool may_fail = full() || kept(picture, SNAPSHOT_TAIL);
    if (code != IPCQ_CLOSED || shutdown_in(picture) == 0)
        judge("put", code, may_fail || (woken(picture, 'P') && full()));
}

// The head goes back, and its items are finished before it comes by again.
void BesideFrozen::give_back_and_take_again(Picture &picture)
{
    look(picture);
    int code = ipcq_nack(self_.queue, own_[0].ticket);
    judge("nack", code, kept(picture, SNAPSHOT_HEAD));
    if (code != IPCQ_OK)
        return;
    if (get(ipcq_deadline(generous_seconds), own_[0], code) != first_base)
        notes_.complain("order: what was given back is not the first");
    task_done_own();
}

// No commit may follow it, so it has to wait for the putter that is in the middle of one.
void BesideFrozen::shut_down_while_frozen(Picture &picture)
{
    look(picture);
    const int code = ipcq_shutdown(self_.queue, IPCQ_DRAIN);
    const bool tail = kept(picture, SNAPSHOT_TAIL);
    if (code == IPCQ_OK ? tail : !tail)
        notes_.complain("freeze: shutdown got %s while the frozen one %s the tail", ipcq_error_name(code),
                        tail ? "holds" : "does not hold");
    if (code != IPCQ_OK && code != IPCQ_BUSY)
        code_of(code);
}

void BesideFrozen::get_while_frozen(Picture &picture, bool give_back)
{
    look(picture);
    ipcq_item item{};
    int code = 0;
    Id id = get(give_back ? ipcq_deadline(0.030) : IPCQ_NOWAIT, item, code);
    // A sleeper that was woken may hold the head and not be run for as long as that: on a busy machine, in hurried
    // time.
    if ((code == IPCQ_TIMEDOUT || code == IPCQ_BUSY) && operation_.sleeper != 0) {
        look(picture);
        if (!kept(picture, SNAPSHOT_HEAD) && count(picture, SNAPSHOT_READY) != 0)
            id = get(ipcq_deadline(generous_seconds), item, code);
    }
    const int shutdown = shutdown_in(picture);
    if (code == IPCQ_CLOSED && shutdown != 0 && (shutdown == IPCQ_IMMEDIATE || count(picture, SNAPSHOT_READY) == 0))
        return;
    const bool may_fail = kept(picture, SNAPSHOT_HEAD) || count(picture, SNAPSHOT_READY) == 0;
    judge("get", code, may_fail || (woken(picture, 'G') && count(picture, SNAPSHOT_READY) == 0));
    if (code != IPCQ_OK)
        return;
    if (give_back && operation_.plan.joinable) {
        look(picture);
        code = ipcq_nack(self_.queue, item.ticket);
        judge("nack", code, kept(picture, SNAPSHOT_HEAD));
        if (code == IPCQ_OK)
            return;
    }
    if (finish(item))
        notes_.deliver(id, item.deliveries, survivor);
}

void BesideFrozen::join_while_frozen(Picture &picture)
{
    if (!operation_.plan.joinable)
        return;
    look(picture);
    const bool unfinished = count(picture, SNAPSHOT_DONE) != picture.count;
    judge("join", ipcq_join(self_.queue, ipcq_deadline(0.020)),
          unfinished || kept(picture, SNAPSHOT_HEAD) || kept(picture, SNAPSHOT_FRONTIER));
}

} // namespace sweep
