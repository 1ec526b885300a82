/* SPDX-License-Identifier: Apache-2.0 */
#include "await.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>

struct flag {
    atomic_int raised;
};

static void look_again_soon(void) { nanosleep(&(struct timespec){0, 200000}, NULL); }

ipcq_stats stats_of(ipcq_t *queue)
{
    ipcq_stats stats = {.struct_size = sizeof stats};
    int code = ipcq_stat(queue, &stats);
    if (code != IPCQ_OK) {
        fprintf(stderr, "ipcq_stat: %s\n", ipcq_strerror(code));
        abort();
    }
    return stats;
}

void await_getters(ipcq_t *queue, uint32_t sleeping)
{
    while (stats_of(queue).getters_waiting < sleeping)
        look_again_soon();
}

void await_putters(ipcq_t *queue, uint32_t sleeping)
{
    while (stats_of(queue).putters_waiting < sleeping)
        look_again_soon();
}

void await_joiners(ipcq_t *queue, uint32_t sleeping)
{
    while (stats_of(queue).joiners_waiting < sleeping)
        look_again_soon();
}

void await_taken(ipcq_t *queue, uint64_t taken)
{
    while (stats_of(queue).taken != taken)
        look_again_soon();
}

void await_items(ipcq_t *queue, uint64_t items)
{
    while (stats_of(queue).items != items)
        look_again_soon();
}

void await_participants(ipcq_t *queue, uint32_t participants)
{
    while (stats_of(queue).participants != participants)
        look_again_soon();
}

void await_recovered(ipcq_t *queue, uint64_t recovered)
{
    while (stats_of(queue).recovered < recovered)
        ipcq_join(queue, ipcq_deadline(0.002));
}

struct flag *flag_new(void)
{
    void *memory = mmap(NULL, sizeof(struct flag), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) {
        perror("mmap");
        abort();
    }
    return memory;
}

void flag_free(struct flag *flag) { munmap(flag, sizeof *flag); }

void flag_raise(struct flag *flag) { atomic_store(&flag->raised, 1); }

void flag_await(struct flag *flag)
{
    while (!atomic_load(&flag->raised))
        look_again_soon();
}

bool flag_is_raised(const struct flag *flag) { return atomic_load(&flag->raised) != 0; }
