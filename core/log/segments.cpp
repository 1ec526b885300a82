// SPDX-License-Identifier: Apache-2.0
//
// Which segments hold the log: claiming free ones for a new run, preferring memory that is still in a cache, then
// memory that is there at all, then new memory. All of it happens outside every lock; a kill leaves a segment claimed
// by a dead participant, which the reaper frees. trim.cpp gives memory back.
#include "log/log.hpp"

#include <algorithm>
#include <cerrno>
#include <sched.h>
#include <sys/mman.h>

namespace ipcq {

namespace {

constexpr std::uint64_t table_step = 4096;

} // namespace

// OK with a claimed run that has memory, its pages mapped here; FULL if the capacity is used up; NOSPACE, FILELIMIT.
Code Log::claim(std::uint64_t count, std::uint64_t &out_first, FullReason &out_reason) noexcept
{
    bool end = false;
    const Code moved = advance(WaitLimits::until(nowait), end);
    out_reason = moved == Code::OK ? FullReason::bytes : FullReason::maybe_bytes; // if it comes to that
    if (moved == Code::CORRUPT) // otherwise the last known frontier has to do
        return Code::CORRUPT;
    if (moved == Code::OK && control().supply.backed.load(relaxed) < live_segments() + count) {
        // New memory costs more than an item. So a process that would free some, and waits for this processor, goes
        // first.
        ::sched_yield();
        advance(WaitLimits::until(nowait), end);
    }
    const std::uint64_t free_below = this->free_below();
    const std::uint64_t live = live_segments();
    if (live + count > std::uint64_t{geometry().capacity_segments} + 1)
        return Code::FULL;
    // Last in, first out: the segment that the head left just now.
    const std::uint32_t recent = control().supply.recent.load(relaxed);
    const bool found = (count == 1 && recent < high_water() && image_.segment_word(recent).has_memory() &&
                        claim_run(recent, 1, free_below) && ((out_first = recent), true)) ||
                       find_run(count, free_below, out_first);
    if (!found) {
        const std::uint64_t high = high_water();
        std::uint64_t first = std::min<std::uint64_t>(high, geometry().segment_count);
        while (first > 0 && high - first < count - 1 && image_.segment_word(first - 1).claimable(free_below))
            first--; // a run may begin in free segments below
        for (;; first++) {
            if (first + count > geometry().segment_count)
                return Code::FULL; // too scattered for this run until more is taken
            if (const Code code = raise_high_water(first + count); code != Code::OK)
                return code;
            if (claim_run(first, count, free_below))
                break;
        }
        out_first = first;
    }
    const Code code = back_run(out_first, count);
    if (code != Code::OK) {
        release_run(out_first, count);
        return code;
    }
    note_use(live + count);
    if (may_have_spare(live + count)) // a stream whose getters never sleep has no other moment for it
        give_memory_back(needed_lately(live + count, now_ns()));
    return Code::OK;
}

// Among the segments that were in use before: one with memory if there is any, else one without; for a run, neighbours.
bool Log::find_run(std::uint64_t count, std::uint64_t free_below, std::uint64_t &out_first) noexcept
{
    Supply &supply = control().supply;
    const std::uint64_t high = high_water();
    const std::uint64_t live = live_segments();
    if (live + count > high) // none can be free: growing needs no search
        return false;
    const bool spare_memory = supply.backed.load(relaxed) > live;
    const std::uint64_t start = count == 1 ? supply.rotor.load(relaxed) % high : 0;
    std::uint64_t length = 0, bare = high;
    for (std::uint64_t step = 0; step < high; step++) {
        const std::uint64_t here = (start + step) % high;
        const SegmentWord word = image_.segment_word(here);
        length = word.claimable(free_below) ? length + 1 : 0;
        if (length < count)
            continue;
        if (count == 1 && spare_memory && !word.has_memory()) {
            bare = std::min(bare, here);
            continue;
        }
        if (claim_run(here + 1 - count, count, free_below)) {
            supply.rotor.store(static_cast<std::uint32_t>((here + 1) % high), relaxed);
            out_first = here + 1 - count;
            return true;
        }
        length = 0;
    }
    out_first = bare;
    return bare < high && claim_run(bare, 1, free_below);
}

bool Log::claim_run(std::uint64_t first, std::uint64_t count, std::uint64_t free_below) noexcept
{
    for (std::uint64_t i = 0; i < count; i++) // a look at all of them first: most failures then change nothing
        if (!image_.segment_word(first + i).claimable(free_below))
            return false;
    for (std::uint64_t i = 0; i < count; i++) {
        SegmentWord word = image_.segment_word(first + i);
        // SYNC segment-claim: acq_rel, its last user's stores come before ours.
        if (!word.claimable(free_below) || !image_.segment(first + i).compare_exchange_strong(
                                               word.bits, SegmentWord::claimed(me_.self(), word.has_memory()).bits,
                                               std::memory_order_acq_rel, relaxed)) {
            release_run(first, i);
            return false;
        }
    }
    return true;
}

void Log::release_run(std::uint64_t first, std::uint64_t count) noexcept
{
    for (std::uint64_t i = 0; i < count; i++) // SYNC segment-claim
        image_.segment(first + i).store(image_.segment_word(first + i).unclaimed().bits, release);
    if (count == 1 && image_.segment_word(first).has_memory())
        control().supply.recent.store(static_cast<std::uint32_t>(first), relaxed);
}

// Memory and mapped pages for a claimed run, so that no page is missing later under a lock.
Code Log::back_run(std::uint64_t first, std::uint64_t count) noexcept
{
    const Geometry &g = geometry();
    // A run may lie in new places while free memory lies scattered elsewhere: the capacity bounds the sum. Each turn gives a
    // segment back at least, so no more are needed than we claim; `backed` is a hint, and may say anything.
    for (std::uint64_t turn = 0; turn < count && std::uint64_t{control().supply.backed.load(relaxed)} + count >
                                                     g.capacity_segments + keep_segments;
         turn++)
        if (!give_memory_back(0))
            break;
    for (std::uint64_t i = first; i < first + count; i++) {
        const bool had_memory = image_.segment_word(i).has_memory();
        if (!had_memory) {
            if (const Code code = image_.grow(g.segment_offset(i), g.segment_size); code != Code::OK)
                return code;
            image_.segment(i).store(SegmentWord::claimed(me_.self(), true).bits, release);
            control().supply.backed.fetch_add(1, relaxed);
        }
        if (had_memory && touched_[i] != 0)
            continue;
        if (::madvise(&image_.word(g.segment_offset(i)), g.segment_size, MADV_POPULATE_WRITE) != 0 && errno == EFAULT)
            return image_.shrunk() ? Code::CORRUPT : Code::NOSPACE; // EINVAL of an old kernel: pages come one by one
        touched_[i] = 1;
    }
    return Code::OK;
}

// High water first, claim second: a death in between leaves a segment that every search sees.
Code Log::raise_high_water(std::uint64_t end) noexcept
{
    Supply &supply = control().supply;
    auto high = static_cast<std::uint32_t>(high_water());
    if (high >= end)
        return Code::OK;
    // The table gets memory page by page, too; pages below high water have theirs.
    const std::uint64_t from = geometry().table_offset + (high - 1) * sizeof(Word) / table_step * table_step;
    const std::uint64_t to = geometry().table_offset + (end * sizeof(Word) + table_step - 1) / table_step * table_step;
    if (to - from > table_step)
        if (const Code code = image_.grow(from, to - from); code != Code::OK)
            return code;
    high = supply.high_water.load(relaxed);
    while (high < end &&
           !supply.high_water.compare_exchange_weak(high, static_cast<std::uint32_t>(end), std::memory_order_acq_rel)) {
    }
    return Code::OK;
}

// Chain numbers count segments, so the length of the live part is a difference.
std::uint64_t Log::live_segments() const noexcept
{
    const TailCursor tail = snapshot(control().tail);
    if (tail.end_segment == 0 || tail.end_segment > geometry().segment_count)
        return 0; // roll_tail() will say what is wrong
    const std::uint64_t last = image_.segment_word(tail.end_segment - 1).chain();
    const std::uint64_t free_below = this->free_below();
    return last + 1 > free_below ? last + 1 - free_below : 0;
}

} // namespace ipcq
