# SPDX-License-Identifier: Apache-2.0
"""Both sides of each limit of a portable value, and what is left of an item that cannot be read."""

import datetime
import pickle
import unittest

import ipcq
import msgpack
from ipcq import _ipcq
from support import QueueTest

UTC = datetime.timezone.utc
EAST = datetime.timezone(datetime.timedelta(hours=14))


def nested(depth, kind):
    value = [] if kind is list else {}
    for _ in range(depth - 1):
        value = [value] if kind is list else {"k": value}
    return value


def cycle(kind):
    value = kind()
    inner = [value]
    value.append(inner) if kind is list else value.update(key=inner)
    return value


class NoZone(datetime.tzinfo):
    def utcoffset(self, _):
        return None


class Broken:
    """Its pickle does not load."""

    def __reduce__(self):
        return int, ("no number",)


ACCEPTED = [
    nested(128, list), nested(128, dict), [[], {}, nested(127, list)],
    {None: 0, True: 1, -1: 2, 1.5: 3, "k": 4, False: 5, 2**64 - 1: 6, -2**63: 7, "": 8},
    2**64 - 1, -2**63, [2**64 - 1, -2**63], "ü" * 40, "\U0010ffff\ud7ff\ue000\0", [b"\xff", {"k": b""}],
    list(range(70000)), {str(number): number for number in range(70000)}, ["x" * 70000, b"x" * 300, "x" * 300],
    {str(number): number for number in range(20)}, {"k" * size: size for size in (31, 32, 255, 256, 65535, 65536)},
]

TIMES = [
    datetime.datetime(2024, 2, 29, 12, 34, 56, 789012, UTC), datetime.datetime(1970, 1, 1, tzinfo=UTC),
    datetime.datetime(1969, 12, 31, 23, 59, 59, 500000, UTC), datetime.datetime(1, 1, 1, tzinfo=UTC),
    datetime.datetime(9999, 12, 31, 23, 59, 59, 999999, UTC), datetime.datetime(2600, 1, 1, tzinfo=UTC),
    datetime.datetime(2024, 1, 1, 2, tzinfo=EAST),
]

REFUSED = [
    (nested(129, list), r"^value\[0\].*: more than 128"), (nested(129, dict), r"^value\['k'\].*: more than 128"),
    (nested(600, list), "more than 128"), ({"a": nested(128, list)}, "more than 128"),
    (cycle(list), r"^value\[0\]\[0\]: .* contains itself"), (cycle(dict), r"^value\['key'\]\[0\]: .* contains itself"),
    ({"a": [0, 1, 2, {b"k": 1}]}, r"^value\['a'\]\[3\]: a map key of type bytes"),
    ({TIMES[0]: 1}, "a map key of type datetime"), ({(1, 2): 1}, "a map key of type tuple"),
    ({2**64: 1}, "a key: an int"), ({"\ud800": 1}, "a key: text"),
    ("\ud800", r"^value: text with a lone surrogate \(at 0\)"), (["a", "b" * 300 + "\udfff"], r"^value\[1\]: text"),
    (2**64, "^value: an int of more than 64 bits"), (-2**63 - 1, "^value: an int"), ([2**64], r"^value\[0\]: an int"),
    (datetime.datetime(2024, 1, 1), "^value: a datetime without a time zone"),
    ([datetime.datetime(2024, 1, 1, tzinfo=NoZone())], r"^value\[0\]: a datetime without a time zone"),
    (datetime.datetime(1, 1, 1, tzinfo=EAST), "outside the years"),
    ([(1, 2)], r"^value\[0\]: a tuple .*make it a list, .*allow_pickle=True"), ({"a": {1}}, r"^value\['a'\]: a set "),
    (datetime.date(2024, 1, 1), "^value: a date "), (Broken(), "^value: a Broken "),
]

MALFORMED, DEEP, KEY = "cut short", "more than 128 lists", "a map key that is no nil"
EXTENSION, TIME = "an extension type", "a point in time that is malformed"
UNICODE = "UnicodeDecodeError"


