#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Reads the barriers of a library for ARM64.

A counter of waiters and a state of the queue are two words. One side stores the first and loads the second, the other
side the reverse. On ARM64 a load may overtake an acquire-release operation in front of it. So each side needs a full
barrier (dmb ish) between the two. On x86-64 the operation itself is one.

A waker swaps an item's word or unlocks, and then loads a counter of waiters, in the same function or in its caller.
A sleeper adds itself to a counter, and then loads the state: each function that calls sem_clockwait().

usage: barriers.py OBJDUMP LIBRARY
"""

import re
import subprocess
import sys

WAKERS = ("ipcq_put", "ipcq_get", "ipcq_task_done")  # and all others in which a change and a counter are found
CALLER_WAKES = "ipcq::Log::take_found("
COUNTERS = range(640, 664, 4)  # offsets of core/layout/FORMAT.md, section 3
CHANGE = r"bl\t.*<__aarch64_(cas|swp)8_(acq_rel|sync)>|(cas|swp)al\tx|stlxr\t\w+, x"
ADDITION = r"bl\t.*<__aarch64_ldadd4_(acq_rel|sync)>|ldaddal\tw|stlxr\t\w+, w"
LOOK = r"(bl|blr|ldar\w*|ldapr\w*)\t"  # a call, or an acquiring load
FULL_BARRIER = r"dmb\tish$"
JUMP = r"(b|b\.\w+|cbn?z|tbn?z)\t(?:.*, )?([0-9a-f]+) <"
END = r"(b|br|ret|udf|brk)\b(?!\.)"


class Function:
    def __init__(self, name):
        self.name = name
        self.code = []  # text of each instruction
        self.addresses = []
        self.places = {}  # index of each address

    def add(self, address, text):
        self.places[address] = len(self.code)
        self.addresses.append(address)
        self.code.append(text)

    def all(self, pattern):
        return [index for index, text in enumerate(self.code) if re.match(pattern, text)]

    def successors(self, index):
        """Where the function goes on. A call returns."""
        jump = re.match(JUMP, self.code[index])
        if jump and (target := self.places.get(int(jump[2], 16))) is not None:
            yield target
        if not re.match(END, self.code[index]) and index + 1 < len(self.code):
            yield index + 1

    def reached_without_barrier(self, begin, goals):
        """The first goal on a path from behind `begin` that meets no full barrier, or None."""
        todo, seen = list(self.successors(begin)), set()
        while todo:
            index = todo.pop()
            if index in seen or re.match(FULL_BARRIER, self.code[index]):
                continue
            if index in goals:
                return index
            seen.add(index)
            todo += self.successors(index)
        return None

    def loads_of_counters(self):
        """`ldr w0, [x1, #648]`, or `add x0, x1, #0x288` and then a load from x0."""
        loads, holders = [], set()
        for index, text in enumerate(self.code):
            addition = re.match(r"add\t(x\d+), x\d+, #0x([0-9a-f]+)$", text)
            load = re.match(r"ldr\tw\d+, \[(x\d+)(?:, #(\d+))?\]$", text)
            if load and (int(load[2] or 0) in COUNTERS or (load[1] in holders and load[2] is None)):
                loads.append(index)
            if written := re.match(r"\w+\t[wx](\d+),", text):
                holders.discard(f"x{written[1]}")
            if addition and int(addition[2], 16) in COUNTERS:
                holders.add(addition[1])
        return loads


def functions_of(objdump, library):
    listing = subprocess.run([objdump, "--disassemble", "--demangle", "--no-show-raw-insn", library], check=True,
                             capture_output=True, text=True).stdout
    functions = []
    for line in listing.splitlines():
        if begin := re.match(r"[0-9a-f]+ <(.+)>:$", line):
            functions.append(Function(begin[1]))
        elif code := re.match(r"\s+([0-9a-f]+):\t(.*?)\s*(//.*)?$", line):
            functions[-1].add(int(code[1], 16), code[2])
    return functions


def complaints(function, operations, goals):
    for begin in operations:
        met = function.reached_without_barrier(begin, goals)
        if met is not None:
            yield (f"{function.name}: no full barrier between the atomic operation at {function.addresses[begin]:x} and"
                   f" {function.addresses[met]:x}: {function.code[met].expandtabs(1)}")


def complaints_about_wakers(functions):
    found = set()
    for function in functions:
        changes, loads = function.all(CHANGE), function.loads_of_counters()
        if changes and loads:
            found.add(function.name)
            yield from complaints(function, changes, set(loads))
        if function.name.startswith(CALLER_WAKES) and changes:
            found.add(CALLER_WAKES)
            yield from complaints(function, changes, set(function.all("ret")))
    for name in {*WAKERS, CALLER_WAKES} - found:
        yield f"{name}: no change with a load of a counter is found: this test cannot read the code any more"


def complaints_about_sleepers(functions):
    sleepers = [function for function in functions if function.all(r"bl\t.*<sem_clockwait@plt>")]
    if not sleepers:
        yield "no function that sleeps is found: this test cannot read the code any more"
    for function in sleepers:
        additions = function.all(ADDITION)
        if not additions:
            yield f"{function.name}: no addition is found: this test cannot read the code any more"
        yield from complaints(function, additions, set(function.all(LOOK)))


def main(objdump, library):
    functions = functions_of(objdump, library)
    found = [*complaints_about_wakers(functions), *complaints_about_sleepers(functions)]
    print("\n".join(found) or "each handshake has its barriers")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
