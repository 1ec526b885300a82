// SPDX-License-Identifier: Apache-2.0
//
// What an ipcq_t * is, and how calls and ipcq_close() meet.
//
// A handle is the address of a cell with the cell's generation in its low bits; cells are never freed and reused late. So
// a handle that was closed is recognised, and a call never touches a queue that is gone.
//
// A call notes its cell in its thread's record and then looks whether the cell is open; close marks the cell and then
// looks at all records. One side of this needs a fence between its two steps; close pays it for both (membarrier), so
// that a call costs two plain stores.
#pragma once

#include "ipcq.h"
#include "queue/at_once.hpp"
#include "wait/cancellation.hpp"
#include "wait/fork_epoch.hpp"

namespace ipcq {

struct alignas(64) Cell {
    std::atomic<Queue *> queue{nullptr};
    std::atomic<std::uint32_t> generation{0}; // odd while open
    std::atomic<std::uint32_t> closing{0};    // tells waits that began before the generation changed
    Cell *next_free = nullptr;
};

// One a thread, known to all closers while the thread lives.
struct ThreadRecord {
    std::atomic<Cell *> active{nullptr};
    static constexpr std::uint64_t none = UINT64_MAX; // not 0, which a child's epoch is until somebody asks for it
    std::uint64_t epoch = none;                       // of the process in which calls need no more than the store above
    std::uint64_t listed = 0;                         // of the process in whose list it stands
    ThreadRecord *previous = nullptr, *next = nullptr;
};

// Reached by one instruction: without a constructor, and in the part of thread storage that is laid out at load time.
extern constinit thread_local ThreadRecord this_thread __attribute__((tls_model("initial-exec")));

// A thread's first call in this process; or every call, each then with a fence, where the system has no membarrier. False
// if there is no memory to learn of the thread's end.
bool list_thread(ThreadRecord &record) noexcept;

// A cell before there is a queue, so that nothing can fail when there is one; nullptr if there is no memory.
Cell *take_cell() noexcept;
void return_cell(Cell *cell) noexcept;
ipcq_t *make_handle(Cell *cell, Queue *queue) noexcept;

// Waits for the handle's calls to return, closes its queue. INVALID, BADHANDLE or OK.
Code close_handle(ipcq_t *handle) noexcept;

// The presence of one call in one queue. The thread cannot be cancelled in it.
class Call {
public:
    IPCQ_INLINE explicit Call(ipcq_t *handle) noexcept
    {
        const auto bits = reinterpret_cast<std::uintptr_t>(handle);
        auto *cell = reinterpret_cast<Cell *>(bits & ~std::uintptr_t{63});
        if (cell == nullptr) [[unlikely]] {
            code_ = Code::INVALID;
            return;
        }
        // SYNC call-presence: this store, then the look at the cell; the closer's membarrier stands between its own two.
        this_thread.active.store(cell, std::memory_order_release);
        std::atomic_signal_fence(std::memory_order_seq_cst);
        if (this_thread.epoch != fork_epoch() && !list_thread(this_thread)) [[unlikely]] {
            code_ = Code::NOMEM;
            return;
        }
        if (((cell->generation.load(std::memory_order_acquire) ^ bits) & 63) != 0) [[unlikely]] {
            code_ = Code::BADHANDLE;
            return;
        }
        cell_ = cell;
        queue_ = cell->queue.load(std::memory_order_relaxed); // ordered by the generation
    }
    // SYNC call-presence: release, what the call did with the queue comes before its end.
    IPCQ_INLINE ~Call() { this_thread.active.store(nullptr, std::memory_order_release); }
    Call(const Call &) = delete;
    Call &operator=(const Call &) = delete;

    Code code() const { return code_; }
    Queue *operator->() const { return queue_; }
    WaitLimits limits(Nanoseconds deadline) const { return {deadline, nullptr, &cell_->closing, false}; }

private:
    const CancellationDisabled whole_;
    Cell *cell_ = nullptr;
    Queue *queue_ = nullptr;
    Code code_ = Code::OK;
};

// The same where nothing is in the way: a thread that has called in this process, an open handle, a queue that is kept here.
// It makes no call, and reaches no cancellation point of the C library. Else here() is nullptr, and a Call finds out why.
//
// A rare case leaves the function of the usual one by its last jump, so that the usual one saves no registers. The presence goes
// along: hand_over() before the jump, Entered behind it.
class UsualCall {
public:
    struct Entered {};
    IPCQ_INLINE explicit UsualCall(ipcq_t *handle) noexcept
    {
        const auto bits = reinterpret_cast<std::uintptr_t>(handle);
        auto *cell = reinterpret_cast<Cell *>(bits & ~std::uintptr_t{63});
        if (cell == nullptr) [[unlikely]]
            return;
        this_thread.active.store(cell, std::memory_order_release); // SYNC call-presence
        std::atomic_signal_fence(std::memory_order_seq_cst);
        epoch_ = fork_epoch_if_known();
        if (this_thread.epoch == epoch_ && ((cell->generation.load(std::memory_order_acquire) ^ bits) & 63) == 0)
            [[likely]]
            here_ = SharedQueue::of(cell->queue.load(std::memory_order_relaxed));
    }
    // Goes on with a call whose presence was handed over.
    IPCQ_INLINE UsualCall(ipcq_t *handle, Entered) noexcept
        : here_(static_cast<SharedQueue *>(
              reinterpret_cast<Cell *>(reinterpret_cast<std::uintptr_t>(handle) & ~std::uintptr_t{63})
                  ->queue.load(std::memory_order_relaxed)))
    {}
    IPCQ_INLINE ~UsualCall()
    {
        if (!handed_over_)
            this_thread.active.store(nullptr, std::memory_order_release); // SYNC call-presence
    }
    UsualCall(const UsualCall &) = delete;
    UsualCall &operator=(const UsualCall &) = delete;

    SharedQueue *here() const { return here_; }
    std::uint64_t epoch() const { return epoch_; } // of this process
    void hand_over() { handed_over_ = true; }

private:
    SharedQueue *here_ = nullptr;
    std::uint64_t epoch_ = 0;
    bool handed_over_ = false;
};

} // namespace ipcq
