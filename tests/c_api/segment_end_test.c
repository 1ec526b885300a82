/* SPDX-License-Identifier: Apache-2.0 */
#include "support/items.h"
#include "support/segment_ends.h"

#include <string.h>

static void nothing_is_read_behind_the_end_of_a_segment(void **state)
{
    struct queue_fixture *fixture = *state;
    assert_true(segment_ends_make_holes(fixture->queue));
    for (const size_t *size = segment_ends_sizes; *size != 0; ++size) {
        const char *failed = segment_ends_visit(fixture->queue, fixture->path, *size);
        if (failed != NULL)
            print_error("items of %zu bytes: %s\n", *size, failed);
        assert_null(failed);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        QUEUE_TEST(nothing_is_read_behind_the_end_of_a_segment, PLAIN, .capacity_bytes = SEGMENT_ENDS_CAPACITY),
        QUEUE_TEST(nothing_is_read_behind_the_end_of_a_segment, JOINABLE, .capacity_bytes = SEGMENT_ENDS_CAPACITY),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
