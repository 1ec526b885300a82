// SPDX-License-Identifier: Apache-2.0
//
// Memory goes back to the system when the queue no longer needs it. The need is the largest number of segments in use
// during this interval and the one before, so a stream that runs dry for a moment keeps its memory. The counts are
// hints in shared memory: the processes that claim know the use, and others may be the ones that find time to give
// memory back.
#include "log/log.hpp"

#include <algorithm>

namespace ipcq {

namespace {

constexpr std::uint64_t trim_batch = 16;  // segments given back a call: well under a millisecond
constexpr std::uint32_t trim_look = 2048; // table words looked at a call

// Longer than the pauses of a stream; a burst's memory stays for two of them at most while calls go on.
constexpr std::uint32_t interval_ms = 100;

} // namespace

// Two processes may do it at once, and the smaller number may stay: then memory is given back that is wanted again
// soon.
void Log::note_use(std::uint64_t segments) noexcept
{
    HalfWord &peak = control().supply.peak;
    if (peak.load(relaxed) < segments)
        peak.store(static_cast<std::uint32_t>(segments), relaxed);
}

// The process that moves `interval_ms` begins the new interval. If it dies before the stores behind that, the next one
// does both. A clock of another time namespace ends intervals early.
std::uint64_t Log::needed_lately(std::uint64_t in_use, Nanoseconds now) noexcept
{
    Supply &supply = control().supply;
    const auto now_ms = static_cast<std::uint32_t>(now / 1'000'000);
    std::uint32_t begun_ms = supply.interval_ms.load(relaxed);
    if (now_ms - begun_ms >= interval_ms && supply.interval_ms.compare_exchange_strong(begun_ms, now_ms, relaxed)) {
        supply.peak_before.store(supply.peak.load(relaxed), relaxed);
        supply.peak.store(static_cast<std::uint32_t>(in_use), relaxed);
    }
    return std::max<std::uint64_t>({in_use, supply.peak.load(relaxed), supply.peak_before.load(relaxed)});
}

bool Log::trim(Nanoseconds now) noexcept
{
    bool end = false;
    // What was finished is in use until the frontier has passed it. A stopped process may hold the frontier; memory is not
    // urgent enough to wait for it.
    return may_have_spare(1) && advance(WaitLimits::at_once(), end) == Code::OK &&
           give_memory_back(needed_lately(live_segments(), now));
}

// From claimed segments, as claim() takes them, so nobody else uses one meanwhile.
bool Log::give_memory_back(std::uint64_t keep) noexcept
{
    Supply &supply = control().supply;
    const std::uint64_t free_below = this->free_below();
    const auto high = static_cast<std::uint32_t>(high_water());
    std::uint32_t position = trim_position_.load(relaxed);
    std::uint64_t given = 0;
    for (std::uint32_t look = 0; look < trim_look && given < trim_batch; look++) {
        if (!may_have_spare(std::max(keep, live_segments())))
            return false;
        if (position == 0 || position > high)
            position = high; // from the top: what a steady stream recycles lies low
        position--;
        const SegmentWord word = image_.segment_word(position);
        if (!word.has_memory() || !word.claimable(free_below) || !claim_run(position, 1, free_below))
            continue;
        // First the note that there may be no memory, then the deed.
        image_.segment(position).store(SegmentWord::claimed(me_.self(), false).bits, release);
        const bool released = image_.release(geometry().segment_offset(position), geometry().segment_size);
        const SegmentWord now = released ? SegmentWord::bare() : SegmentWord::claimed(me_.self(), true).unclaimed();
        image_.segment(position).store(now.bits, release); // SYNC segment-claim
        if (!released)
            return false; // no use in trying the next ones
        if (supply.backed.fetch_sub(1, relaxed) == 0)
            supply.backed.store(0, relaxed); // a hint that kills have bent; it never wraps into "very much"
        given++;
    }
    trim_position_.store(position, relaxed);
    return given != 0;
}

} // namespace ipcq
