// SPDX-License-Identifier: Apache-2.0
//
// The state of one segment, a word in the segment table. Whether a segment is free is derived from it and from the
// frontier; there is no list of free ones that a kill could leave half linked.
#pragma once

#include "layout/owner.hpp"

namespace ipcq {

enum class SegmentKind : std::uint8_t {
    bare = 0,    // may have no memory behind it: allocate before touching
    free = 1,    // has memory, holds nothing
    claimed = 2, // being prepared, or given back to the system, by the owner
    live = 3,    // part of the log under its chain number; free again once that number is below free_below
};

struct SegmentWord {
    std::uint64_t bits = 0;

    static constexpr SegmentWord bare() { return {static_cast<std::uint64_t>(SegmentKind::bare)}; }
    static constexpr SegmentWord free() { return {static_cast<std::uint64_t>(SegmentKind::free)}; }
    // A claim remembers whether there is memory, so that its owner or the reaper can end it as free or as bare.
    static constexpr SegmentWord claimed(Owner owner, bool has_memory)
    {
        return {static_cast<std::uint64_t>(SegmentKind::claimed) | (has_memory ? 0x100u : 0u) | owner.bits << 16};
    }
    static constexpr SegmentWord live(std::uint64_t chain)
    {
        return {static_cast<std::uint64_t>(SegmentKind::live) | chain << 8};
    }
    constexpr SegmentKind kind() const { return static_cast<SegmentKind>(bits & 0xff); }
    constexpr Owner owner() const { return {bits >> 16}; }
    constexpr std::uint64_t chain() const { return bits >> 8; }
    constexpr bool has_memory() const
    {
        return kind() == SegmentKind::claimed ? (bits & 0x100) != 0 : kind() != SegmentKind::bare;
    }
    constexpr SegmentWord unclaimed() const { return has_memory() ? free() : bare(); }

    // Chain numbers grow along the log, one for each segment; below `free_below` nothing is needed any more.
    constexpr bool claimable(std::uint64_t free_below) const
    {
        return kind() == SegmentKind::bare || kind() == SegmentKind::free ||
               (kind() == SegmentKind::live && chain() < free_below);
    }
};

} // namespace ipcq
