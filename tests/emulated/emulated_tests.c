/*
 * In a cross build every group of tests runs through here. Tests that need a feature of the kernel which the emulator
 * lacks are skipped, and say why. Where the emulator has the feature they run.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "kernel_features.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static const struct {
    const char *test; /* no two tests of the tree share a name of this table */
    const struct kernel_feature *needs;
} tests_with_needs[] = {
    {"a_forked_child_does_not_have_the_mapping", &dontfork},
    {"a_forked_child_does_not_keep_its_parent_alive", &dontfork},
    {"an_anonymous_queue_lives_as_long_as_a_child_uses_it", &dontfork},
    {"an_idle_child_keeps_the_name", &dontfork},
    {"the_last_of_the_idle_children_removes_the_name", &dontfork},
    {"the_dead_are_not_kept_alive_by_their_children", &dontfork},
    {"so_has_a_child_that_no_library_was_told_of", &wipeonfork},
    {"a_burst_s_memory_goes_back_beside_a_trickle", &memory_removal},
    {"a_burst_s_memory_goes_back_under_mlockall", &memory_removal},
    {"a_handler_that_takes_the_descriptors_away", &memory_removal},
    {"a_thread_that_takes_the_descriptors_away", &memory_removal},
    {"it_fits_keeps_its_order_and_gives_the_memory_back", &memory_removal},
    {"locked_memory_is_released_too", &memory_removal},
    {"memory_that_was_given_back_under_a_look_stays_so", &memory_removal},
    {"nothing_is_read_behind_the_end_of_a_segment", &memory_removal},
    {"a_burst_is_remembered_for_an_interval_and_the_next_one", &memory_removal},
    {"a_stream_that_never_runs_dry_gives_back_what_a_burst_used", &memory_removal},
    {"released_memory_is_gone_and_reads_as_zero", &memory_removal},
    {"what_a_burst_used_is_given_back_to_the_system", &memory_removal},
    {"too_little_address_space_is_spacelimit", &address_space_limit},
    {"without_address_space_there_is_an_answer", &address_space_limit},
};

/* The linker's --wrap gives these names to the function that cmocka_run_group_tests() calls. */
int __real__cmocka_run_group_tests(const char *, const struct CMUnitTest *, size_t, CMFixtureFunction,
                                   CMFixtureFunction);
int __wrap__cmocka_run_group_tests(const char *, const struct CMUnitTest *, size_t, CMFixtureFunction,
                                   CMFixtureFunction);

static const struct kernel_feature *missing_for(const char *test)
{
    for (size_t i = 0; i < sizeof tests_with_needs / sizeof *tests_with_needs; ++i)
        if (strcmp(tests_with_needs[i].test, test) == 0 && !tests_with_needs[i].needs->works())
            return tests_with_needs[i].needs;
    return NULL;
}

static void skip_aloud(void **state)
{
    const struct kernel_feature *missing = *state;
    print_message("SKIP: %s\n", missing->without);
    skip();
}

int __wrap__cmocka_run_group_tests(const char *name, const struct CMUnitTest *tests, size_t count,
                                   CMFixtureFunction setup, CMFixtureFunction teardown)
{
    enum { SKIPPED = 77 };
    struct CMUnitTest *here = malloc(count * sizeof *here);
    const struct kernel_feature *missing = NULL;
    size_t skips = 0;
    if (here == NULL)
        return 1;
    for (size_t i = 0; i < count; ++i) {
        const struct kernel_feature *lacks = missing_for(tests[i].name);
        here[i] = tests[i];
        if (lacks != NULL) {
            here[i] = (struct CMUnitTest){
                .name = tests[i].name, .test_func = skip_aloud, .initial_state = (void *)(uintptr_t)lacks};
            missing = lacks;
            ++skips;
        }
    }
    int result = SKIPPED;
    if (skips == count)
        print_message("skipped: %s\n", missing->without);
    else
        result = __real__cmocka_run_group_tests(name, here, count, setup, teardown);
    free(here);
    return result;
}
