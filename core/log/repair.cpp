// SPDX-License-Identifier: Apache-2.0
//
// After a death. Any participant may be the reaper, and several may be at once: the locks of the log put them in a row, and
// the second one finds nothing left. Every step may be repeated. The slot is marked clean last, by a compare-and-swap. So a
// reaper that is killed or stopped leaves the whole work to the others.
//
// The order is the point: the tail, then the head's cursor *back* with the counts of afterwards, then TAKEN to READY. A READY
// record before the cursor went back would be lost behind it.
#include "log/log.hpp"
#include "log/test_point.hpp"
#include "memory/object.hpp"

#include <algorithm>
#include <cerrno>
#include <sys/mman.h>

namespace ipcq {

namespace {

WaitLimits lock_limits(Log::LockWait wait)
{
    return wait == Log::LockWait::once ? WaitLimits::until(nowait) : WaitLimits::at_once();
}

// `code`: of a lock. After the one wait the locks that follow are only tried.
Code after_wait(Code code, Log::LockWait &wait)
{
    if (code != Code::OK)
        wait = Log::LockWait::none;
    return code;
}

} // namespace

Code Log::open(QueueFile &file, Descriptor own, const Geometry &geometry) noexcept
{
    void *map = ::mmap(nullptr, geometry.segment_count, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (map == MAP_FAILED)
        return code_of_map_errno(errno);
    if (const Code code = me_.attach(file, std::move(own), geometry, image_); code != Code::OK) {
        ::munmap(map, geometry.segment_count);
        return code;
    }
    touched_ = static_cast<unsigned char *>(map);
    own_slot_ = &image_.slot(me_.slot_index());
    cached_tail_ = {}; // a parent's thread may have been in the middle of a change
    cached_head_ = {};
    Control &c = control();
    tail_lock_ = OwnerLock(c.tail.lock, c.tail.epoch, c.waiters.lock[0], c.semaphores.lock[0]);
    head_lock_ = OwnerLock(c.head.lock, c.head.epoch, c.waiters.lock[1], c.semaphores.lock[1]);
    frontier_lock_ = OwnerLock(c.frontier.lock, c.frontier.epoch, c.waiters.lock[2], c.semaphores.lock[2]);
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
// that record may or may not be counted in the zone. So pass over what is not ready, and count the zone anew.
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

Code Log::settle_head(const WaitLimits &limits) noexcept
{
    if (const Code code = lock_head(limits); code != Code::OK)
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

// The generations of one slot that are dead and not cleaned up after; none if there are none.
Liveness Log::find_dead(std::uint32_t slot, DeadOwners &dead) const noexcept
{
    const SlotLife life = life_of(image_.slot(slot));
    if (life.is_clean())
        return Liveness::alive;
    const Liveness liveness = slot == me_.slot_index() ? Liveness::alive : me_.liveness_of_slot(slot);
    if (liveness == Liveness::dead)
        dead.add(slot, life.generation());
    else if (life.state() == SlotState::inherited) // its participant lives or does not: those before it are dead
        dead.add(slot, life.generation() - 1);
    return liveness;
}

Code Log::reap(SlotRange range, LockWait wait, std::uint64_t &out_items) noexcept
{
    out_items = 0;
    DeadOwners dead;
    bool all_asked = true;
    Code held_up = Code::OK;
    for (std::uint32_t slot = range.begin; slot < range.end; slot++) {
        all_asked = find_dead(slot, dead) != Liveness::unknown && all_asked;
        if (!dead.is_full() && (slot + 1 < range.end || dead.is_empty()))
            continue;
        std::uint64_t items = 0;
        const Code code = reap_these(dead, wait, items);
        out_items += items;
        if (code == Code::CORRUPT)
            return code;
        held_up = code != Code::OK ? code : held_up; // by a stopped process: the others' leases may be free of it
        dead.clear();
    }
    return held_up != Code::OK ? held_up : all_asked ? Code::OK : Code::SYSTEM;
}

Code Log::reap_these(const DeadOwners &dead, LockWait &wait, std::uint64_t &out_items) noexcept
{
    out_items = 0;
    const Code freed = free_claims_of(dead, wait);
    if (freed == Code::CORRUPT)
        return freed;
    TEST_POINT("reaping");
    // Also while a stopped producer holds the tail: items need the head alone.
    if (const Code code = requeue_leases_of(dead, wait, out_items); code != Code::OK)
        return code;
    if (freed != Code::OK)
        return freed; // the slots stay as they are, and a later pass frees the claims
    for (const DeadOwners::Entry &entry : dead)
        mark_clean(entry);
    return Code::OK;
}

// Fails where another participant has entered the slot since: then its state is `inherited`, and is looked at again.
void Log::mark_clean(const DeadOwners::Entry &entry) noexcept
{
    Word &word = image_.slot(entry.slot).life;
    SlotLife life{word.load(relaxed)};
    const bool present = life.generation() == entry.last_generation;
    const bool earlier = life.generation() - 1 == entry.last_generation && life.state() == SlotState::inherited;
    if (present || earlier) // release: the requeued words come before it
        word.compare_exchange_strong(life.bits, life.with(present ? SlotState::clean : SlotState::used).bits, release,
                                     relaxed);
}

Code Log::reap_own(std::uint64_t &out_items) noexcept
{
    DeadOwners own;
    own.add(me_.slot_index(), me_.self().generation());
    LockWait wait = LockWait::once;
    return reap_these(own, wait, out_items);
}

// Segments that were claimed and never linked. LIVE ones beyond the tail count as such: an appender marks them before it
// links them, under the tail's lock, which we hold.
Code Log::free_claims_of(const DeadOwners &dead, LockWait &wait) noexcept
{
    LockResult lock_result;
    if (const Code code = after_wait(tail_lock_.lock(me_, lock_limits(wait), lock_result), wait); code != Code::OK)
        return code;
    TailCursor tail = load_cursor(control().tail);
    const Code code = roll_tail(tail);
    if (code == Code::OK) {
        const std::uint64_t last_chain = image_.segment_word(tail.end_segment - 1).chain();
        for (std::uint64_t i = 0, high = high_water(); i < high; i++) {
            const SegmentWord word = image_.segment_word(i);
            const bool claimed = word.kind() == SegmentKind::claimed && dead.contains(word.owner());
            const bool unlinked = word.kind() == SegmentKind::live && word.chain() > last_chain;
            if (claimed || unlinked)
                image_.segment(i).store(word.unclaimed().bits, release); // SYNC segment-claim
        }
    }
    tail_lock_.unlock();
    return code;
}

// Locks the head for it, and the frontier. A process that was stopped in the middle of advance() may hold the frontier; then
// the walk begins at a lease of the dead. The frontier never passes one.
Code Log::requeue_leases_of(const DeadOwners &dead, LockWait &wait, std::uint64_t &out_items) noexcept
{
    if (const Code code = after_wait(lock_head(lock_limits(wait)), wait); code != Code::OK)
        return code;
    LockResult lock_result;
    Code code = after_wait(frontier_lock_.lock(me_, lock_limits(wait), lock_result), wait);
    const bool locked = code == Code::OK;
    FrontierCursor from;
    if (locked)
        from = load_cursor(control().frontier);
    else
        code = first_lease_of(dead, from);
    if (code == Code::OK)
        code = requeue_from(from, dead, out_items);
    if (locked)
        frontier_lock_.unlock();
    head_lock_.unlock();
    return code;
}

// Head locked, and no record behind `from` is recycled. Walks from there to where no leased record can be any more, and calls
// `visit` for each one of the dead.
template <class Visit>
Code Log::each_lease_of(const DeadOwners &dead, FrontierCursor from, const HeadCursor &head, Visit visit) const noexcept
{
    std::uint64_t offset = from.offset, sequence = from.sequence;
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
        if (word.is(RecordState::taken) && dead.contains(word.owner()))
            visit(offset, sequence, word);
        RecordShape shape;
        if (!image_.next_record(offset, offset, shape))
            return Code::CORRUPT;
        sequence++;
    }
    return Code::CORRUPT;
}

// As each_lease_of().
Code Log::requeue_from(FrontierCursor from, const DeadOwners &dead, std::uint64_t &out_items) noexcept
{
    HeadCursor head = load_cursor(control().head);
    std::uint64_t found = 0, oldest = 0, oldest_sequence = 0;
    Code code = each_lease_of(dead, from, head, [&](std::uint64_t offset, std::uint64_t sequence, RecordWord) {
        if (found++ == 0) {
            oldest = offset;
            oldest_sequence = sequence;
        }
    });
    if (code != Code::OK || found == 0) {
        if (code == Code::OK)
            end_leases_of(dead);
        return code;
    }
    if (oldest_sequence < head.sequence)
        head = {oldest, oldest_sequence, head.sequence + head.zone - oldest_sequence, 0};
    if ((code = recount_zone(head)) != Code::OK)
        return code;
    // The counts of afterwards: until the last word is stored they say too much, and a look at the head tells the truth.
    head.skipped -= std::min(head.skipped, found);
    store_cursor(control().head, head);
    TEST_POINT("reaper_moved_head_back");
    code = each_lease_of(dead, from, head, [&](std::uint64_t offset, std::uint64_t, RecordWord word) {
        count_returned(word.owner().slot());
        // No other process writes it: its owner is dead, or is this participant on closing. SYNC item-commit: ready again.
        image_.word(offset).store(word.given_back().bits, release);
        out_items++;
    });
    // The queue holds more: producers count anew. release: a producer that sees it sees the head's cursor, too.
    control().tail.limit.store(0, release);
    const bool own = dead.contains(me_.self());
    bump(own ? own_slot().nacks : own_slot().recovered, out_items);
    if (code == Code::OK)
        end_leases_of(dead);
    return code;
}

// Head locked. Before the word: a reaper that dies in between has counted one too many, which is seen as none.
void Log::count_returned(std::uint32_t slot) noexcept
{
    Slot &theirs = image_.slot(slot);
    const std::uint64_t ended = theirs.dones.load(relaxed) + theirs.returned.load(relaxed);
    if (theirs.leases.load(relaxed) > ended) // what a plain get was copying was not counted as a lease
        bump(theirs.returned);
}

// Head locked, and nothing is leased any more by the dead: whatever their counts missed at a kill is over, too.
void Log::end_leases_of(const DeadOwners &dead) noexcept
{
    for (const DeadOwners::Entry &entry : dead) {
        Slot &theirs = image_.slot(entry.slot);
        if (life_of(theirs).generation() == entry.last_generation)
            theirs.returned.store(theirs.leases.load(relaxed) - theirs.dones.load(relaxed), relaxed);
    }
}

} // namespace ipcq
