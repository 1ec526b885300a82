// SPDX-License-Identifier: Apache-2.0
#include "object.h"

#include "verdict.h"

#include <atomic>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <linux/falloc.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace fuzz {

namespace {

constexpr off_t first_byte = off_t{1} << 61;

bool byte_lock(int fd, int command, short kind, std::uint64_t first, std::uint64_t count)
{
    struct flock lock = {};
    lock.l_type = kind;
    lock.l_whence = SEEK_SET;
    lock.l_start = first_byte + static_cast<off_t>(first);
    lock.l_len = static_cast<off_t>(count);
    return ::fcntl(fd, command, &lock) == 0 && (command != F_OFD_GETLK || lock.l_type == F_UNLCK);
}

std::uint64_t scatter(std::uint64_t x) // splitmix64
{
    x += 0x9e3779b97f4a7c15;
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
    x = (x ^ x >> 27) * 0x94d049bb133111eb;
    return x ^ x >> 31;
}

} // namespace

Object::Object(const char *queue_name) : path_(std::string("/dev/shm/ipcq.") + queue_name)
{
    fd_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_TRUNC, 0600);
    stranger_ = ::open(path_.c_str(), O_RDWR | O_CLOEXEC);
    void *map = ::mmap(nullptr, map_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd_, 0);
    if (fd_ < 0 || stranger_ < 0 || map == MAP_FAILED || !byte_lock(stranger_, F_OFD_SETLK, F_WRLCK, stranger_slot, 1))
        violation("image", "%s: %s", path_.c_str(), std::strerror(errno));
    map_ = static_cast<char *>(map);
}

Object::~Object()
{
    ::munmap(map_, map_size);
    ::close(fd_);
    ::close(stranger_);
    ::unlink(path_.c_str());
}

void Object::lay(const Base &base)
{
    base_ = &base;
    bool fine = ::ftruncate(fd_, 0) == 0 && ::ftruncate(fd_, static_cast<off_t>(base.bytes.size())) == 0;
    for (std::size_t page = 0; page < 64; page++)
        if ((base.pages >> page & 1) != 0)
            fine =
                fine && ::pwrite(fd_, base.bytes.data() + page * 4096, 4096, static_cast<off_t>(page * 4096)) == 4096;
    if (!fine)
        violation("image", "%s: %s", path_.c_str(), std::strerror(errno));
}

std::uint64_t Object::size() const
{
    struct stat status = {};
    ::fstat(fd_, &status);
    return static_cast<std::uint64_t>(status.st_size);
}

void Object::cut(std::uint64_t size) { static_cast<void>(::ftruncate(fd_, static_cast<off_t>(size))); }

void Object::punch(unsigned page)
{
    ::fallocate(fd_, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, static_cast<off_t>(page) * 4096, 4096);
}

bool Object::somebody_attached() const
{
    return !byte_lock(fd_, F_OFD_GETLK, F_WRLCK, 0, stranger_slot) ||
           !byte_lock(fd_, F_OFD_GETLK, F_WRLCK, stranger_slot + 1, 4096);
}

std::uint64_t Object::owner_of(unsigned number) const
{
    const unsigned slot = number & 0xff;
    std::uint32_t generation = 0;
    if (slot < slot_count)
        generation = reinterpret_cast<std::atomic<std::uint32_t> *>(map_ + 1280 + slot * 128)->load();
    switch (number >> 8 & 0xff) {
    case 0: break;
    case 1: generation++; break;
    case 2: generation--; break;
    case 3: generation = 0; break;
    default: generation = UINT32_MAX;
    }
    return std::uint64_t{generation} << 16 | (slot + 1);
}

