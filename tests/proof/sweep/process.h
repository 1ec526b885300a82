// SPDX-License-Identifier: Apache-2.0
//
// The processes of one case. None of them is trusted to end. A wait for one lasts for a limited time, and a crash or a
// hang is an outcome like any other. The tracer itself never calls the library.
#pragma once

#include <functional>
#include <sys/types.h>

namespace sweep {

enum class Outcome { answered, ended, crashed, hung };

inline constexpr int patience_ms = 20'000; // for what takes milliseconds, on a machine that others use, too

// The child's end of the line.
struct Line {
    int orders, answers;
    char next_order() const; // 0 when there will be none
    void answer() const;
};

// A child that does what it is told, one order after the other.
class Helper {
public:
    Helper() = default;
    Helper(const Helper &) = delete;
    Helper &operator=(const Helper &) = delete;
    ~Helper() { kill(); }

    void start(const std::function<void(const Line &)> &life);
    Outcome await_answer(int limit_ms = patience_ms);
    Outcome order(char what, int limit_ms = patience_ms);
    void send(char what) const;
    Outcome await_end(int limit_ms = patience_ms);
    void stop() const; // SIGSTOP, and until it has stopped
    void go_on() const;
    void kill();
    pid_t pid() const { return pid_; }
    bool runs() const { return pid_ > 0; }

private:
    void forget();
    pid_t pid_ = 0;
    int orders_ = -1, answers_ = -1;
};

// fork() of a child that dies with us; what `life` returns is the exit code.
pid_t fork_child(const std::function<int()> &life);

// waitpid() with a limit: false if nothing happened in time.
bool wait_child(pid_t child, int &out_status, int limit_ms);

// The letter that /proc gives a process: 'S' sleeps, 'R' runs, 't' is traced and stopped.
char state_of(pid_t process);

void nap_us(long microseconds);

} // namespace sweep
