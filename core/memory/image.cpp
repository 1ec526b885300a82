// SPDX-License-Identifier: Apache-2.0
#include "memory/image.hpp"

#ifdef IPCQ_TEST_HOOKS
#include "memory/one_mapping.hpp"
#endif

#include <algorithm>
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
            return Code::SPACELIMIT;
        ::madvise(pin, 4096, MADV_DONTFORK);
        pin_ = static_cast<char *>(pin);
        map = one_mapping_take(fd, geometry);
    } else
#endif
        map = ::mmap(nullptr, geometry.map_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (map == MAP_FAILED)
        return Code::SPACELIMIT;
    // A forked child must not keep the parent's byte lock alive, nor may a core dump fill the holes of the file.
    ::madvise(map, geometry.map_size, MADV_DONTFORK);
    ::madvise(map, geometry.map_size, MADV_DONTDUMP);
    base_ = static_cast<char *>(map);
    table_ = reinterpret_cast<Word *>(base_ + geometry.table_offset);
    geometry_ = geometry;
    file_ = fd;
    if (!look_at_file()) {
        unmap();
        return Code::TRUNCATED;
    }
    return Code::OK;
}

void Image::unmap() noexcept
{
    if (base_ == nullptr)
        return;
#ifdef IPCQ_TEST_HOOKS
    if (pin_ != nullptr) {
        one_mapping_drop(base_, geometry_);
        ::munmap(pin_, 4096);
    } else
#endif
        ::munmap(base_, geometry_.map_size);
    base_ = nullptr;
    table_ = nullptr;
    pin_ = nullptr;
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
    if (::fstat(file_, &status) != 0)
        return false;
    const std::uint64_t size = std::min(static_cast<std::uint64_t>(status.st_size), geometry_.map_size);
    if (size < geometry_.data_offset + geometry_.segment_size)
        return false;
    span_.store(size - geometry_.data_offset, relaxed);
    return true;
}

} // namespace ipcq
