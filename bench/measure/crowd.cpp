// SPDX-License-Identifier: Apache-2.0
#include "measure/crowd.hpp"
#include "measure/conditions.hpp"
#include "peers/require.hpp"

#include <algorithm>
#include <csignal>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace bench {

namespace {

constexpr unsigned watchdog_s = 30;     // a queue that lost an item waits for ever
constexpr useconds_t settle_us = 2'000; // from "ready" to asleep in read()

struct Pipe {
    int read_end, write_end;
    Pipe()
    {
        int ends[2];
        require(pipe(ends) == 0, "pipe");
        read_end = ends[0];
        write_end = ends[1];
    }
};

[[noreturn]] void live(const Member &member, Placement placement, Stamp &stamp, Pipe ready, Pipe gate)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    close(gate.write_end);
    place(placement, member.role);
    member.enter();
    char byte = 0;
    require(write(ready.write_end, &byte, 1) == 1, "write");
    close(ready.write_end);
    require(read(gate.read_end, &byte, 1) == 0, "read"); // the end of the pipe is the sign
    member.work(stamp);
    stamp.finished_ns = now_ns();
    stamp.migrations = own_migrations();
    member.leave();
    _exit(0);
}

// Ends the wait in the parent, which then ends the members. No SA_RESTART: that is all it is for.
class Watchdog {
public:
    Watchdog()
    {
        struct sigaction action = {};
        action.sa_handler = [](int) {};
        require(sigaction(SIGALRM, &action, &before_) == 0, "sigaction");
        alarm(watchdog_s);
    }
    ~Watchdog()
    {
        alarm(0);
        sigaction(SIGALRM, &before_, nullptr);
    }
    Watchdog(const Watchdog &) = delete;
    Watchdog &operator=(const Watchdog &) = delete;

private:
    struct sigaction before_;
};

bool everybody_is_ready(int read_end, std::size_t members)
{
    char bytes[64];
    for (std::size_t seen = 0; seen < members;) {
        const ssize_t got = read(read_end, bytes, sizeof bytes);
        if (got <= 0) // the watchdog, or somebody died and nobody holds the other end any more
            return false;
        seen += static_cast<std::size_t>(got);
    }
    return true;
}

} // namespace

Outcome run(const std::vector<Member> &members, Placement placement)
{
    SharedMemory memory(members.size() * sizeof(Stamp));
    Stamp *stamps = memory.as<Stamp>();
    const Pipe ready, gate;
    std::vector<pid_t> children;
    const Watchdog watchdog;
    std::fflush(nullptr);
    for (std::size_t i = 0; i < members.size(); i++) {
        const pid_t child = fork();
        require(child >= 0, "fork");
        if (child == 0)
            live(members[i], placement, stamps[i], ready, gate);
        children.push_back(child);
    }
    close(ready.write_end);
    bool failed = !everybody_is_ready(ready.read_end, members.size());
    usleep(settle_us);
    const std::int64_t begin_ns = now_ns();
    close(gate.write_end);
    while (!children.empty()) {
        if (failed) // the others may wait for what one did not do
            for (const pid_t child : children)
                kill(child, SIGKILL);
        int status = 0;
        const pid_t ended = waitpid(0, &status, 0); // of this process group
        failed = failed || ended < 0 || status != 0;
        std::erase(children, ended);
    }
    close(ready.read_end);
    close(gate.read_end);
    Outcome outcome{0, {stamps, stamps + members.size()}, failed};
    for (const Stamp &stamp : outcome.stamps) {
        outcome.elapsed_ns = std::max(outcome.elapsed_ns, stamp.finished_ns - begin_ns);
        add_migrations(stamp.migrations);
    }
    return outcome;
}

} // namespace bench
