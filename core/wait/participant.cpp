// SPDX-License-Identifier: Apache-2.0
#include "wait/participant.hpp"

#include "memory/object.hpp"
#include "memory/signals_blocked.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>

namespace ipcq {

namespace {

// Far behind any data, so that no one who locks parts of the file by content meets these bytes.
constexpr off_t first_byte = off_t{1} << 61;

// 0, or the errno of the refusal; with F_OFD_GETLK 0 means the byte is free.
int byte_lock(int fd, std::uint32_t slot, short kind, int command) noexcept
{
    struct flock lock {};
    lock.l_type = kind;
    lock.l_whence = SEEK_SET;
    lock.l_start = first_byte + static_cast<off_t>(slot);
    lock.l_len = 1;
    if (::fcntl(fd, command, &lock) != 0)
        return errno;
    return command == F_OFD_GETLK && lock.l_type != F_UNLCK ? EAGAIN : 0;
}

void describe(Slot &slot) noexcept
{
    char name[16] = {};
    ::pthread_getname_np(::pthread_self(), name, sizeof name);
    for (std::size_t i = 0; i < sizeof name; i++)
        slot.command[i].store(name[i], relaxed);
    slot.pid.store(::getpid(), relaxed);
}

// A slot whose byte is ours now, under a new generation. Clean slots first, then those of the dead, so that a table full of
// crashed participants never locks anybody out.
Code choose_slot(int fd, Control &control, std::uint32_t count, Owner &out_self) noexcept
{
    for (const bool take_dirty : {false, true})
        for (std::uint32_t i = 0; i < count; i++) {
            if (!take_dirty && control.slot[i].dirty.load(acquire) != 0)
                continue;
            const int error = byte_lock(fd, i, F_WRLCK, F_OFD_SETLK);
            if (error == EAGAIN || error == EACCES)
                continue; // somebody lives there
            if (error != 0)
                return error == ENOLCK ? Code::NOMEM : code_of_errno(error);
            if (take_dirty || control.slot[i].dirty.load(acquire) == 0) {
                // At once: its byte is held again, and only under another generation the dead of this slot is dead to all.
                // Whoever dies from here on leaves a slot that is clean, or dirty under its new name.
                out_self = Owner::of(i, control.slot[i].generation.fetch_add(1, std::memory_order_acq_rel) + 1);
                return Code::OK;
            }
            byte_lock(fd, i, F_UNLCK, F_OFD_SETLK);
        }
    return Code::CROWDED;
}

} // namespace

Code Participant::attach(QueueFile &file, const Geometry &geometry, Image &image) noexcept
{
    Descriptor own;
    const int fd = file.get();
    if (fd < 0) {
        errno = EBADF;
        return Code::SYSTEM;
    }
    if (const Code code = reopen(fd, own); code != Code::OK)
        return code;
    // A look at the table, through the shared descriptor: this mapping pins nothing.
    void *map = ::mmap(nullptr, geometry.table_offset, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (map == MAP_FAILED)
        return code_of_map_errno(errno);
    Owner chosen;
    Watch watch;
    const bool watched = watch.begin(map, geometry.table_offset);
    const Code found =
        watched ? choose_slot(own.get(), *static_cast<Control *>(map), geometry.slot_count, chosen) : Code::NOMEM;
    watch.end();
    ::munmap(map, geometry.table_offset);
    if (watch.cut())
        return Code::TRUNCATED;
    if (found != Code::OK)
        return found;
    if (const Code code = image.map(own.get(), geometry); code != Code::OK)
        return code; // closing the descriptor drops the byte; the slot is as clean or dirty as it was
    image.use_file(file);
    image_ = &image;
    self_ = chosen;
    slot_ = chosen.slot();
    Slot &slot = image.slot(slot_);
    took_over_ = slot.dirty.load(relaxed) != 0;
    slot.dirty.store(1, release);
    describe(slot);
    return Code::OK;
} // `own` is closed here: from now on the mapping alone keeps the byte locked

bool Participant::alive(Owner owner) const noexcept
{
    const std::uint32_t slot = owner.slot();
    if (slot >= image_->geometry().slot_count || image_->slot(slot).generation.load(acquire) != owner.generation())
        return false;
    return owner == self_ || slot_alive(slot);
}

bool Participant::slot_alive(std::uint32_t slot) const noexcept
{
    if (slot == held_.load(relaxed))
        return false;
    const int fd = image_->file();
    // SYNC owner-death: the kernel drops the byte after the last store of the dead, under a lock that this call takes too.
    // A free byte of another file, which got our number just now, says nothing.
    return fd < 0 || byte_lock(fd, slot, F_WRLCK, F_OFD_GETLK) != 0 || !image_->queue_file().is_ours(fd);
}

bool Participant::hold_dead(std::uint32_t slot) noexcept
{
    if (slot_alive(slot))
        return false;
    const SignalsBlocked quiet;
    // Who gave up its rights since, or has no descriptor left, cannot open the file anew and makes do with the handle's own.
    const int shared = image_->file();
    const int fd = reopen(shared, hold_) == Code::OK ? hold_.get() : shared;
    const bool locked = byte_lock(fd, slot, F_WRLCK, F_OFD_SETLK) == 0; // else another reaper was faster
    if (!locked || !image_->queue_file().is_ours(fd)) {
        if (locked && !hold_) // on the handle's own description it would stay, and make the dead one look alive to all
            byte_lock(fd, slot, F_UNLCK, F_OFD_SETLK);
        drop_hold();
        return false;
    }
    held_.store(slot, relaxed);
    return true;
}

void Participant::let_go() noexcept
{
    const SignalsBlocked quiet;
    if (!hold_)
        byte_lock(image_->file(), held_.load(relaxed), F_UNLCK, F_OFD_SETLK);
    held_.store(no_slot, relaxed);
    drop_hold();
}

void Participant::drop_hold() noexcept
{
    if (image_->queue_file().is_anothers(hold_.get()))
        hold_.forget(); // not ours to close any more
    hold_.reset();
}

bool nobody_attached(int fd) noexcept
{
    struct flock lock {};
    lock.l_type = F_WRLCK;
    lock.l_whence = SEEK_SET;
    lock.l_start = first_byte;
    lock.l_len = slot_count_max;
    return ::fcntl(fd, F_OFD_GETLK, &lock) == 0 && lock.l_type == F_UNLCK;
}

} // namespace ipcq
