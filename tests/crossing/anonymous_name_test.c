/*
 * The name of an anonymous queue is removed while others open the queue by it. An opener that is answered OK keeps the
 * name; one that came too late is told so.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "proof/faults/environment.h"
#include "support/await.h"
#include "support/child.h"
#include "support/hooks.h"
#include "support/items.h"
#include "support/watchdog.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Of core/layout/FORMAT.md, section 7. */
#define FIRST_SLOT_BYTE ((off_t)1 << 61)
#define REMOVAL_BYTE (FIRST_SLOT_BYTE - 1)
enum { SLOTS = 4096 };

static bool alone; /* in a /dev/shm of this program's own */
static ipcq_t *idle_queue;

/* What the processes of a test tell each other. */
struct meeting {
    char name[210], path[240];
    char point[32]; /* where the remover stops */
    struct flag *made, *close_now, *second_in, *second_close;
};

static int setup(void **state)
{
    struct meeting *meeting = mmap(NULL, sizeof *meeting, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (meeting == MAP_FAILED)
        return -1;
    meeting->made = flag_new();
    meeting->close_now = flag_new();
    meeting->second_in = flag_new();
    meeting->second_close = flag_new();
    watchdog_start(TEST_SECONDS, "anonymous_name");
    *state = meeting;
    return 0;
}

static int teardown(void **state)
{
    struct meeting *meeting = *state;
    child_kill_all();
    if (meeting->path[0] != '\0')
        unlink(meeting->path);
    flag_free(meeting->made);
    flag_free(meeting->close_now);
    flag_free(meeting->second_in);
    flag_free(meeting->second_close);
    watchdog_stop();
    return munmap(meeting, sizeof *meeting);
}

static int make(struct meeting *meeting, ipcq_t **out_queue)
{
    ipcq_t *queue = NULL;
    CHILD_CHECK(ipcq_open(&queue, NULL, NULL) == IPCQ_OK);
    CHILD_CHECK(ipcq_name(queue, meeting->name, sizeof meeting->name) == IPCQ_OK);
    snprintf(meeting->path, sizeof meeting->path, "/dev/shm/ipcq.%s", meeting->name);
    CHILD_CHECK(ipcq_put(queue, "left", 4, IPCQ_NOWAIT) == IPCQ_OK);
    *out_queue = queue;
    flag_raise(meeting->made);
    return 0;
}

/* Makes the queue, and stops while it closes it. */
static int make_and_close(void *argument)
{
    struct meeting *meeting = argument;
    ipcq_t *queue = NULL;
    CHILD_CHECK(make(meeting, &queue) == 0);
    flag_await(meeting->close_now);
    ipcq_test_stop_at(meeting->point);
    CHILD_CHECK(ipcq_close(queue) == IPCQ_OK);
    return 0;
}

static void set_point(struct meeting *meeting, const char *point)
{
    snprintf(meeting->point, sizeof meeting->point, "%s", point);
}

/* A process that closes the queue and has stopped at this point. */
static pid_t start_remover(struct meeting *meeting, const char *point)
{
    set_point(meeting, point);
    pid_t remover = child_start(make_and_close, meeting);
    flag_await(meeting->made);
    flag_raise(meeting->close_now);
    assert_true(child_wait_stopped(remover));
    return remover;
}

static bool has_its_name(const struct meeting *meeting) { return access(meeting->path, F_OK) == 0; }

static int open_by_name(const struct meeting *meeting, ipcq_t **out_queue)
{
    return ipcq_open(out_queue, meeting->name, NULL);
}

/* Does another process hold one of these bytes of the queue's file? */
static bool is_held(const struct meeting *meeting, off_t first, off_t count)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = first, .l_len = count};
    int fd = open(meeting->path, O_RDWR | O_CLOEXEC);
    bool held = fd >= 0 && fcntl(fd, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
    close(fd);
    return held;
}

/* -------------------------------------------------------------------------------------------- before the look */

