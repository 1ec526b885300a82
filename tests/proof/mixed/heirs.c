/* SPDX-License-Identifier: Apache-2.0 */
#include "scene.h"
#include "disturbances.h"
#include "thread.h"

#include "payload.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

enum { HEAD_LOCK = 384, SLOTS = 1280, SLOT_SIZE = 128, SLOT_PID = 8 }; /* core/layout/FORMAT.md, section 3 */
enum { STEPS_MAX = 40000, OPENING_US = 100000 };

static const unsigned char *control; /* the queue's first bytes */
static size_t control_bytes;
static pid_t holder;
static unsigned heir;
static bool has_heir;

/* A participant that needs the getters' lock all the time, and keeps nothing. */
static void take_and_return(void *unused)
{
    ipcq_t *queue = NULL;
    char buffer[512];
    const ipcq_options options = {.struct_size = sizeof options, .flags = IPCQ_OPEN_ONLY};
    (void)unused;
    while (ipcq_open(&queue, ledger->queue, &options) != IPCQ_OK)
        rest_us(1000);
    for (;;) {
        ipcq_item item = {0};
        const ipcq_wait wait = {.deadline_ns = IPCQ_NOWAIT};
        if (phase_now() != PHASE_WORK)
            rest_us(1000);
        else if (ipcq_get_item(queue, buffer, sizeof buffer, &item, IPCQ_ACCEPT_ALL, &wait) != IPCQ_OK)
            continue;
        else if (item_seen(payload_id(buffer, item.size), &item, true))
            while (ipcq_nack(queue, item.ticket) == IPCQ_BUSY)
                ;
    }
}

static void begin(struct scene *scene)
{
    char path[128];
    snprintf(path, sizeof path, "/dev/shm/ipcq.%s", ledger->queue);
    control_bytes = SLOTS + SLOT_SIZE * (size_t)scene->plan->participants;
    const int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    void *memory = mmap(NULL, control_bytes, PROT_READ, MAP_SHARED, descriptor, 0);
    close(descriptor);
    control = memory == MAP_FAILED ? NULL : memory;
    if (control == NULL)
        violation("the queue's file cannot be mapped");
    holder = scene_start_bystander(scene, take_and_return, NULL);
}

static bool has_head_lock(pid_t pid)
{
    const uint64_t word = __atomic_load_n((const uint64_t *)(const void *)(control + HEAD_LOCK), __ATOMIC_ACQUIRE);
    const size_t slot = word & 0xffff;
    if (slot == 0 || SLOTS + SLOT_SIZE * slot > control_bytes)
        return false;
    return *(const int32_t *)(const void *)(control + SLOTS + SLOT_SIZE * (slot - 1) + SLOT_PID) == pid;
}

/* Lets the holder go on by single instructions until it has the lock, and leaves it stopped. */
static bool stop_with_lock(void)
{
    int status = 0;
    bool has_lock = false;
    if (ptrace(PTRACE_ATTACH, holder, NULL, NULL) != 0 || waitpid(holder, &status, 0) != holder)
        return false;
    for (int steps = 0; WIFSTOPPED(status) && steps < STEPS_MAX && !has_lock; ++steps) {
        if (ptrace(PTRACE_SINGLESTEP, holder, NULL, NULL) != 0 || waitpid(holder, &status, 0) != holder)
            return false;
        has_lock = has_head_lock(holder);
    }
    ptrace(PTRACE_DETACH, holder, NULL, (void *)(uintptr_t)(has_lock ? SIGSTOP : 0));
    return has_lock;
}

static bool heir_has_come(struct scene *scene)
{
    (void)scene;
    return atomic_load(&ledger->worker[heir].state) == WORKER_IDLES;
}

static void leave_to_an_heir(struct scene *scene)
{
    atomic_store(&ledger->preference, PREFER_PUTS); /* a get from an empty queue needs no lock */
    if (control == NULL || !stop_with_lock())
        return;
    heir = (unsigned)scene_random(scene, scene->plan->workers);
    has_heir = true;
    scene_kill_worker(scene, heir);
    scene_start_idle_worker(scene, heir);
    rest_us(OPENING_US); /* meanwhile it gets the slot, and cannot clean it up */
    kill(holder, SIGCONT);
    if (!scene_await(scene, heir_has_come))
        violation("open does not end");
}

static void end_the_heir(struct scene *scene)
{
    if (has_heir)
        scene_kill_worker(scene, heir);
    has_heir = false;
}

static void end(struct scene *scene)
{
    scene_end_bystanders(scene);
    if (control != NULL)
        munmap((void *)(uintptr_t)control, control_bytes);
}

const struct disturbance idle_heirs = {
    .begin = begin, .work_ends = leave_to_an_heir, .quiet_ends = end_the_heir, .end = end};
