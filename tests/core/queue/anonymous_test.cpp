// SPDX-License-Identifier: Apache-2.0
#include "core_test.hpp"

#include "queue/anonymous.hpp"
#include "queue/queue.hpp"

#include <cstdio>
#include <fcntl.h>
#include <sys/stat.h>

using namespace ipcq;

namespace {

struct Fixture {
    char path[300];
    Queue *queue = nullptr;
    Queue *second = nullptr;
};

int setup(void **state)
{
    auto *f = new Fixture;
    *state = f;
    if (open_queue(nullptr, Options{.capacity_bytes = capacity_bytes_min}, f->queue, nullptr, 0) != Code::OK)
        return -1;
    if (f->queue->publish() != Code::OK)
        return -1;
    std::snprintf(f->path, sizeof f->path, "%s%s", object_prefix, f->queue->name());
    return 0;
}

int teardown(void **state)
{
    auto *f = static_cast<Fixture *>(*state);
    child_kill_all();
    if (f->second != nullptr)
        f->second->close();
    if (f->queue != nullptr)
        f->queue->close();
    ::unlink(f->path);
    delete f;
    return 0;
}

Fixture &fixture_of(void **state) { return *static_cast<Fixture *>(*state); }

bool has_its_name(const Fixture &f)
{
    struct stat status {};
    return ::stat(f.path, &status) == 0;
}

void close_first(Fixture &f)
{
    f.queue->close();
    f.queue = nullptr;
}

void the_last_participant_takes_the_name_along(void **state)
{
    Fixture &f = fixture_of(state);
    assert_code(open_queue(f.queue->name(), Options{}, f.second, nullptr, 0), OK);
    close_first(f);
    assert_true(has_its_name(f));
    f.second->close();
    f.second = nullptr;
    assert_false(has_its_name(f));
}

int close_and_end(void *argument)
{
    static_cast<Fixture *>(argument)->queue->close();
    return 0;
}

void a_child_that_never_used_it_is_not_the_last(void **state)
{
    Fixture &f = fixture_of(state);
    assert_int_equal(child_run(close_and_end, &f), 0);
    assert_true(has_its_name(f));
}

int come_late(void *argument)
{
    auto &f = *static_cast<Fixture *>(argument);
    std::uint64_t items = 0;
    CHILD_CHECK(f.queue->size(items) == Code::OK); // a participant of its own now
    ::kill(::getpid(), SIGKILL);
    return 0;
}

void a_killed_participant_does_not_keep_the_name(void **state)
{
    Fixture &f = fixture_of(state);
    assert_int_equal(child_run(come_late, &f), -SIGKILL);
    close_first(f);
    assert_false(has_its_name(f));
}

void a_name_that_went_to_another_queue_is_left_alone(void **state)
{
    Fixture &f = fixture_of(state);
    assert_int_equal(::unlink(f.path), 0);
    ::close(::open(f.path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600));
    close_first(f);
    assert_true(has_its_name(f));
}

} // namespace

int main()
{
    const CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_last_participant_takes_the_name_along, setup, teardown),
        cmocka_unit_test_setup_teardown(a_child_that_never_used_it_is_not_the_last, setup, teardown),
        cmocka_unit_test_setup_teardown(a_killed_participant_does_not_keep_the_name, setup, teardown),
        cmocka_unit_test_setup_teardown(a_name_that_went_to_another_queue_is_left_alone, setup, teardown),
    };
    return RUN_TESTS("core.queue.anonymous", tests);
}
