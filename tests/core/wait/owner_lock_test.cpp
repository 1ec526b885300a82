// SPDX-License-Identifier: Apache-2.0
#include "log_fixture.hpp"

#include "wait/fork_epoch.hpp"
#include "wait/owner_lock.hpp"

#include <cerrno>
#include <csignal>
#include <dlfcn.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>

using namespace ipcq;

namespace {

const Plan plan;

// While `moving` is set, a sleep takes no time but moves that word, and is added up.
Word *moving = nullptr;
Nanoseconds slept = 0;

OwnerLock tail_lock(LogFixture &f)
{
    return {f.control().tail.lock, f.control().tail.epoch, f.control().waiters.lock[0], f.control().semaphores.lock[0]};
}

std::uint64_t holder(LogFixture &f) { return f.control().tail.lock.load(); }

void a_free_lock_is_taken_under_the_owners_name(void **state)
{
    LogFixture &f = fixture_of(state);
    OwnerLock lock = tail_lock(f);
    LockResult lock_result = LockResult::owner_died;
    assert_code(lock.lock(f.log().me(), no_patience, lock_result), OK);
    assert_true(lock_result == LockResult::clean);
    assert_int_equal(holder(f), f.log().me().self().bits);
    lock.unlock();
    assert_int_equal(holder(f), 0);
}

void a_dead_owners_lock_is_stolen_and_the_thief_is_told(void **state)
{
    LogFixture &f = fixture_of(state);
    OwnerLock lock = tail_lock(f);
    LockResult lock_result = LockResult::clean;
    assert_code(lock.lock(f.log(1).me(), no_patience, lock_result), OK);
    f.kill(1);
    assert_code(lock.lock(f.log().me(), no_patience, lock_result), OK);
    assert_true(lock_result == LockResult::owner_died);
    assert_int_equal(holder(f), f.log().me().self().bits);
}

void a_lock_of_an_earlier_life_of_a_slot_is_stolen(void **state)
{
    LogFixture &f = fixture_of(state);
    const Owner self = f.log().me().self();
    f.control().tail.lock = Owner::of(self.slot(), self.generation() - 1).bits;
    OwnerLock lock = tail_lock(f);
    LockResult lock_result = LockResult::clean;
    assert_code(lock.lock(f.log().me(), no_patience, lock_result), OK);
    assert_true(lock_result == LockResult::owner_died);
}

void an_owner_that_cannot_be_is_dead(void **state)
{
    LogFixture &f = fixture_of(state);
    OwnerLock lock = tail_lock(f);
    for (const std::uint64_t nonsense : {UINT64_MAX, std::uint64_t{1}, std::uint64_t{0xffff}, std::uint64_t{1} << 63}) {
        f.control().tail.lock = nonsense;
        LockResult lock_result = LockResult::clean;
        assert_code(lock.lock(f.log().me(), no_patience, lock_result), OK);
        assert_true(lock_result == LockResult::owner_died);
        lock.unlock();
    }
}

// A process that holds the tail's lock and is stopped there.
int stop_with_the_lock(void *argument)
{
    auto &f = *static_cast<LogFixture *>(argument);
    // The mappings were not inherited. A participant that is still known to be open would be used without one.
    Log *log = new Log;
    QueueFile *file = new QueueFile;
    Descriptor fd, own;
    const ForkGate *gate = new ForkGate;
    CHILD_CHECK(reopen(f.object().get(), fd) == Code::OK && file->adopt(std::move(fd), nullptr) == Code::OK &&
                file->open_again(own) == Code::OK && log->open(*file, std::move(own), f.geometry()) == Code::OK);
    delete gate;
    Control &c = log->control();
    OwnerLock lock(c.tail.lock, c.tail.epoch, c.waiters.lock[0], c.semaphores.lock[0]);
    LockResult lock_result = LockResult::clean;
    CHILD_CHECK(lock.lock(log->me(), WaitLimits{}, lock_result) == Code::OK);
    ::raise(SIGSTOP);
    lock.unlock();
    ::pause();
    return 0;
}

void a_stopped_owner_keeps_its_lock(void **state)
{
    LogFixture &f = fixture_of(state);
    const pid_t child = child_start(stop_with_the_lock, &f);
    assert_true(child_wait_stopped(child));
    OwnerLock lock = tail_lock(f);
    LockResult lock_result = LockResult::clean;
    assert_code(lock.lock(f.log().me(), no_patience, lock_result), BUSY);
    assert_code(lock.lock(f.log().me(), WaitLimits::until(now_ns() + 1'000'000), lock_result), TIMEDOUT);
    assert_code(lock.lock(f.log().me(), WaitLimits::until(1), lock_result), TIMEDOUT);
    assert_int_equal(f.control().waiters.lock[0].load(), 0);
    child_continue(child);
    assert_code(lock.lock(f.log().me(), WaitLimits{}, lock_result), OK);
    assert_true(lock_result == LockResult::clean);
}

// A stopped owner and a peer that writes to the cursor all the time: each of the caller's sleeps finds the epoch moved.
void a_cursor_that_moves_for_ever_buys_no_patience(void **state)
{
    LogFixture &f = fixture_of(state);
    OwnerLock lock = tail_lock(f);
    LockResult lock_result = LockResult::clean;
    assert_code(lock.lock(f.log(1).me(), no_patience, lock_result), OK); // alive, and does not let go
    moving = &f.control().tail.epoch;
    slept = 0;
    const Code code = lock.lock(f.log().me(), no_patience, lock_result);
    moving = nullptr;
    assert_code(code, BUSY);
    assert_in_range(slept, 1, 20'000'000);
}

void a_killed_owner_does_not(void **state)
{
    LogFixture &f = fixture_of(state);
    const pid_t child = child_start(stop_with_the_lock, &f);
    assert_true(child_wait_stopped(child));
    child_kill(child);
    OwnerLock lock = tail_lock(f);
    LockResult lock_result = LockResult::clean;
    assert_code(lock.lock(f.log().me(), no_patience, lock_result), OK);
    assert_true(lock_result == LockResult::owner_died);
}

void a_set_token_or_a_closing_handle_ends_the_wait(void **state)
{
    LogFixture &f = fixture_of(state);
    OwnerLock lock = tail_lock(f);
    LockResult lock_result = LockResult::clean;
    assert_code(lock.lock(f.log(1).me(), no_patience, lock_result), OK); // alive, and does not let go
    const std::atomic<std::uint32_t> set{1};
    assert_code(lock.lock(f.log().me(), {forever, &set, nullptr, false}, lock_result), CANCELLED);
    assert_code(lock.lock(f.log().me(), {forever, nullptr, &set, false}, lock_result), BADHANDLE);
}

struct Waiter {
    LogFixture *fixture;
    std::atomic<int> code{1};
};

void *wait_interruptibly(void *argument)
{
    auto &w = *static_cast<Waiter *>(argument);
    OwnerLock lock = tail_lock(*w.fixture);
    LockResult lock_result = LockResult::clean;
    w.code = static_cast<int>(lock.lock(w.fixture->log().me(), {forever, nullptr, nullptr, true}, lock_result));
    return nullptr;
}

void on_signal(int) {}

void a_signal_ends_the_wait_of_who_allows_it(void **state)
{
    LogFixture &f = fixture_of(state);
    static Waiter waiter;
    waiter.fixture = &f;
    struct sigaction action {};
    action.sa_handler = on_signal;
    ::sigaction(SIGUSR1, &action, nullptr);
    OwnerLock lock = tail_lock(f);
    LockResult lock_result = LockResult::clean;
    assert_code(lock.lock(f.log(1).me(), no_patience, lock_result), OK);
    pthread_t thread;
    assert_int_equal(::pthread_create(&thread, nullptr, wait_interruptibly, &waiter), 0);
    while (waiter.code.load() == 1) {
        ::pthread_kill(thread, SIGUSR1);
        ::sched_yield();
    }
    ::pthread_join(thread, nullptr);
    assert_code(waiter.code.load(), INTERRUPTED);
}

struct Counters {
    LogFixture *fixture;
    std::uint64_t sum = 0; // under the lock
};

void *count_under_the_lock(void *argument)
{
    auto &c = *static_cast<Counters *>(argument);
    OwnerLock lock = tail_lock(*c.fixture);
    for (int i = 0; i < 20000; i++) {
        LockResult lock_result = LockResult::clean;
        if (lock.lock(c.fixture->log().me(), WaitLimits{}, lock_result) != Code::OK || lock_result != LockResult::clean)
            return nullptr;
        c.sum++;
        lock.unlock();
    }
    return nullptr;
}

void one_at_a_time(void **state)
{
    static Counters counters;
    counters = {&fixture_of(state)};
    pthread_t thread[4];
    for (pthread_t &t : thread)
        assert_int_equal(::pthread_create(&t, nullptr, count_under_the_lock, &counters), 0);
    for (const pthread_t &t : thread)
        ::pthread_join(t, nullptr);
    assert_int_equal(counters.sum, 80000);
}

} // namespace

