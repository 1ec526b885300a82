// SPDX-License-Identifier: Apache-2.0
#include "layout/valid.hpp"

#include <cstdarg>
#include <cstdio>
#include <cstring>

namespace ipcq {

namespace {

using Number = unsigned long long;

Violation broken(const char *format, ...) noexcept __attribute__((format(printf, 1, 2)));
Violation broken(const char *format, ...) noexcept
{
    Violation violation;
    va_list arguments;
    va_start(arguments, format);
    std::vsnprintf(violation.text, sizeof violation.text, format, arguments);
    va_end(arguments);
    return violation;
}

struct Cursor {
    std::uint64_t offset, sequence;
};

struct Cursors {
    Cursor frontier, head, tail;
    std::uint64_t zone, skipped;
    std::uint64_t end_segment;
};

Cursors cursors_of(const Control &c) noexcept
{
    const auto &f = c.frontier.copy[c.frontier.epoch.load(relaxed) & 1];
    const auto &h = c.head.copy[c.head.epoch.load(relaxed) & 1];
    const auto &t = c.tail.copy[c.tail.epoch.load(relaxed) & 1];
    const std::uint64_t zone = h.zone.load(relaxed), position = t.position.load(relaxed);
    return {{f.offset.load(relaxed), f.sequence.load(relaxed)},
            {h.offset.load(relaxed), h.sequence.load(relaxed)},
            {(position & 0xffffffffff) << 3, t.sequence.load(relaxed)},
            zone & 0xffffffff,
            zone >> 32,
            position >> 40};
}

// I14: each cursor leads into a segment of the log.
Violation valid_cursors(const Reading &r, const Cursors &at) noexcept
{
    const struct {
        const char *name;
        std::uint64_t offset;
    } cursor[] = {{"frontier", at.frontier.offset}, {"head", at.head.offset}, {"tail", at.tail.offset}};
    for (const auto &[name, offset] : cursor) {
        if (!r.holds(offset, terminator_size))
            return broken("I14: the %s's cursor, %llu, is no place in the file", name, Number{offset});
        if (r.segment(r.geometry().segment_of(offset)).kind() != SegmentKind::live)
            return broken("I9: the %s stands in a segment that is not live", name);
        if (r.control().frontier.free_below.load(relaxed) > r.chain(offset))
            return broken("I8: free_below %llu is above the %s's chain number %llu",
                          Number{r.control().frontier.free_below.load(relaxed)}, name, Number{r.chain(offset)});
    }
    if (at.end_segment == 0 || at.end_segment > r.geometry().segment_count ||
        at.tail.offset + terminator_size > r.geometry().segment_offset(at.end_segment))
        return broken("I14: the tail's run ends at segment %llu", Number{at.end_segment});
    return {};
}

// I10, and the words of the segment table: I9, I11, I15 and I16.
Violation valid_words(const Reading &r) noexcept
{
    const Control &c = r.control();
    const struct {
        const char *name;
        Owner owner;
    } lock[] = {{"tail", {c.tail.lock.load(relaxed)}},
                {"head", {c.head.lock.load(relaxed)}},
                {"frontier", {c.frontier.lock.load(relaxed)}}};
    for (const auto &[name, owner] : lock)
        if (owner != nobody && !r.known(owner))
            return broken("I10: the %s's lock names %llx, who is nobody", name, Number{owner.bits});
    for (std::uint64_t i = 0; i < r.geometry().segment_count; i++) {
        const SegmentWord word = r.segment(i);
        if (word.bits != SegmentWord::bare().bits && i >= c.supply.high_water.load(relaxed))
            return broken("I11: segment %llu is used above the high water %u", Number{i},
                          c.supply.high_water.load(relaxed));
        if (word.kind() == SegmentKind::claimed && !r.known(word.owner()))
            return broken("I15: segment %llu is claimed by %llx, who is nobody", Number{i}, Number{word.owner().bits});
        if (word.kind() == SegmentKind::claimed && r.requeued(word.owner()))
            return broken("I16: segment %llu is claimed by %llx, an earlier generation of a slot whose state is used",
                          Number{i}, Number{word.owner().bits});
        if (word.kind() > SegmentKind::live)
            return broken("I15: segment %llu has the word %llx", Number{i}, Number{word.bits});
    }
    if (c.waiters.shutdown.load(relaxed) > 2)
        return broken("I12: shutdown is %u", c.waiters.shutdown.load(relaxed));
    return {};
}

// I3, I4, I5, I7, I9, I13, I16, Q2: from the frontier to the end of the log, which `end` receives.
Violation valid_log(const Reading &r, const Cursors &at, bool quiet, Place &end) noexcept
{
    end = place_at(r, at.frontier.offset, at.frontier.sequence);
    bool head_met = false;
    std::uint64_t unready = 0;
    for (;;) {
        if (end.offset == at.head.offset && end.sequence == at.head.sequence)
            head_met = true;
        const Place here = end;
        if (const char *why = end.step(r); why != nullptr)
            return broken("I3: %s (offset %llu, item %llu)", why, Number{here.offset}, Number{here.sequence});
        const RecordWord word = r.word(here.offset);
        if (word.is(RecordState::empty))
            break;
        if (word.is(RecordState::end))
            continue;
        if (word.is(RecordState::ready) && here.sequence < at.head.sequence)
            return broken("I4: item %llu is ready before the head, %llu", Number{here.sequence},
                          Number{at.head.sequence});
        if (word.is(RecordState::taken) && !r.known(word.owner()))
            return broken("I7: item %llu is taken by %llx, who is nobody", Number{here.sequence},
                          Number{word.owner().bits});
        if (word.is(RecordState::taken) && r.requeued(word.owner()))
            return broken("I16: item %llu is taken by %llx, an earlier generation of a slot whose state is used",
                          Number{here.sequence}, Number{word.owner().bits});
        if (word.is(RecordState::taken) && r.control().frontier.lease_chain.load(relaxed) < r.chain(here.offset))
            return broken("I13: item %llu is taken in chain %llu, lease_chain is %llu", Number{here.sequence},
                          Number{r.chain(here.offset)}, Number{r.control().frontier.lease_chain.load(relaxed)});
        if (here.sequence >= at.head.sequence && !word.is(RecordState::ready)) {
            unready++;
            if (quiet && here.sequence >= at.head.sequence + at.zone)
                return broken("Q2: item %llu is not ready and lies behind the head's zone", Number{here.sequence});
        }
    }
    if (!head_met)
        return broken("I5: the head, item %llu at %llu, is not met between the frontier, item %llu, and the end",
                      Number{at.head.sequence}, Number{at.head.offset}, Number{at.frontier.sequence});
    if (quiet && unready != at.skipped)
        return broken("Q2: the head's zone skips %llu, and %llu are not ready", Number{at.skipped}, Number{unready});
    return {};
}

// I6, Q1, Q3: the tail, which may lag behind the frontier even.
Violation valid_tail(const Reading &r, const Cursors &at, bool quiet, const Place &end) noexcept
{
    Place place{at.tail.offset, at.tail.sequence, r.geometry().segment_offset(at.end_segment)};
    int ends = 0;
    while (!r.word(place.offset).is(RecordState::empty)) {
        if (quiet)
            return broken("Q1: the tail stands before an item");
        const std::uint64_t records = place.sequence - at.tail.sequence;
        if (r.word(place.offset).is(RecordState::end) ? ends++ != 0 || records != 0
                                                      : records >= (ends != 0 ? 1 : batch_items_max))
            return broken("I6: more than one commit lies behind the tail");
        if (const char *why = place.step(r); why != nullptr)
            return broken("I3: %s (behind the tail, offset %llu)", why, Number{place.offset});
    }
    if (place.offset != end.offset || place.sequence != end.sequence)
        return broken("I6: from the tail the log ends at %llu with item %llu, from the frontier at %llu with %llu",
                      Number{place.offset}, Number{place.sequence}, Number{end.offset}, Number{end.sequence});
    if (quiet)
        for (std::uint64_t i = 0; i < r.geometry().segment_count; i++)
            if (r.segment(i).kind() == SegmentKind::live && r.segment(i).chain() > r.chain(at.tail.offset))
                return broken("Q3: segment %llu has the chain number %llu, the tail has %llu", Number{i},
                              Number{r.segment(i).chain()}, Number{r.chain(at.tail.offset)});
    return {};
}

// The arrows of FORMAT.md section 5, any number of them one after the other.
bool may_become(RecordWord before, RecordWord after) noexcept
{
    if (before.bits == after.bits)
        return true;
    if (before.is(RecordState::done) || before.is(RecordState::end) || after.is(RecordState::end) ||
        after.is(RecordState::empty) || after.deliveries() < before.deliveries())
        return false;
    const bool given_back = before.is(RecordState::taken) && !after.is(RecordState::done) &&
                            !(after.is(RecordState::taken) && after.owner() == before.owner());
    return !given_back || after.deliveries() > before.deliveries() || after.deliveries() == 255;
}

// I1 and I2 for the records that both have.
Violation valid_records(const Reading &before, const Reading &after) noexcept
{
    const Cursors from = cursors_of(before.control()), to = cursors_of(after.control());
    Place then = place_at(before, from.frontier.offset, from.frontier.sequence);
    while (!before.word(then.offset).is(RecordState::empty)) {
        const Place here = then;
        if (then.step(before) != nullptr)
            return {}; // `before` was no valid image: not judged here
        if (here.sequence < to.frontier.sequence)
            continue; // finished, and perhaps recycled
        const RecordWord was = before.word(here.offset), is = after.word(here.offset);
        if (!may_become(was, is))
            return broken("I1: the word of item %llu went from %llx to %llx", Number{here.sequence}, Number{was.bits},
                          Number{is.bits});
        if (was.is(RecordState::end))
            continue;
        const std::uint64_t size = before.shape(here.offset).size();
        if (before.shape(here.offset).bits != after.shape(here.offset).bits ||
            std::memcmp(before.payload(here.offset), after.payload(here.offset), size) != 0)
            return broken("I2: item %llu changed after it was committed", Number{here.sequence});
    }
    return {};
}

std::uint64_t committed(const Reading &r) noexcept
{
    const Cursors at = cursors_of(r.control());
    Place place{at.tail.offset, at.tail.sequence, r.geometry().segment_offset(at.end_segment)};
    while (!r.word(place.offset).is(RecordState::empty) && place.step(r) == nullptr) {
    }
    return place.sequence;
}

} // namespace

Violation valid(const Reading &reading, bool quiet) noexcept
{
    const Cursors at = cursors_of(reading.control());
    Place end;
    Violation violation = valid_words(reading);
    if (!violation)
        violation = valid_cursors(reading, at);
    if (!violation)
        violation = valid_log(reading, at, quiet, end);
    if (!violation)
        violation = valid_tail(reading, at, quiet, end);
    return violation;
}

Violation valid_change(const Reading &before, const Reading &after) noexcept
{
    const Control &was = before.control(), &is = after.control();
    if (std::memcmp(&was.header, &is.header, sizeof was.header) != 0)
        return broken("I2: the header changed");
    if (is.frontier.free_below.load(relaxed) < was.frontier.free_below.load(relaxed))
        return broken("I8: free_below shrank");
    if (is.supply.high_water.load(relaxed) < was.supply.high_water.load(relaxed))
        return broken("I11: the high water sank");
    if (is.waiters.shutdown.load(relaxed) < was.waiters.shutdown.load(relaxed))
        return broken("I12: shutdown was taken back");
    if (was.waiters.shutdown.load(relaxed) != 0 && committed(after) > committed(before))
        return broken("I12: an item was put after the shutdown");
    for (std::uint32_t i = 0; i < before.geometry().slot_count; i++)
        if (!Owner::of(i, life_of(before.slot(i)).generation()).not_after(life_of(after.slot(i)).generation()))
            return broken("I7: the generation of slot %u sank", i);
    return valid_records(before, after);
}

} // namespace ipcq
