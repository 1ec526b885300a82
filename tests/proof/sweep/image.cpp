// SPDX-License-Identifier: Apache-2.0
#include "image.h"

#include "process.h"

#include <algorithm>
#include <cstring>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace sweep {

namespace {

// Offsets of FORMAT.md, sections 2 and 3.
constexpr std::size_t segment_size_at = 48, segment_count_at = 56, table_at = 64, data_at = 72, slots_at = 88;
constexpr std::size_t tail_at = 256, head_at = 384, frontier_at = 512, limit_at = 304, lease_chain_at = 560,
                      free_below_at = 568, slot_at = 1280, slot_size = 128;
constexpr std::uint64_t live = 3;

constexpr std::uint64_t wrapping_sequence = (std::uint64_t{1} << 32) - 2; // of the first base item, joinable queues
constexpr std::uint64_t wrapping_sequence_plain = (std::uint64_t{1} << 63) - 2; // the same in plain ones
constexpr std::uint64_t wrapping_chain = (std::uint64_t{1} << 32) - 1;          // of the segment at the tail
constexpr std::uint32_t wrapping_generation = 0xfffffffe;                       // the next participant has the last one
constexpr std::uint8_t wrapping_deliveries[] = {254, 255};                      // of the items 1 and 2

std::size_t record_size(std::size_t size) { return 16 + (size + 7) / 8 * 8; }

class Builder {
public:
    Builder(const Operation &operation, ImageKind kind, const std::string &name)
        : plan_(operation.plan), kind_(kind), name_(name)
    {}

    bool run()
    {
        const ipcq_options options = options_of(plan_);
        if (ipcq_open(&queue_, name_.c_str(), &options) != IPCQ_OK)
            return false;
        if (kind_ != ImageKind::fresh)
            age();
        burst();
        align();
        for (std::size_t i = 0; i < plan_.base.size(); i++) {
            make_item(bytes_, plan_.base[i], first_base + static_cast<Id>(i));
            put(plan_.base[i]);
        }
        return fine_ && ipcq_close(queue_) == IPCQ_OK;
    }

private:
    void put(std::size_t size) { fine_ = fine_ && ipcq_put(queue_, bytes_, size, IPCQ_NOWAIT) == IPCQ_OK; }

    void get()
    {
        std::size_t size = 0;
        fine_ = fine_ && ipcq_get(queue_, bytes_, sizeof bytes_, &size, IPCQ_NOWAIT) == IPCQ_OK &&
                (!plan_.joinable || ipcq_task_done(queue_, IPCQ_OLDEST) == IPCQ_OK);
    }

    void put_ageing(std::size_t size)
    {
        make_ageing_item(bytes_, size);
        put(size);
    }

    void age()
    {
        for (int round = 0; round < 3; round++) {
            const int items = plan_.max_items == 0 ? 4 : 1;
            for (int i = 0; i < items; i++)
                put_ageing(4000);
            for (int i = 0; i < items; i++)
                get();
        }
        for (std::size_t i = 0; i < 60; i++) {
            put_ageing(16 + i % 40 * 8);
            get();
        }
    }

    void burst()
    {
        for (std::uint32_t i = 0; i < plan_.burst; i++)
            put_ageing(4000);
        for (std::uint32_t i = 0; i < plan_.burst; i++)
            get();
    }

    std::size_t room()
    {
        snapshot now{};
        if (!snapshot_take(&now, path_of(name_).c_str())) {
            fine_ = false;
            return 0;
        }
        const std::uint64_t epoch = word_at(now, tail_at + 8), position = word_at(now, tail_at + 16 + (epoch & 1) * 16);
        const std::size_t end = word_at(now, data_at) + (position >> 40) * word_at(now, segment_size_at);
        snapshot_free(&now);
        return end - ((position & 0xffffffffff) << 3);
    }

    // Ballast, until the wanted room is left behind the base items.
    void align()
    {
        std::size_t wanted = plan_.room;
        for (std::size_t i = 0; i < std::min(plan_.base.size(), plan_.aligned); i++)
            wanted += record_size(plan_.base[i]);
        for (int tries = 0; fine_ && tries < 100; tries++) {
            const std::size_t here = room();
            if (here == wanted)
                return;
            if (wanted > 4096) // of several segments: it goes into a run of its own
                return;
            put_ageing(here >= wanted + 24 ? here - wanted - 16 : 100);
            get();
        }
        fine_ = false;
    }

