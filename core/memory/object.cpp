// SPDX-License-Identifier: Apache-2.0
#include "memory/object.hpp"

#include "layout/control.hpp"
#include "layout/record.hpp"
#include "layout/segment.hpp"
#include "memory/access.hpp"
#include "memory/growth.hpp"
#include "memory/random_bytes.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statfs.h>

namespace ipcq {

namespace {

// Is this error that of the directory, and not of the name in it? Leaves errno as it was.
bool directory_is_missing(int error) noexcept
{
    struct stat status {};
    const bool missing =
        error == ENOTDIR || (error == ENOENT && (::stat(object_directory, &status) != 0 || !S_ISDIR(status.st_mode)));
    errno = error;
    return missing;
}

Code fail_with(ErrorDetail &detail, Code code, const char *what, const char *path)
{
    std::snprintf(detail.text, sizeof detail.text, "%s (%s): %s", path, what, sentence_of(static_cast<int>(code)));
    return code;
}

// DENIED has several causes, and each another remedy.

Code blame_read_only(ErrorDetail &detail, const char *path)
{
    std::snprintf(detail.text, sizeof detail.text,
                  "%s is on a read-only file system: mount %s writable (mount -o remount,rw %s).", path,
                  object_directory, object_directory);
    return Code::DENIED;
}

Code blame_permission(ErrorDetail &detail, const char *path)
{
    std::snprintf(detail.text, sizeof detail.text,
                  "%s does not permit this user to read and write: run as its owner, or have the owner set its mode to "
                  "0660 or 0666.",
                  path);
    return Code::DENIED;
}

Code blame_directory_permission(ErrorDetail &detail)
{
    std::snprintf(
        detail.text, sizeof detail.text,
        "%s does not permit this user to make a queue: run as another user, or have root set its mode to 1777.",
        object_directory);
    return Code::DENIED;
}

Code blame_owner(ErrorDetail &detail, uid_t owner, const char *path)
{
    std::snprintf(detail.text, sizeof detail.text,
                  "%s belongs to another user (uid %u), who could cut it short: open it with any_owner if you trust "
                  "that user, or choose another name.",
                  path, owner);
    return Code::DENIED;
}

Code fail_with_errno(ErrorDetail &detail, const char *what, const char *path)
{
    const int error = errno;
    if (error == EROFS)
        return blame_read_only(detail, path);
    char text[96];
    const char *reason = ::strerror_r(error, text, sizeof text); // the GNU form returns the text
    std::snprintf(detail.text, sizeof detail.text, "%s (%s: %s): %s", path, what, reason,
                  sentence_of(static_cast<int>(code_of_errno(error))));
    return code_of_errno(error);
}

// A code that says it all, or SYSTEM, which needs errno beside it.
Code blame_call(ErrorDetail &detail, Code code, const char *what, const char *path)
{
    return code == Code::SYSTEM ? fail_with_errno(detail, what, path) : fail_with(detail, code, what, path);
}

// Both sides of a refusal, so that the reader knows which one to change.
Code blame_header(ErrorDetail &detail, Code code, const Header &theirs, const char *path)
{
    const Fingerprint own = own_fingerprint();
    const Fingerprint &f = theirs.fingerprint;
    if (code == Code::BADVERSION)
        std::snprintf(detail.text, sizeof detail.text, "%s (layout %u.%u, features %llx; this library: %u.%u): %s",
                      path, theirs.major, theirs.minor, static_cast<unsigned long long>(theirs.features), layout_major,
                      layout_minor, sentence_of(static_cast<int>(code)));
    else if (code == Code::BADABI)
        std::snprintf(
            detail.text, sizeof detail.text,
            "%s (byte order %x, pointer %u, sem_t %u/%u, libc %u, page %u; this program: %x, %u, %u/%u, %u, %u): %s",
            path, f.byte_order, f.pointer_size, f.sem_size, f.sem_alignment, f.c_library, f.page_size, own.byte_order,
            own.pointer_size, own.sem_size, own.sem_alignment, own.c_library, own.page_size,
            sentence_of(static_cast<int>(code)));
    else
        fail_with(detail, code, "header", path);
    return code;
}

Code blame_mode(ErrorDetail &detail, mode_t mode, const char *path)
{
    std::snprintf(detail.text, sizeof detail.text,
                  "%s has mode %04o, and a queue permits reading and writing together, and nothing else: "
                  "chmod it to 0600, 0660, 0606 or 0666.",
                  path, static_cast<unsigned>(mode));
    return Code::DENIED;
}

void initialise(Control &control, Word *table, const Geometry &g) noexcept
{
    for (WaitSemaphore *semaphore :
         {&control.semaphores.getters, &control.semaphores.putters, &control.semaphores.joiners,
          &control.semaphores.lock[0], &control.semaphores.lock[1], &control.semaphores.lock[2]})
        ::sem_init(&semaphore->native, 1, 0);
    control.tail.copy[0].position.store(g.data_offset >> 3 | std::uint64_t{1} << 40, relaxed);
    control.tail.limit.store(g.max_items, relaxed);
    control.head.copy[0].offset.store(g.data_offset, relaxed);
    control.frontier.copy[0].offset.store(g.data_offset, relaxed);
    control.frontier.free_below.store(1, relaxed);
    control.supply.high_water.store(1, relaxed);
    control.supply.backed.store(1, relaxed);
    table[0].store(SegmentWord::live(1).bits, relaxed);
}

} // namespace

Code code_of_errno(int error) noexcept
{
    switch (error) {
    case EACCES:
    case EPERM:
    case EROFS: return Code::DENIED;
    case ENOENT: return Code::NOTFOUND;
    case ENOTDIR: return Code::NOSHM; // no directory stands above a queue but /dev/shm
    case EEXIST: return Code::EXISTS;
    case ELOOP:
    case EISDIR:
    case ENXIO: return Code::FOREIGN;
    case ENOSPC:
    case EDQUOT: return Code::NOSPACE;
    case EFBIG: return Code::FILELIMIT;
    case EMFILE:
    case ENFILE: return Code::FDLIMIT;
    case ENOMEM: return Code::NOMEM;
    default: return Code::SYSTEM;
    }
}

Code code_of_map_errno(int error) noexcept
{
    return error == ENOMEM || error == EAGAIN ? Code::SPACELIMIT : code_of_errno(error); // EAGAIN: RLIMIT_MEMLOCK
}

Code find_object(const QueueName &name, bool any_owner, Descriptor &out_fd, Geometry &out_geometry,
                 ErrorDetail &detail) noexcept
{
    // Without O_CREAT: fs.protected_regular refuses it on other users' files even where plain opening is allowed.
    Descriptor fd = open_file(name.path, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    if (!fd) {
        if (directory_is_missing(errno))
            return fail_with(detail, Code::NOSHM, "directory", object_directory);
        if (errno == EACCES || errno == EPERM)
            return blame_permission(detail, name.path);
        return fail_with_errno(detail, "open", name.path);
    }
    struct stat status {};
    if (::fstat(fd.get(), &status) != 0)
        return fail_with_errno(detail, "stat", name.path);
    if (!S_ISREG(status.st_mode))
        return fail_with(detail, Code::FOREIGN, "no regular file", name.path);
    if (status.st_nlink > 1)
        return fail_with(detail, Code::FOREIGN, "has a second name", name.path);
    if (const Code code = any_owner ? Code::OK : trust_owner(fd.get(), status); code != Code::OK)
        return code == Code::DENIED ? blame_owner(detail, status.st_uid, name.path)
                                    : blame_call(detail, code, "owner", name.path);
    Header header{};
    const ssize_t got = ::pread(fd.get(), &header, sizeof header, 0);
    if (got < 0)
        return fail_with_errno(detail, "read", name.path);
    const Code code = read_header(header, static_cast<std::uint64_t>(status.st_size), out_geometry);
    if (code != Code::OK)
        return blame_header(detail, code, header, name.path);
    if (const mode_t mode = status.st_mode & 07777; !mode_is_accepted(mode))
        return blame_mode(detail, mode, name.path);
    out_fd = std::move(fd);
    return Code::OK;
}

Code make_object(const Header &plan, mode_t mode, Descriptor &out_fd, Geometry &out_geometry,
                 ErrorDetail &detail) noexcept
{
    Descriptor fd = open_file(object_directory, O_TMPFILE | O_RDWR, 0600);
    if (!fd) {
        if (errno == ENOENT || errno == ENOTDIR || errno == EOPNOTSUPP || errno == EISDIR)
            return fail_with(detail, Code::NOSHM, "directory", object_directory);
        if (errno == EACCES || errno == EPERM)
            return blame_directory_permission(detail);
        return fail_with_errno(detail, "create", object_directory);
    }
    Header header = plan;
    if (!random_bytes(header.uuid, sizeof header.uuid))
        return fail_with_errno(detail, "random numbers", object_directory);
    Geometry g;
    Code code = read_header(header, header.map_size, g); // the maker passes the same check as every opener
    if (code != Code::OK)
        return fail_with(detail, code, "plan", object_directory);
    // All that is written before the first growth: control, the first page of the table, the first segment.
    if ((code = allocate(fd.get(), 0, g.table_offset + 4096)) != Code::OK ||
        (code = allocate(fd.get(), g.data_offset, g.segment_size)) != Code::OK)
        return blame_call(detail, code, "allocate", object_directory);
    void *map = ::mmap(nullptr, g.table_offset + 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd.get(), 0);
    if (map == MAP_FAILED)
        return blame_call(detail, code_of_map_errno(errno), "map", object_directory);
    auto &control = *static_cast<Control *>(map);
    control.header = header;
    initialise(control, reinterpret_cast<Word *>(static_cast<char *>(map) + g.table_offset), g);
    ::munmap(map, g.table_offset + 4096);
    if (::fchmod(fd.get(), mode) != 0) // the umask shall not narrow what the user asked for
        return fail_with_errno(detail, "chmod", object_directory);
    out_fd = std::move(fd);
    out_geometry = g;
    return Code::OK;
}

Code name_object(int fd, const QueueName &name, ErrorDetail &detail) noexcept
{
    char self[40];
    std::snprintf(self, sizeof self, "/proc/self/fd/%d", fd);
    if (fd < 0) {
        errno = EBADF; // closed by another thread before it had a name
        return fail_with_errno(detail, "link", name.path);
    }
    if (::linkat(AT_FDCWD, self, AT_FDCWD, name.path, AT_SYMLINK_FOLLOW) == 0)
        return Code::OK;
    const Code code = fail_with_errno(detail, "link", name.path);
    return code == Code::NOTFOUND ? Code::SYSTEM : code; // what is missing is /proc
}

bool leads_to(const QueueName &name, int fd) noexcept
{
    struct stat mine {
    }, named{};
    return ::fstat(fd, &mine) == 0 && ::stat(name.path, &named) == 0 && mine.st_dev == named.st_dev &&
           mine.st_ino == named.st_ino;
}

Code name_object_once(int fd, const QueueName &name) noexcept
{
    char self[40];
    std::snprintf(self, sizeof self, "/proc/self/fd/%d", fd);
    if (::linkat(AT_FDCWD, self, AT_FDCWD, name.path, AT_SYMLINK_FOLLOW) == 0)
        return Code::OK;
    const int error = errno;
    if (error == EEXIST)
        return leads_to(name, fd) ? Code::OK : Code::EXISTS;
    if (directory_is_missing(error))
        return Code::NOSHM;
    if (error != ENOENT)
        return code_of_errno(error);
    // The kernel gives such a file a name once, and answers ENOENT ever after. It is also the answer if /proc is missing.
    struct stat status {};
    return ::stat(self, &status) == 0 ? Code::OK : Code::SYSTEM;
}

Code unlink_object(const QueueName &name, ErrorDetail &detail) noexcept
{
    if (::unlink(name.path) == 0)
        return Code::OK;
    if (directory_is_missing(errno))
        return fail_with(detail, Code::NOSHM, "directory", object_directory);
    return fail_with_errno(detail, "unlink", name.path);
}

Code reopen(int fd, Descriptor &out_fd) noexcept
{
    char self[40];
    std::snprintf(self, sizeof self, "/proc/self/fd/%d", fd);
    Descriptor copy = open_file(self, O_RDWR);
    if (!copy && errno == ENOENT) { // no /proc, as in a new root directory
        copy = open_by_handle(fd);
        if (!copy)
            return Code::SYSTEM; // not "no such queue"
    }
    if (!copy)
        return code_of_errno(errno);
    out_fd = std::move(copy);
    return Code::OK;
}

std::uint64_t default_capacity() noexcept
{
    struct statfs status {};
    if (::statfs(object_directory, &status) != 0 || status.f_blocks == 0)
        return capacity_bytes_default;
    const std::uint64_t half =
        static_cast<std::uint64_t>(status.f_bavail) * static_cast<std::uint64_t>(status.f_bsize) / 2;
    return half < capacity_bytes_default ? half : capacity_bytes_default;
}

} // namespace ipcq
