// SPDX-License-Identifier: Apache-2.0
//
// Reading and moving the three cursors. Each has two copies and an epoch (layout/control.hpp).
//
// SYNC cursor-epoch: a writer stores the idle copy, then the epoch, all with release. A reader loads the epoch, the
// copy and the epoch again, all with acquire but the last. A reader that saw a word of the next-but-one value has then
// also acquired the epoch before it, finds the epoch changed, and repeats.
#pragma once

#include "layout/control.hpp"

namespace ipcq {

struct TailCursor {
    std::uint64_t offset;      // where the next record goes
    std::uint64_t end_segment; // the segment behind the run that holds it
    std::uint64_t sequence;
};

struct HeadCursor {
    std::uint64_t offset;
    std::uint64_t sequence;
    std::uint64_t zone;    // of the next `zone` records ...
    std::uint64_t skipped; // ... so many are taken or done
};

struct FrontierCursor {
    std::uint64_t offset;
    std::uint64_t sequence;
};

IPCQ_INLINE TailCursor load_copy(const Tail &tail, std::uint64_t epoch)
{
    const auto &copy = tail.copy[epoch & 1];
    const std::uint64_t position = copy.position.load(acquire);
    return {(position & 0xffffffffff) << 3, position >> 40, copy.sequence.load(acquire)};
}

IPCQ_INLINE HeadCursor load_copy(const Head &head, std::uint64_t epoch)
{
    const auto &copy = head.copy[epoch & 1];
    const std::uint64_t zone = copy.zone.load(acquire);
    return {copy.offset.load(acquire), copy.sequence.load(acquire), zone & 0xffffffff, zone >> 32};
}

inline FrontierCursor load_copy(const Frontier &frontier, std::uint64_t epoch)
{
    const auto &copy = frontier.copy[epoch & 1];
    return {copy.offset.load(acquire), copy.sequence.load(acquire)};
}

IPCQ_INLINE void store_copy(Tail &tail, std::uint64_t epoch, const TailCursor &c)
{
    auto &copy = tail.copy[epoch & 1];
    copy.position.store(c.offset >> 3 | c.end_segment << 40, release);
    copy.sequence.store(c.sequence, release);
}

IPCQ_INLINE void store_copy(Head &head, std::uint64_t epoch, const HeadCursor &c)
{
    auto &copy = head.copy[epoch & 1];
    copy.offset.store(c.offset, release);
    copy.sequence.store(c.sequence, release);
    copy.zone.store(c.zone | c.skipped << 32, release);
}

inline void store_copy(Frontier &frontier, std::uint64_t epoch, const FrontierCursor &c)
{
    auto &copy = frontier.copy[epoch & 1];
    copy.offset.store(c.offset, release);
    copy.sequence.store(c.sequence, release);
}

// For the holder of the group's lock: nobody else moves the cursor.
template <class Group> IPCQ_INLINE auto load_cursor(const Group &group)
{
    return load_copy(group, group.epoch.load(relaxed));
}

// A look takes some ten instructions, a move of the cursor some hundred. If the cursor moves at each of so many looks,
// a peer writes nonsense, and any answer will do.
inline constexpr int looks_max = 1000;

// For everybody else.
template <class Group> auto snapshot(const Group &group)
{
    for (int looks = 1;; looks++) {
        const std::uint64_t epoch = group.epoch.load(acquire); // SYNC cursor-epoch
        const auto cursor = load_copy(group, epoch);
        // relaxed: the acquires of the copy keep it behind them
        if (group.epoch.load(relaxed) == epoch || looks == looks_max)
            return cursor;
    }
}

// For the holder of the lock. A kill before the last store leaves the old cursor, after it the new one.
template <class Group, class Cursor> IPCQ_INLINE void store_cursor(Group &group, const Cursor &cursor)
{
    const std::uint64_t epoch = group.epoch.load(relaxed);
    store_copy(group, epoch + 1, cursor);
    group.epoch.store(epoch + 1, release); // SYNC cursor-epoch
}

} // namespace ipcq
