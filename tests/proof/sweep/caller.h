// SPDX-License-Identifier: Apache-2.0
//
// Single calls of a survivor: noted in the ledger's notes if they succeed, complained of if they must, with the slices
// that they waited counted.
#pragma once

#include "clock.h"
#include "image.h"
#include "victim.h"

#include <algorithm>
#include <fcntl.h>
#include <unistd.h>

namespace sweep {

class Caller {
public:
    Caller(const Operation &operation, const char *name, Notes &notes) : operation_(operation), notes_(notes)
    {
        equip(self_, operation, name, notes, survivor);
    }

    bool open()
    {
        if (!attach(self_))
            return false;
        file_ = ::open(path_of(self_.name).c_str(), O_RDONLY | O_CLOEXEC); // to look at, also when the name is gone
        return true;
    }

    void take_first()
    {
        for (own_count_ = 0; own_count_ < operation_.survivor_takes; own_count_++)
            code_of(ipcq_get_item(self_.queue, self_.in, item_max, &own_[own_count_], IPCQ_ACCEPT_ALL, nullptr));
    }

protected:
    static constexpr double generous_seconds = 30; // of hurried time: nothing here needs that long
    static constexpr unsigned slices_allowed = 2;  // on one call that could have been served

    template <class Call> int timed(const char *what, Call call)
    {
        const unsigned before = slices_waited();
        const int code = call();
        const unsigned waited = slices_waited() - before;
        if (waited > notes_.slices[survivor])
            notes_.slices[survivor] = waited;
        if (waited > slices_allowed && code == IPCQ_OK)
            notes_.complain("waits: %s was served after %u slices", what, waited);
        return code;
    }

    int put(Id id, std::size_t size)
    {
        make_item(self_.out, size, id);
        const int code =
            timed("put", [&] { return ipcq_put(self_.queue, self_.out, size, ipcq_deadline(generous_seconds)); });
        if (code == IPCQ_OK)
            notes_.note_put(id);
        else if (code != IPCQ_CLOSED || notes_.shutdown == 0)
            notes_.complain("put: item %u got %s", id, ipcq_error_name(code));
        return code;
    }

    // Into `in`; 0 if there is none, which is not always wrong.
    Id get(std::int64_t deadline, ipcq_item &out_item, int &out_code)
    {
        const ipcq_wait wait{deadline, nullptr, 0, 0};
        out_code = timed(
            "get", [&] { return ipcq_get_item(self_.queue, self_.in, item_max, &out_item, IPCQ_ACCEPT_ALL, &wait); });
        if (out_code != IPCQ_OK)
            return 0;
        const Id id = check_item(self_.in, out_item.size);
        if (id == 0)
            notes_.complain("payload: a survivor received %llu torn bytes",
                            static_cast<unsigned long long>(out_item.size));
        return id;
    }

    bool finish(const ipcq_item &item)
    {
        if (!operation_.plan.joinable)
            return true;
        const int code = timed("task_done", [&] { return ipcq_task_done(self_.queue, item.ticket); });
        if (code != IPCQ_OK)
            notes_.complain("task_done: a survivor got %s", ipcq_error_name(code));
        return code == IPCQ_OK;
    }

    int get_one(std::int64_t deadline)
    {
        ipcq_item item{};
        int code = 0;
        const Id id = get(deadline, item, code);
        if (code == IPCQ_OK && finish(item))
            notes_.deliver(id, item.deliveries, survivor);
        return code;
    }

    void task_done_own()
    {
        for (std::uint32_t i = 0; i < own_count_; i++)
            if (finish(own_[i]))
                notes_.deliver(first_base + i, own_[i].deliveries, survivor);
        own_count_ = 0;
    }

    void code_of(int code)
    {
        if (code != IPCQ_OK)
            notes_.complain("call: a survivor got %s", ipcq_error_name(code));
    }

    // A newcomer, who cleans up as it opens.
    void visit(const char *who)
    {
        Actor other;
        equip(other, operation_, self_.name, notes_, survivor);
        if (const int code = ipcq_open(&other.queue, self_.name, &other.options); code != IPCQ_OK) {
            if (code != IPCQ_CROWDED || operation_.plan.max_participants > 3)
                notes_.complain("open: %s got %s", who, ipcq_error_name(code));
            return;
        }
        if (const int code = ipcq_close(other.queue); code != IPCQ_OK)
            notes_.complain("close: %s got %s", who, ipcq_error_name(code));
    }

    struct Picture {
        snapshot now{};
        snapshot_item items[Notes::expected_max];
        std::size_t count = 0;
        ~Picture() { snapshot_free(&now); }
    };

    void look(Picture &picture)
    {
        picture.count = 0;
        if (snapshot_take_fd(&picture.now, file_))
            picture.count = std::min<std::size_t>(snapshot_items(&picture.now, picture.items, Notes::expected_max),
                                                  Notes::expected_max);
    }

    // While nobody else is at work.
    void check_bytes()
    {
        Picture picture;
        char text[SNAPSHOT_TEXT];
        if (operation_.sleeper == 0 && snapshot_take_fd(&picture.now, file_) &&
            !snapshot_valid(&picture.now, false, text))
            notes_.complain("%s (after a drain)", text);
    }

    const Operation &operation_;
    Notes &notes_;
    Actor self_;
    int file_ = -1;
    ipcq_item own_[2]{}; // taken before the victim came
    std::uint32_t own_count_ = 0;
};

} // namespace sweep
