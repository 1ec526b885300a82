/*
 * A worker of the chaos, in C: one that puts (even slot) or takes (odd) until it is told to stop - or killed, at any
 * moment. A share of its calls puts or takes several items, or does without copies. Before each call it looks whether
 * the driver wants it to fork or to exec. SIGUSR1 makes it close every descriptor, wherever it is, and use their
 * numbers for something else.
 *
 * usage: chaos_worker QUEUE LEDGER SLOT SEED
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "payload.h"
#include "support/random.h"

#include <errno.h>
#include <fcntl.h>
#include <ipcq.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { HELD_MAX = 4, BATCH_MAX = 4, REUSED_NUMBERS = 8 }; /* BATCH_MAX: as account.py has it */

struct held {
    uint64_t ticket, id;
};

static struct ledger *ledger;
static struct ledger_slot *mine;
static uint64_t slot, seed;
static ipcq_t *queue;
static bool joinable;
static const char *queue_name, *ledger_path;
static char foreign_path[256];

static struct held held[HELD_MAX]; /* taken and not finished */
static unsigned held_count;
static uint64_t seen_until[LEDGER_SLOTS]; /* behind the last item of each producer that came here for the first time */

static uint64_t dice(uint64_t sides) { return random_next(&seed) % sides; }

static void rest(long microseconds) { nanosleep(&(struct timespec){0, microseconds * 1000}, NULL); }

static void violation(const char *what, uint64_t id)
{
    ledger_add(&mine->violations);
    printf("violation: %s: item %llu (c)\n", what, (unsigned long long)id);
    fflush(stdout);
    _exit(1);
}

/* ------------------------------------------------------------------------------- what the driver asks for */

static void close_descriptors(int signal_number)
{
    (void)signal_number;
    const int saved_errno = errno;
    close_range(3, ~0U, 0);
    for (int i = 0; i < REUSED_NUMBERS; ++i) /* so that the numbers mean something else now */
        (void)!open(foreign_path, O_RDWR | O_CLOEXEC);
    ledger_add(&mine->closefroms);
    errno = saved_errno;
}

static void open_queue(void)
{
    ipcq_options options = {.struct_size = sizeof options, .flags = IPCQ_OPEN_ONLY};
    ipcq_stats stats = {.struct_size = sizeof stats};
    int code = ipcq_open(&queue, queue_name, &options);
    if (code == IPCQ_OK)
        code = ipcq_stat(queue, &stats);
    if (code != IPCQ_OK)
        violation(ipcq_error_name(code), 0);
    joinable = stats.joinable != 0;
}

/* What was held goes back. Opening needs its descriptors, so nobody closes them meanwhile. */
static void open_anew(void)
{
    signal(SIGUSR1, SIG_IGN);
    held_count = 0;
    if (ipcq_close(queue) != IPCQ_OK)
        violation("close failed", 0);
    open_queue();
    signal(SIGUSR1, close_descriptors);
}

static void begin(void)
{
    held_count = 0;
    memset(seen_until, 0, sizeof seen_until);
    signal(SIGUSR1, close_descriptors);
}

/* Twice, so that the child becomes the driver's. */
static void fork_worker(void)
{
    struct ledger_slot *child = &ledger->slot[slot + LEDGER_ROOTS];
    atomic_store(&child->pid, LEDGER_FORKING);
    pid_t between = fork();
    if (between != 0) {
        waitpid(between, NULL, 0);
        return;
    }
    if (fork() != 0)
        _exit(0);
    uint64_t items = 0;
    slot += LEDGER_ROOTS;
    mine = child;
    seed = random_mix(seed + slot);
    begin();
    if (ipcq_size(queue, &items) != IPCQ_OK) /* becomes a participant: the one moment when it needs its descriptors */
        violation("fork: the child cannot use the inherited handle", 0);
    atomic_store(&mine->pid, (uint64_t)getpid());
}

static void execute_anew(void)
{
    char slot_text[32], seed_text[32];
    snprintf(slot_text, sizeof slot_text, "%llu", (unsigned long long)slot);
    snprintf(seed_text, sizeof seed_text, "%llu", (unsigned long long)random_next(&seed));
    ledger_add(&mine->execs);
    signal(SIGUSR1, SIG_IGN); /* stays so over exec, until the handler is there again */
    execl("/proc/self/exe", "chaos_worker", queue_name, ledger_path, slot_text, seed_text, (char *)NULL);
    violation("exec failed", 0);
}

static void obey(void)
{
    switch (atomic_exchange(&mine->request, 0)) {
    case LEDGER_FORK: fork_worker(); break;
    case LEDGER_EXEC: execute_anew(); break;
    }
}

/* -------------------------------------------------------------------------------------------------- items */

static int64_t patience(void)
{
    static const double seconds[] = {0, 0.002, 0.05};
    return ipcq_deadline(seconds[dice(3)]);
}

