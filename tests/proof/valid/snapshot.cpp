// SPDX-License-Identifier: Apache-2.0
#include "valid/snapshot.h"

#include "layout/valid.hpp"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <set>
#include <sys/stat.h>
#include <unistd.h>

using namespace ipcq;

namespace {

bool make_room(snapshot *snapshot, size_t size)
{
    if (snapshot->capacity < size) {
        const size_t capacity = (size + 65535) / 65536 * 65536;
        void *bytes = std::aligned_alloc(4096, capacity);
        if (bytes == nullptr)
            return false;
        std::free(snapshot->bytes);
        snapshot->bytes = static_cast<unsigned char *>(bytes);
        snapshot->capacity = capacity;
    }
    snapshot->size = size;
    return true;
}

bool read_whole(const snapshot *snapshot, Reading &reading, char *text)
{
    const Code code = reading.read(snapshot->bytes, snapshot->size);
    if (code != Code::OK && text != nullptr)
        std::snprintf(text, SNAPSHOT_TEXT, "header: these bytes are no queue (%s)",
                      sentence_of(static_cast<int>(code)));
    return code == Code::OK;
}

bool judge(const Violation &violation, char *text)
{
    std::snprintf(text, SNAPSHOT_TEXT, "%s", violation.text);
    return !violation;
}

Place first_place(const Reading &reading)
{
    const Frontier &frontier = reading.control().frontier;
    const auto &copy = frontier.copy[frontier.epoch.load(relaxed) & 1];
    return place_at(reading, copy.offset.load(relaxed), copy.sequence.load(relaxed));
}

} // namespace

bool snapshot_take_fd(snapshot *snapshot, int fd)
{
    struct stat status {};
    if (::fstat(fd, &status) != 0 || !make_room(snapshot, static_cast<size_t>(status.st_size)))
        return false;
    for (size_t done = 0; done < snapshot->size;) {
        const ssize_t got = ::pread(fd, snapshot->bytes + done, snapshot->size - done, static_cast<off_t>(done));
        if (got <= 0)
            return false;
        done += static_cast<size_t>(got);
    }
    return true;
}

bool snapshot_take(snapshot *snapshot, const char *path)
{
    const int fd = ::open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    const bool taken = snapshot_take_fd(snapshot, fd);
    const int error = errno;
    ::close(fd);
    errno = error;
    return taken;
}

void snapshot_copy(snapshot *to, const snapshot *from)
{
    if (!make_room(to, from->size))
        std::abort();
    std::memcpy(to->bytes, from->bytes, from->size);
}

bool snapshot_equal(const snapshot *left, const snapshot *right)
{
    return left->size == right->size && std::memcmp(left->bytes, right->bytes, left->size) == 0;
}

void snapshot_free(snapshot *snapshot)
{
    std::free(snapshot->bytes);
    *snapshot = {};
}

bool snapshot_valid(const snapshot *snapshot, bool quiet, char text[SNAPSHOT_TEXT])
{
    Reading reading;
    return read_whole(snapshot, reading, text) && judge(valid(reading, quiet), text);
}

bool snapshot_may_follow(const snapshot *before, const snapshot *after, char text[SNAPSHOT_TEXT])
{
    Reading then, now;
    return read_whole(before, then, text) && read_whole(after, now, text) && judge(valid_change(then, now), text);
}

size_t snapshot_items(const snapshot *snapshot, snapshot_item *array, size_t capacity)
{
    Reading reading;
    if (!read_whole(snapshot, reading, nullptr))
        return 0;
    size_t count = 0;
    for (Place place = first_place(reading); reading.holds(place.offset, 8);) {
        const Place here = place;
        const RecordWord word = reading.word(here.offset);
        if (word.is(RecordState::empty) || place.step(reading) != nullptr)
            break;
        if (word.is(RecordState::end))
            continue;
        if (count < capacity) {
            const RecordShape shape = reading.shape(here.offset);
            const bool owned = !word.is(RecordState::ready);
            array[count] = {here.offset,
                            here.sequence,
                            shape.size(),
                            reading.payload(here.offset),
                            shape.type(),
                            static_cast<snapshot_state>(word.state()),
                            owned ? word.owner().slot() : 0,
                            owned ? word.owner().generation() : 0,
                            word.deliveries()};
        }
        count++;
    }
    return count;
}

bool snapshot_lock_owner(const snapshot *snapshot, snapshot_lock lock, uint32_t *out_slot, uint32_t *out_generation)
{
    Reading reading;
    if (!read_whole(snapshot, reading, nullptr))
        return false;
    const Control &c = reading.control();
    const Owner owner{(lock == SNAPSHOT_TAIL   ? c.tail.lock
                       : lock == SNAPSHOT_HEAD ? c.head.lock
                                               : c.frontier.lock)
                          .load(relaxed)};
    if (owner == nobody)
        return false;
    *out_slot = owner.slot();
    *out_generation = owner.generation();
    return true;
}

size_t snapshot_lost_segments(const snapshot *snapshot)
{
    Reading reading;
    if (!read_whole(snapshot, reading, nullptr))
        return 0;
    Place place = first_place(reading);
    const std::uint64_t frontier_chain = reading.chain(place.offset);
    while (!reading.word(place.offset).is(RecordState::empty) && place.step(reading) == nullptr) {
    }
    std::set<std::uint64_t> used; // the numbers of the log
    for (std::uint64_t chain = frontier_chain; chain <= reading.chain(place.offset); chain++)
        used.insert(chain);
    size_t lost = 0;
    for (std::uint64_t i = 0; i < reading.geometry().segment_count; i++) {
        const SegmentWord word = reading.segment(i);
        const bool live = word.kind() == SegmentKind::live && word.chain() >= frontier_chain;
        // One segment has each number of the log: a second one was prepared by somebody who died.
        lost += word.kind() == SegmentKind::claimed || (live && used.erase(word.chain()) == 0) ? 1 : 0;
    }
    return lost;
}
