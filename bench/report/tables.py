# SPDX-License-Identifier: Apache-2.0
"""The report as Markdown, which is also what the terminal shows: goals first, then what they were read from."""

PERCENTILES = (50, 90, 99, 99.9, 99.99)
PLAIN_SECTIONS = {
    "collapse": "Collapse",
    "alternate": "One process alone",
    "size": "By size in bytes",
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


def goals(judged):
    """`judged`: (goal, Reached or None)."""
    rows = []
    for goal, reached in judged:
        bound = f"{'≥' if goal.at_least else '≤'} {goal.bound:g} {goal.unit}"
        if reached is None:
            rows.append((goal.what, bound, "-", "not measured", ""))
        else:
            rows.append((goal.what, bound, f"{reached.value:.2f} {goal.unit}", "met" if goal.met(reached) else "missed",
                         reached.where))
    return table(("goal", "bound", "reached", "", "worst at"), rows)


def to_boost(results, section, placement, base="boost-mq"):
    """Ratios of medians in the same round, with their spread, and the base's own rate for orientation."""
    cells = cells_of(results, section, placement)
    rows = []
    for peer in peers_of(results, section, placement):
        row = [peer]
        for cell in cells:
            spread = results.ratio((section, placement, cell, 64, peer), (section, placement, cell, 64, base))
            row.append(f"{spread.median:.2f} ({spread.low:.2f} to {spread.high:.2f})" if spread else "")
        rows.append(row)
    rates = [_rate(results, (section, placement, cell, 64, base)) for cell in cells]
    return table((f"times {base}", *cells), [*rows, (f"*{base}, M items/s*", *rates)])


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


def report(results, judged):
    parts = ["### Goals\n", goals(judged)]
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
            parts += [f"### {title}, placed free\n", plain_values(results, section)]
    if results.left_out:
        parts += ["### Left out\n", *(f"- {peer}: {reason}\n" for peer, reason in sorted(results.left_out.items()))]
    failures = results.failures()
    if failures:
        parts += ["### Failed\n", *(f"- {' '.join(which)}: {why}\n" for which, why in sorted(failures.items()))]
    return "\n".join(parts)
