// SPDX-License-Identifier: Apache-2.0
//
// usage: proof_history [--full] [--operations N] [--seed N] [--kind NAME] [--keep FILE] [--check FILE] [--validate]
//
// README.md tells what is proven.
#include "checker.hpp"
#include "file.hpp"
#include "recorder.hpp"
#include "run.hpp"
#include "validate.hpp"

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <getopt.h>
#include <unistd.h>

namespace {

using namespace history;
using ull = unsigned long long;

constexpr std::uint64_t mutated_max = 500'000; // longer histories would be checked for too long

constexpr Plan plans[] = {
    {"plain", false, 0, false, true, false},
    {"plain_killed", false, 0, true, true, false},
    {"joinable", true, 0, false, true, false},
    {"joinable_killed", true, 0, true, true, false},
    {"bounded", false, 8, false, false, false},
    {"bounded_killed", false, 8, true, false, false},
    {"bounded_joinable", true, 8, false, false, false},
    {"bounded_joinable_killed", true, 8, true, false, false},
    {"batches_killed", false, 0, true, true, true},
    {"joinable_batches_killed", true, 0, true, true, true},
    {"bounded_batches", false, 8, false, false, true},
    {"bounded_joinable_batches_killed", true, 8, true, false, true},
};

struct Settings {
    std::uint64_t operations = 1'000'000;
    std::uint64_t small_histories = 300'000;
    std::uint64_t seed = static_cast<std::uint64_t>(now_ns());
    const char *kind = nullptr;
    const char *keep = nullptr;
    const char *check = nullptr;
    bool validate_only = false;
    bool full = false;
};

struct Totals {
    std::uint64_t operations = 0, histories = 0, validated = 0, kills = 0, violations = 0;
};

[[noreturn]] void usage()
{
    std::fputs("usage: proof_history [--full] [--operations N] [--seed N] [--kind NAME] [--keep FILE] [--check FILE] "
               "[--validate]\nkinds:",
               stderr);
    for (const Plan &plan : plans)
        std::fprintf(stderr, " %s", plan.name);
    std::fputs("\n", stderr);
    std::exit(2);
}

Settings read(int argc, char **argv)
{
    static const option options[] = {
        {"full", no_argument, nullptr, 'f'},       {"operations", required_argument, nullptr, 'o'},
        {"seed", required_argument, nullptr, 's'}, {"kind", required_argument, nullptr, 'k'},
        {"keep", required_argument, nullptr, 'K'}, {"check", required_argument, nullptr, 'c'},
        {"validate", no_argument, nullptr, 'v'},   {nullptr, 0, nullptr, 0}};
    Settings settings;
    std::uint64_t operations = 0;
    for (int letter = 0; (letter = getopt_long(argc, argv, "", options, nullptr)) != -1;) {
        switch (letter) {
        case 'f': settings.full = true; break;
        case 'o': operations = std::strtoull(optarg, nullptr, 10); break;
        case 's': settings.seed = std::strtoull(optarg, nullptr, 10); break;
        case 'k': settings.kind = optarg; break;
        case 'K': settings.keep = optarg; break;
        case 'c': settings.check = optarg; break;
        case 'v': settings.validate_only = true; break;
        default: usage();
        }
    }
    if (settings.full) {
        settings.operations = 20'000'000;
        settings.small_histories = 2'000'000;
    }
    if (operations != 0)
        settings.operations = operations;
    bool known = settings.kind == nullptr;
    for (const Plan &plan : plans)
        known = known || std::strcmp(plan.name, settings.kind) == 0;
    if (!known || optind != argc)
        usage();
    return settings;
}

void report(const Findings &findings, const char *repeat, Totals &totals)
{
    for (const std::string &line : findings.lines())
        std::printf("violation: %s (%s)\n", line.c_str(), repeat);
    totals.violations += findings.count();
    std::fflush(stdout);
}

void play(const Settings &settings, Totals &totals)
{
    std::uint64_t chosen = 0;
    for (const Plan &plan : plans)
        chosen += settings.kind == nullptr || std::strcmp(plan.name, settings.kind) == 0;
    for (const Plan &plan : plans) {
        if (settings.kind != nullptr && std::strcmp(plan.name, settings.kind) != 0)
            continue;
        const std::uint64_t operations = settings.operations / chosen;
        const Outcome outcome = run(plan, operations, settings.seed, settings.keep, operations <= mutated_max);
        char repeat[160];
        std::snprintf(repeat, sizeof repeat, "--kind %s --operations %llu --seed %llu", plan.name,
                      static_cast<ull>(operations), static_cast<ull>(settings.seed));
        std::printf("%s: operations %llu in %.1f s, kills %llu, checked in %.1f s, mutations %llu, violations %llu\n",
                    plan.name, static_cast<ull>(outcome.operations), outcome.recorded_s,
                    static_cast<ull>(outcome.kills), outcome.checked_s, static_cast<ull>(outcome.mutations),
                    static_cast<ull>(outcome.findings.count()));
        report(outcome.findings, repeat, totals);
        totals.operations += outcome.operations;
        totals.kills += outcome.kills;
        totals.histories++;
    }
}

void check_again(const char *path, Totals &totals)
{
    Stored stored;
    if (!load(stored, path)) {
        std::fprintf(stderr, "%s is no history\n", path);
        std::exit(2);
    }
    totals.operations += stored.history.size();
    totals.histories++;
    report(check(stored.history), path, totals);
}

void on_signal(int signal_number)
{
    static constexpr char text[] = "watchdog: stuck\n";
    if (signal_number == SIGALRM && write(STDERR_FILENO, text, sizeof text - 1) < 0) // nobody reads it
        _exit(3);
    abandon_run();
    _exit(1);
}

} // namespace

int main(int argc, char **argv)
{
    const Settings settings = read(argc, argv);
    Totals totals;
    struct sigaction action {};
    action.sa_handler = on_signal;
    for (const int signal_number : {SIGALRM, SIGTERM, SIGINT})
        sigaction(signal_number, &action, nullptr);
    // Many times what an idle machine needs.
    alarm(static_cast<unsigned>(600 + settings.operations / 10'000 + settings.small_histories / 1'000));

    if (settings.check != nullptr) {
        check_again(settings.check, totals);
    } else {
        char repeat[60];
        std::snprintf(repeat, sizeof repeat, "--validate --seed %llu", static_cast<ull>(settings.seed));
        totals.validated = settings.kind == nullptr || settings.validate_only ? settings.small_histories : 0;
        report(validate(totals.validated, settings.seed), repeat, totals);
        if (!settings.validate_only)
            play(settings, totals);
    }
    std::printf("proof history: operations %llu, histories %llu, validated against brute force %llu, kills %llu, "
                "violations %llu\n",
                static_cast<ull>(totals.operations), static_cast<ull>(totals.histories),
                static_cast<ull>(totals.validated), static_cast<ull>(totals.kills),
                static_cast<ull>(totals.violations));
    return totals.violations == 0 ? 0 : 1;
}