    const Plan &plan_;
    ImageKind kind_;
    const std::string &name_;
    ipcq_t *queue_ = nullptr;
    bool fine_ = true;
    unsigned char bytes_[item_max];
};

std::uint64_t &word(std::vector<unsigned char> &bytes, std::size_t at)
{
    return *reinterpret_cast<std::uint64_t *>(bytes.data() + at);
}

// The counters close to their limits. Nobody has the queue open, and nothing is leased.
void wrap(std::vector<unsigned char> &bytes, const Plan &plan)
{
    const std::uint64_t head_epoch = word(bytes, head_at + 8);
    const std::uint64_t first = word(bytes, head_at + 16 + (head_epoch & 1) * 24 + 8);
    const std::uint64_t more = (plan.joinable ? wrapping_sequence : wrapping_sequence_plain) - first;
    for (std::size_t copy = 0; copy < 2; copy++) {
        word(bytes, tail_at + 16 + copy * 16 + 8) += more;
        word(bytes, head_at + 16 + copy * 24 + 8) += more;
        word(bytes, frontier_at + 16 + copy * 16 + 8) += more;
    }
    word(bytes, limit_at) = 0; // asks for a look
    const std::uint64_t tail_epoch = word(bytes, tail_at + 8);
    const std::uint64_t end = word(bytes, tail_at + 16 + (tail_epoch & 1) * 16) >> 40;
    const std::size_t table = word(bytes, table_at);
    const std::uint64_t chains = wrapping_chain - (word(bytes, table + (end - 1) * 8) >> 8);
    for (std::size_t i = 0; i < word(bytes, segment_count_at); i++)
        if ((word(bytes, table + i * 8) & 0xff) == live)
            word(bytes, table + i * 8) += chains << 8;
    word(bytes, free_below_at) += chains;
    if (word(bytes, lease_chain_at) != 0)
        word(bytes, lease_chain_at) += chains;
    for (std::size_t i = 0; i < *reinterpret_cast<std::uint32_t *>(bytes.data() + slots_at); i++)
        *reinterpret_cast<std::uint32_t *>(bytes.data() + slot_at + i * slot_size) = wrapping_generation;

    snapshot view{bytes.data(), bytes.size(), bytes.size()};
    snapshot_item items[16];
    const std::size_t count = std::min<std::size_t>(snapshot_items(&view, items, 16), 16);
    for (std::size_t i = 0; i < count; i++) {
        const Id id = check_item(items[i].payload, items[i].size);
        if (id >= first_base && id < first_base + std::size(wrapping_deliveries))
            bytes[items[i].offset + 1] = wrapping_deliveries[id - first_base];
    }
}

} // namespace

const char *name_of(ImageKind kind)
{
    return kind == ImageKind::fresh ? "fresh" : kind == ImageKind::recycled ? "recycled" : "wrapped";
}

std::uint64_t word_at(const snapshot &now, std::size_t offset)
{
    std::uint64_t bits = 0;
    if (offset + sizeof bits <= now.size)
        std::memcpy(&bits, now.bytes + offset, sizeof bits);
    return bits;
}

std::string path_of(const std::string &name) { return "/dev/shm/ipcq." + name; }

ipcq_options options_of(const Plan &plan)
{
    ipcq_options options{};
    options.struct_size = sizeof options;
    options.flags = plan.joinable ? IPCQ_JOINABLE : IPCQ_PLAIN;
    options.max_items = plan.max_items;
    options.capacity_bytes = plan.capacity_bytes;
    options.max_participants = plan.max_participants;
    return options;
}

Image Image::build(const Operation &operation, ImageKind kind, const std::string &name, std::string &out_trouble)
{
    Image image;
    const std::string path = path_of(name);
    ::unlink(path.c_str());
    const pid_t builder = fork_child([&] { return Builder(operation, kind, name).run() ? 0 : 1; });
    int status = 0;
    const bool ended = wait_child(builder, status, patience_ms);
    if (!ended) {
        ::kill(builder, SIGKILL);
        ::waitpid(builder, nullptr, 0);
    }
    snapshot now{};
    if (!ended || status != 0)
        out_trouble = "the queue could not be filled";
    else if (!snapshot_take(&now, path.c_str()))
        out_trouble = "there is no object of the queue";
    else
        image.bytes_.assign(now.bytes, now.bytes + now.size);
    snapshot_free(&now);
    ::unlink(path.c_str());
    image.hole_ = operation.plan.hole;
    if (!image.empty() && kind == ImageKind::wrapped)
        wrap(image.bytes_, operation.plan);
    return image;
}

bool Image::place(const std::string &path) const
{
    ::unlink(path.c_str());
    const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    const bool placed = file != -1 &&
                        ::write(file, bytes_.data(), bytes_.size()) == static_cast<ssize_t>(bytes_.size()) &&
                        ::ftruncate(file, static_cast<off_t>(bytes_.size() + hole_)) == 0;
    if (file != -1)
        ::close(file);
    return placed;
}

} // namespace sweep
