// SPDX-License-Identifier: Apache-2.0
//
// The log of one queue as one participant works on it: records one after another in a chain of segments. The log carries
// and repairs; it never waits for room or items and never wakes anybody but waiters for its own locks. Threads of the
// participant may call it at once.
//
// Every function that returns CORRUPT met a value in shared memory that no correct peer writes; it has touched nothing
// outside the image.
#pragma once

#include "log/cached_ends.hpp"
#include "memory/image.hpp"
#include "wait/dead_owners.hpp"
#include "wait/owner_lock.hpp"

#include <algorithm>

namespace ipcq {

struct Message {
    const void *data;
    std::uint64_t size;
    std::uint32_t type;
};

// An item on its way to a caller.
struct TakenRecord {
    std::uint64_t offset = 0;
    std::uint64_t sequence = 0;
    std::uint64_t size = 0;
    std::uint32_t type = 0;
    std::uint8_t deliveries = 0;
    bool leased = false;       // TAKEN: somebody must finish it
    bool more = false;         // another item stood behind it
    bool left_segment = false; // the head went over to another run: memory may have become free
};

struct TakeRequest {
    void *buffer;
    std::uint64_t capacity;
    std::uint64_t accept;  // bit per type, bit 63 for types above 62
    bool in_place = false; // lease it and copy nothing: its bytes are read where they lie
    bool accepts(std::uint32_t type) const
    {
        return accept == UINT64_MAX || (accept >> (type < 63 ? type : 63) & 1) != 0;
    }
};

// In a buffer of many items each begins at a multiple of 8.
constexpr std::uint64_t batch_step(std::uint64_t size) { return (size + 7) & ~std::uint64_t{7}; }

// How much is copied under one lock at most: a few microseconds.
inline constexpr std::uint64_t batch_bytes_max = 65536;

// What a put lacks. maybe_bytes: finished items were not counted, since a stopped process holds the frontier.
enum class FullReason { none, items, bytes, maybe_bytes };

// Segments that this participant has claimed: private until they are linked or released, and freed if it dies.
struct Run {
    std::uint64_t first = 0;
    std::uint64_t count = 0;
};

class Log {
public:
    // Becomes a participant of the queue in `file` (Participant::attach). The caller holds the ForkGate.
    Code open(QueueFile &file, Descriptor own, const Geometry &geometry) noexcept;
    void close() noexcept;  // the byte lock falls with the mapping
    void forget() noexcept; // in a forked child, which did not inherit the mapping
    bool is_open() const { return image_.mapped(); }
    bool cut() const noexcept { return image_.cut(); }
    bool blind() const noexcept { return image_.blind(); }
    QueueFile &queue_file() const { return image_.queue_file(); }
    // Is there a descriptor through which the kernel can be asked who is dead?
    bool can_reach_file() const noexcept { return image_.file() >= 0 || image_.cut(); }
    const Participant &me() const { return me_; }
    Slot &slot(std::uint32_t index) const { return image_.slot(index); }
    auto &own_waiting() const { return own_slot().waiting; }
    Word &own_dones() const { return own_slot().dones; } // counted by the table of leases

    // --- append.cpp: the tail
    // OK, FULL (see out_reason), CLOSED, NOSPACE, FILELIMIT, CORRUPT, or why the lock was not had.
    Code append(const Message &message, const WaitLimits &limits, FullReason &out_reason) noexcept;
    // The usual case of it, in append.hpp: the lock is free, and the message is small.
    IPCQ_INLINE bool try_lock_tail() noexcept { return OwnerLock::try_lock(control().tail.lock, me_.self()); }
    template <std::uint64_t size_max> IPCQ_INLINE bool append_locked(const Message &message) noexcept;
    void unlock_tail() noexcept { tail_lock_.unlock(); }
    // Is there room by items now? A look without the lock.
    bool room_by_items() const noexcept;
    // Or do we know of some without a look at the head, whose line its getters want?
    bool room_by_limit() const noexcept
    {
        return snapshot(control().tail).sequence < control().tail.limit.load(relaxed) && geometry().max_items != 0;
    }

    // --- batch.cpp: several at once
    // The first and as many behind it as there is room for without another look; all become visible by one store.
    // OK with out_count > 0, or like append().
    Code append_many(const Message *messages, std::uint64_t count, const WaitLimits &limits, FullReason &out_reason,
                     std::uint64_t &out_count) noexcept;
    // The first ready item and as many behind it as are ready, accepted and fit into the buffer, at most `count` and
    // batch_items_max. Like take(); out[0] tells of an item that does not fit.
    Code take_many(const TakeRequest &request, bool lease, const WaitLimits &limits, TakenRecord *out,
                   std::uint64_t count, std::uint64_t &out_count) noexcept;

