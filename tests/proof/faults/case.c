/* SPDX-License-Identifier: Apache-2.0 */
#include "case.h"

#include <dirent.h>
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CASE_SECONDS = 100 };

static struct case_result *result; /* shared with the process of the case */
static bool alone;                 /* in a /dev/shm that nobody else has */

void case_prepare(void)
{
    result = mmap(NULL, sizeof *result, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (result == MAP_FAILED)
        abort();
    closefrom(3); /* a case counts its descriptors, and one closes them all */
    setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
    alone = unshare(CLONE_NEWNS) == 0 && mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
            mount("tmpfs", "/dev/shm", "tmpfs", MS_NOSUID | MS_NODEV, "size=256m,mode=1777") == 0;
    if (!alone)
        printf("SKIP: no right to make a mount namespace: stray objects in /dev/shm are not looked for\n");
}

static void check_strays(struct scene *scene)
{
    DIR *directory = alone ? opendir("/dev/shm") : NULL;
    const struct dirent *entry = NULL;
    while (directory != NULL && (entry = readdir(directory)) != NULL)
        if (entry->d_name[0] != '.') {
            scene_fault(scene, "%s was left in /dev/shm", entry->d_name);
            unlinkat(dirfd(directory), entry->d_name, 0);
        }
    if (directory != NULL)
        closedir(directory);
}

static void begin(struct scene *scene, const struct scenario *scenario)
{
    static unsigned count;
    *scene = (struct scene){.flags = scenario->flags};
    snprintf(scene->name, sizeof scene->name, "faults.%d.%u", (int)getpid(), count++);
    snprintf(scene->path, sizeof scene->path, "/dev/shm/ipcq.%s", scene->name);
}

/* Whatever a process gets once and keeps, it gets here. */
static void warm_up(const struct scenario *scenario)
{
    struct scene scene;
    begin(&scene, scenario);
    if (scene_open(&scene, scenario->flags) == IPCQ_OK)
        ipcq_close(scene.queue);
    unlink(scene.path);
}

static void judge_code(struct scene *scene, const struct scenario *scenario, const struct fault *faults, unsigned count,
                       int code)
{
    result_set fitting = 0;
    for (unsigned i = 0; i < count; ++i)
        for (const struct fault_errno *e = fault_table[faults[i].kind].errnos; e->error != 0; ++e)
            if (fault_hits(i) != 0 && e->error == faults[i].error)
                fitting |= e->fitting;
    if (code == scenario->normal)
        return;
    if (!result_in(fitting, code))
        scene_fault(scene, "the answer %s does not fit (message: %s)", ipcq_error_name(code), scene->message);
    else if (!result_in(scenario->documented, code))
        scene_fault(scene, "the answer %s is not documented for this call", ipcq_error_name(code));
    else if (scenario->opens && code == IPCQ_SYSTEM && strstr(scene->message, strerror(faults[0].error)) == NULL &&
             (count < 2 || strstr(scene->message, strerror(faults[1].error)) == NULL))
        scene_fault(scene, "the message does not name the system error: %s", scene->message);
}

/* A failed open leaves no handle, no object, no descriptor; the next one works. */
static void check_failed_open(struct scene *scene, const struct scenario *scenario)
{
    struct footprint now = footprint_now();
    if (scene->queue != NULL)
        scene_fault(scene, "open failed and wrote its output");
    scene->queue = NULL;
    if ((now.descriptors != scene->before.descriptors && !scene->closed_behind) ||
        now.queue_mappings != scene->before.queue_mappings)
        scene_fault(scene, "the failed open left %d descriptors and %d mappings",
                    (int)now.descriptors - (int)scene->before.descriptors,
                    (int)now.queue_mappings - (int)scene->before.queue_mappings);
    if (scenario->makes) {
        if (access(scene->path, F_OK) == 0)
            scene_fault(scene, "the failed open left the object");
        unlink(scene->path);
        check_strays(scene);
    }
}

static bool there_for_fork(const struct fault *fault)
{
    return fault->kind == FAULT_DONTFORK || fault->kind == FAULT_WIPEONFORK || fault->kind == FAULT_ATFORK ||
           fault->kind == FAULT_MAP_PRIVATE;
}

static void run_here(const struct scenario *scenario, const struct fault *faults, unsigned count)
{
    struct scene scene;
    if (!scenario->first)
        warm_up(scenario);
    begin(&scene, scenario);
    scene.before = footprint_now();
    fault_skip_sleeps(true);
    scenario->prepare(&scene);
    fault_arm(faults, count);
    int code = scenario->operate(&scene);
    fault_disarm();
    fault_give_memory_back();
    result->code = code;
    for (unsigned i = 0; i < count; ++i) {
        result->hits[i] = fault_hits(i);
        scene.with_fork = scene.with_fork || there_for_fork(&faults[i]);
        /* A descriptor that seems to be closed is not closed again. */
        scene.closed_behind = scene.closed_behind || (faults[i].kind == FAULT_FSTAT && faults[i].error == EBADF);
    }
    for (int kind = 0; kind < FAULT_KINDS; ++kind)
        result->calls[kind] = fault_calls((enum fault_kind)kind);
    judge_code(&scene, scenario, faults, count, code);
    if (scenario->opens && code != IPCQ_OK)
        check_failed_open(&scene, scenario);
    if (scene.queue == NULL && !scene.gone) {
        code = scene_open(&scene, scene.flags);
        if (code != IPCQ_OK)
            scene_fault(&scene, "afterwards, without a fault, open answered %s: %s", ipcq_error_name(code),
                        scene.message);
    }
    scene_check_and_end(&scene);
    result->anonymous_left = scene.gone && access(scene.path, F_OK) == 0;
    if (!result->anonymous_left)
        check_strays(&scene);
    memcpy(result->problem, scene.problem, sizeof result->problem);
}

static void repeat_here(const struct scenario *scenario, const struct fault *fault, unsigned times)
{
    struct scene scene;
    struct footprint before = {0};
    begin(&scene, scenario);
    scenario->prepare(&scene);
    for (unsigned i = 0; i < times + 20; ++i) {
        if (i == 20)
            before = footprint_now();
        fault_arm(fault, 1);
        int code = scenario->operate(&scene);
        fault_disarm();
        result->hits[0] += fault_hits(0);
        if (code == IPCQ_OK) {
            ipcq_close(scene.queue);
            scene.queue = NULL;
        }
        if (scenario->makes)
            unlink(scene.path);
    }
    struct footprint after = footprint_now();
    if (after.descriptors != before.descriptors || after.queue_mappings != before.queue_mappings)
        scene_fault(&scene, "%u opens left %d descriptors and %d mappings", times,
                    (int)after.descriptors - (int)before.descriptors,
                    (int)after.queue_mappings - (int)before.queue_mappings);
    /* A few cells of handles rest before they are used again; less than 16 bytes an open is no leak of anything. */
    if (after.heap > before.heap + 16 * times + 32768 ||
        after.address_space > before.address_space + 1024 * times + (1 << 20))
        scene_fault(&scene, "%u opens took %zd bytes of heap and %zd of address space", times,
                    (ssize_t)(after.heap - before.heap), (ssize_t)(after.address_space - before.address_space));
    unlink(scene.path);
    memcpy(result->problem, scene.problem, sizeof result->problem);
}

static void await_end(pid_t child)
{
    int status = 0;
    waitpid(child, &status, 0);
    if (WIFSIGNALED(status))
        snprintf(result->problem, sizeof result->problem, "the process was ended by signal %d (%s)", WTERMSIG(status),
                 WTERMSIG(status) == SIGALRM ? "it hung" : strsignal(WTERMSIG(status)));
    else if (WEXITSTATUS(status) != 0)
        snprintf(result->problem, sizeof result->problem, "the process exited with %d", WEXITSTATUS(status));
    /* A case that was ended cleans nothing up. */
    struct scene rest = {.problem = "x"};
    if (status != 0)
        check_strays(&rest);
}

static pid_t start(void)
{
    memset(result, 0, sizeof *result);
    fflush(stdout);
    pid_t child = fork();
    if (child == -1)
        abort();
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        alarm(CASE_SECONDS);
    }
    return child;
}

/* The name of an anonymous queue that could not be removed is removed by the next process that makes one. */
static void check_sweep(void)
{
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        struct scene scene = {.problem = ""};
        ipcq_t *queue = NULL;
        if (ipcq_open(&queue, NULL, NULL) != IPCQ_OK || ipcq_close(queue) != IPCQ_OK)
            scene_fault(&scene, "the next anonymous queue could not be made");
        check_strays(&scene);
        memcpy(result->problem, scene.problem, sizeof result->problem);
        _exit(0);
    }
    await_end(child);
}

const struct case_result *case_run(const struct scenario *scenario, const struct fault *faults, unsigned count)
{
    pid_t child = start();
    if (child == 0) {
        run_here(scenario, faults, count);
        _exit(0);
    }
    await_end(child);
    if (result->anonymous_left && result->problem[0] == '\0')
        check_sweep();
    return result;
}

const struct case_result *case_repeat(const struct scenario *scenario, const struct fault *fault, unsigned times)
{
    pid_t child = start();
    if (child == 0) {
        repeat_here(scenario, fault, times);
        _exit(0);
    }
    await_end(child);
    return result;
}
