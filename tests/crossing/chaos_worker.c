/* SPDX-License-Identifier: Apache-2.0 */
#include "chaos_worker.h"

#include "support/child.h"
#include "support/random.h"

#include <stddef.h>
#include <stdio.h>
#include <time.h>

enum { WORDS_MAX = 4096 };

static size_t words_of(const struct chaos_worker *worker, uint64_t id)
{
    uint64_t mixed = random_mix(id);
    return mixed % 64 == 0 ? 1 + mixed / 64 % (worker->large_bytes / 8) : 1 + mixed % 8;
}

static void fill(const struct chaos_worker *worker, uint64_t id, uint64_t *words)
{
    size_t count = words_of(worker, id);
    words[0] = id;
    for (size_t i = 1; i < count; ++i)
        words[i] = random_mix(id + i);
}

static bool intact(const struct chaos_worker *worker, const uint64_t *words, uint64_t size)
{
    size_t count = size / 8;
    if (size < 8 || size % 8 != 0 || words[0] >= CHAOS_IDS || count != words_of(worker, words[0]))
        return false;
    for (size_t i = 1; i < count; ++i)
        if (words[i] != random_mix(words[0] + i))
            return false;
    return true;
}

static void rest(void) { nanosleep(&(struct timespec){0, 200000}, NULL); }

static int unexpected(struct chaos_ledger *ledger, const char *call, int code)
{
    fprintf(stderr, "%s answered %s\n", call, ipcq_error_name(code));
    atomic_fetch_add(&ledger->violations, 1);
    return 1;
}

static int produce(struct chaos_worker *worker, ipcq_t *queue)
{
    struct chaos_ledger *ledger = worker->ledger;
    uint64_t words[WORDS_MAX];
    while (!atomic_load(&ledger->producers_stop)) {
        if (atomic_load(&ledger->next_id) > atomic_load(&ledger->finished) + worker->backlog_max) {
            rest();
            continue;
        }
        uint64_t id = atomic_fetch_add(&ledger->next_id, 1);
        if (id >= CHAOS_IDS)
            return 0;
        int code = IPCQ_FULL;
        fill(worker, id, words);
        chaos_mark(ledger, id, CHAOS_STARTED);
        while (code != IPCQ_OK && !atomic_load(&ledger->producers_stop)) {
            code = ipcq_put(queue, words, words_of(worker, id) * 8, ipcq_deadline(0.05));
            if (code != IPCQ_OK && code != IPCQ_TIMEDOUT)
                return unexpected(ledger, "put", code);
        }
        if (code == IPCQ_OK)
            chaos_mark(ledger, id, CHAOS_PUT);
    }
    return 0;
}

static void finish(struct chaos_worker *worker, ipcq_t *queue, const ipcq_item *item, uint64_t id, bool give_back)
{
    struct chaos_ledger *ledger = worker->ledger;
    unsigned before = chaos_mark(ledger, id, CHAOS_DELIVERED);
    if ((before & CHAOS_STARTED) == 0)
        chaos_violation(ledger, "came and was never put", id);
    if ((before & CHAOS_FINISHED) != 0)
        chaos_violation(ledger, "came again after it was finished", id);
    if ((before & CHAOS_DELIVERED) != 0 && (!worker->joinable || item->deliveries == 0))
        chaos_violation(ledger, "came again as if for the first time", id);
    if (!worker->joinable) {
        atomic_fetch_add(&ledger->finished, 1);
        return;
    }
    if (give_back) {
        int code = IPCQ_BUSY; /* a stopped process may hold the getters' end */
        while ((code = ipcq_nack(queue, item->ticket)) == IPCQ_BUSY)
            rest();
        if (code != IPCQ_OK)
            chaos_violation(ledger, ipcq_error_name(code), id);
        return;
    }
    chaos_mark(ledger, id, CHAOS_FINISHING);
    int code = ipcq_task_done(queue, item->ticket);
    if (code != IPCQ_OK)
        chaos_violation(ledger, ipcq_error_name(code), id);
    if ((chaos_mark(ledger, id, CHAOS_FINISHED) & CHAOS_FINISHED) != 0)
        chaos_violation(ledger, "finished twice", id);
    atomic_fetch_add(&ledger->finished, 1);
}

static int consume(struct chaos_worker *worker, ipcq_t *queue)
{
    struct chaos_ledger *ledger = worker->ledger;
    atomic_int *inside = &ledger->inside_get[worker->index];
    uint64_t words[WORDS_MAX];
    for (;;) {
        ipcq_item item = {0};
        const ipcq_wait wait = {.deadline_ns = ipcq_deadline(0.2)};
        atomic_store(inside, 1);
        int code = ipcq_get_item(queue, words, sizeof words, &item, IPCQ_ACCEPT_ALL, &wait);
        if (code == IPCQ_OK) {
            if (intact(worker, words, item.size))
                finish(worker, queue, &item, words[0], random_next(&worker->seed) % 32 == 0);
            else
                chaos_violation(ledger, "is torn", words[0]);
        }
        atomic_store(inside, 0);
        if (code == IPCQ_CLOSED)
            return 0;
        if (code != IPCQ_OK && code != IPCQ_TIMEDOUT)
            return unexpected(ledger, "get", code);
    }
}

int chaos_work(void *argument)
{
    struct chaos_worker *worker = argument;
    ipcq_t *queue = worker->inherited;
    if (worker->seed % 2 == 0)
        CHILD_CHECK(ipcq_open(&queue, worker->name, NULL) == IPCQ_OK);
    int answer = worker->index % 2 == 0 ? produce(worker, queue) : consume(worker, queue);
    CHILD_CHECK(ipcq_close(queue) == IPCQ_OK);
    return answer;
}
