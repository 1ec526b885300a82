/* SPDX-License-Identifier: Apache-2.0 */
#include "fault.h"

#include <errno.h>
#include <string.h>

static struct fault faults[FAULTS_MAX];
static unsigned hits[FAULTS_MAX];
static unsigned calls[FAULT_KINDS];
static __thread bool armed;

/* A signal storm ends at some time; a call that is repeated after EINTR would else be repeated for ever. */
enum { INTERRUPTIONS = 20 };

void fault_arm(const struct fault *wanted, unsigned count)
{
    memset(faults, 0, sizeof faults);
    memset(hits, 0, sizeof hits);
    memset(calls, 0, sizeof calls);
    for (unsigned i = 0; i < count && i < FAULTS_MAX; ++i)
        faults[i] = wanted[i];
    armed = true;
}

void fault_disarm(void) { armed = false; }

void fault_suspend(bool suspend) { armed = !suspend; }

unsigned fault_calls(enum fault_kind kind) { return calls[kind]; }

unsigned fault_hits(unsigned index) { return hits[index]; }

bool fault_due(enum fault_kind kind)
{
    if (!armed)
        return false;
    unsigned call = ++calls[kind];
    for (unsigned i = 0; i < FAULTS_MAX; ++i) {
        const struct fault *fault = &faults[i];
        if (fault->kind != kind || fault->nth == 0 || call < fault->nth || (call > fault->nth && !fault->lasting))
            continue;
        if (fault->error == EINTR && hits[i] >= INTERRUPTIONS)
            continue;
        ++hits[i];
        errno = fault->error;
        return true;
    }
    return false;
}
