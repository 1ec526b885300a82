// SPDX-License-Identifier: Apache-2.0
//
// The offsets as FORMAT.md prints them, so that the page and the code change together.
#include "core_test.hpp"

#include "layout/control.hpp"

using namespace ipcq;

namespace {

#define assert_offset(type, member, offset) assert_int_equal(offsetof(type, member), offset)

void the_header_lies_as_documented(void **)
{
    assert_offset(Header, magic, 0);
    assert_offset(Header, major, 8);
    assert_offset(Header, minor, 12);
    assert_offset(Header, features, 16);
    assert_offset(Header, fingerprint.byte_order, 24);
    assert_offset(Header, fingerprint.pointer_size, 28);
    assert_offset(Header, fingerprint.sem_size, 30);
    assert_offset(Header, fingerprint.sem_alignment, 32);
    assert_offset(Header, fingerprint.c_library, 34);
    assert_offset(Header, fingerprint.page_size, 36);
    assert_offset(Header, fingerprint.line_size, 40);
    assert_offset(Header, segment_size, 48);
    assert_offset(Header, segment_count, 56);
    assert_offset(Header, table_offset, 64);
    assert_offset(Header, data_offset, 72);
    assert_offset(Header, map_size, 80);
    assert_offset(Header, slot_count, 88);
    assert_offset(Header, kind, 92);
    assert_offset(Header, max_items, 96);
    assert_offset(Header, capacity_bytes, 104);
    assert_offset(Header, uuid, 112);
    assert_offset(Header, reserved, 128);
}

void the_cursors_lie_as_documented(void **)
{
    assert_offset(Control, tail.lock, 256);
    assert_offset(Control, tail.epoch, 264);
    assert_offset(Control, tail.copy[0].position, 272);
    assert_offset(Control, tail.copy[0].sequence, 280);
    assert_offset(Control, tail.copy[1], 288);
    assert_offset(Control, tail.limit, 304);
    assert_offset(Control, head.lock, 384);
    assert_offset(Control, head.epoch, 392);
    assert_offset(Control, head.copy[0].offset, 400);
    assert_offset(Control, head.copy[0].sequence, 408);
    assert_offset(Control, head.copy[0].zone, 416);
    assert_offset(Control, head.copy[1], 424);
    assert_offset(Control, frontier.lock, 512);
    assert_offset(Control, frontier.epoch, 520);
    assert_offset(Control, frontier.copy[0].offset, 528);
    assert_offset(Control, frontier.copy[0].sequence, 536);
    assert_offset(Control, frontier.copy[1], 544);
    assert_offset(Control, frontier.lease_chain, 560);
    assert_offset(Control, frontier.free_below, 568);
}

void the_hints_lie_as_documented(void **)
{
    assert_offset(Control, waiters.getters, 640);
    assert_offset(Control, waiters.putters, 644);
    assert_offset(Control, waiters.joiners, 648);
    assert_offset(Control, waiters.lock, 652);
    assert_offset(Control, waiters.shutdown, 664);
    assert_offset(Control, waiters.last_reap_ms, 668);
    assert_offset(Control, supply.recent, 768);
    assert_offset(Control, supply.rotor, 772);
    assert_offset(Control, supply.high_water, 776);
    assert_offset(Control, supply.backed, 780);
    assert_offset(Control, supply.peak, 784);
    assert_offset(Control, supply.peak_before, 788);
    assert_offset(Control, supply.interval_ms, 792);
    assert_offset(Control, semaphores.getters, 896);
    assert_offset(Control, semaphores.putters, 960);
    assert_offset(Control, semaphores.joiners, 1024);
    assert_offset(Control, semaphores.lock, 1088);
}

void a_slot_lies_as_documented(void **)
{
    assert_offset(Control, slot, 1280);
    assert_int_equal(sizeof(Slot), 128);
    assert_offset(Slot, life, 0);
    assert_int_equal(SlotLife::of(7, SlotState::inherited).bits, std::uint64_t{2} << 32 | 7);
    assert_offset(Slot, pid, 8);
    assert_offset(Slot, puts, 16);
    assert_offset(Slot, gets, 24);
    assert_offset(Slot, leases, 32);
    assert_offset(Slot, dones, 40);
    assert_offset(Slot, nacks, 48);
    assert_offset(Slot, returned, 56);
    assert_offset(Slot, recovered, 64);
    assert_offset(Slot, command, 72);
    assert_offset(Slot, waiting.getters, 88);
    assert_offset(Slot, waiting.putters, 92);
    assert_offset(Slot, waiting.joiners, 96);
}

} // namespace

int main()
{
    const CMUnitTest tests[] = {
        cmocka_unit_test(the_header_lies_as_documented),
        cmocka_unit_test(the_cursors_lie_as_documented),
        cmocka_unit_test(the_hints_lie_as_documented),
        cmocka_unit_test(a_slot_lies_as_documented),
    };
    return RUN_TESTS("core.layout.control", tests);
}
