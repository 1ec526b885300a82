// SPDX-License-Identifier: Apache-2.0
#include "stepper.h"

#include "victim.h"

#include <csignal>
#include <cstddef>
#include <cstdint>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

namespace sweep {

namespace {

constexpr long breakpoint = 0xcc;

bool stopped_by(int status, int signal) { return WIFSTOPPED(status) && WSTOPSIG(status) == signal; }

std::uintptr_t instruction_of(pid_t child)
{
    return static_cast<std::uintptr_t>(::ptrace(PTRACE_PEEKUSER, child, offsetof(user, regs.rip), nullptr));
}

// The child was forked from us, so its code lies where ours does.
bool is_system_call(std::uintptr_t instruction)
{
    const auto *code = reinterpret_cast<const unsigned char *>(instruction);
    return code[0] == 0x0f && code[1] == 0x05;
}

bool calls_futex(pid_t child)
{
    return ::ptrace(PTRACE_PEEKUSER, child, offsetof(user, regs.rax), nullptr) == SYS_futex;
}

void kill_and_wait(pid_t &process)
{
    if (process <= 0)
        return;
    ::kill(process, SIGKILL);
    int status = 0;
    while (::waitpid(process, &status, __WALL) == process && !WIFEXITED(status) && !WIFSIGNALED(status)) {
    }
    process = 0;
}

} // namespace

bool Stepper::start(const std::function<int()> &life, bool forks)
{
    pid_ = fork_child(life);
    int status = 0;
    if (!wait_child(pid_, status, patience_ms) || !stopped_by(status, SIGSTOP))
        return false;
    const long options = PTRACE_O_EXITKILL | (forks ? PTRACE_O_TRACEFORK : 0);
    ::ptrace(PTRACE_SETOPTIONS, pid_, nullptr, options);
    ::ptrace(PTRACE_CONT, pid_, nullptr, nullptr);
    if (forks) {
        unsigned long child = 0;
        if (!wait_child(pid_, status, patience_ms) || status >> 8 != (SIGTRAP | PTRACE_EVENT_FORK << 8))
            return false;
        ::ptrace(PTRACE_GETEVENTMSG, pid_, nullptr, &child);
        parent_ = pid_;
        pid_ = static_cast<pid_t>(child);
        if (!wait_child(pid_, status, patience_ms))
            return false;
        ::ptrace(PTRACE_DETACH, parent_, nullptr, nullptr);
        ::ptrace(PTRACE_CONT, pid_, nullptr, nullptr);
    }
    if (!wait_child(pid_, status, patience_ms) || !stopped_by(status, SIGTRAP))
        return false;
    look();
    return true;
}

Step Stepper::step()
{
    const bool may_sleep = at_system_call_ && calls_futex(pid_);
    ::ptrace(PTRACE_SINGLESTEP, pid_, nullptr, nullptr);
    return wait(may_sleep, false);
}

Step Stepper::run_to(std::uintptr_t place)
{
    if (place == place_)
        return Step::done;
    const long code = ::ptrace(PTRACE_PEEKTEXT, pid_, place, nullptr);
    ::ptrace(PTRACE_POKETEXT, pid_, place, (code & ~0xffL) | breakpoint);
    run();
    const Step step = wait(false, false);
    if (step == Step::died)
        return step;
    ::ptrace(PTRACE_POKETEXT, pid_, place, code);
    if (step == Step::finished)
        return step;
    ::ptrace(PTRACE_POKEUSER, pid_, offsetof(user, regs.rip), place); // the breakpoint moved it by one
    return look();
}

Step Stepper::await_step() { return wait(false, false); }

void Stepper::run() { ::ptrace(PTRACE_CONT, pid_, nullptr, nullptr); }

Step Stepper::await_run() { return wait(true, true); }

bool Stepper::run_to_end()
{
    constexpr int looks_max = 100; // each is a fifth of a second asleep
    if (at_end_)
        return true;
    run();
    Step step = await_run();
    for (int looks = 0; step == Step::asleep && looks < looks_max; looks++)
        step = await_run();
    return step == Step::finished;
}

// A sleeper is one that /proc shows asleep several times in a row; one that runs freely sleeps in slices and for
// moments.
Step Stepper::wait(bool may_sleep, bool running)
{
    int status = 0, naps = 0;
    if (may_sleep) {
        const int enough = running ? 200 : 2;
        for (;;) {
            if (::waitpid(pid_, &status, WNOHANG | __WALL) == pid_)
                break;
            nap_us(running ? 1000 : 50);
            naps = state_of(pid_) == 'S' ? naps + 1 : 0;
            if (naps >= enough)
                return Step::asleep;
        }
    } else {
        if (::waitpid(pid_, &status, __WALL) == -1) // the worker's alarm ends a wait that does not end
            return Step::died;
    }
    if (!stopped_by(status, SIGTRAP)) {
        if (WIFEXITED(status) || WIFSIGNALED(status))
            pid_ = 0;
        return Step::died; // a crash of the library's
    }
    return look();
}

Step Stepper::look()
{
    place_ = instruction_of(pid_);
    const auto end = reinterpret_cast<std::uintptr_t>(sweep_end);
    at_end_ = place_ == end || place_ == end + 1; // before or behind the breakpoint
    if (at_end_)
        return Step::finished;
    at_system_call_ = is_system_call(place_);
    return Step::done;
}

bool Stepper::release(int &out_status)
{
    out_status = -1;
    // Behind its breakpoint, wherever it stands.
    ::ptrace(PTRACE_POKEUSER, pid_, offsetof(user, regs.rip), reinterpret_cast<std::uintptr_t>(sweep_end) + 1);
    ::ptrace(PTRACE_DETACH, pid_, nullptr, nullptr);
    int status = 0;
    if (parent_ != 0) { // whose child it is
        for (int i = 0; i < patience_ms && ::kill(pid_, 0) == 0 && state_of(pid_) != 'Z'; i++)
            nap_us(1000);
        const bool ended = state_of(pid_) == 'Z' || ::kill(pid_, 0) != 0;
        pid_ = ended ? 0 : pid_;
        kill();
        return ended;
    }
    if (!wait_child(pid_, status, patience_ms))
        return false;
    out_status = status;
    if (WIFSTOPPED(status))
        return false;
    pid_ = 0;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

void Stepper::kill_child() { kill_and_wait(pid_); }

void Stepper::kill()
{
    kill_and_wait(pid_);
    kill_and_wait(parent_);
}

} // namespace sweep
