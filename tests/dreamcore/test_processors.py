"""How much of the machine is ours."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from dreamcore.processors import usable_cores, usable_memory

CORES = 64


@pytest.fixture(autouse=True)
def _a_large_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(CORES)), raising=False)


def _written(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="ascii")
    return root


def _cores(root: Path, own: str, files: dict[str, str]) -> int:
    _written(root, {**files, "own": own})
    return usable_cores(groups=root, own=root / "own")


def test_a_machine_without_limits_is_used_whole(tmp_path: Path) -> None:
    assert _cores(tmp_path, "0::/user.slice\n", {"user.slice/cpu.max": "max 100000\n"}) == CORES
    assert usable_cores(groups=tmp_path / "none", own=tmp_path / "none" / "own") == CORES


def test_cores_that_the_process_is_kept_off_are_not_counted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {3, 5, 7})
    assert usable_cores(groups=tmp_path, own=tmp_path / "own") == 3


@pytest.mark.parametrize(
    ("limit", "cores"),
    [("200000 100000", 2), ("250000 100000", 2), ("50000 100000", 1), ("800000 50000", 16), ("9900000 100000", CORES)],
)
def test_a_container_gets_as_many_threads_as_it_is_allowed_cores(tmp_path: Path, limit: str, cores: int) -> None:
    assert _cores(tmp_path, "0::/\n", {"cpu.max": f"{limit}\n"}) == cores


def test_a_limit_around_our_own_group_counts_too(tmp_path: Path) -> None:
    files = {"a/cpu.max": "300000 100000\n", "a/b/cpu.max": "max 100000\n", "a/b/c/cpu.max": "700000 100000\n"}
    assert _cores(tmp_path, "0::/a/b/c\n", files) == 3


@pytest.mark.parametrize("folder", ["cpu,cpuacct/docker/x", "cpu/docker/x", "cpu"])
def test_older_control_groups_are_understood(tmp_path: Path, folder: str) -> None:
    own = "7:memory:/docker/x\n4:cpu,cpuacct:/docker/x\n0::/docker/x\n"
    files = {f"{folder}/cpu.cfs_quota_us": "400000\n", f"{folder}/cpu.cfs_period_us": "100000\n"}
    assert _cores(tmp_path, own, files) == 4
    assert _cores(tmp_path, own, {f"{folder}/cpu.cfs_quota_us": "-1\n"}) == CORES


@pytest.mark.parametrize("limit", ["", "max", "nonsense here", "100000 0", "1 2 3"])
def test_a_limit_that_cannot_be_read_is_none(tmp_path: Path, limit: str) -> None:
    assert _cores(tmp_path, "0::/\n", {"cpu.max": limit}) == CORES
    assert _cores(tmp_path, "what is this\n", {"cpu.max": "100000 100000"}) == CORES


def test_a_containers_memory_is_what_it_is_allowed(tmp_path: Path) -> None:
    files = {"own": "0::/a/b\n", "a/memory.max": f"{1 << 20}\n", "a/b/memory.max": "max\n"}
    root = _written(tmp_path, files)
    assert usable_memory(groups=root, own=root / "own") == 1 << 20
    assert usable_memory(groups=root / "none", own=root / "none") > 1 << 20


@pytest.mark.skipif(sys.platform != "linux", reason="only glibc can be told")
def test_memory_that_a_step_frees_is_there_for_the_next() -> None:
    program = """
import ctypes, resource, sys
from dreamcore.processors import keep_freed_memory
told = sys.argv[1] == "told" and keep_freed_memory()
if sys.argv[1] == "told" and not told:
    print("another library")
    sys.exit()
libc = ctypes.CDLL(None)
libc.malloc.restype, libc.free.argtypes = ctypes.c_void_p, (ctypes.c_void_p,)
libc.malloc.argtypes, libc.memset.argtypes = (ctypes.c_size_t,), (ctypes.c_void_p, ctypes.c_int, ctypes.c_size_t)
def step():
    blocks = [libc.malloc(24 << 20) for _ in range(6)]
    for block in blocks:
        libc.memset(block, 1, 24 << 20)
    for block in blocks:
        libc.free(block)
for _ in range(3):
    step()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(5):
    step()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""

    # As Dask starts its workers: all that is freed goes back to the system at once.
    environment = {**os.environ, "MALLOC_TRIM_THRESHOLD_": "65536"}

    def faults(how: str) -> str:
        command = [sys.executable, "-c", program, how]
        made = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
        return made.stdout.strip()

    told = faults("told")
    if told == "another library":
        pytest.skip("the C library is not glibc")
    assert int(told) < 1000 < int(faults("untold"))