std::uint64_t Object::value_of(const Step &step, std::uint64_t old) const
{
    const std::uint64_t n = step.number, unit = places()[step.place].unit;
    const std::uint64_t segment = data_offset + n % 256 % (segment_count + 2) * segment_size;
    switch (step.value) {
    case Value::number: return n;
    case Value::ones: return UINT64_MAX;
    case Value::add: return old + n;
    case Value::subtract: return old - n;
    case Value::add_power: return old + (std::uint64_t{1} << n % 64);
    case Value::flip: return old ^ std::uint64_t{1} << n % 64;
    case Value::power: return std::uint64_t{1} << n % 64;
    case Value::segment: return segment / unit;
    case Value::end: return (map_size - n) / unit;
    case Value::back: return (data_offset + (n / 256 % segment_count + 1) * segment_size - n % 256) / unit;
    case Value::record: return base_->records[n % base_->records.size()] / unit;
    case Value::owner: return owner_of(step.number);
    case Value::ready: return 1 | (n & 0xff) << 8;
    case Value::taken: return 2 | owner_of(step.number) << 16;
    case Value::done: return 3 | owner_of(step.number) << 16;
    case Value::run: return 4 | (n >> 8) << 8 | (n & 0xff) << 32;
    case Value::claimed: return 2 | (n & 0x80) << 1 | owner_of(step.number & 0xff7f) << 16;
    case Value::live: return 3 | n << 8;
    default: return scatter(n);
    }
}

std::uint64_t Object::word_at(std::uint64_t offset) const
{
    return reinterpret_cast<std::atomic<std::uint64_t> *>(map_ + offset)->load();
}

// A word of that copy of a cursor that counts.
std::uint64_t Object::counted(std::uint64_t epoch, std::uint64_t copies, std::uint64_t stride) const
{
    return word_at(copies + (word_at(epoch) & 1) * stride);
}

Object::Change Object::plan(const Step &step) const
{
    const Place &place = places()[step.place];
    std::uint64_t offset = place.offset;
    const std::uint64_t file_size = size();
    if (file_size < data_offset)
        return {};
    switch (place.where) {
    case Where::record: offset += base_->records[step.index % base_->records.size()]; break;
    case Where::under_tail: offset += (counted(264, 272, 16) & 0xffffffffff) << 3; break;
    case Where::under_head: offset += counted(392, 400, 24); break;
    case Where::under_frontier: offset += counted(520, 528, 16); break;
    case Where::fixed:
        if (!place.cursor || step.index % 4 < 2) {
            offset += step.index % place.count * place.stride;
        } else { // the epoch stands before the copies
            const std::uint64_t epoch_offset = offset < 384 ? 264 : offset < 512 ? 392 : 520;
            offset += (word_at(epoch_offset) + step.index & 1) * place.stride;
        }
    }
    const std::uint64_t least = place.where == Where::fixed ? 0 : data_offset;
    if (offset % place.word_bytes != 0 || offset < least || offset > file_size - 8 || offset > map_size - 8)
        return {};
    Change change;
    change.word = map_ + offset;
    change.bytes = place.word_bytes;
    if (change.bytes == 4)
        change.before = static_cast<std::atomic<std::uint32_t> *>(change.word)->load();
    else
        change.before = static_cast<std::atomic<std::uint64_t> *>(change.word)->load();
    const std::uint64_t mask = (place.bits == 64 ? UINT64_MAX : (std::uint64_t{1} << place.bits) - 1);
    const std::uint64_t part = change.before >> place.shift & mask;
    change.after = (change.before & ~(mask << place.shift)) | (value_of(step, part) & mask) << place.shift;
    return change;
}

void Object::Change::apply(std::uint64_t bits) const
{
    if (word == nullptr)
        return;
    if (bytes == 4)
        static_cast<std::atomic<std::uint32_t> *>(word)->store(static_cast<std::uint32_t>(bits));
    else
        static_cast<std::atomic<std::uint64_t> *>(word)->store(bits);
}

void Object::change(const Step &step)
{
    const Change change = plan(step);
    change.apply(change.after);
}

} // namespace fuzz
