# SPDX-License-Identifier: Apache-2.0
"""The stages of scripts/test, in their order: what each runs, for how long at most, and how its tests are counted."""

import os
from dataclasses import dataclass, field
from typing import Callable

from counts import count_ctest, count_go, count_minitest, count_oks, count_one, count_unittest

PROCESSORS = str(len(os.sched_getaffinity(0)))


@dataclass
class Stage:
    name: str
    command: list
    count: Callable = count_one
    watchdog_s: int = 600
    directory: str = "."
    environment: dict = field(default_factory=dict)
    full: bool = False  # runs with --full, or by its name


def ctest(name, selection, build="build", watchdog_s=1200, jobs=PROCESSORS):
    junit = os.path.abspath(f"build/logs/{name}.xml")
    command = ["ctest", "--test-dir", build, "--output-on-failure", "--no-tests=error", "-j", jobs,
               "--output-junit", junit, "--test-output-size-passed", "65536", *selection]
    return Stage(name, command, count_ctest(junit), watchdog_s)


# Their point is a number of items, of queues or of kills that a sanitizer's slowness would put out of reach.
TOO_LONG_FOR_SANITIZERS = "backlog|random_kills|ten_thousand"
# The guard's handler puts another mapping in the place of one that threads read: a race by its nature.
NOT_FOR_TSAN = "truncation_handle"


def sanitized(sanitizer, **options):
    """Builds with the sanitizer, then runs the C tests with it."""
    left_out = TOO_LONG_FOR_SANITIZERS + (f"|{NOT_FOR_TSAN}" if sanitizer == "thread" else "")
    selection = ["-L", "c_api|crossing|examples", "-E", left_out]
    stage = ctest(f"sanitize-{sanitizer}", selection, f"build/sanitize-{sanitizer}")
    stage.command = ["scripts/lib/after_build", sanitizer, *stage.command]
    stage.environment = options
    stage.watchdog_s = 1800
    return stage


# Ten thousand queues, each with a mapping that the emulator takes 15 ms for. Scenes that are played once for each of
# their system calls.
TOO_LONG_FOR_EMULATION = "ten_thousand|thread_cancellation"


def arm64():
    """Cross-builds, then runs the C tests under qemu-user. tests/emulated skips what qemu cannot do, and says why."""
    selection = ["-L", "^(arm64|c_api|core|crossing|examples)$", "-E", TOO_LONG_FOR_EMULATION]
    stage = ctest("arm64", selection, "build/arm64")
    stage.command = ["scripts/lib/after_build", "arm64", *stage.command]
    stage.environment = {"IPCQ_CHAOS_SECONDS": "20"}
    return stage


def go(name, *arguments):
    return Stage(name, ["../../scripts/lib/with_go", *arguments], count_go, directory="bindings/go")


def lint(tool):
    return Stage(f"lint-{tool}", ["scripts/lib/lint", tool], watchdog_s=1800)


STAGES = [
    # The Ruby tests have a stage of their own, which counts them one by one.
    # The proof's tests run with the proof.
    ctest("ctest", ["-LE", "languages|^proof$", "-E", r"^bindings\.ruby$"]),
    ctest("languages", ["-L", "languages"]),
    go("go", "newest"),
    go("go-oldest", "oldest"),
    Stage("ruby", ["ruby", "bindings/ruby/test/all.rb"], count_minitest),
    Stage("python", ["python3", "-m", "unittest", "discover", "-v", "-s", "bindings/python/tests"], count_unittest),
    Stage("demo", ["scripts/lib/count_files", "/usr/share/common-licenses"]),
    sanitized("address", ASAN_OPTIONS="detect_leaks=1", UBSAN_OPTIONS="print_stacktrace=1"),
    sanitized("thread", TSAN_OPTIONS="halt_on_error=1"),
    arm64(),
    # On a busy machine with a slow disk each of its routes takes minutes.
    Stage("fresh-root", ["python3", "tests/install/fresh_root/fresh_root.py", ".", "build"], count_oks, 2400),
    Stage("proof", ["scripts/proof"], count_oks, watchdog_s=2400),
    Stage("valgrind", ["scripts/lib/valgrind_examples"], count_oks, watchdog_s=1200),
    Stage("coverage", ["scripts/coverage"], watchdog_s=1800, full=True),
    lint("clang-format"),
    lint("clang-tidy"),
    lint("gofmt"),
    lint("rubocop"),
    lint("ruff"),
]
