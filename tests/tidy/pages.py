# SPDX-License-Identifier: Apache-2.0
"""Rules about what is written for people: Markdown, manual pages, the README's program."""

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HEADINGS = ["NAME", "SYNOPSIS", "DESCRIPTION", "RETURN VALUE", "ERRORS", "NOTES", "FILES", "EXAMPLE", "SEE ALSO"]
NEEDED_HEADINGS = {"NAME", "SYNOPSIS", "DESCRIPTION", "RETURN VALUE", "ERRORS", "SEE ALSO"}
BUILT = ("build/",)


def paths_that_do_not_exist(tree):
    """Every `folder/file` and every relative link of a Markdown page leads somewhere, from the top or from the page."""
    for page in tree.files:
        if page.suffix != ".md":
            continue
        text = re.sub(r"^```.*?^```", lambda code: "\n" * code[0].count("\n"), page.read_text(), flags=re.S | re.M)
        for number, line in enumerate(text.splitlines(), 1):
            named = re.findall(r"`((?:[\w.+-]+/)+[\w.+-]*)`", line) + re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", line)
            for path in named:
                if not path.startswith(BUILT) and not any((start / path).exists() for start in (tree.top, page.parent)):
                    yield f"{tree.name(page)}:{number}: {path} does not exist"


def symbols_without_page_or_test(tree):
    tests = "\n".join(path.read_text(errors="replace") for path in tree.below("tests/c_api/", "tests/crossing/"))
    for symbol in tree.symbols():
        if not (tree.top / f"c_api/man/{symbol}.3").exists():
            yield f"c_api/man/{symbol}.3: missing: every public function has a page"
        if not re.search(rf"\b{symbol}\b", tests):
            yield f"{symbol}: no test in tests/c_api or tests/crossing mentions it"


def manual_lint(tree):
    symbols = set(tree.symbols())
    for page in sorted((tree.top / "c_api/man").glob("ipcq*.[37]")):
        text, name = page.read_text(), tree.name(page)
        if page.stem != "ipcq" and page.stem not in symbols:
            yield f"{name}: there is no such function"
        target = re.search(r"^\.so (\S+)", text, flags=re.MULTILINE)
        if target:
            if not (page.parent / Path(target[1]).name).exists():
                yield f"{name}: leads to {target[1]}, which does not exist"
            continue
        found = [heading.strip('"') for heading in re.findall(r"^\.SH (.*)$", text, flags=re.MULTILINE)]
        if found != [heading for heading in HEADINGS if heading in found]:
            yield f"{name}: headings are {found}; they are these, in this order: {HEADINGS}"
        for heading in sorted(NEEDED_HEADINGS - set(found)):
            yield f"{name}: the section {heading} is missing"
        for other in set(re.findall(r"^\.BR (ipcq_\w+) \(3\)", text, flags=re.MULTILINE)) - symbols:
            yield f"{name}: refers to {other}(3), which does not exist"
    yield from mandoc_complaints(tree)


def mandoc_complaints(tree):
    mandoc = shutil.which("mandoc")
    if not mandoc:
        print("skipped: mandoc is not installed")
        sys.exit(77)
    with tempfile.TemporaryDirectory() as place:
        folders = [Path(place) / "man3", Path(place) / "man7"]
        for folder in folders:
            shutil.copytree(tree.top / "c_api/man", folder)
        for page in sorted(folders[0].glob("*.3")) + sorted(folders[1].glob("*.7")):
            if re.search(r"^\.so ", page.read_text(), flags=re.MULTILINE):
                continue
            said = subprocess.run([mandoc, "-T", "lint", "-W", "warning", page.relative_to(place)], cwd=place,
                                  capture_output=True, text=True).stdout
            yield from said.splitlines()


def readme_differs_from_example(tree):
    program = (tree.top / "c_api/examples/hello.c").read_text()
    program = re.sub(r"\A/\* SPDX.*?\*/\n", "", program, flags=re.DOTALL)
    shown = re.findall(r"^```c\n(.*?)^```", (tree.top / "README.md").read_text(), flags=re.MULTILINE | re.DOTALL)
    if program not in shown:
        yield "README.md: its C program is not c_api/examples/hello.c, word for word"
