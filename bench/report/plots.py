# SPDX-License-Identifier: Apache-2.0
"""Which plots there are: throughput by cells, round trips by percentiles, cost by size, cost by backlog."""

from .svg import line_plot
from .tables import PERCENTILES, cells_of, peers_of

PLACEMENTS = ("free", "apart", "one core")


def plots(results):
    """File name -> SVG, for everything that was measured."""
    made = {}
    for placement in PLACEMENTS:
        name = placement.replace(" ", "-")
        for section, title in (("throughput", "Throughput, 64-byte items, one by one"),
                               ("batches", "Throughput, 64-byte items, batches of 32")):
            cells = cells_of(results, section, placement)
            made[f"{section}-{name}.svg"] = line_plot(
                f"{title}, placed {placement}", cells,
                {peer: [_median(results, (section, placement, cell, 64, peer)) for cell in cells]
                 for peer in peers_of(results, section, placement)}, "M items/s, by producers:consumers")
        for section, title in (("round-trip", "Round trip, both busy"), ("sleeping", "Round trip, sleeping")):
            made[f"{section}-{name}.svg"] = line_plot(
                f"{title}, placed {placement}", [f"{p:g} %" for p in PERCENTILES],
                {peer: [results.histogram((section, placement, "1:1", 64, peer)).get_value_at_percentile(p) / 1e3
                        for p in PERCENTILES] for peer in peers_of(results, section, placement)},
                "microseconds, by percentile")
    for section, title in (("size", "Cost by size, 1:1"),
                           ("steps", "Cost by size in steps, 1:1"),
                           ("in-place", "In place and copied, bytes made and read, 1:1")):
        sizes = sorted({key[3] for key in results.keys(section)})
        made[f"{section}.svg"] = line_plot(
            title, [_bytes(size) for size in sizes],
            {peer: [_cost(_median(results, (section, "free", "1:1", size, peer))) for size in sizes]
             for peer in peers_of(results, section, "free")}, "nanoseconds an item, by its size")
    made["backlog.svg"] = _backlog(results)
    return {name: svg for name, svg in made.items() if svg}


def _backlog(results):
    lines = [line for line in results.lines if line["section"] == "backlog" and "put_ns" in line]
    if not lines:
        return None
    chunks = len(lines[0]["put_ns"])
    item_millions = lines[0]["items"] / chunks / 1e6
    curves = {"ipcq put, growing": "put_ns", "ipcq get, draining": "get_ns"}
    series = {name: [_middle([line[field][i] for line in lines]) for i in range(chunks)]
              for name, field in curves.items()}
    series["ipcq get, draining"].reverse()  # by what lies there, as the other curve
    for name, field in (("steady put", "steady_put_ns"), ("steady get", "steady_get_ns")):
        series[name] = [_middle([line[field] for line in lines])] * chunks
    places = [f"{item_millions * (i + 1):.1f} M" for i in range(chunks)]
    return line_plot("Cost by backlog", places, series, "nanoseconds an item, by the items that lie there", False)


def _median(results, key):
    return results.of(key).median if key in results.keys(key[0]) else None


def _cost(millions):
    return 1e3 / millions if millions else None


def _middle(values):
    return sorted(values)[len(values) // 2]


def _bytes(size):
    for unit, name in ((1 << 20, "MiB"), (1 << 10, "KiB")):
        if size % unit == 0:
            return f"{size // unit} {name}"
    return f"{size} B"
