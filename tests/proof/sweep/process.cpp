// SPDX-License-Identifier: Apache-2.0
#include "process.h"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace sweep {

namespace {

constexpr int turn_ms = 10; // of the driver, while it waits for an answer

} // namespace

char Line::next_order() const
{
    char what = 0;
    return ::read(orders, &what, 1) == 1 ? what : '\0';
}

void Line::answer() const
{
    if (::write(answers, "!", 1) != 1)
        ::_exit(1);
}

pid_t fork_child(const std::function<int()> &life)
{
    std::fflush(nullptr);
    const pid_t parent = ::getpid(), child = ::fork();
    if (child == -1) {
        std::perror("fork");
        std::_Exit(2);
    }
    if (child != 0)
        return child;
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent)
        ::_exit(1);
    ::_exit(life());
}

bool wait_child(pid_t child, int &out_status, int limit_ms)
{
    for (long waited_us = 0, pause_us = 50; waited_us < limit_ms * 1000L; waited_us += pause_us) {
        const pid_t seen = ::waitpid(child, &out_status, WNOHANG | WUNTRACED | __WALL);
        if (seen == child || (seen == -1 && errno != EINTR))
            return true;
        pause_us = pause_us < 2000 ? pause_us + 50 : pause_us;
        nap_us(pause_us);
    }
    return false;
}

void nap_us(long microseconds)
{
    const timespec pause{microseconds / 1'000'000, microseconds % 1'000'000 * 1000};
    ::nanosleep(&pause, nullptr);
}

char state_of(pid_t process)
{
    char path[32], text[128] = {};
    std::snprintf(path, sizeof path, "/proc/%d/stat", process);
    const int file = ::open(path, O_RDONLY | O_CLOEXEC);
    if (file == -1)
        return '?';
    const ssize_t got = ::read(file, text, sizeof text - 1);
    ::close(file);
    const char *end = got > 0 ? std::strrchr(text, ')') : nullptr;
    return end != nullptr ? end[2] : '?';
}

void Helper::start(const std::function<void(const Line &)> &life)
{
    int orders[2], answers[2];
    if (::pipe2(orders, O_CLOEXEC) != 0 || ::pipe2(answers, O_CLOEXEC) != 0) {
        std::perror("pipe");
        std::_Exit(2);
    }
    pid_ = fork_child([&] {
        ::close(orders[1]);
        ::close(answers[0]);
        life(Line{orders[0], answers[1]});
        return 0;
    });
    ::close(orders[0]);
    ::close(answers[1]);
    orders_ = orders[1];
    answers_ = answers[0];
}

void Helper::send(char what) const
{
    if (::write(orders_, &what, 1) != 1)
        return; // it is gone: the process that waits for it will see
}

Outcome Helper::await_answer(int limit_ms)
{
    pollfd look{answers_, POLLIN, 0};
    // In turns, which come late on a busy machine: the helper waits for a processor as this process does.
    int seen = 0;
    for (int turns = limit_ms / turn_ms; seen == 0 && turns > 0; turns--)
        seen = ::poll(&look, 1, turn_ms);
    char byte = 0;
    if (seen == 0)
        return Outcome::hung;
    if (seen == 1 && ::read(answers_, &byte, 1) == 1)
        return Outcome::answered;
    const Outcome end = await_end(limit_ms);
    return end == Outcome::ended ? Outcome::crashed : end; // it must not end before it answered
}

Outcome Helper::order(char what, int limit_ms)
{
    send(what);
    return await_answer(limit_ms);
}

Outcome Helper::await_end(int limit_ms)
{
    send('\0');
    int status = 0;
    if (!wait_child(pid_, status, limit_ms))
        return Outcome::hung;
    forget();
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? Outcome::ended : Outcome::crashed;
}

void Helper::stop() const
{
    int status = 0;
    ::kill(pid_, SIGSTOP);
    wait_child(pid_, status, patience_ms);
}

void Helper::go_on() const { ::kill(pid_, SIGCONT); }

void Helper::kill()
{
    if (pid_ > 0) {
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
    }
    forget();
}

void Helper::forget()
{
    pid_ = 0;
    for (int *end : {&orders_, &answers_})
        if (*end >= 0) {
            ::close(*end);
            *end = -1;
        }
}

} // namespace sweep
