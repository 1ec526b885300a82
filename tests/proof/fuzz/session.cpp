// SPDX-License-Identifier: Apache-2.0
#include "session.h"

#include "verdict.h"
#include "world.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <iterator>
#include <memory>
#include <vector>

namespace fuzz {

namespace {

constexpr std::int64_t millisecond = 1'000'000;
// Beyond its deadline: a few graces of 20 ms, for locks that somebody living holds, but not one for each slot.
constexpr std::int64_t late_ns = 100 * millisecond;
constexpr std::size_t sizes[] = {0,    1,    8,    24,   100,  1000,  2000,  4056,  4064,  4072,
                                 4080, 4097, 5000, 8000, 9000, 12000, 16352, 16360, 16361, 20000};

// Around the largest items of a segment and of a queue; larger numbers are sizes themselves.
std::size_t size_of(unsigned number) { return number < std::size(sizes) ? sizes[number] : number; }

std::int64_t wait_ns_of(const Step &step)
{
    constexpr std::int64_t waits[] = {0, 0, 10 * millisecond, 200 * millisecond};
    return waits[step.when % std::size(waits)];
}

std::int64_t deadline_of(const Step &step)
{
    const std::int64_t wait = wait_ns_of(step);
    return wait == 0 ? IPCQ_NOWAIT : now_ns() + wait;
}

constexpr std::uint64_t bit(int code) { return std::uint64_t{1} << -code; }

template <class... Codes> constexpr std::uint64_t any(Codes... codes)
{
    return ((bit(IPCQ_OK) | bit(IPCQ_CORRUPT)) | ... | bit(codes));
}

// What ipcq.h says that a call may answer. Errors of the system belong to all that may grow or open.
std::uint64_t documented(Verb verb)
{
    constexpr std::uint64_t put =
        any(IPCQ_FULL, IPCQ_TIMEDOUT, IPCQ_CLOSED, IPCQ_TOOBIG, IPCQ_NOSPACE, IPCQ_FILELIMIT, IPCQ_BUSY);
    constexpr std::uint64_t get = any(IPCQ_EMPTY, IPCQ_TIMEDOUT, IPCQ_CLOSED, IPCQ_TOOBIG, IPCQ_NOMEM, IPCQ_BUSY);
    switch (verb) {
    case Verb::open:
        return any(IPCQ_FOREIGN, IPCQ_TRUNCATED, IPCQ_BADVERSION, IPCQ_BADABI, IPCQ_CROWDED, IPCQ_SPACELIMIT,
                   IPCQ_NOMEM);
    case Verb::close: return bit(IPCQ_OK);
    case Verb::put:
    case Verb::put_typed: return put;
    case Verb::get: return get;
    case Verb::get_item: return get | bit(IPCQ_WRONGTYPE);
    case Verb::get_alloc: return (get & ~bit(IPCQ_TOOBIG)) | bit(IPCQ_WRONGTYPE);
    case Verb::put_many: return put;
    case Verb::get_many: return get | bit(IPCQ_WRONGTYPE);
    case Verb::reserve: return put;
    case Verb::commit: return put | bit(IPCQ_NOTRESERVED) | bit(IPCQ_INVALID);
    case Verb::abandon: return any(IPCQ_NOTRESERVED, IPCQ_INVALID);
    case Verb::borrow: return (get & ~bit(IPCQ_TOOBIG)) | bit(IPCQ_WRONGTYPE);
    case Verb::release: return any(IPCQ_NOTTAKEN);
    case Verb::task_done: return any(IPCQ_NOTTAKEN, IPCQ_NOTJOINABLE);
    case Verb::nack: return any(IPCQ_NOTTAKEN, IPCQ_NOTJOINABLE, IPCQ_BUSY);
    case Verb::join: return any(IPCQ_TIMEDOUT, IPCQ_NOTJOINABLE);
    case Verb::shutdown: return any(IPCQ_BUSY);
    default: return any();
    }
}

// Memory of exactly the size that the call is told, so that one byte too many is seen.
struct Buffer {
    explicit Buffer(std::size_t size) : size(size), bytes(static_cast<unsigned char *>(std::malloc(size)))
    {
        if (size != 0)
            std::memset(bytes.get(), 0xa5, size);
    }
    struct Free {
        void operator()(unsigned char *memory) const { std::free(memory); }
    };
    void unwritten_from(std::size_t first) const
    {
        for (std::size_t i = first; i < size; i++)
            if (bytes.get()[i] != 0xa5)
                violation("payload", "an item of %zu bytes wrote byte %zu of the buffer", first, i);
    }
    std::size_t size;
    std::unique_ptr<unsigned char, Free> bytes;
};

} // namespace

int Session::call(const Step &step)
{
    ipcq_t *&handle = handles_[step.index & 1];
    if ((handle == nullptr) != (step.verb == Verb::open))
        return IPCQ_OK;
    const std::int64_t start = now_ns();
    start_counting(wait_ns_of(step));
    const int code = dispatch(step, handle);
    const std::int64_t took = now_ns() - start;
    if (took > wait_ns_of(step) + late_ns)
        violation("always returns", "%s took %lld ms", name_of(step.verb), static_cast<long long>(took / millisecond));
    if (code > 0 || code < -63 || (documented(step.verb) & bit(code)) == 0)
        violation("results", "%s answers %s, which ipcq.h does not list", name_of(step.verb), ipcq_error_name(code));
    if (step.expected != 0 && (step.expected & bit(code)) == 0)
        violation("expected result", "%s answers %s", text_of(step).c_str(), ipcq_error_name(code));
    return code;
}

void Session::close_all()
{
    for (std::uint8_t i = 0; i < 2; i++) {
        Step step;
        step.verb = Verb::close;
        step.index = i;
        call(step);
    }
}

int Session::dispatch(const Step &step, ipcq_t *&handle)
{
    switch (step.verb) {
    case Verb::open: return open(handle);
    case Verb::close: {
        const int code = ipcq_close(handle);
        handle = nullptr;
        return code;
    }
    case Verb::put:
    case Verb::put_typed: return put(step, handle);
    case Verb::get:
    case Verb::get_item:
    case Verb::get_alloc: return get(step, handle);
    case Verb::put_many: return put_many(step, handle);
    case Verb::get_many: return get_many(step, handle);
    case Verb::reserve: return reserve(step, handle);
    case Verb::commit: return commit(step, handle);
    case Verb::abandon: return ipcq_abandon(handle, reserved_[step.number % std::size(reserved_)]);
    case Verb::borrow: return borrow(step, handle);
    case Verb::release:
    case Verb::task_done:
    case Verb::nack: {
        const std::uint64_t ticket = step.number == 0   ? IPCQ_OLDEST
                                     : step.number == 1 ? IPCQ_OLDEST_OF_THREAD
                                                        : tickets_[step.number % std::size(tickets_)];
        return step.verb == Verb::nack      ? ipcq_nack(handle, ticket)
               : step.verb == Verb::release ? ipcq_release(handle, ticket)
                                            : ipcq_task_done(handle, ticket);
    }
    case Verb::join: return ipcq_join(handle, deadline_of(step));
    case Verb::shutdown: return ipcq_shutdown(handle, step.number % 2 == 0 ? IPCQ_DRAIN : IPCQ_IMMEDIATE);
    default: return look(step, handle);
    }
}

int Session::open(ipcq_t *&handle)
{
    char message[200];
    ipcq_options options = {};
    options.struct_size = sizeof options;
    options.flags = IPCQ_OPEN_ONLY;
    options.message = message;
    options.message_capacity = sizeof message;
    return ipcq_open(&handle, name_.c_str(), &options);
}

int Session::put(const Step &step, ipcq_t *handle)
{
    const Buffer payload(size_of(step.number));
    if (step.verb == Verb::put)
        return ipcq_put(handle, payload.bytes.get(), payload.size, deadline_of(step));
    const ipcq_wait wait = {deadline_of(step), nullptr, 0, 0};
    return ipcq_put_typed(handle, payload.bytes.get(), payload.size, step.number % 3, &wait);
}

int Session::get(const Step &step, ipcq_t *handle)
{
    const ipcq_wait wait = {deadline_of(step), nullptr, 0, 0};
    const std::uint64_t accept = step.number % 8 == 7 ? IPCQ_ACCEPT(1) : IPCQ_ACCEPT_ALL;
    ipcq_item item = {};
    int code = IPCQ_OK;
    if (step.verb == Verb::get_alloc) {
        void *data = nullptr;
        code = ipcq_get_alloc(handle, &data, &item, accept, &wait);
        if (code == IPCQ_OK)
            ipcq_free(data);
    } else {
        const Buffer buffer(size_of(step.number));
        std::size_t size = 0;
        if (step.verb == Verb::get) {
            code = ipcq_get(handle, buffer.bytes.get(), buffer.size, &size, deadline_of(step));
        } else {
            code = ipcq_get_item(handle, buffer.bytes.get(), buffer.size, &item, accept, &wait);
            size = item.size;
        }
        if (code == IPCQ_OK && size > buffer.size)
            violation("payload", "an item of %zu bytes came into a buffer of %zu", size, buffer.size);
        buffer.unwritten_from(code == IPCQ_OK ? size : 0);
    }
    if (code == IPCQ_OK)
        keep(item.ticket);
    return code;
}

void Session::keep(std::uint64_t ticket)
{
    if (ticket != 0)
        tickets_[ticket_count_++ % std::size(tickets_)] = ticket;
}

int Session::put_many(const Step &step, ipcq_t *handle)
{
    const Buffer payload(std::max(size_of(step.number), sizes[std::size(sizes) - 1]));
    std::vector<ipcq_message> messages(1 + step.index / 2u);
    for (std::size_t i = 0; i < messages.size(); i++)
        messages[i] = {payload.bytes.get(), i == 0 ? size_of(step.number) : sizes[(step.number + i) % 5],
                       static_cast<std::uint32_t>(i % 3), 0};
    const ipcq_wait wait = {deadline_of(step), nullptr, 0, 0};
    std::size_t count = 0;
    const int code = ipcq_put_many(handle, messages.data(), messages.size(), &count, &wait);
    if (code == IPCQ_OK && (count == 0 || count > messages.size()))
        violation("results", "put_many put %zu of %zu items", count, messages.size());
    return code;
}

int Session::get_many(const Step &step, ipcq_t *handle)
{
    const ipcq_wait wait = {deadline_of(step), nullptr, 0, 0};
    const Buffer buffer(size_of(step.number));
    std::vector<ipcq_view> views(1 + step.index / 2u);
    std::size_t count = 0, end = 0;
    const int code = ipcq_get_many(handle, buffer.bytes.get(), buffer.size, views.data(), views.size(), &count,
                                   step.number % 8 == 7 ? IPCQ_ACCEPT(1) : IPCQ_ACCEPT_ALL, &wait);
    if (code == IPCQ_OK && (count == 0 || count > views.size()))
        violation("results", "get_many got %zu of %zu items", count, views.size());
    for (std::size_t i = 0; code == IPCQ_OK && i < count; i++) {
        const ipcq_view &view = views[i];
        const auto at = static_cast<std::size_t>(static_cast<const unsigned char *>(view.data) - buffer.bytes.get());
        if (at < end || at > buffer.size || view.item.size > buffer.size - at || (at % 8 != 0 && view.item.size != 0))
            violation("payload", "item %zu of a batch lies at %zu, with %zu bytes, in a buffer of %zu", i, at,
                      static_cast<std::size_t>(view.item.size), buffer.size);
        end = at + view.item.size;
        keep(view.item.ticket);
    }
    buffer.unwritten_from(end);
    return code;
}

int Session::reserve(const Step &step, ipcq_t *handle)
{
    const ipcq_wait wait = {deadline_of(step), nullptr, 0, 0};
    const std::size_t size = size_of(step.number);
    void *data = nullptr;
    const int code = ipcq_reserve(handle, size, &data, &wait);
    if (code == IPCQ_OK) {
        std::memset(data, 0x5a, size); // a byte outside the mapping faults
        reserved_[reserved_count_++ % std::size(reserved_)] = data;
    }
    return code;
}

int Session::commit(const Step &step, ipcq_t *handle)
{
    const ipcq_wait wait = {deadline_of(step), nullptr, 0, 0};
    return ipcq_commit(handle, reserved_[step.number % std::size(reserved_)],
                       size_of(step.number / std::size(reserved_)), step.number % 3, &wait);
}

int Session::borrow(const Step &step, ipcq_t *handle)
{
    const ipcq_wait wait = {deadline_of(step), nullptr, 0, 0};
    ipcq_view view = {};
    const int code = ipcq_borrow(handle, &view, step.number % 8 == 7 ? IPCQ_ACCEPT(1) : IPCQ_ACCEPT_ALL, &wait);
    if (code == IPCQ_OK) {
        const auto *bytes = static_cast<const volatile unsigned char *>(view.data);
        for (std::uint64_t i = 0; i < view.item.size; i++) // a byte outside the mapping faults
            static_cast<void>(bytes[i]);
        keep(view.item.ticket);
    }
    return code;
}

int Session::look(const Step &step, ipcq_t *handle)
{
    switch (step.verb) {
    case Verb::size: {
        std::uint64_t items = 0;
        return ipcq_size(handle, &items);
    }
    case Verb::full: {
        int answer = 0;
        return ipcq_full(handle, &answer);
    }
    case Verb::empty: {
        int answer = 0;
        return ipcq_empty(handle, &answer);
    }
    case Verb::stat: {
        ipcq_stats stats = {};
        stats.struct_size = sizeof stats;
        return ipcq_stat(handle, &stats);
    }
    case Verb::participants: {
        const std::size_t capacity = step.number % 10;
        const auto array = std::make_unique<ipcq_participant[]>(capacity);
        std::size_t count = 0;
        return ipcq_participants(handle, array.get(), capacity, &count);
    }
    default: {
        char text[64];
        return ipcq_describe(handle, -static_cast<int>(step.number % 34), text, sizeof text);
    }
    }
}

} // namespace fuzz
