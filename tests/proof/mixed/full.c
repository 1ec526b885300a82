/* SPDX-License-Identifier: Apache-2.0 */
#include "scene.h"
#include "disturbances.h"
#include "faults/environment.h"
#include "thread.h"

enum { PAGE = 4096, PAGES_LEFT_MAX = 4, IDLE_US = 200000 };

static void fill(struct scene *scene)
{
    fill_shm(PAGE * (scene_random(scene, 2) == 0 ? 0 : scene_random(scene, PAGES_LEFT_MAX)));
}

static void toggle(struct scene *scene)
{
    if (scene_random(scene, 12) != 0)
        return;
    if (scene_random(scene, 2) == 0)
        fill(scene);
    else
        drain_shm();
}

static void fill_when_idle(struct scene *scene)
{
    rest_us(IDLE_US); /* the sleeping getters give the memory of the burst back */
    fill(scene);
}

static void give_back(struct scene *scene)
{
    (void)scene;
    drain_shm();
}

const struct disturbance full_shm = {.tick = toggle, .quiet_ends = fill_when_idle, .end = give_back};
