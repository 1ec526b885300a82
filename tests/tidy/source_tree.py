# SPDX-License-Identifier: Apache-2.0
"""The files of the tree that people write, and how tidy's rules look at them."""

import re

SOURCES = {".c", ".cpp", ".h", ".hpp", ".i", ".def", ".go", ".rb", ".py", ".sh", ".cmake", ".map", ".3", ".7"}
PASSED_BY = {".git", "build", "__pycache__", ".cache", ".ruff_cache", "ipcq.egg-info"}

# Written by programs; long, without blanks in order, and not to be edited.
GENERATED = {
    "bindings/go/internal/raw/raw.go",
    "bindings/go/internal/raw/raw_wrap.c",
}


class SourceTree:
    def __init__(self, top):
        self.top = top
        self.files = sorted(path for path in self._walk(top) if self.name(path) not in GENERATED)

    def _walk(self, folder):
        for path in folder.iterdir():
            if path.name in PASSED_BY or path.is_symlink():
                continue
            if path.is_dir():
                yield from self._walk(path)
            else:
                yield path

    def name(self, path):
        return path.relative_to(self.top).as_posix()

    def below(self, *folders):
        return [path for path in self.files if self.name(path).startswith(folders)]

    def sources(self):
        return [path for path in self.files if is_source(path)]

    def symbols(self):
        """The functions that the public header declares."""
        text = re.sub(r"/\*.*?\*/", "", (self.top / "c_api/include/ipcq.h.in").read_text(), flags=re.DOTALL)
        return sorted(set(re.findall(r"^\w[\w\s*]*?\b(ipcq_\w+)\(", text, flags=re.MULTILINE)))


def is_source(path):
    """A template counts as what it becomes: ipcq.h.in is a header."""
    suffix = path.with_suffix("").suffix if path.suffix == ".in" else path.suffix
    return suffix in SOURCES or path.name == "CMakeLists.txt" or is_script(path)


def is_script(path):
    if path.suffix:
        return False
    with open(path, "rb") as file:
        return file.read(2) == b"#!"
