# SPDX-License-Identifier: Apache-2.0
"""Intervals, verdicts and what an undecided one would take."""

import math
import random
import statistics
import unittest

from report.conditions import MOVED, Round, place
from report.statistics import LEVEL, MET, MISSED, ROUNDS_LEAST, UNDECIDED, Estimate, bootstrap, percentile


class Bootstrap(unittest.TestCase):
    def test_is_the_same_for_the_same_samples(self):
        chance = random.Random(3)
        samples = [chance.random() for _ in range(20)]
        self.assertEqual(bootstrap(samples, statistics.fmean), bootstrap(list(samples), statistics.fmean))

    def test_of_equal_samples_is_a_point(self):
        self.assertEqual(bootstrap([7.0] * 9), (7.0, 7.0))

    def test_lies_within_the_samples_and_around_their_median(self):
        samples = list(range(21))
        low, high = bootstrap(samples)
        self.assertTrue(0 <= low < statistics.median(samples) < high <= 20)

    def test_one_wild_round_in_twenty_does_not_widen_it(self):
        low, high = bootstrap([4.0] * 19 + [400.0])
        self.assertEqual((low, high), (4.0, 4.0))

    def test_shrinks_with_the_number_of_rounds(self):
        def width(count):
            chance = random.Random(5)
            low, high = bootstrap([chance.gauss(10, 1) for _ in range(count)])
            return high - low

        self.assertLess(width(160), 0.6 * width(20))

    def test_holds_the_true_median_about_as_often_as_it_says(self):
        chance, trials = random.Random(7), 200
        held = 0
        for _ in range(trials):
            low, high = bootstrap([chance.lognormvariate(0, 0.5) for _ in range(15)], resamples=200)
            held += low <= 1.0 <= high
        self.assertGreater(held / trials, LEVEL - 0.04)


class Verdicts(unittest.TestCase):
    def test_of_a_floor(self):
        for low, high, verdict in ((4, 6, MET), (3, 3.9, MISSED), (3.9, 4.1, UNDECIDED), (3, 4, UNDECIDED)):
            self.assertEqual(Estimate((low + high) / 2, low, high, 9).verdict(4, True), verdict)

    def test_of_a_ceiling(self):
        for low, high, verdict in ((3, 4, MET), (4.1, 5, MISSED), (3.9, 4.1, UNDECIDED), (4, 5, UNDECIDED)):
            self.assertEqual(Estimate((low + high) / 2, low, high, 9).verdict(4, False), verdict)

    def test_of_few_rounds_is_undecided_and_wants_the_least(self):
        estimate = Estimate.of([9.0] * (ROUNDS_LEAST - 1))
        self.assertEqual((estimate.verdict(4, True), estimate.rounds_needed(4)), (UNDECIDED, ROUNDS_LEAST))
        self.assertEqual((estimate.low, estimate.high), (-math.inf, math.inf))

    def test_half_the_interval_needs_four_times_the_rounds(self):
        self.assertEqual(Estimate(5, 3, 7, 10).rounds_needed(4), 40)
        self.assertEqual(Estimate(3, 1, 5, 10).rounds_needed(4), 40)

    def test_no_number_of_rounds_decides_at_the_bound(self):
        self.assertIsNone(Estimate(4, 3, 5, 10).rounds_needed(4))
        self.assertIsNone(Estimate(4.01, 3, 5, 10).rounds_needed(4))


class Percentiles(unittest.TestCase):
    def test_are_of_all_histograms_together(self):
        histograms = [[[10, 500], [20, 499]], [[10, 1], [30, 1000]]]
        self.assertEqual([percentile(histograms, share) for share in (0.25, 0.5, 0.999)], [10, 20, 30])

    def test_reach_the_one_that_so_many_lie_at_or_below(self):
        self.assertEqual(percentile([[[1, 999], [2, 1]]], 0.999), 1)
        self.assertEqual(percentile([[[1, 998], [2, 2]]], 0.999), 2)


class Conditions(unittest.TestCase):
    @staticmethod
    def line(line_ns, section="throughput", placement="free"):
        return {"section": section, "placement": placement, "conditions": {"line_ns": line_ns}}

    def test_name_the_placement_of_the_processors(self):
        for ns, name in ((68, "siblings"), (180, "near"), (250, "near"), (390, "far"), (800, "very far")):
            self.assertEqual(place(self.line([ns, ns])), name)

    def test_say_when_it_changed(self):
        self.assertEqual(place(self.line([200, 800])), MOVED)
        self.assertEqual(place(self.line([200, 210])), "near")

    def test_do_not_matter_to_one_processor(self):
        self.assertEqual(place(self.line([200, 800], placement="one core")), "")
        self.assertEqual(place(self.line([200, 800], section="alternate")), "")
        self.assertEqual(place(self.line([0, 0])), "")
        self.assertEqual(place({"section": "throughput", "placement": "free"}), "")

    def test_a_round_is_disturbed_by_its_shares(self):
        # In thousandths of ten seconds; two of them are the grain.
        for stolen, foreign, disturbed in ((0, 0, False), (12, 52, False), (13, 0, True), (0, 53, True)):
            sums = Round()
            sums.add({"processors_ns": 6 * 10**9, "stolen_ns": stolen * 10**7})
            sums.add({"processors_ns": 4 * 10**9, "foreign_ns": foreign * 10**7})
            self.assertEqual(sums.disturbed, disturbed)

    def test_one_tick_disturbs_no_short_round(self):
        sums = Round()
        sums.add({"processors_ns": 10**8, "stolen_ns": 10**7, "foreign_ns": 2 * 10**7})
        self.assertFalse(sums.disturbed)


if __name__ == "__main__":
    unittest.main()