    // --- in_place.cpp: records that are written where they will stay
    // Room for a payload of `size` bytes, with memory, at payload(out_run).
    Code reserve(std::uint64_t size, Run &out_run, FullReason &out_reason) noexcept;
    void *payload(const Run &run) const noexcept;
    std::uint64_t run_of(const void *payload) const noexcept; // the reverse: its first segment, or no segment
    // Puts what was written there at the end of the log; on failure the run stays reserved.
    Code commit_run(const Run &run, std::uint64_t size, std::uint32_t type, const WaitLimits &limits,
                    FullReason &out_reason) noexcept;
    void abandon(const Run &run) noexcept { release_run(run.first, run.count); }
    const void *payload(const TakenRecord &taken) const noexcept { return image_.payload(taken.offset); }
    // Sets the shutdown word: no commit follows it.
    Code refuse_appends(std::uint32_t mode, const WaitLimits &limits) noexcept;

    // --- take.cpp: the head
    // OK, EMPTY, TOOBIG or WRONGTYPE (the item stays; out.size and out.type are written), CORRUPT, or why no lock.
    // With `lease` the item is TAKEN until finish() or give_back().
    Code take(const TakeRequest &request, bool lease, const WaitLimits &limits, TakenRecord &out) noexcept;
    // The usual case of it, in take.hpp: the lock is free, and a small item is ready and fits.
    IPCQ_INLINE bool try_lock_head() noexcept { return OwnerLock::try_lock(control().head.lock, me_.self()); }
    template <std::uint64_t size_max>
    IPCQ_INLINE bool take_locked(const TakeRequest &request, bool lease, TakenRecord &out) noexcept;
    void unlock_head() noexcept { head_lock_.unlock(); }
    IPCQ_INLINE bool take_at_once(const TakeRequest &request, bool lease, TakenRecord &out) noexcept;
    bool head_is_free() const noexcept { return control().head.lock.load(relaxed) == 0; }
    // May an item be ready? False only if the log was empty at some moment during the call. Never waits for the lock.
    bool may_hold_item() noexcept;
    // DONE to all that is ready. Repeatable after a kill.
    Code discard(const WaitLimits &limits) noexcept;

    // --- finish.cpp: leases
    IPCQ_INLINE Code finish(std::uint64_t offset) noexcept; // NOTTAKEN if it is not ours; in finish.hpp
    Code give_back(std::uint64_t offset, std::uint64_t sequence, const WaitLimits &limits) noexcept;

    // --- frontier.cpp
    // Moves the frontier over finished records. out_end: every item that was put is finished.
    Code advance(const WaitLimits &limits, bool &out_end) noexcept;
    // SYNC segment-claim: acquire; the claimer of a LIVE segment comes after all that its last users did.
    std::uint64_t free_below() const noexcept { return control().frontier.free_below.load(acquire); }
    // May anything be taken and not finished? A hint: no, if nothing ever was in a chain that is not free yet.
    bool may_be_leased() const noexcept { return control().frontier.lease_chain.load(relaxed) >= free_below(); }

    // --- trim.cpp Gives free memory that the queue has not needed lately back to the system; a bounded amount a call.
    // True if there may be more.
    bool trim(Nanoseconds now) noexcept;
    // Is there more memory than for so many segments and some spare ones? A hint.
    bool may_have_spare(std::uint64_t in_use) const noexcept
    {
        return control().supply.backed.load(relaxed) > in_use + keep_segments;
    }

    // --- repair.cpp: the dead
    // Requeues what dead participants held. out_items: how many items became ready again. TIMEDOUT if a stopped process
    // kept a lock from us; what is left is found again next time. SYSTEM if it could not be asked for each slot of the
    // range whether its participant is dead; those that could be asked for were cleaned up after.
    struct SlotRange {
        std::uint32_t begin, end;
    };
    SlotRange all_slots() const { return {0, geometry().slot_count}; }
    // A stopped process may hold a lock that a look for the dead wants. A look waits for one lock at most, or for none.
    enum class LockWait { none, once };
    Code reap(SlotRange range, LockWait wait, std::uint64_t &out_items) noexcept;
    // The same for this participant itself, on closing.
    Code reap_own(std::uint64_t &out_items) noexcept;
    // Did this participant enter a slot in which leases of earlier generations may be left?
    bool has_inherited() const noexcept { return life_of(own_slot()).state() == SlotState::inherited; }

