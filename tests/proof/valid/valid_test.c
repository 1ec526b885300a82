/*
 * The judge is judged: it finds nothing wrong with queues in all their states, and each invariant wrong that is broken
 * by hand, by its number.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "support/items.h"
#include "support/queue_fixture.h"
#include "valid/snapshot.h"

#include <stdio.h>
#include <string.h>

/* Offsets of FORMAT.md section 3. */
enum {
    TAIL = 256,
    TAIL_EPOCH = 264,
    TAIL_COPY = 272,
    HEAD = 384,
    HEAD_EPOCH = 392,
    HEAD_COPY = 400,
    FRONTIER_EPOCH = 520,
    FRONTIER_COPY = 528,
    LEASE_CHAIN = 560,
    FREE_BELOW = 568,
    SHUTDOWN = 664,
    HIGH_WATER = 776,
    SLOTS = 1280,
    TABLE_OFFSET = 64, /* where the header says it */
    DATA_OFFSET = 72,
};

static struct snapshot before, now;
static char text[SNAPSHOT_TEXT];

static uint64_t *word_at(struct snapshot *snapshot, uint64_t offset)
{
    assert_true(offset + 8 <= snapshot->size);
    return (uint64_t *)(snapshot->bytes + offset);
}

static uint64_t *copy_at(struct snapshot *snapshot, uint64_t epoch, uint64_t copy, uint64_t length)
{
    return word_at(snapshot, copy + (*word_at(snapshot, epoch) & 1) * length);
}

/* Puts the snapshot's tail before another record, in the run that ends before segment `end_segment`. */
static void set_tail(uint64_t offset, uint64_t sequence, uint64_t end_segment)
{
    uint64_t *tail = copy_at(&now, TAIL_EPOCH, TAIL_COPY, 16);
    tail[0] = offset / 8 | end_segment << 40;
    tail[1] = sequence;
}

static void look(const struct queue_fixture *fixture, bool quiet)
{
    assert_true(snapshot_take(&now, fixture->path));
    if (!snapshot_valid(&now, quiet, text))
        fail_msg("%s", text);
}

static void expect(const char *invariant, bool quiet)
{
    assert_false(snapshot_valid(&now, quiet, text));
    if (strncmp(text, invariant, strlen(invariant)) != 0)
        fail_msg("expected %s, found %s", invariant, text);
}

static uint64_t take(ipcq_t *queue)
{
    char buffer[2000];
    ipcq_item item = {0};
    const ipcq_wait at_once = {.deadline_ns = IPCQ_NOWAIT};
    assert_ok(ipcq_get_item(queue, buffer, sizeof buffer, &item, IPCQ_ACCEPT_ALL, &at_once));
    return item.ticket;
}

static void put(ipcq_t *queue, char letter)
{
    char item[1000];
    memset(item, letter, sizeof item);
    assert_ok(ipcq_put(queue, item, sizeof item, IPCQ_NOWAIT));
}

static void a_queue_at_work_is_valid(void **state)
{
    struct queue_fixture *fixture = *state;
    uint64_t ticket[4];
    look(fixture, true);
    for (int round = 0; round < 100; ++round) {
        for (int i = 0; i < 6; ++i)
            put(fixture->queue, 'a');
        for (int i = 0; i < 4; ++i)
            ticket[i] = take(fixture->queue);
        look(fixture, true);
        snapshot_copy(&before, &now);
        assert_ok(ipcq_nack(fixture->queue, ticket[1]));
        look(fixture, true);
        assert_true(snapshot_may_follow(&before, &now, text));
        assert_false(snapshot_may_follow(&now, &before, text));
        for (int i = 0; i < 4; ++i)
            if (i != 1)
                assert_ok(ipcq_task_done(fixture->queue, ticket[i]));
        for (int i = 0; i < 3; ++i)
            assert_ok(ipcq_task_done(fixture->queue, take(fixture->queue)));
        look(fixture, true);
        assert_int_equal(snapshot_items(&now, NULL, 0) >= 3, 1);
        assert_int_equal(snapshot_lost_segments(&now), 0);
    }
}

/* Three items, of which the first is taken, under the ticket that is returned. */
static struct snapshot_item three[3];

