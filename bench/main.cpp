// SPDX-License-Identifier: Apache-2.0
//
// Measures queues: one scene, some cells, some peers, round after round, every peer once in every round. scripts/bench
// runs it with --json and judges; a person reads the summary.
#include "measure/cache_line.hpp"
#include "measure/conditions.hpp"
#include "measure/counts.hpp"
#include "measure/summary.hpp"
#include "scenes/scene.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdio>
#include <iostream>

namespace {

struct Choice {
    std::string scene = "throughput";
    std::vector<std::string> cells = {"1:1"};
    std::vector<std::string> peers;
    std::vector<std::size_t> sizes = {64};
    bench::Placement placement = bench::Placement::free;
    double seconds = 0.15;
    int rounds = 1;
    int turn = 0;
    std::string counts; // a file
    bool json = false;
};

bool parse(const std::string &text, bench::Setup &setup)
{
    return std::sscanf(text.c_str(), "%d:%d", &setup.producers, &setup.consumers) == 2 && setup.producers > 0 &&
           setup.consumers > 0;
}

// Peers take turns at being first, so that none always has the same one before it.
std::vector<std::string> in_turn(std::vector<std::string> peers, int round)
{
    if (!peers.empty())
        std::rotate(peers.begin(), peers.begin() + round % static_cast<int>(peers.size()), peers.end());
    return peers;
}

void list()
{
    nlohmann::json left_out = nlohmann::json::object(), peers = nlohmann::json::array();
    for (const auto &[peer, reason] : bench::left_out())
        left_out[peer] = reason;
    for (const auto &peer : bench::peers())
        peers.push_back(peer.first);
    std::cout << nlohmann::json({{"peers", peers}, {"left_out", left_out}}) << std::endl;
}

// Large items: as many as fit 64 MiB, for every queue that preallocates its slots.
std::size_t slots(std::size_t item_bytes)
{
    constexpr std::size_t most = 4096, budget_bytes = std::size_t{64} << 20;
    return std::clamp<std::size_t>(budget_bytes / item_bytes, 8, most);
}

// False if a peer that fits failed.
bool measure(const Choice &choice, const bench::Scene &scene)
{
    bool good = true;
    bench::Summary summary;
    for (int round = 0; round < choice.rounds; round++)
        for (const std::size_t size : choice.sizes)
            for (const std::string &text : choice.cells)
                for (const std::string &peer : in_turn(choice.peers, round + choice.turn)) {
                    bench::Cell cell{peer, {}, choice.placement, choice.seconds};
                    parse(text, cell.setup);
                    cell.setup.item_bytes = size;
                    cell.setup.max_items = slots(size);
                    cell.setup.one_at_a_time = choice.scene == "round-trip" || choice.scene == "sleeping";
                    cell.setup.one_core = choice.placement == bench::Placement::one_core;
                    const std::string reason = bench::peers().at(peer).why_not(cell.setup);
                    if (choice.scene == "throughput" && reason.empty())
                        bench::calibrate_throughput(cell);
                    const bench::Conditions conditions;
                    const bench::Finding finding =
                        reason.empty() ? scene(cell) : bench::Finding{{"failed", reason}, {"unfit", true}};
                    if (choice.json) {
                        bench::Finding line = finding;
                        line["conditions"] = conditions.until_now();
                        line.update({{"scene", choice.scene},
                                     {"peer", peer},
                                     {"cell", text},
                                     {"bytes", size},
                                     {"placement", bench::name(choice.placement)},
                                     {"round", round}});
                        std::cout << line << std::endl;
                    }
                    good = good && (!finding.contains("failed") || finding.contains("unfit"));
                    summary.add(choice.scene + " " + text + ", " + std::to_string(size) + " bytes, " +
                                    bench::name(choice.placement),
                                peer, round, finding);
                }
    if (!choice.json)
        summary.print();
    return good;
}

} // namespace

int main(int argc, char **argv)
{
    using bench::Placement;
    CLI::App app("Measures queues between processes, side by side");
    Choice choice;
    bool listing = false, line = false;
    const std::map<std::string, Placement> placements = {
        {"free", Placement::free}, {"apart", Placement::apart}, {"one-core", Placement::one_core}};
    std::map<std::string, int> scene_names, peer_names;
    for (const auto &scene : bench::scenes())
        scene_names[scene.first] = 0;
    for (const auto &peer : bench::peers())
        peer_names[peer.first] = 0;
    const auto cell = [](const std::string &text) {
        bench::Setup setup;
        return parse(text, setup) ? std::string() : "a cell is PRODUCERS:CONSUMERS, not " + text;
    };
    app.add_flag("--list", listing, "name the peers, and those that are left out");
    app.add_flag("--line", line, "print the nanoseconds that a cache line takes between two processors and back");
    app.add_option("--scene", choice.scene, "what to measure")->check(CLI::IsMember(scene_names));
    app.add_option("--cell", choice.cells, "PRODUCERS:CONSUMERS, several with commas")->delimiter(',')->check(cell);
    app.add_option("--peers", choice.peers, "whom, with commas; all by default")
        ->delimiter(',')
        ->check(CLI::IsMember(peer_names));
    app.add_option("--bytes", choice.sizes, "size of an item, several with commas")
        ->delimiter(',')
        ->check(CLI::Range(16, 1 << 24));
    app.add_option("--placement", choice.placement, "free, apart or one-core")
        ->transform(CLI::CheckedTransformer(placements));
    app.add_option("--seconds", choice.seconds, "about how long a measurement takes");
    app.add_option("--rounds", choice.rounds, "how often everything is measured");
    app.add_option("--turn", choice.turn, "which peer begins the first round");
    app.add_option("--counts", choice.counts, "a file that keeps how many items each cell takes");
    app.add_flag("--json", choice.json, "a line of JSON for each measurement, and no summary");
    CLI11_PARSE(app, argc, argv);
    if (listing) {
        list();
        return 0;
    }
    if (line) {
        std::cout << bench::cache_line_ns() << std::endl;
        return 0;
    }
    if (choice.peers.empty())
        for (const auto &peer : bench::peers())
            choice.peers.push_back(peer.first);
    if (!choice.counts.empty())
        bench::counts().read(choice.counts);
    const bool good = measure(choice, bench::scenes().at(choice.scene));
    if (!choice.counts.empty())
        bench::counts().write(choice.counts);
    return good ? 0 : 1;
}
