// SPDX-License-Identifier: Apache-2.0
//
// A queue in shared memory, as one handle of one process sees it: the log, who waits for it, and this handle's place as a
// participant. Composition only; the log moves items, this decides when to wait, whom to wake and when to clean up.
#pragma once

#include "memory/object.hpp"
#include "queue/pending_wakeup.hpp"
#include "queue/lease_table.hpp"
#include "queue/listed_handle.hpp"
#include "queue/queue.hpp"
#include "queue/reservation_table.hpp"
#include "wait/fork_epoch.hpp"
#include "wait/inherited_access.hpp"
#include "wait/adaptive_spin.hpp"

namespace ipcq {

// How the usual case of a call ended. `locked`: nothing has changed, and this thread holds the lock of its end.
// `not_begun`: nothing has changed, or the file was cut meanwhile.
enum class Usual { done, locked, not_begun };

class SharedQueue final : public Queue {
public:
    SharedQueue() : Queue(true) {}
    // What the queue is if it is kept in shared memory, else nullptr.
    static SharedQueue *of(Queue *queue) { return queue->is_shared() ? static_cast<SharedQueue *>(queue) : nullptr; }

    // name == nullptr: anonymous.
    static Code open(const char *name, const Options &options, SharedQueue *&out_queue, ErrorDetail &detail) noexcept;
    static Code unlink(const char *name) noexcept;

    // at_once.hpp, the usual case. `epoch` is the process that calls (fork_epoch), which must be attached. `receive` is
    // called with the Item.
    template <std::uint64_t size_max>
    IPCQ_INLINE Usual put_at_once(std::uint64_t epoch, const Message &message) noexcept;
    template <class Receive> IPCQ_INLINE Usual get_at_once(const TakeRequest &request, Receive receive) noexcept;
    template <std::uint64_t size_max, class Receive>
    IPCQ_INLINE Usual get_locked(const TakeRequest &request, Receive receive) noexcept;
    template <class Receive> IPCQ_INLINE Usual lease_at_once(const TakeRequest &request, Receive receive) noexcept;
    void unlock_tail() noexcept { log_.unlock_tail(); }
    void unlock_head() noexcept { log_.unlock_head(); }
    bool is_joinable() const noexcept { return geometry_.joinable; }
    // SYNC attached: acquire; the log of this process was opened before its epoch was stored.
    bool is_attached(std::uint64_t epoch) const noexcept { return epoch_.load(acquire) == epoch; }
    // task_done in its usual case: these three, and after_finish() if the third answers false. False from the first:
    // nothing has changed.
    IPCQ_INLINE bool end_lease_at_once(std::uint64_t ticket, std::uint64_t &out_offset) noexcept;
    IPCQ_INLINE Code finish_record(std::uint64_t offset) noexcept;
    IPCQ_INLINE bool ends_after_finish() const noexcept;
    Code after_finish(Code code) noexcept;

    Code put(const Message &message, const WaitLimits &limits) noexcept override;
    Code get(const TakeRequest &request, const WaitLimits &limits, Item &out_item) noexcept override;
    Code put_many(const Message *messages, std::uint64_t count, const WaitLimits &limits,
                  std::uint64_t &out_count) noexcept override;
    Code get_many(const TakeRequest &request, const WaitLimits &limits, View *views, std::uint64_t count,
                  std::uint64_t &out_count) noexcept override;
    Code reserve(std::uint64_t size, const WaitLimits &limits, void *&out_data) noexcept override;
    Code commit(const Message &reserved, const WaitLimits &limits) noexcept override;
    Code abandon(const void *reserved) noexcept override;
    Code borrow(std::uint64_t accept, const WaitLimits &limits, View &out_view) noexcept override;
    Code release_view(std::uint64_t ticket) noexcept override;
    Code finish(std::uint64_t ticket) noexcept override;
    Code give_back(std::uint64_t ticket) noexcept override;
    Code join(const WaitLimits &limits) noexcept override;
    Code shutdown(std::uint32_t mode) noexcept override;
    Code size(std::uint64_t &out_items) noexcept override;
    Code full(bool &out_full) noexcept override;
    Code statistics(Statistics &out) noexcept override;
    Code participants(ParticipantReport *array, std::size_t capacity, std::size_t &out_count) noexcept override;
    const char *name() const noexcept override { return name_.text; }
    Code publish() noexcept override;
    void describe(int code, char *buffer, std::size_t capacity) noexcept override;
    void wake_for_close() noexcept override;
    void close() noexcept override;