    // --- look.cpp: no locks, no new memory, no fault
    // How many items were put, and how many of those are not ready any more: both at one instant.
    struct Totals {
        std::uint64_t put, gone;
    };
    Totals totals() const noexcept;
    std::uint64_t ready_items() const noexcept;
    struct Usage {
        std::uint64_t bytes = 0;       // from the oldest record that is not finished to the tail
        std::uint64_t ready_bytes = 0; // those of them that begin at the head
        Owner oldest_holder = nobody;  // of the oldest record that is not finished, if it is taken
    };
    Code usage(Usage &out) const noexcept; // SYSTEM if the file cannot be read
    Code used_bytes(std::uint64_t &out_bytes) const noexcept;
    std::uint64_t used_bytes_at_most() const noexcept; // the same with a frontier that may lag: no system call
    // How many items the participants of this slot have taken and not finished.
    std::uint64_t unfinished_in(std::uint32_t slot) const noexcept;
    // Does the head stand in the image? Not in a file that was cut and has come back as zeros.
    bool has_head() const noexcept { return image_.holds(snapshot(control().head).offset, terminator_size); }

    Control &control() const { return image_.control(); }
    const Geometry &geometry() const { return image_.geometry(); }

private:
    // append.cpp
    Code append_locked(TailCursor cursor, const Message &message, const WaitLimits &limits,
                       FullReason &out_reason) noexcept;
    Code append_new_run(const Message &message, const WaitLimits &limits, FullReason &out_reason) noexcept;
    void commit(const Window &window, TailCursor cursor, const Message &message, std::uint64_t need) noexcept;
    IPCQ_INLINE void commit_record(const Window &window, std::uint64_t offset, const Message &message,
                                   std::uint64_t need) noexcept;
    Code link(const Run &run, const Message &message, bool may_copy, const WaitLimits &limits,
              FullReason &out_reason) noexcept;
    IPCQ_INLINE void write_payload(std::uint64_t offset, const Message &message) noexcept
    {
        copy(image_.payload(offset), message.data, message.size);
    }
    Code roll_tail(TailCursor &cursor) noexcept;
    // May `need` bytes and a terminator be written behind the cursor?
    IPCQ_INLINE bool sound(const TailCursor &cursor, std::uint64_t need) const noexcept
    {
        return cursor.end_segment - 1 < geometry().segment_count &&
               cursor.offset + need + terminator_size <= geometry().segment_offset(cursor.end_segment) &&
               image_.reaches(cursor.offset, need + terminator_size); // stored in units of 8: aligned
    }
    IPCQ_INLINE bool
    at_end(const TailCursor &cursor) const noexcept // relaxed: earlier holders' stores came with the lock
    {
        return RecordWord{image_.word(cursor.offset).load(relaxed)}.is(RecordState::empty);
    }
    // Tail locked. The limit is a copy of what the head allowed when it was last looked at.
    IPCQ_INLINE bool room(std::uint64_t sequence) noexcept
    {
        return geometry().max_items == 0 || sequence < control().tail.limit.load(acquire) || room_after_look(sequence);
    }
    bool room_after_look(std::uint64_t sequence) noexcept;
    // frontier.cpp
    enum class Step { passed, unfinished, broken };
    Step pass_finished(FrontierCursor &cursor) const noexcept;
    Code advance_to_head(const WaitLimits &limits, bool &out_end, bool &out_head_lags) noexcept;
    // take.cpp
    Code settle_head(const WaitLimits &limits) noexcept; // passes over what is taken or done
    IPCQ_INLINE Code lock_head(const WaitLimits &limits) noexcept
    {
        LockResult lock_result;
        const Code code = head_lock_.lock(me_, limits, lock_result);
        return code == Code::OK && lock_result == LockResult::owner_died ? repair_stolen_head() : code;
    }
    Code repair_stolen_head() noexcept; // unlocks if that fails
    Code roll_head(HeadCursor &cursor, RecordWord &out_word, bool &out_moved, bool &out_left) noexcept;
    bool leave_head(const Window &window, HeadCursor cursor, bool lease) noexcept;
    Code find_ready(HeadCursor &cursor, RecordWord &out_word, bool &out_left_segment) noexcept;
    Code take_found(HeadCursor cursor, RecordWord word, const TakeRequest &request, bool lease,
                    TakenRecord &out) noexcept;
    IPCQ_INLINE void copy_payload(void *buffer, std::uint64_t offset, std::uint64_t size) const noexcept
    {
        copy(buffer, image_.payload(offset), size);
    }
    IPCQ_INLINE void mark_taken(std::uint64_t offset, RecordWord word) noexcept;
    Code recount_zone(HeadCursor &cursor) const noexcept;
    // trim.cpp
    void note_use(std::uint64_t segments) noexcept;
    std::uint64_t needed_lately(std::uint64_t in_use, Nanoseconds now) noexcept;
    bool give_memory_back(std::uint64_t keep) noexcept;
    // segments.cpp
    static constexpr std::uint64_t keep_segments = 16; // free memory that a steady stream recycles: usually 1 MiB
    Code claim(std::uint64_t count, std::uint64_t &out_first, FullReason &out_reason) noexcept;
    bool find_run(std::uint64_t count, std::uint64_t free_below, std::uint64_t &out_first) noexcept;
    bool claim_run(std::uint64_t first, std::uint64_t count, std::uint64_t free_below) noexcept;
    void release_run(std::uint64_t first, std::uint64_t count) noexcept;
    Code back_run(std::uint64_t first, std::uint64_t count) noexcept;
    Code raise_high_water(std::uint64_t end) noexcept;
    std::uint64_t live_segments() const noexcept;
    // A hint read from shared memory, within the table whatever it says; segment 0 is always in use.
    std::uint64_t high_water() const noexcept
    {
        return std::clamp<std::uint64_t>(control().supply.high_water.load(acquire), 1, geometry().segment_count);
    }
    IPCQ_INLINE std::uint64_t chain_at(std::uint64_t offset) const noexcept
    {
        return image_.segment_word(geometry().segment_of(offset)).chain();
    }
    // in_place.cpp
    std::uint64_t segments_for(std::uint64_t size) const noexcept; // how many a record of its own needs
    // repair.cpp
    Code repair_head() noexcept;
    Liveness find_dead(std::uint32_t slot, DeadOwners &dead) const noexcept;
    Code reap_these(const DeadOwners &dead, LockWait &wait, std::uint64_t &out_items) noexcept;
    void mark_clean(const DeadOwners::Entry &entry) noexcept;
    Code free_claims_of(const DeadOwners &dead, LockWait &wait) noexcept;
    Code requeue_leases_of(const DeadOwners &dead, LockWait &wait, std::uint64_t &out_items) noexcept;
    Code requeue_from(FrontierCursor from, const DeadOwners &dead, std::uint64_t &out_items) noexcept;
    template <class Visit>
    Code each_lease_of(const DeadOwners &dead, FrontierCursor from, const HeadCursor &head, Visit visit) const noexcept;
    // look.cpp
    Code first_lease_of(const DeadOwners &dead, FrontierCursor &out_from) const noexcept;
    Code walk_to_lease(const DeadOwners &dead, FrontierCursor &cursor, std::uint64_t &steps) const noexcept;
    void count_returned(std::uint32_t slot) noexcept;
    void end_leases_of(const DeadOwners &dead) noexcept;
    // look.cpp
    std::uint64_t bytes_between(std::uint64_t from, std::uint64_t to) const noexcept;
    Code usage_behind(FrontierCursor cursor, std::uint64_t &steps, Usage &out) const noexcept;

    // Set by open(), which every call of an attached process follows; the checker cannot see that.
    // NOLINTNEXTLINE(clang-analyzer-core.uninitialized.UndefReturn)
    Slot &own_slot() const { return *own_slot_; }

    Image image_;
    Participant me_;
    Slot *own_slot_ = nullptr;
    OwnerLock tail_lock_, head_lock_, frontier_lock_;
    CachedTail cached_tail_;                      // under the tail's lock
    CachedHead cached_head_;                      // under the head's lock
    unsigned char *touched_ = nullptr;            // one byte a segment: this process has its pages mapped
    std::atomic<std::uint32_t> trim_position_{0}; // where the next search for spare memory goes on
};

// A counter that only its slot's participant writes, under a lock or rarely: statistics, never a decision.
inline void bump(Word &counter, std::uint64_t by = 1) noexcept { counter.store(counter.load(relaxed) + by, relaxed); }

} // namespace ipcq
