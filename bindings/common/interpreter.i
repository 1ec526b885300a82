// SPDX-License-Identifier: Apache-2.0
//
// The one class that languages with an interpreter lock (Python, Ruby) wrap, and the functions beside it.
//
// A language's module is
//     %module ...
//     %include "interpreter_types.i"      names of the concepts, for the typemaps to match
//     %include "<lang>/typemaps.i"        what each concept is in the language
//     %include "interpreter.i"
// and its typemaps.i defines, in a %{ %} block,
//     static int call_unlocked(struct call *call);                   see call.h
//     static ipcq_received receive(struct call *call);               makes the language's value of an item that was
//                                                                    taken (bytes, type, ticket, deliveries), or raises
//     static void raise_open(int code, const char *details);         raises for a queue that could not be opened
// with typemaps for the parameters
//     (const void *data, size_t size)    bytes in, valid for the length of the call
//     int64_t deadline_ns                nil for ever, or seconds from now; made absolute once
//     const char *name                   text or nil; a NUL inside is refused
// and for the results ipcq_received, ipcq_status, ipcq_number, ipcq_truth, ipcq_text, ipcq_picture, ipcq_crowd.
// A result is by value; its typemap raises unless its code is IPCQ_OK.

%include "api.i"

%nodefaultctor Queue;
typedef struct {} Queue;

%extend Queue {
    Queue(const char *name, uint32_t flags, uint64_t max_items, uint64_t capacity_bytes, uint32_t max_participants,
          uint32_t mode)
    {
        char details[512] = "";
        ipcq_options options = {0};
        options.struct_size = sizeof options;
        options.flags = flags;
        options.mode = mode;
        options.max_items = max_items;
        options.capacity_bytes = capacity_bytes;
        options.max_participants = max_participants;
        options.message = details;
        options.message_capacity = sizeof details;
        ipcq_t *queue = NULL;
        int code = ipcq_open(&queue, name, &options);
        if (code != IPCQ_OK)
            raise_open(code, details[0] ? details : ipcq_strerror(code));
        return code == IPCQ_OK ? queue : NULL;
    }

    ~Queue()
    {
        ipcq_close($self);
    }

    ipcq_status put(const void *data, size_t size, uint32_t type, int64_t deadline_ns)
    {
        struct call call = {.verb = VERB_PUT, .queue = $self, .deadline_ns = deadline_ns};
        call.data = data;
        call.size = size;
        call.type = type;
        return status($self, call_make(&call));
    }

    ipcq_received get(uint64_t accept, int64_t deadline_ns)
    {
        char small[CALL_SMALL];
        struct call call = {.verb = VERB_GET, .queue = $self, .deadline_ns = deadline_ns};
        call.accept = accept;
        call.small = small;
        call.small_size = sizeof small;
        call_make(&call);
        ipcq_received received = receive(&call);
        call_release(&call);
        return received;
    }

    ipcq_status task_done(uint64_t ticket)
    {
        return status($self, ipcq_task_done($self, ticket));
    }

    ipcq_status nack(uint64_t ticket)
    {
        struct call call = {.verb = VERB_NACK, .queue = $self};
        call.ticket = ticket;
        return status($self, call_make(&call));
    }

    ipcq_status join(int64_t deadline_ns)
    {
        struct call call = {.verb = VERB_JOIN, .queue = $self, .deadline_ns = deadline_ns};
        return status($self, call_make(&call));
    }

    ipcq_status shutdown(int mode)
    {
        struct call call = {.verb = VERB_SHUTDOWN, .queue = $self};
        call.mode = mode;
        return status($self, call_make(&call));
    }

    /* A second close is no mistake. */
    ipcq_status close()
    {
        struct call call = {.verb = VERB_CLOSE, .queue = $self};
        int code = call_make(&call);
        return status($self, code == IPCQ_BADHANDLE ? IPCQ_OK : code);
    }

    ipcq_number size()
    {
        ipcq_number number = {0};
        number.status = status($self, ipcq_size($self, &number.value));
        return number;
    }

    ipcq_truth empty()
    {
        ipcq_truth truth = {0};
        truth.status = status($self, ipcq_empty($self, &truth.value));
        return truth;
    }

    ipcq_truth full()
    {
        ipcq_truth truth = {0};
        truth.status = status($self, ipcq_full($self, &truth.value));
        return truth;
    }

    ipcq_picture stat()
    {
        ipcq_picture picture = {.value = {.struct_size = sizeof picture.value}};
        picture.status = status($self, ipcq_stat($self, &picture.value));
        return picture;
    }

    ipcq_crowd participants()
    {
        return crowd($self);
    }

    ipcq_text name()
    {
        ipcq_text text;
        text.status = status($self, ipcq_name($self, text.value, sizeof text.value));
        return text;
    }

    ipcq_text describe(int code)
    {
        ipcq_text text;
        text.status = status($self, ipcq_describe($self, code, text.value, sizeof text.value));
        return text;
    }
}

%rename(unlink) unlink_queue;
%inline %{
static ipcq_status unlink_queue(const char *name)
{
    return status(NULL, ipcq_unlink(name));
}

static ipcq_status guard_truncation(void)
{
    return status(NULL, ipcq_guard_truncation());
}
%}

%rename("%(strip:[ipcq_])s") "";
const char *ipcq_strerror(int code);
const char *ipcq_error_name(int code);
uint32_t ipcq_version(void);