static void an_opener_that_comes_before_the_look_keeps_the_name(void **state)
{
    struct meeting *meeting = *state;
    ipcq_t *queue = NULL, *second = NULL;
    char text[8];
    size_t size = 0;
    pid_t remover = start_remover(meeting, "removal_begins");
    assert_ok(open_by_name(meeting, &queue));
    assert_int_equal(child_finish(remover), 0);
    bool named = has_its_name(meeting);
    int code = open_by_name(meeting, &second);
    int got = ipcq_get(queue, text, sizeof text, &size, IPCQ_NOWAIT);
    if (code == IPCQ_OK)
        ipcq_close(second);
    ipcq_close(queue);
    assert_true(named);
    assert_ok(code);
    assert_ok(got);
    assert_false(has_its_name(meeting));
}

/* --------------------------------------------------------------------------------------------- after the look */

static int open_until_it_is_not_busy(void *argument)
{
    const struct meeting *meeting = argument;
    ipcq_t *queue = NULL;
    int code = IPCQ_BUSY;
    while (code == IPCQ_BUSY)
        code = open_by_name(meeting, &queue);
    return -code;
}

/* The remover goes on when the opener has attached, which is when both could believe that they are right. */
static void an_opener_that_comes_after_the_look_is_told_that_the_queue_is_gone(void **state)
{
    struct meeting *meeting = *state;
    pid_t remover = start_remover(meeting, "removal_decided");
    pid_t opener = child_start(open_until_it_is_not_busy, meeting);
    while (!is_held(meeting, FIRST_SLOT_BYTE, SLOTS))
        usleep(100);
    assert_int_equal(child_finish(remover), 0);
    assert_int_equal(child_wait(opener), -IPCQ_NOTFOUND);
    assert_false(has_its_name(meeting));
}

static void a_stopped_remover_is_busy_and_a_killed_one_leaves_the_queue(void **state)
{
    struct meeting *meeting = *state;
    ipcq_t *queue = NULL;
    char message[200] = "", text[8];
    size_t size = 0;
    pid_t remover = start_remover(meeting, "removal_decided");
    ipcq_options options = {.struct_size = sizeof options, .message = message, .message_capacity = sizeof message};
    int stopped = ipcq_open(&queue, meeting->name, &options);
    assert_code(stopped, IPCQ_BUSY);
    assert_null(queue);
    assert_non_null(strstr(message, "stopped"));
    child_kill(remover);
    assert_ok(open_by_name(meeting, &queue));
    int got = ipcq_get(queue, text, sizeof text, &size, IPCQ_NOWAIT);
    ipcq_close(queue);
    assert_ok(got);
    assert_int_equal(size, 4);
    assert_false(has_its_name(meeting));
}

/* --------------------------------------------------------------------------------------------- the next maker */

static int make_and_stay(void *argument)
{
    ipcq_t *queue = NULL;
    CHILD_CHECK(make(argument, &queue) == 0);
    for (;;)
        pause();
}

static int make_another(void *argument)
{
    struct meeting *meeting = argument;
    ipcq_t *queue = NULL;
    if (meeting->point[0] != '\0')
        ipcq_test_stop_at(meeting->point);
    CHILD_CHECK(ipcq_open(&queue, NULL, NULL) == IPCQ_OK && ipcq_close(queue) == IPCQ_OK);
    return 0;
}

/* A process that makes an anonymous queue removes what killed ones left, and is stopped in the middle. */
static void a_stopped_maker_that_removes_a_stale_name_is_busy(void **state)
{
    struct meeting *meeting = *state;
    ipcq_t *queue = NULL;
    if (!alone) {
        print_message("SKIP: no right to mount a /dev/shm where no other program removes stale names\n");
        skip();
    }
    pid_t last = child_start(make_and_stay, meeting);
    flag_await(meeting->made);
    child_kill(last);
    assert_true(has_its_name(meeting));
    set_point(meeting, "removal_decided");
    pid_t maker = child_start(make_another, meeting);
    assert_true(child_wait_stopped(maker));
    assert_true(is_held(meeting, REMOVAL_BYTE, 1));
    assert_code(open_by_name(meeting, &queue), IPCQ_BUSY);
    child_kill(maker);
    assert_ok(open_by_name(meeting, &queue));
    ipcq_close(queue);
    assert_false(has_its_name(meeting));
}

static int wait_idly(void *argument)
{
    struct meeting *meeting = argument;
    uint64_t size = 0;
    flag_raise(meeting->second_in);
    flag_await(meeting->second_close);
    CHILD_CHECK(has_its_name(meeting));
    CHILD_CHECK(ipcq_size(idle_queue, &size) == IPCQ_OK && size == 1);
    CHILD_CHECK(ipcq_close(idle_queue) == IPCQ_OK);
    return 0;
}

