// SPDX-License-Identifier: Apache-2.0
#include "arena.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>

// NOLINTBEGIN(bugprone-reserved-identifier): the C library's own names
extern "C" {
void *__libc_malloc(std::size_t size);
void *__libc_calloc(std::size_t count, std::size_t size);
void *__libc_realloc(void *old, std::size_t size);
void __libc_free(void *memory);
}
// NOLINTEND(bugprone-reserved-identifier)

namespace {

constexpr std::size_t unit = 16; // in front of each block: its size

alignas(unit) unsigned char arena[1 << 20];
std::size_t used = 0;
bool in_order = false;

bool is_ours(const void *memory) { return memory >= arena && memory < arena + sizeof arena; }

void *take(std::size_t size)
{
    const std::size_t need = unit + (size + unit - 1) / unit * unit;
    if (size > sizeof arena || used + need > sizeof arena)
        return nullptr;
    unsigned char *block = arena + used;
    used += need;
    *reinterpret_cast<std::size_t *>(block) = size;
    return block + unit; // zero: nothing is given out twice
}

} // namespace

namespace sweep {

void allocate_in_order() { in_order = true; }

} // namespace sweep

extern "C" __attribute__((visibility("default"))) void *malloc(std::size_t size)
{
    return in_order ? take(size) : __libc_malloc(size);
}

extern "C" __attribute__((visibility("default"))) void *calloc(std::size_t count, std::size_t size)
{
    return in_order ? (size != 0 && count > SIZE_MAX / size ? nullptr : take(count * size))
                    : __libc_calloc(count, size);
}

extern "C" __attribute__((visibility("default"))) void free(void *memory)
{
    if (!is_ours(memory) && !in_order) // what was there before is left alone
        __libc_free(memory);
}

extern "C" __attribute__((visibility("default"))) void *realloc(void *old, std::size_t size)
{
    if (!in_order)
        return __libc_realloc(old, size);
    void *fresh = take(size);
    if (fresh != nullptr && old != nullptr && is_ours(old))
        std::memcpy(fresh, old, std::min(size, *reinterpret_cast<std::size_t *>(static_cast<char *>(old) - unit)));
    return fresh;
}
