/* SPDX-License-Identifier: Apache-2.0 */
#include "chaos_ledger.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

struct chaos_ledger *chaos_ledger_new(void)
{
    void *memory = mmap(NULL, sizeof(struct chaos_ledger), PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) {
        perror("mmap");
        abort();
    }
    return memory;
}

void chaos_ledger_free(struct chaos_ledger *ledger) { munmap(ledger, sizeof *ledger); }

void chaos_violation(struct chaos_ledger *ledger, const char *what, uint64_t id)
{
    fprintf(stderr, "violation: item %llu: %s\n", (unsigned long long)id, what);
    atomic_fetch_add(&ledger->violations, 1);
}

unsigned chaos_mark(struct chaos_ledger *ledger, uint64_t id, unsigned bits)
{
    return atomic_fetch_or(&ledger->item[id], (unsigned char)bits);
}

struct chaos_result chaos_count(struct chaos_ledger *ledger, bool joinable)
{
    struct chaos_result result = {0};
    uint64_t ids = atomic_load(&ledger->next_id);
    for (uint64_t id = 0; id < ids && id < CHAOS_IDS; ++id) {
        unsigned known = atomic_load(&ledger->item[id]);
        if ((known & CHAOS_PUT) == 0) {
            result.uncertain += (known & CHAOS_STARTED) != 0;
            continue;
        }
        ++result.put;
        result.missing += (known & (joinable ? CHAOS_FINISHING : CHAOS_DELIVERED)) == 0;
        result.unknown += joinable && (known & CHAOS_FINISHING) != 0 && (known & CHAOS_FINISHED) == 0;
    }
    return result;
}
