/*
 * fork() while another thread makes a handle's private tables larger: of the items it has taken, and of the memory it
 * has reserved. The child uses its copy of the handle and never writes to memory that its own malloc() gave out.
 *
 * The test's malloc() and free() stand before the C library's. They stop the growing thread just after the call, and
 * meanwhile the main thread forks.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "support/child.h"
#include "support/items.h"
#include "support/watchdog.h"

#include <malloc.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { USES_MAX = 1 << 10, BLOCKS = 600, PATTERN = 0x5a, SHORT = 8 };
enum { NOWHERE, AFTER_ALLOCATION, AFTER_FREE };

static ipcq_t *shared;
static int stop_where;
static _Thread_local int stop_here; /* set by the growing thread alone */
static size_t freed_bytes;          /* of the block that the growing thread freed when it was stopped, or 0 */
static sem_t stopped, go_on;

/* ------------------------------------------------------------------------------------- the C library's functions */

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void __libc_free(void *);

static void stop(void)
{
    stop_here = NOWHERE;
    sem_post(&stopped);
    sem_wait(&go_on);
}

void *malloc(size_t size)
{
    void *block = __libc_malloc(size);
    if (stop_here == AFTER_ALLOCATION)
        stop();
    return block;
}

void *calloc(size_t count, size_t size)
{
    void *block = __libc_calloc(count, size);
    if (stop_here == AFTER_ALLOCATION)
        stop();
    return block;
}

/* Always moves, so that the old block is freed. */
void *realloc(void *old, size_t size)
{
    const size_t old_bytes = old != NULL ? malloc_usable_size(old) : 0;
    void *block = malloc(size);
    if (block != NULL && old != NULL)
        memcpy(block, old, old_bytes < size ? old_bytes : size);
    if (block != NULL || size == 0)
        free(old);
    return block;
}

void free(void *block)
{
    const size_t bytes = block != NULL ? malloc_usable_size(block) : 0;
    __libc_free(block);
    if (stop_here == AFTER_FREE && block != NULL) {
        freed_bytes = bytes;
        stop();
    }
}

/* ---------------------------------------------------------------------------------------------------- the growth */

static int take_one(void)
{
    uint64_t number = 0;
    const int put = put_number(shared, 1, IPCQ_NOWAIT);
    return put != IPCQ_OK ? put : get_number(shared, &number, NULL, IPCQ_NOWAIT);
}

static int reserve_one(void)
{
    void *data = NULL;
    const ipcq_wait wait = {.deadline_ns = IPCQ_NOWAIT};
    return ipcq_reserve(shared, SHORT, &data, &wait);
}

typedef int use_function(void);
static use_function *use;

static void *use_until_stopped(void *out_code)
{
    int code = IPCQ_OK;
    stop_here = stop_where;
    for (int i = 0; i < USES_MAX && stop_here != NOWHERE && code == IPCQ_OK; ++i)
        code = use();
    if (stop_here != NOWHERE) { /* no growth: the main thread must not wait for ever */
        stop_here = NOWHERE;
        code = IPCQ_SYSTEM;
        sem_post(&stopped);
    }
    *(int *)out_code = code;
    return NULL;
}

static int use_beside_own_memory(void *nothing)
{
    static unsigned char *own[BLOCKS];
    const size_t bytes = freed_bytes != 0 ? freed_bytes : SHORT;
    (void)nothing;
    for (int i = 0; i < BLOCKS; ++i) {
        CHILD_CHECK((own[i] = malloc(bytes)) != NULL);
        memset(own[i], PATTERN, bytes);
    }
    for (int i = 0; i < BLOCKS; ++i) /* past the next growth */
        CHILD_CHECK(use() == IPCQ_OK);
    for (int i = 0; i < BLOCKS; ++i)
        for (size_t k = 0; k < bytes; ++k)
            CHILD_CHECK(own[i][k] == PATTERN);
    for (int i = 0; use == take_one && i < BLOCKS; ++i)
        CHILD_CHECK(ipcq_task_done(shared, i % 2 == 0 ? IPCQ_OLDEST : IPCQ_OLDEST_OF_THREAD) == IPCQ_OK);
    CHILD_CHECK(ipcq_task_done(shared, IPCQ_OLDEST) == (use == take_one ? IPCQ_INHERITED : IPCQ_NOTTAKEN));
    return 0;
}

static int close_the_handle(void *nothing)
{
    (void)nothing;
    CHILD_CHECK(ipcq_close(shared) == IPCQ_OK);
    return 0;
}

/* The growing thread keeps what it has, so that each call with the same table finds the next growth. */
static void fork_in_the_growth(void **state, use_function *function, int where)
{
    child_function *const children[] = {use_beside_own_memory, close_the_handle};
    shared = ((struct queue_fixture *)*state)->queue;
    use = function;
    stop_where = where;
    for (int i = 0; i < 16; ++i)
        assert_ok(use());
    for (size_t i = 0; i < sizeof children / sizeof *children; ++i) {
        pthread_t thread;
        int code = IPCQ_OK;
        freed_bytes = 0;
        assert_int_equal(sem_init(&stopped, 0, 0) | sem_init(&go_on, 0, 0), 0);
        assert_int_equal(pthread_create(&thread, NULL, use_until_stopped, &code), 0);
        sem_wait(&stopped);
        const int answer = child_run(children[i], NULL);
        sem_post(&go_on);
        assert_int_equal(pthread_join(thread, NULL), 0);
        assert_ok(code);
        assert_int_equal(answer, 0);
    }
}

static void a_child_takes_after_the_table_was_allocated(void **state)
{
    fork_in_the_growth(state, take_one, AFTER_ALLOCATION);
}

static void a_child_takes_after_the_old_table_was_freed(void **state)
{
    fork_in_the_growth(state, take_one, AFTER_FREE);
}

static void a_child_reserves_after_the_table_was_allocated(void **state)
{
    fork_in_the_growth(state, reserve_one, AFTER_ALLOCATION);
}

static void a_child_reserves_after_the_old_table_was_freed(void **state)
{
    fork_in_the_growth(state, reserve_one, AFTER_FREE);
}

#define GROWTH_TEST(function) QUEUE_TEST(function, JOINABLE, .capacity_bytes = 1 << 28)

int main(void)
{
    const struct CMUnitTest tests[] = {
        GROWTH_TEST(a_child_takes_after_the_table_was_allocated),
        GROWTH_TEST(a_child_takes_after_the_old_table_was_freed),
        GROWTH_TEST(a_child_reserves_after_the_table_was_allocated),
        GROWTH_TEST(a_child_reserves_after_the_old_table_was_freed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
