// SPDX-License-Identifier: Apache-2.0
//
// proof_sweep: a victim dies, or is stopped, after every instruction of every call; the others must go on (README.md).
#include "process.h"
#include "sweeper.h"

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>
#include <sched.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

using namespace sweep;

// For each processor. A frozen case waits for most of its time; all of them together need this many.
constexpr int workers_reduced = 2, workers_full = 12;

// The same addresses and the same instructions each time: no lazy binding, no random places, no string instructions,
// which the processor steps byte by byte.
void start_again_if_needed(char **words)
{
    if (std::getenv("LD_BIND_NOW") != nullptr)
        return;
    ::setenv("LD_BIND_NOW", "1", 1);
    ::setenv("GLIBC_TUNABLES",
             "glibc.cpu.x86_rep_movsb_threshold=2000000000:glibc.cpu.x86_rep_stosb_threshold=2000000000", 1);
    ::personality(ADDR_NO_RANDOMIZE);
    ::execv("/proc/self/exe", words);
}

template <class Shared> Shared *share()
{
    void *memory = ::mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) {
        std::perror("mmap");
        std::exit(2);
    }
    return new (memory) Shared;
}

bool matches(const Operation &operation, const Options &options)
{
    return std::strstr(operation.name, options.operation.c_str()) != nullptr;
}

void add_jobs(std::vector<Job> &jobs, Mode mode, const std::vector<Operation> &table, const Options &options)
{
    for (const Operation &operation : table) {
        if (!matches(operation, options))
            continue;
        // One name may be part of another.
        for (const ImageKind kind : {ImageKind::fresh, ImageKind::recycled, ImageKind::wrapped}) {
            const unsigned bit = 1u << static_cast<unsigned>(kind);
            const bool chosen = !options.image.empty() ? options.image == name_of(kind) && (operation.images & bit) != 0
                                : options.full         ? (operation.images & bit) != 0
                                : mode == Mode::freeze || mode == Mode::freeze_reaper
                                    ? (operation.reduced_images & bit & ~on_wrapped) != 0
                                    : (operation.reduced_images & operation.images & bit) != 0;
            if (chosen)
                jobs.push_back({mode, &operation, kind});
        }
    }
}

// Those that wait most come first, so that the others use the processors meanwhile.
std::vector<Job> jobs_of(const Options &options)
{
    static const std::vector<Operation> late_reapers = late_reaper_operations();
    std::vector<Job> jobs;
    if (options.freeze_reaper)
        add_jobs(jobs, Mode::freeze_reaper, late_reapers, options);
    if (options.freeze)
        add_jobs(jobs, Mode::freeze, operations(), options);
    if (options.kill)
        add_jobs(jobs, Mode::kill, operations(), options);
    if (options.kill_reaper)
        add_jobs(jobs, Mode::kill_reaper, reaper_operations(), options);
    if (options.freeze_reaper)
        add_jobs(jobs, Mode::freeze_reaper, reaper_operations(), options);
    return jobs;
}

// Tracer and traced on one processor: a step then is a switch and no call across.
void stay_on_one_processor(int worker)
{
    cpu_set_t mine, allowed;
    if (::sched_getaffinity(0, sizeof allowed, &allowed) != 0)
        return;
    int skip = worker % CPU_COUNT(&allowed);
    CPU_ZERO(&mine);
    for (std::size_t i = 0; i < CPU_SETSIZE; i++)
        if (CPU_ISSET(i, &allowed) && skip-- == 0)
            CPU_SET(i, &mine);
    ::sched_setaffinity(0, sizeof mine, &mine);
}

std::string name_of_worker(int worker)
{
    return "proof-sweep-" + std::to_string(::getpid()) + "-" + std::to_string(worker);
}

std::vector<std::string> paths; // of the workers' queues; written before there are any

// The workers die with us.
void clean_up_and_leave(int)
{
    for (const std::string &path : paths)
        ::unlink(path.c_str());
    ::_exit(1);
}

void interrupt(int) {} // a wait that does not end is interrupted

int work(int worker, const std::string &name, const std::vector<Job> &jobs, const Options &options, Board &board)
{
    stay_on_one_processor(worker);
    struct sigaction action {};
    action.sa_handler = interrupt; // without SA_RESTART
    ::sigaction(SIGALRM, &action, nullptr);
    Notes &notes = *share<Notes>();
    for (std::size_t i = board.next_job++; i < jobs.size() && !board.stop; i = board.next_job++)
        Sweeper(jobs[i], options, board, board.row[i], notes, name).run();
    return 0;
}

} // namespace

int main(int count, char **words)
{
    Options options;
    if (!read_options(count, words, options))
        return 2;
    start_again_if_needed(words);
    ::signal(SIGPIPE, SIG_IGN);
    const std::vector<Job> jobs = jobs_of(options);
    if (options.list) {
        for (const Job &job : jobs)
            std::printf("%-13s %-9s %s\n", option_of(job.mode), name_of(job.image), job.operation->name);
        return 0;
    }
    if (jobs.empty() || jobs.size() > Board::rows_max) {
        std::fprintf(stderr, "no operation is called so\n");
        return 2;
    }
    Board &board = *share<Board>();
    const int workers = options.workers > 0 ? options.workers
                                            : (options.full ? workers_full : workers_reduced) *
                                                  static_cast<int>(::sysconf(_SC_NPROCESSORS_ONLN));
    std::vector<pid_t> children;
    timespec start{}, end{};
    ::clock_gettime(CLOCK_MONOTONIC, &start);
    std::vector<std::string> names;
    for (int i = 0; i < workers && i < static_cast<int>(jobs.size()); i++) {
        names.push_back(name_of_worker(i));
        paths.push_back(path_of(names.back()));
    }
    for (std::size_t i = 0; i < names.size(); i++)
        children.push_back(fork_child([&] { return work(static_cast<int>(i), names[i], jobs, options, board); }));
    for (const int end : {SIGTERM, SIGINT, SIGHUP})
        ::signal(end, clean_up_and_leave);
    for (const pid_t child : children)
        ::waitpid(child, nullptr, 0);
    ::clock_gettime(CLOCK_MONOTONIC, &end);
    if (!options.summary)
        print_table(jobs, board);
    std::printf("%ld seconds with %zu workers\n", static_cast<long>(end.tv_sec - start.tv_sec), children.size());
    return print_sum(jobs, board) == 0 ? 0 : 1;
}
