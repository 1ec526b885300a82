// SPDX-License-Identifier: Apache-2.0
#include "memory/image.hpp"

#include "memory/growth.hpp"
#include "memory/object.hpp"
#include "memory/signals_blocked.hpp"
#ifdef IPCQ_TEST_HOOKS
#include "memory/one_mapping.hpp"
#endif

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <sys/mman.h>
#include <sys/stat.h>

namespace ipcq {

Code Image::map(int fd, const Geometry &geometry) noexcept
{
    void *map = MAP_FAILED;
#ifdef IPCQ_TEST_HOOKS
    if (one_mapping_wanted()) {
        void *pin = ::mmap(nullptr, 4096, PROT_READ, MAP_SHARED, fd, 0);
        if (pin == MAP_FAILED)
            return code_of_map_errno(errno);
        ::madvise(pin, 4096, MADV_DONTFORK);
        pin_ = static_cast<char *>(pin);
        map = one_mapping_take(fd, geometry);
    } else
#endif
        map = ::mmap(nullptr, geometry.map_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (map == MAP_FAILED)
        return code_of_map_errno(errno);
    // A forked child must not keep the parent's byte lock alive; a core dump should not fill the holes of the file.
    const bool usable = ::madvise(map, geometry.map_size, MADV_DONTFORK) == 0;
    const int error = errno;
    ::madvise(map, geometry.map_size, MADV_DONTDUMP);
    if (!usable || !watch_.begin(map, geometry.map_size)) {
        drop(map, geometry);
        return usable ? Code::NOMEM : code_of_map_errno(error);
    }
    base_ = static_cast<char *>(map);
    table_ = reinterpret_cast<Word *>(base_ + geometry.table_offset);
    geometry_ = geometry;
    span_.store(0, relaxed);
    struct stat status {};
    blind_.store(::fstat(fd, &status) != 0, relaxed);
    if (blind() || !holds_as_before(status)) {
        unmap();
        return blind() ? Code::SYSTEM : Code::TRUNCATED;
    }
    return Code::OK;
}

void Image::unmap() noexcept
{
    if (base_ == nullptr)
        return;
    watch_.end();
    drop(base_, geometry_);
    base_ = nullptr;
    table_ = nullptr;
}

void Image::drop(void *map, const Geometry &geometry) noexcept
{
#ifdef IPCQ_TEST_HOOKS
    if (pin_ != nullptr) {
        one_mapping_drop(map, geometry);
        ::munmap(pin_, 4096);
        pin_ = nullptr;
        return;
    }
#endif
    ::munmap(map, geometry.map_size);
}

bool Image::reaches_now(std::uint64_t offset, std::uint64_t size) const noexcept
{
    if (offset < geometry_.data_offset || offset > geometry_.map_size || size > geometry_.map_size - offset ||
        !look_at_file()) // the file may have grown
        return false;
    return offset - geometry_.data_offset <= span_.load(relaxed) - size;
}

bool Image::look_at_file() const noexcept
{
    struct stat status {};
    const bool blind = watch_.cut() || file_ == nullptr || !file_->look(status);
    blind_.store(blind, relaxed);
    return !blind && holds_as_before(status);
}

bool Image::holds_as_before(const struct stat &status) const noexcept
{
    const std::uint64_t held_before = geometry_.data_offset + span_.load(relaxed);
    const std::uint64_t size = std::min(static_cast<std::uint64_t>(status.st_size), geometry_.map_size);
    if (size < held_before || size < geometry_.data_offset + geometry_.segment_size)
        return false;
    span_.store(size - geometry_.data_offset, relaxed);
    return true;
}

bool Image::shrunk() const noexcept
{
    struct stat status {};
    const std::uint64_t held_before = geometry_.data_offset + span_.load(relaxed);
    return !watch_.cut() && file_->look(status) && static_cast<std::uint64_t>(status.st_size) < held_before;
}

Code Image::grow(std::uint64_t offset, std::uint64_t size) const noexcept
{
    if (shrunk())
        return Code::CORRUPT;
    while (size > 0) {
        const std::uint64_t step = std::min(size, allocation_step_max);
        const SignalsBlocked quiet;
        const int fd = file();
        if (fd < 0)
            return Code::SYSTEM;
        const Code code = allocate(fd, offset, step);
        if (!file_->is_ours(fd))
            continue; // another thread has closed it: we met nothing, or another file
        if (code != Code::OK)
            return code;
        offset += step;
        size -= step;
    }
    return Code::OK;
}

bool Image::read(std::uint64_t offset, void *buffer, std::uint64_t size) const noexcept
{
    for (int tries = 0; tries < 100; tries++) {
        const int fd = file();
        if (fd < 0)
            return false;
        std::memset(buffer, 0, size);
        const ssize_t got = ::pread(fd, buffer, size, static_cast<off_t>(offset));
        const bool again = got < 0 && errno == EINTR;
        if (!again && file_->is_ours(fd)) // else another thread has closed it: we read nothing, or another file
            return got >= 0;
    }
    return false;
}

bool Image::release(std::uint64_t offset, std::uint64_t size) const noexcept
{
    return !watch_.cut() && release_memory(base_ + offset, size);
}

} // namespace ipcq
