// SPDX-License-Identifier: Apache-2.0
#include "core_test.hpp"

#include "memory/growth.hpp"

#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>

using namespace ipcq;

namespace {

constexpr std::uint64_t MiB = 1 << 20;

int setup(void **state)
{
    auto *fd = new int(::open("/dev/shm", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
    *state = fd;
    return *fd >= 0 ? 0 : -1;
}

int teardown(void **state)
{
    auto *fd = static_cast<int *>(*state);
    child_kill_all();
    ::close(*fd);
    delete fd;
    return 0;
}

int fd_of(void **state) { return *static_cast<int *>(*state); }

struct stat status_of(int fd)
{
    struct stat status {};
    ::fstat(fd, &status);
    return status;
}

void memory_is_there_and_the_file_reaches_so_far(void **state)
{
    const int fd = fd_of(state);
    assert_code(allocate(fd, 4096, 2 * MiB + 4096), OK); // three steps
    assert_int_equal(status_of(fd).st_size, 2 * MiB + 8192);
    assert_int_equal(status_of(fd).st_blocks * 512, 2 * MiB + 4096);
}

void allocating_again_changes_nothing(void **state)
{
    const int fd = fd_of(state);
    assert_code(allocate(fd, 0, 8192), OK);
    assert_int_equal(::pwrite(fd, "kept", 4, 4096), 4);
    assert_code(allocate(fd, 0, 4096 * 2), OK);
    assert_code(allocate(fd, 0, 4096), OK);
    char text[5] = {};
    assert_int_equal(::pread(fd, text, 4, 4096), 4);
    assert_string_equal(text, "kept");
    assert_int_equal(status_of(fd).st_size, 8192);
}

void released_memory_is_gone_and_reads_as_zero(void **state)
{
    const int fd = fd_of(state);
    assert_code(allocate(fd, 0, 4 * 4096), OK);
    assert_int_equal(::pwrite(fd, "gone", 4, 4096), 4);
    void *map = ::mmap(nullptr, 4 * 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    assert_ptr_not_equal(map, MAP_FAILED);
    assert_true(release_memory(static_cast<char *>(map) + 4096, 2 * 4096));
    ::munmap(map, 4 * 4096);
    assert_int_equal(status_of(fd).st_blocks * 512, 2 * 4096);
    assert_int_equal(status_of(fd).st_size, 4 * 4096);
    char text[4] = {'x', 'x', 'x', 'x'};
    assert_int_equal(::pread(fd, text, 4, 4096), 4);
    assert_memory_equal(text, "\0\0\0\0", 4);
}

void limit_file_size(rlim_t bytes)
{
    rlimit limit{};
    ::getrlimit(RLIMIT_FSIZE, &limit);
    limit.rlim_cur = bytes;
    ::setrlimit(RLIMIT_FSIZE, &limit);
}

void locked_memory_is_released_too(void **state)
{
    assert_code(allocate(fd_of(state), 0, 8192), OK);
    void *map = ::mmap(nullptr, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd_of(state), 0);
    assert_true(map != MAP_FAILED);
    std::memset(map, 'x', 8192);
    assert_int_equal(::mlock(map, 8192), 0);
    assert_true(release_memory(map, 4096));
    assert_int_equal(status_of(fd_of(state)).st_blocks * 512, 4096);
    assert_int_equal(static_cast<char *>(map)[0], 0);
    assert_int_equal(static_cast<char *>(map)[4096], 'x');
    ::munmap(map, 8192);
}

// In children: the limit is a process's own, and SIGXFSZ would end them.
int grow_past_the_limit(void *fd)
{
    limit_file_size(8192);
    CHILD_CHECK(allocate(*static_cast<int *>(fd), 0, 8192) == Code::OK);
    CHILD_CHECK(allocate(*static_cast<int *>(fd), 8192, 4096) == Code::FILELIMIT);
    CHILD_CHECK(status_of(*static_cast<int *>(fd)).st_size == 8192);
    return 0;
}

int fill_holes_past_the_limit(void *fd)
{
    limit_file_size(4096);
    CHILD_CHECK(allocate(*static_cast<int *>(fd), 8192, 4096) == Code::OK);
    return 0;
}

void growing_past_the_file_limit_is_an_answer_and_no_signal(void **state)
{
    assert_int_equal(child_run(grow_past_the_limit, *state), 0);
}

void inside_the_file_the_limit_does_not_count(void **state)
{
    assert_int_equal(::ftruncate(fd_of(state), 16384), 0);
    assert_int_equal(child_run(fill_holes_past_the_limit, *state), 0);
}

void a_descriptor_that_may_not_write_is_an_error(void **state)
{
    char path[40];
    std::snprintf(path, sizeof path, "/proc/self/fd/%d", fd_of(state));
    const int reader = ::open(path, O_RDONLY | O_CLOEXEC);
    const Code code = allocate(reader, 0, 4096);
    ::close(reader);
    assert_true(code != Code::OK);
    assert_int_equal(status_of(fd_of(state)).st_size, 0);
}

} // namespace

int main()
{
    const CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(memory_is_there_and_the_file_reaches_so_far, setup, teardown),
        cmocka_unit_test_setup_teardown(allocating_again_changes_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(released_memory_is_gone_and_reads_as_zero, setup, teardown),
        cmocka_unit_test_setup_teardown(locked_memory_is_released_too, setup, teardown),
        cmocka_unit_test_setup_teardown(growing_past_the_file_limit_is_an_answer_and_no_signal, setup, teardown),
        cmocka_unit_test_setup_teardown(inside_the_file_the_limit_does_not_count, setup, teardown),
        cmocka_unit_test_setup_teardown(a_descriptor_that_may_not_write_is_an_error, setup, teardown),
    };
    return RUN_TESTS("core.memory.growth", tests);
}