static bool in_vain(int code)
{
    return code == IPCQ_TIMEDOUT || code == IPCQ_FULL || code == IPCQ_EMPTY || code == IPCQ_BUSY;
}

static void put(uint64_t id)
{
    static struct payload payload;
    size_t size = payload_fill(&payload, id);
    atomic_store(&ledger->started[id], 1);
    while (!atomic_load(&ledger->stop)) {
        atomic_store(&mine->inside, INSIDE_PUT);
        int code = ipcq_put(queue, &payload, size, patience());
        atomic_store(&mine->inside, 0);
        if (code == IPCQ_OK) {
            atomic_store(&ledger->put[id], 1);
            return;
        }
        if (!in_vain(code))
            violation(ipcq_error_name(code), id);
    }
}

static void put_many(uint64_t id, size_t count)
{
    static struct payload payloads[BATCH_MAX];
    ipcq_message messages[BATCH_MAX];
    for (size_t i = 0; i < count; ++i) {
        messages[i] = (ipcq_message){&payloads[i], payload_fill(&payloads[i], id + i), IPCQ_TYPE_BYTES, 0};
        atomic_store(&ledger->started[id + i], 1);
    }
    for (size_t done = 0; done < count && !atomic_load(&ledger->stop);) {
        size_t now = 0;
        const ipcq_wait wait = {.deadline_ns = patience()};
        atomic_store(&mine->inside, INSIDE_PUT);
        int code = ipcq_put_many(queue, messages + done, count - done, &now, &wait);
        atomic_store(&mine->inside, 0);
        if (code != IPCQ_OK && !in_vain(code))
            violation(ipcq_error_name(code), id + done);
        for (size_t i = 0; code == IPCQ_OK && i < now; ++i)
            atomic_store(&ledger->put[id + done++], 1);
    }
}

/* False if there was no room for it. */
static bool put_reserved(uint64_t id)
{
    static struct payload payload;
    size_t size = payload_fill(&payload, id);
    void *data = NULL;
    const ipcq_wait wait = {.deadline_ns = patience()};
    atomic_store(&mine->inside, INSIDE_PUT);
    int code = ipcq_reserve(queue, size, &data, &wait);
    atomic_store(&mine->inside, 0);
    if (code == IPCQ_OK) {
        memcpy(data, &payload, size);
        if (dice(8) == 0)
            rest(200); /* a time to die in */
        atomic_store(&ledger->started[id], 1);
        atomic_store(&mine->inside, INSIDE_PUT);
        code = ipcq_commit(queue, data, size, IPCQ_TYPE_BYTES, &wait);
        if (code == IPCQ_OK)
            atomic_store(&ledger->put[id], 1);
        else if (in_vain(code) && ipcq_abandon(queue, data) != IPCQ_OK)
            violation("abandon failed", id);
        atomic_store(&mine->inside, 0);
    }
    if (code != IPCQ_OK && !in_vain(code))
        violation(ipcq_error_name(code), id);
    return code == IPCQ_OK;
}

static void produce(void)
{
    while (!atomic_load(&ledger->stop)) {
        obey();
        uint64_t number = atomic_load(&mine->next), id = slot * LEDGER_IDS + number;
        size_t count = dice(8) == 0 ? 1 + dice(BATCH_MAX) : 1;
        if (number + count > LEDGER_IDS) {
            rest(10000);
            continue;
        }
        atomic_store(&mine->next, number + count);
        if (count != 1)
            put_many(id, count);
        else if (dice(8) != 0 || !put_reserved(id))
            put(id);
        if (joinable && dice(64) == 0) {
            atomic_store(&mine->inside, INSIDE_JOIN);
            int code = ipcq_join(queue, ipcq_deadline(0.001));
            atomic_store(&mine->inside, 0);
            if (code != IPCQ_OK && !in_vain(code))
                violation(ipcq_error_name(code), 0);
        }
        if (dice(16) == 0)
            rest(200); /* or the interpreters had nothing to do */
    }
}

static void give_back(const struct held *item)
{
    int code = IPCQ_BUSY;
    for (;;) {
        atomic_store(&mine->inside, INSIDE_NACK);
        code = ipcq_nack(queue, item->ticket);
        atomic_store(&mine->inside, 0);
        if (code != IPCQ_BUSY) /* a stopped process holds the getters' end */
            break;
        rest(200);
    }
    if (code != IPCQ_OK)
        violation(ipcq_error_name(code), item->id);
}

static void finish(const struct held *item)
{
    atomic_store(&ledger->finishing[item->id], 1);
    atomic_store(&mine->inside, INSIDE_DONE);
    int code = dice(2) == 0 ? ipcq_task_done(queue, item->ticket) : ipcq_release(queue, item->ticket);
    atomic_store(&mine->inside, 0);
    if (code != IPCQ_OK)
        violation(ipcq_error_name(code), item->id);
    if (atomic_exchange(&ledger->finished[item->id], 1))
        violation("finished once: finished twice", item->id);
    ledger_add(&mine->done);
}

