/* SPDX-License-Identifier: Apache-2.0
 *
 * Which SIGBUS the guard takes and which it passes on. Each test asks for the guard in a child: one that SIGBUS killed
 * answers -SIGBUS. */
#include "support/child.h"
#include "support/items.h"
#include "support/object.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { PAGE = 4096 };

/* A child opens the queue itself: an unguarded handle of the test could not be closed after the cut. */
static int open_and_cut(struct queue_fixture *fixture)
{
    CHILD_CHECK(ipcq_open(&fixture->queue, fixture->name, NULL) == IPCQ_OK);
    CHILD_CHECK(object_truncate(fixture->path, 0) == 0);
    return 0;
}

static int put(struct queue_fixture *fixture) { return ipcq_put(fixture->queue, "item", 4, IPCQ_NOWAIT); }

static int touch_unguarded(void *argument)
{
    struct queue_fixture *fixture = argument;
    signal(SIGBUS, SIG_DFL);
    CHILD_CHECK(open_and_cut(fixture) == 0);
    return put(fixture);
}

static void without_the_guard_a_cut_kills(void **state)
{
    assert_int_equal(child_run(touch_unguarded, *state), -SIGBUS);
}

/* A page of ours that raises SIGBUS, at the address if it is not NULL. */
static char *missing_page(void *address)
{
    int file = memfd_create("cut", MFD_CLOEXEC);
    char *page =
        mmap(address, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | (address != NULL ? MAP_FIXED_NOREPLACE : 0), file, 0);
    close(file);
    return page;
}

static volatile sig_atomic_t seen;
static void *volatile seen_address;

static void on_bus_error(int signal_number, siginfo_t *info, void *context)
{
    (void)signal_number, (void)context;
    seen++;
    seen_address = info->si_addr;
    mmap(info->si_addr, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
}

static void on_sent(int signal_number)
{
    (void)signal_number;
    seen++;
}

static int handled_by_the_program(void *argument)
{
    struct queue_fixture *fixture = argument;
    struct sigaction action = {.sa_sigaction = on_bus_error, .sa_flags = SA_SIGINFO};
    CHILD_CHECK(sigaction(SIGBUS, &action, NULL) == 0);
    CHILD_CHECK(ipcq_guard_truncation() == IPCQ_OK);
    char *page = missing_page(NULL);
    *(volatile char *)page = 1;
    CHILD_CHECK(seen == 1 && seen_address == page && *page == 1);
    CHILD_CHECK(open_and_cut(fixture) == 0);
    CHILD_CHECK(put(fixture) == IPCQ_CORRUPT && seen == 1);
    return 0;
}

static void another_fault_goes_to_the_handler_that_was_there(void **state)
{
    assert_int_equal(child_run(handled_by_the_program, *state), 0);
}

static int handled_once(void *argument)
{
    (void)argument;
    struct sigaction action = {.sa_handler = on_sent, .sa_flags = (int)SA_RESETHAND};
    CHILD_CHECK(sigaction(SIGBUS, &action, NULL) == 0);
    CHILD_CHECK(ipcq_guard_truncation() == IPCQ_OK);
    raise(SIGBUS);
    CHILD_CHECK(seen == 1);
    raise(SIGBUS);
    return 0;
}

static void a_handler_for_one_signal_is_called_once(void **state)
{
    assert_int_equal(child_run(handled_once, *state), -SIGBUS);
}

static int fault_by_default(void *argument)
{
    signal(SIGBUS, *(void (**)(int))argument);
    CHILD_CHECK(ipcq_guard_truncation() == IPCQ_OK);
    return *(volatile char *)missing_page(NULL);
}

static int send_by_default(void *argument)
{
    signal(SIGBUS, *(void (**)(int))argument);
    CHILD_CHECK(ipcq_guard_truncation() == IPCQ_OK);
    raise(SIGBUS);
    return 0;
}

static void another_sigbus_still_kills(void **state)
{
    void (*by_default)(int) = SIG_DFL, (*ignored)(int) = SIG_IGN;
    (void)state;
    assert_int_equal(child_run(fault_by_default, &by_default), -SIGBUS);
    assert_int_equal(child_run(send_by_default, &by_default), -SIGBUS);
    assert_int_equal(child_run(fault_by_default, &ignored), -SIGBUS); /* the kernel lets nobody ignore a fault */
    assert_int_equal(child_run(send_by_default, &ignored), 0);
}

static int asked_twice(void *argument)
{
    struct queue_fixture *fixture = argument;
    struct sigaction first, second;
    CHILD_CHECK(ipcq_guard_truncation() == IPCQ_OK);
    CHILD_CHECK(sigaction(SIGBUS, NULL, &first) == 0);
    CHILD_CHECK(ipcq_guard_truncation() == IPCQ_OK);
    CHILD_CHECK(sigaction(SIGBUS, NULL, &second) == 0);
    CHILD_CHECK(first.sa_sigaction == second.sa_sigaction);
    CHILD_CHECK(open_and_cut(fixture) == 0 && put(fixture) == IPCQ_CORRUPT);
    signal(SIGBUS, SIG_DFL);
    CHILD_CHECK(ipcq_guard_truncation() == IPCQ_OK);
    CHILD_CHECK(sigaction(SIGBUS, NULL, &second) == 0);
    CHILD_CHECK(second.sa_handler == SIG_DFL); /* the one that takes it away decides last */
    return 0;
}

static void asking_twice_changes_nothing(void **state) { assert_int_equal(child_run(asked_twice, *state), 0); }

static void *address_of(const char *path)
{
    char line[512];
    unsigned long begin = 0;
    FILE *maps = fopen("/proc/self/maps", "r");
    while (begin == 0 && fgets(line, sizeof line, maps) != NULL)
        if (strstr(line, path) != NULL)
            begin = strtoul(line, NULL, 16);
    fclose(maps);
    return (void *)begin;
}

static int fault_at_the_parents_address(void *argument)
{
    char *page = missing_page(argument);
    CHILD_CHECK(page == argument);
    signal(SIGBUS, SIG_DFL);
    ipcq_guard_truncation();
    return *(volatile char *)page;
}

static void the_parents_mappings_mean_nothing_in_a_child(void **state)
{
    struct queue_fixture *fixture = *state;
    ipcq_t *again = queue_open_again(fixture);
    void *address = address_of(fixture->path);
    assert_ok(ipcq_close(again));
    assert_non_null(address);
    assert_int_equal(child_run(fault_at_the_parents_address, address), -SIGBUS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        NAME_TEST(without_the_guard_a_cut_kills),
        NAME_TEST(another_fault_goes_to_the_handler_that_was_there),
        NAME_TEST(a_handler_for_one_signal_is_called_once),
        NAME_TEST(another_sigbus_still_kills),
        NAME_TEST(asking_twice_changes_nothing),
        QUEUE_TEST(the_parents_mappings_mean_nothing_in_a_child, PLAIN),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
