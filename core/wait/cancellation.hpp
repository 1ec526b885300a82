// SPDX-License-Identifier: Apache-2.0
//
// While it lives, pthread_cancel() does not end this thread. The C border holds one around every call that may reach a
// cancellation point of the C library: open, close, fallocate, a wait. A thread that was cancelled there would leave a
// claim, a lock or a count behind. The request stays pending and acts at the caller's next cancellation point.
#pragma once

#include <pthread.h>

namespace ipcq {

class CancellationDisabled {
public:
    CancellationDisabled() noexcept { ::pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before_); }
    ~CancellationDisabled() { ::pthread_setcancelstate(before_, nullptr); }
    CancellationDisabled(const CancellationDisabled &) = delete;
    CancellationDisabled &operator=(const CancellationDisabled &) = delete;

private:
    int before_ = PTHREAD_CANCEL_ENABLE;
};

} // namespace ipcq
