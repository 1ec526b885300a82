# SPDX-License-Identifier: Apache-2.0
"""The judging and the report, fed with made-up measurements."""

import sys
import unittest
import xml.dom.minidom

try:
    import hdrh.histogram  # noqa: F401
except ImportError:
    print("skipped: hdrhistogram is not there (scripts/setup --bench)")
    sys.exit(77)

import goals
from report import plots, tables
from report.results import Results
from sections import SECTIONS

OTHERS = {"python": ("ipcq", "ipcq-many", "multiprocessing.Queue", "faster-fifo", "faster-fifo-many"),
          "ruby": ("ipcq", "IO.pipe"), "go": ("ipcq", "os.Pipe"), "go-crossing": ("ipcq", "cgo")}


def line(section, peer, value, cell="1:1", size=64, placement="free", number=0, **more):
    return {"section": section, "peer": peer, "cell": cell, "bytes": size, "placement": placement, "round": number,
            "value": value, "unit": "x", **more}


def everything(ours, theirs):
    """Two rounds of every section: `ours` for us and `theirs` for everybody else."""
    results = Results()
    for section in SECTIONS.values():
        for call in section():
            peers = call.peers or (*OTHERS[call.section], *(OTHERS["go-crossing"] if call.section == "go" else ()))
            for peer in peers:
                for cell in call.cells:
                    for size in call.sizes:
                        for number in range(2):
                            value = ours if peer.startswith("ipcq") and peer != "ipcq-copied" else theirs
                            results.add(line(call.section if peer != "cgo" else "go-crossing", peer, value, cell, size,
                                             call.placement.replace("-", " "), number, histogram=[[100, 999], [200, 1]],
                                             put_ratio=1, get_ratio=1, bytes_an_item=80, bytes_left=0, items=200_000,
                                             put_ns=[80, 90], get_ns=[20, 30], steady_put_ns=18, steady_get_ns=20))
    results.add(line("go-crossing", "ipcq", 1, size=0))
    results.add(line("go-crossing", "cgo", 1, size=0))
    return results


class Ratios(unittest.TestCase):
    def test_are_taken_within_a_round(self):
        results = Results()
        for number, (ours, theirs) in enumerate([(10, 1), (20, 10), (90, 30)]):
            results.add(line("throughput", "ipcq", ours, number=number))
            results.add(line("throughput", "boost-mq", theirs, number=number))
        keys = [("throughput", "free", "1:1", 64, peer) for peer in ("ipcq", "boost-mq")]
        spread = results.ratio(*keys)
        self.assertEqual((spread.median, spread.low, spread.high), (3, 2, 10))

    def test_need_a_round_in_common(self):
        results = Results()
        results.add(line("throughput", "ipcq", 1, number=0))
        results.add(line("throughput", "boost-mq", 1, number=1))
        self.assertIsNone(results.ratio(*results.keys("throughput")))


class Goals(unittest.TestCase):
    def test_every_goal_is_read_from_some_section(self):
        results = everything(1000, 1)
        for goal in goals.GOALS:
            with self.subTest(goal.what):
                self.assertIsNotNone(goal.read(results))

    def test_the_worst_cell_judges(self):
        results = Results()
        for cell, ours in (("1:1", 9), ("2:2", 3), ("4:4", 8)):
            results.add(line("throughput", "ipcq-plain-4096", ours, cell))
            results.add(line("throughput", "boost-mq", 1, cell))
        goal = goals.GOALS[0]
        reached = goal.read(results)
        self.assertEqual(reached.value, 3)
        self.assertIn("2:2", reached.where)
        self.assertFalse(goal.met(reached))

    def test_a_ceiling_is_judged_the_other_way_round(self):
        goal = next(goal for goal in goals.GOALS if not goal.at_least)
        self.assertTrue(goal.met(goals.Reached(goal.bound, "")))
        self.assertFalse(goal.met(goals.Reached(goal.bound * 1.01, "")))

    def test_what_was_not_measured_is_not_met(self):
        judged = [(goal, goal.read(Results())) for goal in goals.GOALS]
        self.assertTrue(all(reached is None for _, reached in judged))
        self.assertEqual(tables.goals(judged).count("not measured"), len(goals.GOALS))


class Report(unittest.TestCase):
    def test_names_what_was_left_out_and_what_failed(self):
        results = everything(2, 1)
        results.left_out["nng"] = "libnng-dev is not installed"
        failed = line("throughput", "pipe", 0, "9:9", failed="a process failed or hung")
        del failed["value"]
        results.add(failed)
        text = tables.report(results, [(goal, goal.read(results)) for goal in goals.GOALS])
        self.assertIn("- nng: libnng-dev is not installed", text)
        self.assertIn("- throughput 9:9 pipe: a process failed or hung", text)

    def test_plots_are_well_formed(self):
        made = plots.plots(everything(2, 1))
        self.assertLessEqual({"throughput-free.svg", "sleeping-free.svg", "size.svg", "backlog.svg"}, set(made))
        for name, svg in made.items():
            with self.subTest(name):
                xml.dom.minidom.parseString(svg)


if __name__ == "__main__":
    unittest.main()
