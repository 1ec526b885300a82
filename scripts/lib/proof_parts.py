# SPDX-License-Identifier: Apache-2.0
"""The parts of scripts/proof, in their order: what each runs, reduced and in full, and for how long at most."""

from dataclasses import dataclass

PROOF = "build/tests/proof"
ROOM = "tests/proof"


@dataclass
class Part:
    name: str
    command: list
    watchdog_s: int = 600
    full_watchdog_s: int = 4 * 3600
    beside: bool = False  # in full: during the others, since it takes its time by the clock


PARTS = [
    Part("tests", ["python3", "scripts/lib/proof_tests.py"]),
    Part("sweep", [f"{PROOF}/sweep/proof_sweep"]),
    Part("seeded-bugs", ["python3", f"{ROOM}/seeded_bugs/find.py"]),
    Part("waiters", [f"{PROOF}/waiters/proof_waiters"]),
    Part("model", ["python3", f"{ROOM}/model/model.py"]),
    Part("history", [f"{PROOF}/history/proof_history"]),
    Part("faults", [f"{PROOF}/faults/proof_faults"]),
    Part("fuzz", ["python3", f"{ROOM}/fuzz/fuzz.py"], watchdog_s=900, beside=True),  # builds its engine first
    Part("comparison", ["python3", "bench/comparison/comparison.py"]),
    Part("mixed", [f"{PROOF}/mixed/proof_mixed"], beside=True),
    Part("chaos", ["python3", f"{ROOM}/chaos/chaos.py"], beside=True),
]
