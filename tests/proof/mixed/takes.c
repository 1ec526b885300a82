/*
 * Calls that take items, and those that finish them or give them back.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "thread.h"
#include "payload.h"

enum { PLAIN_BATCH = 8, LITTLE_ROOM = 600, NACK_ONE_IN = 24 };

static void receive(struct worker_thread *thread, const void *bytes, const ipcq_item *item, bool is_borrowed)
{
    const bool is_lease = process.plan->is_joinable || is_borrowed;
    const uint64_t id = payload_id(bytes, item->size);
    if (id == 0 || id >= ITEMS_MAX) {
        violation("an item of %lu bytes is torn", (unsigned long)item->size);
        return;
    }
    /* Another thread may have closed the handle since the get. Then the item was given back, and another getter may
     * have had it already. A borrower has asked before. */
    const bool may_go = is_lease && !is_borrowed;
    if (may_go && !begin_mapped(thread->queue))
        return;
    if (item_seen(id, item, is_lease) && is_lease)
        thread->held[thread->held_count++] =
            (struct held){thread->queue, item->ticket, id, is_borrowed ? bytes : NULL, item->size};
    if (may_go)
        end_mapped();
}

/* A plain get finishes items before the ledger knows of them. */
static void plain_get_risks(struct worker_thread *thread, unsigned items)
{
    atomic_store(&thread->note->at_risk, process.plan->is_joinable ? 0 : items);
}

int take_one(struct worker_thread *thread, int64_t deadline_ns)
{
    ipcq_item item = {0};
    const ipcq_wait wait = {.deadline_ns = deadline_ns};
    plain_get_risks(thread, 1);
    const int code =
        CALL(thread, CALL_GET,
             ipcq_get_item(thread->queue, thread->buffer, thread->buffer_bytes, &item, IPCQ_ACCEPT_ALL, &wait));
    if (code == IPCQ_OK)
        receive(thread, thread->buffer, &item, false);
    plain_get_risks(thread, 0);
    return code;
}

static void take_some(struct worker_thread *thread)
{
    ipcq_view views[HELD_MAX];
    const size_t room = random_below(thread, 2) == 0 ? LITTLE_ROOM : thread->buffer_bytes;
    const size_t wanted = process.plan->is_joinable ? thread->held_max - thread->held_count : PLAIN_BATCH;
    const ipcq_wait wait = some_wait(thread);
    size_t count = 0;
    plain_get_risks(thread, (unsigned)wanted);
    const int code =
        CALL(thread, CALL_GET_MANY,
             ipcq_get_many(thread->queue, thread->buffer, room, views, wanted, &count, IPCQ_ACCEPT_ALL, &wait));
    for (size_t i = 0; code == IPCQ_OK && i < count; ++i)
        receive(thread, views[i].data, &views[i].item, false);
    plain_get_risks(thread, 0);
}

static void borrow_one(struct worker_thread *thread)
{
    ipcq_view view;
    const ipcq_wait wait = some_wait(thread);
    if (CALL(thread, CALL_BORROW, ipcq_borrow(thread->queue, &view, IPCQ_ACCEPT_ALL, &wait)) != IPCQ_OK)
        return;
    if (!begin_mapped(thread->queue)) /* closed meanwhile, and the item is given back */
        return;
    receive(thread, view.data, &view.item, true);
    end_mapped();
}

void take_something(struct worker_thread *thread)
{
    if (thread->held_count == thread->held_max)
        return;
    switch (random_below(thread, 4)) {
    case 0:
    case 1: take_one(thread, some_deadline(thread)); break;
    case 2: take_some(thread); break;
    default: borrow_one(thread); break;
    }
}

/* False if it is still held. */
static bool give_back(struct worker_thread *thread, const struct held *item)
{
    if (!process.plan->is_joinable || random_below(thread, NACK_ONE_IN) != 0)
        return false;
    const int code = CALL(thread, CALL_NACK, ipcq_nack(thread->queue, item->ticket));
    if (code == IPCQ_OK)
        atomic_fetch_add(&ledger->returns, 1);
    return code == IPCQ_OK;
}

static void finish(struct worker_thread *thread, const struct held *item)
{
    const bool releases = !process.plan->is_joinable || random_below(thread, 2) == 0;
    if (item->view != NULL && begin_mapped(item->queue)) {
        if (payload_id(item->view, item->size) != item->id)
            violation("the borrowed item %lu changed", (unsigned long)item->id);
        end_mapped();
    }
    item_finishing(item->id);
    if (releases)
        item_finished(item->id, CALL(thread, CALL_RELEASE, ipcq_release(thread->queue, item->ticket)));
    else
        item_finished(item->id, CALL(thread, CALL_TASK_DONE, ipcq_task_done(thread->queue, item->ticket)));
}

void reduce_held_to(struct worker_thread *thread, unsigned count)
{
    while (thread->held_count > count) {
        const unsigned chosen = (unsigned)random_below(thread, thread->held_count);
        const struct held item = thread->held[chosen];
        thread->held[chosen] = thread->held[--thread->held_count];
        if (item.queue == thread->queue && !give_back(thread, &item)) /* else close has given it back */
            finish(thread, &item);
    }
}
