// SPDX-License-Identifier: Apache-2.0
#include "measure/conditions.hpp"
#include "measure/cache_line.hpp"
#include "measure/clock.hpp"

#include <fstream>
#include <string>
#include <sys/resource.h>
#include <unistd.h>

namespace bench {

namespace {

std::uint64_t migrations = 0;

struct Processors {
    std::int64_t busy_ns = 0, stolen_ns = 0;
};

// The first line of /proc/stat: all processors together, in ticks. Guests' time is within the user's.
Processors processors()
{
    std::ifstream file("/proc/stat");
    std::string name;
    std::int64_t user = 0, nice = 0, system = 0, idle = 0, iowait = 0, irq = 0, softirq = 0, steal = 0;
    file >> name >> user >> nice >> system >> idle >> iowait >> irq >> softirq >> steal;
    const std::int64_t tick_ns = 1'000'000'000 / sysconf(_SC_CLK_TCK);
    return {(user + nice + system + irq + softirq) * tick_ns, steal * tick_ns};
}

std::int64_t ns(timeval time) { return (std::int64_t{time.tv_sec} * 1'000'000 + time.tv_usec) * 1000; }

std::int64_t processor_ns(const rusage &usage) { return ns(usage.ru_utime) + ns(usage.ru_stime); }

} // namespace

std::uint64_t own_migrations()
{
    std::ifstream file("/proc/self/sched"); // not every kernel has it
    std::string word, colon;
    for (std::uint64_t value = 0; file >> word;)
        if (word == "se.nr_migrations" && file >> colon >> value)
            return value;
    return 0;
}

void add_migrations(std::uint64_t count) { migrations += count; }

Conditions::Conditions() : line_ns_(cache_line_ns()), begin_(totals()) {}

Conditions::Totals Conditions::totals()
{
    rusage self = {}, children = {};
    getrusage(RUSAGE_SELF, &self);
    getrusage(RUSAGE_CHILDREN, &children);
    const Processors all = processors();
    return {now_ns(),
            all.stolen_ns,
            all.busy_ns,
            processor_ns(self) + processor_ns(children),
            self.ru_nvcsw + children.ru_nvcsw,
            self.ru_nivcsw + children.ru_nivcsw,
            migrations};
}

nlohmann::json Conditions::until_now() const
{
    const Totals end = totals();
    const std::int64_t busy_ns = end.busy_ns - begin_.busy_ns, own_ns = end.own_ns - begin_.own_ns;
    return {{"processors_ns", (end.now_ns - begin_.now_ns) * sysconf(_SC_NPROCESSORS_ONLN)},
            {"stolen_ns", end.stolen_ns - begin_.stolen_ns},
            {"foreign_ns", busy_ns - own_ns},
            {"switches", end.switches - begin_.switches},
            {"preemptions", end.preemptions - begin_.preemptions},
            {"migrations", end.migrations - begin_.migrations},
            {"line_ns", {line_ns_, cache_line_ns()}}};
}

} // namespace bench
