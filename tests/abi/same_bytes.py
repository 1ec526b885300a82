#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A build of a copy of the tree, in another folder and without a compiler cache, makes the library's bytes again.

usage: same_bytes.py TREE BUILD
"""

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

PARTS = ["CMakeLists.txt", "cmake", "core", "c_api", "bindings/CMakeLists.txt", "pkgconfig"]
SAME_SETTINGS = r"CMAKE_BUILD_TYPE|CMAKE_(C|CXX)_(COMPILER|FLAGS\w*)|CMAKE_(SHARED_LINKER_FLAGS\w*|TOOLCHAIN_FILE)"


def settings_of(build):
    cache = (Path(build) / "CMakeCache.txt").read_text()
    return [f"-D{name}={value}" for name, value in re.findall(r"^(\w+):\w+=(.*)$", cache, flags=re.MULTILINE)
            if re.fullmatch(SAME_SETTINGS, name)], re.search(r"^CMAKE_GENERATOR:INTERNAL=(.*)$", cache, re.MULTILINE)[1]


def copy(tree, to):
    for part in PARTS:
        (to / part).parent.mkdir(parents=True, exist_ok=True)
        if (tree / part).is_dir():
            shutil.copytree(tree / part, to / part)
        else:
            shutil.copy2(tree / part, to / part)


def cmake(*arguments):
    run = subprocess.run(["cmake", *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if run.returncode:
        sys.exit(f"{run.stdout[-4000:]}\ncmake failed")


def build_library(build):
    """The library's bytes."""
    cmake("--build", build, "--parallel", "2", "--target", "ipcq")
    return (build / "c_api/libipcq.so").read_bytes()


def build_elsewhere(tree, build, folder):
    copy(tree, folder / "tree")
    settings, generator = settings_of(build)
    cmake("-S", folder / "tree", "-B", folder / "made", "-G", generator, *settings)
    return build_library(folder / "made")


def main(tree, build):
    tree, build = Path(tree), Path(build)
    first = build_library(build)
    with tempfile.TemporaryDirectory() as folder:
        second = build_elsewhere(tree, build, Path(folder) / "another place")
    if first == second:
        print(f"{len(first)} bytes, made twice alike")
        return 0
    place = next((at for at, pair in enumerate(zip(first, second)) if pair[0] != pair[1]), min(len(first), len(second)))
    print(f"{len(first)} bytes, and {len(second)} from another folder; they differ from byte {place} on")
    return 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
