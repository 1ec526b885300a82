/* SPDX-License-Identifier: Apache-2.0 */
#include "stepper.h"

#include <errno.h>
#include <linux/futex.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

void stepper_begin(void)
{
    ptrace(PTRACE_TRACEME, 0, NULL, NULL);
    kill(getpid(), SIGSTOP);
}

static bool stopped(pid_t child)
{
    int status = 0;
    while (waitpid(child, &status, 0) == -1)
        if (errno != EINTR)
            return false;
    return WIFSTOPPED(status);
}

bool stepper_meet(pid_t child) { return stopped(child); }

static bool is_futex_wait(unsigned long number, unsigned long operation)
{
    const unsigned long command = operation & (unsigned long)FUTEX_CMD_MASK;
    return number == SYS_futex && (command == FUTEX_WAIT || command == FUTEX_WAIT_BITSET);
}

static bool stands_before_sleep(pid_t child)
{
    struct user_regs_struct registers;
    if (ptrace(PTRACE_GETREGS, child, NULL, &registers) != 0 || !is_futex_wait(registers.rax, registers.rsi))
        return false;
    const long code = ptrace(PTRACE_PEEKTEXT, child, registers.rip, NULL);
    return (code & 0xffff) == 0x050f; /* syscall */
}

enum step stepper_step(pid_t child)
{
    if (stands_before_sleep(child))
        return STEP_SLEEPS;
    if (ptrace(PTRACE_SINGLESTEP, child, NULL, NULL) != 0 || !stopped(child))
        return STEP_ENDED;
    return STEP_DONE;
}

bool stepper_run_to_sleep(pid_t child)
{
    struct user_regs_struct registers;
    do
        if (ptrace(PTRACE_SYSCALL, child, NULL, NULL) != 0 || !stopped(child) ||
            ptrace(PTRACE_GETREGS, child, NULL, &registers) != 0)
            return false;
    while ((long)registers.rax != -ENOSYS || !is_futex_wait(registers.orig_rax, registers.rsi)); /* ENOSYS: it enters */
    return true;
}

static bool sleeps(pid_t child)
{
    char path[64], line[256] = "";
    snprintf(path, sizeof path, "/proc/%d/stat", (int)child);
    FILE *file = fopen(path, "r");
    if (file == NULL)
        return false;
    const char *text = fgets(line, sizeof line, file);
    fclose(file);
    const char *end = text != NULL ? strrchr(text, ')') : NULL;
    return end != NULL && end[1] == ' ' && end[2] == 'S';
}

bool stepper_sleep(pid_t child)
{
    if (ptrace(PTRACE_SYSCALL, child, NULL, NULL) != 0)
        return false;
    while (!sleeps(child)) {
        siginfo_t info = {0}; /* it may have come out again: the value had changed, or the slice was short */
        if (waitid(P_PID, (id_t)child, &info, WEXITED | WSTOPPED | WNOHANG | WNOWAIT) != 0 || info.si_pid != 0)
            return true;
        nanosleep(&(struct timespec){0, 20000}, NULL);
    }
    return true;
}

bool stepper_wake(pid_t child) { return stopped(child); }

void stepper_release(pid_t child) { ptrace(PTRACE_DETACH, child, NULL, NULL); }
