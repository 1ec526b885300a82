// SPDX-License-Identifier: Apache-2.0
#include "wait/inherited_access.hpp"

#include "memory/lock_range.hpp"

#include <cerrno>
#include <sys/mman.h>
#include <utility>

namespace ipcq {

namespace {

// Below the bytes of slots and of removal. Children of one parent hold one queue at once, each by a byte of its own.
constexpr off_t holders_begin = (off_t{1} << 61) - (off_t{1} << 23), holders_count = off_t{1} << 22;
constexpr int tries_max = 16; // other processes may come to the same number
constexpr std::size_t pin_size = 4096;

off_t holders_made = 0; // by this process and those before it; the ForkGate guards it

void hold(int fd) noexcept
{
    constexpr off_t spread = 1021; // a prime: processes with neighbouring numbers begin far from each other
    for (int i = 0; i < tries_max; i++) {
        struct flock lock =
            lock_range(holders_begin + (off_t{::getpid()} * spread + holders_made++) % holders_count, 1, F_WRLCK);
        if (::fcntl(fd, F_OFD_SETLK, &lock) == 0 || errno != EAGAIN)
            return; // where it is refused, an idle child is not seen, and nothing else is lost
    }
}

} // namespace

bool InheritedAccess::is_whole(const Opened &opened) const noexcept
{
    return opened.to_ask >= 0 && opened.to_map >= 0 && file_.is_ours(opened.to_ask) && file_.is_ours(opened.to_map);
}

void InheritedAccess::open(Opened &out) noexcept
{
    Descriptor ask, map;
    if (file_.open_again(ask) != Code::OK || file_.open_again(map) != Code::OK)
        return; // the child tries again
    hold(ask.get());
    void *const pin = ::mmap(nullptr, pin_size, PROT_NONE, MAP_SHARED, ask.get(), 0);
    out = {ask.forget(), map.forget(), pin != MAP_FAILED ? pin : nullptr}; // without it the descriptor alone holds
}

void InheritedAccess::close(Opened &opened) noexcept
{
    for (const int fd : {opened.to_ask, opened.to_map})
        if (fd >= 0 && file_.is_ours(fd))
            ::close(fd);
    if (opened.pin != nullptr)
        ::munmap(opened.pin, pin_size);
    opened = {};
}

void InheritedAccess::open_for_child() noexcept { open(for_child_); }

void InheritedAccess::close_for_child() noexcept { close(for_child_); }

void InheritedAccess::inherit() noexcept
{
    inherited_.pin = nullptr; // of the parent, which has kept it from its children
    close(inherited_);        // would be shared with the parent
    inherited_ = std::exchange(for_child_, {});
    if (!is_whole(inherited_)) { // the parent had no descriptor free
        close(inherited_);
        open(inherited_); // the child's first call says why, if it fails then, too
    }
    if (inherited_.pin != nullptr)
        ::madvise(inherited_.pin, pin_size, MADV_DONTFORK);
}

void InheritedAccess::drop() noexcept { close(inherited_); }

Code InheritedAccess::take(Descriptor &out_file, Descriptor &out_own) noexcept
{
    if (is_whole(inherited_)) {
        out_file = Descriptor(std::exchange(inherited_.to_ask, -1));
        out_own = Descriptor(std::exchange(inherited_.to_map, -1));
        return Code::OK;
    }
    if (const Code code = file_.open_again(out_file); code != Code::OK)
        return code;
    return file_.open_again(out_own);
}

void InheritedAccess::settle() noexcept
{
    if (const int fd = file_.get(); fd >= 0) {
        struct flock lock = lock_range(holders_begin, holders_count, F_UNLCK);
        ::fcntl(fd, F_OFD_SETLK, &lock);
    }
    close(inherited_);
}

bool somebody_holds(int fd) noexcept
{
    struct flock lock = lock_range(holders_begin, holders_count, F_RDLCK); // asks for writers' locks alone
    return ::fcntl(fd, F_OFD_GETLK, &lock) != 0 || lock.l_type != F_UNLCK; // no answer proves nothing
}

} // namespace ipcq