    // leave.cpp; in the child of a fork(), and at the end of the process.
    static void before_fork() noexcept;
    static void after_fork() noexcept;
    static void begin_child() noexcept;
    static void remove_names_at_exit() noexcept;

private:
    // at_once.hpp: what get() and so on do between entering and leaving.
    IPCQ_INLINE bool may_take_at_once() noexcept;
    // attempt.hpp: the loops around them, and what follows.
    template <class Attempt> IPCQ_INLINE Code until_room(const WaitLimits &limits, Attempt attempt) noexcept;
    template <class Attempt> IPCQ_INLINE Code until_item(const WaitLimits &limits, Attempt attempt) noexcept;
    IPCQ_INLINE bool look_is_due() noexcept;
    IPCQ_INLINE void after_put(std::uint32_t count) noexcept;
    IPCQ_INLINE void after_get(std::uint32_t count, bool more, bool left_segment) noexcept;
    IPCQ_INLINE Code received(const TakenRecord &taken, Item &out_item) noexcept;
    // batch.cpp, in_place.cpp
    Code put_many_now(const Message *messages, std::uint64_t count, const WaitLimits &limits,
                      std::uint64_t &out_count) noexcept;
    Code get_many_now(const TakeRequest &request, const WaitLimits &limits, View *views, std::uint64_t count,
                      std::uint64_t &out_count) noexcept;
    Code reserve_now(std::uint64_t size, const WaitLimits &limits, void *&out_data) noexcept;
    Code commit_now(const Message &reserved, const WaitLimits &limits) noexcept;
    Code abandon_now(const void *reserved) noexcept;
    Code borrow_now(std::uint64_t accept, const WaitLimits &limits, View &out_view) noexcept;
    // shared_queue.cpp
    [[gnu::noinline]] void return_taken(std::uint64_t offset, std::uint64_t sequence) noexcept;
    Code finish_now(std::uint64_t ticket) noexcept;
    Code give_back_now(std::uint64_t ticket) noexcept;
    Code join_now(const WaitLimits &limits) noexcept;
    Code shutdown_now(std::uint32_t mode) noexcept;

    // open.cpp
    Code find(const Options &options, ErrorDetail &detail) noexcept;
    Code create(const Options &options, ErrorDetail &detail) noexcept;
    Code check_options(const Options &options, ErrorDetail &detail) const noexcept;
    Code attach(Descriptor own) noexcept;
    void detach() noexcept;
    Code attach_after_fork() noexcept;
    Code attach_anew() noexcept;
    // Every call begins with this: a forked child becomes a participant of its own.
    Code enter() noexcept { return is_attached(fork_epoch()) ? Code::OK : attach_after_fork(); }
    // ... and ends with this: nothing is true that was found in a file which was cut short meanwhile.
    Code leave(Code code) const noexcept
    {
        if (log_.cut()) [[unlikely]]
            return Code::CORRUPT;
        // If the file's size cannot be read, an offset past the last known size may be valid: SYSTEM, not CORRUPT.
        return code == Code::CORRUPT && log_.blind() ? Code::SYSTEM : code;
    }
    // The same for a call that only looks and meets no invariant on its way.
    Code leave_after_look() const noexcept { return leave(log_.has_head() ? Code::OK : Code::CORRUPT); }

    // name.cpp
    bool was_named() noexcept;
    Code publish_now() noexcept;
    // What messages call it.
    const char *title() const noexcept { return never_named_.load(relaxed) ? "The anonymous queue" : name_.text; }

    // leave.cpp
    bool holds_slot_of(const QueueFile &file) const noexcept;
    void remove_name_at_exit() noexcept;

    // describe.cpp
    bool describe_lost_file(char *buffer, std::size_t capacity) noexcept;
    bool describe_unnamed(char *buffer, std::size_t capacity) noexcept;
    bool describe_full(char *buffer, std::size_t capacity) noexcept;
    bool describe_unfinished(const Log::Usage &usage, char *buffer, std::size_t capacity) const noexcept;

