/* SPDX-License-Identifier: Apache-2.0 */
#include "segment_ends.h"

#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

enum { HEADER = 16, TERMINATOR = 8, FILLS_ONE = SEGMENT_BYTES - HEADER - TERMINATOR, BURST = 50, BATCH = 4 };
enum { FILLS_TWO = FILLS_ONE + SEGMENT_BYTES, LARGEST = 3 * SEGMENT_BYTES };

const size_t segment_ends_sizes[] = {
    FILLS_ONE - 4096, FILLS_ONE - 32, FILLS_ONE - 24, FILLS_ONE - 16, FILLS_ONE - 8, FILLS_ONE - 7, FILLS_ONE,
    FILLS_ONE + 8,    FILLS_ONE + 16, FILLS_ONE + 24, FILLS_TWO - 8,  FILLS_TWO,     FILLS_TWO + 8, 0,
};

static char bytes[LARGEST * BATCH];

static const ipcq_wait now = {.deadline_ns = IPCQ_NOWAIT};

static int take_one(ipcq_t *queue, bool joinable)
{
    ipcq_item item;
    int code = ipcq_get_item(queue, bytes, sizeof bytes, &item, IPCQ_ACCEPT_ALL, &now);
    return code == IPCQ_OK && joinable ? ipcq_task_done(queue, item.ticket) : code;
}

bool segment_ends_make_holes(ipcq_t *queue)
{
    ipcq_stats stats = {.struct_size = sizeof stats};
    ipcq_item item;
    if (ipcq_stat(queue, &stats) != IPCQ_OK)
        return false;
    for (int i = 0; i < BURST; ++i)
        if (ipcq_put(queue, bytes, 60000, IPCQ_NOWAIT) != IPCQ_OK)
            return false;
    for (int i = 0; i < BURST; ++i)
        if (take_one(queue, stats.joinable) != IPCQ_OK)
            return false;
    do { /* an idle queue gives memory back */
        const ipcq_wait soon = {.deadline_ns = ipcq_deadline(0.06)};
        int code = ipcq_get_item(queue, bytes, sizeof bytes, &item, IPCQ_ACCEPT_ALL, &soon);
        if ((code != IPCQ_TIMEDOUT && code != IPCQ_EMPTY) || ipcq_stat(queue, &stats) != IPCQ_OK)
            return false;
    } while (stats.bytes_backed > BURST / 2 * SEGMENT_BYTES);
    return true;
}

/* ------------------------------------------------------------------------------- one kind of call after another */

struct visit {
    ipcq_t *queue;
    const char *path;
    bool joinable;
    blkcnt_t blocks;
    const char *failed; /* the first one that did */
};

static blkcnt_t blocks_of(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 ? status.st_blocks : -1;
}

/* Memory may go back meanwhile. It must not come. */
static bool check(struct visit *visit, const char *call, bool right)
{
    blkcnt_t blocks = blocks_of(visit->path);
    if (visit->failed == NULL && (!right || blocks == -1 || blocks > visit->blocks))
        visit->failed = call;
    visit->blocks = blocks;
    return visit->failed == NULL;
}
#define CHECK(call, ...) check(visit, #call, (call)__VA_ARGS__)

static void look(struct visit *visit, uint64_t ready)
{
    ipcq_t *queue = visit->queue;
    ipcq_stats stats = {.struct_size = sizeof stats};
    ipcq_participant participants[4];
    uint64_t items = 0;
    size_t count = 0;
    int flag = 0;
    CHECK(ipcq_size(queue, &items), == IPCQ_OK && items == ready);
    CHECK(ipcq_empty(queue, &flag), == IPCQ_OK && flag == (ready == 0));
    CHECK(ipcq_full(queue, &flag), == IPCQ_OK);
    CHECK(ipcq_stat(queue, &stats), == IPCQ_OK && stats.items == ready);
    CHECK(ipcq_participants(queue, participants, 4, &count), == IPCQ_OK && count > 0);
    if (visit->joinable)
        CHECK(ipcq_join(queue, IPCQ_NOWAIT), == (ready == 0 && stats.taken == 0 ? IPCQ_OK : IPCQ_TIMEDOUT));
}

