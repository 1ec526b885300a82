# SPDX-License-Identifier: Apache-2.0
"""The judging and the report, fed with made-up measurements."""

import sys
import unittest
import xml.dom.minidom
from pathlib import Path

try:
    import hdrh.histogram  # noqa: F401
except ImportError:
    print("skipped: hdrhistogram is not there (scripts/setup --bench)")
    sys.exit(77)

import goals
from report import front_page, plots, tables
from report.results import Results
from report.statistics import MET, MISSED, UNDECIDED
from sections import SECTIONS

OTHERS = {"python": ("ipcq", "ipcq-many", "multiprocessing.Queue", "faster-fifo", "faster-fifo-many"),
          "ruby": ("ipcq", "IO.pipe"), "go": ("ipcq", "os.Pipe"), "go-crossing": ("ipcq", "cgo")}


def line(section, peer, value, cell="1:1", size=64, placement="free", number=0, **more):
    return {"section": section, "peer": peer, "cell": cell, "bytes": size, "placement": placement, "round": number,
            "value": value, "unit": "x", **more}


ROUNDS = 10


def everything(ours, theirs):
    """Ten rounds of every section: `ours` for us and `theirs` for everybody else."""
    results = Results()
    for section in SECTIONS.values():
        for call in section():
            peers = call.peers or (*OTHERS[call.section], *(OTHERS["go-crossing"] if call.section == "go" else ()))
            for peer in peers:
                for cell in call.cells:
                    for size in call.sizes:
                        for number in range(ROUNDS):
                            value = ours if peer.startswith("ipcq") and peer != "ipcq-copied" else theirs
                            results.add(line(call.section if peer != "cgo" else "go-crossing", peer, value, cell, size,
                                             call.placement.replace("-", " "), number, histogram=[[100, 999], [200, 1]],
                                             limit=1, get_ratio=1, bytes_an_item=80, bytes_left=0, items=200_000,
                                             put_ns=[80, 90], get_ns=[20, 30], steady_put_ns=18, steady_get_ns=20))
    for number in range(ROUNDS):
        results.add(line("go-crossing", "ipcq", 1, size=0, number=number))
        results.add(line("go-crossing", "cgo", 1, size=0, number=number))
    return results


def measured(ours, theirs, cell="1:1", line_ns=(), **conditions):
    """A cell of throughput with a round for each of `ours`; for each of `line_ns` if that is given."""
    results = Results()
    add_rounds(results, ours, theirs, cell, line_ns, **conditions)
    return results


def add_rounds(results, ours, theirs, cell="1:1", line_ns=(), first=0, **conditions):
    for number, value in enumerate(ours):
        surroundings = conditions | ({"line_ns": [line_ns[number]] * 2} if line_ns else {})
        for peer, rate in (("ipcq-plain-4096", value), ("boost-mq", theirs)):
            results.add(line("throughput", peer, rate, cell, number=first + number, conditions=surroundings))


TO_BOOST = goals.GOALS[0]  # at least 4


