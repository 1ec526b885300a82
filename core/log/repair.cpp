// SPDX-License-Identifier: Apache-2.0
//
// After a death. Any participant may be the reaper; the byte lock of the dead slot elects one. Every step may be repeated,
// and the slot is marked clean last, so a reaper that dies leaves the whole work to the next one.
//
// The order is the point: the tail, then the head's cursor *back*, then TAKEN to READY, then the counts. Ready before the
// cursor went back would be lost behind it.
#include "log/log.hpp"

#include <sys/mman.h>

namespace ipcq {

namespace {

// A stopped process may hold a lock that the reaper wants; its work is not urgent enough to wait for that.
Patience short_patience() { return Patience::until(now_ns() + 2'000'000); }

bool belongs_to(Owner owner, std::uint32_t slot, std::uint32_t last_generation)
{
    return owner.slot() == slot && owner.not_after(last_generation);
}

} // namespace

Code Log::open(QueueFile &file, const Geometry &geometry) noexcept
{
    void *map = ::mmap(nullptr, geometry.segment_count, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (map == MAP_FAILED)
        return Code::SPACELIMIT;
    if (const Code code = me_.attach(file, geometry, image_); code != Code::OK) {
        ::munmap(map, geometry.segment_count);
        return code;
    }
    touched_ = static_cast<unsigned char *>(map);
    inherited_ = me_.took_over();
    own_slot_ = &image_.slot(me_.slot_index());
    tail_place_ = {}; // a parent's thread may have been in the middle of a change
    head_place_ = {};
    Control &c = control();
    tail_lock_ = OwnerLock(c.tail.lock, c.tail.epoch, c.waiters.lock[0], c.pills.lock[0]);
    head_lock_ = OwnerLock(c.head.lock, c.head.epoch, c.waiters.lock[1], c.pills.lock[1]);
    frontier_lock_ = OwnerLock(c.frontier.lock, c.frontier.epoch, c.waiters.lock[2], c.pills.lock[2]);
    return Code::OK;
}

void Log::close() noexcept
{
    ::munmap(touched_, geometry().segment_count);
    image_.unmap();
}

void Log::forget() noexcept
{
    if (!is_open())
        return;
    ::munmap(touched_, geometry().segment_count); // which pages are mapped is no longer true here
    image_.forget();
}

// The head's lock was taken over from a dead owner. It may have taken the record under the cursor without moving on, so
// that record may or may not be counted in the zone: pass over what is not ready and count the zone anew.
Code Log::repair_head() noexcept
{
    HeadCursor cursor = load_cursor(control().head);
    if (!image_.holds(cursor.offset, terminator_size))
        return Code::CORRUPT;
    RecordWord word;
    bool moved = false, left = false;
    Code code = roll_head(cursor, word, moved, left);
    if (code == Code::OK || code == Code::EMPTY)
        code = recount_zone(cursor);
    if (code == Code::OK)
        store_cursor(control().head, cursor);
    return code;
}

Code Log::settle_head(const Patience &patience) noexcept
{
    if (const Code code = lock_head(patience); code != Code::OK)
        return code;
    const Code code = repair_head();
    head_lock_.unlock();
    return code;
}

Code Log::repair_stolen_head() noexcept
{
    const Code code = repair_head();
    if (code != Code::OK)
        head_lock_.unlock();
    return code;
}

Code Log::reap(std::uint64_t &out_items) noexcept
{
    out_items = 0;
    Code result = Code::OK;
    if (inherited_) { // our slot belonged to somebody who died: nobody else looks there while we live
        result = reap_slot(me_.slot_index(), me_.self().generation() - 1, out_items);
        inherited_ = result != Code::OK;
    }
    // What keeps us from one slot's leavings, a lock or a broken log, keeps us from all: no use in waiting for each.
    for (std::uint32_t slot = 0; result == Code::OK && slot < geometry().slot_count; slot++) {
        Slot &theirs = image_.slot(slot);
        if (slot == me_.slot_index() || theirs.dirty.load(acquire) == 0 || !me_.hold_dead(slot))
            continue;
        if (theirs.dirty.load(acquire) != 0) {
            // While we hold the byte the dead one looks alive; under another generation it is dead to all, even if we are
            // stopped now.
            const std::uint32_t last_generation = theirs.generation.load(acquire);
            theirs.generation.store(last_generation + 1, release);
            std::uint64_t items = 0;
            result = reap_slot(slot, last_generation, items);
            out_items += items;
            if (result == Code::OK && me_.holds())
                theirs.dirty.store(0, release); // last
        }
        me_.let_go();
    }
    return result;
}

Code Log::reap_slot(std::uint32_t slot, std::uint32_t last_generation, std::uint64_t &out_items) noexcept
{
    out_items = 0;
    if (const Code code = free_segments_of(slot, last_generation); code != Code::OK)
        return code;
    return give_back_all_of(slot, last_generation, out_items);
}

// Segments that were claimed and never linked. LIVE ones beyond the tail count as such: an appender marks them before it
// links them, under the tail's lock, which we hold.
Code Log::free_segments_of(std::uint32_t slot, std::uint32_t last_generation) noexcept
{
    Grip grip;
    if (const Code code = tail_lock_.lock(me_, short_patience(), grip); code != Code::OK)
        return code;
    TailCursor tail = load_cursor(control().tail);
    const Code code = roll_tail(tail);
    if (code == Code::OK) {
        const std::uint64_t last_chain = image_.segment_word(tail.end_segment - 1).chain();
        for (std::uint64_t i = 0, high = high_water(); i < high; i++) {
            SegmentWord word = image_.segment_word(i);
            const bool claimed = word.kind() == SegmentKind::claimed && belongs_to(word.owner(), slot, last_generation);
            const bool unlinked = word.kind() == SegmentKind::live && word.chain() > last_chain;
            if (claimed || unlinked)
                image_.segment(i).store(word.unclaimed().bits, release); // SYNC segment-claim
        }
    }
    tail_lock_.unlock();
    return code;
}

Code Log::give_back_all_of(std::uint32_t slot, std::uint32_t last_generation, std::uint64_t &out_items) noexcept
{
    if (const Code code = lock_head(short_patience()); code != Code::OK)
        return code;
    Grip grip;
    if (const Code code = frontier_lock_.lock(me_, short_patience(), grip); code != Code::OK) {
        head_lock_.unlock();
        return code;
    }
    HeadCursor head = load_cursor(control().head);
    const FrontierCursor frontier = load_cursor(control().frontier);
    // Walks from the frontier to where no leased record can be any more, and calls `visit` for each of theirs.
    const auto each_lease = [&](auto visit) {
        std::uint64_t offset = frontier.offset, sequence = frontier.sequence;
        for (std::uint64_t steps = image_.steps_max(); steps != 0; steps--) {
            if (!image_.holds(offset, terminator_size))
                return Code::CORRUPT;
            const RecordWord word{image_.word(offset).load(acquire)};
            if (word.is(RecordState::end)) {
                if (!image_.first_of(word, offset))
                    return Code::CORRUPT;
                continue;
            }
            if (word.is(RecordState::empty) || (word.is(RecordState::ready) && sequence >= head.sequence + head.zone))
                return Code::OK;
            if (word.is(RecordState::taken) && belongs_to(word.owner(), slot, last_generation))
                visit(offset, sequence, word);
            RecordShape shape;
            if (!image_.next_record(offset, offset, shape))
                return Code::CORRUPT;
            sequence++;
        }
        return Code::CORRUPT;
    };

    std::uint64_t found = 0, oldest = 0, oldest_sequence = 0;
    Code code = each_lease([&](std::uint64_t offset, std::uint64_t sequence, RecordWord) {
        if (found++ == 0) {
            oldest = offset;
            oldest_sequence = sequence;
        }
    });
    if (code == Code::OK && found != 0) {
        code = move_head_back(head, oldest, oldest_sequence);
        // Before the words: a reaper that dies in between has counted too many, which is seen as none. In a plain queue only
        // what was borrowed was counted, and not what was being copied: all of its leases are over now.
        Slot &theirs = image_.slot(slot);
        if (geometry().joinable)
            bump(theirs.returned, found);
        else
            theirs.returned.store(theirs.leases.load(relaxed) - theirs.dones.load(relaxed), relaxed);
        if (code == Code::OK)
            code = each_lease([&](std::uint64_t offset, std::uint64_t, RecordWord word) {
                // Nobody else writes it: its owner is dead, or it is ourselves on closing. SYNC item-commit: ready once more.
                image_.word(offset).store(word.given_back().bits, release);
                out_items++;
            });
        control().tail.limit.store(0, relaxed); // the queue holds more: producers count anew
        const bool own = slot == me_.slot_index() && last_generation == me_.self().generation();
        bump(own ? own_slot().nacks : own_slot().recovered, out_items);
    }
    if (code == Code::OK && (code = recount_zone(head)) == Code::OK)
        store_cursor(control().head, head);
    frontier_lock_.unlock();
    head_lock_.unlock();
    return code;
}

} // namespace ipcq
