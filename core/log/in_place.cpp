// SPDX-License-Identifier: Apache-2.0
//
// Records that are written where they will stay. What is reserved is a run of segments that this participant has
// claimed, so no other participant looks there. A kill leaves a claim that the reaper frees. The commit is the one that
// links any run.
#include "log/append.hpp"
#include "log/take.hpp"

namespace ipcq {

Code Log::reserve(std::uint64_t size, Run &out_run, FullReason &out_reason) noexcept
{
    if (control().waiters.shutdown.load(acquire) != 0)
        return Code::CLOSED;
    out_run.count = segments_for(size);
    return claim(out_run.count, out_run.first, out_reason);
}

std::uint64_t Log::segments_for(std::uint64_t size) const noexcept
{
    return (record_size(size) + terminator_size + geometry().segment_size - 1) >> geometry().segment_shift;
}

void *Log::payload(const Run &run) const noexcept { return image_.payload(geometry().segment_offset(run.first)); }

std::uint64_t Log::run_of(const void *payload) const noexcept
{
    const Geometry &g = geometry();
    const auto distance =
        reinterpret_cast<std::uintptr_t>(payload) - reinterpret_cast<std::uintptr_t>(image_.payload(g.data_offset));
    return (distance & (g.segment_size - 1)) == 0 ? distance >> g.segment_shift : UINT64_MAX;
}

Code Log::commit_run(const Run &run, std::uint64_t size, std::uint32_t type, const WaitLimits &limits,
                     FullReason &out_reason) noexcept
{
    // What the item does not need goes back and not into the chain, where it would count as used until the frontier passed.
    const Run used{run.first, segments_for(size)};
    // A small record does not deserve a segment of its own.
    const Code code = link(used, {payload(run), size, type}, size <= copy_inside_max, limits, out_reason);
    if (code == Code::OK)
        release_run(run.first + used.count, run.count - used.count);
    return code;
}

} // namespace ipcq
