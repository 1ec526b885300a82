# SPDX-License-Identifier: Apache-2.0
"""Copies a compilation database with one command for each source.

clang-tidy would check a file once for each of its commands, and the tests compile the library's files for many
libraries.

usage: one_command_a_file.py BUILD OUT_FOLDER
"""

import json
import sys
from pathlib import Path

build, out = (Path(argument) for argument in sys.argv[1:])
chosen = {}
for entry in json.loads((build / "compile_commands.json").read_text()):
    # The shortest is that of the library as it ships: the others have definitions and folders of their own.
    kept = chosen.setdefault(entry["file"], entry)
    if len(entry["command"]) < len(kept["command"]):
        chosen[entry["file"]] = entry
out.mkdir(parents=True, exist_ok=True)
(out / "compile_commands.json").write_text(json.dumps(list(chosen.values()), indent=1))
