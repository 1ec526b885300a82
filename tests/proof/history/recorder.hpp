// SPDX-License-Identifier: Apache-2.0
//
// Writes one worker's log. At whatever instruction the worker is killed, the log is true: the call that it was in is
// pending.
#pragma once

#include "board.hpp"

#include <ctime>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace history {

inline std::int64_t now_ns()
{
    timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
#if defined(__x86_64__)
    _mm_lfence(); // what follows begins when the clock was read, not while
#else
    std::atomic_thread_fence(std::memory_order_seq_cst);
#endif
    return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

class Recorder {
public:
    Recorder(const Board &board, unsigned worker, std::uint32_t life)
        : log_(board.log(worker)), count_(board.signals().count[worker]), max_(board.operations_max()), life_(life)
    {}

    bool full() const { return count_.load(std::memory_order_relaxed) + slack >= max_; }

    // The call is about to be made.
    void begin(Kind kind, std::uint64_t value = 0, unsigned deliveries = 0)
    {
        const std::uint64_t index = count_.load(std::memory_order_relaxed);
        now_ = &log_[index];
        *now_ = {value, now_ns(), 0, life_, kind, static_cast<std::uint8_t>(deliveries), 0};
        count_.store(index + 1, std::memory_order_release);
        std::atomic_signal_fence(std::memory_order_seq_cst);
    }

    // The same for one that may put values[0], values[1], ... or, if nullptr, take so many: an operation each.
    void begin_batch(Kind kind, const std::uint64_t *values, unsigned count)
    {
        const std::uint64_t index = count_.load(std::memory_order_relaxed);
        const std::int64_t invoked = now_ns();
        now_ = &log_[index];
        for (unsigned i = 0; i < count; i++)
            now_[i] = {values != nullptr ? values[i] : 0, invoked, 0, life_, kind, 0, 0};
        count_.store(index + count, std::memory_order_release);
        std::atomic_signal_fence(std::memory_order_seq_cst);
    }
    // Only the first `count` of them have happened.
    void shrink_to(unsigned count)
    {
        count_.store(static_cast<std::uint64_t>(now_ - log_) + count, std::memory_order_release);
    }
    void next() { now_++; }
    std::int64_t so_far_ns() const { return now_ns() - now_->invoked_ns; }

    // It has answered; what the log says of it now is final.
    void end(Kind kind, std::uint64_t value, unsigned deliveries = 0)
    {
        const std::int64_t responded = now_ns();
        if (kind != Kind::get) // a pending put and get keep what they may have done
            now_->kind = kind;
        now_->value = value;
        now_->deliveries = static_cast<std::uint8_t>(deliveries);
        std::atomic_ref(now_->responded_ns).store(responded, std::memory_order_release);
    }
    void end() { end(now_->kind, now_->value, now_->deliveries); }

    // It answered nothing that could be checked.
    void forget() { shrink_to(0); }

private:
    static constexpr std::uint64_t slack = 64; // for what must be finished although the log is full

    Operation *log_, *now_ = nullptr;
    std::atomic<std::uint64_t> &count_;
    std::uint64_t max_;
    std::uint32_t life_;
};

} // namespace history
