// SPDX-License-Identifier: Apache-2.0
#include "log_fixture.hpp"

#include "wait/fork_epoch.hpp"
#include "wait/participant.hpp"

#include <csignal>
#include <cstdio>
#include <fcntl.h>
#include <sys/mman.h>

using namespace ipcq;

namespace {

const Plan plan;

void who_comes_takes_the_first_clean_slot(void **state)
{
    LogFixture &f = fixture_of(state);
    for (int i = 0; i < 4; i++) {
        const Participant &me = f.log(i).me();
        assert_int_equal(me.slot_index(), i);
        assert_int_equal(me.self().bits, Owner::of(static_cast<std::uint32_t>(i), 1).bits);
        assert_false(f.log(i).has_inherited());
        assert_true(f.state_of(static_cast<std::uint32_t>(i)) == SlotState::used);
        assert_int_equal(f.control().slot[i].pid.load(), ::getpid());
    }
}

// A participant without a log: in the table's next slot, and for children, whose copies of the fixture's have no
// mapping.
struct Someone {
    QueueFile file;
    Image image;
    Participant me;
};

Code last_refusal = Code::OK;

Someone *arrive(LogFixture &f)
{
    auto *someone = new Someone;
    const ForkGate *gate = new ForkGate;
    Descriptor fd;
    Code code = reopen(f.object().get(), fd);
    if (code == Code::OK)
        code = someone->file.adopt(std::move(fd), nullptr);
    Descriptor own;
    if (code == Code::OK)
        code = someone->file.open_again(own);
    if (code == Code::OK)
        code = someone->me.attach(someone->file, std::move(own), f.geometry(), someone->image);
    delete gate;
    if (code == Code::OK)
        return someone;
    last_refusal = code;
    delete someone;
    return nullptr;
}

void a_table_full_of_the_living_is_crowded(void **state)
{
    LogFixture &f = fixture_of(state);
    for (int i = 0; i < 4; i++)
        f.log(i);
    assert_null(arrive(f));
    assert_code(last_refusal, CROWDED);
}

void a_clean_slot_is_preferred_to_a_dead_ones(void **state)
{
    LogFixture &f = fixture_of(state);
    f.log(1);
    f.kill(1);
    assert_int_equal(f.log(2).me().slot_index(), 2);
}

void when_all_are_dirty_a_dead_ones_slot_is_taken_over_under_a_new_generation(void **state)
{
    LogFixture &f = fixture_of(state);
    for (int i = 1; i < 4; i++)
        f.log(i);
    f.kill(2);
    const Participant &heir = f.log(2).me();
    assert_int_equal(heir.slot_index(), 2);
    assert_true(f.log(2).has_inherited());
    assert_int_equal(heir.self().generation(), 3); // 2 was to be seen while no byte was locked: never an owner's
}

void a_slot_that_was_cleaned_is_taken_as_new(void **state)
{
    LogFixture &f = fixture_of(state);
    f.log(1);
    f.kill(1);
    f.set_state(1, SlotState::clean);
    assert_false(f.log(2).has_inherited());
    assert_int_equal(f.log(2).me().self().bits, Owner::of(1, 2).bits);
}

void others_see_who_is_alive(void **state)
{
    LogFixture &f = fixture_of(state);
    const Owner other = f.log(1).me().self();
    const Participant &me = f.log().me();
    assert_true(me.liveness(me.self()) == Liveness::alive);
    assert_true(me.liveness(other) == Liveness::alive);
    assert_true(me.liveness(Owner::of(other.slot(), other.generation() + 1)) == Liveness::dead);
    assert_true(me.liveness(Owner::of(other.slot(), other.generation() - 1)) == Liveness::dead);
    assert_true(me.liveness(Owner::of(4, 1)) == Liveness::dead); // the table has four
    assert_true(me.liveness(nobody) == Liveness::dead);
    f.kill(1);
    assert_true(me.liveness(other) == Liveness::dead);
    assert_true(me.liveness_of_slot(1) == Liveness::dead);
}

// Locks bytes of the queue's file on a description of its own, as any process may that opens the file.
Code lock_bytes(LogFixture &f, int flags, short kind, off_t begin, off_t size, Descriptor &out_fd)
{
    char path[40];
    std::snprintf(path, sizeof path, "/proc/self/fd/%d", f.object().get());
    out_fd = open_file(path, flags);
    struct flock lock {};
    lock.l_type = kind;
    lock.l_whence = SEEK_SET;
    lock.l_start = begin;
    lock.l_len = size;
    return ::fcntl(out_fd.get(), F_OFD_SETLK, &lock) == 0 ? Code::OK : Code::SYSTEM;
}

constexpr off_t slots_begin = off_t{1} << 61;

// A process that may only read the file can take read locks there.
void read_locks_do_not_make_the_dead_look_alive(void **state)
{
    LogFixture &f = fixture_of(state);
    f.log(1);
    f.kill(1);
    auto *fd = new Descriptor;
    const Code locked = lock_bytes(f, O_RDONLY, F_RDLCK, slots_begin + 1, 1, *fd);
    const Liveness seen = f.log().me().liveness_of_slot(1);
    delete fd;
    assert_code(locked, OK);
    assert_true(seen == Liveness::dead);
}

// A process that was stopped while it entered the slot of a dead participant holds the entrance alone.
void an_entrant_does_not_make_the_dead_look_alive(void **state)
{
    LogFixture &f = fixture_of(state);
    f.log(1);
    f.kill(1);
    auto *fd = new Descriptor;
    const Code locked = lock_bytes(f, O_RDWR, F_WRLCK, slots_begin + slot_count_max + 1, 1, *fd);
    const Liveness seen = f.log().me().liveness_of_slot(1);
    const std::uint32_t next = f.log(2).me().slot_index();
    f.set_state(3, SlotState::used);
    const std::uint32_t last = f.log(3).me().slot_index(); // all others are dirty, and the entrance of slot 1 is held
    delete fd;
    assert_code(locked, OK);
    assert_true(seen == Liveness::dead);
    assert_int_equal(next, 2);
    assert_int_equal(last, 3);
}

void without_a_descriptor_liveness_is_unknown(void **state)
{
    LogFixture &f = fixture_of(state);
    f.log(1);
    f.log().queue_file().close();
    assert_true(f.log().me().liveness_of_slot(1) == Liveness::unknown);
    assert_true(f.log().me().liveness(Owner::of(1, 2)) == Liveness::dead); // another generation: the word says so
    std::uint64_t items = 0;
    assert_code(f.reap(items), SYSTEM);
}

void nobody_is_attached_when_the_last_has_gone(void **state)
{
    LogFixture &f = fixture_of(state);
    f.log(1);
    assert_false(nobody_attached(f.object().get(), SlotSet{}));
    f.kill(0);
    assert_false(nobody_attached(f.object().get(), SlotSet{}));
    f.kill(1);
    assert_true(nobody_attached(f.object().get(), SlotSet{}));
}

/* Each own slot stands aside alone, the first and the last one of the table as well. */
void own_slots_are_nobody(void **state)
{
    LogFixture &f = fixture_of(state);
    f.log(2);
    const int fd = f.object().get();
    SlotSet own;
    for (const std::size_t slot : {std::size_t{0}, std::size_t{2}, std::size_t{slot_count_max - 1}})
        own[slot] = true;
    assert_false(nobody_attached(fd, own));
    own[1] = true;
    assert_true(nobody_attached(fd, own));
    own[0] = false;
    assert_false(nobody_attached(fd, own));
}

int attach_close_all_and_stop(void *fixture)
{
    CHILD_CHECK(arrive(*static_cast<LogFixture *>(fixture)) != nullptr);
    for (int fd = 3; fd < 256; fd++) // as daemons and subprocess libraries do
        ::close(fd);
    ::raise(SIGSTOP);
    return 0;
}

void the_mapping_alone_keeps_a_participant_alive(void **state)
{
    LogFixture &f = fixture_of(state);
    const pid_t child = child_start(attach_close_all_and_stop, &f);
    assert_true(child_wait_stopped(child));
    assert_true(f.log().me().liveness_of_slot(1) == Liveness::alive);
    child_kill(child);
    assert_true(f.log().me().liveness_of_slot(1) == Liveness::dead);
}

int attach_and_exec(void *fixture)
{
    if (arrive(*static_cast<LogFixture *>(fixture)) == nullptr)
        return 1;
    ::execl("/bin/sh", "sh", "-c", "kill -STOP $$", static_cast<char *>(nullptr));
    return 1;
}

void exec_is_death(void **state)
{
    LogFixture &f = fixture_of(state);
    const pid_t child = child_start(attach_and_exec, &f);
    assert_true(child_wait_stopped(child));
    assert_int_equal(life_of(f.control().slot[1]).generation(), 1);
    assert_true(f.log().me().liveness_of_slot(1) == Liveness::dead);
}

int lifeline[2]; // the test process holds the end to write; when it is gone, however, a read returns

// A child of a participant, which outlives it, but not the test: forked without the parent-death signal of
// child_start().
pid_t fork_idle_child()
{
    const pid_t child = ::fork();
    if (child == 0) {
        char nothing;
        ::close(lifeline[1]);
        ::_exit(::read(lifeline[0], &nothing, 1) == 0 ? 0 : 1);
    }
    return child;
}

pid_t *idle_child; // shared memory: the test process has to end it

int attach_fork_and_stop(void *fixture)
{
    CHILD_CHECK(arrive(*static_cast<LogFixture *>(fixture)) != nullptr);
    *idle_child = fork_idle_child();
    ::raise(SIGSTOP);
    return 0;
}

void a_forked_child_does_not_keep_its_parent_alive(void **state)
{
    LogFixture &f = fixture_of(state);
    const pid_t child = child_start(attach_fork_and_stop, &f);
    assert_true(child_wait_stopped(child));
    const bool alive_before = f.log().me().liveness_of_slot(1) == Liveness::alive;
    child_kill(child);
    const bool alive_after = f.log().me().liveness_of_slot(1) == Liveness::alive;
    ::kill(*idle_child, SIGKILL);
    assert_true(alive_before);
    assert_false(alive_after);
}

} // namespace

