// SPDX-License-Identifier: Apache-2.0
//
// Batches, and the bytes of a Region: Ruby has them copied, so that nothing can touch them after their end.

%extend Queue {
    /* pack.call(value) makes the MessagePack of what is not simple. */
    ipcq_number put_values(VALUE values, VALUE pack, int64_t deadline_ns)
    {
        return send_many($self, values, pack, deadline_ns);
    }

    /* An array of what get_value() returns. */
    VALUE get_values(uint64_t accept, uint64_t max_items, int64_t deadline_ns)
    {
        return receive_many($self, accept, max_items, deadline_ns, value_build);
    }

    /* An array of [bytes, type, ticket, deliveries]. */
    VALUE get_many(uint64_t accept, uint64_t max_items, int64_t deadline_ns)
    {
        return receive_many($self, accept, max_items, deadline_ns, item_build);
    }
}

%extend Region {
    VALUE read(uint64_t offset, uint64_t size)
    {
        VALUE bytes = rb_str_new(NULL, (long)size);
        memcpy(RSTRING_PTR(bytes), region_at($self, offset, size), (size_t)size);
        return bytes;
    }

    void write(VALUE bytes, uint64_t offset)
    {
        StringValue(bytes);
        char *to = region_at($self, offset, (uint64_t)RSTRING_LEN(bytes));
        if (!$self->reserved)
            rb_raise(rb_eFrozenError, "a borrowed item is only to be read");
        memcpy(to, RSTRING_PTR(bytes), (size_t)RSTRING_LEN(bytes));
    }
}
