// SPDX-License-Identifier: Apache-2.0
#include "memory/image.hpp"

#include "memory/growth.hpp"
#include "memory/object.hpp"
#ifdef IPCQ_TEST_HOOKS
#include "memory/one_mapping.hpp"
#endif

#include <algorithm>
#include <cerrno>
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
    if (!look_at_file(fd)) {
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
        !look_at_file(file())) // the file may have grown
        return false;
    return offset - geometry_.data_offset <= span_.load(relaxed) - size;
}

bool Image::look_at_file(int fd) const noexcept
{
    struct stat status {};
    const std::uint64_t held_before = geometry_.data_offset + span_.load(relaxed);
    const bool blind = ::fstat(fd, &status) != 0;
    blind_.store(blind, relaxed);
    if (blind)
        return false;
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
    return ::fstat(file(), &status) == 0 && static_cast<std::uint64_t>(status.st_size) < held_before;
}

Code Image::grow(std::uint64_t offset, std::uint64_t size) const noexcept
{
    if (shrunk())
        return Code::CORRUPT;
    const int fd = file();
    return fd >= 0 ? allocate(fd, offset, size) : Code::SYSTEM;
}

} // namespace ipcq
