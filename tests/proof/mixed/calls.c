/* SPDX-License-Identifier: Apache-2.0 */
#include "calls.h"

#define WAITS (ANSWER(IPCQ_TIMEDOUT) | ANSWER(IPCQ_BUSY))

const char *const call_name[CALLS] = {"-",      "open",    "close", "unlink",   "put",    "put_many", "reserve",
                                      "commit", "abandon", "get",   "get_many", "borrow", "release",  "task_done",
                                      "nack",   "join",    "look",  "fork",     "limit"};

static const uint64_t answers[CALLS] = {
    [CALL_OPEN] = ANSWER(IPCQ_CROWDED),
    [CALL_PUT] = ANSWER(IPCQ_FULL) | WAITS,
    [CALL_PUT_MANY] = ANSWER(IPCQ_FULL) | WAITS,
    [CALL_RESERVE] = ANSWER(IPCQ_FULL) | WAITS,
    [CALL_COMMIT] = ANSWER(IPCQ_FULL) | WAITS,
    [CALL_GET] = ANSWER(IPCQ_EMPTY) | WAITS,
    [CALL_GET_MANY] = ANSWER(IPCQ_EMPTY) | ANSWER(IPCQ_TOOBIG) | WAITS,
    [CALL_BORROW] = ANSWER(IPCQ_EMPTY) | WAITS,
    [CALL_NACK] = ANSWER(IPCQ_BUSY),
    [CALL_JOIN] = ANSWER(IPCQ_TIMEDOUT),
};

bool call_may_answer(enum call call, int code) { return code == IPCQ_OK || (answers[call] & ANSWER(code)) != 0; }

bool call_needs_system(enum call call)
{
    switch (call) {
    case CALL_ABANDON:
    case CALL_RELEASE:
    case CALL_TASK_DONE:
    case CALL_CLOSE: return false;
    default: return true;
    }
}
