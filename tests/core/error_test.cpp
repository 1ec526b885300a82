// SPDX-License-Identifier: Apache-2.0
#include "core_test.hpp"

#include <cstring>

using namespace ipcq;

namespace {

struct Result {
    const char *name;
    int number;
    const char *sentence;
};

const Result results[] = {
#define IPCQ_RESULT(name, number, sentence) {#name, number, sentence},
#include "error_table.def"
#undef IPCQ_RESULT
};

void each_number_is_used_once(void **)
{
    for (const Result &one : results)
        for (const Result &other : results)
            assert_true(&one == &other || one.number != other.number);
}

void each_sentence_is_one_and_says_what_to_do(void **)
{
    for (const Result &result : results) {
        const std::size_t length = std::strlen(result.sentence);
        assert_int_equal(result.sentence[length - 1], '.');
        const char *stop = std::strstr(result.sentence, ". ");
        assert_true(stop == nullptr || stop[2] < 'A' || stop[2] > 'Z');
        assert_true(result.number == 0 || std::strchr(result.sentence, ':') != nullptr);
    }
}

void names_and_sentences_come_from_the_table(void **)
{
    assert_string_equal(name_of(-9), "IPCQ_BUSY");
    assert_string_equal(sentence_of(0), "Done.");
}

void an_unknown_number_has_texts_too(void **)
{
    assert_string_equal(name_of(1), "IPCQ_?");
    assert_non_null(sentence_of(-1000));
}

} // namespace

int main()
{
    const CMUnitTest tests[] = {
        cmocka_unit_test(each_number_is_used_once),
        cmocka_unit_test(each_sentence_is_one_and_says_what_to_do),
        cmocka_unit_test(names_and_sentences_come_from_the_table),
        cmocka_unit_test(an_unknown_number_has_texts_too),
    };
    return RUN_TESTS("core.error", tests);
}
