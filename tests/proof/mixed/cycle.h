/*
 * The rounds of a scene. In the work phase, workers are killed and stopped at any moment. In the quiet phase no thread
 * puts. One worker is killed with the items that it holds. The others, most of them asleep, must finish everything.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CYCLE_H
#define CYCLE_H

#include "scene.h"

void cycle_run(struct scene *scene, double seconds);

#endif