static uint64_t three_items(struct queue_fixture *fixture)
{
    for (int i = 0; i < 3; ++i)
        put(fixture->queue, (char)('a' + i));
    const uint64_t ticket = take(fixture->queue);
    look(fixture, true);
    assert_int_equal(snapshot_items(&now, three, 3), 3);
    assert_int_equal(three[0].state, SNAPSHOT_TAKEN);
    assert_int_equal(three[1].state, SNAPSHOT_READY);
    assert_int_equal(three[1].payload[999], 'b');
    return ticket;
}

static void each_broken_invariant_is_named(void **state)
{
    struct queue_fixture *fixture = *state;
    three_items(fixture);
    const struct {
        const char *invariant;
        uint64_t offset, value;
        bool quiet;
    } broken[] = {
        {"I3", three[1].offset, 5, false},
        {"I3", three[1].offset + 8, 4096, false},
        {"I3", three[2].offset + 16 + 1000, 7, false},
        {"I4", three[0].offset, 1, false},
        {"I7", three[0].offset, 2 | UINT64_C(9) << 32 | 1 << 16, false},
        {"I8", FREE_BELOW, 2, false},
        {"I9", *word_at(&now, TABLE_OFFSET), 1, false},
        {"I10", TAIL, 77, false},
        {"I10", HEAD, UINT64_C(5) << 16 | 1, false},
        {"I11", *word_at(&now, TABLE_OFFSET) + 16, 1, false},
        {"I12", SHUTDOWN, 3, false},
        {"I13", LEASE_CHAIN, 0, false},
        {"I15", *word_at(&now, TABLE_OFFSET) + 16, 9, false},
        {"Q2", three[2].offset, 3, true},
    };
    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; ++i) {
        look(fixture, true);
        if (strcmp(broken[i].invariant, "I15") == 0)
            *(uint32_t *)(now.bytes + HIGH_WATER) = 3;
        *word_at(&now, broken[i].offset) = broken[i].value;
        expect(broken[i].invariant, broken[i].quiet);
    }
}

/* A slot: generation in the low half, state in the high one. */
enum { CLEAN, USED, INHERITED };

static void set_life(uint32_t generation, uint64_t state) { *word_at(&now, SLOTS) = state << 32 | generation; }

/* The first item is taken by slot 0 under generation 1. */
static void an_earlier_generation_owns_only_in_an_inherited_slot(void **state)
{
    struct queue_fixture *fixture = *state;
    const uint64_t ticket = three_items(fixture);
    set_life(2, USED);
    expect("I16", false);
    set_life(2, CLEAN);
    expect("I7", false);
    set_life(2, INHERITED);
    assert_true(snapshot_valid(&now, true, text));

    assert_ok(ipcq_nack(fixture->queue, ticket));
    look(fixture, true);
    *(uint32_t *)(now.bytes + HIGH_WATER) = 3;
    *word_at(&now, *word_at(&now, TABLE_OFFSET) + 16) = UINT64_C(1) << 32 | 1 << 16 | 2; /* claimed by the same */
    assert_true(snapshot_valid(&now, false, text));
    set_life(2, USED);
    expect("I16", false);
    set_life(2, INHERITED);
    assert_true(snapshot_valid(&now, false, text));
}

static void cursors_that_lie_are_found(void **state)
{
    struct queue_fixture *fixture = *state;
    three_items(fixture);
    uint64_t *head = copy_at(&now, HEAD_EPOCH, HEAD_COPY, 24), offset = *head;
    *head = offset + 4;
    expect("I14", false);
    *head = three[1].offset + 8;
    expect("I5", false);
    *head = offset;
    copy_at(&now, FRONTIER_EPOCH, FRONTIER_COPY, 16)[1] += 1;
    expect("I5", false);
    look(fixture, true);
    set_tail(three[2].offset, 2, 1);
    assert_true(snapshot_valid(&now, false, text)); /* as a kill between commit and cursor leaves it */
    expect("Q1", true);
    set_tail(three[2].offset, 1, 1);
    expect("I6", false);
}

