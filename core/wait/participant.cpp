// SPDX-License-Identifier: Apache-2.0
#include "wait/participant.hpp"

#include "memory/object.hpp"

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

// Clean slots first, then those of the dead, so that a table full of crashed participants never locks anybody out.
bool choose_slot(int fd, Control &control, std::uint32_t count, std::uint32_t &out_slot) noexcept
{
    for (const bool take_dirty : {false, true})
        for (std::uint32_t i = 0; i < count; i++) {
            if (!take_dirty && control.slot[i].dirty.load(acquire) != 0)
                continue;
            if (byte_lock(fd, i, F_WRLCK, F_OFD_SETLK) != 0)
                continue;
            if (take_dirty || control.slot[i].dirty.load(acquire) == 0) {
                out_slot = i;
                return true;
            }
            byte_lock(fd, i, F_UNLCK, F_OFD_SETLK);
        }
    return false;
}

} // namespace

Code Participant::attach(int fd, const Geometry &geometry, Image &image) noexcept
{
    Descriptor own;
    if (const Code code = reopen(fd, own); code != Code::OK)
        return code;
    // A look at the table, through the shared descriptor: this mapping pins nothing.
    void *map = ::mmap(nullptr, geometry.table_offset, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (map == MAP_FAILED)
        return Code::SPACELIMIT;
    std::uint32_t chosen = 0;
    const bool found = choose_slot(own.get(), *static_cast<Control *>(map), geometry.slot_count, chosen);
    ::munmap(map, geometry.table_offset);
    if (!found)
        return Code::CROWDED;
    if (const Code code = image.map(own.get(), geometry); code != Code::OK)
        return code; // closing the descriptor drops the byte; the slot is as it was
    image.use_file(fd);
    image_ = &image;
    slot_ = chosen;
    Slot &slot = image.slot(chosen);
    // Generation first: whoever dies between the two stores leaves a slot that is clean, or dirty under its new name.
    const std::uint32_t generation = slot.generation.load(relaxed) + 1;
    slot.generation.store(generation, release);
    took_over_ = slot.dirty.load(relaxed) != 0;
    slot.dirty.store(1, release);
    describe(slot);
    self_ = Owner::of(chosen, generation);
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
    // SYNC owner-death: the kernel drops the byte after the last store of the dead, under a lock that this call takes too.
    return byte_lock(image_->file(), slot, F_WRLCK, F_OFD_GETLK) != 0;
}

bool Participant::hold_dead(std::uint32_t slot) noexcept
{
    if (slot_alive(slot) || reopen(image_->file(), hold_) != Code::OK)
        return false;
    if (byte_lock(hold_.get(), slot, F_WRLCK, F_OFD_SETLK) != 0) {
        hold_.reset(); // another reaper was faster
        return false;
    }
    held_.store(slot, relaxed);
    return true;
}

void Participant::let_go() noexcept
{
    held_.store(no_slot, relaxed);
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
