# SPDX-License-Identifier: Apache-2.0
"""The programs that measure. Each prints a line of JSON for each measurement; the C++ program makes several rounds by
itself, the languages' workers one."""

import json
import os
import resource
import shutil
import subprocess
import sys
import time
from pathlib import Path

BENCH = Path(__file__).parent
BUILD = Path(os.environ["IPCQ_BUILD"])
AERON = BUILD / "bench" / "aeron"
COUNTS = BUILD / "bench" / "counts.json"
ROUND_WATCHDOG_S = 120


class Conditions:
    """Under what conditions a worker measures; measure/conditions.hpp says the same of the C++ program."""

    def __init__(self):
        self._line_ns, self._begin = self._line(), self._totals()

    def until_now(self):
        end = self._totals()
        spent = {name: end[name] - self._begin[name] for name in end}
        spent["foreign_ns"] = spent.pop("busy_ns") - spent.pop("own_ns")
        return spent | {"line_ns": [self._line_ns, self._line()]}

    @staticmethod
    def _line():
        return json.loads(subprocess.run([BUILD / "bench/bench", "--line"], check=True, capture_output=True).stdout)

    @staticmethod
    def _totals():
        ticks = [int(word) for word in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]]
        user, nice, system, _, _, irq, softirq, steal = ticks[:8]
        tick_ns = 10**9 // os.sysconf("SC_CLK_TCK")
        usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        return {"processors_ns": time.monotonic_ns() * os.cpu_count(), "stolen_ns": steal * tick_ns,
                "busy_ns": (user + nice + system + irq + softirq) * tick_ns,
                "own_ns": int(sum(usage.ru_utime + usage.ru_stime for usage in usages) * 1e9),
                "switches": sum(usage.ru_nvcsw for usage in usages),
                "preemptions": sum(usage.ru_nivcsw for usage in usages)}


class Workers:
    def __init__(self):
        listed = json.loads(subprocess.run([BUILD / "bench/bench", "--list"], check=True, capture_output=True).stdout)
        COUNTS.unlink(missing_ok=True)  # another tree may have made them, or another hour
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
            yield from self._run(call, "bench", call.first_round, call.rounds, say)
            return
        for number in range(call.first_round, call.first_round + call.rounds):
            for program in (call.program, *call.beside):
                if program == "bench" or program in self._commands:
                    yield from self._run(call, program, number, 1, say)

    def _run(self, call, program, first_round, rounds, say):
        for cell in call.cells if program != "bench" else [",".join(call.cells)]:
            command = self._command(call, program, cell, first_round, rounds)
            # The C++ program looks at each measurement by itself.
            conditions = Conditions() if program != "bench" else None
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
            common = {"conditions": conditions.until_now()} if conditions else {}
            for text in output.splitlines():
                line = {"section": call.section, "placement": "free", "bytes": call.sizes[0], "round": 0}
                line |= common | json.loads(text)
                line["round"] += first_round
                yield line

    def _command(self, call, program, cell, first_round, rounds):
        if program == "bench":
            return [BUILD / "bench/bench", "--json", "--scene", call.scene, "--cell", cell,
                    "--peers", ",".join(peer for peer in call.peers if peer in self.peers),
                    "--bytes", ",".join(map(str, call.sizes)), "--placement", call.placement,
                    "--seconds", str(call.seconds), "--rounds", str(rounds), "--turn", str(first_round),
                    "--counts", COUNTS]
        if program == "aeron":
            return [*self._commands[program][:-1], "AeronIpc", str(call.seconds)]
        return [*self._commands[program], cell, str(call.seconds), str(first_round)]
