// SPDX-License-Identifier: Apache-2.0
#include "memory/descriptor.hpp"

#include <cerrno>
#include <fcntl.h>
#include <new>

namespace ipcq {

namespace {

Descriptor keep_off_standard_streams(int fd) noexcept
{
    if (fd < 0 || fd > STDERR_FILENO)
        return Descriptor(fd);
    const int moved = ::fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    const int error = errno == EINVAL ? EMFILE : errno; // EINVAL: the limit is below
    ::close(fd);
    errno = error;
    return Descriptor(moved);
}

} // namespace

Descriptor open_file(const char *path, int flags, mode_t mode) noexcept
{
    return keep_off_standard_streams(::open(path, flags | O_CLOEXEC, mode));
}

Descriptor open_by_handle(int fd) noexcept
{
    alignas(file_handle) unsigned char memory[sizeof(file_handle) + MAX_HANDLE_SZ] = {};
    auto *handle = new (memory) file_handle;
    handle->handle_bytes = MAX_HANDLE_SZ;
    int mount = 0; // is not needed: the descriptor itself names the file system
    if (::name_to_handle_at(fd, "", handle, &mount, AT_EMPTY_PATH) != 0)
        return {};
    return keep_off_standard_streams(::open_by_handle_at(fd, handle, O_RDWR | O_CLOEXEC));
}

} // namespace ipcq
