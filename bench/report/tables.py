# SPDX-License-Identifier: Apache-2.0
"""The report as Markdown, which is also what the terminal shows: goals first, then what they were read from."""

import statistics

from .conditions import place
from .statistics import ROUNDS_MOST, UNDECIDED

PERCENTILES = (50, 90, 99, 99.9, 99.99)
PLAIN_SECTIONS = {
    "collapse": "Collapse",
    "alternate": "One process alone",
    "size": "By size in bytes",
    "steps": "By size in steps",
    "in-place": "In place and copied, by size in bytes",
    "idle": "Idle consumers",
    "open-close": "Open and close",
    "backlog": "Backlog",
    "python": "Python",
    "ruby": "Ruby",
    "go": "Go",
    "go-crossing": "Go, in one process",
}


def cells_of(results, section, placement):
    cells = {key[2] for key in results.keys(section, placement)}
    return sorted(cells, key=lambda cell: (sum(map(int, cell.split(":"))), cell))


def peers_of(results, section, placement):
    """Ours first."""
    return sorted({key[4] for key in results.keys(section, placement)}, key=lambda p: (not p.startswith("ipcq"), p))


def table(head, rows):
    rows = [head, *rows]
    widths = [max(len(str(row[i])) for row in rows) for i in range(len(head))]
    lines = ["| " + " | ".join(str(cell).ljust(width) for cell, width in zip(row, widths)) + " |" for row in rows]
    return "\n".join([lines[0], "|" + "|".join("-" * (width + 2) for width in widths) + "|", *lines[1:]]) + "\n"


def goals(judgements, results):
    """A line a goal, and for each placement of the processors if there were several."""
    rows = []
    for judgement in judgements:
        goal = judgement.goal
        bound = f"{'≥' if goal.at_least else '≤'} {goal.bound:g} {goal.unit}"
        if judgement.verdict is None:
            rows.append((goal.what, bound, "-", "", "", "not measured", "", ""))
        for number, (where, verdict, worst) in enumerate(judgement.places):
            limit = judgement.limit(results, worst)
            name = (goal.what, bound) if number == 0 else ("", "")
            reached = f"{worst.value:.2f}" if worst.rounds else "-"
            rows.append((*name, reached, interval(worst), "" if limit is None else f"{limit:.2f}", verdict,
                         where or "-", f"{worst.where} ({worst.rounds} rounds)"))
    return table(("goal", "bound", "reached", "99 % interval", "limit", "", "processors", "decided at"), rows)


def interval(estimate):
    return f"{estimate.low:.2f} to {estimate.high:.2f}" if estimate.sure else "too few rounds"


def undecided(judgements):
    """For each goal that is undecided: what it would take."""
    lines = []
    for judgement in judgements:
        for estimate in judgement.undecided if judgement.verdict == UNDECIDED else ():
            needed = estimate.rounds_needed(judgement.goal.bound)
            takes = (f"about {needed} undisturbed rounds in place of {estimate.rounds}" if needed
                     else f"more than {ROUNDS_MOST} rounds: it lies at the bound")
            where = f"{estimate.where}{f', {estimate.place}' if estimate.place else ''}"
            lines.append(f"- {judgement.goal.what}: {where}: {takes}\n")
    return lines


def agreement(runs):
    """The verdicts of several runs side by side; a verdict that differs is marked."""
    rows = []
    for judgements in zip(*runs):
        verdicts = [judgement.verdict or "not measured" for judgement in judgements]
        rows.append((judgements[0].goal.what, *verdicts, "" if len(set(verdicts)) == 1 else "differs"))
    return table(("goal", *(f"run {number + 1}" for number in range(len(runs))), ""), rows)


def conditions(results):
    """The disturbed rounds by name, and what all rounds met."""
    lines, groups = [], {}
    for (section, placement, cell, size, number), sums in results.rounds.items():
        groups.setdefault((section, placement), []).append(sums)
        if sums.disturbed:
            lines.append(f"- {section} {cell}, {placement}, {size} bytes, round {number}: stolen "
                         f"{sums.share(sums.stolen_ns):.1%}, others' processes {sums.share(sums.foreign_ns):.1%}\n")
    rows = []
    for (section, placement), sums in groups.items():
        seconds = sum(s.processors_ns for s in sums) / 1e9
        if seconds:
            rows.append((f"{section}, {placement}", len(sums), sum(s.disturbed for s in sums),
                         f"{sum(s.stolen_ns for s in sums) / seconds / 1e7:.2f} %",
                         f"{sum(s.foreign_ns for s in sums) / seconds / 1e7:.1f} %",
                         *(f"{sum(getattr(s, name) for s in sums) / seconds:.0f}"
                           for name in ("switches", "preemptions", "migrations"))))
    head = ("", "rounds", "disturbed", "stolen", "other processes", "switches", "preemptions", "migrations")
    return [table(head, rows), "The last three are for each second of a processor.\n"] if rows else [], lines


