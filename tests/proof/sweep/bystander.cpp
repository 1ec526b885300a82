// SPDX-License-Identifier: Apache-2.0
#include "clock.h"
#include "survivor.h"
#include "victim.h"

namespace sweep {

namespace {

void get(Actor &actor)
{
    actor.result = ipcq_get_item(actor.queue, actor.in, item_max, &actor.item[0], IPCQ_ACCEPT_ALL, nullptr);
    actor.holds_item = actor.result == IPCQ_OK;
}

void put(Actor &actor)
{
    actor.result = ipcq_put(actor.queue, actor.out, actor.out_size, IPCQ_FOREVER);
    if (actor.result == IPCQ_OK)
        actor.notes->note_put(bystanders);
}

} // namespace

void live_as_bystander(const Operation &operation, const char *name, Notes &notes, const Line &line)
{
    Actor actor;
    equip(actor, operation, name, notes, bystander);
    make_item(actor.out, 40, bystanders);
    actor.out_size = 40;
    if (!attach(actor))
        return;
    count_slices_in(notes.slices[bystander]);
    hurry(hurry_factor);
    line.answer();
    if (line.next_order() == '\0')
        return;
    switch (operation.sleeper) {
    case 'G': get(actor); break;
    case 'P': put(actor); break;
    default: actor.result = ipcq_join(actor.queue, IPCQ_FOREVER); break;
    }
    finish_and_close(actor, operation.plan.joinable);
    notes.result[bystander] = actor.result;
    notes.done[bystander] = 1;
}

} // namespace sweep