static void settle_down_to(unsigned count)
{
    while (held_count > count) {
        unsigned chosen = (unsigned)dice(held_count);
        struct held item = held[chosen];
        held[chosen] = held[--held_count];
        if (dice(32) == 0)
            give_back(&item);
        else
            finish(&item);
    }
}

static void look_at(const struct payload *payload, const ipcq_item *item)
{
    if (!payload_is_intact(payload, item->size))
        violation("payload: is torn", item->size >= sizeof payload->id ? payload->id : 0);
    uint64_t id = payload->id, producer = id / LEDGER_IDS, number = id % LEDGER_IDS;
    if (!atomic_load(&ledger->started[id]))
        violation("conservation: came and was never put", id);
    if (atomic_load(&ledger->finished[id]))
        violation("finished once: came again after it was finished", id);
    if (atomic_exchange(&ledger->delivered[id], 1) && (!joinable || item->deliveries == 0))
        violation("deliveries: came again as if for the first time", id);
    if (item->deliveries == 0) {
        if (number < seen_until[producer])
            violation("order: came after a later one of its producer", id);
        seen_until[producer] = number + 1;
    }
    if (joinable)
        held[held_count++] = (struct held){item->ticket, id};
    else
        ledger_add(&mine->done);
}

static int get_one(const ipcq_wait *wait)
{
    static struct payload payload;
    ipcq_item item = {0};
    atomic_store(&mine->inside, INSIDE_GET);
    int code = ipcq_get_item(queue, &payload, sizeof payload, &item, IPCQ_ACCEPT_ALL, wait);
    atomic_store(&mine->inside, 0);
    if (code == IPCQ_OK)
        look_at(&payload, &item);
    return code;
}

static int get_many(const ipcq_wait *wait)
{
    static struct payload payloads[BATCH_MAX];
    ipcq_view views[BATCH_MAX];
    size_t count = 0, wanted = joinable ? HELD_MAX - held_count : BATCH_MAX;
    atomic_store(&mine->inside, INSIDE_GET);
    int code = ipcq_get_many(queue, payloads, sizeof payloads, views, wanted, &count, IPCQ_ACCEPT_ALL, wait);
    atomic_store(&mine->inside, 0);
    for (size_t i = 0; code == IPCQ_OK && i < count; ++i)
        look_at(views[i].data, &views[i].item);
    return code;
}

/* A plain item is looked at when it is finished: if we die before that it comes again, as if nobody had had it. */
static int borrow(const ipcq_wait *wait)
{
    static struct payload copy;
    ipcq_view view;
    atomic_store(&mine->inside, INSIDE_GET);
    int code = ipcq_borrow(queue, &view, IPCQ_ACCEPT_ALL, wait);
    atomic_store(&mine->inside, 0);
    if (code != IPCQ_OK)
        return code;
    if (view.item.size > sizeof copy)
        violation("payload: is too large", 0);
    memcpy(&copy, view.data, view.item.size);
    if (!joinable) {
        if (dice(8) == 0)
            rest(200);
        int finished = ipcq_release(queue, view.item.ticket);
        if (finished != IPCQ_OK)
            violation(ipcq_error_name(finished), copy.id);
    }
    look_at(&copy, &view.item);
    return code;
}

static void consume(void)
{
    for (;;) {
        if (!atomic_load(&ledger->stop))
            obey();
        if (dice(512) == 0)
            open_anew();
        const ipcq_wait wait = {.deadline_ns = patience()};
        const uint64_t way = dice(8);
        int code = way == 0 ? get_many(&wait) : way == 1 ? borrow(&wait) : get_one(&wait);
        if (code == IPCQ_CLOSED)
            return;
        if (code == IPCQ_OK) {
            settle_down_to((unsigned)dice(HELD_MAX));
        } else if (in_vain(code)) {
            settle_down_to(0);
        } else {
            violation(ipcq_error_name(code), 0);
        }
    }
}

int main(int argc, char **argv)
{
    if (argc != 5)
        return 2;
    queue_name = argv[1];
    ledger_path = argv[2];
    slot = strtoull(argv[3], NULL, 10);
    seed = strtoull(argv[4], NULL, 10);
    ledger = ledger_open(ledger_path);
    mine = &ledger->slot[slot];
    snprintf(foreign_path, sizeof foreign_path, "%s.foreign", ledger_path);
    open_queue();
    begin();
    if (slot % 2 == 0)
        produce();
    else
        consume();
    return ipcq_close(queue) == IPCQ_OK ? 0 : 1;
}
