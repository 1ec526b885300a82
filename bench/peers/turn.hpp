// SPDX-License-Identifier: Apache-2.0
//
// What a structure that cannot wait does when it is full or empty: it gives the processor away, as the documentation of each
// shows it. Where round trips are measured it looks again at once, and gives way now and then, lest one core starve.
#pragma once

#include <sched.h>

namespace bench {

inline void pause_processor()
{
#if defined __x86_64__ || defined __i386__
    __builtin_ia32_pause();
#elif defined __aarch64__
    asm volatile("yield");
#endif
}

class Turn {
public:
    explicit Turn(bool spinning) : spinning_(spinning) {}
    void operator()()
    {
        if (spinning_ && ++looks_ % looks_before_yield != 0)
            pause_processor();
        else
            sched_yield();
    }

private:
    static constexpr unsigned looks_before_yield = 1024;
    bool spinning_;
    unsigned looks_ = 0;
};

} // namespace bench