static void the_tail_lags_behind_one_batch_at_most(void **state)
{
    struct queue_fixture *fixture = *state;
    enum { COUNT = 70, BATCH_MAX = 64 };
    static struct snapshot_item item[COUNT];
    for (uint64_t i = 0; i < COUNT; ++i)
        assert_ok(put_number(fixture->queue, i, IPCQ_NOWAIT));
    look(fixture, true);
    assert_int_equal(snapshot_items(&now, item, COUNT), COUNT);
    for (uint64_t lag = 1; lag <= BATCH_MAX; ++lag) {
        set_tail(item[COUNT - lag].offset, COUNT - lag, 1);
        assert_true(snapshot_valid(&now, false, text));
        expect("Q1", true);
    }
    set_tail(item[COUNT - BATCH_MAX - 1].offset, COUNT - BATCH_MAX - 1, 1);
    expect("I6", false);
}

/* A segment of this queue has room for one of the items that are put first, and one of put()'s. */
static void the_tail_lags_behind_one_run_and_its_first_record_at_most(void **state)
{
    struct queue_fixture *fixture = *state;
    static const char large[3000];
    struct snapshot_item item[3];
    for (int i = 0; i < 2; ++i)
        assert_ok(ipcq_put(fixture->queue, large, sizeof large, IPCQ_NOWAIT));
    look(fixture, true);
    assert_int_equal(snapshot_items(&now, item, 2), 2);
    const uint64_t end = item[0].offset + 16 + sizeof large; /* where the END is that leads to the second */
    set_tail(end, 1, 1);
    assert_true(snapshot_valid(&now, false, text));
    set_tail(item[0].offset, 0, 1); /* a record, and then END: two commits */
    expect("I6", false);

    put(fixture->queue, 'c');
    look(fixture, true);
    assert_int_equal(snapshot_items(&now, item, 3), 3);
    set_tail(item[2].offset, 2, 2);
    assert_true(snapshot_valid(&now, false, text));
    set_tail(end, 1, 1); /* END and two records */
    expect("I6", false);
}

static void changes_that_no_step_makes_are_found(void **state)
{
    struct queue_fixture *fixture = *state;
    const struct {
        const char *invariant;
        int item;
        uint64_t add, value;
    } broken[] = {{"I1", 1, 0, 1 | 5 << 8}, {"I2", 1, 16 + 8, 1}, {"I2", 2, 8, 999}};
    three_items(fixture);
    snapshot_copy(&before, &now);
    assert_true(snapshot_may_follow(&before, &now, text));
    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; ++i) {
        look(fixture, true);
        struct snapshot *first = broken[i].invariant[1] == '1' ? &before : &now;
        *word_at(first, three[broken[i].item].offset + broken[i].add) = broken[i].value;
        assert_false(snapshot_may_follow(&before, &now, text));
        if (strncmp(text, broken[i].invariant, 2) != 0)
            fail_msg("expected %s, found %s", broken[i].invariant, text);
        if (first == &before)
            assert_true(snapshot_take(&before, fixture->path));
    }
    look(fixture, true);
    *(uint32_t *)(before.bytes + SHUTDOWN) = 1;
    assert_false(snapshot_may_follow(&before, &now, text));
    assert_memory_equal(text, "I12", 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        QUEUE_TEST(a_queue_at_work_is_valid, JOINABLE, .capacity_bytes = 16384),
        QUEUE_TEST(each_broken_invariant_is_named, JOINABLE, .capacity_bytes = 16384),
        QUEUE_TEST(an_earlier_generation_owns_only_in_an_inherited_slot, JOINABLE, .capacity_bytes = 16384),
        QUEUE_TEST(cursors_that_lie_are_found, JOINABLE, .capacity_bytes = 16384),
        QUEUE_TEST(the_tail_lags_behind_one_batch_at_most, JOINABLE, .capacity_bytes = 16384),
        QUEUE_TEST(the_tail_lags_behind_one_run_and_its_first_record_at_most, JOINABLE, .capacity_bytes = 16384),
        QUEUE_TEST(changes_that_no_step_makes_are_found, JOINABLE, .capacity_bytes = 16384),
    };
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    snapshot_free(&before);
    snapshot_free(&now);
    return failed;
}
