// SPDX-License-Identifier: Apache-2.0
//
// Looks at the log that take no lock, store nothing, and wait for no process. Another process may give memory back to
// the system at any moment. A touch of a page that is gone takes a new page, or is SIGBUS on a full file system. So the
// cursors are read through the mapping, where memory always is, and records by pread(2), which reads a hole as zeros.
#include "log/log.hpp"

#include "log/test_point.hpp"

#include <algorithm>
#include <array>

namespace ipcq {

namespace {

// Reads record headers, and keeps the page that holds the last one: records of a usual size share one.
class RecordReader {
public:
    explicit RecordReader(const Image &image) : image_(image) {}

    // False if the file cannot be read.
    bool read(std::uint64_t offset, RecordWord &out_word, RecordShape &out_shape) noexcept
    {
        const std::uint64_t begin = offset & ~std::uint64_t{page_size - 1};
        if (begin != begin_ && !fill(begin))
            return false;
        const std::size_t index = (offset - begin) / sizeof(std::uint64_t);
        out_word = {words_[index]};
        out_shape = {words_[index + 1]};
        return true;
    }

private:
    static constexpr std::size_t page_size = 4096;

    bool fill(std::uint64_t begin) noexcept
    {
        begin_ = UINT64_MAX;
        if (!image_.read(begin, words_.data(), page_size + record_header_size))
            return false;
        begin_ = begin;
        return true;
    }

