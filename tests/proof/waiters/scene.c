/* SPDX-License-Identifier: Apache-2.0 */
#include "scene.h"

#include "sleeps.h"
#include "stepper.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

const char *const kind_name[KINDS] = {"getter", "leaser", "putter", "joiner", "locker"};

enum { PAGE = 4096, HEAD_LOCK = 384, WAITING_GETTERS = 640 }; /* core/layout/FORMAT.md, section 3 */
static const int locks[] = {256, HEAD_LOCK, 512};
static const int hang_seconds = 20; /* nobody waits longer for what is there already, however busy the machine is */

static void need(bool condition, const char *what)
{
    if (condition)
        return;
    fprintf(stderr, "proof_waiters: %s\n", what);
    exit(1);
}

static bool soon(int *rounds) /* a pause; false when it hangs */
{
    nanosleep(&(struct timespec){0, 200000}, NULL);
    return ++*rounds < hang_seconds * 5000;
}

static uint64_t lock_word(const struct scene *scene, int offset)
{
    return __atomic_load_n((const uint64_t *)(const void *)(scene->control + offset), __ATOMIC_ACQUIRE);
}

uint64_t scene_getters_lock(const struct scene *scene) { return lock_word(scene, HEAD_LOCK); }

uint32_t scene_counted_getters(const struct scene *scene)
{
    return __atomic_load_n((const uint32_t *)(const void *)(scene->control + WAITING_GETTERS), __ATOMIC_ACQUIRE);
}

static int call(struct scene *scene)
{
    char item[8] = "";
    size_t size = 0;
    switch (scene->kind) {
    case PUTTER: return ipcq_put(scene->queue, item, sizeof item, IPCQ_FOREVER);
    case JOINER: return ipcq_join(scene->queue, IPCQ_FOREVER);
    default: return ipcq_get(scene->queue, item, sizeof item, &size, IPCQ_FOREVER);
    }
}

static void put_one(struct scene *scene)
{
    need(ipcq_put(scene->queue, "item", 4, ipcq_deadline(hang_seconds)) == IPCQ_OK, "cannot put");
}

static int get_one(struct scene *scene, int64_t deadline_ns)
{
    char item[8];
    size_t size = 0;
    return ipcq_get(scene->queue, item, sizeof item, &size, deadline_ns);
}

/* The holder stops as soon as the lock is its own. */
static void place_holder(struct scene *scene)
{
    scene->holder = scene_wait(scene, STEPPED, false, 0);
    need(stepper_meet(scene->holder), "the holder ended");
    while (lock_word(scene, HEAD_LOCK) == 0)
        need(stepper_step(scene->holder) == STEP_DONE, "the holder got no lock");
}

void scene_open(struct scene *scene, enum kind kind)
{
    ipcq_options options = {.struct_size = sizeof options, .capacity_bytes = 65536, .max_participants = 16};
    options.flags = kind == JOINER || kind == LEASER ? IPCQ_JOINABLE : IPCQ_PLAIN;
    options.max_items = kind == PUTTER ? 1 : 0;
    char path[256] = "/dev/shm/ipcq.";
    memset(scene, 0, sizeof *scene);
    scene->kind = kind;
    sleeps_clear();
    need(ipcq_open(&scene->queue, NULL, &options) == IPCQ_OK, "cannot open a queue");
    need(ipcq_name(scene->queue, path + strlen(path), sizeof path - strlen(path)) == IPCQ_OK, "no name");
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    const void *map = fd >= 0 ? mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0) : MAP_FAILED;
    need(map != MAP_FAILED, "cannot map the queue's object");
    close(fd);
    scene->control = map;
    if (kind == PUTTER || kind == JOINER)
        put_one(scene);
    if (kind == JOINER)
        need(get_one(scene, IPCQ_NOWAIT) == IPCQ_OK, "cannot take");
    for (int i = 0; kind == LOCKER && i < 4; ++i)
        put_one(scene);
    if (kind == LOCKER)
        place_holder(scene);
}

void child_end(pid_t *child)
{
    if (*child == 0)
        return;
    kill(*child, SIGKILL);
    int status = 0;
    while (waitpid(*child, &status, 0) == *child && WIFSTOPPED(status))
        ;
    *child = 0;
}

void scene_close(struct scene *scene)
{
    child_end(&scene->victim);
    child_end(&scene->survivor);
    child_end(&scene->holder);
    munmap((void *)(uintptr_t)scene->control, PAGE);
    ipcq_close(scene->queue);
}

pid_t scene_wait(struct scene *scene, enum manner manner, bool is_watched, int slice)
{
    fflush(NULL);
    const pid_t child = fork();
    need(child >= 0, "cannot fork");
    if (child != 0)
        return child;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    uint64_t items = 0;
    if (ipcq_size(scene->queue, &items) != IPCQ_OK) /* becomes a participant of its own */
        _exit(2);
    watched = is_watched;
    slice_ms = slice;
    if (manner == STEPPED)
        stepper_begin();
    _exit(call(scene) == IPCQ_OK ? 0 : 1);
}

void scene_await_sleep(void)
{
    for (int rounds = 0; sleeps->begun == 0;)
        need(soon(&rounds), "nobody goes to sleep");
}

void scene_release(struct scene *scene)
{
    switch (scene->kind) {
    case PUTTER: get_one(scene, IPCQ_NOWAIT); break; /* EMPTY: there is room already */
    case JOINER: need(ipcq_task_done(scene->queue, IPCQ_OLDEST) == IPCQ_OK, "cannot finish"); break;
    case LOCKER:
        stepper_release(scene->holder);
        waitpid(scene->holder, NULL, 0); /* only now is the lock free for certain */
        scene->holder = 0;
        break;
    default: put_one(scene);
    }
}

void scene_release_again(struct scene *scene)
{
    if (scene->kind != JOINER && scene->kind != LOCKER)
        scene_release(scene);
}

bool scene_has_lock(const struct scene *scene, pid_t process)
{
    ipcq_participant all[16];
    size_t count = 0;
    need(ipcq_participants(scene->queue, all, 16, &count) == IPCQ_OK && count <= 16, "no list of participants");
    for (size_t i = 0; i < count; ++i)
        for (size_t lock = 0; all[i].pid == process && lock < sizeof locks / sizeof *locks; ++lock)
            if ((lock_word(scene, locks[lock]) & 0xffff) == all[i].slot + 1)
                return true;
    return false;
}

const char *scene_judge(struct scene *scene)
{
    static char wrong[96];
    int status = 0, rounds = 0;
    atomic_store(&sleeps->due, 1);
    while (waitpid(scene->survivor, &status, WNOHANG) == 0)
        if (!soon(&rounds))
            return "the other waiter is not served";
    scene->survivor = 0;
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        return "the other waiter's call failed";
    if (sleeps->overslept <= 1)
        return NULL;
    snprintf(wrong, sizeof wrong, "the other waiter slept through %d slices more", (int)sleeps->overslept);
    return wrong;
}
