// SPDX-License-Identifier: Apache-2.0
//
// Waiting and waking, and what happens when the other one dies. tests/c_api looks at the answers; here it is the paths.
#include "core_test.hpp"

#include "queue/queue.hpp"
#include "wait/deadline.hpp"

#include <cstdio>
#include <pthread.h>
#include <sched.h>

using namespace ipcq;

namespace {

struct Fixture {
    char name[64];
    char message[400];
    Queue *queue = nullptr;
    Queue *second = nullptr;
    std::atomic<int> answer{1}; // of the thread; 1 while it waits
    Queue *threads_queue = nullptr;
    pthread_t thread;
};

constexpr Options plain{};
constexpr Options joinable{.joinable = true, .capacity_bytes = 1 << 16, .slot_count = 8};
constexpr Options two_items{.joinable = true, .max_items = 2};
constexpr Options two_slots{.joinable = true, .capacity_bytes = 1 << 16, .slot_count = 2};
constexpr Options little{.capacity_bytes = capacity_bytes_min};

int setup(void **state)
{
    static unsigned count;
    const auto *options = static_cast<const Options *>(*state);
    auto *f = new Fixture;
    std::snprintf(f->name, sizeof f->name, "test.core.queue.%d.%u", static_cast<int>(::getpid()), count++);
    *state = f;
    return open_queue(f->name, *options, f->queue, f->message, sizeof f->message) == Code::OK ? 0 : -1;
}

int teardown(void **state)
{
    auto *f = static_cast<Fixture *>(*state);
    child_kill_all();
    if (f->second != nullptr)
        f->second->close();
    f->queue->close();
    unlink_queue(f->name);
    delete f;
    return 0;
}

Fixture &fixture_of(void **state) { return *static_cast<Fixture *>(*state); }

Code put(Queue *queue, std::uint64_t deadline = nowait)
{
    return queue->put({"item", 4, 0}, WaitLimits::until(static_cast<Nanoseconds>(deadline)));
}

Code get(Queue *queue, Nanoseconds deadline = nowait)
{
    char text[8];
    Item item;
    return queue->get({text, sizeof text, UINT64_MAX}, WaitLimits::until(deadline), item);
}

Code join(Queue *queue, Nanoseconds deadline = nowait) { return queue->join(WaitLimits::until(deadline)); }

Statistics look(Fixture &f)
{
    Statistics s{};
    f.queue->statistics(s);
    return s;
}

void *get_forever(void *argument)
{
    auto &f = *static_cast<Fixture *>(argument);
    f.answer = static_cast<int>(get(f.threads_queue, forever));
    return nullptr;
}

void *put_forever(void *argument)
{
    auto &f = *static_cast<Fixture *>(argument);
    f.answer = static_cast<int>(put(f.threads_queue, forever));
    return nullptr;
}

void *join_forever(void *argument)
{
    auto &f = *static_cast<Fixture *>(argument);
    f.answer = static_cast<int>(join(f.threads_queue, forever));
    return nullptr;
}

void start(Fixture &f, void *(*function)(void *))
{
    f.threads_queue = f.queue;
    assert_int_equal(::pthread_create(&f.thread, nullptr, function, &f), 0);
}

void await_sleepers(Fixture &f, std::uint32_t Statistics::*sleepers)
{
    while (look(f).*sleepers == 0)
        ::sched_yield();
}

void a_sleeping_getter_is_woken_by_a_put(void **state)
{
    Fixture &f = fixture_of(state);
    start(f, get_forever);
    await_sleepers(f, &Statistics::getters_waiting);
    assert_code(put(f.queue), OK);
    ::pthread_join(f.thread, nullptr);
    assert_code(f.answer.load(), OK);
    assert_int_equal(look(f).getters_waiting, 0);
}

void a_sleeping_putter_is_woken_by_a_get(void **state)
{
    Fixture &f = fixture_of(state);
    while (put(f.queue) == Code::OK) {
    }
    start(f, put_forever);
    await_sleepers(f, &Statistics::putters_waiting);
    assert_int_equal(f.answer.load(), 1);
    assert_code(get(f.queue), OK);
    ::pthread_join(f.thread, nullptr);
    assert_code(f.answer.load(), OK);
}

void a_putter_that_waits_for_bytes_goes_on_when_a_segment_is_free(void **state)
{
    Fixture &f = fixture_of(state);
    while (put(f.queue) == Code::OK) {
    }
    start(f, put_forever);
    await_sleepers(f, &Statistics::putters_waiting);
    while (f.answer.load() == 1)
        get(f.queue);
    ::pthread_join(f.thread, nullptr);
    assert_code(f.answer.load(), OK);
}

void a_sleeping_joiner_is_woken_by_the_last_finish(void **state)
{
    Fixture &f = fixture_of(state);
    assert_code(put(f.queue), OK);
    assert_code(get(f.queue), OK);
    start(f, join_forever);
    await_sleepers(f, &Statistics::joiners_waiting);
    assert_int_equal(f.answer.load(), 1);
    assert_code(f.queue->finish(ticket_oldest), OK);
    ::pthread_join(f.thread, nullptr);
    assert_code(f.answer.load(), OK);
}

void shutdown_wakes_a_getter(void **state)
{
    Fixture &f = fixture_of(state);
    start(f, get_forever);
    await_sleepers(f, &Statistics::getters_waiting);
    assert_code(f.queue->shutdown(shutdown_drain), OK);
    ::pthread_join(f.thread, nullptr);
    assert_code(f.answer.load(), CLOSED);
}

void shutdown_wakes_a_putter(void **state)
{
    Fixture &f = fixture_of(state);
    while (put(f.queue) == Code::OK) {
    }
    start(f, put_forever);
    await_sleepers(f, &Statistics::putters_waiting);
    assert_code(f.queue->shutdown(shutdown_drain), OK);
    ::pthread_join(f.thread, nullptr);
    assert_code(f.answer.load(), CLOSED);
}

void a_drain_hands_out_what_is_there_first(void **state)
{
    Fixture &f = fixture_of(state);
    assert_code(put(f.queue), OK);
    assert_code(f.queue->shutdown(shutdown_drain), OK);
    assert_code(get(f.queue), OK);
    assert_code(get(f.queue), CLOSED);
    assert_code(put(f.queue), CLOSED);
    assert_code(join(f.queue), TIMEDOUT);
    assert_code(f.queue->finish(ticket_oldest), OK);
    assert_code(join(f.queue), OK);
}

void an_immediate_shutdown_discards_what_is_there(void **state)
{
    Fixture &f = fixture_of(state);
    assert_code(put(f.queue), OK);
    assert_code(f.queue->shutdown(shutdown_immediate), OK);
    assert_code(get(f.queue), CLOSED);
    assert_code(join(f.queue), OK);
}

void what_is_given_back_after_an_immediate_shutdown_does_not_hold_up_join(void **state)
{
    Fixture &f = fixture_of(state);
    assert_code(put(f.queue), OK);
    assert_code(get(f.queue), OK);
    assert_code(f.queue->shutdown(shutdown_immediate), OK);
    assert_code(join(f.queue), TIMEDOUT);
    assert_code(f.queue->give_back(ticket_oldest), OK);
    assert_code(join(f.queue), OK);
}

int get_and_die(void *argument)
{
    Queue *queue = static_cast<Fixture *>(argument)->queue;
    CHILD_CHECK(get(queue) == Code::OK);
    ::kill(::getpid(), SIGKILL);
    return 0;
}

int finish_what_the_parent_took(void *argument)
{
    Queue *queue = static_cast<Fixture *>(argument)->queue;
    CHILD_CHECK(queue->finish(1) == Code::INHERITED);
    CHILD_CHECK(queue->finish(ticket_oldest) == Code::INHERITED);
    CHILD_CHECK(put(queue) == Code::OK);
    return 0;
}

void a_waiting_getter_gets_what_a_killed_process_had(void **state)
{
    Fixture &f = fixture_of(state);
    assert_code(put(f.queue), OK);
    assert_int_equal(child_run(get_and_die, &f), -SIGKILL);
    assert_code(get(f.queue, forever), OK);
    assert_int_equal(look(f).recovered, 1);
    assert_int_equal(look(f).taken, 1);
}

void a_waiting_joiner_sees_it_and_goes_on_waiting(void **state)
{
    Fixture &f = fixture_of(state);
    assert_code(put(f.queue), OK);
    assert_int_equal(child_run(get_and_die, &f), -SIGKILL);
    start(f, join_forever);
    assert_code(get(f.queue, forever), OK);
    assert_code(f.queue->finish(ticket_oldest), OK);
    ::pthread_join(f.thread, nullptr);
    assert_code(f.answer.load(), OK);
}

void a_forked_child_is_a_participant_of_its_own(void **state)
{
    Fixture &f = fixture_of(state);
    assert_code(put(f.queue), OK);
    assert_code(get(f.queue), OK);
    assert_int_equal(child_run(finish_what_the_parent_took, &f), 0);
    assert_code(f.queue->finish(ticket_oldest), OK);
    assert_int_equal(look(f).items, 1);
}

void an_heir_begins_with_nothing_taken(void **state)
{
    Fixture &f = fixture_of(state);
    assert_code(put(f.queue), OK);
    assert_int_equal(child_run(get_and_die, &f), -SIGKILL);
    assert_int_equal(look(f).taken, 1);
    assert_code(open_queue(f.name, Options{}, f.second, nullptr, 0), OK); // there is no clean slot
    assert_int_equal(look(f).items, 1);
    assert_int_equal(look(f).taken, 0);
    assert_code(get(f.second), OK);
    assert_int_equal(look(f).taken, 1);
    assert_code(f.second->finish(ticket_oldest), OK);
    assert_int_equal(look(f).taken, 0);
    assert_code(join(f.queue), OK);
}

int close_unused_and_go_on(void *argument)
{
    auto &f = *static_cast<Fixture *>(argument);
    die_of_faults();
    // A mapping as large as the queue's lands in the hole that the fork left.
    CHILD_CHECK(open_queue(f.name, Options{}, f.second, nullptr, 0) == Code::OK);
    f.queue->close();
    CHILD_CHECK(put(f.second) == Code::OK);
    f.second->close();
    return 0;
}

void a_child_that_closes_an_unused_handle_unmaps_nothing_of_its_own(void **state)
{
    Fixture &f = fixture_of(state);
    assert_int_equal(child_run(close_unused_and_go_on, &f), 0);
    assert_code(get(f.queue), OK);
}

void closing_gives_back_what_was_not_finished(void **state)
{
    Fixture &f = fixture_of(state);
    assert_code(open_queue(f.name, Options{}, f.second, nullptr, 0), OK);
    assert_code(put(f.queue), OK);
    assert_code(get(f.second), OK);
    f.second->close();
    f.second = nullptr;
    assert_int_equal(look(f).items, 1);
    assert_code(get(f.queue), OK);
}

void what_is_not_there_is_an_answer_at_once(void **state)
{
    Fixture &f = fixture_of(state);
    assert_code(get(f.queue), EMPTY);
    assert_code(get(f.queue, 1), TIMEDOUT);
    assert_code(join(f.queue), OK);
    assert_code(put(f.queue), OK);
    assert_code(put(f.queue), OK);
    assert_code(put(f.queue), FULL);
    assert_code(put(f.queue, 1), TIMEDOUT);
    assert_code(join(f.queue, 1), TIMEDOUT);
}

void an_item_larger_than_the_queue_can_ever_hold_is_too_big(void **state)
{
    Fixture &f = fixture_of(state);
    const std::uint64_t largest = look(f).item_max_bytes;
    assert_code(f.queue->put({f.name, largest + 1, 0}, WaitLimits::until(forever)), TOOBIG);
    assert_code(f.queue->put({f.name, UINT64_MAX, 0}, WaitLimits::until(forever)), TOOBIG);
}

void a_plain_queue_knows_no_finishing(void **state)
{
    Fixture &f = fixture_of(state);
    assert_code(f.queue->finish(ticket_oldest), NOTJOINABLE);
    assert_code(f.queue->give_back(ticket_oldest), NOTJOINABLE);
    assert_code(join(f.queue), NOTJOINABLE);
}

} // namespace

