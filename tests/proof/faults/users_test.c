/*
 * Two users and root, each mode, each setting of fs.protected_regular. A user with access gets it, any other is DENIED.
 * Users who are in clean up after each other's dead.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "environment.h"

#include "support/await.h"
#include "support/child.h"
#include "support/items.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ANNA = 61001, BERT = 61002, FRIENDS = 61000, STRANGERS = 61099 };

struct meeting {
    struct queue_fixture *fixture;
    uid_t owner; /* of the queue; its group is FRIENDS */
    uid_t guest;
    gid_t guest_group;
    uint32_t mode;
    uint32_t flags; /* of the guest */
};

static const char switch_path[] = "/proc/sys/fs/protected_regular";

static int read_switch(void)
{
    FILE *file = fopen(switch_path, "re");
    int value = -1;
    if (file != NULL && fscanf(file, "%d", &value) != 1)
        value = -1;
    if (file != NULL)
        fclose(file);
    return value;
}

static bool write_switch(int value)
{
    FILE *file = fopen(switch_path, "we");
    bool ok = file != NULL && fprintf(file, "%d\n", value) > 0;
    if (file != NULL)
        ok = fclose(file) == 0 && ok;
    return ok && read_switch() == value;
}

static int make_as_owner(void *argument)
{
    const struct meeting *meeting = argument;
    ipcq_t *queue = NULL;
    struct stat status;
    CHILD_CHECK(become(meeting->owner, FRIENDS));
    CHILD_CHECK(queue_open_with(meeting->fixture, &queue,
                                (ipcq_options){.flags = IPCQ_JOINABLE, .mode = meeting->mode}) == IPCQ_OK);
    CHILD_CHECK(stat(meeting->fixture->path, &status) == 0 && (status.st_mode & 07777) == meeting->mode);
    CHILD_CHECK(put_number(queue, 1, IPCQ_NOWAIT) == IPCQ_OK && ipcq_close(queue) == IPCQ_OK);
    return 0;
}

static bool may_open(const struct meeting *meeting)
{
    bool by_mode = meeting->guest == 0 || meeting->guest == meeting->owner ||
                   (meeting->guest_group == FRIENDS ? (meeting->mode & 060) == 060 : (meeting->mode & 06) == 06);
    bool trusted = meeting->owner == 0 || meeting->owner == meeting->guest || (meeting->flags & IPCQ_ANY_OWNER) != 0;
    return by_mode && trusted;
}

static int visit(void *argument)
{
    const struct meeting *meeting = argument;
    ipcq_t *queue = NULL;
    uint64_t number = 0;
    CHILD_CHECK(become(meeting->guest, meeting->guest_group));
    int code = queue_open_with(meeting->fixture, &queue, (ipcq_options){.flags = meeting->flags});
    CHILD_CHECK(code == (may_open(meeting) ? IPCQ_OK : IPCQ_DENIED));
    if (code == IPCQ_OK) {
        CHILD_CHECK(get_number(queue, &number, NULL, IPCQ_NOWAIT) == IPCQ_OK && number == 1);
        CHILD_CHECK(ipcq_nack(queue, IPCQ_OLDEST) == IPCQ_OK && ipcq_close(queue) == IPCQ_OK);
    } else {
        CHILD_CHECK(queue == NULL && strlen(meeting->fixture->message) > 20);
    }
    code = ipcq_unlink(meeting->fixture->name);
    CHILD_CHECK(code == (meeting->guest == meeting->owner || meeting->guest == 0 ? IPCQ_OK : IPCQ_DENIED));
    return 0;
}

static int every_meeting(void *fixture)
{
    static const uint32_t modes[] = {0600, 0660, 0606, 0666};
    static const uid_t users[] = {0, ANNA, BERT};
    struct meeting meeting = {.fixture = fixture};
    CHILD_CHECK(own_shm("size=16m,mode=1777"));
    for (unsigned m = 0; m < sizeof modes / sizeof *modes; ++m)
        for (unsigned pair = 0; pair < 9; ++pair)
            for (unsigned variant = 0; variant < 4; ++variant) {
                meeting.mode = modes[m];
                meeting.owner = users[pair / 3];
                meeting.guest = users[pair % 3];
                meeting.guest_group = (variant & 1) != 0 ? FRIENDS : STRANGERS;
                meeting.flags = (variant & 2) != 0 ? IPCQ_ANY_OWNER : 0;
                unlink(meeting.fixture->path);
                CHILD_CHECK(child_run(make_as_owner, &meeting) == 0);
                if (child_run(visit, &meeting) != 0) {
                    fprintf(stderr, "owner %u, guest %u of group %u, mode %o, flags %u\n", meeting.owner, meeting.guest,
                            meeting.guest_group, meeting.mode, meeting.flags);
                    return 1;
                }
            }
    return 0;
}

static void who_may_is_let_in_whatever_protected_regular_says(void **state)
{
    int before = read_switch();
    int failed = 0, tried = 0;
    for (int value = 0; value <= 2 && failed == 0; ++value)
        if (value == before || write_switch(value)) {
            ++tried;
            failed = child_run(every_meeting, *state);
        } else {
            print_message("SKIP: %s cannot be set to %d\n", switch_path, value);
        }
    if (before >= 0)
        write_switch(before);
    assert_int_equal(failed, 0);
    assert_true(tried > 0);
}

