# SPDX-License-Identifier: Apache-2.0
"""Follows the pages from nothing: what each tells its reader to type runs on a bare Debian 12 and works.

usage: fresh_root.py TREE BUILD [ROUTE...]

The commands are those of the page, word for word. Each route begins in a root of its own, with nothing. Where a page
asks for an installed libipcq, the root has what the first route installed and none of its tools.
"""

import shutil
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from page import Page
from root import make_base, why_not

SKIPPED = 77
LINES_SHOWN = 60


@dataclass
class Route:
    name: str
    page: str
    heading: str
    needs_library: bool = False
    place: str = "/root/libipcq"
    programs: dict = field(default_factory=dict)  # file name in that place: language of the page's program
    before: str = ""
    after: str = ""


# A native module finds the library by the folder that it carries, also where nobody ran ldconfig.
FORGET_LDCONFIG = "rm /etc/ld.so.cache\n"

# Where libipcq is gone, the error of a binding names the remedy.
WITHOUT_LIBRARY = """rm /usr/local/lib/libipcq*
if {} 2>said; then false; fi
grep 'install \\(libipcq\\|it\\) and run ldconfig' said
"""

INSTALL_LIBRARY = Route("library", "README.md", "Install", programs={"hello.c": "c"})

ROUTES = [
    INSTALL_LIBRARY,
    Route("tree", "README.md", "Use the tree without installing it", programs={"hello.c": "c"},
          # A build that lacks something names it, and the command that fetches it.
          before="! scripts/build >said 2>&1; grep 'missing; scripts/setup installs' said\n",
          after="rm -r build/python-packages; scripts/build | grep 'Python cannot load ipcq: .*msgpack'\n"),
    Route("python", "bindings/python/README.md", "Install", needs_library=True,
          after=FORGET_LDCONFIG + "python3 -c 'import ipcq'\n" + WITHOUT_LIBRARY.format("python3 -c 'import ipcq'")),
    Route("ruby gem", "bindings/ruby/README.md", "As a gem", needs_library=True,
          after=FORGET_LDCONFIG + "ruby -ripcq -e ''\n" + WITHOUT_LIBRARY.format("ruby -ripcq -e ''")),
    Route("ruby by cmake", "bindings/ruby/README.md", "By CMake", after=FORGET_LDCONFIG + "ruby -ripcq -e ''\n"),
    Route("go", "bindings/go/README.md", "In a module", needs_library=True, place="/root/hello",
          programs={"main.go": "go"}),
]


class Traveller:
    def __init__(self, tree, build):
        self._tree, self._folder, self._logs = tree, build / "fresh-root", build / "logs"
        self._folder.mkdir(exist_ok=True)
        self._logs.mkdir(exist_ok=True)
        self._base = self._with_library = None

    def prepare(self):
        """Why no route can be gone; None if they can."""
        log = self._log("base")
        self._base, reason = make_base(self._folder, log)
        return reason

    def go(self, route):
        begun, log = time.monotonic(), self._log(route.name)
        root = self._start(route)
        page = Page(self._tree / route.page)
        for name, language in route.programs.items():
            root.put(f"{route.place}/{name}".lstrip("/"), page.program(language))
        commands = page.commands(route.heading).replace("/path/to/libipcq", "/root/libipcq")
        code = root.run(route.before + commands + route.after, log, route.place)
        if code == 0 and route is INSTALL_LIBRARY:
            self._keep_library(root)
        root.remove()
        print(f"{'failed' if code else 'ok'}: {route.name} ({time.monotonic() - begun:.0f} s)", flush=True)
        if code:
            print("".join(f"    {line}\n" for line in log.read_text(errors="replace").splitlines()[-LINES_SHOWN:]))
        return code == 0

    def leave(self):
        if self._with_library:
            self._with_library.remove()

    def _log(self, name):
        log = self._logs / f"fresh-root-{name.replace(' ', '-')}.log"
        log.unlink(missing_ok=True)
        return log

    def _start(self, route):
        if route.needs_library and not self._with_library:
            raise SystemExit(f"failed: {route.name}: the library is not installed")
        root = (self._with_library if route.needs_library else self._base).clone(f"root-{route.name.replace(' ', '-')}")
        root.put_tree(self._tree)
        return root

    def _keep_library(self, root):
        """What a page calls an installed libipcq: the files, and none of the tools that made them."""
        self._with_library = self._base.clone("root-with-library")
        shutil.rmtree(self._with_library.folder / "usr/local")
        shutil.copytree(root.folder / "usr/local", self._with_library.folder / "usr/local", symlinks=True)
        self._with_library.run("ldconfig", self._log("ldconfig"))


def main(tree, build, *names):
    unknown = set(names) - {route.name for route in ROUTES}
    if unknown:
        raise SystemExit(f"failed: no route is named {', '.join(sorted(unknown))}")
    reason = why_not()
    traveller = Traveller(Path(tree).resolve(), Path(build).resolve())
    reason = reason or traveller.prepare()
    if reason:
        print(f"skipped: {reason}")
        return SKIPPED
    wanted = [route for route in ROUTES if not names or route.name in names]
    if any(route.needs_library for route in wanted) and INSTALL_LIBRARY not in wanted:
        wanted.insert(0, INSTALL_LIBRARY)
    try:
        good = [traveller.go(route) for route in wanted]
    finally:
        traveller.leave()
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
