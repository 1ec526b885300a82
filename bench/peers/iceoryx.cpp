// SPDX-License-Identifier: Apache-2.0
//
// iceoryx 2.0, publish and subscribe: a broadcast, so that only one producer and one consumer compare with a queue. Samples
// are loaned and published in place; the publisher waits for a slow subscriber, whose queue is as long as the library allows
// (256). The subscriber polls, as the documentation advises for speed. It needs a daemon, iox-roudi, started here.
#include "peers/registry.hpp"
#include "peers/require.hpp"
#include "peers/turn.hpp"

#include <iceoryx_posh/popo/untyped_publisher.hpp>
#include <iceoryx_posh/popo/untyped_subscriber.hpp>
#include <iceoryx_posh/runtime/posh_runtime.hpp>
#include <iceoryx_hoofs/log/logmanager.hpp>

#include <csignal>
#include <fcntl.h>
#include <optional>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace bench {

namespace {

constexpr std::size_t largest_bytes = 1024; // of larger ones its default configuration has too few
constexpr useconds_t roudi_start_us = 700'000;

// The daemon, from the first time that it is needed to the end of this program.
class Roudi {
public:
    Roudi() : maker_(getpid()), daemon_(fork())
    {
        require(daemon_ >= 0, "fork");
        if (daemon_ == 0)
            become_roudi();
        usleep(roudi_start_us);
    }
    ~Roudi() // the children's exit() comes by here, too
    {
        if (maker_ != getpid())
            return;
        kill(daemon_, SIGTERM);
        waitpid(daemon_, nullptr, 0);
    }
    Roudi(const Roudi &) = delete;
    Roudi &operator=(const Roudi &) = delete;

private:
    [[noreturn]] static void become_roudi()
    {
        prctl(PR_SET_PDEATHSIG, SIGTERM);
        setpgid(0, 0); // not one of the processes that are waited for
        const int nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);
        dup2(nowhere, STDOUT_FILENO);
        dup2(nowhere, STDERR_FILENO);
        execlp("iox-roudi", "iox-roudi", "--monitoring-mode", "off", "--log-level", "off", nullptr);
        _exit(127);
    }

    pid_t maker_, daemon_;
};

class Iceoryx {
public:
    explicit Iceoryx(const Setup &setup) : item_bytes_(setup.item_bytes), spinning_(setup.one_at_a_time)
    {
        static int made = 0;
        static Roudi roudi;
        name_ = std::to_string(getpid()) + "_" + std::to_string(made++);
    }
    void enter(Role role, int)
    {
        static bool is_running = false;
        if (!is_running) {
            const std::string process = "bench_" + std::to_string(getpid());
            iox::log::LogManager::GetLogManager().SetDefaultLogLevel(iox::log::LogLevel::kOff,
                                                                     iox::log::LogLevelOutput::kHideLogLevel);
            iox::runtime::PoshRuntime::initRuntime(iox::RuntimeName_t(iox::cxx::TruncateToCapacity, process.c_str()));
            is_running = true;
        }
        const iox::capro::ServiceDescription service = {
            "bench", {iox::cxx::TruncateToCapacity, name_.c_str()}, "items"};
        if (role != Role::producer) {
            iox::popo::SubscriberOptions options;
            options.queueCapacity = 256;
            options.queueFullPolicy = iox::popo::QueueFullPolicy::BLOCK_PRODUCER;
            subscriber_.emplace(service, options);
        }
        if (role != Role::consumer) {
            iox::popo::PublisherOptions options;
            options.subscriberTooSlowPolicy = iox::popo::ConsumerTooSlowPolicy::WAIT_FOR_CONSUMER;
            publisher_.emplace(service, options);
            for (Turn turn(false); !publisher_->hasSubscribers();)
                turn();
        }
    }
    // The library takes its leave of the daemon in exit() alone, and the daemon aborts at its end over a process that did not.
    [[noreturn]] void leave() { std::exit(0); }
    void put(const void *item)
    {
        for (bool sent = false; !sent;)
            publisher_->loan(static_cast<std::uint32_t>(item_bytes_))
                .and_then([&](void *&sample) {
                    std::memcpy(sample, item, item_bytes_);
                    publisher_->publish(sample);
                    sent = true;
                })
                .or_else([](auto &) {});
    }
    void get(void *item)
    {
        Turn turn(spinning_);
        for (bool got = false; !got;)
            subscriber_->take()
                .and_then([&](const void *&sample) {
                    std::memcpy(item, sample, item_bytes_);
                    subscriber_->release(sample);
                    got = true;
                })
                .or_else([&](auto &) { turn(); });
    }

private:
    std::size_t item_bytes_;
    bool spinning_;
    std::string name_;
    std::optional<iox::popo::UntypedPublisher> publisher_;
    std::optional<iox::popo::UntypedSubscriber> subscriber_;
};

std::string fits(const Setup &setup)
{
    return setup.item_bytes <= largest_bytes ? one_to_one(setup)
                                             : "its default configuration has too few large samples";
}

const Registration iceoryx("iceoryx", fits, looped<Iceoryx>);

} // namespace

} // namespace bench
