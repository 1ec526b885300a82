// SPDX-License-Identifier: Apache-2.0
#include "victim.h"

#include "arena.h"
#include "clock.h"
#include "image.h"

#include <csignal>
#include <cstring>
#include <sys/ptrace.h>
#include <unistd.h>

namespace sweep {

namespace {

unsigned char bytes_out[item_max], bytes_in[item_max], bytes_batch[item_max];

#if defined(__x86_64__)
#define BREAKPOINT "int3"
#else
#error "the sweep steps through x86-64 code"
#endif

// There must be one copy of it, and nothing between the breakpoints but the call.
__attribute__((noinline, noclone)) void act_between_breakpoints(void (*act)(Actor &), Actor &actor)
{
    asm volatile(".globl sweep_begin\nsweep_begin: " BREAKPOINT ::: "memory");
    act(actor);
    actor.notes->result[actor.role] = actor.result;
    asm volatile(".globl sweep_end\nsweep_end: " BREAKPOINT ::: "memory");
}

void behave_the_same_each_time()
{
    tick_by_looks();
    allocate_in_order();
}

void act(const Operation &operation, void (*call)(Actor &), Actor &actor)
{
    actor.notes->result[actor.role] = not_returned;
    if (operation.forks) {
        // The child is the victim, and the parent lives on until the case is over.
        if (::fork() != 0)
            for (;;)
                ::pause();
    }
    act_between_breakpoints(call, actor);
}

} // namespace

void equip(Actor &actor, const Operation &operation, const char *name, Notes &notes, Role role)
{
    actor.name = name;
    actor.notes = &notes;
    actor.role = role;
    actor.options = options_of(operation.plan);
    actor.out = bytes_out;
    actor.out_size = operation.out_size;
    actor.in = bytes_in;
    std::memset(bytes_in, 0xee, sizeof bytes_in); // its pages are there before the first step
    make_item(actor.out, actor.out_size, role == victim ? victims : role == dead_peer ? dead_peers : bystanders);
    unsigned char *at = bytes_batch;
    const Id first = role == dead_peer ? first_of_dead_batch : first_of_batch;
    for (std::size_t i = 0; i < operation.batch.size(); at += operation.batch[i++]) {
        make_item(at, operation.batch[i], first + static_cast<Id>(i));
        actor.batch[i] = {at, operation.batch[i], IPCQ_TYPE_BYTES, 0};
    }
    actor.batch_count = operation.batch.size();
}

bool attach(Actor &actor)
{
    const int code = ipcq_open(&actor.queue, actor.name, &actor.options);
    if (code != IPCQ_OK) {
        actor.notes->complain("open: role %u got %s", actor.role, ipcq_error_name(code));
        return false;
    }
    ipcq_participant people[64];
    std::size_t count = 0;
    ipcq_participants(actor.queue, people, 64, &count);
    for (std::size_t i = 0; i < count && i < 64; i++)
        if (people[i].self != 0)
            actor.notes->slot[actor.role] = people[i].slot;
    actor.notes->attached[actor.role] = true;
    return true;
}

void finish_and_close(Actor &actor, bool joinable)
{
    const auto finish = [&](const void *data, const ipcq_item &item) {
        const Id id = check_item(data, item.size);
        if (id == 0)
            actor.notes->complain("payload: role %u received torn bytes", actor.role);
        if (item.ticket != 0 && joinable) {
            if (const int code = ipcq_task_done(actor.queue, item.ticket); code != IPCQ_OK)
                actor.notes->complain("task_done: role %u got %s", actor.role, ipcq_error_name(code));
        }
        actor.notes->deliver(id, item.deliveries, actor.role);
    };
    if (actor.holds_item)
        finish(actor.in, actor.item[0]);
    for (std::size_t i = 0; i < actor.view_count; i++)
        finish(actor.views[i].data, actor.views[i].item);
    if (actor.queue != nullptr)
        ipcq_close(actor.queue);
}

int live_as_victim(const Operation &operation, const char *name, Notes &notes)
{
    Actor actor;
    equip(actor, operation, name, notes, victim);
    behave_the_same_each_time();
    if (operation.late_reaper) // it waits for the lock that the other one holds, and nobody looks at that
        tick_by_looks(1);
    if (!operation.opens && !attach(actor))
        return 1;
    if (operation.before != nullptr)
        operation.before(actor);
    ::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
    ::raise(SIGSTOP); // the tracer sets its options
    act(operation, operation.act, actor);
    // Only a frozen victim comes here.
    if (actor.result == IPCQ_OK && operation.puts && operation.batch.empty())
        notes.note_put(victims);
    for (std::uint32_t i = 0; i < notes.accepted; i++)
        notes.note_put(first_of_batch + i);
    finish_and_close(actor, operation.plan.joinable);
    return 0;
}

int live_as_dead_peer(const Operation &operation, const Death &death, const char *name, Notes &notes)
{
    Actor actor;
    equip(actor, operation, name, notes, dead_peer);
    behave_the_same_each_time();
    if (!attach(actor))
        return 1;
    if (death.before != nullptr)
        death.before(actor);
    ::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
    ::raise(SIGSTOP);
    act_between_breakpoints(death.act, actor);
    return 0;
}

int live_as_late_reaper(const Operation &operation, const char *name, Notes &notes)
{
    Actor actor;
    equip(actor, operation, name, notes, late_reaper);
    behave_the_same_each_time();
    if (!attach(actor))
        return 1;
    ::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
    ::raise(SIGSTOP);
    act_between_breakpoints([](Actor &a) { a.result = ipcq_join(a.queue, IPCQ_NOWAIT); }, actor);
    finish_and_close(actor, operation.plan.joinable);
    return 0;
}

} // namespace sweep
