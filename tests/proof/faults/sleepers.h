/*
 * Peers that sleep while calls fail in the process that wakes them, and sleeps that end in unusual ways.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef SLEEPERS_H
#define SLEEPERS_H

#include "scene.h"

void with_a_sleeping_getter(struct scene *scene);
void with_a_sleeping_joiner(struct scene *scene);
void with_a_sleeping_putter(struct scene *scene);
void with_a_late_waker(struct scene *scene);
void with_a_canceller(struct scene *scene);

int put_for_the_sleeper(struct scene *scene);
int take_for_the_sleeper(struct scene *scene);
int wait_cancelled(struct scene *scene);

#endif