/* The head stands where the next record would begin. */
static void find_nothing(struct visit *visit)
{
    ipcq_t *queue = visit->queue;
    ipcq_item item;
    ipcq_view views[BATCH];
    size_t size = 0, count = 0;
    CHECK(ipcq_get(queue, bytes, sizeof bytes, &size, IPCQ_NOWAIT), == IPCQ_EMPTY);
    CHECK(ipcq_get(queue, bytes, 100, &size, IPCQ_NOWAIT), == IPCQ_EMPTY);
    CHECK(ipcq_get_item(queue, bytes, sizeof bytes, &item, IPCQ_ACCEPT(5), &now), == IPCQ_EMPTY);
    CHECK(ipcq_get_many(queue, bytes, sizeof bytes, views, BATCH, &count, IPCQ_ACCEPT_ALL, &now), == IPCQ_EMPTY);
    CHECK(ipcq_borrow(queue, views, IPCQ_ACCEPT_ALL, &now), == IPCQ_EMPTY);
    CHECK(ipcq_get(queue, bytes, sizeof bytes, &size, ipcq_deadline(0.001)), == IPCQ_TIMEDOUT);
}

enum manner { BY_GET, BY_GET_MANY, BY_BORROW, GIVEN_BACK, MANNERS };

/* Takes items, at least one, and finishes them when everything was looked at. */
static size_t take(struct visit *visit, enum manner manner, size_t size, size_t left)
{
    ipcq_t *queue = visit->queue;
    ipcq_view views[BATCH] = {0};
    size_t count = 1;
    if (manner == BY_GET_MANY)
        CHECK(ipcq_get_many(queue, bytes, sizeof bytes, views, BATCH, &count, IPCQ_ACCEPT_ALL, &now), == IPCQ_OK);
    else if (manner == BY_BORROW)
        CHECK(ipcq_borrow(queue, views, IPCQ_ACCEPT_ALL, &now), == IPCQ_OK);
    else
        CHECK(ipcq_get_item(queue, bytes, sizeof bytes, &views[0].item, IPCQ_ACCEPT_ALL, &now), == IPCQ_OK);
    if (manner == GIVEN_BACK && visit->joinable) {
        CHECK(ipcq_nack(queue, views[0].item.ticket), == IPCQ_OK);
        look(visit, left);
        CHECK(ipcq_get_item(queue, bytes, sizeof bytes, &views[0].item, IPCQ_ACCEPT_ALL, &now), == IPCQ_OK);
    }
    check(visit, "the size of an item", views[0].item.size == size);
    look(visit, left - count);
    if (count == left)
        find_nothing(visit);
    for (size_t i = 0; i < count; ++i)
        if (manner == BY_BORROW)
            CHECK(ipcq_release(queue, views[i].item.ticket), == IPCQ_OK);
        else if (visit->joinable)
            CHECK(ipcq_task_done(queue, views[i].item.ticket), == IPCQ_OK);
    return count;
}

const char *segment_ends_visit(ipcq_t *queue, const char *path, size_t size)
{
    struct visit one = {.queue = queue, .path = path, .blocks = blocks_of(path)}, *visit = &one;
    ipcq_stats stats = {.struct_size = sizeof stats};
    CHECK(ipcq_stat(queue, &stats), == IPCQ_OK);
    one.joinable = stats.joinable;
    const size_t segments = 1 + size / (FILLS_ONE + 1), most = SEGMENT_ENDS_LIVE_MAX / segments;
    for (int manner = 0; manner < MANNERS; ++manner)
        for (size_t count = 1; count <= most && one.failed == NULL; ++count) {
            for (size_t i = 0; i < count; ++i)
                CHECK(ipcq_put(queue, bytes, size, IPCQ_NOWAIT), == IPCQ_OK);
            look(visit, count);
            for (size_t left = count; left > 0 && one.failed == NULL;)
                left -= take(visit, (enum manner)manner, size, left);
            look(visit, 0);
            find_nothing(visit);
        }
    return one.failed;
}
