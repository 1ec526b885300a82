# SPDX-License-Identifier: Apache-2.0
"""The programs that measure. Each prints a line of JSON for each measurement; the C++ program makes several rounds by
itself, the languages' workers one."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

BENCH = Path(__file__).parent
BUILD = Path(os.environ["IPCQ_BUILD"])
AERON = BUILD / "bench" / "aeron"
ROUND_WATCHDOG_S = 120


class Workers:
    def __init__(self):
        listed = json.loads(subprocess.run([BUILD / "bench/bench", "--list"], check=True, capture_output=True).stdout)
        self.peers, self.left_out = set(listed["peers"]), listed["left_out"]
        self._commands = {"python": [sys.executable, BENCH / "languages/python_queues.py"]}
        self._offer("ruby", [shutil.which("ruby"), BENCH / "languages/ruby_queues.rb"], "the Ruby binding is not built")
        self._offer("go", [BUILD / "bench/go_queues"], "it was not built: see build/logs/bench-go.log")
        jar = next(AERON.glob("aeron-all-*.jar"), "")
        self._offer("aeron", [shutil.which("java"), "--add-opens", "java.base/sun.nio.ch=ALL-UNNAMED", "-cp",
                              f"{AERON}:{jar}", AERON / "AeronIpc.class"],
                    "it needs java, javac and mvn, which fetches it: see build/logs/bench-aeron.log")

    def _offer(self, name, command, why_missing):
        if all(part and (not isinstance(part, Path) or part.exists()) for part in command):
            self._commands[name] = command
        else:
            self.left_out[name] = why_missing

    def measure(self, call, say):
        """The lines of a call, with section and round."""
        if call.program == "bench" and not call.beside:
            yield from self._run(call, "bench", 0, call.rounds, say)
            return
        for number in range(call.rounds):
            for program in (call.program, *call.beside):
                if program == "bench" or program in self._commands:
                    yield from self._run(call, program, number, 1, say)

    def _run(self, call, program, first_round, rounds, say):
        for cell in call.cells if program != "bench" else [",".join(call.cells)]:
            command = self._command(call, program, cell, first_round, rounds)
            try:
                done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                      timeout=ROUND_WATCHDOG_S * rounds, check=False)
                output = done.stdout
                # 1 says that a peer failed, which its line says, too.
                trouble = done.returncode not in (0, 1) and (done.stderr.strip() or f"it ended with {done.returncode}")
            except subprocess.TimeoutExpired as late:
                output, trouble = (late.stdout or b"").decode(), "it hung"
            if trouble:
                say(f"{program} failed in {call.section} {cell}: {trouble[-300:]}")
            for text in output.splitlines():
                line = {"section": call.section, "placement": "free", "bytes": call.sizes[0], "round": 0}
                line |= json.loads(text)
                line["round"] += first_round
                yield line

    def _command(self, call, program, cell, first_round, rounds):
        if program == "bench":
            return [BUILD / "bench/bench", "--json", "--scene", call.scene, "--cell", cell,
                    "--peers", ",".join(peer for peer in call.peers if peer in self.peers),
                    "--bytes", ",".join(map(str, call.sizes)), "--placement", call.placement,
                    "--seconds", str(call.seconds), "--rounds", str(rounds), "--turn", str(first_round)]
        if program == "aeron":
            return [*self._commands[program][:-1], "AeronIpc", str(call.seconds)]
        return [*self._commands[program], cell, str(call.seconds), str(first_round)]
