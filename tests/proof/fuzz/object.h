// SPDX-License-Identifier: Apache-2.0
//
// The file in /dev/shm that the library opens: it gets the bytes of an image before each recipe and is written by the
// recipe's changes. A living stranger holds the byte of its last slot.
#pragma once

#include "base.h"
#include "step.h"

#include <sys/types.h>

namespace fuzz {

constexpr unsigned stranger_slot = slot_count - 1;

class Object {
public:
    explicit Object(const char *queue_name); // makes the file
    ~Object();
    Object(const Object &) = delete;
    Object &operator=(const Object &) = delete;

    void lay(const Base &base);
    // One word becomes what the step says, in one store; outside the file nothing happens.
    void change(const Step &step);
    void cut(std::uint64_t size);
    void punch(unsigned page);
    // Is any byte held but the stranger's?
    bool somebody_attached() const;

    // Of the word that the step would change: its place in memory, what it holds and what it would become.
    struct Change {
        void *word = nullptr; // nullptr: outside the file
        unsigned bytes = 8;
        std::uint64_t before = 0, after = 0;
        void apply(std::uint64_t bits) const;
    };
    Change plan(const Step &step) const;

private:
    std::uint64_t value_of(const Step &step, std::uint64_t old) const;
    std::uint64_t owner_of(unsigned number) const;
    std::uint64_t size() const;
    std::uint64_t word_at(std::uint64_t offset) const;
    std::uint64_t counted(std::uint64_t epoch, std::uint64_t copies, std::uint64_t stride) const;

    std::string path_;
    const Base *base_ = nullptr;
    int fd_ = -1, stranger_ = -1;
    char *map_ = nullptr;
};

} // namespace fuzz
