// SPDX-License-Identifier: Apache-2.0
//
// What came of it: one line for each violation as it is found, a table at the end. Workers share it.
#pragma once

#include "operation.h"
#include "options.h"

#include <atomic>
#include <string>
#include <vector>

namespace sweep {

enum class Mode { kill, freeze, kill_reaper, freeze_reaper };
inline constexpr std::size_t modes = 4;

const char *option_of(Mode mode);

struct Job {
    Mode mode;
    const Operation *operation;
    ImageKind image;
};

struct Row {
    std::atomic<long> points, instructions, asleep, violations, stride, ms;
    std::atomic<unsigned> slices;
    std::atomic<bool> complete;
};

struct Board { // shared by all workers
    static constexpr std::size_t rows_max = 1024;
    std::atomic<std::size_t> next_job;
    std::atomic<bool> stop;
    Row row[rows_max];
};

// Prints what the notes complain of, once for each promise and operation, and counts all.
void report_case(const Job &job, Row &row, const Notes &notes, long point, bool asleep, char variant);
void print_table(const std::vector<Job> &jobs, const Board &board);
// The last line; returns the number of violations.
long print_sum(const std::vector<Job> &jobs, const Board &board);

} // namespace sweep
