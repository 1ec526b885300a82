// SPDX-License-Identifier: Apache-2.0
#include "crew.hpp"

#include "recorder.hpp"
#include "support/random.h"

#include <csignal>
#include <cstdlib>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

namespace history {

namespace {

volatile pid_t process[workers_max]; // 0: none; a watchdog looks at it

} // namespace

Crew::Crew(const Board &board, const Plan &plan, std::string queue, std::uint64_t seed, Findings &findings)
    : board_(board), plan_(plan), queue_(std::move(queue)), seed_(seed), findings_(findings)
{}

Crew::~Crew()
{
    kill_all();
    for (volatile pid_t &child : process) {
        if (child > 0)
            waitpid(child, nullptr, 0);
        child = 0;
    }
}

void Crew::kill_all()
{
    for (const volatile pid_t &child : process)
        if (child > 0)
            kill(child, SIGKILL);
}

std::uint64_t Crew::dice() { return random_next(&seed_); }

Worker Crew::next(unsigned index)
{
    life_[index] = static_cast<std::uint32_t>(lives_.size());
    lives_.emplace_back();
    return {&board_, &plan_, queue_, index, life_[index], dice()};
}

Worker Crew::parent() { return next(workers_max - 1); }

void Crew::start(unsigned index)
{
    const Worker worker = next(index);
    const pid_t child = fork();
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        for (const int signal_number : {SIGALRM, SIGTERM, SIGINT})
            signal(signal_number, SIG_DFL);
        _exit(work(worker));
    }
    if (child < 0) {
        findings_.add("run", "fork failed");
        std::exit(2);
    }
    process[index] = child;
}

void Crew::kill_and_replace(unsigned index)
{
    Life &life = lives_[life_[index]];
    int status = 0;
    life.killed_ns = now_ns();
    kill(process[index], SIGKILL);
    waitpid(process[index], &status, 0);
    process[index] = 0;
    life.gone_ns = now_ns();
    if (WIFSIGNALED(status) == 0 && WEXITSTATUS(status) != 0)
        findings_.add("run", "worker %u ended by itself with %d", index, WEXITSTATUS(status));
    kills_++;
    start(index);
}

void Crew::wait(unsigned first, unsigned count)
{
    for (unsigned index = first; index < first + count; index++) {
        int status = 0;
        waitpid(process[index], &status, 0);
        process[index] = 0;
        if (status != 0)
            findings_.add("run", "worker %u ended with status %d", index, status);
    }
}

} // namespace history
