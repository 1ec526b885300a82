# SPDX-License-Identifier: Apache-2.0
"""`SYNC name` in a comment names a happens-before edge. FORMAT.md lists the edges; each tag stands at both ends."""

import re

TABLE = "core/layout/FORMAT.md"
HEADING = "Synchronisation edges"
ENDS = 2


def breaches(tree):
    listed, places = edges_of_page(tree), tags(tree)
    for name in sorted(set(places) - set(listed)):
        yield f"{places[name][0]}: SYNC {name} has no row in {TABLE}"
    for name, line in sorted(listed.items()):
        there = places.get(name, [])
        if len(there) < ENDS:
            yield f"{TABLE}:{line}: SYNC {name} stands at {', '.join(there) or 'no place'}, and not at both of its ends"


def edges_of_page(tree):
    """The names in the table of the section, with their lines."""
    found, inside = {}, False
    for number, line in enumerate((tree.top / TABLE).read_text().splitlines(), 1):
        if line.startswith("## "):
            inside = HEADING in line
        row = re.match(r"\| ([a-z]+(?:-[a-z]+)*) \|", line)
        if inside and row and row[1] != "name":
            found[row[1]] = number
    return found


def tags(tree):
    """Each name with the places of its tags."""
    found = {}
    for path in tree.below("core/", "c_api/"):
        if path.suffix in {".cpp", ".hpp"}:
            for number, line in enumerate(path.read_text().splitlines(), 1):
                for name in re.findall(r"\bSYNC ([a-z-]+)", line):
                    found.setdefault(name, []).append(f"{tree.name(path)}:{number}")
    return found
