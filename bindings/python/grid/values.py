# SPDX-License-Identifier: Apache-2.0
"""One value of every kind, in the order in which every language of the grid puts them."""

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
]