/* The forked child is no participant yet. The parent closes the queue, and another program makes an anonymous queue. */
static void an_idle_child_keeps_the_name(void **state)
{
    struct meeting *meeting = *state;
    assert_int_equal(make(meeting, &idle_queue), 0);
    pid_t child = child_start(wait_idly, meeting);
    flag_await(meeting->second_in);
    assert_ok(ipcq_close(idle_queue));
    assert_true(has_its_name(meeting));
    assert_int_equal(child_run(make_another, meeting), 0);
    assert_true(has_its_name(meeting));
    flag_raise(meeting->second_close);
    assert_int_equal(child_wait(child), 0);
    assert_false(has_its_name(meeting));
}

/* -------------------------------------------------------------------------------------------- the name is given */

static int ask_for_the_name(void *argument)
{
    struct meeting *meeting = argument;
    ipcq_test_stop_at("mode_set");
    return ipcq_name(idle_queue, meeting->name, sizeof meeting->name) == IPCQ_OK ? 0 : 1;
}

/* A child is killed when it has set the mode and not given the name. */
static void a_kill_before_the_name_leaves_a_queue_that_gets_it_later(void **state)
{
    struct meeting *meeting = *state;
    char text[8];
    size_t size = 0;
    assert_ok(ipcq_open(&idle_queue, NULL, NULL));
    assert_ok(ipcq_put(idle_queue, "left", 4, IPCQ_NOWAIT));
    pid_t child = child_start(ask_for_the_name, meeting);
    assert_true(child_wait_stopped(child));
    child_kill(child);
    assert_int_equal(meeting->name[0], '\0');
    assert_ok(ipcq_get(idle_queue, text, sizeof text, &size, IPCQ_NOWAIT));
    assert_ok(ipcq_name(idle_queue, meeting->name, sizeof meeting->name));
    snprintf(meeting->path, sizeof meeting->path, "/dev/shm/ipcq.%s", meeting->name);
    assert_true(has_its_name(meeting));
    assert_ok(ipcq_close(idle_queue));
    assert_false(has_its_name(meeting));
}

/* ----------------------------------------------------------------------------------------------- two removers */

static int open_and_close(void *argument)
{
    struct meeting *meeting = argument;
    ipcq_t *queue = NULL;
    CHILD_CHECK(open_by_name(meeting, &queue) == IPCQ_OK);
    flag_raise(meeting->second_in);
    flag_await(meeting->second_close);
    CHILD_CHECK(ipcq_close(queue) == IPCQ_OK);
    return 0;
}

/* The second leaves after the first has seen it and before the first lets the lock go. */
static void one_of_two_that_leave_at_once_removes_the_name(void **state)
{
    struct meeting *meeting = *state;
    pid_t first = start_remover(meeting, "removal_begins");
    pid_t second = child_start(open_and_close, meeting);
    flag_await(meeting->second_in);
    set_point(meeting, "removal_refused");
    child_continue(first);
    assert_true(child_wait_stopped(first));
    flag_raise(meeting->second_close);
    assert_int_equal(child_wait(second), 0);
    assert_true(has_its_name(meeting));
    assert_int_equal(child_finish(first), 0);
    assert_false(has_its_name(meeting));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_opener_that_comes_before_the_look_keeps_the_name, setup, teardown),
        cmocka_unit_test_setup_teardown(an_opener_that_comes_after_the_look_is_told_that_the_queue_is_gone, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_stopped_remover_is_busy_and_a_killed_one_leaves_the_queue, setup, teardown),
        cmocka_unit_test_setup_teardown(a_stopped_maker_that_removes_a_stale_name_is_busy, setup, teardown),
        cmocka_unit_test_setup_teardown(an_idle_child_keeps_the_name, setup, teardown),
        cmocka_unit_test_setup_teardown(a_kill_before_the_name_leaves_a_queue_that_gets_it_later, setup, teardown),
        cmocka_unit_test_setup_teardown(one_of_two_that_leave_at_once_removes_the_name, setup, teardown),
    };
    alone = geteuid() == 0 && own_shm("size=64m,mode=1777");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
