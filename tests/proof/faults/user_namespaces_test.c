/*
 * Owners as a user namespace shows them. A user without a number there reads as 65534. User 0 is the namespace's own
 * root.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "environment.h"

#include "support/await.h"
#include "support/child.h"
#include "support/items.h"

#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ANNA = 61001, BERT = 61002, NAMELESS = 65534 };

struct visit {
    struct queue_fixture *fixture;
    uid_t owner;     /* of the queue */
    const char *map; /* a uid_map that the visitor writes for itself; NULL: none */
    uint32_t flags;
    uid_t seen; /* the owner as the visitor sees it */
    int expected;
};

static bool write_file(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    bool ok = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);
    close(fd);
    return ok;
}

static int make(void *argument)
{
    const struct visit *visit = argument;
    ipcq_t *queue = NULL;
    CHILD_CHECK(become(visit->owner, visit->owner));
    CHILD_CHECK(queue_open_with(visit->fixture, &queue, (ipcq_options){.mode = 0666}) == IPCQ_OK);
    CHILD_CHECK(put_number(queue, 1, IPCQ_NOWAIT) == IPCQ_OK && ipcq_close(queue) == IPCQ_OK);
    return 0;
}

/* Looks at the owner, opens, takes the item and puts it back. */
static int look_and_open(const struct visit *visit)
{
    struct queue_fixture *fixture = visit->fixture;
    ipcq_t *queue = NULL;
    uint64_t number = 0;
    struct stat status;
    CHILD_CHECK(stat(fixture->path, &status) == 0 && status.st_uid == visit->seen);
    int code = queue_open_with(fixture, &queue, (ipcq_options){.flags = visit->flags | IPCQ_OPEN_ONLY});
    CHILD_CHECK(code == visit->expected);
    if (code == IPCQ_OK) {
        CHILD_CHECK(get_number(queue, &number, NULL, IPCQ_NOWAIT) == IPCQ_OK && number == 1);
        CHILD_CHECK(put_number(queue, 1, IPCQ_NOWAIT) == IPCQ_OK && ipcq_close(queue) == IPCQ_OK);
    } else {
        CHILD_CHECK(queue == NULL && strstr(fixture->message, "another user") != NULL);
    }
    return 0;
}

static int enter_as_bert(void *argument)
{
    const struct visit *visit = argument;
    CHILD_CHECK(become(BERT, BERT));
    if (unshare(CLONE_NEWUSER) != 0)
        return CHILD_SKIPS;
    if (visit->map != NULL) /* a process that changed its user does not own its files in /proc before it is dumpable */
        CHILD_CHECK(prctl(PR_SET_DUMPABLE, 1) == 0 && write_file("/proc/self/uid_map", visit->map));
    CHILD_CHECK(geteuid() == (visit->map != NULL ? 0 : NAMELESS));
    return look_and_open(visit);
}

static int run_visits(struct queue_fixture *fixture, struct visit *visits, size_t count)
{
    CHILD_CHECK(own_shm("size=16m,mode=1777"));
    for (size_t i = 0; i < count; ++i) {
        visits[i].fixture = fixture;
        CHILD_CHECK(child_run(make, &visits[i]) == 0);
        int answer = child_run(enter_as_bert, &visits[i]);
        if (answer != 0) {
            fprintf(stderr, "visit %zu: %d\n", i, answer);
            return answer;
        }
        CHILD_CHECK(unlink(fixture->path) == 0);
    }
    return 0;
}

static int visit_without_a_number(void *state)
{
    struct visit visits[] = {
        {.owner = ANNA, .seen = NAMELESS, .expected = IPCQ_DENIED},
        {.owner = ANNA, .seen = NAMELESS, .expected = IPCQ_OK, .flags = IPCQ_ANY_OWNER},
        {.owner = 0, .seen = NAMELESS, .expected = IPCQ_DENIED}, /* cannot be told from Anna */
        {.owner = BERT, .seen = NAMELESS, .expected = IPCQ_OK},
    };
    return run_visits(state, visits, sizeof visits / sizeof *visits);
}

static int visit_as_the_namespaces_root(void *state)
{
    static const char map[] = "0 61002 1\n";
    struct visit visits[] = {
        {.owner = ANNA, .map = map, .seen = NAMELESS, .expected = IPCQ_DENIED},
        {.owner = 0, .map = map, .seen = NAMELESS, .expected = IPCQ_DENIED},
        {.owner = BERT, .map = map, .seen = 0, .expected = IPCQ_OK},
    };
    return run_visits(state, visits, sizeof visits / sizeof *visits);
}

/* ---------------------------------------------------------------- a namespace with Anna as root and Bert as user 1 */

struct shared_namespace {
    struct visit visit;
    struct flag *made, *mapped;
};

static int enter_as_user_1(void *argument)
{
    struct shared_namespace *shared = argument;
    CHILD_CHECK(unshare(CLONE_NEWUSER) == 0);
    flag_raise(shared->made);
    flag_await(shared->mapped);
    CHILD_CHECK(setresuid(1, 1, 1) == 0);
    return look_and_open(&shared->visit);
}

static int visit_the_namespaces_root(void *state)
{
    struct shared_namespace shared = {
        .visit = {.fixture = state, .owner = ANNA, .seen = 0, .expected = IPCQ_OK},
        .made = flag_new(),
        .mapped = flag_new(),
    };
    char path[64];
    CHILD_CHECK(own_shm("size=16m,mode=1777"));
    CHILD_CHECK(child_run(make, &shared.visit) == 0);
    pid_t guest = child_start(enter_as_user_1, &shared);
    flag_await(shared.made);
    snprintf(path, sizeof path, "/proc/%d/uid_map", (int)guest);
    CHILD_CHECK(write_file(path, "0 61001 1\n1 61002 1\n"));
    flag_raise(shared.mapped);
    return child_wait(guest);
}

static void an_owner_without_a_number_is_another_user(void **state) { RUN_OR_SKIP(visit_without_a_number, *state); }

static void the_root_of_a_namespace_owns_no_more_than_before(void **state)
{
    RUN_OR_SKIP(visit_as_the_namespaces_root, *state);
}

static void the_root_of_the_namespace_is_trusted_as_root(void **state)
{
    RUN_OR_SKIP(visit_the_namespaces_root, *state);
}

static int try_user_namespace(void *nothing)
{
    (void)nothing;
    return unshare(CLONE_NEWUSER) == 0 ? 0 : 1;
}

static int skip_without_user_namespaces(void **state)
{
    skip_without_root(state);
    if (child_run(try_user_namespace, NULL) == 0)
        return 0;
    printf("SKIP: no right to make a user namespace\n");
    fflush(stdout);
    _exit(CHILD_SKIPS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        NAME_TEST(an_owner_without_a_number_is_another_user),
        NAME_TEST(the_root_of_a_namespace_owns_no_more_than_before),
        NAME_TEST(the_root_of_the_namespace_is_trusted_as_root),
    };
    return cmocka_run_group_tests(tests, skip_without_user_namespaces, NULL);
}
