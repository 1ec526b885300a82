/*
 * A process enters the slot of a dead participant and is stopped before it has locked the slot's byte. A reaper asks
 * just then, and finds that slot without a living participant. Whatever the reaper does later, the entrant keeps its
 * items and its slot.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "support/await.h"
#include "support/child.h"
#include "support/hooks.h"
#include "support/items.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

static const off_t first_byte = (off_t)1 << 61; /* of the participants: core/layout/FORMAT.md, section 7 */
enum { SLOTS = 4096 };

static bool stop_before_the_byte;

/* The library's call that locks the byte of a participant stops this process before it is made. */
int fcntl(int fd, int command, ...)
{
    static int (*real)(int, int, ...);
    va_list list;
    va_start(list, command);
    void *argument = va_arg(list, void *);
    va_end(list);
    if (real == NULL)
        *(void **)&real = dlsym(RTLD_NEXT, "fcntl");
    if (stop_before_the_byte && command == F_OFD_SETLK) {
        const struct flock *lock = argument;
        if (lock->l_type == F_WRLCK && lock->l_start >= first_byte && lock->l_start < first_byte + SLOTS) {
            stop_before_the_byte = false;
            raise(SIGSTOP);
        }
    }
    return real(fd, command, argument);
}

static int enter_and_die(void *queue)
{
    uint64_t items = 0;
    CHILD_CHECK(ipcq_size(queue, &items) == IPCQ_OK);
    raise(SIGKILL);
    return 0;
}

static int reap_and_stop(void *queue)
{
    uint64_t items = 0;
    CHILD_CHECK(ipcq_size(queue, &items) == IPCQ_OK); /* a slot of its own first */
    raise(SIGSTOP);
    ipcq_test_stop_at("reaping");
    CHILD_CHECK(ipcq_join(queue, IPCQ_NOWAIT) == IPCQ_TIMEDOUT);
    return 0;
}

static bool is_listed(ipcq_t *queue)
{
    ipcq_participant all[8];
    size_t count = 0;
    bool self = false;
    if (ipcq_participants(queue, all, 8, &count) != IPCQ_OK)
        return false;
    for (size_t i = 0; i < count && i < 8; ++i)
        self = self || all[i].self;
    return self;
}

static struct flag *reaped;

static int enter_and_take(void *queue)
{
    uint64_t number = 0;
    ipcq_item item;
    stop_before_the_byte = true;
    CHILD_CHECK(ipcq_size(queue, &number) == IPCQ_OK); /* it enters */
    raise(SIGSTOP);
    CHILD_CHECK(get_number(queue, &number, &item, IPCQ_NOWAIT) == IPCQ_OK && number == 7 && item.deliveries == 0);
    raise(SIGSTOP);
    flag_await(reaped);
    CHILD_CHECK(is_listed(queue));
    return ipcq_task_done(queue, item.ticket);
}

static pid_t entrant, reaper;

static void continue_to_next_stop(pid_t child)
{
    child_continue(child);
    assert_true(child_wait_stopped(child));
}

/* Afterwards the entrant stands between the generation and the byte, and the reaper has asked for its slot. */
static void bring_both_there(ipcq_t *queue)
{
    assert_ok(put_number(queue, 7, IPCQ_NOWAIT));
    reaper = child_start(reap_and_stop, queue);
    assert_true(child_wait_stopped(reaper));
    child_wait(child_start(enter_and_die, queue));
    reaped = flag_new();
    entrant = child_start(enter_and_take, queue);
    assert_true(child_wait_stopped(entrant));
    child_continue(reaper);
    assert_true(child_wait_stopped(reaper));
}

static void an_entrant_that_took_meanwhile_keeps_its_item(void **state)
{
    struct queue_fixture *fixture = *state;
    uint64_t number = 0;
    bring_both_there(fixture->queue);
    continue_to_next_stop(entrant); /* inside */
    continue_to_next_stop(entrant); /* with the item */
    assert_int_equal(child_finish(reaper), 0);
    assert_code(get_number(fixture->queue, &number, NULL, IPCQ_NOWAIT), IPCQ_EMPTY);
    child_continue(entrant);
    flag_raise(reaped);
    assert_int_equal(child_wait(entrant), 0);
    flag_free(reaped);
    assert_ok(ipcq_join(fixture->queue, IPCQ_FOREVER));
}

static void what_it_takes_later_comes_back_when_it_dies(void **state)
{
    struct queue_fixture *fixture = *state;
    uint64_t number = 0;
    ipcq_item item;
    bring_both_there(fixture->queue);
    continue_to_next_stop(entrant); /* inside */
    assert_int_equal(child_finish(reaper), 0);
    continue_to_next_stop(entrant); /* with the item */
    child_kill(entrant);
    flag_free(reaped);
    assert_ok(get_number(fixture->queue, &number, &item, IPCQ_FOREVER));
    assert_int_equal(item.deliveries, 1);
    assert_ok(ipcq_task_done(fixture->queue, item.ticket));
    assert_ok(ipcq_join(fixture->queue, IPCQ_FOREVER));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        QUEUE_TEST(an_entrant_that_took_meanwhile_keeps_its_item, JOINABLE, .max_participants = 3),
        QUEUE_TEST(what_it_takes_later_comes_back_when_it_dies, JOINABLE, .max_participants = 3),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
