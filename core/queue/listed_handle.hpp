// SPDX-License-Identifier: Apache-2.0
//
// The open handles of this process. The child of a fork() goes through them, and so does the end of the process.
#pragma once

namespace ipcq {

class SharedQueue;

// One of each handle. The ForkGate guards the list: its holder alone calls these.
class ListedHandle {
public:
    explicit ListedHandle(SharedQueue &queue) : queue_(queue) {}
    ListedHandle(const ListedHandle &) = delete;
    ListedHandle &operator=(const ListedHandle &) = delete;

    void list() noexcept
    {
        next_ = first_;
        if (first_ != nullptr)
            first_->previous_ = this;
        first_ = this;
    }
    void unlist() noexcept
    {
        (previous_ != nullptr ? previous_->next_ : first_) = next_;
        if (next_ != nullptr)
            next_->previous_ = previous_;
    }
    template <class Visit> static void for_each(Visit visit) noexcept
    {
        for (const ListedHandle *handle = first_; handle != nullptr; handle = handle->next_)
            visit(handle->queue_);
    }

private:
    static inline ListedHandle *first_ = nullptr;

    SharedQueue &queue_;
    ListedHandle *previous_ = nullptr, *next_ = nullptr;
};

} // namespace ipcq
