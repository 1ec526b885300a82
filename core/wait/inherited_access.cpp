// SPDX-License-Identifier: Apache-2.0
#include "wait/inherited_access.hpp"

#include "memory/lock_range.hpp"

#include <cerrno>
#include <utility>

namespace ipcq {

namespace {

// Below the bytes of slots and of removal. One for each process ID, since children of one parent hold one queue at once.
constexpr off_t holders_begin = (off_t{1} << 61) - (off_t{1} << 23), holders_count = off_t{1} << 22;
constexpr int tries_max = 16; // another PID namespace may have the same number

void hold(int fd) noexcept
{
    for (int i = 0; i < tries_max; i++) {
        struct flock lock = lock_range(holders_begin + (::getpid() + i) % holders_count, 1, F_WRLCK);
        if (::fcntl(fd, F_OFD_SETLK, &lock) == 0 || errno != EAGAIN)
            return; // where it is refused, an idle child is not seen, and nothing else is lost
    }
}

} // namespace

void InheritedAccess::drop() noexcept
{
    for (int *fd : {&to_ask_, &to_map_})
        if (const int old = std::exchange(*fd, -1); old >= 0 && file_.is_ours(old))
            ::close(old);
}

bool InheritedAccess::is_prepared() const noexcept
{
    return to_ask_ >= 0 && to_map_ >= 0 && file_.is_ours(to_ask_) && file_.is_ours(to_map_);
}

void InheritedAccess::prepare() noexcept
{
    drop(); // those of this child's parent would be shared with it
    Descriptor ask, map;
    if (file_.open_again(ask) != Code::OK || file_.open_again(map) != Code::OK)
        return; // the child's first call says why, if it fails then, too
    hold(ask.get());
    to_ask_ = ask.forget();
    to_map_ = map.forget();
}

Code InheritedAccess::take(Descriptor &out_file, Descriptor &out_own) noexcept
{
    if (is_prepared()) {
        out_file = Descriptor(std::exchange(to_ask_, -1));
        out_own = Descriptor(std::exchange(to_map_, -1));
        struct flock lock = lock_range(holders_begin, holders_count, F_UNLCK); // it is a participant from now on
        ::fcntl(out_file.get(), F_OFD_SETLK, &lock);
        return Code::OK;
    }
    drop();
    if (const Code code = file_.open_again(out_file); code != Code::OK)
        return code;
    return file_.open_again(out_own);
}

bool somebody_holds(int fd) noexcept
{
    struct flock lock = lock_range(holders_begin, holders_count, F_RDLCK); // asks for writers' locks alone
    return ::fcntl(fd, F_OFD_GETLK, &lock) != 0 || lock.l_type != F_UNLCK; // no answer proves nothing
}

} // namespace ipcq
