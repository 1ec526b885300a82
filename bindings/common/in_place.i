// SPDX-License-Identifier: Apache-2.0
//
// Items that are written and read where they lie, for languages with an interpreter lock: reserve() and borrow() return
// a Region, see region.h. How its bytes are reached is the language's affair.
//
// A language's typemaps.i defines beside what interpreter.i asks for
//     static void *owner_keep(void *owner);      keeps the language's queue object alive for a region
//     static void owner_drop(void *owner);
// and typemaps for `void *owner`, the object that the method was called on, and for the result ipcq_place.

%extend Queue {
    ipcq_place reserve(uint64_t size, int64_t deadline_ns, void *owner)
    {
        Region *region = region_new($self, 1);
        return place(region, owner, region ? region_reserve(region, size, deadline_ns) : IPCQ_NOMEM);
    }

    ipcq_place borrow(uint64_t accept, int64_t deadline_ns, void *owner)
    {
        Region *region = region_new($self, 0);
        return place(region, owner, region ? region_borrow(region, accept, deadline_ns) : IPCQ_NOMEM);
    }
}

%nodefaultctor Region;
typedef struct {} Region;

%extend Region {
    ~Region()
    {
        void *owner = $self->owner;
        region_free($self);
        owner_drop(owner);
    }

    ipcq_status commit(uint64_t size, uint32_t type, int64_t deadline_ns)
    {
        return status($self->queue, region_commit($self, size, type, deadline_ns));
    }

    ipcq_status finish(int give_back)
    {
        return status($self->queue, region_end($self, give_back));
    }

    void forget()
    {
        region_forget($self);
    }

    int live()
    {
        return $self->live;
    }

    uint64_t size()
    {
        return $self->item.size;
    }

    uint32_t item_type()
    {
        return $self->item.type;
    }

    uint64_t ticket()
    {
        return $self->item.ticket;
    }

    int views()
    {
        return $self->views;
    }

    uint32_t deliveries()
    {
        return $self->item.deliveries;
    }
}
