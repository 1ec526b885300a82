// SPDX-License-Identifier: Apache-2.0
#include "core_test.hpp"

#include "layout/control.hpp"
#include "memory/object.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>

using namespace ipcq;

namespace {

struct Fixture {
    QueueName name;
    Descriptor made, found;
    Geometry g;
    ErrorDetail detail;
};

int setup(void **state)
{
    static unsigned count;
    auto *fixture = new Fixture;
    char text[64];
    std::snprintf(text, sizeof text, "test.core.object.%d.%u", static_cast<int>(::getpid()), count++);
    parse_name(text, fixture->name);
    *state = fixture;
    return make_object(plan_header(true, false, 0, capacity_bytes_min, 4), 0660, fixture->made, fixture->g,
                       fixture->detail) == Code::OK
               ? 0
               : -1;
}

int teardown(void **state)
{
    auto *fixture = static_cast<Fixture *>(*state);
    ::unlink(fixture->name.path);
    ::rmdir(fixture->name.path);
    delete fixture;
    return 0;
}

Fixture &fixture_of(void **state) { return *static_cast<Fixture *>(*state); }

Code name(Fixture &f) { return name_object(f.made.get(), f.name, f.detail); }
Code find(Fixture &f) { return find_object(f.name, false, f.found, f.g, f.detail); }

void nobody_finds_a_queue_before_it_has_its_name(void **state)
{
    Fixture &f = fixture_of(state);
    assert_code(find(f), NOTFOUND);
    assert_code(name(f), OK);
    assert_code(find(f), OK);
}

std::uint64_t word_of(const Fixture &f, std::uint64_t offset)
{
    std::uint64_t word = 0;
    return ::pread(f.made.get(), &word, sizeof word, static_cast<off_t>(offset)) == sizeof word ? word : ~word;
}

void a_new_queue_is_whole_and_empty(void **state)
{
    const Fixture &f = fixture_of(state);
    assert_int_equal(word_of(f, offsetof(Control, tail.epoch)), 0); // copy 0 counts
    assert_int_equal(word_of(f, offsetof(Control, tail.copy[0].position)),
                     f.g.data_offset >> 3 | std::uint64_t{1} << 40);
    assert_int_equal(word_of(f, offsetof(Control, head.copy[0].offset)), f.g.data_offset);
    assert_int_equal(word_of(f, offsetof(Control, frontier.copy[0].offset)), f.g.data_offset);
    assert_int_equal(word_of(f, offsetof(Control, frontier.free_below)), 1);
    assert_int_equal(word_of(f, offsetof(Control, supply.high_water)), std::uint64_t{1} << 32 | 1); // and `backed`
    assert_int_equal(word_of(f, f.g.table_offset), 0x103);                                          // live, chain 1
    assert_int_equal(word_of(f, f.g.data_offset), 0); // the end of the log
}

void each_queue_has_a_uuid_of_its_own(void **state)
{
    Fixture &f = fixture_of(state);
    Geometry other;
    assert_code(make_object(plan_header(true, false, 0, capacity_bytes_min, 4), 0600, f.found, other, f.detail), OK);
    assert_memory_not_equal(f.g.uuid, other.uuid, sizeof other.uuid);
}

void the_mode_is_what_was_asked_whatever_the_umask(void **state)
{
    Fixture &f = fixture_of(state);
    const mode_t before = ::umask(0777);
    const Code code = make_object(plan_header(true, false, 0, capacity_bytes_min, 4), 0666, f.found, f.g, f.detail);
    ::umask(before);
    assert_code(code, OK);
    struct stat status {};
    ::fstat(f.found.get(), &status);
    assert_int_equal(status.st_mode & 07777, 0666);
}

void a_name_is_given_once(void **state)
{
    Fixture &f = fixture_of(state);
    assert_code(name(f), OK);
    assert_code(make_object(plan_header(true, false, 0, capacity_bytes_min, 4), 0600, f.found, f.g, f.detail), OK);
    assert_code(name_object(f.found.get(), f.name, f.detail), EXISTS);
    assert_non_null(std::strstr(f.detail.text, f.name.path));
}

void an_unlinked_name_is_free_again_and_the_file_stays(void **state)
{
    Fixture &f = fixture_of(state);
    assert_code(name(f), OK);
    assert_code(unlink_object(f.name, f.detail), OK);
    assert_code(unlink_object(f.name, f.detail), NOTFOUND);
    assert_code(find(f), NOTFOUND);
    assert_code(reopen(f.made.get(), f.found), OK); // the nameless file can still be opened anew
}

void a_second_name_is_distrusted(void **state)
{
    Fixture &f = fixture_of(state);
    assert_code(name(f), OK);
    char second[sizeof f.name.path + 8];
    std::snprintf(second, sizeof second, "%s.second", f.name.path);
    assert_int_equal(::link(f.name.path, second), 0);
    const Code code = find(f);
    ::unlink(second);
    assert_code(code, FOREIGN);
}

void a_symbolic_link_is_not_followed(void **state)
{
    Fixture &f = fixture_of(state);
    char queue[40]; // it leads to a queue that would be accepted
    std::snprintf(queue, sizeof queue, "/proc/self/fd/%d", f.made.get());
    assert_int_equal(::symlink(queue, f.name.path), 0);
    assert_code(find(f), FOREIGN);
}

void what_is_no_regular_file_is_foreign(void **state)
{
    Fixture &f = fixture_of(state);
    assert_int_equal(::mkdir(f.name.path, 0700), 0);
    assert_code(find(f), FOREIGN);
    assert_int_equal(::rmdir(f.name.path), 0);
    assert_int_equal(::mkfifo(f.name.path, 0600), 0);
    assert_code(find(f), FOREIGN);
}

void an_empty_file_is_foreign(void **state)
{
    Fixture &f = fixture_of(state);
    ::close(::open(f.name.path, O_CREAT | O_EXCL | O_RDWR, 0600));
    assert_code(find(f), FOREIGN);
}

void a_refused_version_names_both_sides(void **state)
{
    Fixture &f = fixture_of(state);
    const std::uint32_t major = 77;
    assert_int_equal(::pwrite(f.made.get(), &major, sizeof major, offsetof(Header, major)), sizeof major);
    assert_code(name(f), OK);
    assert_code(find(f), BADVERSION);
    char ours[32], theirs[32];
    std::snprintf(ours, sizeof ours, "this library: %u.%u", layout_major, layout_minor);
    std::snprintf(theirs, sizeof theirs, "layout %u.%u", major, layout_minor);
    assert_non_null(std::strstr(f.detail.text, theirs));
    assert_non_null(std::strstr(f.detail.text, ours));
}

void every_errno_has_its_meaning(void **)
{
    assert_code(code_of_errno(EACCES), DENIED);
    assert_code(code_of_errno(ENOENT), NOTFOUND);
    assert_code(code_of_errno(EEXIST), EXISTS);
    assert_code(code_of_errno(ELOOP), FOREIGN);
    assert_code(code_of_errno(ENOSPC), NOSPACE);
    assert_code(code_of_errno(EFBIG), FILELIMIT);
    assert_code(code_of_errno(EMFILE), FDLIMIT);
    assert_code(code_of_errno(ENOMEM), NOMEM);
    assert_code(code_of_errno(EDOM), SYSTEM);
}

} // namespace

int main()
{
    const CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(nobody_finds_a_queue_before_it_has_its_name, setup, teardown),
        cmocka_unit_test_setup_teardown(a_new_queue_is_whole_and_empty, setup, teardown),
        cmocka_unit_test_setup_teardown(each_queue_has_a_uuid_of_its_own, setup, teardown),
        cmocka_unit_test_setup_teardown(the_mode_is_what_was_asked_whatever_the_umask, setup, teardown),
        cmocka_unit_test_setup_teardown(a_name_is_given_once, setup, teardown),
        cmocka_unit_test_setup_teardown(an_unlinked_name_is_free_again_and_the_file_stays, setup, teardown),
        cmocka_unit_test_setup_teardown(a_second_name_is_distrusted, setup, teardown),
        cmocka_unit_test_setup_teardown(a_symbolic_link_is_not_followed, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_no_regular_file_is_foreign, setup, teardown),
        cmocka_unit_test_setup_teardown(an_empty_file_is_foreign, setup, teardown),
        cmocka_unit_test_setup_teardown(a_refused_version_names_both_sides, setup, teardown),
        cmocka_unit_test(every_errno_has_its_meaning),
    };
    return RUN_TESTS("core.memory.object", tests);
}
