/* SPDX-License-Identifier: Apache-2.0 */
#include "support/items.h"

#include <limits.h>
#include <string.h>

/* The whole list, by hand: it must be changed here too, knowingly. */
static const struct {
    int code;
    int number;
    const char *name;
} table[] = {
    {IPCQ_OK, 0, "IPCQ_OK"},
    {IPCQ_EMPTY, -1, "IPCQ_EMPTY"},
    {IPCQ_FULL, -2, "IPCQ_FULL"},
    {IPCQ_TIMEDOUT, -3, "IPCQ_TIMEDOUT"},
    {IPCQ_CLOSED, -4, "IPCQ_CLOSED"},
    {IPCQ_TOOBIG, -5, "IPCQ_TOOBIG"},
    {IPCQ_NOSPACE, -6, "IPCQ_NOSPACE"},
    {IPCQ_INTERRUPTED, -7, "IPCQ_INTERRUPTED"},
    {IPCQ_CANCELLED, -8, "IPCQ_CANCELLED"},
    {IPCQ_BUSY, -9, "IPCQ_BUSY"},
    {IPCQ_CORRUPT, -10, "IPCQ_CORRUPT"},
    {IPCQ_BADVERSION, -11, "IPCQ_BADVERSION"},
    {IPCQ_BADABI, -12, "IPCQ_BADABI"},
    {IPCQ_FOREIGN, -13, "IPCQ_FOREIGN"},
    {IPCQ_TRUNCATED, -14, "IPCQ_TRUNCATED"},
    {IPCQ_DENIED, -15, "IPCQ_DENIED"},
    {IPCQ_NOTFOUND, -16, "IPCQ_NOTFOUND"},
    {IPCQ_EXISTS, -17, "IPCQ_EXISTS"},
    {IPCQ_MISMATCH, -18, "IPCQ_MISMATCH"},
    {IPCQ_BADNAME, -19, "IPCQ_BADNAME"},
    {IPCQ_INVALID, -20, "IPCQ_INVALID"},
    {IPCQ_NOMEM, -21, "IPCQ_NOMEM"},
    {IPCQ_FILELIMIT, -22, "IPCQ_FILELIMIT"},
    {IPCQ_SPACELIMIT, -23, "IPCQ_SPACELIMIT"},
    {IPCQ_FDLIMIT, -24, "IPCQ_FDLIMIT"},
    {IPCQ_CROWDED, -25, "IPCQ_CROWDED"},
    {IPCQ_NOSHM, -26, "IPCQ_NOSHM"},
    {IPCQ_BADHANDLE, -27, "IPCQ_BADHANDLE"},
    {IPCQ_NOTTAKEN, -28, "IPCQ_NOTTAKEN"},
    {IPCQ_INHERITED, -29, "IPCQ_INHERITED"},
    {IPCQ_NOTJOINABLE, -30, "IPCQ_NOTJOINABLE"},
    {IPCQ_WRONGTYPE, -31, "IPCQ_WRONGTYPE"},
    {IPCQ_SCHEME, -32, "IPCQ_SCHEME"},
    {IPCQ_SYSTEM, -33, "IPCQ_SYSTEM"},
    {IPCQ_NOTRESERVED, -34, "IPCQ_NOTRESERVED"},
    {IPCQ_AMBIGUOUS, -35, "IPCQ_AMBIGUOUS"},
};
enum { CODES = sizeof table / sizeof table[0] };

static void the_numbers_are_pinned(void **state)
{
    (void)state;
    for (int i = 0; i < CODES; ++i)
        assert_int_equal(table[i].code, table[i].number);
}

static void each_code_has_its_name(void **state)
{
    (void)state;
    for (int i = 0; i < CODES; ++i)
        assert_string_equal(ipcq_error_name(table[i].code), table[i].name);
}

static void each_code_has_a_sentence_of_its_own(void **state)
{
    (void)state;
    for (int i = 0; i < CODES; ++i) {
        const char *sentence = ipcq_strerror(table[i].code);
        assert_true(strlen(sentence) >= 5);
        assert_int_equal(sentence[strlen(sentence) - 1], '.');
        for (int k = 0; k < i; ++k)
            assert_string_not_equal(sentence, ipcq_strerror(table[k].code));
    }
}

/* Bindings pass the sentences on to callers who know no C. */
static void no_sentence_speaks_of_c(void **state)
{
    (void)state;
    for (int i = 0; i < CODES; ++i) {
        const char *sentence = ipcq_strerror(table[i].code);
        if (strstr(sentence, "IPCQ_") != NULL || strstr(sentence, "ipcq_") != NULL)
            fail_msg("%s: %s", table[i].name, sentence);
    }
}

/* The sentence is said of a missing name that was to be removed, too. */
static void a_missing_name_is_not_told_to_be_opened(void **state)
{
    (void)state;
    assert_null(strstr(ipcq_strerror(IPCQ_NOTFOUND), "open"));
}

/* A remedy follows a colon; only success needs none. */
static void each_error_names_a_remedy(void **state)
{
    (void)state;
    for (int i = 1; i < CODES; ++i)
        if (strchr(ipcq_strerror(table[i].code), ':') == NULL)
            fail_msg("%s names no remedy", table[i].name);
}

static void other_numbers_are_said_to_be_unknown(void **state)
{
    static const int others[] = {1, -36, -1000, INT_MAX, INT_MIN};
    (void)state;
    for (size_t i = 0; i < sizeof others / sizeof others[0]; ++i) {
        assert_non_null(ipcq_strerror(others[i]));
        assert_non_null(ipcq_error_name(others[i]));
        for (int k = 0; k < CODES; ++k) {
            assert_string_not_equal(ipcq_strerror(others[i]), ipcq_strerror(table[k].code));
            assert_string_not_equal(ipcq_error_name(others[i]), table[k].name);
        }
    }
}

static void the_loaded_library_is_of_the_header_s_version(void **state)
{
    (void)state;
    assert_int_equal(ipcq_version(), IPCQ_VERSION_MAJOR * 1000000 + IPCQ_VERSION_MINOR * 1000 + IPCQ_VERSION_PATCH);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_numbers_are_pinned),
        cmocka_unit_test(each_code_has_its_name),
        cmocka_unit_test(each_code_has_a_sentence_of_its_own),
        cmocka_unit_test(no_sentence_speaks_of_c),
        cmocka_unit_test(a_missing_name_is_not_told_to_be_opened),
        cmocka_unit_test(each_error_names_a_remedy),
        cmocka_unit_test(other_numbers_are_said_to_be_unknown),
        cmocka_unit_test(the_loaded_library_is_of_the_header_s_version),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
