// SPDX-License-Identifier: Apache-2.0
#include "base.h"

#include "ipcq.h"
#include "place.h"
#include "verdict.h"

#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace fuzz {

namespace {

using Bytes = std::vector<std::uint8_t>;

void need(int code, const char *what)
{
    if (code != IPCQ_OK)
        violation("base image", "%s: %s", what, ipcq_error_name(code));
}

class Queue {
public:
    Queue(const char *name, std::uint32_t flags, std::uint64_t max_items = 0)
    {
        ipcq_options options = {};
        options.struct_size = sizeof options;
        options.flags = flags;
        options.max_items = max_items;
        options.capacity_bytes = 16384;
        options.max_participants = slot_count;
        need(ipcq_open(&queue_, name, &options), "open");
    }
    ~Queue() { ipcq_close(queue_); }
    Queue(const Queue &) = delete;
    Queue &operator=(const Queue &) = delete;

    bool put(std::size_t size)
    {
        const Bytes payload(size, 'p');
        return ipcq_put(queue_, payload.data(), size, IPCQ_NOWAIT) == IPCQ_OK;
    }
    void puts(int count, std::size_t size)
    {
        while (count-- > 0)
            need(put(size) ? IPCQ_OK : IPCQ_FULL, "put");
    }
    std::uint64_t get()
    {
        Bytes payload(16384);
        ipcq_item item = {};
        const ipcq_wait wait = {IPCQ_NOWAIT, nullptr, 0, 0};
        need(ipcq_get_item(queue_, payload.data(), payload.size(), &item, IPCQ_ACCEPT_ALL, &wait), "get");
        return item.ticket;
    }
    ipcq_t *operator*() const { return queue_; }

private:
    ipcq_t *queue_ = nullptr;
};

void read_file(const char *name, Bytes &out)
{
    const std::string path = std::string("/dev/shm/ipcq.") + name;
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    struct stat status = {};
    ::fstat(fd, &status);
    out.resize(static_cast<std::size_t>(status.st_size));
    if (::pread(fd, out.data(), out.size(), 0) != status.st_size)
        violation("base image", "%s cannot be read", path.c_str());
    ::close(fd);
}

void fresh(const char *name, Bytes &out)
{
    {
        const Queue queue(name, IPCQ_PLAIN);
    }
    read_file(name, out);
}

void few(const char *name, Bytes &out)
{
    {
        Queue queue(name, IPCQ_PLAIN);
        queue.puts(3, 100);
    }
    read_file(name, out);
}

void full_by_items(const char *name, Bytes &out)
{
    {
        Queue queue(name, IPCQ_PLAIN, 4);
        queue.puts(4, 8);
    }
    read_file(name, out);
}

void full_by_bytes(const char *name, Bytes &out)
{
    {
        Queue queue(name, IPCQ_PLAIN);
        while (queue.put(1000)) {
        }
    }
    read_file(name, out);
}

void large(const char *name, Bytes &out)
{
    {
        Queue queue(name, IPCQ_PLAIN);
        queue.puts(1, 100);
        queue.puts(1, 9000);
        queue.puts(1, 100);
    }
    read_file(name, out);
}

void wrapped(const char *name, Bytes &out)
{
    {
        Queue queue(name, IPCQ_PLAIN);
        for (int i = 0; i < 100; i++) {
            queue.puts(1, 1500);
            queue.get();
        }
        queue.puts(5, 1500);
        queue.get();
    }
    read_file(name, out);
}

void joinable(const char *name, Bytes &out)
{
    {
        Queue queue(name, IPCQ_JOINABLE);
        queue.puts(5, 64);
    }
    read_file(name, out);
}

// Its holder is dead: the first item is taken, the second finished, the third taken, two are ready.
void leased(const char *name, Bytes &out)
{
    Queue queue(name, IPCQ_JOINABLE);
    queue.puts(5, 64);
    queue.get();
    const std::uint64_t second = queue.get();
    queue.get();
    need(ipcq_task_done(*queue, second), "task_done");
    read_file(name, out);
}

// Two dead holders, over several segments; the second gave an item back.
void leased_by_two(const char *name, Bytes &out)
{
    Queue first(name, IPCQ_JOINABLE);
    first.puts(6, 2000);
    Queue second(name, 0);
    first.get();
    const std::uint64_t returned = second.get();
    first.get();
    second.get();
    need(ipcq_nack(*second, returned), "nack");
    read_file(name, out);
}

// A getter of a plain queue that died with a large item cannot be made between two calls. A bounded joinable queue with
// a large lease is nearly the same.
void leased_large(const char *name, Bytes &out)
{
    Queue queue(name, IPCQ_JOINABLE, 3);
    queue.puts(1, 7000);
    queue.puts(2, 20);
    queue.get();
    read_file(name, out);
}

void drained(const char *name, Bytes &out)
{
    {
        Queue queue(name, IPCQ_JOINABLE);
        queue.puts(3, 10);
        need(ipcq_shutdown(*queue, IPCQ_DRAIN), "shutdown");
    }
    read_file(name, out);
}

Base all[] = {
    {"fresh", fresh, {}, 0, {}},
    {"few", few, {}, 0, {}},
    {"full_by_items", full_by_items, {}, 0, {}},
    {"full_by_bytes", full_by_bytes, {}, 0, {}},
    {"large", large, {}, 0, {}},
    {"wrapped", wrapped, {}, 0, {}},
    {"joinable", joinable, {}, 0, {}},
    {"leased", leased, {}, 0, {}},
    {"leased_by_two", leased_by_two, {}, 0, {}},
    {"leased_large", leased_large, {}, 0, {}},
    {"drained", drained, {}, 0, {}},
};

std::uint64_t word_at(const Bytes &bytes, std::uint64_t offset)
{
    std::uint64_t word = 0;
    if (offset + sizeof word <= bytes.size())
        std::memcpy(&word, bytes.data() + offset, sizeof word);
    return word;
}

void find_records(Base &base)
{
    const std::uint64_t copy = word_at(base.bytes, 520) & 1;
    std::uint64_t offset = word_at(base.bytes, 528 + 16 * copy);
    for (int i = 0; i < 64; i++) {
        base.records.push_back(offset);
        const std::uint64_t word = word_at(base.bytes, offset), size = word_at(base.bytes, offset + 8) & 0xffffffffffff;
        if ((word & 0xff) == 0)
            return;
        offset = (word & 0xff) == 4 ? data_offset + (word >> 32) * segment_size : offset + 16 + (size + 7) / 8 * 8;
    }
}

void find_pages(Base &base)
{
    for (std::uint64_t page = 0; page < base.bytes.size() / 4096; page++)
        for (std::uint64_t i = 0; i < 4096; i++)
            if (base.bytes[page * 4096 + i] != 0)
                base.pages |= std::uint64_t{1} << page;
}

} // namespace

void make_bases(const char *queue_name)
{
    for (Base &base : all) {
        base.make(queue_name, base.bytes);
        need(ipcq_unlink(queue_name), "unlink");
        find_records(base);
        find_pages(base);
    }
}

const Base &base_of(unsigned number) { return all[number % std::size(all)]; }

bool find_base(const std::string &name, std::uint16_t &out_number)
{
    for (std::size_t i = 0; i < std::size(all); i++)
        if (name == all[i].name) {
            out_number = static_cast<std::uint16_t>(i);
            return true;
        }
    return false;
}

} // namespace fuzz
