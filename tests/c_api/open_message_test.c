/*
 * The sentence that a failed ipcq_open() gives: it names the cause and its remedy, in words that bindings can pass on.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "proof/faults/environment.h"
#include "support/child.h"
#include "support/items.h"

#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

enum { OWNER = 61001, STRANGER = 61002 };

static char message[512];

static int says(const char *part)
{
    if (strstr(message, part) != NULL && strstr(message, "IPCQ_") == NULL)
        return 1;
    print_error("\"%s\" does not say \"%s\", or names a flag\n", message, part);
    return 0;
}

static int open_with(const char *name, ipcq_options options)
{
    ipcq_t *queue = NULL;
    options.struct_size = sizeof options;
    options.message = message;
    options.message_capacity = sizeof message;
    message[0] = '\0';
    int code = ipcq_open(&queue, name, &options);
    return code == IPCQ_OK ? ipcq_close(queue) : code;
}

#define assert_refused(name, part, ...)                                                                                \
    do {                                                                                                               \
        assert_code(open_with(name, (ipcq_options){__VA_ARGS__}), IPCQ_INVALID);                                       \
        assert_true(says(part));                                                                                       \
    } while (0)

static void a_struct_size_that_is_not_set_is_named(void **state)
{
    struct queue_fixture *fixture = *state;
    ipcq_t *queue = NULL;
    static const size_t sizes[] = {0, 1, 4097, SIZE_MAX};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; ++i) {
        ipcq_options options = {.struct_size = sizes[i], .message = message, .message_capacity = sizeof message};
        message[0] = '\0';
        assert_code(ipcq_open(&queue, fixture->name, &options), IPCQ_INVALID);
        assert_true(says("struct_size"));
        assert_true(says("sizeof(ipcq_options)"));
    }
    assert_null(queue);
}

/* Its pointer may be anything. */
static void a_struct_that_was_never_initialised_is_not_written_through(void **state)
{
    struct queue_fixture *fixture = *state;
    ipcq_t *queue = NULL;
    ipcq_options options;
    memset(&options, 0xaa, sizeof options);
    assert_code(ipcq_open(&queue, fixture->name, &options), IPCQ_INVALID);
}

static void each_wrong_option_is_named(void **state)
{
    struct queue_fixture *fixture = *state;
    assert_refused(fixture->name, "flags", .flags = 1u << 30);
    assert_refused(fixture->name, "reserved", .reserved = 1);
    assert_refused(fixture->name, "plain or joinable", .flags = IPCQ_PLAIN | IPCQ_JOINABLE);
    assert_refused(fixture->name, "must exist", .flags = IPCQ_OPEN_ONLY | IPCQ_CREATE_ONLY);
    assert_refused(NULL, "anonymous", .flags = IPCQ_OPEN_ONLY);
    assert_refused(fixture->name, "max_participants is 4097", .max_participants = 4097);
    assert_refused(fixture->name, "capacity_bytes is ", .capacity_bytes = UINT64_MAX);
}

static void an_option_of_a_newer_library_is_refused_aloud(void **state)
{
    struct queue_fixture *fixture = *state;
    ipcq_t *queue = NULL;
    struct {
        ipcq_options known;
        uint64_t newer;
    } options = {.known = {.struct_size = sizeof options, .message = message, .message_capacity = sizeof message},
                 .newer = 1};
    assert_code(ipcq_open(&queue, fixture->name, &options.known), IPCQ_INVALID);
    assert_true(says("newer"));
}

static void without_a_place_for_the_handle_it_says_so(void **state)
{
    struct queue_fixture *fixture = *state;
    const ipcq_options options = {
        .struct_size = sizeof options, .message = message, .message_capacity = sizeof message};
    assert_code(ipcq_open(NULL, fixture->name, &options), IPCQ_INVALID);
    assert_true(says("handle"));
}

static void a_missing_and_an_existing_name_have_their_remedies(void **state)
{
    struct queue_fixture *fixture = *state;
    assert_code(open_with(fixture->name, (ipcq_options){.flags = IPCQ_OPEN_ONLY}), IPCQ_NOTFOUND);
    assert_true(says("make the queue first"));
    assert_ok(open_with(fixture->name, (ipcq_options){0}));
    assert_code(open_with(fixture->name, (ipcq_options){.flags = IPCQ_CREATE_ONLY}), IPCQ_EXISTS);
    assert_true(says("open it as it is"));
}

