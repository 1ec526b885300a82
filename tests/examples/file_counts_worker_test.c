/*
 * The worker of the demonstration, driven as the demonstration drives it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "support/await.h"
#include "support/child.h"
#include "support/items.h"
#include "value.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct job {
    char work[200], results[200];
    char hold;
};

static int be_worker(void *argument)
{
    struct job *job = argument;
    char *const words[] = {WORKER, job->work, job->results, job->hold ? "hold" : NULL, NULL};
    execv(WORKER, words);
    return 127;
}

static int put_file(ipcq_t *queue, const char *path)
{
    value_writer writer;
    value_begin(&writer);
    value_map(&writer, 1);
    value_text(&writer, "file");
    value_text(&writer, path);
    return value_put(queue, &writer, IPCQ_NOWAIT);
}

static int64_t member(const value *result, const char *key)
{
    for (uint32_t i = 0; i < result->object.via.map.size; ++i) {
        const msgpack_object_kv *entry = &result->object.via.map.ptr[i];
        if (entry->key.via.str.size == strlen(key) && memcmp(entry->key.via.str.ptr, key, strlen(key)) == 0)
            return entry->val.via.i64;
    }
    return -1;
}

/* Words are begun by printable ASCII alone and ended by blanks alone, as `LC_ALL=C wc` has it. */
static void the_worker_counts_as_wc_does(void **state)
{
    static const char text[] = "one two\nthree\v four\x01x \xc3\xa4 \xc3\xa4z\n\n  five";
    struct queue_fixture *fixture = *state;
    struct job job = {0};
    char path[] = "/tmp/ipcq-file-counts-XXXXXX", shell[300];
    long lines = 0, words = 0, bytes = 0;
    int file = mkstemp(path);
    assert_int_equal(write(file, text, sizeof text - 1), (ssize_t)sizeof text - 1);
    close(file);
    snprintf(shell, sizeof shell, "LC_ALL=C wc <%s", path);
    FILE *wc = popen(shell, "r");
    assert_int_equal(fscanf(wc, "%ld %ld %ld", &lines, &words, &bytes), 3);
    pclose(wc);

    snprintf(job.work, sizeof job.work, "%s", fixture->name);
    snprintf(job.results, sizeof job.results, "%s.results", fixture->name);
    ipcq_t *results = NULL;
    assert_ok(ipcq_open(&results, job.results, NULL));
    job.hold = 1;
    assert_ok(put_file(fixture->queue, path));
    pid_t holder = child_start(be_worker, &job);
    await_taken(fixture->queue, 1);
    child_kill(holder);
    job.hold = 0;
    pid_t worker = child_start(be_worker, &job);
    int joined = ipcq_join(fixture->queue, IPCQ_FOREVER);
    int shut = ipcq_shutdown(fixture->queue, IPCQ_DRAIN);
    int answer = child_wait(worker);
    value result;
    int got = value_get(results, &result, IPCQ_NOWAIT);
    ipcq_close(results);
    ipcq_unlink(job.results);
    unlink(path);

    assert_ok(joined);
    assert_ok(shut);
    assert_int_equal(answer, 0);
    assert_ok(got);
    assert_int_equal(result.object.type, MSGPACK_OBJECT_MAP);
    assert_int_equal(member(&result, "lines"), lines);
    assert_int_equal(member(&result, "words"), words);
    assert_int_equal(member(&result, "bytes"), bytes);
    assert_int_equal(member(&result, "pid"), worker);
    assert_int_equal(member(&result, "deliveries"), 1);
    value_release(&result);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        QUEUE_TEST(the_worker_counts_as_wc_does, JOINABLE),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