def lines_of_processors(results):
    """How near the processors were, by what was measured."""
    found = {}
    for line in results.lines:
        found.setdefault(place(line), []).extend(line.get("conditions", {}).get("line_ns", ()))
    return table(("processors", "measurements", "a cache line there and back, ns"),
                 [(name, len(ns) // 2, f"{statistics.median(ns):.0f} ({min(ns):.0f} to {max(ns):.0f})")
                  for name, ns in sorted(found.items()) if name and ns])


def to_boost(results, section, placement, base="boost-mq"):
    """Ratios within a round with their interval, for each placement of the processors, and the base's own rate."""
    cells = cells_of(results, section, placement)
    rows = []
    for peer in peers_of(results, section, placement):
        estimates = {cell: results.ratios((section, placement, cell, 64, peer), (section, placement, cell, 64, base))
                     for cell in cells}
        for where in sorted({e.place for found in estimates.values() for e in found}):
            rows.append((peer, where or "-", *(_in_place(estimates[cell], where) for cell in cells)))
    rates = [_rate(results, (section, placement, cell, 64, base)) for cell in cells]
    return table((f"times {base}", "processors", *cells), [*rows, (f"*{base}, M items/s*", "", *rates)])


def _in_place(estimates, where):
    for estimate in estimates:
        if estimate.place == where:
            return f"{estimate.value:.2f} ({interval(estimate)})" if estimate.sure else f"{estimate.value:.2f}"
    return ""


def _rate(results, key):
    return f"*{results.of(key).median:.1f}*" if key in results.keys(key[0]) else ""


def round_trips(results, section, placement):
    rows = []
    for peer in peers_of(results, section, placement):
        histogram = results.histogram((section, placement, "1:1", 64, peer))
        rows.append((peer, *(f"{histogram.get_value_at_percentile(p) / 1e3:.2f}" for p in PERCENTILES),
                     histogram.get_total_count()))
    return table(("microseconds at", *(f"{p:g} %" for p in PERCENTILES), "round trips"), rows)


def plain_values(results, section, placement="free"):
    """Medians with their spread, by cell or by size, whichever there is more of."""
    keys = results.keys(section, placement)
    column = 3 if len({key[3] for key in keys}) > 1 else 2
    columns = sorted({key[column] for key in keys})
    rows = []
    for peer in peers_of(results, section, placement):
        row = [peer]
        for wanted in columns:
            spread = next((results.of(key) for key in keys if key[4] == peer and key[column] == wanted), None)
            row.append(f"{spread.median:.3g} ({spread.low:.3g} to {spread.high:.3g})" if spread else "")
        rows.append(row)
    unit = next((line["unit"] for line in results.lines if line["section"] == section and "unit" in line), "")
    return table((unit, *columns), rows)


def by_byte(results, section="steps"):
    """What a byte costs at each size."""
    sizes = sorted({key[3] for key in results.keys(section)})
    rows = [(peer, *(f"{1e3 / results.of((section, 'free', '1:1', size, peer)).median / size:.3f}" for size in sizes))
            for peer in peers_of(results, section, "free")]
    return table(("ns a byte", *sizes), rows)


def report(results, judgements):
    parts = ["### Goals\n", goals(judgements, results)]
    missing = undecided(judgements)
    if missing:
        parts += ["### What the undecided goals would take\n", *missing]
    for placement in ("free", "apart", "one core"):
        for section, title, base in (("throughput", "Throughput, one by one", "boost-mq"),
                                     ("batches", "Throughput, batches of 32", "rte-ring-x32")):
            if results.keys(section, placement):
                parts += [f"### {title}, placed {placement}\n", to_boost(results, section, placement, base)]
        for section, title in (("round-trip", "Round trip, both busy"), ("sleeping", "Round trip, sleeping")):
            if results.keys(section, placement):
                parts += [f"### {title}, placed {placement}\n", round_trips(results, section, placement)]
    for section, title in PLAIN_SECTIONS.items():
        if results.keys(section, "free"):
            values = by_byte if section == "steps" else plain_values
            parts += [f"### {title}, placed free\n", values(results, section)]
    sums, disturbed = conditions(results)
    if sums:
        parts += ["### Conditions\n", lines_of_processors(results), *sums]
    if disturbed:
        parts += ["### Disturbed rounds, left out\n", *disturbed]
    if results.left_out:
        parts += ["### Left out\n", *(f"- {peer}: {reason}\n" for peer, reason in sorted(results.left_out.items()))]
    failures = results.failures()
    if failures:
        parts += ["### Failed\n", *(f"- {' '.join(which)}: {why}\n" for which, why in sorted(failures.items()))]
    return "\n".join(parts)
