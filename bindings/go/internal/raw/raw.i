// SPDX-License-Identifier: Apache-2.0
//
// ipcq.h as Go sees it: flat functions that return codes, numbers as constants, nothing else. Only what the package
// above needs is let through.
//
// Handles and tokens cross as uintptr. What a put or a get needs crosses as addresses (uintptr) too, of memory that the
// caller keeps in the heap and reachable. What other calls fill crosses as slices, of bytes or of Go structs of the
// same layout (layout.go). None of these makes cgo copy or allocate. An address is also the cheapest. For a slice, cgo
// looks for pointers in the whole object of which it is a part, which costs as much as the crossing. It panics over a
// buffer that lies in a struct with pointers.

%module raw

%begin %{
/* SPDX-License-Identifier: Apache-2.0 */
%}
%insert(go_begin) %{
// SPDX-License-Identifier: Apache-2.0
%}

%include "../../../common/head.i"

%{
#include <stdio.h>
#include <stdlib.h>

/* layout.go says the same sizes. */
_Static_assert(sizeof(ipcq_wait) == 24, "Wait");
_Static_assert(sizeof(ipcq_item) == 24, "Item");
_Static_assert(sizeof(ipcq_stats) == 144, "Stats");
_Static_assert(sizeof(ipcq_participant) == 64, "Participant");
_Static_assert(sizeof(ipcq_message) == 24, "Message");
_Static_assert(sizeof(ipcq_view) == 32, "View");
%}

// Everything is hidden but the names listed here and the numbers.
%rename("$ignore") "";
%rename("%(strip:[IPCQ_])s", regextarget=1) "^IPCQ_";
%ignore IPCQ_H;
%ignore IPCQ_VERSION_MAJOR;
%ignore IPCQ_VERSION_MINOR;
%ignore IPCQ_VERSION_PATCH;
%ignore IPCQ_NOWAIT;           // expressions, which would become variables: layout.go has them
%ignore IPCQ_FOREVER;
%ignore IPCQ_ACCEPT_ALL;
%ignore IPCQ_OLDEST;
%ignore IPCQ_OLDEST_OF_THREAD;
%ignore IPCQ_ONLY_OF_THREAD;

%rename(Version) ipcq_version;
%rename(Deadline) ipcq_deadline;
%rename(Cancel) ipcq_cancel;
%rename(Close) ipcq_close;
%rename(Unlink) ipcq_unlink;
%rename(Name) ipcq_name;
%rename(Describe) ipcq_describe;
%rename(Put) ipcq_put_typed;
%rename(Get) ipcq_get_item;
%rename(PutMany) ipcq_put_many;
%rename(GetMany) ipcq_get_many;
%rename(Reserve) ipcq_reserve;
%rename(Commit) ipcq_commit;
%rename(Abandon) ipcq_abandon;
%rename(Borrow) ipcq_borrow;
%rename(Release) ipcq_release;
%rename(TaskDone) ipcq_task_done;
%rename(Nack) ipcq_nack;
%rename(Join) ipcq_join_wait;
%rename(Shutdown) ipcq_shutdown;
%rename(Size) ipcq_size;
%rename(Empty) ipcq_empty;
%rename(Full) ipcq_full;
%rename(Stat) ipcq_stat;
%rename(Participants) ipcq_participants;
%rename(Open) open_queue;
%rename(StrError) error_text;
%rename(NewToken) new_token;
%rename(FreeToken) free_token;
%rename(RearmToken) rearm_token;

// ---------------------------------------------------------------------------------------------------------- typemaps

%typemap(gotype) ipcq_t *, ipcq_token * "uintptr"
%typemap(in) ipcq_t *, ipcq_token * %{ $1 = ($1_ltype)$input; %}
%typemap(out) ipcq_token * %{ $result = $1; %}

%typemap(gotype) const void *data, void *data, void **out_data, void *buffer, const ipcq_wait *wait, ipcq_item *out_item,
    const ipcq_message *messages, ipcq_view *views, ipcq_view *out_view, size_t *out_count "uintptr"
%typemap(in) const void *data, void *data, void **out_data, void *buffer, const ipcq_wait *wait, ipcq_item *out_item,
    const ipcq_message *messages, ipcq_view *views, ipcq_view *out_view, size_t *out_count %{ $1 = ($1_ltype)$input; %}

%typemap(gotype) (char *buffer, size_t capacity), (char *message, size_t message_capacity) "[]byte"
%typemap(in) (char *buffer, size_t capacity), (char *message, size_t message_capacity)
    %{ $1 = $input.array; $2 = (size_t)$input.len; %}

%typemap(gotype) ipcq_stats *stats "[]Stats"
%typemap(gotype) ipcq_t **out_queue "[]uintptr"
%typemap(gotype) uint64_t *out_items "[]uint64"
%typemap(gotype) int *out_empty, int *out_full "[]int32"
%typemap(in) ipcq_stats *stats, ipcq_t **out_queue, uint64_t *out_items, int *out_empty, int *out_full
    %{ $1 = $input.array; %}

%typemap(gotype) (ipcq_participant *array, size_t capacity) "[]Participant"
%typemap(in) (ipcq_participant *array, size_t capacity) %{ $1 = $input.array; $2 = (size_t)$input.len; %}

// --------------------------------------------------------------------------------------------------------- functions

%include <ipcq.h>

%inline %{
/* An anonymous queue for `anonymous`, whatever the name is. */
int open_queue(ipcq_t **out_queue, const char *name, int anonymous, uint32_t flags, uint32_t mode, uint64_t max_items,
               uint64_t capacity_bytes, uint32_t max_participants, char *message, size_t message_capacity)
{
    ipcq_options options = {sizeof options, flags, mode, max_items, capacity_bytes, max_participants, 0, message,
                            message_capacity};
    return ipcq_open(out_queue, anonymous ? NULL : name, &options);
}

/* ipcq_strerror() into the caller's bytes, NUL-terminated: how SWIG returns strings, `go vet` does not like. */
void error_text(int code, char *buffer, size_t capacity)
{
    snprintf(buffer, capacity, "%s", ipcq_strerror(code));
}

/* Tokens lie in C memory: a waiting call reads one while Go writes it. NULL when there is no memory. */
ipcq_token *new_token(void)
{
    return calloc(1, sizeof(ipcq_token));
}

void free_token(ipcq_token *token)
{
    free(token);
}

/* Makes a token that was set usable again. No call may be using it. */
void rearm_token(ipcq_token *token)
{
    __atomic_store_n(&token->cancelled, 0, __ATOMIC_SEQ_CST);
}
%}
