// SPDX-License-Identifier: Apache-2.0
#include "file.hpp"

#include <cstdio>
#include <memory>

namespace history {

namespace {

constexpr std::uint64_t magic = 0x31545349484351; // "QCHIST1"

struct Header {
    std::uint64_t magic, values, max_items, joinable, bytes_bounded, lives, logs;
};

struct Closer {
    void operator()(std::FILE *file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, Closer>;

template <class Item> bool write(std::FILE *file, std::span<const Item> items)
{
    return std::fwrite(items.data(), sizeof(Item), items.size(), file) == items.size();
}

template <class Item> bool read(std::FILE *file, std::vector<Item> &items, std::uint64_t count)
{
    items.resize(count);
    return std::fread(items.data(), sizeof(Item), count, file) == count;
}

} // namespace

bool store(const History &h, const char *path)
{
    const File file(std::fopen(path, "wb"));
    if (file == nullptr)
        return false;
    const Header header{magic, h.values, h.max_items, h.joinable, h.bytes_bounded, h.lives.size(), h.logs.size()};
    bool written =
        write(file.get(), std::span<const Header>(&header, 1)) && write(file.get(), std::span<const Life>(h.lives));
    for (const auto &log : h.logs) {
        const std::uint64_t size = log.size();
        written = written && write(file.get(), std::span<const std::uint64_t>(&size, 1)) && write(file.get(), log);
    }
    return written;
}

bool load(Stored &stored, const char *path)
{
    const File file(std::fopen(path, "rb"));
    std::vector<Header> header;
    History &h = stored.history;
    if (file == nullptr || !read(file.get(), header, 1) || header[0].magic != magic ||
        !read(file.get(), h.lives, header[0].lives))
        return false;
    h.values = header[0].values;
    h.max_items = header[0].max_items;
    h.joinable = header[0].joinable != 0;
    h.bytes_bounded = header[0].bytes_bounded != 0;
    stored.logs.resize(header[0].logs);
    for (auto &log : stored.logs) {
        std::vector<std::uint64_t> size;
        if (!read(file.get(), size, 1) || !read(file.get(), log, size[0]))
            return false;
        h.logs.emplace_back(log);
    }
    return true;
}

} // namespace history
