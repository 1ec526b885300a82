// SPDX-License-Identifier: Apache-2.0
#include "core_test.hpp"

#include "memory/queue_name.hpp"

#include <cstring>

using namespace ipcq;

namespace {

Code parse(const char *name)
{
    QueueName ignored;
    return parse_name(name, ignored);
}

void every_byte_is_allowed_or_refused_as_documented(void **)
{
    for (int c = 1; c < 256; c++) {
        const char name[] = {'a', static_cast<char>(c), 'z', '\0'};
        const bool allowed = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' ||
                             c == '_' || c == '-';
        assert_int_equal(parse(name) == Code::OK, allowed);
        assert_true(allowed || parse(name) == Code::BADNAME);
    }
}

void a_leading_dot_is_refused(void **)
{
    assert_code(parse(".hidden"), BADNAME);
    assert_code(parse("."), BADNAME);
    assert_code(parse(".."), BADNAME);
    assert_code(parse("a.b"), OK);
    assert_code(parse("-"), OK);
}

void one_to_200_bytes_are_allowed(void **)
{
    char name[202];
    std::memset(name, 'n', sizeof name);
    name[201] = '\0';
    assert_code(parse(name), BADNAME);
    name[200] = '\0';
    assert_code(parse(name), OK);
    assert_code(parse("n"), OK);
    assert_code(parse(""), BADNAME);
}

void a_scheme_has_an_answer_of_its_own(void **)
{
    assert_code(parse("amqp://host/vhost/queue"), SCHEME);
    assert_code(parse("://"), SCHEME);
    assert_code(parse("amqp:/"), BADNAME);
}

void nullptr_is_invalid(void **) { assert_code(parse(nullptr), INVALID); }

void the_path_is_in_dev_shm_under_a_prefix(void **)
{
    QueueName name;
    assert_code(parse_name("jobs", name), OK);
    assert_string_equal(name.text, "jobs");
    assert_string_equal(name.path, "/dev/shm/ipcq.jobs");
}

void random_names_are_names_and_differ(void **)
{
    QueueName one, other;
    assert_code(random_name(one), OK);
    assert_code(random_name(other), OK);
    assert_int_equal(std::strlen(one.text), std::strlen("anonymous-") + 32);
    assert_int_equal(std::strncmp(one.text, "anonymous-", 10), 0);
    assert_string_not_equal(one.text, other.text);
    assert_code(parse(one.text), OK);
}

} // namespace

int main()
{
    const CMUnitTest tests[] = {
        cmocka_unit_test(every_byte_is_allowed_or_refused_as_documented),
        cmocka_unit_test(a_leading_dot_is_refused),
        cmocka_unit_test(one_to_200_bytes_are_allowed),
        cmocka_unit_test(a_scheme_has_an_answer_of_its_own),
        cmocka_unit_test(nullptr_is_invalid),
        cmocka_unit_test(the_path_is_in_dev_shm_under_a_prefix),
        cmocka_unit_test(random_names_are_names_and_differ),
    };
    return RUN_TESTS("core.memory.queue_name", tests);
}