#define QUEUE_TEST(test, options)                                                                                      \
    cmocka_unit_test_prestate_setup_teardown(test, setup, teardown, const_cast<Options *>(&(options)))

int main()
{
    const CMUnitTest tests[] = {
        QUEUE_TEST(a_sleeping_getter_is_woken_by_a_put, plain),
        QUEUE_TEST(a_sleeping_putter_is_woken_by_a_get, two_items),
        QUEUE_TEST(a_putter_that_waits_for_bytes_goes_on_when_a_segment_is_free, little),
        QUEUE_TEST(a_sleeping_joiner_is_woken_by_the_last_finish, joinable),
        QUEUE_TEST(shutdown_wakes_a_getter, joinable),
        QUEUE_TEST(shutdown_wakes_a_putter, two_items),
        QUEUE_TEST(a_drain_hands_out_what_is_there_first, joinable),
        QUEUE_TEST(an_immediate_shutdown_discards_what_is_there, joinable),
        QUEUE_TEST(what_is_given_back_after_an_immediate_shutdown_does_not_hold_up_join, joinable),
        QUEUE_TEST(a_waiting_getter_gets_what_a_killed_process_had, joinable),
        QUEUE_TEST(a_waiting_joiner_sees_it_and_goes_on_waiting, joinable),
        QUEUE_TEST(a_forked_child_is_a_participant_of_its_own, joinable),
        QUEUE_TEST(an_heir_begins_with_nothing_taken, two_slots),
        QUEUE_TEST(a_child_that_closes_an_unused_handle_unmaps_nothing_of_its_own, joinable),
        QUEUE_TEST(closing_gives_back_what_was_not_finished, joinable),
        QUEUE_TEST(what_is_not_there_is_an_answer_at_once, two_items),
        QUEUE_TEST(an_item_larger_than_the_queue_can_ever_hold_is_too_big, joinable),
        QUEUE_TEST(a_plain_queue_knows_no_finishing, plain),
    };
    return RUN_TESTS("core.queue.shared_queue", tests);
}
