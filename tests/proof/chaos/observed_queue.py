# SPDX-License-Identifier: Apache-2.0
"""The queue as the driver sees it: through the C library itself, so that no binding vouches for itself."""

import ctypes
from ctypes import POINTER, Structure, byref, c_char_p, c_double, c_int, c_int32, c_int64, c_size_t, c_void_p
from ctypes import c_uint32 as u32
from ctypes import c_uint64 as u64

OK, TIMEDOUT, BUSY = 0, -3, -9
JOINABLE, CREATE_ONLY = 2, 8
DRAIN = 1


class Options(Structure):
    _fields_ = [("struct_size", c_size_t), ("flags", u32), ("mode", u32), ("max_items", u64),
                ("capacity_bytes", u64), ("max_participants", u32), ("reserved", u32),
                ("message", c_char_p), ("message_capacity", c_size_t)]


class Stats(Structure):
    _fields_ = [("struct_size", c_size_t),
                *((name, u64) for name in ("items", "taken", "bytes_used", "bytes_backed", "puts", "gets", "dones",
                                                "nacks", "redelivered", "recovered")),
                *((name, u32) for name in ("participants", "getters_waiting", "putters_waiting",
                                                "joiners_waiting")),
                ("max_items", u64), ("capacity_bytes", u64), ("item_max_bytes", u64),
                *((name, u32) for name in ("max_participants", "joinable", "shutdown", "reserved"))]


class Participant(Structure):
    _fields_ = [("slot", u32), ("pid", c_int32), ("alive", u32), ("self", u32), ("taken", u64),
                ("puts", u64), ("gets", u64), ("dones", u64), ("command", ctypes.c_char * 16)]


class QueueError(Exception):
    pass


class ObservedQueue:
    """Made anew; its name goes when the block is left."""

    def __init__(self, name, **options):
        self.name = name
        self.library = ctypes.CDLL("libipcq.so")
        self.library.ipcq_error_name.restype = c_char_p
        self.library.ipcq_deadline.restype = c_int64
        self.library.ipcq_deadline.argtypes = [c_double]
        self.library.ipcq_join.argtypes = [c_void_p, c_int64]
        self.library.ipcq_shutdown.argtypes = [c_void_p, c_int]
        self.library.ipcq_participants.argtypes = [c_void_p, POINTER(Participant), c_size_t, POINTER(c_size_t)]
        self.handle = c_void_p()
        joinable = options.pop("joinable", False)
        wanted = Options(ctypes.sizeof(Options), CREATE_ONLY | (JOINABLE if joinable else 0), **options)
        self._must(self.library.ipcq_open(byref(self.handle), name.encode(), byref(wanted)), "open")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.library.ipcq_close(self.handle)
        self.library.ipcq_unlink(self.name.encode())

    def stats(self):
        stats = Stats(ctypes.sizeof(Stats))
        self._must(self.library.ipcq_stat(self.handle, byref(stats)), "stat")
        return {name: getattr(stats, name) for name, _ in Stats._fields_ if name not in ("struct_size", "reserved")}

    def participants(self):
        crowd, count = (Participant * 256)(), c_size_t()
        self._must(self.library.ipcq_participants(self.handle, crowd, len(crowd), byref(count)), "participants")
        return [{name: getattr(one, name) for name, _ in Participant._fields_} for one in crowd[:count.value]]

    def joined(self, seconds):
        """Whether every item was finished within that time."""
        code = self.library.ipcq_join(self.handle, self.library.ipcq_deadline(seconds))
        if code != TIMEDOUT:
            self._must(code, "join")
        return code == OK

    def shut_down(self):
        """False while a stopped process holds an end."""
        code = self.library.ipcq_shutdown(self.handle, DRAIN)
        if code != BUSY:
            self._must(code, "shutdown")
        return code == OK

    def _must(self, code, what):
        if code != OK:
            raise QueueError(f"{what} answered {self.library.ipcq_error_name(code).decode()}")
