/*
 * Every system call fails, one after the other, for every reason: what does the library answer, and what does it leave?
 *
 * For each scenario and each kind of call in it: the first, the second, ... call fails, alone or for good, until the
 * scenario ends before the fault's turn comes. --full adds pairs of faults. --scenario, --call, --errno, --nth,
 * --lasting repeat one case.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "case.h"
#include "symbols.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { REPETITIONS = 1000, REPETITIONS_REDUCED = 200, NTH_MAX = 2000, PAIR_NTH_MAX = 5 };

static struct {
    bool full;
    const char *scenario, *call, *error;
    unsigned nth;
    int lasting; /* -1: both */
} options = {.lasting = -1};

static struct {
    unsigned long faults, scenarios, violations;
    bool called[FAULT_KINDS];
} sums;

static void describe_fault(const struct fault *fault, char *text, size_t size)
{
    snprintf(text, size, "--call %s --errno %s --nth %u --lasting %d", fault_table[fault->kind].name,
             strerrorname_np(fault->error), fault->nth, fault->lasting);
}

static void report(const struct scenario *scenario, const struct fault *faults, unsigned count,
                   const struct case_result *result, const char *what)
{
    char first[100] = "", second[120] = "";
    if (count > 0)
        describe_fault(&faults[0], first, sizeof first);
    if (count > 1) {
        memcpy(second, ", then ", 8);
        describe_fault(&faults[1], second + 7, sizeof second - 7);
    }
    printf("violation: faults: --scenario %s %s%s%s: answered %s: %s\n", scenario->name, first, second, what,
           ipcq_error_name(result->code), result->problem);
    ++sums.violations;
}

/* True if the fault was reached. */
static bool run(const struct scenario *scenario, const struct fault *faults, unsigned count)
{
    const struct case_result *result = case_run(scenario, faults, count);
    sums.faults += result->hits[0] + result->hits[1];
    if (result->problem[0] != '\0')
        report(scenario, faults, count, result, "");
    return result->hits[0] != 0;
}

static bool wanted(const char *asked, const char *name) { return asked == NULL || strcmp(asked, name) == 0; }

static void each_nth(const struct scenario *scenario, struct fault fault)
{
    unsigned from = options.nth != 0 ? options.nth : 1;
    unsigned to = options.nth != 0 ? options.nth : NTH_MAX;
    for (fault.nth = from; fault.nth <= to; ++fault.nth)
        if (!run(scenario, &fault, 1))
            return;
    if (options.nth == 0)
        printf("SKIP: scenario %s makes more than %d calls of %s\n", scenario->name, NTH_MAX,
               fault_table[fault.kind].name);
}

static void each_errno(const struct scenario *scenario, enum fault_kind kind)
{
    for (const struct fault_errno *e = fault_table[kind].errnos; e->error != 0; ++e)
        for (int lasting = 0; lasting <= 1; ++lasting)
            if (wanted(options.error, strerrorname_np(e->error)) &&
                (options.lasting == -1 || options.lasting == lasting))
                each_nth(scenario, (struct fault){kind, 1, e->error, lasting != 0});
}

static void each_repetition(const struct scenario *scenario, enum fault_kind kind, unsigned calls)
{
    unsigned times = options.full ? REPETITIONS : REPETITIONS_REDUCED;
    for (unsigned nth = 1; nth <= calls && nth <= NTH_MAX; ++nth) {
        struct fault fault = {kind, nth, fault_table[kind].errnos[0].error, false};
        if (options.nth != 0 && options.nth != nth)
            continue;
        const struct case_result *result = case_repeat(scenario, &fault, times);
        sums.faults += result->hits[0];
        if (result->problem[0] != '\0')
            report(scenario, &fault, 1, result, " (repeated)");
    }
}

static void each_pair(const struct scenario *scenario, const unsigned *calls)
{
    for (int first = 0; first < FAULT_KINDS; ++first)
        for (unsigned i = 1; i <= calls[first] && i <= PAIR_NTH_MAX; ++i)
            for (int second = first; second < FAULT_KINDS; ++second)
                for (unsigned j = 1; j <= calls[second] && j <= PAIR_NTH_MAX; ++j) {
                    const struct fault pair[2] = {
                        {(enum fault_kind)first, i, fault_table[first].errnos[0].error, false},
                        {(enum fault_kind)second, j, fault_table[second].errnos[1].error, false}};
                    if ((first != second || i < j) && pair[1].error != 0)
                        run(scenario, pair, 2);
                }
}

static void each_call(const struct scenario *scenario)
{
    const struct case_result *result = case_run(scenario, NULL, 0);
    unsigned calls[FAULT_KINDS];
    memcpy(calls, result->calls, sizeof calls);
    ++sums.scenarios;
    if (result->problem[0] != '\0' || result->code != scenario->normal) {
        report(scenario, NULL, 0, result, "(no fault)");
        return;
    }
    for (int kind = 0; kind < FAULT_KINDS; ++kind) {
        if (calls[kind] == 0 || !wanted(options.call, fault_table[kind].name))
            continue;
        sums.called[kind] = true;
        each_errno(scenario, (enum fault_kind)kind);
        if (scenario->opens && options.error == NULL)
            each_repetition(scenario, (enum fault_kind)kind, calls[kind]);
    }
    if (options.full && options.call == NULL)
        each_pair(scenario, calls);
}

static void parse(int argc, char **argv)
{
    static const struct option names[] = {
        {"full", no_argument, NULL, 'f'},
        {"scenario", required_argument, NULL, 's'},
        {"call", required_argument, NULL, 'c'},
        {"errno", required_argument, NULL, 'e'},
        {"nth", required_argument, NULL, 'n'},
        {"lasting", required_argument, NULL, 'l'},
        {NULL, 0, NULL, 0},
    };
    for (int option = 0; (option = getopt_long(argc, argv, "", names, NULL)) != -1;)
        switch (option) {
        case 'f': options.full = true; break;
        case 's': options.scenario = optarg; break;
        case 'c': options.call = optarg; break;
        case 'e': options.error = optarg; break;
        case 'n': options.nth = (unsigned)strtoul(optarg, NULL, 10); break;
        case 'l': options.lasting = atoi(optarg); break;
        default:
            fprintf(stderr,
                    "usage: %s [--full] [--scenario NAME] [--call NAME] [--errno NAME] [--nth N] [--lasting 0|1]\n",
                    argv[0]);
            exit(2);
        }
}

int main(int argc, char **argv)
{
    parse(argc, argv);
    case_prepare();
    bool all = options.scenario == NULL && options.call == NULL;
    if (all)
        sums.violations += symbols_check();
    for (unsigned i = 0; i < scenario_count; ++i)
        if (wanted(options.scenario, scenarios[i].name))
            each_call(&scenarios[i]);
    unsigned kinds = 0;
    for (int kind = 0; kind < FAULT_KINDS; ++kind) {
        kinds += sums.called[kind];
        if (all && !sums.called[kind] && symbols_imports(fault_table[kind].functions)) {
            printf("violation: faults: no scenario makes the call %s\n", fault_table[kind].name);
            ++sums.violations;
        }
    }
    printf("proof faults: faults injected %lu, calls %u, scenarios %lu, violations %lu\n", sums.faults, kinds,
           sums.scenarios, sums.violations);
    return sums.violations == 0 && sums.scenarios != 0 ? 0 : 1;
}
