// SPDX-License-Identifier: Apache-2.0
//
// The border: each function checks its arguments, enters the queue, calls it, and turns the result into a number. No
// exception, no C++ type and no process state crosses it. ipcq.h documents the functions. Put is in put.cpp, get in
// get.cpp, task_done and nack in finish.cpp. Those for many items are in batch.cpp, those for items that are not
// copied in in_place.cpp, those that look at a queue in looking.cpp.
#include "border.hpp"
#include "memory/truncation_guard.hpp"

#include <cstdlib>
#include <cstring>

using ipcq::Call;
using ipcq::cancellation_point;
using ipcq::CancellationDisabled;
using ipcq::Code;
using ipcq::limits_of;
using ipcq::number;
using ipcq::refuse;
using ipcq::until;

namespace {

#define IPCQ_RESULT(name, number, sentence)                                                                            \
    static_assert(IPCQ_##name == (number), "ipcq.h and core/error_table.def agree about IPCQ_" #name);
#include "error_table.def"
#undef IPCQ_RESULT

static_assert(sizeof(std::atomic<std::uint32_t>) == sizeof(std::uint32_t), "a token's word is used as an atomic");

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

EXPORT int ipcq_join_wait(ipcq_t *queue, const ipcq_wait *wait)
{
    cancellation_point();
    const Call call(queue);
    ipcq::WaitLimits limits;
    if (call.code() != Code::OK)
        return number(call.code());
    if (limits_of(call, wait, limits) != Code::OK)
        return IPCQ_INVALID;
    return number(call->join(limits));
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
