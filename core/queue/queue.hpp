// SPDX-License-Identifier: Apache-2.0
//
// What the C API knows of a queue, wherever it is kept. All calls may be made by many threads at once, but for close().
#pragma once

#include "log/log.hpp"
#include "queue/options.hpp"

namespace ipcq {

class Queue {
public:
    explicit Queue(bool is_shared) : is_shared_(is_shared) {}
    virtual ~Queue() = default;

    // Is it a SharedQueue? A flag and not a pointer: the processor need not wait for it to go on.
    bool is_shared() const { return is_shared_; }

    virtual Code put(const Message &message, const WaitLimits &limits) noexcept = 0;
    virtual Code get(const TakeRequest &request, const WaitLimits &limits, Item &out_item) noexcept = 0;
    virtual Code put_many(const Message *messages, std::uint64_t count, const WaitLimits &limits,
                          std::uint64_t &out_count) noexcept = 0;
    virtual Code get_many(const TakeRequest &request, const WaitLimits &limits, View *views, std::uint64_t count,
                          std::uint64_t &out_count) noexcept = 0;
    virtual Code reserve(std::uint64_t size, const WaitLimits &limits, void *&out_data) noexcept = 0;
    virtual Code commit(const Message &reserved, const WaitLimits &limits) noexcept = 0;
    virtual Code abandon(const void *reserved) noexcept = 0;
    virtual Code borrow(std::uint64_t accept, const WaitLimits &limits, View &out_view) noexcept = 0;
    virtual Code release_view(std::uint64_t ticket) noexcept = 0;
    virtual Code finish(std::uint64_t ticket) noexcept = 0;
    virtual Code give_back(std::uint64_t ticket) noexcept = 0;
    virtual Code join(const WaitLimits &limits) noexcept = 0;
    virtual Code shutdown(std::uint32_t mode) noexcept = 0;

    virtual Code size(std::uint64_t &out_items) noexcept = 0;
    virtual Code full(bool &out_full) noexcept = 0;
    virtual Code statistics(Statistics &out) noexcept = 0;
    // Calls `out` with up to `capacity` reports; out_count is how many there are.
    virtual Code participants(ParticipantReport *array, std::size_t capacity, std::size_t &out_count) noexcept = 0;
    virtual const char *name() const noexcept = 0;
    // Makes name() lead to the queue, as far as nobody has removed it: an anonymous queue has no name until it is asked for.
    virtual Code publish() noexcept = 0;
    virtual void describe(int code, char *buffer, std::size_t capacity) noexcept = 0;

    // Makes waiting calls return BADHANDLE soon; then, when none is left inside, close() lets go of everything.
    virtual void wake_for_close() noexcept = 0;
    virtual void close() noexcept = 0;

private:
    const bool is_shared_;
};

// The one place that knows which kinds of queue there are. `name` may be nullptr: anonymous.
// On failure `message` (may be nullptr) receives one sentence with the details.
Code open_queue(const char *name, const Options &options, Queue *&out_queue, char *message,
                std::size_t message_capacity) noexcept;
Code unlink_queue(const char *name) noexcept;

} // namespace ipcq
