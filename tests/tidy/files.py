# SPDX-License-Identifier: Apache-2.0
"""Rules about single files: length, width, includes, licence, addresses, blanks."""

import re

LINES_MAX = 400
COLUMNS_MAX = 120
HEAD_LINES = 40

# What each room may include of the house. Rooms of core are named as their includes name them.
ALLOWED = {
    "core/layout/": ("layout/", "error"),
    "core/memory/": ("memory/", "layout/", "error"),
    "core/wait/": ("wait/", "memory/", "layout/", "error"),
    "core/log/": ("log/", "wait/", "memory/", "layout/", "error"),
    "core/queue/": ("queue/", "log/", "wait/", "memory/", "layout/", "error"),
}
PUBLIC_ONLY = ("c_api/examples/", "tests/c_api/", "tests/crossing/", "tests/install/", "tests/abi/")
INSIDE = re.compile(r"^(core/|layout/|memory/|wait/|log/|queue/|error\.hpp)")

# Data, and patches of lines that stand elsewhere.
ANY_WIDTH = {".xml", ".sum", ".svg", ".patch", ".recipes"}
# Sources whose lines are wrapped when they change; pages are not excepted. SWIG's names have a checksum of raw.i.
WIDE_SOURCES = ("core/", "bench/", "c_api/handle.hpp", "bindings/go/internal/raw/raw.i")

# Nothing is fetched from these. They name a format.
HOSTS = {"www.w3.org"}


def too_long(tree):
    for path in tree.sources():
        lines = path.read_text(errors="replace").splitlines()
        head = "\n".join(lines[:HEAD_LINES])
        if len(lines) > LINES_MAX and not re.search(rf"(longer than|more than|above) {LINES_MAX} lines", head):
            yield (f"{tree.name(path)}: {len(lines)} lines; divide it, or say in its first comment why it is "
                   f"longer than {LINES_MAX} lines")


def too_wide(tree):
    """Rows of tables are left out: in Markdown, and between `clang-format off` and `on`."""
    for path in tree.files:
        name = tree.name(path)
        if path.suffix in ANY_WIDTH or path.name == "LICENSE":
            continue
        if name.startswith(WIDE_SOURCES) and path.suffix != ".md":
            continue
        formatted = True
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
            if "clang-format o" in line:
                formatted = "clang-format on" in line
            row = not formatted or path.suffix == ".md" and line.startswith("|")
            if len(line) > COLUMNS_MAX and not row:
                yield f"{name}:{number}: {len(line)} columns, {COLUMNS_MAX} at most"


def included(path):
    for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
        match = re.match(r'\s*#\s*include\s*["<]([^">]+)[">]', line)
        if match:
            yield number, match[1]


def wrong_includes(tree):
    for path in tree.sources():
        name = tree.name(path)
        if path.suffix not in {".c", ".cpp", ".h", ".hpp", ".i"}:
            continue
        for number, include in included(path):
            reason = why_not(name, include)
            if reason:
                yield f"{name}:{number}: includes {include}; {reason}"


def why_not(name, include):
    if include.startswith("core/"):
        include = include.removeprefix("core/")
    room = next((room for room in ALLOWED if name.startswith(room)), None)
    if room and INSIDE.match(include) and "/" in include and not include.startswith(ALLOWED[room]):
        return f"{room} may include only {', '.join(ALLOWED[room])}: includes point down"
    if name.startswith("core/") and include == "ipcq.h":
        return "core knows nothing of the C API"
    if name.startswith(("bindings/", *PUBLIC_ONLY)) and INSIDE.match(include):
        return "outside the house only ipcq.h is known"
    return None


def without_licence(tree):
    for path in tree.sources():
        head = path.read_text(errors="replace").splitlines()[:HEAD_LINES]
        if not any("SPDX-License-Identifier: Apache-2.0" in line for line in head):
            yield f"{tree.name(path)}:1: the line SPDX-License-Identifier: Apache-2.0 is missing"


def addresses(tree):
    for path in tree.files:
        if path.name == "LICENSE":
            continue
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
            for host in re.findall(r"\b[a-z][a-z0-9+.-]*://([\w-]+(?:\.[\w-]+)+)", line):
                if host not in HOSTS:
                    yield (f"{tree.name(path)}:{number}: the address of {host}; packages come by their names, and the "
                           "settings of apt-get, pip, gem, go and mvn say where from")


def stray_blanks(tree):
    for path in tree.files:
        if not (path in tree.sources() or path.suffix in {".md", ".txt", ".toml", ".yml"}):
            continue
        text = path.read_text(errors="replace")
        for number, line in enumerate(text.splitlines(), 1):
            if line != line.rstrip():
                yield f"{tree.name(path)}:{number}: blanks at the end of the line"
            if "\t" in line and path.suffix in {".c", ".cpp", ".h", ".hpp", ".py", ".rb", ".i"}:
                yield f"{tree.name(path)}:{number}: a tab"
            if re.search(r"\b(TODO|FIXME|XXX)\b", line) and not tree.name(path).startswith("tests/tidy/"):
                yield f"{tree.name(path)}:{number}: do it, or write an issue"
        if text and not text.endswith("\n"):
            yield f"{tree.name(path)}: no newline at the end"