static int take_as_guest(void *argument)
{
    const struct meeting *meeting = argument;
    ipcq_t *queue = NULL;
    uint64_t number = 0;
    CHILD_CHECK(become(meeting->guest, meeting->guest_group));
    CHILD_CHECK(queue_open_with(meeting->fixture, &queue, (ipcq_options){.flags = meeting->flags}) == IPCQ_OK);
    CHILD_CHECK(get_number(queue, &number, NULL, ipcq_deadline(60)) == IPCQ_OK && number == 1);
    for (;;)
        pause();
}

static int recover_as_guest(void *argument)
{
    const struct meeting *meeting = argument;
    ipcq_t *queue = NULL;
    ipcq_item told;
    uint64_t number = 0;
    CHILD_CHECK(become(meeting->guest, meeting->guest_group));
    CHILD_CHECK(queue_open_with(meeting->fixture, &queue, (ipcq_options){.flags = meeting->flags}) == IPCQ_OK);
    CHILD_CHECK(get_number(queue, &number, &told, ipcq_deadline(60)) == IPCQ_OK && number == 1);
    CHILD_CHECK(told.deliveries == 1 && ipcq_nack(queue, IPCQ_OLDEST) == IPCQ_OK && ipcq_close(queue) == IPCQ_OK);
    return 0;
}

/* The one takes and is killed while the other is in already and waits. */
static int one_dies_the_other_recovers(void *fixture)
{
    for (int turn = 0; turn < 2; ++turn) {
        struct meeting anna = {fixture, ANNA, ANNA, FRIENDS, 0660, 0};
        struct meeting bert = {fixture, ANNA, BERT, FRIENDS, 0660, IPCQ_ANY_OWNER};
        unlink(anna.fixture->path);
        CHILD_CHECK(child_run(make_as_owner, &anna) == 0);
        pid_t victim = child_start(take_as_guest, turn == 0 ? &anna : &bert);
        ipcq_t *watcher = NULL;
        CHILD_CHECK(queue_open_with(fixture, &watcher, (ipcq_options){.flags = IPCQ_ANY_OWNER}) == IPCQ_OK);
        await_taken(watcher, 1);
        CHILD_CHECK(ipcq_close(watcher) == IPCQ_OK);
        pid_t heir = child_start(recover_as_guest, turn == 0 ? &bert : &anna);
        CHILD_CHECK(queue_open_with(fixture, &watcher, (ipcq_options){.flags = IPCQ_ANY_OWNER}) == IPCQ_OK);
        await_participants(watcher, 3);
        CHILD_CHECK(ipcq_close(watcher) == IPCQ_OK);
        child_kill(victim);
        CHILD_CHECK(child_wait(heir) == 0);
    }
    return 0;
}

static void users_clean_up_after_each_other(void **state)
{
    assert_int_equal(child_run(one_dies_the_other_recovers, *state), 0);
}

static int take_and_stay(void *queue)
{
    uint64_t number = 0;
    CHILD_CHECK(get_number(queue, &number, NULL, IPCQ_NOWAIT) == IPCQ_OK);
    for (;;)
        pause();
}

/* A daemon opens as root and then becomes somebody else: it is in, and stays in for all that a participant does. */
static int drop_rights_and_recover(void *state)
{
    struct queue_fixture *fixture = state;
    ipcq_t *queue = NULL;
    uint64_t number = 0;
    CHILD_CHECK(queue_open_with(fixture, &queue, (ipcq_options){.flags = IPCQ_JOINABLE}) == IPCQ_OK);
    CHILD_CHECK(put_number(queue, 1, IPCQ_NOWAIT) == IPCQ_OK);
    pid_t peer = child_start(take_and_stay, queue);
    await_taken(queue, 1);
    CHILD_CHECK(setresgid(BERT, BERT, BERT) == 0 && setresuid(BERT, BERT, 0) == 0);
    CHILD_CHECK(put_number(queue, 2, IPCQ_NOWAIT) == IPCQ_OK);
    CHILD_CHECK(get_number(queue, &number, NULL, IPCQ_NOWAIT) == IPCQ_OK && number == 2);
    CHILD_CHECK(ipcq_task_done(queue, IPCQ_OLDEST) == IPCQ_OK);
    CHILD_CHECK(setresuid(0, 0, 0) == 0); /* to kill the peer */
    child_kill(peer);
    CHILD_CHECK(become(BERT, BERT));
    CHILD_CHECK(get_number(queue, &number, NULL, ipcq_deadline(60)) == IPCQ_OK && number == 1);
    CHILD_CHECK(ipcq_task_done(queue, IPCQ_OLDEST) == IPCQ_OK && ipcq_join(queue, ipcq_deadline(60)) == IPCQ_OK);
    CHILD_CHECK(ipcq_close(queue) == IPCQ_OK);
    return 0;
}

static void who_gave_up_its_rights_is_still_in(void **state)
{
    assert_int_equal(child_run(drop_rights_and_recover, *state), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        NAME_TEST(who_may_is_let_in_whatever_protected_regular_says),
        NAME_TEST(users_clean_up_after_each_other),
        NAME_TEST(who_gave_up_its_rights_is_still_in),
    };
    return cmocka_run_group_tests(tests, skip_without_root, NULL);
}
