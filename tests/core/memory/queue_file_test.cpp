// SPDX-License-Identifier: Apache-2.0
#include "core_test.hpp"

#include "memory/queue_file.hpp"

#include <cstdio>
#include <fcntl.h>
#include <sys/stat.h>

using namespace ipcq;

namespace {

struct Fixture {
    char path[64];
    QueueFile file;
    Code adopted = Code::SYSTEM;
};

int setup(void **state)
{
    auto *f = new Fixture;
    std::snprintf(f->path, sizeof f->path, "/dev/shm/queue_file_test.%d", ::getpid());
    f->adopted = f->file.adopt(Descriptor(::open(f->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600)), f->path);
    *state = f;
    return f->adopted == Code::OK ? 0 : -1;
}

int teardown(void **state)
{
    auto *f = static_cast<Fixture *>(*state);
    ::unlink(f->path);
    delete f;
    return 0;
}

Fixture &fixture_of(void **state) { return *static_cast<Fixture *>(*state); }

// The file behind the number, as the kernel sees it.
bool same_file(int fd, const char *path)
{
    struct stat one {
    }, other{};
    return ::fstat(fd, &one) == 0 && ::stat(path, &other) == 0 && one.st_ino == other.st_ino &&
           one.st_dev == other.st_dev;
}

void the_number_stays_while_nobody_touches_it(void **state)
{
    Fixture &f = fixture_of(state);
    const int fd = f.file.get();
    assert_true(fd >= 0 && same_file(fd, f.path));
    assert_int_equal(f.file.get(), fd);
}

void a_closed_number_is_opened_anew(void **state)
{
    Fixture &f = fixture_of(state);
    ::close(f.file.get());
    const int fd = f.file.get();
    assert_true(fd >= 0 && same_file(fd, f.path));
    assert_true((::fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
}

void a_number_that_is_another_files_is_left_alone(void **state)
{
    Fixture &f = fixture_of(state);
    const int old = f.file.get(), null = ::open("/dev/null", O_RDWR);
    assert_int_equal(::dup2(null, old), old);
    ::close(null);
    assert_false(f.file.is_ours(old));
    const int fd = f.file.get();
    assert_int_not_equal(fd, old);
    assert_true(same_file(fd, f.path));
    f.file.close();
    assert_int_equal(::fcntl(fd, F_GETFD), -1);
    assert_true(same_file(old, "/dev/null")); // open still, and nothing was written or closed through us
    ::close(old);
}

void a_file_without_a_name_cannot_be_found_again(void **state)
{
    Fixture &f = fixture_of(state);
    const int fd = f.file.get();
    ::unlink(f.path);
    assert_int_equal(f.file.get(), fd);
    ::close(fd);
    assert_int_equal(f.file.get(), -1);
    const int successor = ::open(f.path, O_RDWR | O_CREAT | O_EXCL, 0600);
    assert_int_equal(f.file.get(), -1);
    ::close(successor);
}

} // namespace

int main()
{
    const CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_number_stays_while_nobody_touches_it, setup, teardown),
        cmocka_unit_test_setup_teardown(a_closed_number_is_opened_anew, setup, teardown),
        cmocka_unit_test_setup_teardown(a_number_that_is_another_files_is_left_alone, setup, teardown),
        cmocka_unit_test_setup_teardown(a_file_without_a_name_cannot_be_found_again, setup, teardown),
    };
    return RUN_TESTS("memory/queue_file", tests);
}
