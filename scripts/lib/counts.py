# SPDX-License-Identifier: Apache-2.0
"""How many tests passed, failed and were skipped: asked of the output of each kind of test runner.

Whatever the runner says, a command that ends with a code other than 0 has at least one failure, and a run without any
test is a failure too.
"""

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

SKIPPED = 77


@dataclass
class Counted:
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    reasons: list = field(default_factory=list)

    def believed(self, code):
        if self.failed == 0 and (code != 0 or self.passed + self.skipped == 0):
            self.failed = 1
        return self


def reasons_in(text):
    return re.findall(r"^(?:skipped|SKIP): (.*)$", text, flags=re.MULTILINE)


def count_one(code, text):
    if code == SKIPPED:
        return Counted(skipped=1, reasons=reasons_in(text) or ["no reason given"])
    return Counted(passed=int(code == 0)).believed(code)


def count_oks(code, text):
    """For scripts that print "ok: NAME" for each test; "failed: NAME", or they end at the first failure."""
    if code == SKIPPED:
        return count_one(code, text)
    passed, failed = (len(re.findall(f"^{word}: ", text, flags=re.MULTILINE)) for word in ("ok", "failed"))
    return Counted(passed, failed).believed(code)


def count_ctest(junit):
    def count(code, text):
        counted = Counted()
        file = Path(junit)
        if code == SKIPPED and not file.exists():
            return count_one(code, text)
        for case in ElementTree.parse(file).iter("testcase") if file.exists() else ():
            said = reasons_in(case.findtext("system-out", ""))
            if case.find("skipped") is not None:
                counted.skipped += 1
                counted.reasons.append(f"{case.get('name')}: {said[0] if said else 'no reason given'}")
            elif case.find("failure") is not None or case.get("status") != "run":
                counted.failed += 1
            else:
                counted.passed += 1
                counted.reasons += [f"{case.get('name')}, a part: {reason}" for reason in said]
        file.unlink(missing_ok=True)  # lest a later run that dies early counts these again
        return counted.believed(code)

    return count


def count_go(code, text):
    """`go test -json`: tests, not their subtests."""
    counted = Counted()
    if code == SKIPPED:
        return count_one(code, text)
    for line in text.splitlines():
        event = json.loads(line) if line.startswith("{") else {}
        if not event.get("Test") or "/" in event["Test"]:
            continue
        counted.passed += event["Action"] == "pass"
        counted.failed += event["Action"] == "fail"
        if event["Action"] == "skip":
            counted.skipped += 1
            counted.reasons.append(event["Test"])
    return counted.believed(code)


def count_minitest(code, text):
    summary = re.search(r"(\d+) runs, \d+ assertions, (\d+) failures, (\d+) errors, (\d+) skips", text)
    if not summary:
        return Counted(failed=1)
    runs, failures, errors, skips = map(int, summary.groups())
    failed = failures + errors
    reasons = re.findall(r"Skipped:\n(.*)", text)
    return Counted(runs - failed - skips, failed, skips, reasons).believed(code)


def count_unittest(code, text):
    ran = re.search(r"^Ran (\d+) tests?", text, flags=re.MULTILINE)
    if not ran:
        return Counted(failed=1)
    numbers = dict(re.findall(r"(failures|errors|skipped|unexpected successes)=(\d+)", text))
    failed = sum(int(numbers.get(word, 0)) for word in ("failures", "errors", "unexpected successes"))
    skips = int(numbers.get("skipped", 0))
    reasons = re.findall(r"\.\.\. skipped (.*)", text)
    return Counted(int(ran[1]) - failed - skips, failed, skips, reasons).believed(code)