    const Image &image_;
    std::uint64_t begin_ = UINT64_MAX;                                                          // of the page in words_
    std::array<std::uint64_t, (page_size + record_header_size) / sizeof(std::uint64_t)> words_; // and the next header
};

} // namespace

// The head stood still while the tail was read: then both were so at one instant. Repeated only if a getter was faster. A
// stopped or dead getter moves nothing, and looks_max ends it beside a peer that writes nonsense.
Log::Totals Log::totals() const noexcept
{
    const Head &head = control().head;
    for (int looks = 1;; looks++) {
        const std::uint64_t epoch = head.epoch.load(acquire);
        const HeadCursor cursor = load_copy(head, epoch);
        const TailCursor tail = snapshot(control().tail);
        // relaxed: the acquires of the copies keep it behind them
        if (head.epoch.load(relaxed) == epoch || looks == looks_max)
            return {tail.sequence, cursor.sequence + cursor.skipped};
    }
}

std::uint64_t Log::ready_items() const noexcept
{
    const Totals now = totals();
    return now.put > now.gone ? now.put - now.gone : 0; // the tail may lag behind a dead producer's last item
}

// While the frontier stands still no record behind it is recycled, so that all that was read meanwhile was there. If the
// frontier moves, the walk begins again there, with a shorter way to go. All walks together take no more steps than one may.
Code Log::usage(Usage &out) const noexcept
{
    const Frontier &frontier = control().frontier;
    std::uint64_t steps = image_.steps_max();
    for (int looks = 1;; looks++) {
        const std::uint64_t epoch = frontier.epoch.load(acquire);
        const Code code = usage_behind(load_copy(frontier, epoch), steps, out);
        // relaxed: the loads of the walk are acquires or system calls
        if (code != Code::OK || frontier.epoch.load(relaxed) == epoch || looks == looks_max || steps == 0)
            return code;
    }
}

Code Log::used_bytes(std::uint64_t &out_bytes) const noexcept
{
    Usage now;
    const Code code = usage(now);
    out_bytes = now.bytes;
    return code;
}

// Leases that have not ended. A process that died between the word and its count, or is looked at there, has
// counted an end too many or a beginning too few.
std::uint64_t Log::unfinished_in(std::uint32_t index) const noexcept
{
    const Slot &slot = image_.slot(index);
    if (life_of(slot).is_clean())
        return 0;
    const std::uint64_t leases = slot.leases.load(acquire); // before the ends of them, which would be too few otherwise
    const std::uint64_t ended = slot.dones.load(relaxed) + slot.returned.load(relaxed);
    return leases > ended ? leases - ended : 0;
}

// The first lease of the dead behind the frontier, whose lock another process holds; the end of the leases if there is none.
// The head is locked, so that none is taken or given back meanwhile. As in usage(), what was read while the frontier
// stood still was there. The frontier passes neither of the two places.
Code Log::first_lease_of(const DeadOwners &dead, FrontierCursor &out_from) const noexcept
{
    const Frontier &frontier = control().frontier;
    std::uint64_t steps = image_.steps_max();
    for (int looks = 1;; looks++) {
        const std::uint64_t epoch = frontier.epoch.load(acquire);
        out_from = load_copy(frontier, epoch);
        const Code code = walk_to_lease(dead, out_from, steps);
        // relaxed: the loads of the walk are acquires or system calls
        const bool still = frontier.epoch.load(relaxed) == epoch;
        if ((still && code != Code::BUSY) || looks == looks_max || steps == 0)
            return still ? code : Code::BUSY;
    }
}

// Head locked. BUSY: what was read is no log; it was recycled, or torn, or a peer writes nonsense.
Code Log::walk_to_lease(const DeadOwners &dead, FrontierCursor &cursor, std::uint64_t &steps) const noexcept
{
    const HeadCursor head = load_cursor(control().head);
    RecordReader reader(image_);
    TEST_POINT("reaper_walk");
    for (; steps != 0; steps--) {
        RecordWord word;
        RecordShape shape;
        if (!image_.holds(cursor.offset, terminator_size))
            return Code::BUSY;
        if (!reader.read(cursor.offset, word, shape))
            return Code::SYSTEM;
        const bool taken_by_dead = word.is(RecordState::taken) && dead.contains(word.owner());
        const bool behind_all = word.is(RecordState::ready) && cursor.sequence >= head.sequence + head.zone;
        if (taken_by_dead || behind_all || word.is(RecordState::empty))
            return Code::OK;
        if (word.is(RecordState::end)) {
            if (!image_.first_of(word, cursor.offset))
                return Code::BUSY;
        } else {
            cursor.offset += record_size(shape.size());
            cursor.sequence++;
        }
    }
    return Code::BUSY;
}

// Without a look at any record: what the walk would pass over counts as used.
std::uint64_t Log::used_bytes_at_most() const noexcept
{
    return bytes_between(snapshot(control().frontier).offset, snapshot(control().tail).offset);
}

// Along the chain. 0 for places that no correct peer names.
std::uint64_t Log::bytes_between(std::uint64_t from, std::uint64_t to) const noexcept
{
    if (!image_.holds(from, terminator_size) || !image_.holds(to, terminator_size))
        return 0;
    const Geometry &g = geometry();
    const auto place = [&](std::uint64_t offset) {
        return (chain_at(offset) << g.segment_shift) + ((offset - g.data_offset) & (g.segment_size - 1));
    };
    return place(to) > place(from) ? place(to) - place(from) : 0;
}

// From the first record that is not finished, from the cursor on. The walk of advance_to_head(), but it may go beyond
// the head. A word that is stored while it is read may be read torn. Its state is one byte and is whole; a torn END is
// not followed, which ends the walk where that END stands. A torn owner is only told to people.
Code Log::usage_behind(FrontierCursor cursor, std::uint64_t &steps, Usage &out) const noexcept
{
    out = {};
    const HeadCursor head = snapshot(control().head); // before lease_chain, as there
    if (!image_.holds(cursor.offset, terminator_size) || !image_.holds(head.offset, terminator_size))
        return Code::OK;
    if (control().frontier.lease_chain.load(acquire) < chain_at(cursor.offset))
        cursor = {head.offset, head.sequence};
    TEST_POINT("look_walk");
    RecordReader reader(image_);
    RecordWord word;
    // At the head without a zone no record is finished, and the word need not be read.
    for (bool passed = cursor.offset != head.offset || head.zone != 0; passed && steps != 0; steps--) {
        RecordShape shape;
        if (!reader.read(cursor.offset, word, shape))
            return Code::SYSTEM;
        const std::uint64_t next = cursor.offset + record_size(shape.size());
        if (word.is(RecordState::done) && image_.reaches(next, terminator_size))
            cursor.offset = next;
        else
            passed = word.is(RecordState::end) && image_.first_of(word, cursor.offset);
    }
    const std::uint64_t tail = snapshot(control().tail).offset;
    out.bytes = bytes_between(cursor.offset, tail);
    out.ready_bytes = std::min(out.bytes, bytes_between(head.offset, tail));
    out.oldest_holder = word.is(RecordState::taken) ? word.owner() : nobody;
    return Code::OK;
}

} // namespace ipcq
