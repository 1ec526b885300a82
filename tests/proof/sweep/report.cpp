// SPDX-License-Identifier: Apache-2.0
#include "report.h"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <set>
#include <unistd.h>

namespace sweep {

namespace {

constexpr long lines_a_job = 12; // a broken library breaks everywhere

} // namespace

const char *option_of(Mode mode)
{
    switch (mode) {
    case Mode::kill: return "--kill";
    case Mode::freeze: return "--freeze";
    case Mode::kill_reaper: return "--kill-reaper";
    default: return "--freeze-reaper";
    }
}

void report_case(const Job &job, Row &row, const Notes &notes, long point, bool asleep, char variant)
{
    row.slices = std::max({row.slices.load(), notes.slices[survivor].load(), notes.slices[bystander].load()});
    const std::uint32_t count = std::min<std::uint32_t>(notes.complaint_count, Notes::complaints_max);
    for (std::uint32_t i = 0; i < count; i++) {
        char line[700];
        if (row.violations++ >= lines_a_job)
            continue;
        const int length = std::snprintf(line, sizeof line,
                                         "violation: %s  [%s --operation '%s' --image %s --point %ld%s --variant %c]\n",
                                         notes.complaint[i], option_of(job.mode), job.operation->name,
                                         name_of(job.image), point, asleep ? " --asleep" : "", variant);
        if (length > 0 && ::write(STDOUT_FILENO, line, std::min<std::size_t>(length, sizeof line - 1)) < 0)
            return;
    }
}

void print_table(const std::vector<Job> &jobs, const Board &board)
{
    std::printf("%-46s %-9s %-13s %6s %6s %9s %6s %6s %7s %10s\n", "operation", "image", "mode", "points", "stride",
                "steps", "asleep", "slices", "seconds", "violations");
    for (std::size_t i = 0; i < jobs.size(); i++) {
        const Row &row = board.row[i];
        std::printf("%-46s %-9s %-13s %6ld %6ld %9ld %6ld %6u %7.1f %10ld%s\n", jobs[i].operation->name,
                    name_of(jobs[i].image), option_of(jobs[i].mode) + 2, row.points.load(), row.stride.load(),
                    row.instructions.load(), row.asleep.load(), row.slices.load(),
                    static_cast<double>(row.ms.load()) / 1000, row.violations.load(),
                    row.complete ? "" : "  not complete");
    }
}

long print_sum(const std::vector<Job> &jobs, const Board &board)
{
    long points[modes] = {}, violations = 0, everywhere = 0;
    std::set<std::string> names;
    for (std::size_t i = 0; i < jobs.size(); i++) {
        const Row &row = board.row[i];
        points[static_cast<int>(jobs[i].mode)] += row.points;
        violations += row.violations + (row.complete || row.violations != 0 || board.stop ? 0 : 1);
        everywhere += row.complete && row.stride == 1 ? 1 : 0;
        names.insert(jobs[i].operation->name);
    }
    std::printf("proof sweep: kill points %ld, freeze points %ld, reaper kill points %ld, "
                "reaper freeze points %ld, operations %zu, "
                "at every instruction %ld of %zu, violations %ld\n",
                points[0], points[1], points[2], points[3], names.size(), everywhere, jobs.size(), violations);
    return violations;
}

} // namespace sweep
