/* SPDX-License-Identifier: Apache-2.0 */
#include "scene.h"
#include "disturbances.h"
#include "thread.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

/* core/layout/FORMAT.md, section 7 */
static const off_t first_byte = (off_t)1 << 61;

static void lock_bytes(int descriptor, unsigned slots)
{
    for (unsigned i = 0; i < slots; ++i) {
        struct flock lock = {.l_type = F_RDLCK, .l_whence = SEEK_SET, .l_start = first_byte + i, .l_len = 1};
        fcntl(descriptor, F_OFD_SETLK, &lock); /* fails while the slot's owner lives */
    }
}

/* Locks the slots of the dead, again and again, as long as the quiet phase lasts. */
static void lock_in_quiet_phase(void *argument)
{
    const struct plan *plan = argument;
    char path[128];
    snprintf(path, sizeof path, "/dev/shm/ipcq.%s", ledger->queue);
    for (;;) {
        const int descriptor = open(path, O_RDONLY | O_CLOEXEC);
        if (descriptor < 0)
            violation("the reader cannot open the queue's file");
        while (phase_now() == PHASE_QUIET) {
            lock_bytes(descriptor, plan->participants);
            rest_us(50);
        }
        close(descriptor); /* and with it the locks */
        rest_us(500);
    }
}

static void begin(struct scene *scene)
{
    scene_start_bystander(scene, lock_in_quiet_phase, (void *)(uintptr_t)scene->plan);
}

const struct disturbance read_locks = {.begin = begin, .end = scene_end_bystanders};
