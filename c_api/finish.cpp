// SPDX-License-Identifier: Apache-2.0
//
// Ending an item that was taken. As in put.cpp, the usual case has a function for itself.
#include "border.hpp"

using ipcq::Call;
using ipcq::Code;
using ipcq::number;
using ipcq::SharedQueue;
using ipcq::UsualCall;

namespace {

[[gnu::noinline]] int finish_slowly(ipcq_t *queue, uint64_t ticket)
{
    const Call call(queue);
    return number(call.code() != Code::OK ? call.code() : call->finish(ticket));
}

// An older ticket, one without a number, or a thread that is not the first of the handle.
[[gnu::noinline]] int finish_rest(ipcq_t *queue, uint64_t ticket)
{
    const UsualCall call(queue, UsualCall::Entered{});
    return number(call.here()->finish(ticket));
}

[[gnu::noinline]] int after_finish(ipcq_t *queue, Code code)
{
    const UsualCall call(queue, UsualCall::Entered{});
    return number(call.here()->after_finish(code));
}

} // namespace

EXPORT int ipcq_task_done(ipcq_t *queue, uint64_t ticket)
{
    {
        UsualCall call(queue);
        SharedQueue *const here = call.here();
        uint64_t offset = 0;
        if (here != nullptr && here->is_attached(call.epoch()) && here->is_joinable()) [[likely]] {
            if (!here->end_lease_at_once(ticket, offset)) [[unlikely]] {
                call.hand_over();
                return finish_rest(queue, ticket);
            }
            const Code code = here->finish_record(offset);
            if (code == Code::OK && here->ends_after_finish()) [[likely]]
                return IPCQ_OK;
            call.hand_over();
            return after_finish(queue, code);
        }
    }
    return finish_slowly(queue, ticket);
}

EXPORT int ipcq_nack(ipcq_t *queue, uint64_t ticket)
{
    const Call call(queue);
    return number(call.code() != Code::OK ? call.code() : call->give_back(ticket));
}