class Ratios(unittest.TestCase):
    def test_are_taken_within_a_round(self):
        results = Results()
        for number, (ours, theirs) in enumerate([(10, 1), (20, 10), (90, 30)]):
            results.add(line("throughput", "ipcq", ours, number=number))
            results.add(line("throughput", "boost-mq", theirs, number=number))
        keys = [("throughput", "free", "1:1", 64, peer) for peer in ("ipcq", "boost-mq")]
        estimate, = results.ratios(*keys)
        self.assertEqual((estimate.value, estimate.rounds), (3, 3))

    def test_need_a_round_in_common(self):
        results = Results()
        results.add(line("throughput", "ipcq", 1, number=0))
        results.add(line("throughput", "boost-mq", 1, number=1))
        estimate, = results.ratios(*results.keys("throughput"))
        self.assertEqual(estimate.rounds, 0)

    def test_leave_disturbed_rounds_out(self):
        results = measured([8] * 6, 1)
        add_rounds(results, [1] * 20, 1, first=6, processors_ns=10**10, foreign_ns=10**9)
        add_rounds(results, [1] * 20, 1, first=26, processors_ns=10**10, stolen_ns=2 * 10**8)
        estimate, = TO_BOOST.read(results)
        self.assertEqual((estimate.value, estimate.rounds), (8, 6))
        self.assertEqual(results.of(results.keys("throughput")[0]).median, 8)

    def test_a_peer_that_disturbs_its_round_disturbs_it_for_all(self):
        results = measured([8] * 6, 1)
        results.add(line("throughput", "pipe", 1, number=2, conditions={"processors_ns": 10**10, "foreign_ns": 10**9}))
        estimate, = TO_BOOST.read(results)
        self.assertEqual(estimate.rounds, 5)

    def test_are_taken_in_each_placement_of_the_processors(self):
        near_and_far = measured([8, 2] * 10, 1, line_ns=[200, 800] * 10)
        found = {(e.place, e.value, e.rounds) for e in TO_BOOST.read(near_and_far)}
        self.assertEqual(found, {("near", 8, 10), ("very far", 2, 10)})

    def test_know_of_lines_that_came_later(self):
        results = measured([8] * 6, 1)
        self.assertEqual(TO_BOOST.read(results)[0].value, 8)
        add_rounds(results, [2] * 20, 1, first=6)
        self.assertEqual(TO_BOOST.read(results)[0].value, 2)

    def test_of_disturbed_rounds_alone_decide_nothing(self):
        judgement = TO_BOOST.judge(measured([8] * 6, 1, processors_ns=10**10, foreign_ns=10**9))
        self.assertEqual((judgement.verdict, judgement.worst.rounds), (UNDECIDED, 0))
        self.assertIn("5 undisturbed rounds in place of 0", tables.undecided([judgement])[0])

    def test_are_not_taken_where_the_processors_moved(self):
        results = measured([8] * 6, 1, line_ns=[200] * 6)
        for number, ends in ((6, [200, 800]), (7, [800, 200])):
            for peer in ("ipcq-plain-4096", "boost-mq"):
                results.add(line("throughput", peer, 1, number=number, conditions={"line_ns": ends}))
        for peer, ns in (("ipcq-plain-4096", 200), ("boost-mq", 800)):
            results.add(line("throughput", peer, 1, number=8, conditions={"line_ns": [ns, ns]}))
        estimate, = TO_BOOST.read(results)
        self.assertEqual((estimate.value, estimate.rounds), (8, 6))


class Goals(unittest.TestCase):
    def test_every_goal_is_read_from_some_section(self):
        results = everything(1000, 1)
        for goal in goals.GOALS:
            with self.subTest(goal.what):
                self.assertIn(goal.judge(results).verdict, (MET, MISSED))

    def test_every_limit_is_found(self):
        results = everything(1000, 1)
        for goal in goals.GOALS:
            if goal.limit != "":
                with self.subTest(goal.what):
                    judgement = goal.judge(results)
                    self.assertIsNotNone(judgement.limit(results, judgement.worst))

    def test_a_limit_stands_in_the_terms_of_the_goal(self):
        results = measured([8] * 6, 2, cell="2:2")
        for number in range(6):
            results.add(line("throughput", "two-copy-pipeline", 20, number=number))
        judgement = TO_BOOST.judge(results)
        self.assertEqual(judgement.worst.value, 4)
        self.assertEqual(judgement.limit(results, judgement.worst), 10)  # one to one, to 2:2's Boost

    def test_the_worst_cell_judges(self):
        results = Results()
        for cell, ours in (("1:1", 9), ("2:2", 3), ("4:4", 3.5), ("8:8", 8)):
            add_rounds(results, [ours] * 6, 1, cell)
        judgement = TO_BOOST.judge(results)
        self.assertEqual((judgement.verdict, judgement.worst.value), (MISSED, 3))
        self.assertIn("2:2", judgement.worst.where)

    def test_the_worst_placement_judges_and_each_is_named(self):
        judgement = TO_BOOST.judge(measured([8, 2] * 10, 1, line_ns=[200, 800] * 10))
        self.assertEqual(judgement.verdict, MISSED)
        self.assertEqual([(place, verdict) for place, verdict, _ in judgement.places],
                         [("near", MET), ("very far", MISSED)])

    def test_a_placement_of_few_rounds_does_not_count_beside_another(self):
        judgement = TO_BOOST.judge(measured([8] * 10 + [2] * 4, 1, line_ns=[200] * 10 + [800] * 4))
        self.assertEqual((judgement.verdict, len(judgement.places)), (MET, 1))

    def test_a_bound_within_the_interval_is_undecided(self):
        judgement = TO_BOOST.judge(measured([3.0, 3.4, 3.8, 4.2, 4.6, 5.0] * 3, 1))
        self.assertEqual(judgement.verdict, UNDECIDED)
        self.assertIn("rounds", tables.undecided([judgement])[0])

    def test_one_missed_cell_outweighs_an_undecided_one(self):
        results = measured([3, 5] * 6, 1)
        add_rounds(results, [3] * 12, 1, cell="2:2")
        self.assertEqual(TO_BOOST.judge(results).verdict, MISSED)

    def test_a_ceiling_is_judged_the_other_way_round(self):
        goal = next(goal for goal in goals.GOALS if not goal.at_least and goal.unit == "bytes")
        for value, verdict in ((goal.bound, MET), (goal.bound * 1.01, MISSED)):
            results = Results()
            for number in range(6):
                results.add(line("backlog", "ipcq-plain-unbounded", 1, number=number, bytes_an_item=value))
            self.assertEqual(goal.judge(results).verdict, verdict)

    def test_what_was_not_measured_is_not_met(self):
        judgements = [goal.judge(Results()) for goal in goals.GOALS]
        self.assertTrue(all(judgement.verdict is None for judgement in judgements))
        self.assertEqual(tables.goals(judgements, Results()).count("not measured"), len(goals.GOALS))

    def test_a_step_in_the_cost_of_a_byte_is_found(self):
        goal = next(goal for goal in goals.GOALS if goal.read is goals.steps)
        for factor, verdict in ((1, MET), (1.5, MISSED)):
            results = Results()
            for size in goals.STEPS:
                for number in range(6):
                    dearer = factor if size > 256 else 1
                    results.add(line("steps", "ipcq-plain-4096", 1e3 / (size * dearer), size=size, number=number))
            judgement = goal.judge(results)
            self.assertEqual(judgement.verdict, verdict)
        self.assertIn("from 256 to 257 bytes", judgement.worst.where)

    def test_the_tail_is_that_of_all_rounds_together(self):
        results = Results()
        for number in range(6):
            for peer, slow in (("ipcq-plain-4096", 9_000), ("two-semaphores", 6_000)):
                results.add(line("sleeping", peer, 100, number=number, histogram=[[100, 996], [slow, 4]]))
        goal = next(goal for goal in goals.GOALS if goal.read is goals.tail)
        judgement = goal.judge(results)
        self.assertEqual((judgement.verdict, judgement.worst.value), (MISSED, 1.5))


