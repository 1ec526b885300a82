// SPDX-License-Identifier: Apache-2.0
#include "wait/deadline.hpp"

namespace ipcq {

Nanoseconds deadline_in(double seconds) noexcept
{
    if (!(seconds > 0)) // also NaN
        return nowait;
    if (seconds > 3e9)
        return forever;
    return now_ns() + static_cast<Nanoseconds>(seconds * 1e9);
}

} // namespace ipcq
