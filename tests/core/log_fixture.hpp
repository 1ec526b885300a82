// SPDX-License-Identifier: Apache-2.0
//
// A queue without a name and some participants of it, all in this process. Each has its own mapping and its own byte
// lock. So dropping a mapping without cleaning up looks like a death to the others.
#pragma once

#include "core_test.hpp"

#include "log/append.hpp"
#include "log/finish.hpp"
#include "log/take.hpp"
#include "memory/object.hpp"

struct Plan {
    bool joinable = true;
    std::uint64_t max_items = 0;
    std::uint64_t capacity_bytes = ipcq::capacity_bytes_min; // 4 live segments of 4096 bytes, besides the tail's
    std::uint32_t slot_count = 4;
};

struct Got {
    ipcq::Code code;
    ipcq::TakenRecord taken;
    char text[64];
};

class LogFixture {
public:
    static constexpr int peers = 4;

    explicit LogFixture(const Plan &plan);
    ~LogFixture();

    // Peer 0 is open from the beginning; the others are born by their first use.
    ipcq::Log &log(int peer = 0);
    // The mapping and the byte lock go; locks, leases, claims and the dirty slot stay.
    void kill(int peer);
    ipcq::Descriptor &object() { return object_; }
    const ipcq::Geometry &geometry() const { return geometry_; }

    ipcq::Control &control() { return log().control(); }
    ipcq::Word &word(std::uint64_t offset);
    ipcq::RecordWord record(std::uint64_t offset) { return {word(offset).load()}; }
    ipcq::Word &segment(std::uint64_t index) { return word(geometry_.table_offset + 8 * index); }

    // Reaps all slots as this peer.
    ipcq::Code reap(std::uint64_t &out_items, int peer = 0)
    {
        return log(peer).reap(log(peer).all_slots(), ipcq::Log::LockWait::once, out_items);
    }
    ipcq::SlotState state_of(std::uint32_t slot) { return ipcq::life_of(control().slot[slot]).state(); }
    void set_state(std::uint32_t slot, ipcq::SlotState state)
    {
        control().slot[slot].life = ipcq::life_of(control().slot[slot]).with(state).bits;
    }
    std::uint64_t used_bytes()
    {
        std::uint64_t bytes = UINT64_MAX;
        return log().used_bytes(bytes) == ipcq::Code::OK ? bytes : UINT64_MAX;
    }

    // A cursor has two copies, so the last move can be undone: as if its writer had died just before it.
    template <class Group> static void undo_move(Group &group) { group.epoch.fetch_sub(1); }

    ipcq::Code put(const char *text, int peer = 0);
    ipcq::Code put_bytes(std::uint64_t size, int peer = 0);
    ipcq::FullReason full_reason = ipcq::FullReason::none; // of the last put

    Got take(int peer = 0, bool lease = true); // never copies more than 63 bytes of text
    Got take_bytes(int peer = 0, bool lease = true);
    bool advance(int peer = 0); // fails the test unless OK; is the end reached?

private:
    ipcq::Geometry geometry_;
    ipcq::Descriptor object_;
    struct Peer {
        ipcq::QueueFile file;
        ipcq::Log log;
    } peer_[peers];
    char *bytes_ = nullptr; // as large as the largest item
};

// For cmocka_unit_test_prestate_setup_teardown(): the state before is a Plan, afterwards a LogFixture.
int log_setup(void **state);
int log_teardown(void **state);
inline LogFixture &fixture_of(void **state) { return *static_cast<LogFixture *>(*state); }

#define LOG_TEST(test, plan)                                                                                           \
    cmocka_unit_test_prestate_setup_teardown(test, log_setup, log_teardown, const_cast<Plan *>(&(plan)))

inline const ipcq::WaitLimits no_patience = ipcq::WaitLimits::until(ipcq::nowait);
