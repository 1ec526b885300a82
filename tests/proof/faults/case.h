/*
 * One case: a scenario with up to two faults, in a process of its own.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CASE_H
#define CASE_H

#include "scenario.h"

struct case_result {
    int code;                    /* of the operation */
    unsigned calls[FAULT_KINDS]; /* made by the operation */
    unsigned hits[FAULTS_MAX];
    bool anonymous_left;      /* the name that a close should have removed */
    char problem[SCENE_TEXT]; /* empty: all is well */
};

/* Private memory file systems of its own would be seen by nobody; so all cases share one, if the system lets us. Says
 * aloud if not: then nothing is known about stray objects. */
void case_prepare(void);

/* Valid until the next one. */
const struct case_result *case_run(const struct scenario *scenario, const struct fault *faults, unsigned count);

/* The scenario, which opens, `times` times over in one process with the faults: nothing may grow. */
const struct case_result *case_repeat(const struct scenario *scenario, const struct fault *fault, unsigned times);

#endif
