// SPDX-License-Identifier: Apache-2.0
//
// An anonymous queue gets its name when it is first asked for. Until then its file is reached by its family alone: the
// process that made it, and the children that inherit it.
#include "queue/shared_queue.hpp"

#include "log/test_point.hpp"

#include <cerrno>
#include <sys/stat.h>

namespace ipcq {

// Has another process of the family given it its name?
bool SharedQueue::was_named() noexcept
{
    struct stat status {};
    return file_.look(status) && status.st_nlink != 0;
}

Code SharedQueue::publish() noexcept
{
    if (!never_named_.load(relaxed))
        return Code::OK;
    if (!was_named()) {
        // As a participant: a name that nobody is attached to is removed.
        if (const Code code = enter(); code != Code::OK)
            return code;
        const ForkGate gate;
        if (const Code code = publish_now(); code != Code::OK)
            return code;
    }
    never_named_.store(false, relaxed); // relaxed: a thread that sees it late asks the file
    return Code::OK;
}

// The caller holds the ForkGate: no signal handler uses the descriptor's number for another file meanwhile. The mode comes
// first, so that nobody finds the queue by its name under a wider one. A process that is killed between the two leaves a
// queue without a name, which a child that gave up its rights cannot open any more.
Code SharedQueue::publish_now() noexcept
{
    const int fd = file_.get();
    struct stat status {};
    if (fd < 0 || !file_.look(status))
        return Code::SYSTEM;
    if ((status.st_mode & 07777) != mode_ && ::fchmod(fd, mode_) != 0)
        return code_of_errno(errno); // DENIED: this process has given up the owner's rights
    TEST_POINT("mode_set");
    return name_object_once(fd, name_);
}

} // namespace ipcq
