// SPDX-License-Identifier: Apache-2.0
//
// Two handles of one queue, and every call of ipcq.h on them. Each call is judged: it returns in time, answers what
// ipcq.h lists, and writes nothing beside what it was given.
#pragma once

#include "ipcq.h"
#include "step.h"

#include <string>

namespace fuzz {

class Session {
public:
    explicit Session(const char *queue_name) : name_(queue_name) {}
    ~Session() { close_all(); }
    Session(const Session &) = delete;
    Session &operator=(const Session &) = delete;

    // The call's result; IPCQ_OK without a call for a handle that is not open.
    int call(const Step &step);
    bool is_open() const { return handles_[0] != nullptr || handles_[1] != nullptr; }
    void close_all();

private:
    int dispatch(const Step &step, ipcq_t *&handle);
    int open(ipcq_t *&handle);
    int put(const Step &step, ipcq_t *handle);
    int get(const Step &step, ipcq_t *handle);
    int put_many(const Step &step, ipcq_t *handle);
    int get_many(const Step &step, ipcq_t *handle);
    int reserve(const Step &step, ipcq_t *handle);
    int commit(const Step &step, ipcq_t *handle);
    int borrow(const Step &step, ipcq_t *handle);
    void keep(std::uint64_t ticket);
    int look(const Step &step, ipcq_t *handle);

    std::string name_;
    ipcq_t *handles_[2] = {};
    std::uint64_t tickets_[4] = {};
    unsigned ticket_count_ = 0;
    void *reserved_[4] = {}; // also by handles that are closed: to the library it is a number then
    unsigned reserved_count_ = 0;
};

} // namespace fuzz
