/*
 * Peers that are all number 1: each is the first process of a PID namespace of its own. The pids must not tell which
   process is alive.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "environment.h"

#include "support/await.h"
#include "support/child.h"
#include "support/items.h"

#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static int take_and_stay(struct queue_fixture *fixture)
{
    ipcq_t *own = NULL;
    uint64_t number = 0;
    CHILD_CHECK(getpid() == 1);
    CHILD_CHECK(queue_open_with(fixture, &own, (ipcq_options){.flags = IPCQ_OPEN_ONLY}) == IPCQ_OK);
    CHILD_CHECK(get_number(own, &number, NULL, ipcq_deadline(60)) == IPCQ_OK);
    for (;;)
        pause();
}

/* Its child is number 1, and is killed with it. */
static int in_a_namespace(void *fixture)
{
    int status = 0;
    CHILD_CHECK(unshare(CLONE_NEWPID) == 0);
    pid_t first = fork();
    if (first == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        _exit(take_and_stay(fixture));
    }
    CHILD_CHECK(first > 0 && waitpid(first, &status, 0) == first);
    return 1;
}

static uint64_t taken_by_living(ipcq_t *queue, uint64_t *out_ones)
{
    ipcq_participant people[16];
    size_t count = 0;
    uint64_t taken = 0;
    *out_ones = 0;
    if (ipcq_participants(queue, people, 16, &count) == IPCQ_OK)
        for (size_t i = 0; i < count && i < 16; ++i)
            if (people[i].alive) {
                taken += people[i].taken;
                *out_ones += people[i].pid == 1;
            }
    return taken;
}

static void a_kill_of_one_number_1_is_not_the_others_death(void **state)
{
    struct queue_fixture *fixture = *state;
    uint64_t number = 0, ones = 0;
    pid_t peers[3];
    ipcq_item told;
    for (uint64_t i = 0; i < 3; ++i)
        assert_ok(put_number(fixture->queue, i, IPCQ_NOWAIT));
    for (int i = 0; i < 3; ++i) {
        peers[i] = child_start(in_a_namespace, fixture);
        await_taken(fixture->queue, (uint64_t)i + 1);
    }
    assert_int_equal(taken_by_living(fixture->queue, &ones), 3);
    assert_int_equal(ones, 3);
    static const int order[] = {1, 0, 2}; /* the middle one first: its neighbours stay */
    for (int i = 0; i < 3; ++i) {
        child_kill(peers[order[i]]);
        assert_ok(get_number(fixture->queue, &number, &told, ipcq_deadline(60)));
        assert_int_equal(number, order[i]);
        assert_int_equal(told.deliveries, 1);
        assert_ok(ipcq_task_done(fixture->queue, IPCQ_OLDEST));
        for (int look = 0; look < 3; ++look) /* some slices more: nothing of the living comes back */
            assert_code(get_number(fixture->queue, &number, NULL, ipcq_deadline(0.06)), IPCQ_TIMEDOUT);
        assert_int_equal(taken_by_living(fixture->queue, &ones), 2 - i);
        assert_int_equal(ones, 2 - i);
    }
    assert_ok(ipcq_join(fixture->queue, ipcq_deadline(60)));
}

static int try_namespace(void *nothing)
{
    (void)nothing;
    return unshare(CLONE_NEWPID) == 0 ? 0 : 1;
}

static int skip_without_namespaces(void **state)
{
    (void)state;
    if (child_run(try_namespace, NULL) == 0)
        return 0;
    print_message("SKIP: no right to make a PID namespace\n");
    _exit(CHILD_SKIPS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        QUEUE_TEST(a_kill_of_one_number_1_is_not_the_others_death, JOINABLE),
    };
    return cmocka_run_group_tests(tests, skip_without_namespaces, NULL);
}
