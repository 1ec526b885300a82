// SPDX-License-Identifier: Apache-2.0
//
// While it lives, no signal handler runs in this thread. A handler may close any descriptor and use its number for another
// file: between the look at whose a number is and the call that changes what is behind it, that must not happen. Nothing
// that may fault belongs inside, since a blocked fault ends the process.
#pragma once

#include <csignal>
#include <pthread.h>

namespace ipcq {

class SignalsBlocked {
public:
    SignalsBlocked() noexcept
    {
        sigset_t all;
        ::sigfillset(&all);
        ::pthread_sigmask(SIG_SETMASK, &all, &before_);
    }
    ~SignalsBlocked() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
    SignalsBlocked(const SignalsBlocked &) = delete;
    SignalsBlocked &operator=(const SignalsBlocked &) = delete;

private:
    sigset_t before_;
};

} // namespace ipcq
