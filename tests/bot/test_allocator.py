"""What many threads and large pictures take goes back to the system."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

from bot.allocator import ARENAS

_THREADS = """
import ctypes, sys, threading
from bot.allocator import settle_allocator
if sys.argv[1] == "settled":
    settle_allocator()
libc = ctypes.CDLL(None)
libc.malloc.restype, libc.free.argtypes = ctypes.c_void_p, (ctypes.c_void_p,)
libc.malloc_info.argtypes = (ctypes.c_int, ctypes.c_void_p)
together = threading.Barrier(12)

def work():
    together.wait()
    block = libc.malloc(3000)
    together.wait()  # nobody has ended, whose arena another one could take over
    libc.free(block)

threads = [threading.Thread(target=work) for _ in range(12)]
[one.start() for one in threads]
[one.join() for one in threads]
libc.malloc_info(0, ctypes.c_void_p.in_dll(libc, "stdout"))
libc.fflush(None)
"""


def arenas(how: str) -> int:
    command = [sys.executable, "-c", _THREADS, how]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout.count("<heap nr=")


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="about glibc's allocator")
def test_threads_share_a_few_arenas() -> None:
    assert arenas("settled") <= ARENAS < arenas("left alone")
