# SPDX-License-Identifier: Apache-2.0
"""One value of every kind, in the order in which every language of the grid puts them."""

from datetime import datetime, timezone


def nested(depth):
    value = []
    for _ in range(depth - 1):
        value = [value]
    return value


VALUES = [
    None,
    True,
    False,
    0,
    -1,
    2**63 - 1,
    -2**63,
    2**64 - 1,
    1.5,
    "",
    "grüße 你好",
    b"",
    b"\x00\xff\n",
    [1, "a", None],
    {"name": "alex", "age": 15},
    {"list": [1, [2, [3]]], "map": {"a": {"b": None}}},
    nested(128),
    {None: 0, True: 1, -1: 2, 1.5: 3, "k": 4},
    datetime(2024, 2, 29, 12, 34, 56, 789012, timezone.utc),
    datetime(1970, 1, 1, tzinfo=timezone.utc),
    datetime(1969, 12, 31, 23, 59, 59, 500000, timezone.utc),
    "ü" * 40,
    2**32,
    -2**31 - 1,
    2**63,
]
