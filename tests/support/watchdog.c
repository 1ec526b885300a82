/* SPDX-License-Identifier: Apache-2.0 */
#include "watchdog.h"

#include "child.h"
#include "queue_fixture.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static char place[512];

static void say(const char *text)
{
    ssize_t ignored = write(STDERR_FILENO, text, strlen(text));
    (void)ignored;
}

static void on_alarm(int signal_number)
{
    (void)signal_number;
    say("watchdog: stuck in ");
    say(place);
    say("\n");
    child_kill_all();
    queue_fixture_remove_all();
    _exit(1);
}

void watchdog_start(unsigned seconds, const char *test)
{
    struct sigaction action = {.sa_handler = on_alarm};
    snprintf(place, sizeof place, "%s", test);
    sigaction(SIGALRM, &action, NULL);
    alarm(seconds);
}

void watchdog_stop(void) { alarm(0); }

void watchdog_step(const char *file, int line, const char *step)
{
    snprintf(place, sizeof place, "%s:%d: %s", file, line, step);
}