// In the place of the C library's.
extern "C" int sem_clockwait(sem_t *semaphore, clockid_t clock, const timespec *until)
{
    if (moving == nullptr) {
        using Wait = int(sem_t *, clockid_t, const timespec *);
        return reinterpret_cast<Wait *>(::dlsym(RTLD_NEXT, "sem_clockwait"))(semaphore, clock, until);
    }
    const Nanoseconds end = Nanoseconds{until->tv_sec} * 1'000'000'000 + until->tv_nsec;
    slept += std::max<Nanoseconds>(end - now_ns(), 0);
    moving->fetch_add(1);
    errno = ETIMEDOUT;
    return -1;
}

int main()
{
    const CMUnitTest tests[] = {
        LOG_TEST(a_free_lock_is_taken_under_the_owners_name, plan),
        LOG_TEST(a_dead_owners_lock_is_stolen_and_the_thief_is_told, plan),
        LOG_TEST(a_lock_of_an_earlier_life_of_a_slot_is_stolen, plan),
        LOG_TEST(an_owner_that_cannot_be_is_dead, plan),
        LOG_TEST(a_stopped_owner_keeps_its_lock, plan),
        LOG_TEST(a_cursor_that_moves_for_ever_buys_no_patience, plan),
        LOG_TEST(a_killed_owner_does_not, plan),
        LOG_TEST(a_set_token_or_a_closing_handle_ends_the_wait, plan),
        LOG_TEST(a_signal_ends_the_wait_of_who_allows_it, plan),
        LOG_TEST(one_at_a_time, plan),
    };
    return RUN_TESTS("core.wait.owner_lock", tests);
}
