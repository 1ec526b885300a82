// SPDX-License-Identifier: Apache-2.0
//
// Where this participant left the two ends of the log: private, each guarded by the lock of its end. If the epoch has
// not changed since this participant last held the lock, the cached cursor is still valid. room_end and end are the
// limits that were checked already.
#pragma once

#include "layout/geometry.hpp"
#include "layout/record.hpp"
#include "log/copy.hpp"
#include "log/cursor.hpp"
#include "memory/window.hpp"

#include <algorithm>

namespace ipcq {

struct CachedTail {
    std::uint64_t epoch = UINT64_MAX; // in no queue; a peer that writes it there sends us to a place where nothing fits
    std::uint64_t offset = 0;
    std::uint64_t sequence = 0;
    std::uint64_t end_bits = 0; // the end of the run, as the cursor's word holds it
    std::uint64_t room_end = 0; // up to here records and terminators may be written; 0: nowhere

    // Tail locked: somebody else was there.
    IPCQ_INLINE void find(const Tail &tail, std::uint64_t now, const Window &window, const Geometry &geometry) noexcept
    {
        const TailCursor cursor = load_copy(tail, now);
        *this = {now, cursor.offset, cursor.sequence, cursor.end_segment << 40, 0};
        if (cursor.end_segment - 1 < geometry.segment_count && cursor.offset >= window.data_offset)
            room_end = std::min(geometry.segment_offset(cursor.end_segment), window.data_offset + window.span);
    }
    // Tail locked: past a record of `need` bytes, which was committed.
    IPCQ_INLINE void pass(Tail &tail, std::uint64_t need) noexcept
    {
        std::uint64_t next = epoch + 1;
        __asm__("" : "+r"(next)); // else the compiler adds in a vector register, which takes 10 instructions more
        const std::uint64_t behind = offset + need, puts = sequence + 1;
        // SYNC cursor-epoch
        auto &copy = tail.copy[next & 1];
        copy.position.store(behind >> 3 | end_bits, release);
        copy.sequence.store(puts, release);
        tail.epoch.store(next, release);
        epoch = next;
        offset = behind;
        sequence = puts;
    }
};

struct CachedHead {
    std::uint64_t epoch = UINT64_MAX; // as above: nothing can be taken there
    std::uint64_t offset = 0;
    std::uint64_t sequence = 0;
    std::uint64_t zone_bits = 0; // length and skipped, as the cursor's word holds them
    std::uint64_t end = 0;       // a small record that begins before it cannot reach out of the file; 0: nowhere

    IPCQ_INLINE void find(const Head &head, std::uint64_t now, const Window &window) noexcept
    {
        const auto &copy = head.copy[now & 1];
        *this = {now, copy.offset.load(acquire), copy.sequence.load(acquire), copy.zone.load(acquire), 0};
        if ((offset & 7) == 0 && offset >= window.data_offset)
            end = window.data_offset + window.span - (record_size(copy_small_max) + terminator_size) + 1;
    }
    // Head locked: past a record of `need` bytes, which was taken.
    IPCQ_INLINE void pass(Head &head, std::uint64_t need) noexcept
    {
        const std::uint64_t next = epoch + 1, behind = offset + need, gone = sequence + 1;
        const std::uint64_t zone = (zone_bits & 0xffffffff) != 0 ? zone_bits - 1 : zone_bits;
        // SYNC cursor-epoch
        auto &copy = head.copy[next & 1];
        copy.offset.store(behind, release);
        copy.sequence.store(gone, release);
        copy.zone.store(zone, release);
        head.epoch.store(next, release);
        epoch = next;
        offset = behind;
        sequence = gone;
        zone_bits = zone;
    }
};

} // namespace ipcq
