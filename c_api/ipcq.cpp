// SPDX-License-Identifier: Apache-2.0
//
// The border: each function checks its arguments, enters the queue, calls it, and turns the result into a number. No
// exception, no C++ type and no process state crosses it. ipcq.h documents the functions. Those for many items are in
// batch.cpp, those for items that are not copied in in_place.cpp, those that look at a queue in looking.cpp.
#include "border.hpp"
#include "memory/truncation_guard.hpp"

#include <cstdlib>
#include <cstring>

using ipcq::Call;
using ipcq::cancellation_point;
using ipcq::CancellationDisabled;
using ipcq::Code;
using ipcq::number;
using ipcq::patience_of;
using ipcq::refuse;
using ipcq::UsualCall;

namespace {

#define IPCQ_RESULT(name, number, sentence)                                                                            \
    static_assert(IPCQ_##name == (number), "ipcq.h and core/error_table.def agree about IPCQ_" #name);
#include "error_table.def"
#undef IPCQ_RESULT

static_assert(sizeof(std::atomic<std::uint32_t>) == sizeof(std::uint32_t), "a token's word is used as an atomic");

ipcq_wait until(int64_t deadline_ns) { return {deadline_ns, nullptr, 0, 0}; }

// The usual case. False: nothing has changed.
IPCQ_INLINE bool put_at_once(ipcq_t *queue, const void *data, size_t size, uint32_t type)
{
    if (data == nullptr || size - 1 >= ipcq::copy_inside_max) [[unlikely]]
        return false;
    const UsualCall call(queue);
    return call.here() != nullptr && call.here()->put_at_once(call.epoch(), data, size, type);
}

template <class Receive>
IPCQ_INLINE bool get_at_once(ipcq_t *queue, void *buffer, size_t capacity, uint64_t accept, Receive receive)
{
    if (buffer == nullptr || capacity == 0) [[unlikely]]
        return false;
    const UsualCall call(queue);
    return call.here() != nullptr && call.here()->get_at_once(call.epoch(), buffer, capacity, accept, receive);
}

// The options of this version may be followed by a newer caller's; those must be zero, which means default. nullptr, or
// why they are refused.
const char *read_options(const ipcq_options *given, ipcq_options &out)
{
    std::memset(&out, 0, sizeof out);
    out.struct_size = sizeof out;
    if (given == nullptr)
        return nullptr;
    if (given->struct_size < offsetof(ipcq_options, reserved) || given->struct_size > 4096) {
        // Every version of the struct has these two. A capacity beyond reason tells of a struct that was never
        // initialised.
        constexpr size_t message_capacity_max = 1 << 20;
        if (given->message_capacity <= message_capacity_max) {
            out.message = given->message;
            out.message_capacity = given->message_capacity;
        }
        return "The struct_size of the options is not known: zero the options, and set it to sizeof(ipcq_options).";
    }
    const auto *bytes = reinterpret_cast<const unsigned char *>(given);
    std::memcpy(&out, given, given->struct_size < sizeof out ? given->struct_size : sizeof out);
    for (std::size_t i = sizeof out; i < given->struct_size; i++)
        if (bytes[i] != 0)
            return "An option is newer than this library: use the libipcq that the program was compiled with.";
    constexpr uint32_t known = IPCQ_PLAIN | IPCQ_JOINABLE | IPCQ_OPEN_ONLY | IPCQ_CREATE_ONLY | IPCQ_ANY_OWNER;
    if ((out.flags & ~known) != 0)
        return "The flags of the options have a bit that means nothing: use the flags of ipcq.h for ipcq_open().";
    if (out.reserved != 0)
        return "The reserved field of the options is not 0: zero the options before you fill them.";
    return nullptr;
}

Code open(ipcq_t **out_queue, const char *name, const ipcq_options &o)
{
    ipcq::Options options;
    options.plain = (o.flags & IPCQ_PLAIN) != 0;
    options.joinable = (o.flags & IPCQ_JOINABLE) != 0;
    options.open_only = (o.flags & IPCQ_OPEN_ONLY) != 0;
    options.create_only = (o.flags & IPCQ_CREATE_ONLY) != 0;
    options.any_owner = (o.flags & IPCQ_ANY_OWNER) != 0;
    options.mode = o.mode != 0 ? o.mode : 0600;
    options.max_items = o.max_items;
    options.capacity_bytes = o.capacity_bytes;
    options.slot_count = o.max_participants;
    ipcq::Cell *cell = ipcq::take_cell();
    if (cell == nullptr)
        return refuse(o, Code::NOMEM, ipcq::sentence_of(IPCQ_NOMEM));
    ipcq::Queue *queue = nullptr;
    const Code code = ipcq::open_queue(name, options, queue, o.message, o.message_capacity);
    if (code == Code::OK)
        *out_queue = ipcq::make_handle(cell, queue);
    else
        ipcq::return_cell(cell);
    return code;
}

bool is_usual(const ipcq_wait *wait)
{
    return wait == nullptr || ((wait->flags | wait->reserved) == 0 && wait->deadline_ns >= 0);
}

// By these the functions below go on, with a queue for which the usual case was not all.

[[gnu::noinline]] int put_slowly(ipcq_t *queue, const void *data, size_t size, uint32_t type, const ipcq_wait *wait)
{
    cancellation_point();
    const Call call(queue);
    ipcq::Patience patience;
    if (call.code() != Code::OK)
        return number(call.code());
    if ((data == nullptr && size != 0) || type > 0xffff || patience_of(call, wait, patience) != Code::OK)
        return IPCQ_INVALID;
    return number(call->put({data, size, type}, patience));
}

[[gnu::noinline]] int put_slowly(ipcq_t *queue, const void *data, size_t size, int64_t deadline_ns)
{
    const ipcq_wait wait = until(deadline_ns);
    return put_slowly(queue, data, size, IPCQ_TYPE_BYTES, &wait);
}

[[gnu::noinline]] int get_slowly(ipcq_t *queue, void *buffer, size_t capacity, ipcq_item *out_item, uint64_t accept,
                                 const ipcq_wait *wait)
{
    cancellation_point();
    const Call call(queue);
    ipcq::Patience patience;
    if (call.code() != Code::OK)
        return number(call.code());
    if ((buffer == nullptr && capacity != 0) || out_item == nullptr || accept == 0 ||
        patience_of(call, wait, patience) != Code::OK)
        return IPCQ_INVALID;
    ipcq::Item item;
    const Code code = call->get({buffer, capacity, accept}, patience, item);
    if (code == Code::OK || code == Code::TOOBIG || code == Code::WRONGTYPE)
        *out_item = {item.ticket, item.size, item.type, item.deliveries};
    return number(code);
}

[[gnu::noinline]] int get_slowly(ipcq_t *queue, void *buffer, size_t capacity, size_t *out_size, int64_t deadline_ns)
{
    const ipcq_wait wait = until(deadline_ns);
    ipcq_item item{};
    const int code = get_slowly(queue, buffer, capacity, out_size != nullptr ? &item : nullptr, IPCQ_ACCEPT_ALL, &wait);
    if (out_size != nullptr && (code == IPCQ_OK || code == IPCQ_TOOBIG))
        *out_size = item.size;
    return code;
}

} // namespace

EXPORT uint32_t ipcq_version(void)
{
    return IPCQ_VERSION_MAJOR * 1000000u + IPCQ_VERSION_MINOR * 1000u + IPCQ_VERSION_PATCH;
}

EXPORT const char *ipcq_strerror(int code) { return ipcq::sentence_of(code); }

EXPORT const char *ipcq_error_name(int code) { return ipcq::name_of(code); }

EXPORT int64_t ipcq_deadline(double seconds) { return ipcq::deadline_in(seconds); }

EXPORT int ipcq_cancel(ipcq_token *token)
{
    if (token == nullptr)
        return IPCQ_INVALID;
    reinterpret_cast<std::atomic<std::uint32_t> *>(&token->cancelled)->store(1, std::memory_order_relaxed);
    return IPCQ_OK;
}

EXPORT int ipcq_open(ipcq_t **out_queue, const char *name, const ipcq_options *options)
{
    cancellation_point();
    const CancellationDisabled whole;
    ipcq_options o;
    if (const char *why = read_options(options, o); why != nullptr)
        return number(refuse(o, Code::INVALID, why));
    if (out_queue == nullptr)
        return number(refuse(o, Code::INVALID, "No place for the handle was given: pass the address of an ipcq_t *."));
    return number(open(out_queue, name, o));
}

EXPORT int ipcq_close(ipcq_t *queue)
{
    const CancellationDisabled whole;
    return number(ipcq::close_handle(queue));
}

EXPORT int ipcq_unlink(const char *name)
{
    const CancellationDisabled whole;
    return number(ipcq::unlink_queue(name));
}

EXPORT int ipcq_guard_truncation(void) { return number(ipcq::guard_truncation()); }

EXPORT int ipcq_name(ipcq_t *queue, char *buffer, size_t capacity)
{
    const Call call(queue);
    if (call.code() != Code::OK || buffer == nullptr)
        return buffer == nullptr ? IPCQ_INVALID : number(call.code());
    const std::size_t size = std::strlen(call->name()) + 1;
    if (size > capacity)
        return IPCQ_TOOBIG;
    const Code code = call->publish();
    if (code == Code::OK)
        std::memcpy(buffer, call->name(), size);
    return number(code);
}

EXPORT int ipcq_describe(ipcq_t *queue, int code, char *buffer, size_t capacity)
{
    const Call call(queue);
    if (call.code() != Code::OK || buffer == nullptr || capacity == 0)
        return call.code() == Code::OK ? IPCQ_INVALID : number(call.code());
    call->describe(code, buffer, capacity);
    return IPCQ_OK;
}

EXPORT int ipcq_put(ipcq_t *queue, const void *data, size_t size, int64_t deadline_ns)
{
    if (deadline_ns >= 0 && put_at_once(queue, data, size, IPCQ_TYPE_BYTES)) [[likely]]
        return IPCQ_OK;
    return put_slowly(queue, data, size, deadline_ns);
}

EXPORT int ipcq_put_typed(ipcq_t *queue, const void *data, size_t size, uint32_t type, const ipcq_wait *wait)
{
    if (type <= 0xffff && is_usual(wait) && put_at_once(queue, data, size, type)) [[likely]]
        return IPCQ_OK;
    return put_slowly(queue, data, size, type, wait);
}

EXPORT int ipcq_get_item(ipcq_t *queue, void *buffer, size_t capacity, ipcq_item *out_item, uint64_t accept,
                         const ipcq_wait *wait)
{
    const auto receive = [&](const ipcq::Item &item) {
        *out_item = {item.ticket, item.size, item.type, item.deliveries};
    };
    if (out_item != nullptr && accept != 0 && is_usual(wait) && get_at_once(queue, buffer, capacity, accept, receive))
        [[likely]]
        return IPCQ_OK;
    return get_slowly(queue, buffer, capacity, out_item, accept, wait);
}

EXPORT int ipcq_get(ipcq_t *queue, void *buffer, size_t capacity, size_t *out_size, int64_t deadline_ns)
{
    const auto receive = [&](const ipcq::Item &item) { *out_size = item.size; };
    if (out_size != nullptr && deadline_ns >= 0 && get_at_once(queue, buffer, capacity, IPCQ_ACCEPT_ALL, receive))
        [[likely]]
        return IPCQ_OK;
    return get_slowly(queue, buffer, capacity, out_size, deadline_ns);
}

EXPORT int ipcq_get_alloc(ipcq_t *queue, void **out_data, ipcq_item *out_item, uint64_t accept, const ipcq_wait *wait)
{
    if (out_data == nullptr || out_item == nullptr)
        return IPCQ_INVALID;
    cancellation_point();
    const CancellationDisabled whole; // there is memory to release
    ipcq_item item{};                 // the caller's stays as it is when no item is taken
    // Another consumer may take the item whose size was told, and the next one be larger: ask until both fit.
    for (std::size_t capacity = 256;;) {
        void *data = std::malloc(capacity);
        if (data == nullptr)
            return IPCQ_NOMEM;
        const int code = ipcq_get_item(queue, data, capacity, &item, accept, wait);
        if (code == IPCQ_OK || code == IPCQ_WRONGTYPE)
            *out_item = item;
        if (code == IPCQ_OK) {
            *out_data = data;
            return code;
        }
        std::free(data);
        if (code != IPCQ_TOOBIG)
            return code;
        capacity = item.size;
    }
}

EXPORT void ipcq_free(void *data) { std::free(data); }

EXPORT int ipcq_task_done(ipcq_t *queue, uint64_t ticket)
{
    {
        const UsualCall call(queue);
        Code code = Code::OK;
        if (call.here() != nullptr && call.here()->finish_at_once(call.epoch(), ticket, code)) [[likely]]
            return number(code);
    }
    const Call call(queue);
    return number(call.code() != Code::OK ? call.code() : call->finish(ticket));
}

EXPORT int ipcq_nack(ipcq_t *queue, uint64_t ticket)
{
    const Call call(queue);
    return number(call.code() != Code::OK ? call.code() : call->give_back(ticket));
}

EXPORT int ipcq_join_wait(ipcq_t *queue, const ipcq_wait *wait)
{
    cancellation_point();
    const Call call(queue);
    ipcq::Patience patience;
    if (call.code() != Code::OK)
        return number(call.code());
    if (patience_of(call, wait, patience) != Code::OK)
        return IPCQ_INVALID;
    return number(call->join(patience));
}

EXPORT int ipcq_join(ipcq_t *queue, int64_t deadline_ns)
{
    const ipcq_wait wait = until(deadline_ns);
    return ipcq_join_wait(queue, &wait);
}

EXPORT int ipcq_shutdown(ipcq_t *queue, int mode)
{
    const Call call(queue);
    if (call.code() != Code::OK)
        return number(call.code());
    if (mode != IPCQ_DRAIN && mode != IPCQ_IMMEDIATE)
        return IPCQ_INVALID;
    return number(call->shutdown(static_cast<std::uint32_t>(mode)));
}
