// SPDX-License-Identifier: Apache-2.0
//
// push, pop and task_done in one step each. Ruby's idiom layer asks here first.

%extend Queue {
    /* False: not a value that is put as it is; nothing was put. */
    ipcq_truth put_value(VALUE value, int64_t deadline_ns)
    {
        unsigned char encoded[SCALAR_MAX];
        struct call call = {.verb = VERB_PUT, .queue = $self, .deadline_ns = deadline_ns};
        VALUE bytes = Qnil;
        if (is_binary(value)) {
            bytes = rb_str_new_frozen(value); /* as it is, also while another thread changes the String */
            call.data = RSTRING_PTR(bytes);
            call.size = (size_t)RSTRING_LEN(bytes);
            call.type = IPCQ_TYPE_BYTES;
        } else {
            call.data = encoded;
            call.size = scalar_encode(value, encoded);
            call.type = IPCQ_TYPE_MESSAGEPACK;
            if (call.size == 0)
                return (ipcq_truth){0, status($self, IPCQ_OK)};
        }
        call_make(&call);
        RB_GC_GUARD(bytes);
        return (ipcq_truth){1, status($self, call.code)};
    }

    /* The value, or an array [bytes, type, ticket, deliveries] of what is left to decode. */
    ipcq_received get_value(uint64_t accept, int64_t deadline_ns)
    {
        char small[CALL_SMALL];
        struct call call = {.verb = VERB_GET, .queue = $self, .deadline_ns = deadline_ns};
        call.accept = accept;
        call.small = small;
        call.small_size = sizeof small;
        call_make(&call);
        ipcq_received received = receive_as(&call, received_value_build);
        call_release(&call);
        return received;
    }

    /* False: the calling thread does not hold exactly one item. An exception would cost ten times as much. */
    ipcq_truth task_done_only()
    {
        int code = ipcq_task_done($self, IPCQ_ONLY_OF_THREAD);
        return (ipcq_truth){code != IPCQ_AMBIGUOUS, status($self, code == IPCQ_AMBIGUOUS ? IPCQ_OK : code)};
    }

    ipcq_truth nack_only()
    {
        struct call call = {.verb = VERB_NACK, .queue = $self};
        call.ticket = IPCQ_ONLY_OF_THREAD;
        int code = call_make(&call);
        return (ipcq_truth){code != IPCQ_AMBIGUOUS, status($self, code == IPCQ_AMBIGUOUS ? IPCQ_OK : code)};
    }
}

VALUE note_ending(VALUE endings);
int is_portable(VALUE value);
VALUE encoded_fault(VALUE bytes);
