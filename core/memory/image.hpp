// SPDX-License-Identifier: Apache-2.0
//
// The queue's bytes in this process's address space, and the only way to get at them. Every offset read from shared
// memory passes holds(), next_record() or first_of() before it becomes an address.
#pragma once

#include "layout/control.hpp"
#include "layout/geometry.hpp"
#include "layout/record.hpp"
#include "layout/segment.hpp"
#include "memory/queue_file.hpp"
#include "memory/truncation_guard.hpp"
#include "memory/window.hpp"

#include <atomic>

namespace ipcq {

class Image {
public:
    Image() = default;
    Image(const Image &) = delete;
    Image &operator=(const Image &) = delete;
    ~Image() { unmap(); }

    // Maps the whole queue through `fd`; the mapping then pins that open file description and its locks. Not inherited
    // by fork, not part of core dumps. SPACELIMIT, NOMEM or TRUNCATED on failure.
    Code map(int fd, const Geometry &geometry) noexcept;
    void unmap() noexcept;
    // In a forked child, which does not have the mapping.
    void forget() noexcept
    {
        base_ = nullptr;
        watch_.forget();
    }
    bool mapped() const { return base_ != nullptr; }

    // Used for the file's size, for allocation and to ask for byte locks; a description of its own, without locks on it.
    void use_file(QueueFile &file) noexcept { file_ = &file; }
    QueueFile &queue_file() const { return *file_; }
    // A descriptor to be used at once and not kept; -1 if there is none any more (QueueFile::get(), or the file was cut).
    int file() const { return watch_.cut() || file_ == nullptr ? -1 : file_->get(); }

    // Did the guard put zeros in the mapping's place? For good. Asked at the end of a call, before its answer is believed.
    bool cut() const noexcept { return watch_.cut(); }
    // Could the file's size not be asked for, the last time? Then what seems to lie beyond it may be right.
    bool blind() const noexcept { return blind_.load(relaxed); }
    // Does the file hold less than it did? No peer of ours shrinks it.
    bool shrunk() const noexcept;
    // allocate(), for a file that was not cut: growing one that was would bring the lost part back as zeros.
    // SYSTEM if there is no descriptor.
    Code grow(std::uint64_t offset, std::uint64_t size) const noexcept;
    // Copies bytes of the file without touching the mapping: a hole, and what lies behind the file's end, reads as zeros. False
    // if the file cannot be read.
    bool read(std::uint64_t offset, void *buffer, std::uint64_t size) const noexcept;
    // release_memory()
    bool release(std::uint64_t offset, std::uint64_t size) const noexcept;

    const Geometry &geometry() const { return geometry_; }
    // Mapped: a handle is not made, and a child's not entered, without a mapping, which the checker cannot see.
    // NOLINTNEXTLINE(clang-analyzer-core.uninitialized.UndefReturn)
    Control &control() const { return *reinterpret_cast<Control *>(base_); }
    Slot &slot(std::uint32_t index) const { return control().slot[index]; }
    Word &segment(std::uint64_t index) const { return table_[index]; }
    SegmentWord segment_word(std::uint64_t index) const { return {table_[index].load(acquire)}; }

    // May [offset, offset + size) of the data be touched, for a size of at most a segment? False for anything outside the
    // mapping, unaligned, or behind the file's end.
    IPCQ_INLINE bool holds(std::uint64_t offset, std::uint64_t size) const noexcept
    {
        return (offset & 7) == 0 && reaches(offset, size);
    }
    // The same for an offset that is aligned by construction.
    IPCQ_INLINE bool reaches(std::uint64_t offset, std::uint64_t size) const noexcept
    {
        // One comparison for both ends: an offset before the data wraps around to a very large one.
        return offset - geometry_.data_offset <= span_.load(relaxed) - size || reaches_now(offset, size);
    }
    Window window() const { return {base_, geometry_.data_offset, span_.load(relaxed)}; }
    Word &word(std::uint64_t offset) const { return *reinterpret_cast<Word *>(base_ + offset); }
    Word &shape(std::uint64_t offset) const { return *reinterpret_cast<Word *>(base_ + offset + 8); }
    IPCQ_INLINE void fetch(std::uint64_t offset) const { __builtin_prefetch(base_ + offset); } // as Window::fetch()
    char *payload(std::uint64_t offset) const { return base_ + offset + record_header_size; }

    // The record behind the one at `offset`, whose shape is returned; false if its size leads out of the image.
    IPCQ_INLINE bool next_record(std::uint64_t offset, std::uint64_t &out_next, RecordShape &out_shape) const noexcept
    {
        if (!reaches(offset, record_header_size + terminator_size)) [[unlikely]]
            return false; // only the word is known to be inside: a terminator may end the image
        const RecordShape shape_here{shape(offset).load(relaxed)}; // relaxed: ordered by the acquire of the state word
        const std::uint64_t next = offset + record_size(shape_here.size()); // 48 bits and 48 bits: no overflow
        if (!reaches(next, terminator_size)) [[unlikely]]
            return false;
        out_next = next;
        out_shape = shape_here;
        return true;
    }

    // Where the run that an END word names begins; false if there is no such run.
    bool first_of(RecordWord end, std::uint64_t &out_offset) const noexcept
    {
        const std::uint64_t first = end.next_first(), count = end.next_count();
        if (count == 0 || first + count > geometry_.segment_count)
            return false;
        out_offset = geometry_.segment_offset(first);
        return holds(out_offset, record_header_size + terminator_size);
    }

    // No walk takes more steps than there can be records and runs: a cycle made by a broken peer ends here.
    std::uint64_t steps_max() const { return geometry_.map_size / record_header_size + geometry_.segment_count; }

private:
    bool reaches_now(std::uint64_t offset, std::uint64_t size) const noexcept;
    bool look_at_file() const noexcept;
    bool holds_as_before(const struct stat &status) const noexcept;
    void drop(void *map, const Geometry &geometry) noexcept;

    char *base_ = nullptr;
    Word *table_ = nullptr;
    char *pin_ = nullptr; // a second mapping when the first one is shared with others of this process (tests)
    QueueFile *file_ = nullptr;
    Geometry geometry_;
    mutable std::atomic<std::uint64_t> span_{0}; // bytes of data that the file holds at least; it never shrinks
    mutable std::atomic<bool> blind_{false};
    Watch watch_;
};

} // namespace ipcq
