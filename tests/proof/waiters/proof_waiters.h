/*
 * The parts of proof_waiters.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef PROOF_WAITERS_H
#define PROOF_WAITERS_H

#include <stdbool.h>

struct account {
    long kill_points, stop_points, repetitions, violations;
};

struct choice {
    bool full;
    long stride;                     /* every how many-th instruction */
    const char *part, *kind, *phase; /* NULL: all */
    long point;                      /* -1: all */
    bool stops;                      /* with point: stopped, not killed */
    long violations_max;             /* then it is clear enough */
};

void violation(struct account *account, const char *format, ...) __attribute__((format(printf, 2, 3)));

void prove_points(const struct choice *choice, struct account *account);
void prove_tokens(const struct choice *choice, struct account *account);
void prove_crowd(const struct choice *choice, struct account *account);
void prove_blind(const struct choice *choice, struct account *account);
void prove_namespaces(const struct choice *choice, struct account *account);

#endif