int main()
{
    void *shared = ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    idle_child = static_cast<pid_t *>(shared);
    if (shared == MAP_FAILED || ::pipe2(lifeline, O_CLOEXEC) != 0)
        return 1;
    const CMUnitTest tests[] = {
        LOG_TEST(who_comes_takes_the_first_clean_slot, plan),
        LOG_TEST(a_table_full_of_the_living_is_crowded, plan),
        LOG_TEST(a_clean_slot_is_preferred_to_a_dead_ones, plan),
        LOG_TEST(when_all_are_dirty_a_dead_ones_slot_is_taken_over_under_a_new_generation, plan),
        LOG_TEST(a_slot_that_was_cleaned_is_taken_as_new, plan),
        LOG_TEST(others_see_who_is_alive, plan),
        LOG_TEST(read_locks_do_not_make_the_dead_look_alive, plan),
        LOG_TEST(an_entrant_does_not_make_the_dead_look_alive, plan),
        LOG_TEST(without_a_descriptor_liveness_is_unknown, plan),
        LOG_TEST(nobody_is_attached_when_the_last_has_gone, plan),
        LOG_TEST(own_slots_are_nobody, plan),
        LOG_TEST(the_mapping_alone_keeps_a_participant_alive, plan),
        LOG_TEST(exec_is_death, plan),
        LOG_TEST(a_forked_child_does_not_keep_its_parent_alive, plan),
    };
    return RUN_TESTS("core.wait.participant", tests);
}
