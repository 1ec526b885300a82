/*
 * The bytes of a queue as they are at one instant, read through its file without taking part: what FORMAT.md says of
 * them, and which items they hold. For a proof that knows that nobody writes meanwhile, or that all who could are
 * stopped.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef SNAPSHOT_H
#define SNAPSHOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct snapshot {
    unsigned char *bytes;
    size_t size;     /* of the file */
    size_t capacity; /* of `bytes`: taking a snapshot again reuses the memory */
};

/* Reads the object at `path` (/dev/shm/ipcq.NAME) or behind `fd`; holes are zeros and stay holes. False with errno
 * set. */
bool snapshot_take(struct snapshot *snapshot, const char *path);
bool snapshot_take_fd(struct snapshot *snapshot, int fd);
void snapshot_copy(struct snapshot *to, const struct snapshot *from);
bool snapshot_equal(const struct snapshot *left, const struct snapshot *right);
void snapshot_free(struct snapshot *snapshot);

enum { SNAPSHOT_TEXT = 200 };

/* Does it keep the invariants of FORMAT.md section 8? `quiet`: those too that hold when nobody has a lock and none of
 * the last holders was killed. If not, `text` says "I4: ..." and the answer is false. */
bool snapshot_valid(const struct snapshot *snapshot, bool quiet, char text[SNAPSHOT_TEXT]);

/* May `after` follow `before`, with any number of steps between them that recycled no segment? */
bool snapshot_may_follow(const struct snapshot *before, const struct snapshot *after, char text[SNAPSHOT_TEXT]);

enum snapshot_state { SNAPSHOT_READY = 1, SNAPSHOT_TAKEN = 2, SNAPSHOT_DONE = 3 };

struct snapshot_item {
    uint64_t offset;
    uint64_t sequence;
    uint64_t size;
    const unsigned char *payload; /* inside the snapshot */
    uint32_t type;
    enum snapshot_state state;
    uint32_t owner_slot, owner_generation; /* of TAKEN and DONE */
    uint32_t deliveries;
};

/* The records from the frontier to the end of the log, whether a cursor knows them or not; returns how many there are
 * and fills at most `capacity`. Only for a valid snapshot. */
size_t snapshot_items(const struct snapshot *snapshot, struct snapshot_item *array, size_t capacity);

/* Slot and generation that hold the lock: true; nobody: false. */
enum snapshot_lock { SNAPSHOT_TAIL, SNAPSHOT_HEAD, SNAPSHOT_FRONTIER };
bool snapshot_lock_owner(const struct snapshot *snapshot, enum snapshot_lock lock, uint32_t *out_slot,
                         uint32_t *out_generation);

/* How many segments are neither free nor at the tail nor in the log: leaked, once nobody claims any. */
size_t snapshot_lost_segments(const struct snapshot *snapshot);

#ifdef __cplusplus
}
#endif

#endif