def time_64(nanoseconds, seconds):
    return b"\xd7\xff" + (nanoseconds << 34 | seconds).to_bytes(8, "big")


def time_96(nanoseconds, seconds):
    return b"\xc7\x0c\xff" + nanoseconds.to_bytes(4, "big") + seconds.to_bytes(8, "big", signed=True)


EARLIEST_S, LATEST_S = -62135596800, 253402300799

# The bytes, and what the error says of them.
UNREADABLE = [
    (msgpack.packb(nested(129, list)), DEEP), (b"\x91" * 500 + b"\xc0", DEEP),
    (msgpack.packb({b"k": 1}), KEY), (b"\xde\x00\x01\xc4\x01k\xc0", KEY), (b"\xdf\x00\x00\x00\x01\xc4\x01k\xc0", KEY),
    (b"\x82\xc0\xc0\xc4\x01k\xc0", KEY), (b"\x81\x90\xc0", KEY), (b"\x81\xdc\x00\x00\xc0", KEY),
    (b"\x81\x80\xc0", KEY), (b"\x81\xd6\xff\x00\x00\x00\x00\xc0", KEY),
    (msgpack.packb(msgpack.ExtType(5, b"data")), EXTENSION), (msgpack.packb([msgpack.ExtType(5, b"d")]), EXTENSION),
    (b"\xd6\xfe\x00\x00\x00\x00", EXTENSION),
    (b"\x91\xc7\x05\xff12345", TIME), (b"\xd5\xff\x00\x00", TIME), (b"\xd7\xff" + b"\xff" * 8, TIME),
    (time_64(10**9, 0), TIME), (time_96(10**9, 0), TIME), (time_96(0, LATEST_S + 1), TIME),
    (time_96(999_999_999, EARLIEST_S - 1), TIME), (b"\xc7\x0c\xff" + b"\xff" * 12, TIME),
    (b"", MALFORMED), (b"\xc1", MALFORMED), (b"\x91\xc1", MALFORMED), (b"\x92\x01", MALFORMED),
    (b"\x01\x02", MALFORMED), (b"\x90\xc0", MALFORMED), (b"\xda\x01", MALFORMED), (b"\xd4", MALFORMED),
    (b"\xd6\xff\x00\x00\x00", MALFORMED),
    (b"\xdd\xff\xff\xff\xff", MALFORMED), (b"\xdf\xff\xff\xff\xff", MALFORMED),
    (b"\xc6\xff\xff\xff\xffa", MALFORMED), (b"\x92\xdb\xff\xff\xff\xffa", MALFORMED),
    (b"\x91\xa1\xff", UNICODE), (b"\xa1\xff", UNICODE), (b"\x81\xa1\xff\xc0", UNICODE),
]


