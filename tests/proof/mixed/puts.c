/*
 * Calls that put items.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "thread.h"
#include "payload.h"

#include <string.h>

enum { BATCH = 6, SMALL_BATCH = 64, HESITATION_US = 500 };

static size_t some_size(struct worker_thread *thread)
{
    if (process.plan->has_small_items)
        return PAYLOAD_MIN + random_below(thread, 496);
    return payload_size(&thread->seed, ledger->segment, ledger->item_max);
}

static void put_one(struct worker_thread *thread)
{
    const uint64_t id = item_start();
    const size_t size = some_size(thread);
    if (id == 0)
        return;
    payload_fill(thread->buffer, id, size);
    item_answered(id, CALL(thread, CALL_PUT, ipcq_put(thread->queue, thread->buffer, size, some_deadline(thread))));
}

static void put_some(struct worker_thread *thread)
{
    ipcq_message messages[SMALL_BATCH];
    uint64_t ids[SMALL_BATCH];
    const size_t wanted = process.plan->has_small_items ? SMALL_BATCH : 1 + random_below(thread, BATCH);
    size_t count = 0, done = 0, position = 0;
    for (; count < wanted; ++count) {
        const size_t size = random_below(thread, 4) == 0 ? some_size(thread) : PAYLOAD_MIN + random_below(thread, 200);
        const size_t place = (size + 7) & ~(size_t)7;
        if (position + place > thread->buffer_bytes || (ids[count] = item_start()) == 0)
            break;
        payload_fill(thread->buffer + position, ids[count], size);
        messages[count] = (ipcq_message){thread->buffer + position, size, IPCQ_TYPE_BYTES, 0};
        position += place;
    }
    const ipcq_wait wait = some_wait(thread);
    if (count == 0)
        return;
    const int code = CALL(thread, CALL_PUT_MANY, ipcq_put_many(thread->queue, messages, count, &done, &wait));
    for (size_t i = 0; i < count; ++i)
        item_answered(ids[i], code == IPCQ_OK && i >= done ? IPCQ_FULL : code);
}

static void put_in_place(struct worker_thread *thread)
{
    void *data = NULL;
    const size_t reserved = some_size(thread);
    const size_t size =
        random_below(thread, 3) == 0 ? PAYLOAD_MIN + random_below(thread, reserved - PAYLOAD_MIN + 1) : reserved;
    const ipcq_wait wait = some_wait(thread);
    if (CALL(thread, CALL_RESERVE, ipcq_reserve(thread->queue, reserved, &data, &wait)) != IPCQ_OK)
        return;
    const uint64_t id = item_start();
    if (!begin_mapped(thread->queue)) /* closed meanwhile, and the reservation with it */
        return;
    payload_fill(data, id, size);
    end_mapped();
    if (random_below(thread, 4) == 0)
        rest_us(HESITATION_US); /* a kill or a close often comes here */
    int code = IPCQ_FULL;
    if (id != 0 && random_below(thread, 8) != 0)
        item_answered(id,
                      code = CALL(thread, CALL_COMMIT, ipcq_commit(thread->queue, data, size, IPCQ_TYPE_BYTES, &wait)));
    if (code != IPCQ_OK)
        CALL(thread, CALL_ABANDON, ipcq_abandon(thread->queue, data));
}

void keep_reservation(struct worker_thread *thread)
{
    void *data = NULL;
    const ipcq_wait wait = {.deadline_ns = IPCQ_NOWAIT};
    CALL(thread, CALL_RESERVE, ipcq_reserve(thread->queue, some_size(thread), &data, &wait));
}

void put_something(struct worker_thread *thread)
{
    switch (random_below(thread, 4)) {
    case 0:
    case 1: put_one(thread); break;
    case 2: put_some(thread); break;
    default: put_in_place(thread); break;
    }
}
