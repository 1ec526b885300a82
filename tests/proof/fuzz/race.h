// SPDX-License-Identifier: Apache-2.0
//
// Words that change while a call is under way.
#pragma once

#include "object.h"

namespace fuzz {

// Changes for the next call of this thread, each before one of its loads from shared memory.
class Strikes {
public:
    explicit Strikes(Object &object);
    ~Strikes();
    Strikes(const Strikes &) = delete;
    Strikes &operator=(const Strikes &) = delete;

    void add(const Step &step);
    void forget(); // the call is over

private:
    static void strike(std::uint64_t load);

    Object &object_;
    Step steps_[8];
    unsigned count_ = 0;
};

// A thread that changes words to and fro.
class Flipper {
public:
    Flipper(const Object &object, const Recipe &recipe);
    ~Flipper();
    Flipper(const Flipper &) = delete;
    Flipper &operator=(const Flipper &) = delete;
};

} // namespace fuzz