class Report(unittest.TestCase):
    def test_names_what_was_left_out_and_what_failed(self):
        results = everything(2, 1)
        results.left_out["nng"] = "libnng-dev is not installed"
        failed = line("throughput", "pipe", 0, "9:9", failed="a process failed or hung")
        del failed["value"]
        results.add(failed)
        text = tables.report(results, [goal.judge(results) for goal in goals.GOALS])
        self.assertIn("- nng: libnng-dev is not installed", text)
        self.assertIn("- throughput 9:9 pipe: a process failed or hung", text)

    def test_names_disturbed_rounds_and_where_the_processors_were(self):
        results = measured([8] * 6, 1, line_ns=[200] * 6, processors_ns=10**9, switches=70)
        add_rounds(results, [1], 1, first=6, processors_ns=10**9, foreign_ns=2 * 10**8)
        text = tables.report(results, [TO_BOOST.judge(results)])
        self.assertIn("- throughput 1:1, free, 64 bytes, round 6: stolen 0.0%, others' processes 20.0%", text)
        self.assertRegex(text, r"\| near +\| 12 +\| 200 ")
        self.assertRegex(text, r"\| throughput, free +\| 7 +\| 1 ")
        self.assertRegex(text, r"\| met +\| near ")

    def test_says_where_runs_differ(self):
        runs = [[TO_BOOST.judge(measured([rate] * 6, 1))] for rate in (8, 8, 2)]
        self.assertRegex(tables.agreement(runs), r"met +\| met +\| missed +\| differs")
        self.assertNotIn("differs", tables.agreement(runs[:2]))

    def test_plots_are_well_formed(self):
        made = plots.plots(everything(2, 1))
        self.assertLessEqual({"throughput-free.svg", "sleeping-free.svg", "size.svg", "backlog.svg"}, set(made))
        for name, svg in made.items():
            with self.subTest(name):
                xml.dom.minidom.parseString(svg)


class TheFrontPage(unittest.TestCase):
    def test_the_chart_has_the_medians_with_the_fastest_first(self):
        chart = front_page.chart(everything(8, 2)).splitlines()
        self.assertRegex(chart[2], r"^    libipcq, \w+ +4\.00  #{32}$")
        self.assertRegex(chart[-1], r"^    [A-Z]?\w.* 1\.00  #{8}( |$)")

    def test_without_the_base_there_is_no_chart(self):
        self.assertEqual(front_page.chart(Results()), "")

    def test_the_readme_has_the_marks(self):
        page = (Path(__file__).parents[2] / "README.md").read_text()
        for mark in front_page.MARKS:
            self.assertEqual(page.count(mark), 1, mark)


if __name__ == "__main__":
    unittest.main()
