// SPDX-License-Identifier: Apache-2.0
//
// libipcq where the bytes are really made and really read. Once it works in place: reserve, write, commit; borrow,
// read, release. Once it makes the copying calls, from and into a buffer of the program's own. An item that nobody
// writes or reads would make the first look as fast as one likes.
#include "peers/ipcq_queue.hpp"
#include "peers/registry.hpp"

namespace bench::ipcq {

namespace {

constexpr Kind plain_bounded = {false, true};

void make_bytes(void *item, std::size_t bytes, std::uint64_t number)
{
    std::memset(item, static_cast<int>(number & 0x7f), bytes);
    write_number(item, number);
}

// Every byte, as fast as memory gives them: a search for one that is not there, as a reader of lines would make it. What it
// finds goes nowhere, but the compiler must not know.
void read_bytes(const void *item, std::size_t bytes)
{
    const char *text = static_cast<const char *>(item) + sizeof(std::uint64_t); // behind the number
    const void *found = std::memchr(text, 0xff, bytes - sizeof(std::uint64_t));
    asm volatile("" : : "r"(found));
}

class InPlace : public Queue {
public:
    explicit InPlace(const Setup &setup) : Queue(setup, plain_bounded) {}
    void put(const void *item)
    {
        void *place = nullptr;
        require_ok(ipcq_reserve(queue_, item_bytes_, &place, nullptr), "ipcq_reserve");
        make_bytes(place, item_bytes_, read_number(item));
        require_ok(ipcq_commit(queue_, place, item_bytes_, IPCQ_TYPE_BYTES, nullptr), "ipcq_commit");
    }
    void get(void *item)
    {
        ipcq_view view;
        require_ok(ipcq_borrow(queue_, &view, IPCQ_ACCEPT_ALL, nullptr), "ipcq_borrow");
        read_bytes(view.data, item_bytes_);
        write_number(item, read_number(view.data));
        require_ok(ipcq_release(queue_, view.item.ticket), "ipcq_release");
    }
};

class Copied : public Queue {
public:
    explicit Copied(const Setup &setup) : Queue(setup, plain_bounded), buffer_(item_bytes_ / sizeof(std::uint64_t)) {}
    void put(const void *item)
    {
        make_bytes(buffer_.data(), item_bytes_, read_number(item));
        Queue::put(buffer_.data());
    }
    void get(void *item)
    {
        Queue::get(buffer_.data());
        read_bytes(buffer_.data(), item_bytes_);
        write_number(item, buffer_.front());
    }

private:
    std::vector<std::uint64_t> buffer_;
};

std::string whole_words(const Setup &setup)
{
    return setup.item_bytes % sizeof(std::uint64_t) == 0 ? "" : "reads whole words";
}

const Registration in_place("ipcq-in-place", whole_words, looped<InPlace>);
const Registration copied("ipcq-copied", whole_words, looped<Copied>);

} // namespace

} // namespace bench::ipcq
