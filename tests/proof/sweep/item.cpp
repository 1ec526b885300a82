// SPDX-License-Identifier: Apache-2.0
#include "item.h"

#include <cstring>

namespace sweep {

namespace {

struct Title {
    Id id;
    std::uint32_t size;
    std::uint64_t seal;
};
static_assert(sizeof(Title) == item_min);

std::uint64_t seal_of(Id id, std::size_t size) { return (std::uint64_t{id} << 32 | size) * 0x9e3779b97f4a7c15 + 1; }

unsigned char byte_at(Id id, std::size_t at) { return static_cast<unsigned char>(id * 31 + at * 7 + at / 251); }

} // namespace

void make_item(void *bytes, std::size_t size, Id id)
{
    auto *out = static_cast<unsigned char *>(bytes);
    const Title title{id, static_cast<std::uint32_t>(size), seal_of(id, size)};
    std::memcpy(out, &title, sizeof title);
    for (std::size_t at = sizeof title; at < size; at++)
        out[at] = byte_at(id, at);
}

void make_ageing_item(void *bytes, std::size_t size)
{
    const std::uint64_t record[] = {1, 16, 0x6c6c6c6c6c6c6c6c, 0x6c6c6c6c6c6c6c6c}; // READY, 16 bytes, payload
    auto *out = static_cast<unsigned char *>(bytes);
    for (std::size_t at = 0; at < size; at++)
        out[at] = reinterpret_cast<const unsigned char *>(record)[at % sizeof record];
}

Id check_item(const void *bytes, std::size_t size)
{
    const auto *in = static_cast<const unsigned char *>(bytes);
    Title title{};
    if (size < sizeof title)
        return 0;
    std::memcpy(&title, in, sizeof title);
    if (title.size != size || title.seal != seal_of(title.id, size))
        return 0;
    for (std::size_t at = sizeof title; at < size; at++)
        if (in[at] != byte_at(title.id, at))
            return 0;
    return title.id;
}

} // namespace sweep
