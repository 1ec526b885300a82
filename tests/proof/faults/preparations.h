/*
 * What the world is like before the calls fail.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef PREPARATIONS_H
#define PREPARATIONS_H

#include "scene.h"

enum { LONG = 60000, LARGE = 500000 }; /* one a segment; one in eight segments */

/* The scene is at fault if a call that has no fault does not answer OK. */
void must(struct scene *scene, int code, const char *what);

/* Its name and path from its handle. */
void take_its_name(struct scene *scene);

void nothing(struct scene *scene);
void opened(struct scene *scene);
void with_three(struct scene *scene);
void without_standard_input(struct scene *scene);
void exists_with_three(struct scene *scene);
void exists_with_a_dead_peer(struct scene *scene);
void with_a_dead_peer(struct scene *scene);
void with_a_large_one(struct scene *scene);
void with_a_taken_one(struct scene *scene);
void with_leases(struct scene *scene);
void with_a_reservation(struct scene *scene);
void full_of_two(struct scene *scene);
void with_a_hundred(struct scene *scene);
void with_idle_memory(struct scene *scene);
void anonymous_with_one(struct scene *scene);
void nameless_with_one(struct scene *scene);
void forked_nameless(struct scene *scene);
void anonymous_left_by_its_maker(struct scene *scene);
void forked_with_three(struct scene *scene);
void forked_without_descriptors(struct scene *scene);

#endif
