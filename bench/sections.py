# SPDX-License-Identifier: Apache-2.0
"""What scripts/bench runs, in its order: for each section its calls, each of them a scene, its cells and its peers."""

from dataclasses import dataclass

OURS = ("ipcq-plain-4096", "ipcq-plain-unbounded", "ipcq-joinable-4096", "ipcq-joinable-unbounded")
LOCK_FREE = ("rte-ring", "rte-ring-rts", "boost-spsc", "boost-lockfree")
KERNEL = ("pipe", "seqpacket", "posix-mq", "sysv-msg")
SERVED = ("zeromq", "nng", "iceoryx")
ALL_CELLS = ("1:1", "2:2", "4:4", "1:4", "4:1", "8:8")
CROWDED = ("4:4", "8:8")
SIZES = tuple(64 << 2 * i for i in range(8))  # 64 bytes to 1 MiB
# 200 and 256 bytes, doubled; and just above 256 and 4096, where another way of copying may begin.
STEPS = (200, 256, 257, 400, 512, 800, 1024, 1600, 2048, 3200, 4096, 4200)
PLACEMENTS = ("free", "apart", "one-core")

# The sections are measured one after the other, and then all again: what lasts for minutes meets each of them.
PASSES = 6
LIMIT_S = 14 * 60  # no pass begins that would not end before


@dataclass(frozen=True)
class Call:
    section: str
    scene: str
    peers: tuple
    cells: tuple = ("1:1",)
    sizes: tuple = (64,)
    placement: str = "free"
    seconds: float = 0.05
    rounds: int = 2        # in each pass
    first_round: int = 0   # another call of the section with the same peers has other numbers
    program: str = "bench"  # or a language's worker
    beside: tuple = ()      # workers that take part in every round


def _throughput():
    near = (*OURS, "boost-mq", *LOCK_FREE, "bare-ring", "two-copy-pipeline")
    rest = (*OURS[:2], "boost-mq", *KERNEL, *SERVED)
    for cell in ALL_CELLS:
        seconds = 0.1 if cell in CROWDED else 0.05  # until all have begun
        yield Call("throughput", "throughput", near, (cell,), rounds=4, seconds=seconds)
        yield Call("throughput", "throughput", rest, (cell,), seconds=seconds, first_round=1000,
                   beside=("aeron",) if cell == "1:1" else ())
    for placement, rounds in zip(PLACEMENTS[1:], (2, 4)):
        yield Call("throughput", "throughput", (*near, "pipe"), ("1:1", "4:4"), placement=placement, rounds=rounds)


def _collapse():
    peers = ("ipcq-plain-4096", "ipcq-plain-unbounded", "boost-mq", "rte-ring")
    # Long enough for each of 64 processes to have several turns.
    yield Call("collapse", "throughput", peers, ("1:1", "32:32"), seconds=0.3)


def _batches():
    peers = (*(f"{name}-x32" for name in OURS), "rte-ring-x32", "rte-ring-many-x32", "rte-ring-rts-x32",
             "boost-spsc-x32", "two-copy-pipeline")
    yield Call("batches", "throughput", peers, ("1:1", "2:2", "4:4"), rounds=4)
    for placement in PLACEMENTS[1:]:
        yield Call("batches", "throughput", peers, placement=placement, rounds=1)


def _alternate():
    yield Call("alternate", "alternate", (*OURS, "boost-mq", *LOCK_FREE, "bare-ring", "pipe"))


def _latency():
    few = (*OURS, "boost-mq", "bare-ring", "pipe")
    sleepers = (*OURS[::2], "two-semaphores", "boost-mq", "pipe")
    yield Call("round-trip", "round-trip", (*few, "rte-ring", "boost-spsc", *KERNEL[1:], *SERVED), seconds=0.1)
    yield Call("sleeping", "sleeping", sleepers, seconds=0.6, rounds=3)
    for placement in PLACEMENTS[1:]:
        yield Call("round-trip", "round-trip", few, placement=placement, seconds=0.1, rounds=1)
        yield Call("sleeping", "sleeping", sleepers[::2], placement=placement, seconds=0.3, rounds=1)


def _size():
    peers = ("ipcq-plain-4096", "two-copy-pipeline", "boost-mq", "pipe", "bare-ring")
    yield Call("size", "throughput", peers, sizes=SIZES)
    yield Call("steps", "throughput", peers[:2], sizes=STEPS)
    yield Call("in-place", "throughput", ("ipcq-in-place", "ipcq-copied"), sizes=SIZES[3::2])


def _backlog():
    yield Call("backlog", "backlog", ("ipcq-plain-unbounded",), rounds=1)


def _waiting():
    yield Call("idle", "idle", ("ipcq-plain-4096", "boost-mq", "pipe"), ("1:100",), seconds=1.5, rounds=1)
    yield Call("open-close", "open-close", ("ipcq-plain-4096",), rounds=1)


def _languages():
    yield Call("python", "python", (), ("1:1", "4:4"), (0,), rounds=1, program="python", seconds=0.3)
    yield Call("ruby", "ruby", (), sizes=(0,), rounds=1, program="ruby", seconds=0.3)
    yield Call("go", "go", (), sizes=(0,), rounds=1, program="go", seconds=0.3)


# Named by --only.
SECTIONS = {
    "throughput": _throughput,
    "collapse": _collapse,
    "batches": _batches,
    "alternate": _alternate,
    "latency": _latency,
    "size": _size,
    "backlog": _backlog,
    "waiting": _waiting,
    "languages": _languages,
}
