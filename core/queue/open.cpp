// SPDX-License-Identifier: Apache-2.0
//
// Finding or making a queue and becoming a participant; and doing it again in a forked child.
#include "queue/shared_queue.hpp"

#include "memory/access.hpp"
#include "memory/page_size.hpp"
#include "queue/anonymous.hpp"
#include "queue/removal_lock.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <new>
#include <sys/stat.h>

namespace ipcq {

namespace {

constexpr int attempts = 100; // open and create chase each other only while others unlink and create at the same time

Code explain(ErrorDetail &detail, const QueueName &name, Code code)
{
    const char *sentence = sentence_of(static_cast<int>(code));
    char reason[96];
    if (detail.text[0] == '\0' && code == Code::SYSTEM)
        std::snprintf(detail.text, sizeof detail.text, "%s (%s): %s", name.text[0] != '\0' ? name.text : "a name",
                      ::strerror_r(errno, reason, sizeof reason), sentence);
    else if (detail.text[0] == '\0')
        std::snprintf(detail.text, sizeof detail.text, "%s: %s", name.text, sentence);
    return code;
}

Code refuse(ErrorDetail &detail, const char *sentence)
{
    std::snprintf(detail.text, sizeof detail.text, "%s", sentence);
    return Code::INVALID;
}

Code refuse_number(ErrorDetail &detail, const char *option, std::uint64_t asked, std::uint64_t most)
{
    std::snprintf(detail.text, sizeof detail.text, "%s is %llu, and may be at most %llu: ask for less.", option,
                  static_cast<unsigned long long>(asked), static_cast<unsigned long long>(most));
    return Code::INVALID;
}

Code refuse_contradictions(ErrorDetail &detail, bool anonymous, const Options &options)
{
    if (options.plain && options.joinable)
        return refuse(detail, "A queue is either plain or joinable: ask for one of them.");
    if (options.open_only && options.create_only)
        return refuse(detail, "A queue that must exist cannot be new: ask for one of them.");
    if (anonymous && options.open_only)
        return refuse(detail, "An anonymous queue is always new: give the name of the queue that must exist.");
    if (options.slot_count > slot_count_max)
        return refuse_number(detail, "max_participants", options.slot_count, slot_count_max);
    if (options.capacity_bytes > capacity_bytes_max)
        return refuse_number(detail, "capacity_bytes", options.capacity_bytes, capacity_bytes_max);
    return Code::OK;
}

Code refuse_mode(ErrorDetail &detail, std::uint32_t mode)
{
    std::snprintf(detail.text, sizeof detail.text,
                  "Mode %04o is refused: a queue permits reading and writing together, and nothing else; "
                  "use 0600, 0660, 0606 or 0666.",
                  mode);
    return Code::INVALID;
}

Code refuse_page_size(ErrorDetail &detail)
{
    std::snprintf(detail.text, sizeof detail.text,
                  "This system has pages of %zu bytes, and a queue needs pages of %u: "
                  "run its processes on a kernel with such pages.",
                  system_page_size(), own_fingerprint().page_size);
    return Code::BADABI;
}

void explain_removal(ErrorDetail &detail, const QueueName &name)
{
    std::snprintf(detail.text, sizeof detail.text,
                  "%s: a stopped process is removing this anonymous queue: continue or kill it, and open again.",
                  name.text);
}

void explain_prefix(ErrorDetail &detail, const QueueName &name)
{
    std::snprintf(detail.text, sizeof detail.text,
                  "No anonymous queue is called %s, and a name that begins with %s is never made on request: "
                  "check the name, or choose one without that beginning.",
                  name.text, anonymous_prefix);
}

bool is_anonymous(const QueueName &name)
{
    return std::strncmp(name.text, anonymous_prefix, sizeof anonymous_prefix - 1) == 0;
}

std::uint64_t effective_capacity(std::uint64_t wanted)
{
    return wanted < capacity_bytes_min ? capacity_bytes_min : wanted;
}

} // namespace

Code SharedQueue::open(const char *name, const Options &options, SharedQueue *&out_queue, ErrorDetail &detail) noexcept
{
    const bool anonymous = name == nullptr;
    if (const Code code = refuse_contradictions(detail, anonymous, options); code != Code::OK)
        return code;
    if (!mode_is_accepted(options.mode))
        return refuse_mode(detail, options.mode);
    if (system_page_size() != own_fingerprint().page_size)
        return refuse_page_size(detail);
    if (!watch_forks({SharedQueue::before_fork, SharedQueue::after_fork, SharedQueue::begin_child}))
        return Code::NOMEM;
    QueueName parsed;
    if (const Code code = anonymous ? random_name(parsed) : parse_name(name, parsed); code != Code::OK)
        return code == Code::SYSTEM ? explain(detail, parsed, code) : code;
    auto *queue = new (std::nothrow) SharedQueue;
    if (queue == nullptr)
        return Code::NOMEM;
    queue->name_ = parsed;
    if (anonymous)
        remove_stale_anonymous();
    Code code = Code::NOTFOUND;
    for (int attempt = 0; attempt < attempts; attempt++) {
        detail.text[0] = '\0';
        code = options.create_only || anonymous ? Code::NOTFOUND : queue->find(options, detail);
        if (code == Code::NOTFOUND && !anonymous && is_anonymous(parsed)) {
            explain_prefix(detail, parsed);
            break; // such a name was given by chance and is never made by wish
        }
        if (code == Code::NOTFOUND && !options.open_only)
            code = queue->create(options, detail);
        const bool lost_race =
            (code == Code::EXISTS && !options.create_only) || (code == Code::NOTFOUND && !options.open_only);
        if (!lost_race)
            break;
    }
    if (code != Code::OK) {
        explain(detail, parsed, code);
        delete queue;
        return code;
    }
    bool items = false;
    queue->clean_up(queue->log_.all_slots(), Log::LockWait::once, items); // what participants before us left behind
    {
        const ForkGate gate;
        queue->listed_.list();
    }
    out_queue = queue;
    return Code::OK;
}

Code SharedQueue::find(const Options &options, ErrorDetail &detail) noexcept
{
    Descriptor fd;
    if (const Code code = find_object(name_, options.any_owner, fd, geometry_, detail); code != Code::OK)
        return code;
    Code code = check_options(options, detail);
    if (code == Code::OK)
        code = file_.adopt(std::move(fd), name_.path);
    if (code == Code::OK) {
        const ForkGate gate;
        Descriptor own;
        if ((code = file_.open_again(own)) == Code::OK)
            code = attach(std::move(own));
    }
    const bool attached = code == Code::OK;
    if (code == Code::OK && log_.cut()) {
        detach();
        code = Code::TRUNCATED;
    }
    if (code == Code::OK && geometry_.anonymous && (code = await_removal(file_.get())) != Code::OK) {
        if (code == Code::BUSY)
            explain_removal(detail, name_);
        else
            explain(detail, name_, code); // before errno is another's
        detach();
    }
    struct stat status {};
    if (code == Code::OK && (!file_.look(status) || status.st_nlink == 0)) {
        code = status.st_ino == 0 ? Code::SYSTEM : Code::NOTFOUND;
        detach(); // unlinked between open and attach: nobody would find us there
    }
    if (code != Code::OK) {
        const int error = errno; // the message names it
        if (attached && geometry_.anonymous) {
            const ForkGate gate;
            remove_if_last(file_.get(), name_, SlotSet{}); // the others may have left while we were attached
        }
        file_.close();
        errno = error;
    }
    return code;
}

Code SharedQueue::create(const Options &options, ErrorDetail &detail) noexcept
{
    detail.text[0] = '\0'; // that it was not found is no detail any more
    const std::uint64_t capacity = options.capacity_bytes != 0 ? options.capacity_bytes : default_capacity();
    const bool anonymous = is_anonymous(name_);
    const Header plan = plan_header(options.joinable, anonymous, options.max_items, effective_capacity(capacity),
                                    options.slot_count != 0 ? options.slot_count : slot_count_default);
    Descriptor fd;
    // Without a name it is reached through descriptors alone, by this process and its children. So its mode need not keep
    // others away, and a child that gave up its rights can open it again.
    Code code = make_object(plan, anonymous ? mode_of_all_users : options.mode, fd, geometry_, detail);
    if (code == Code::OK)
        code = file_.adopt(std::move(fd), name_.path);
    if (code != Code::OK)
        return code;
    mode_ = options.mode;
    never_named_.store(anonymous, relaxed);
    // Attached before it has a name: nobody ever finds it without a participant.
    {
        const ForkGate gate;
        Descriptor own;
        if ((code = file_.open_again(own)) == Code::OK)
            code = attach(std::move(own));
    }
    if (code == Code::OK && !anonymous && (code = name_object(file_.get(), name_, detail)) != Code::OK)
        detach();
    if (code != Code::OK)
        file_.close();
    return code;
}

Code SharedQueue::check_options(const Options &options, ErrorDetail &detail) const noexcept
{
    const auto differs = [&](const char *what, std::uint64_t asked, std::uint64_t is) {
        std::snprintf(detail.text, sizeof detail.text, "%s: %s is %llu, asked for %llu: %s", name_.text, what,
                      static_cast<unsigned long long>(is), static_cast<unsigned long long>(asked),
                      sentence_of(static_cast<int>(Code::MISMATCH)));
        return Code::MISMATCH;
    };
    if (options.plain && geometry_.joinable)
        return differs("joinable", 0, 1);
    if (options.joinable && !geometry_.joinable)
        return differs("joinable", 1, 0);
    if (options.max_items != 0 && options.max_items != geometry_.max_items)
        return differs("max_items", options.max_items, geometry_.max_items);
    if (options.capacity_bytes != 0 && effective_capacity(options.capacity_bytes) != geometry_.capacity_bytes)
        return differs("capacity_bytes", options.capacity_bytes, geometry_.capacity_bytes);
    if (options.slot_count != 0 && options.slot_count != geometry_.slot_count)
        return differs("max_participants", options.slot_count, geometry_.slot_count);
    return Code::OK;
}

// The caller holds the ForkGate.
Code SharedQueue::attach(Descriptor own) noexcept
{
    if (const Code code = log_.open(file_, std::move(own), geometry_); code != Code::OK)
        return code;
    if (!log_.has_inherited()) { // a participant begins without leases; inherited ones are requeued, and counted so, first
        Slot &slot = log_.slot(log_.me().slot_index());
        slot.returned.store(slot.leases.load(relaxed) - slot.dones.load(relaxed), relaxed);
    }
    // SYNC attached: release; other threads of a forked child use the log once they see its epoch here.
    epoch_.store(fork_epoch(), release);
    return Code::OK;
}

Code SharedQueue::attach_after_fork() noexcept
{
    Code code = Code::OK;
    {
        const ForkGate gate;                      // against other threads of this child as well
        if (epoch_.load(relaxed) == fork_epoch()) // relaxed: the gate's mutex orders it
            return Code::OK;
        code = attach_anew();
    }
    if (code == Code::OK) {
        bool items = false;
        clean_up(log_.all_slots(), Log::LockWait::once, items); // what the dead left in our slot, among others
    }
    return code == Code::TRUNCATED ? Code::CORRUPT : code;
}

// The caller holds the ForkGate. The parent's mapping was not inherited; its address may belong to another mapping by now.
Code SharedQueue::attach_anew() noexcept
{
    if (log_.cut())
        return Code::CORRUPT;
    log_.forget();
    Descriptor fresh, own;
    Code code = access_.take(fresh, own);
    if (code == Code::NOTFOUND && never_named_.load(relaxed))
        code = Code::SYSTEM; // its descriptor was closed; no name is missing
    if (code == Code::OK)
        code = file_.adopt(std::move(fresh), name_.path);
    if (code != Code::OK)
        return code;
    leases_.reset_after_fork();
    reservations_.reset_after_fork();
    if ((code = attach(std::move(own))) == Code::OK)
        access_.settle();
    return code;
}

Code SharedQueue::unlink(const char *name) noexcept
{
    QueueName parsed;
    ErrorDetail detail;
    const Code code = parse_name(name, parsed);
    return code == Code::OK ? unlink_object(parsed, detail) : code;
}

Code open_queue(const char *name, const Options &options, Queue *&out_queue, char *message,
                std::size_t message_capacity) noexcept
{
    ErrorDetail detail;
    SharedQueue *queue = nullptr;
    const Code code = SharedQueue::open(name, options, queue, detail);
    if (code == Code::OK)
        out_queue = queue;
    if (message != nullptr && message_capacity != 0)
        std::snprintf(message, message_capacity, "%s",
                      code == Code::OK         ? ""
                      : detail.text[0] != '\0' ? detail.text
                                               : sentence_of(static_cast<int>(code)));
    return code;
}

Code unlink_queue(const char *name) noexcept { return SharedQueue::unlink(name); }

} // namespace ipcq