class Limits(QueueTest):
    def test_accepted(self):
        for q in (self.new_queue(), self.new_queue(name=self.new_name())):
            for value in ACCEPTED:
                q.put(value)
                data, kind, _, _ = q._handle.get(_ipcq.ACCEPT_ALL, 0)
                self.assertEqual(kind, _ipcq.TYPE_MESSAGEPACK)
                q._handle.put(data, kind, None)
                self.assertEqual(q.get(timeout=0), value)

    def test_points_in_time(self):
        q = self.new_queue(name=self.new_name())
        for time in TIMES:
            for value in (time, [time], {"at": time}):
                q.put(value)
                received = q.get(timeout=0)
                self.assertEqual(received, value)
            self.assertIs(received["at"].tzinfo, UTC)

    def test_nanoseconds_are_cut(self):
        q = self.new_queue()
        for written in (time_64(999_999_999, 1), time_96(999_999_999, -1), time_96(999_999_999, LATEST_S),
                        time_96(0, EARLIEST_S)):
            q._handle.put(written, _ipcq.TYPE_MESSAGEPACK, None)
        self.assertEqual(q.get(), datetime.datetime(1970, 1, 1, 0, 0, 1, 999_999, UTC))
        self.assertEqual(q.get(), datetime.datetime(1969, 12, 31, 23, 59, 59, 999_999, UTC))
        self.assertEqual(q.get(), datetime.datetime(9999, 12, 31, 23, 59, 59, 999_999, UTC))
        self.assertEqual(q.get(), datetime.datetime(1, 1, 1, tzinfo=UTC))

    def test_refused_and_nothing_put(self):
        q = self.new_queue(name=self.new_name())
        for value, sentence in REFUSED:
            with self.subTest(sentence):
                for put, argument in ((q.put, value), (q.put_many, [1, value])):
                    with self.assertRaisesRegex(ipcq.Unportable, sentence) as caught:
                        put(argument)
                    self.assertLess(len(str(caught.exception)), 250)
                    self.assertNotIn("\n", str(caught.exception))
        self.assertTrue(q.empty())
        self.assertEqual(q.stat()["puts"], 0)

    def test_which_class(self):
        q = self.new_queue(name=self.new_name())
        for value, kind in (((1,), ipcq.PickleRefused), (2**64, ipcq.Unportable)):
            with self.assertRaises(ValueError) as caught:
                q.put(value)
            self.assertIs(type(caught.exception), kind)

    def test_as_a_pickle_where_that_is_allowed(self):
        q = self.new_queue()
        for value in (nested(129, list), {b"k": 1}, "\ud800", 2**64, datetime.datetime(2024, 1, 1),
                      datetime.datetime(1, 1, 1, tzinfo=EAST)):
            q.put(value)
            self.assertEqual(q.get(timeout=0), value)


class Unreadable(QueueTest):
    def check(self, error, data, kind, fault):
        self.assertEqual((error.data, error.type), (data, kind))
        self.assertIn(fault, str(error))
        self.assertEqual(pickle.loads(pickle.dumps(error)).data, data)

    def items(self):
        yield from ((data, _ipcq.TYPE_MESSAGEPACK, fault) for data, fault in UNREADABLE)
        yield from ((data, _ipcq.TYPE_PICKLE, fault)
                    for data, fault in ((pickle.dumps(Broken()), "ValueError"), (b"", "EOFError"),
                                        (b"cnowhere\nnothing\n.", "ModuleNotFoundError")))

    def test_the_bytes_are_kept(self):
        q = self.new_queue()
        for data, kind, fault in self.items():
            for get in (q.get, q.get_item):
                q._handle.put(data, kind, None)
                with self.subTest(data), self.assertRaises(ipcq.Undecodable) as caught:
                    get(timeout=0)
                self.check(caught.exception, data, kind, fault)
                self.assertEqual(caught.exception.ticket, 0)

    def test_a_batch_keeps_the_others(self):
        q = self.new_queue(kind=ipcq.JoinableQueue)
        for data, kind, fault in self.items():
            q.put(1)
            q._handle.put(data, kind, None)
            q.put([2])
            with self.subTest(data), self.assertRaises(ipcq.Undecodable) as caught:
                q.get_many()
            first, broken, last = caught.exception.batch
            self.assertEqual((first, last), (1, [2]))
            self.check(broken, data, kind, fault)
            q.task_done(broken.ticket)

    def test_the_ticket_ends_it(self):
        q = self.new_queue(kind=ipcq.JoinableQueue)
        for data, kind, fault in self.items():
            q._handle.put(data, kind, None)
            for end, get, deliveries in ((q.nack, q.get, 0), (q.nack, q.get_item, 1), (q.task_done, q.take, 2)):
                with self.subTest(data), self.assertRaises(ipcq.Undecodable) as caught:
                    get(timeout=0)
                self.check(caught.exception, data, kind, fault)
                self.assertEqual(caught.exception.deliveries, deliveries)
                end(caught.exception.ticket)
        q.join(0)


if __name__ == "__main__":
    unittest.main()
