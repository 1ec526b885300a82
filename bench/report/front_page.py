# SPDX-License-Identifier: Apache-2.0
"""The chart of throughput in the project's README."""

import statistics

MARKS = "<!-- chart: written by scripts/bench --readme -->", "<!-- end of chart -->"
BASE = "boost-mq"
PEERS = {
    "ipcq-plain-4096": ("libipcq, plain", ""),
    "ipcq-joinable-4096": ("libipcq, joinable", ""),
    "rte-ring": ("DPDK rte_ring", "no waiting, no recovery"),
    "boost-lockfree": ("Boost.Lockfree queue", "no waiting, no recovery"),
    "boost-mq": ("Boost.Interprocess queue", "one death stops all"),
    "zeromq": ("ZeroMQ over ipc", ""),
    "pipe": ("pipe", ""),
    "posix-mq": ("POSIX message queue", ""),
}
BAR_COLUMNS = 32
HEAD = "4 producers and 4 consumers, items of 64 bytes, on two processors: times Boost.Interprocess, in one run"


def medians(results):
    """Peer: its median of times BASE. A peer that was left out is missing."""
    found = {}
    for peer in PEERS:
        key, base = (("throughput", "free", "4:4", 64, name) for name in (peer, BASE))
        ratios = [ours["value"] / theirs["value"]
                  for pairs in results.pairs(key, base).values() for ours, theirs in pairs]
        if ratios:
            found[peer] = statistics.median(ratios)
    return found


def chart(results):
    """Text, the fastest first; "" if the cell was not measured."""
    found = medians(results)
    if BASE not in found:
        return ""
    most = max(found.values())
    lines = [HEAD, ""]
    for peer in sorted(found, key=found.get, reverse=True):
        name, remark = PEERS[peer]
        bar = "#" * max(1, round(found[peer] / most * BAR_COLUMNS))
        lines.append(f"{name:<24}  {found[peer]:.2f}  {bar:<20}  {remark}".rstrip())
    return "".join(f"    {line}".rstrip() + "\n" for line in lines)
