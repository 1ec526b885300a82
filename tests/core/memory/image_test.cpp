// SPDX-License-Identifier: Apache-2.0
#include "core_test.hpp"

#include "memory/growth.hpp"
#include "memory/image.hpp"
#include "memory/object.hpp"

#include <sys/resource.h>

using namespace ipcq;

namespace {

// Nine segments of 4096 bytes, of which the file holds the first.
struct Fixture {
    Descriptor fd;
    QueueFile file;
    Geometry g;
    Image image;
    std::uint64_t first, behind_first, behind_last;
};

int setup(void **state)
{
    auto *fixture = new Fixture;
    ErrorDetail detail;
    Descriptor again;
    *state = fixture;
    if (make_object(plan_header(true, false, 0, capacity_bytes_min, 4), 0600, fixture->fd, fixture->g, detail) !=
            Code::OK ||
        reopen(fixture->fd.get(), again) != Code::OK || fixture->file.adopt(std::move(again), nullptr) != Code::OK ||
        fixture->image.map(fixture->fd.get(), fixture->g) != Code::OK)
        return -1;
    fixture->image.use_file(fixture->file);
    fixture->first = fixture->g.data_offset;
    fixture->behind_first = fixture->first + 4096;
    fixture->behind_last = fixture->g.map_size;
    return 0;
}

int teardown(void **state)
{
    child_kill_all();
    delete static_cast<Fixture *>(*state);
    return 0;
}

Fixture &fixture_of(void **state) { return *static_cast<Fixture *>(*state); }

void only_aligned_offsets_in_the_data_are_held(void **state)
{
    const Fixture &f = fixture_of(state);
    assert_true(f.image.holds(f.first, 8));
    assert_true(f.image.holds(f.behind_first - 8, 8));
    for (std::uint64_t misaligned = 1; misaligned < 8; misaligned++)
        assert_false(f.image.holds(f.first + misaligned, 8));
    assert_false(f.image.holds(f.first - 8, 8));
    assert_false(f.image.holds(0, 8));
    assert_false(f.image.holds(f.g.table_offset, 8));
    assert_false(f.image.holds(UINT64_MAX - 7, 8));
    assert_false(f.image.holds(std::uint64_t{1} << 63, 8));
    assert_false(f.image.holds(f.first - 4096, 4096));
}

void nothing_behind_the_file_is_held_until_it_grows(void **state)
{
    const Fixture &f = fixture_of(state);
    assert_false(f.image.holds(f.behind_first, 8));
    assert_false(f.image.holds(f.behind_first - 8, 16));
    assert_false(f.image.holds(f.behind_last - 8, 8));
    assert_code(allocate(f.fd.get(), f.behind_first, 4096), OK);
    assert_true(f.image.holds(f.behind_first - 8, 16));
    assert_true(f.image.holds(f.behind_first + 4096 - 8, 8));
    assert_false(f.image.holds(f.behind_first + 4096, 8));
}

void nothing_behind_the_mapping_is_held_however_large_the_file(void **state)
{
    const Fixture &f = fixture_of(state);
    assert_int_equal(::ftruncate(f.fd.get(), static_cast<off_t>(f.behind_last + (1 << 20))), 0);
    assert_true(f.image.holds(f.behind_last - 8, 8));
    assert_true(f.image.holds(f.behind_last - 4096, 4096));
    assert_false(f.image.holds(f.behind_last - 8, 16));
    assert_false(f.image.holds(f.behind_last, 8));
}

void the_next_record_lies_behind_header_and_payload(void **state)
{
    const Fixture &f = fixture_of(state);
    std::uint64_t next = 0;
    RecordShape shape;
    f.image.shape(f.first).store(RecordShape::of(13, 7).bits);
    assert_true(f.image.next_record(f.first, next, shape));
    assert_int_equal(next, f.first + 32);
    assert_int_equal(shape.size(), 13);
    assert_int_equal(shape.type(), 7);
}

void a_size_that_leads_out_of_the_image_is_refused(void **state)
{
    const Fixture &f = fixture_of(state);
    const std::uint64_t largest = 4096 - record_header_size - terminator_size;
    std::uint64_t next = 123;
    RecordShape shape;
    f.image.shape(f.first).store(RecordShape::of(largest, 0).bits);
    assert_true(f.image.next_record(f.first, next, shape));
    assert_int_equal(next, f.behind_first - 8);
    next = 123;
    for (const std::uint64_t size : {largest + 1, f.g.map_size - f.first, f.g.map_size - f.first + 1, f.g.map_size,
                                     std::uint64_t{0xffffffffffff}, std::uint64_t{0xfffffffffff8}}) {
        f.image.shape(f.first).store(RecordShape::of(size, 0).bits);
        assert_false(f.image.next_record(f.first, next, shape));
        assert_int_equal(next, 123);
    }
}

void a_run_begins_at_its_first_segment(void **state)
{
    const Fixture &f = fixture_of(state);
    std::uint64_t offset = 0;
    assert_true(f.image.first_of(RecordWord::end(0, 1), offset));
    assert_int_equal(offset, f.first);
    assert_code(allocate(f.fd.get(), f.g.segment_offset(8), 4096), OK);
    assert_true(f.image.first_of(RecordWord::end(8, 1), offset));
    assert_int_equal(offset, f.g.segment_offset(8));
}

void a_run_that_the_queue_does_not_have_is_refused(void **state)
{
    const Fixture &f = fixture_of(state);
    assert_int_equal(::ftruncate(f.fd.get(), static_cast<off_t>(f.behind_last)), 0);
    std::uint64_t offset = 0;
    assert_false(f.image.first_of(RecordWord::end(0, 0), offset));
    assert_false(f.image.first_of(RecordWord::end(9, 1), offset));
    assert_false(f.image.first_of(RecordWord::end(8, 2), offset));
    assert_false(f.image.first_of(RecordWord::end(0, 10), offset));
    assert_false(f.image.first_of(RecordWord::end(UINT32_MAX, 1), offset));
    assert_false(f.image.first_of(RecordWord::end(UINT32_MAX, 0xffffff), offset));
}

void a_run_behind_the_file_is_refused(void **state)
{
    std::uint64_t offset = 0;
    assert_false(fixture_of(state).image.first_of(RecordWord::end(1, 1), offset));
}

void a_file_without_its_first_segment_is_not_mapped(void **state)
{
    Fixture &f = fixture_of(state);
    f.image.unmap();
    assert_int_equal(::ftruncate(f.fd.get(), static_cast<off_t>(f.behind_first - 1)), 0);
    assert_code(f.image.map(f.fd.get(), f.g), TRUNCATED);
    assert_false(f.image.mapped());
}

int map_with_little_address_space(void *argument)
{
    auto &f = *static_cast<Fixture *>(argument);
    f.image.forget(); // the child did not inherit the mapping
    rlimit limit{};
    ::getrlimit(RLIMIT_AS, &limit);
    limit.rlim_cur = 4096;
    ::setrlimit(RLIMIT_AS, &limit);
    return f.image.map(f.fd.get(), f.g) == Code::SPACELIMIT && !f.image.mapped() ? 0 : 1;
}

void without_address_space_there_is_an_answer(void **state)
{
    assert_int_equal(child_run(map_with_little_address_space, *state), 0);
}

int look_at_the_mapping(void *argument)
{
    die_of_faults();
    const volatile std::uint64_t &magic = static_cast<Fixture *>(argument)->image.control().header.magic;
    return magic == header_magic ? 0 : 1;
}

void a_forked_child_does_not_have_the_mapping(void **state)
{
    assert_int_equal(child_run(look_at_the_mapping, *state), -SIGSEGV);
}

} // namespace

int main()
{
    const CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(only_aligned_offsets_in_the_data_are_held, setup, teardown),
        cmocka_unit_test_setup_teardown(nothing_behind_the_file_is_held_until_it_grows, setup, teardown),
        cmocka_unit_test_setup_teardown(nothing_behind_the_mapping_is_held_however_large_the_file, setup, teardown),
        cmocka_unit_test_setup_teardown(the_next_record_lies_behind_header_and_payload, setup, teardown),
        cmocka_unit_test_setup_teardown(a_size_that_leads_out_of_the_image_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(a_run_begins_at_its_first_segment, setup, teardown),
        cmocka_unit_test_setup_teardown(a_run_that_the_queue_does_not_have_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(a_run_behind_the_file_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(a_file_without_its_first_segment_is_not_mapped, setup, teardown),
        cmocka_unit_test_setup_teardown(without_address_space_there_is_an_answer, setup, teardown),
        cmocka_unit_test_setup_teardown(a_forked_child_does_not_have_the_mapping, setup, teardown),
    };
    return RUN_TESTS("core.memory.image", tests);
}
