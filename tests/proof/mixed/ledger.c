/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger.h"

#include <stdarg.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

enum { LOST_SHOWN = 3, VIOLATIONS_MAX = 8 };

struct ledger *ledger;

bool ledger_new(void)
{
    void *memory =
        mmap(NULL, sizeof *ledger, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED)
        return false;
    ledger = memory;
    atomic_store(&ledger->next, 1);
    return true;
}

void violation(const char *format, ...)
{
    char line[400];
    if (atomic_load(&ledger->violations) >= VIOLATIONS_MAX) /* a broken queue answers each call wrongly */
        return;
    atomic_fetch_add(&ledger->violations, 1);
    int length = snprintf(line, sizeof line, "violation: mixed: ");
    va_list values;
    va_start(values, format);
    length += vsnprintf(line + length, 240, format, values);
    va_end(values);
    if (length > 258) /* the text was cut */
        length = 258;
    length += snprintf(line + length, sizeof line - (size_t)length, " (%s)\n", ledger->repeat);
    ssize_t ignored = write(STDOUT_FILENO, line, (size_t)length); /* in one piece, beside other processes */
    (void)ignored;
}

uint64_t item_start(void)
{
    if (atomic_load(&ledger->next) >= ITEMS_MAX - 1024)
        return 0;
    uint64_t id = atomic_fetch_add(&ledger->next, 1);
    atomic_fetch_or(&ledger->item[id], ITEM_STARTED);
    return id;
}

void item_answered(uint64_t id, int code)
{
    atomic_fetch_or(&ledger->item[id], code == IPCQ_OK ? ITEM_PUT : ITEM_REFUSED);
    if (code != IPCQ_OK)
        return;
    atomic_fetch_add(&ledger->puts, 1);
    atomic_fetch_add(&ledger->progress, 1);
}

bool item_seen(uint64_t id, const ipcq_item *item, bool is_lease)
{
    const unsigned char now = ITEM_SEEN | (is_lease ? 0 : ITEM_FINISHED);
    const unsigned char before = atomic_fetch_or(&ledger->item[id], now);
    const char *wrong = NULL;
    if (!(before & ITEM_STARTED))
        wrong = "came and was never put";
    else if (before & ITEM_REFUSED)
        wrong = "came though its put failed";
    else if (before & ITEM_FINISHED)
        wrong = "came again after it was finished";
    else if ((before & ITEM_SEEN) && item->deliveries == 0)
        wrong = "came again as if for the first time";
    if (wrong != NULL)
        violation("item %lu %s (state %#x, deliveries %u)", (unsigned long)id, wrong, before, item->deliveries);
    atomic_fetch_add(&ledger->takes, 1);
    atomic_fetch_add(&ledger->progress, 1);
    return wrong == NULL;
}

void item_finishing(uint64_t id) { atomic_fetch_or(&ledger->item[id], ITEM_FINISHING); }

void item_finished(uint64_t id, int code)
{
    if (code != IPCQ_OK) {
        atomic_fetch_and(&ledger->item[id], (unsigned char)~ITEM_FINISHING);
        return;
    }
    atomic_fetch_or(&ledger->item[id], ITEM_FINISHED);
    atomic_fetch_add(&ledger->finishes, 1);
    atomic_fetch_add(&ledger->progress, 1);
}

unsigned long items_check(bool is_joinable)
{
    unsigned long lost = 0;
    const uint64_t end = atomic_load(&ledger->next);
    for (uint64_t id = 1; id < end; ++id) {
        const unsigned char state = atomic_load(&ledger->item[id]);
        if (!(state & ITEM_PUT) || (state & (ITEM_FINISHED | ITEM_FINISHING)))
            continue;
        if (++lost <= LOST_SHOWN && is_joinable)
            violation("item %lu was put and never finished (state %#x)", (unsigned long)id, state);
    }
    const unsigned long allowed = is_joinable ? 0 : atomic_load(&ledger->at_risk);
    if (lost > allowed)
        violation("%lu items are lost, and dead getters explain %lu", lost, allowed);
    return lost;
}

void thread_note_begin(struct thread_note *note)
{
    /* In this order: a death in between allows too much, never too little. */
    atomic_fetch_add(&ledger->at_risk, atomic_load(&note->at_risk));
    atomic_store(&note->at_risk, 0);
    atomic_store(&note->call, 0);
    atomic_store(&note->quiet, 0);
    atomic_store(&note->joining, false);
}
