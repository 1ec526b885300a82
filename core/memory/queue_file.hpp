// SPDX-License-Identifier: Apache-2.0
//
// The queue's file as this process reaches it: for its size, its memory, and to ask whose bytes are locked. A program may
// close every descriptor it has (daemons do), and the number may then belong to another file, which must neither be asked
// nor written. So each use asks first whether the file is still ours, and opens it anew by its name if it is not.
//
// It may be closed at any instruction, also between that question and the use. A call that only looks asks once more
// afterwards. A call that changes something blocks signals from the question to the end, so that no handler comes
// between them. Another thread still may, in that instant.
#pragma once

#include "error.hpp"
#include "memory/descriptor.hpp"

#include <atomic>
#include <cstdint>
#include <sys/stat.h>

namespace ipcq {

class QueueFile {
public:
    QueueFile() = default;
    QueueFile(const QueueFile &) = delete;
    QueueFile &operator=(const QueueFile &) = delete;
    ~QueueFile() { close(); }

    // Takes the descriptor over. `path`, which the caller keeps, leads to the file while it has a name; nullptr if never.
    Code adopt(Descriptor fd, const char *path) noexcept;
    // Closes the descriptor, unless it is somebody else's by now.
    void close() noexcept;

    // The descriptor; -1 if it was closed behind our back and the file cannot be opened anew: errno says why, ENOENT if it has
    // lost its name. Threads may call it at once.
    int get() noexcept;
    // A new description of the file. SYSTEM: there is no /proc, the name is gone, and the process has no right to open
    // files by handle.
    Code open_again(Descriptor &out_fd) noexcept;
    // fstat(2) of our file and of no other; false if it cannot be reached.
    bool look(struct stat &out) noexcept;
    // Is this number a descriptor of our file still? If not, what was just learnt through it may be true of another file.
    bool is_ours(int fd) const noexcept;
    bool is_same(const QueueFile &other) const noexcept { return device_ == other.device_ && inode_ == other.inode_; }
    // Is it another file's? No number that was closed is.
    bool is_anothers(int fd) const noexcept;

private:
    bool is_ours(const struct stat &status) const noexcept
    {
        return status.st_dev == device_ && status.st_ino == inode_;
    }

    std::atomic<int> fd_{-1};
    const char *path_ = nullptr;
    std::uint64_t device_ = 0, inode_ = 0;
};

} // namespace ipcq
