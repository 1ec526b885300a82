# SPDX-License-Identifier: Apache-2.0
"""What goes in comes out, as what it was; what only Python can read stays where it is not wanted."""

import collections
import enum
import math
import pickle
import unittest

import ipcq
import msgpack
from ipcq import _ipcq
from support import QueueTest

PORTABLE = [
    None, True, False, 0, 1, -1, 2**63 - 1, -2**63, 2**64 - 1, 1.5, -0.0, math.inf, "", "grüße 你好", "a\0b",
    b"", b"\x00\xff\n", bytes(range(256)), [], [1, "a", None, [b"\0", 2.5]], {}, {"name": "alex", "age": 15},
    {1: "a", None: "b", 1.5: [True]}, bytes(4096), bytes(4097),
]

Point = collections.namedtuple("Point", ["x", "y"])


class Colour(enum.IntEnum):
    RED = 1


class Plain:
    def __init__(self, number):
        self.number = number

    def __eq__(self, other):
        return self.number == other.number


class Text(str):
    pass


PYTHONS_OWN = [(1, 2), [(1,)], {(1, 2): 3}, {1, 2}, frozenset(), 2**64, -2**63 - 1, 1 + 2j, Point(1, 2), Colour.RED,
               Plain(7), Text("text"), collections.OrderedDict(a=1), [Text("x")], "\ud800", Ellipsis, len]


def types(value):
    """The types of a value, all the way down."""
    if isinstance(value, (list, tuple)):
        return type(value), [types(element) for element in value]
    if isinstance(value, dict):
        return type(value), [(types(key), types(element)) for key, element in value.items()]
    return type(value)


class Portable(QueueTest):
    def check(self, q, value):
        q.put(value)
        received = q.get(timeout=0)
        self.assertEqual(received, value)
        self.assertEqual(types(received), types(value))

    def test_every_kind(self):
        for q in (self.new_queue(), self.new_queue(name=self.new_name())):
            for value in PORTABLE:
                with self.subTest(value=value):
                    self.check(q, value)

    def test_nan(self):
        q = self.new_queue()
        q.put(math.nan)
        self.assertTrue(math.isnan(q.get()))

    def test_large(self):
        q = self.new_queue()
        block = bytes(range(256)) * (5 << 12)
        self.check(q, block)
        self.check(q, {"list": [block, "x" * len(block)]})

    def test_buffers_arrive_as_bytes(self):
        q = self.new_queue()
        for value in (bytearray(b"a\0b"), memoryview(b"a\0b"), memoryview(b"xa\0bx")[1:4]):
            q.put(value)
            self.assertEqual(types(q.get()), bytes)

    def test_a_buffer_with_gaps_is_refused(self):
        q = self.new_queue()
        with self.assertRaises(BufferError):
            q.put(memoryview(b"abcdef")[::2])
        self.assertTrue(q.empty())


class AsTheLibraryDoes(QueueTest):
    """What the native module encodes and decodes by itself is what the msgpack library would."""

    BOUNDS = [sign * 2**power + step for power in range(65) for sign in (1, -1) for step in (-1, 0, 1)]
    VALUES = [value for value in BOUNDS if -2**63 <= value < 2**64] + [None, True, False, 0.0, -1.5, math.inf] + [
        letter * length for letter in ("a", "é", "你") for length in (0, 1, 10, 31, 32, 85, 127, 128, 255, 256, 70000)]

    def test_encoding(self):
        q = self.new_queue()
        for value in self.VALUES:
            q.put(value)
            data, tag, _, _ = q._handle.get(_ipcq.ACCEPT_ALL, 0)
            self.assertEqual((data, tag), (msgpack.packb(value), _ipcq.TYPE_MESSAGEPACK), value)

    def test_decoding(self):
        q = self.new_queue()
        encoded = [msgpack.packb(value) for value in self.VALUES]
        longer_than_needed = [b"\xd9\x01a", b"\xda\x00\x01a", b"\xcd\x00\x01", b"\xd3" + b"\xff" * 8]
        encoded += [msgpack.packb(1.5, use_single_float=True), *longer_than_needed]
        for data in encoded:
            q._handle.put(data, _ipcq.TYPE_MESSAGEPACK, None)
            value = q.get(timeout=0)
            self.assertEqual((value, type(value)), (msgpack.unpackb(data), type(msgpack.unpackb(data))))

    def test_broken_encodings(self):
        q = self.new_queue()
        for data in (b"", b"\xc1", b"\xcc", b"\xcd\0", b"\xcb" + b"\0" * 7, b"\xa1", b"\xa1\xff", b"\xd9", b"\xd9\x02a",
                     b"\1\2", b"\xc0\xc0", b"\xcc\1\2", b"\xd3" + b"\0" * 9, b"\xa1ab", b"\x91", b"\x81\x90\1"):
            q._handle.put(data, _ipcq.TYPE_MESSAGEPACK, None)
            with self.subTest(data), self.assertRaises(ipcq.Undecodable) as caught:
                q.get(timeout=0)
            self.assertEqual(caught.exception.data, data)
        self.assertTrue(q.empty())


class Pickled(QueueTest):
    def test_anonymous_queue_takes_anything(self):
        q = self.new_queue()
        for value in PYTHONS_OWN:
            with self.subTest(value=value):
                q.put(value)
                received = q.get(timeout=0)
                self.assertEqual((received, types(received)), (value, types(value)))

    def test_deep_and_circular_structures(self):
        q = self.new_queue()
        circle = []
        circle.append(circle)
        q.put(circle)
        received = q.get()
        self.assertIs(received[0], received)

    def test_what_cannot_be_pickled_is_refused_by_put(self):
        q = self.new_queue()
        with self.assertRaises((AttributeError, TypeError, pickle.PicklingError)):
            q.put(lambda: None)
        self.assertTrue(q.empty())

    def test_named_queue_refuses_to_send(self):
        q = self.new_queue(name=self.new_name())
        for value in PYTHONS_OWN:
            with self.subTest(value=value), self.assertRaises(ipcq.Unportable):
                q.put(value)
        self.assertTrue(q.empty())

    def test_named_queue_refuses_to_read(self):
        name = self.new_name()
        sender = self.new_queue(name=name, allow_pickle=True)
        reader = self.new_queue(name=name)
        sender.put({1, 2})
        for _ in range(2):
            with self.assertRaisesRegex(ipcq.PickleRefused, "allow_pickle=True"):
                reader.get(timeout=0)
        self.assertEqual(reader.qsize(), 1)
        self.assertEqual(sender.get(timeout=0), {1, 2})

    def test_anonymous_queue_may_refuse_as_well(self):
        q = self.new_queue(allow_pickle=False)
        with self.assertRaises(ipcq.PickleRefused):
            q.put((1, 2))

    def test_other_types_stay(self):
        q = self.new_queue()
        q._handle.put(b"data", 7, None)
        with self.assertRaisesRegex(ipcq.WrongType, "type 7"):
            q.get(timeout=0)
        self.assertEqual(q.qsize(), 1)

    def test_tags(self):
        q = self.new_queue()
        for value, tag in ((b"raw", _ipcq.TYPE_BYTES), ("text", _ipcq.TYPE_MESSAGEPACK), ((1,), _ipcq.TYPE_PICKLE)):
            q.put(value)
            self.assertEqual(q._handle.get(_ipcq.ACCEPT_ALL, 0)[1], tag)


if __name__ == "__main__":
    unittest.main()
