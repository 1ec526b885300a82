// SPDX-License-Identifier: Apache-2.0
//
// What a scene asks of a queue, ours or a peer's. A peer's file defines a class with enter(), put() and get(). The
// loops around them are made here, one set for each class. So every queue has its calls inlined, as in a program of its
// own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

namespace bench {

// What a queue is made for.
struct Setup {
    int producers = 1;
    int consumers = 1;
    std::size_t item_bytes = 64;
    std::size_t max_items = 4096; // where a queue wants to be told; each peer's file says what it makes of it
    bool one_at_a_time = false;   // round trips: what cannot sleep looks again at once
    bool one_core = false;        // all processes on one: what cannot sleep gives way at once
};

enum class Role { producer, consumer, both };

class Peer {
public:
    virtual ~Peer() = default;
    virtual void enter(Role role, int index) = 0; // in each process, before the clock starts
    virtual void leave() = 0;                     // in each process, after its last item was counted
    virtual void put(const void *item) = 0;
    virtual void get(void *item) = 0;
    // Puts `count` items that begin with the numbers from `first` on.
    virtual void produce(std::uint64_t first, std::uint64_t count) = 0;
    // Gets `count` items and adds up their numbers.
    virtual std::uint64_t consume(std::uint64_t count) = 0;
    // Puts an item and gets it, `count` times.
    virtual void alternate(std::uint64_t count) = 0;
};

inline void write_number(void *item, std::uint64_t number) { std::memcpy(item, &number, sizeof number); }

inline std::uint64_t read_number(const void *item)
{
    std::uint64_t number = 0;
    std::memcpy(&number, item, sizeof number);
    return number;
}

// A queue with put_burst() and get_burst() moves its items so; one with flush() is told that the last item was put.
template <class Queue> class Looped final : public Peer {
    static constexpr bool in_bursts = requires { Queue::burst; };

public:
    template <class... Arguments>
    explicit Looped(const Setup &setup, Arguments &&...arguments)
        : queue_(setup, std::forward<Arguments>(arguments)...), item_bytes_(setup.item_bytes)
    {}
    void enter(Role role, int index) override { queue_.enter(role, index); }
    void leave() override
    {
        if constexpr (requires { queue_.leave(); })
            queue_.leave();
    }
    void put(const void *item) override { queue_.put(item); }
    void get(void *item) override { queue_.get(item); }
    void produce(std::uint64_t first, std::uint64_t count) override
    {
        if constexpr (in_bursts) {
            std::vector<char> items(item_bytes_ * Queue::burst, 'x');
            for (std::uint64_t k = 0; k < count;) {
                std::size_t n = 0;
                for (; n < Queue::burst && k < count; n++, k++)
                    write_number(&items[n * item_bytes_], first + k);
                queue_.put_burst(items.data(), n);
            }
        } else {
            std::vector<char> item(item_bytes_, 'x');
            for (std::uint64_t k = 0; k < count; k++) {
                write_number(item.data(), first + k);
                queue_.put(item.data());
            }
        }
        if constexpr (requires { queue_.flush(); })
            queue_.flush();
    }
    std::uint64_t consume(std::uint64_t count) override
    {
        std::uint64_t sum = 0;
        if constexpr (in_bursts) {
            for (std::uint64_t k = 0; k < count;)
                k += queue_.get_burst(count - k < Queue::burst ? count - k : Queue::burst, sum);
        } else {
            std::vector<char> item(item_bytes_);
            for (std::uint64_t k = 0; k < count; k++) {
                queue_.get(item.data());
                sum += read_number(item.data());
            }
        }
        return sum;
    }
    void alternate(std::uint64_t count) override
    {
        std::vector<char> item(item_bytes_, 'x');
        for (std::uint64_t k = 0; k < count; k++) {
            queue_.put(item.data());
            queue_.get(item.data());
        }
    }

private:
    Queue queue_;
    std::size_t item_bytes_;
};

template <class Queue, class... Arguments> std::unique_ptr<Peer> looped(const Setup &setup, Arguments &&...arguments)
{
    return std::make_unique<Looped<Queue>>(setup, std::forward<Arguments>(arguments)...);
}

} // namespace bench
