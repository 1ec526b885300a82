/*
 * A queue at which one process (the survivor) waits while something happens to another (the victim). Then there is
 * something to wake up for. The survivor must be served, and must not sleep through more than one slice that began
 * after it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef SCENE_H
#define SCENE_H

#include <ipcq.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum kind { GETTER, LEASER, PUTTER, JOINER, LOCKER, KINDS };
extern const char *const kind_name[KINDS];

struct scene {
    enum kind kind;
    ipcq_t *queue;
    const unsigned char *control; /* the first page of the queue's object */
    pid_t victim, survivor;       /* 0: none */
    pid_t holder;                 /* LOCKER: stands still with the getters' lock */
};

void scene_open(struct scene *scene, enum kind kind);
void scene_close(struct scene *scene); /* kills who is left */

/* A child that makes the call of this kind and leaves with 0 if it was served. It never leaves the call otherwise. */
enum manner { FREELY, STEPPED };
pid_t scene_wait(struct scene *scene, enum manner manner, bool is_watched, int slice_ms);

/* Returns when the watched child began to sleep. */
void scene_await_sleep(void);

/* Gives one waiter what it waits for; once more, in case that the victim had it. */
void scene_release(struct scene *scene);
void scene_release_again(struct scene *scene);

/* Does this process own one of the queue's locks? */
bool scene_has_lock(const struct scene *scene, pid_t process);

/* How many getters sleep, as wakers see it: the dead are counted, too. */
uint32_t scene_counted_getters(const struct scene *scene);

/* The word of the getters' lock. */
uint64_t scene_getters_lock(const struct scene *scene);

/* NULL, or what is wrong with how the survivor was served. */
const char *scene_judge(struct scene *scene);

void child_end(pid_t *child); /* SIGKILL, and waits for the end */

#endif
