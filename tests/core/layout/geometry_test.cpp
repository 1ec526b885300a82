// SPDX-License-Identifier: Apache-2.0
#include "core_test.hpp"

#include "layout/geometry.hpp"
#include "layout/control.hpp"

using namespace ipcq;

namespace {

constexpr std::uint64_t GiB = std::uint64_t{1} << 30;

Header sound_header() { return plan_header(true, false, 5, capacity_bytes_min, 4); }

Code read(const Header &header)
{
    Geometry ignored;
    return read_header(header, header.map_size, ignored);
}

void a_small_plan_has_nine_segments(void **)
{
    const Header plan = sound_header();
    assert_int_equal(plan.segment_size, 4096);
    assert_int_equal(plan.segment_count, 9);
    assert_int_equal(plan.table_offset, 4096); // 1280 bytes of control and 4 slots of 128
    assert_int_equal(plan.data_offset, 8192);
    assert_int_equal(plan.map_size, 8192 + 9 * 4096);
}

void the_largest_plan_keeps_within_every_field(void **)
{
    const Header plan = plan_header(false, false, 0, capacity_bytes_max, slot_count_max);
    Geometry g;
    assert_code(read_header(plan, plan.map_size, g), OK);
    assert_int_equal(g.segment_size, 64 * 1024);
    assert_true(g.segment_count < 1u << 24);
    assert_true(g.map_size >> 3 < std::uint64_t{1} << 40); // tail position
    assert_true((std::uint64_t{g.capacity_segments} + 1) * g.segment_size / 16 < std::uint64_t{1} << 32); // zone length
}

void segment_sizes_are_powers_of_two_between_4_and_64_KiB(void **)
{
    for (std::uint64_t capacity = capacity_bytes_min; capacity <= GiB; capacity += capacity / 3) {
        const Header plan = plan_header(false, false, 0, capacity, 8);
        assert_int_equal(plan.segment_size & (plan.segment_size - 1), 0);
        assert_true(plan.segment_size >= 4096 && plan.segment_size <= 65536);
        assert_true(plan.segment_count * plan.segment_size >= capacity);
        assert_code(read(plan), OK);
    }
}

void a_tiny_capacity_is_raised_to_the_smallest(void **)
{
    assert_int_equal(plan_header(false, false, 0, 1, 4).capacity_bytes, capacity_bytes_min);
}

void what_was_planned_is_read(void **)
{
    Geometry g;
    assert_code(read_header(sound_header(), sound_header().map_size, g), OK);
    assert_true(g.joinable && !g.anonymous);
    assert_int_equal(g.max_items, 5);
    assert_int_equal(g.slot_count, 4);
    assert_int_equal(g.capacity_segments, 4);
    assert_int_equal(g.item_max_bytes(), 4 * 4096 - 24);
    assert_int_equal(g.segment_offset(2), 8192 + 2 * 4096);
    assert_int_equal(g.segment_of(8192 + 2 * 4096 + 4095), 2);
}

void other_bytes_are_foreign(void **)
{
    Header header = sound_header();
    header.magic ^= 0x20;
    assert_code(read(header), FOREIGN);
    Geometry ignored;
    assert_code(read_header(sound_header(), 15, ignored), FOREIGN);
}

void another_major_version_is_refused_even_in_a_short_file(void **)
{
    Header header = sound_header();
    header.major = layout_major + 1;
    assert_code(read(header), BADVERSION);
    Geometry ignored;
    assert_code(read_header(header, 16, ignored), BADVERSION);
    header.major = 0;
    assert_code(read(header), BADVERSION);
}

void a_newer_minor_version_is_read(void **)
{
    Header header = sound_header();
    header.minor = layout_minor + 1;
    assert_code(read(header), OK);
}

void the_minor_versions_before_are_read(void **)
{
    Header header = sound_header();
    for (header.minor = 0; header.minor < layout_minor; header.minor++)
        assert_code(read(header), OK);
}

void an_unknown_feature_is_refused(void **)
{
    Header header = sound_header();
    header.features = std::uint64_t{1} << 63;
    assert_code(read(header), BADVERSION);
}

void each_field_of_the_fingerprint_counts(void **)
{
    const auto refused = [](auto change) {
        Header header = sound_header();
        change(header.fingerprint);
        return read(header);
    };
    assert_code(refused([](Fingerprint &f) { f.byte_order = 0x04030201; }), BADABI);
    assert_code(refused([](Fingerprint &f) { f.pointer_size = 4; }), BADABI);
    assert_code(refused([](Fingerprint &f) { f.sem_size++; }), BADABI);
    assert_code(refused([](Fingerprint &f) { f.sem_alignment *= 2; }), BADABI);
    assert_code(refused([](Fingerprint &f) { f.c_library ^= 3; }), BADABI);
    assert_code(refused([](Fingerprint &f) { f.page_size = 65536; }), BADABI);
    assert_code(refused([](Fingerprint &f) { f.line_size = 64; }), BADABI);
    assert_code(refused([](Fingerprint &f) { f.reserved = 1; }), BADABI);
}

void numbers_that_do_not_fit_together_are_corrupt(void **)
{
    const auto refused = [](auto change) {
        Header header = sound_header();
        change(header);
        Geometry ignored;
        return read_header(header, UINT64_MAX, ignored);
    };
    assert_code(refused([](Header &h) { h.segment_size = 0; }), CORRUPT);
    assert_code(refused([](Header &h) { h.segment_size = 4097; }), CORRUPT);
    assert_code(refused([](Header &h) { h.segment_size = 2048; }), CORRUPT);
    assert_code(refused([](Header &h) { h.segment_size = 2 * GiB; }), CORRUPT);
    assert_code(refused([](Header &h) { h.segment_size *= 2; }), CORRUPT);
    assert_code(refused([](Header &h) { h.segment_count = 0; }), CORRUPT);
    assert_code(refused([](Header &h) { h.segment_count = 2; }), CORRUPT);
    assert_code(refused([](Header &h) { h.segment_count = 1 << 24; }), CORRUPT);
    assert_code(refused([](Header &h) { h.segment_count = (std::uint64_t{1} << 32) + 9; }), CORRUPT);
    assert_code(refused([](Header &h) { h.slot_count = 0; }), CORRUPT);
    assert_code(refused([](Header &h) { h.slot_count = slot_count_max + 1; }), CORRUPT);
    assert_code(refused([](Header &h) { h.slot_count = 200; }), CORRUPT);
    assert_code(refused([](Header &h) { h.table_offset += 8; }), CORRUPT);
    assert_code(refused([](Header &h) { h.table_offset = 0; }), CORRUPT);
    assert_code(refused([](Header &h) { h.data_offset += 4096; }), CORRUPT);
    assert_code(refused([](Header &h) { h.map_size -= 4096; }), CORRUPT);
    assert_code(refused([](Header &h) { h.map_size = UINT64_MAX; }), CORRUPT);
}

void a_file_that_ends_before_the_first_segment_does_is_truncated(void **)
{
    const Header header = sound_header();
    const std::uint64_t smallest = header.data_offset + header.segment_size;
    Geometry ignored;
    assert_code(read_header(header, smallest, ignored), OK);
    assert_code(read_header(header, smallest - 1, ignored), TRUNCATED);
    assert_code(read_header(header, 255, ignored), TRUNCATED);
    assert_code(read_header(header, 16, ignored), TRUNCATED);
}

} // namespace

int main()
{
    const CMUnitTest tests[] = {
        cmocka_unit_test(a_small_plan_has_nine_segments),
        cmocka_unit_test(the_largest_plan_keeps_within_every_field),
        cmocka_unit_test(segment_sizes_are_powers_of_two_between_4_and_64_KiB),
        cmocka_unit_test(a_tiny_capacity_is_raised_to_the_smallest),
        cmocka_unit_test(what_was_planned_is_read),
        cmocka_unit_test(other_bytes_are_foreign),
        cmocka_unit_test(another_major_version_is_refused_even_in_a_short_file),
        cmocka_unit_test(a_newer_minor_version_is_read),
        cmocka_unit_test(the_minor_versions_before_are_read),
        cmocka_unit_test(an_unknown_feature_is_refused),
        cmocka_unit_test(each_field_of_the_fingerprint_counts),
        cmocka_unit_test(numbers_that_do_not_fit_together_are_corrupt),
        cmocka_unit_test(a_file_that_ends_before_the_first_segment_does_is_truncated),
    };
    return RUN_TESTS("core.layout.geometry", tests);
}