static void the_prefix_of_anonymous_names_is_explained(void **state)
{
    (void)state;
    assert_code(open_with("anonymous-x", (ipcq_options){0}), IPCQ_NOTFOUND);
    assert_true(says("begins with anonymous-"));
    assert_code(open_with("anonymous-x", (ipcq_options){.flags = IPCQ_CREATE_ONLY}), IPCQ_NOTFOUND);
    assert_true(says("begins with anonymous-"));
    assert_code(open_with("anonymous-x", (ipcq_options){.flags = IPCQ_OPEN_ONLY}), IPCQ_NOTFOUND);
    assert_true(says("begins with anonymous-"));
}

/* ------------------------------------------------------------------------------------------- reasons of a denial */

static int skip_aloud(void)
{
    print_message("SKIP: only root can become other users and mount file systems\n");
    return CHILD_SKIPS;
}

static int make_as_owner(void *name)
{
    if (!become(OWNER, OWNER))
        return skip_aloud();
    CHILD_CHECK(open_with(name, (ipcq_options){.mode = 0666}) == IPCQ_OK);
    return 0;
}

static int open_as_stranger(void *name)
{
    if (!become(STRANGER, STRANGER))
        return skip_aloud();
    CHILD_CHECK(open_with(name, (ipcq_options){0}) == IPCQ_DENIED);
    CHILD_CHECK(says("another user (uid 61001)") && says("any_owner"));
    CHILD_CHECK(open_with(name, (ipcq_options){.flags = IPCQ_ANY_OWNER}) == IPCQ_OK);
    return 0;
}

static void another_owner_is_named_with_what_opens_it(void **state)
{
    struct queue_fixture *fixture = *state;
    RUN_OR_SKIP(make_as_owner, fixture->name);
    RUN_OR_SKIP(open_as_stranger, fixture->name);
}

static int open_without_permission(void *name)
{
    if (!become(STRANGER, STRANGER))
        return skip_aloud();
    CHILD_CHECK(open_with(name, (ipcq_options){.flags = IPCQ_ANY_OWNER}) == IPCQ_DENIED);
    CHILD_CHECK(says("does not permit") && says("0660"));
    return 0;
}

static void a_mode_that_excludes_the_user_is_the_owner_s_to_change(void **state)
{
    struct queue_fixture *fixture = *state;
    assert_ok(open_with(fixture->name, (ipcq_options){.mode = 0600}));
    RUN_OR_SKIP(open_without_permission, fixture->name);
}

static int open_on_a_read_only_shm(void *name)
{
    if (!own_shm("size=8m"))
        return skip_aloud();
    CHILD_CHECK(open_with(name, (ipcq_options){0}) == IPCQ_OK);
    CHILD_CHECK(mount(NULL, "/dev/shm", NULL, MS_REMOUNT | MS_RDONLY, NULL) == 0);
    CHILD_CHECK(open_with(name, (ipcq_options){0}) == IPCQ_DENIED);
    CHILD_CHECK(says("read-only file system") && says("remount,rw"));
    CHILD_CHECK(open_with("never.made", (ipcq_options){0}) == IPCQ_DENIED);
    CHILD_CHECK(says("read-only file system") && says("remount,rw"));
    CHILD_CHECK(ipcq_unlink(name) == IPCQ_DENIED);
    return 0;
}

static void a_read_only_file_system_has_a_sentence_of_its_own(void **state)
{
    struct queue_fixture *fixture = *state;
    RUN_OR_SKIP(open_on_a_read_only_shm, fixture->name);
}

static int make_in_a_closed_directory(void *name)
{
    if (!own_shm("size=8m,mode=0755") || !become(STRANGER, STRANGER))
        return skip_aloud();
    CHILD_CHECK(open_with(name, (ipcq_options){0}) == IPCQ_DENIED);
    CHILD_CHECK(says("/dev/shm does not permit") && says("1777"));
    return 0;
}

static void a_directory_that_excludes_the_user_is_named(void **state)
{
    struct queue_fixture *fixture = *state;
    RUN_OR_SKIP(make_in_a_closed_directory, fixture->name);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        NAME_TEST(a_struct_size_that_is_not_set_is_named),
        NAME_TEST(a_struct_that_was_never_initialised_is_not_written_through),
        NAME_TEST(each_wrong_option_is_named),
        NAME_TEST(an_option_of_a_newer_library_is_refused_aloud),
        NAME_TEST(without_a_place_for_the_handle_it_says_so),
        NAME_TEST(a_missing_and_an_existing_name_have_their_remedies),
        NAME_TEST(the_prefix_of_anonymous_names_is_explained),
        NAME_TEST(another_owner_is_named_with_what_opens_it),
        NAME_TEST(a_mode_that_excludes_the_user_is_the_owner_s_to_change),
        NAME_TEST(a_read_only_file_system_has_a_sentence_of_its_own),
        NAME_TEST(a_directory_that_excludes_the_user_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
