// SPDX-License-Identifier: Apache-2.0
#include "run.hpp"

#include "checker.hpp"
#include "crew.hpp"
#include "file.hpp"
#include "mutation.hpp"
#include "recorder.hpp"

#include <ipcq.h>

#include <cstdio>
#include <unistd.h>
#include <utility>

namespace history {

namespace {

constexpr std::uint64_t capacity_bytes = 4 << 20; // so little that segments are recycled
constexpr unsigned stall_naps = 20000;            // of a millisecond

char path[160]; // of the queue's object while there is one

class Queue { // as long as it lives it has a name
public:
    explicit Queue(const Plan &plan)
    {
        static unsigned count;
        char name[120];
        std::snprintf(name, sizeof name, "proof.history.%d.%u", static_cast<int>(getpid()), count++);
        std::snprintf(path, sizeof path, "/dev/shm/ipcq.%s", name);
        name_ = name;
        ipcq_options options{};
        options.struct_size = sizeof options;
        options.flags = (plan.joinable ? IPCQ_JOINABLE : IPCQ_PLAIN) | IPCQ_CREATE_ONLY;
        options.max_items = plan.max_items;
        options.capacity_bytes = capacity_bytes;
        if (ipcq_open(&queue_, name, &options) != IPCQ_OK)
            queue_ = nullptr;
    }
    ~Queue()
    {
        ipcq_close(queue_);
        ipcq_unlink(name_.c_str());
        path[0] = 0;
    }
    Queue(const Queue &) = delete;
    Queue &operator=(const Queue &) = delete;

    bool open() const { return queue_ != nullptr; }
    const std::string &name() const { return name_; }

private:
    std::string name_;
    ipcq_t *queue_ = nullptr;
};

// Disturbs the crew until enough is recorded. False if nothing is recorded any more.
bool disturb(Crew &crew, const Board &board, const Plan &plan, std::uint64_t operations)
{
    std::uint64_t before = 0;
    for (unsigned idle = 0; board.operations() < operations; idle++) {
        usleep(static_cast<useconds_t>(200 + crew.dice() % 1600));
        const std::uint64_t dice = crew.dice();
        if (dice % 8 == 0)
            board.signals().ebb = !board.signals().ebb;
        if (plan.killed)
            crew.kill_and_replace(static_cast<unsigned>(dice / 8 % workers));
        if (board.operations() != before)
            idle = 0;
        before = board.operations();
        if (idle == stall_naps)
            return false;
    }
    return true;
}

} // namespace

void abandon_run()
{
    Crew::kill_all();
    if (path[0] != 0)
        unlink(path);
}

Outcome run(const Plan &plan, std::uint64_t operations, std::uint64_t seed, const char *keep, bool mutate)
{
    Outcome outcome;
    const std::int64_t begin_ns = now_ns();
    const Board board(operations + (1 << 16));
    History recorded;
    {
        const Queue queue(plan);
        if (!queue.open()) {
            outcome.findings.add("run", "the queue cannot be opened");
            return outcome;
        }
        Crew crew(board, plan, queue.name(), seed, outcome.findings);
        for (unsigned index = 0; index < workers; index++)
            crew.start(index);
        if (!disturb(crew, board, plan, operations)) {
            outcome.findings.add("run", "nothing moves any more");
            return outcome;
        }
        board.signals().producers_stop = true;
        crew.wait(0, producers);
        board.signals().consumers_stop = true;
        crew.wait(producers, consumers + observers);
        if (!drain(crew.parent()))
            outcome.findings.add("run", "the queue cannot be emptied");
        recorded.lives = crew.lives();
        outcome.kills = crew.kills();
    }
    for (unsigned index = 0; index < workers_max; index++)
        recorded.logs.push_back(board.recorded(index));
    recorded.values = board.signals().next_value;
    recorded.max_items = plan.max_items;
    recorded.joinable = plan.joinable;
    recorded.bytes_bounded = plan.max_items == 0;
    outcome.operations = recorded.size();

    const std::int64_t recorded_ns = now_ns();
    outcome.findings.add(check(recorded));
    outcome.recorded_s = static_cast<double>(recorded_ns - begin_ns) / 1e9;
    outcome.checked_s = static_cast<double>(now_ns() - recorded_ns) / 1e9;
    if (outcome.findings.count() != 0 && keep != nullptr)
        store(recorded, keep);
    if (mutate && outcome.findings.count() == 0)
        outcome.mutations = find_mutations(recorded, seed, outcome.findings);
    return outcome;
}

} // namespace history
