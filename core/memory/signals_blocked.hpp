// SPDX-License-Identifier: Apache-2.0
//
// While it lives, no signal handler runs in this thread. A handler may close any descriptor and use its number for another
// file, between the look at a number and the call that changes the file behind it. It may also fork.
//
// Signals that the thread raises by its own instructions are left alone. A blocked fault would end the process, and a
// sandbox may carry out system calls in a handler of SIGSYS.
#pragma once

#include <csignal>
#include <initializer_list>
#include <pthread.h>

namespace ipcq {

class SignalsBlocked {
public:
    SignalsBlocked() noexcept { block(before_); }
    ~SignalsBlocked() { restore(before_); }
    SignalsBlocked(const SignalsBlocked &) = delete;
    SignalsBlocked &operator=(const SignalsBlocked &) = delete;

    // The two halves, where they lie in different functions.
    static void block(sigset_t &out_before) noexcept
    {
        sigset_t asynchronous;
        ::sigfillset(&asynchronous);
        for (const int own : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS})
            ::sigdelset(&asynchronous, own);
        ::pthread_sigmask(SIG_BLOCK, &asynchronous, &out_before);
    }
    static void restore(const sigset_t &before) noexcept { ::pthread_sigmask(SIG_SETMASK, &before, nullptr); }

private:
    sigset_t before_;
};

} // namespace ipcq
