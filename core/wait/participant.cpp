// SPDX-License-Identifier: Apache-2.0
#include "wait/participant.hpp"

#include "memory/lock_range.hpp"
#include "memory/object.hpp"

#include <cerrno>
#include <cstring>
#include <pthread.h>
#include <sys/mman.h>

namespace ipcq {

namespace {

constexpr int tries_max = 100; // another thread closes all descriptors, again and again

// Far behind any data, so that a program which locks parts of the file by content never meets these bytes.
constexpr off_t first_byte = off_t{1} << 61;

off_t participant_byte(std::uint32_t slot) { return first_byte + static_cast<off_t>(slot); }
// Locked first, and kept as long as the other one. It elects among processes that enter the slot, so that the other byte is
// locked only after the generation was raised: the dead owner before it never looks alive.
off_t entrance_byte(std::uint32_t slot) { return first_byte + slot_count_max + static_cast<off_t>(slot); }

// 0, or the errno of the refusal. EAGAIN: another description holds the byte.
int lock_byte(int fd, off_t byte, short kind) noexcept
{
    struct flock lock = lock_range(byte, 1, kind);
    return ::fcntl(fd, F_OFD_SETLK, &lock) != 0 ? errno : 0;
}

// Does any description hold a write lock there? Asked as a reader: read locks, which every reader of the file may take, are
// not in the way and prove nothing.
Liveness ask_kernel(int fd, off_t begin, off_t size) noexcept
{
    struct flock lock = lock_range(begin, size, F_RDLCK);
    if (::fcntl(fd, F_OFD_GETLK, &lock) != 0)
        return Liveness::unknown;
    return lock.l_type == F_UNLCK ? Liveness::dead : Liveness::alive;
}

void describe(Slot &slot) noexcept
{
    char name[16] = {};
    ::pthread_getname_np(::pthread_self(), name, sizeof name);
    for (std::size_t i = 0; i < sizeof name; i++)
        slot.command[i].store(name[i], relaxed);
    slot.pid.store(::getpid(), relaxed);
}

// The caller holds the entrance.
SlotLife raise_generation(Slot &slot) noexcept
{
    SlotLife life = life_of(slot);
    // A reaper may mark the slot clean meanwhile. acq_rel: the stores of a reaper come before ours.
    // SYNC owner-death: release; the caller saw the dead owner's byte free before it.
    while (!slot.life.compare_exchange_weak(life.bits, life.next().bits, std::memory_order_acq_rel, acquire)) {
    }
    return life.next();
}

// The caller holds the entrance and has seen the participant's byte free: no thread of the dead participant waits any
// more.
void forget_waiting(Slot &slot) noexcept
{
    slot.waiting.getters.store(0, relaxed);
    slot.waiting.putters.store(0, relaxed);
    slot.waiting.joiners.store(0, relaxed);
}

// OK with the slot's byte and its entrance locked; BUSY if the slot is not to be had.
Code enter_slot(int fd, Slot &slot, std::uint32_t index, bool take_dirty, Owner &out_self) noexcept
{
    if (!take_dirty && !life_of(slot).is_clean())
        return Code::BUSY;
    int error = lock_byte(fd, entrance_byte(index), F_WRLCK);
    if (error == 0) {
        const Liveness there = ask_kernel(fd, participant_byte(index), 1);
        error = there == Liveness::unknown ? errno : there == Liveness::alive ? EAGAIN : 0;
        if (error == 0 && (take_dirty || life_of(slot).is_clean())) {
            // A process that dies from here on leaves a slot that is clean, or inherited under the new generation.
            SlotLife life = raise_generation(slot);
            forget_waiting(slot);
            error = lock_byte(fd, participant_byte(index), F_WRLCK);
            if (error == 0) {
                // A reaper that asked before the lock takes this generation for dead, however late it goes on. So nothing
                // may ever be owned under it. In a clean slot no reaper asks.
                if (!life.is_clean())
                    life = raise_generation(slot);
                out_self = Owner::of(index, life.generation());
                return Code::OK;
            }
        } else if (error == 0) {
            error = EAGAIN;
        }
        const int reason = error;
        lock_byte(fd, entrance_byte(index), F_UNLCK);
        error = errno = reason;
    }
    return error == EAGAIN ? Code::BUSY : error == ENOLCK ? Code::NOMEM : code_of_errno(error);
}

// Clean slots first, then those of the dead, so that a table full of crashed participants never locks anybody out.
Code choose_slot(int fd, Control &control, std::uint32_t count, Owner &out_self) noexcept
{
    for (const bool take_dirty : {false, true})
        for (std::uint32_t i = 0; i < count; i++)
            if (const Code code = enter_slot(fd, control.slot[i], i, take_dirty, out_self); code != Code::BUSY)
                return code;
    return Code::CROWDED;
}

} // namespace

Code Participant::attach(QueueFile &file, Descriptor own, const Geometry &geometry, Image &image) noexcept
{
    const int fd = file.get();
    if (fd < 0) {
        errno = EBADF;
        return Code::SYSTEM;
    }
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
    SlotLife clean = SlotLife::of(self_.generation(), SlotState::clean); // else it stays inherited
    slot.life.compare_exchange_strong(clean.bits, clean.with(SlotState::used).bits, std::memory_order_acq_rel, relaxed);
    describe(slot);
    return Code::OK;
} // `own` is closed here: from now on the mapping alone keeps both bytes locked

Liveness Participant::liveness(Owner owner) const noexcept
{
    const std::uint32_t slot = owner.slot();
    if (slot >= image_->geometry().slot_count)
        return Liveness::dead;
    // SYNC owner-death: acquire; a new generation was entered under the byte that the dead owner had lost.
    if (life_of(image_->slot(slot)).generation() != owner.generation())
        return Liveness::dead;
    return owner == self_ ? Liveness::alive : liveness_of_slot(slot);
}

Liveness Participant::liveness_of_slot(std::uint32_t slot) const noexcept
{
    for (int tries = 0; tries < tries_max; tries++) {
        const int fd = image_->file();
        if (fd < 0)
            return Liveness::unknown;
        // SYNC owner-death: the kernel drops the lock after the last store of the dead, under a lock that this call takes, too.
        const Liveness answer = ask_kernel(fd, participant_byte(slot), 1);
        // Another thread or a signal handler may have closed the number just now. A free byte of another file says nothing.
        if (answer == Liveness::alive || image_->queue_file().is_ours(fd))
            return answer;
    }
    return Liveness::unknown;
}

// One question for each range between the own slots: of a longer range the kernel names any one lock, mostly an own one.
bool nobody_attached(int fd, const SlotSet &own) noexcept
{
    std::uint32_t begin = 0;
    for (std::uint32_t slot = 0; slot <= slot_count_max; slot++) {
        if (slot != slot_count_max && !own[slot])
            continue;
        if (slot != begin && ask_kernel(fd, participant_byte(begin), slot - begin) != Liveness::dead)
            return false;
        begin = slot + 1;
    }
    return true;
}

} // namespace ipcq
