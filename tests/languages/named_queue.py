# SPDX-License-Identifier: Apache-2.0
"""A queue name for one test, looked at through the C library itself, so that no binding vouches for itself."""

import ctypes
import os
import sys


class NamedQueue:
    def __init__(self, purpose):
        self.name = f"ipcq-test-{purpose}-{os.getpid()}"
        self.library = ctypes.CDLL("libipcq.so")
        self.library.ipcq_strerror.restype = ctypes.c_char_p

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.library.ipcq_unlink(self.name.encode())

    def must_be_empty(self):
        handle = ctypes.c_void_p()
        self._must(self.library.ipcq_open(ctypes.byref(handle), self.name.encode(), None), "open")
        items = ctypes.c_uint64()
        self._must(self.library.ipcq_size(handle, ctypes.byref(items)), "size")
        self._must(self.library.ipcq_close(handle), "close")
        if items.value != 0:
            sys.exit(f"FAILED: {items.value} items are left in the queue")

    def _must(self, code, what):
        if code != 0:
            sys.exit(f"FAILED: {what}: {self.library.ipcq_strerror(code).decode()}")
