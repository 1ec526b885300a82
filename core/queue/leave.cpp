// SPDX-License-Identifier: Apache-2.0
//
// How a handle is left: closed, inherited by a child, or open at the end of its process.
#include "queue/shared_queue.hpp"

#include "queue/anonymous.hpp"

#include <cerrno>

namespace ipcq {

namespace {

// exit() calls it while other threads may be running. Nothing is unmapped and nothing is waited for.
[[gnu::destructor]] void process_ends() noexcept { SharedQueue::remove_names_at_exit(); }

} // namespace

// The reverse of attach(), as far as this process is attached: an inherited handle that a child never used has nothing to
// leave.
void SharedQueue::detach() noexcept
{
    const bool attached = is_attached(fork_epoch()) && log_.is_open();
    if (attached && log_.cut()) {
        log_.close(); // its bytes are nobody's; what we held is given back like a dead one's
    } else if (attached) {
        std::uint64_t items = 0;
        log_.reap_own(items); // if a stopped process holds a lock, the slot is not clean, and a reaper does the rest
        for (std::uint64_t i = 0; i < items && waiters().getters.load(relaxed) != 0; i++)
            wake_one(waiters().getters, semaphores().getters);
        log_.close();
    } else {
        log_.forget(); // the mapping stayed with the parent; its addresses are others' here
    }
    epoch_.store(0, relaxed);
}

void SharedQueue::close() noexcept
{
    {
        const ForkGate gate;
        access_.drop();
        listed_.unlist();
    }
    detach();
    if (geometry_.anonymous) {
        const ForkGate gate;
        if (const int fd = file_.get(); fd >= 0)
            remove_if_last(fd, name_, SlotSet{});
    }
    delete this;
}

void SharedQueue::before_fork() noexcept
{
    const int error = errno; // the caller's, as fork() may leave it
    ListedHandle::for_each([](SharedQueue &queue) { queue.access_.open_for_child(); });
    errno = error;
}

void SharedQueue::after_fork() noexcept
{
    const int error = errno; // fork()'s
    ListedHandle::for_each([](SharedQueue &queue) { queue.access_.close_for_child(); });
    errno = error;
}

void SharedQueue::begin_child() noexcept
{
    const int error = errno; // fork()'s
    ListedHandle::for_each([](SharedQueue &queue) { queue.access_.inherit(); });
    errno = error;
}

void SharedQueue::remove_names_at_exit() noexcept
{
    const ForkGateIfFree gate;
    if (!gate.entered())
        return; // the next process that makes an anonymous queue removes the names
    ListedHandle::for_each([](SharedQueue &queue) { queue.remove_name_at_exit(); });
}

// A slot that this process holds, of that file? Its own mapping keeps the byte locked, and no child shares the mapping.
bool SharedQueue::holds_slot_of(const QueueFile &file) const noexcept
{
    return file_.is_same(file) && is_attached(fork_epoch()) && log_.is_open() && !log_.cut();
}

void SharedQueue::remove_name_at_exit() noexcept
{
    if (!geometry_.anonymous)
        return;
    SlotSet own;
    ListedHandle::for_each([&](SharedQueue &other) {
        if (other.geometry_.anonymous)
            other.access_.drop(); // this process is no holder any more
        if (other.holds_slot_of(file_))
            own[other.log_.me().slot_index()] = true;
    });
    if (const int fd = file_.get(); fd >= 0)
        remove_if_last(fd, name_, own);
}

} // namespace ipcq