    // waiting.cpp
    [[gnu::noinline]] void wake_after_put() noexcept;
    [[gnu::noinline]] void wake_after_get(bool more, bool left_segment) noexcept;
    Code wait_for_room(FullReason full_reason, std::uint64_t free_before, const WaitLimits &limits,
                       PendingWakeup &wakeup) noexcept;
    Code wait_for_item(const WaitLimits &limits, PendingWakeup &wakeup) noexcept;
    // OK, or SYSTEM if this process cannot learn who is dead. out_items: did items become ready again?
    Code clean_up(Log::SlotRange range, Log::LockWait wait, bool &out_items) noexcept;
    void note_who_was_asked(Log::SlotRange range, Code code) noexcept;
    Code clean_up_if_due(bool thorough, bool &out_items) noexcept;
    Log::SlotRange next_slots() noexcept;
    void trim_if_due() noexcept;
    void look_for_the_dead() noexcept;
    Code reap_if_elected(const WaitLimits &limits, Nanoseconds &out_slice, bool &out_items) noexcept;
    void wake_joiners_if_done() noexcept;
    // `ready` is asked by the registered sleeper, `ready_after` when its slice is over.
    template <class Ready, class After>
    Code sleep_a_slice(HalfWord &sleepers, WaitSemaphore &semaphore, const WaitLimits &limits, Ready ready,
                       After ready_after, Nanoseconds &slice, PendingWakeup &wakeup, bool &out_nothing_came) noexcept;
    template <class Ready, class After>
    Code sleep(HalfWord &sleepers, WaitSemaphore &semaphore, const WaitLimits &limits, Ready ready, After ready_after,
               PendingWakeup &wakeup) noexcept;

    Waiters &waiters() const { return log_.control().waiters; }
    WaitSemaphores &semaphores() const { return log_.control().semaphores; }

    QueueName name_;
    Geometry geometry_;
    QueueFile file_;
    InheritedAccess access_{file_};
    ListedHandle listed_{*this};
    // Of an anonymous queue that this process or an ancestor has made; until this process learns that it has its name.
    std::atomic<bool> never_named_{false};
    std::uint32_t mode_ = 0;              // which that queue shall have as soon as it has a name
    std::atomic<std::uint64_t> epoch_{0}; // of the process that is attached
    Log log_;
    LeaseTable leases_;
    ReservationTable reservations_;
    AdaptiveSpin put_spin_, get_spin_;
    std::atomic<bool> item_seen_{false};                       // by the last get, behind the item that it took
    std::atomic<Nanoseconds> last_clean_up_{0}, last_part_{0}; // of all slots, and of some
    std::atomic<Nanoseconds> last_trim_{0};
    std::atomic<std::uint32_t> next_slot_{0};   // the first one of the next clean-up that asks for a part of the slots
    std::atomic<bool> cannot_ask_{false};       // some slot's participant could not be asked for
    std::atomic<std::uint32_t> asked_since_{0}; // how many slots, since it could not ask
    static constexpr std::uint32_t stream_items = 16;
    // How many more items a getter takes before it looks at the clock; threads that share the handle may lose a count.
    std::atomic<std::uint32_t> look_countdown_{0};
    std::atomic<Nanoseconds> last_look_{0};
};

// Sleeps for at most `slice`, and has the dead looked for when it is over; then it says how long the next one may be. OK: look
// again.
template <class Ready, class After>
Code SharedQueue::sleep_a_slice(HalfWord &sleepers, WaitSemaphore &semaphore, const WaitLimits &limits, Ready ready,
                                After ready_after, Nanoseconds &slice, PendingWakeup &wakeup,
                                bool &out_nothing_came) noexcept
{
    out_nothing_came = false;
    if (log_.cut())
        return Code::CORRUPT;
    if (const Code verdict = limits.stop_reason(); verdict != Code::OK)
        return verdict;
    const Woken woken = sleep_on(sleepers, semaphore, slice, limits.deadline,
                                 [&] { return ready() || limits.stop_reason() != Code::OK; });
    if (woken == Woken::called)
        wakeup.take(sleepers, semaphore);
    if (const Code verdict = limits.stop_reason(); verdict != Code::OK)
        return verdict;
    if (woken == Woken::interrupted && limits.interruptible)
        return Code::INTERRUPTED;
    if (woken != Woken::slice_over)
        return Code::OK;
    if (!log_.can_reach_file())
        return Code::SYSTEM;
    bool items = false;
    const Code code = reap_if_elected(limits, slice, items);
    out_nothing_came = !items && !ready_after() && !limits.expired();
    return code;
}

// Slice after slice as long as nothing changes. A thread that has slept a whole slice for nothing sleeps on, and does not spin
// first. For those whose `ready` sees whatever may end their wait.
template <class Ready, class After>
Code SharedQueue::sleep(HalfWord &sleepers, WaitSemaphore &semaphore, const WaitLimits &limits, Ready ready,
                        After ready_after, PendingWakeup &wakeup) noexcept
{
    Nanoseconds slice = limits.slice();
    bool nothing_came = true;
    Code code = Code::OK;
    while (code == Code::OK && nothing_came)
        code = sleep_a_slice(sleepers, semaphore, limits, ready, ready_after, slice, wakeup, nothing_came);
    return code;
}

} // namespace ipcq
