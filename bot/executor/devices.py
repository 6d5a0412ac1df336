"""Which workers this machine gets: one for each GPU, or one for every few cores. GPUs are found without torch."""

from __future__ import annotations

import dataclasses
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.config import ExecutorConfig

#: Where nothing is set. Twice the threads make one dream 1.7 times as fast, two workers two: so with few cores one
#: dream at a time is made as fast as can be, with more of them several go on beside each other.
CORES_OF_A_WORKER = 4
MEMORY_OF_A_WORKER = 2 << 30  #: bytes

GPU_SLOTS = 2  #: orders beside the spare one: while one dreams, one is encoded and one is decoded
_LISTED = re.compile(r"^(?P<indent>\s*)(?:GPU|MIG)\b.*\(UUID: (?P<uuid>[\w-]+)\)", re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class WorkerPlan:
    """One worker process."""

    name: str
    device: str  # as `dreamcore.devices.choose_device` takes it
    environment: Mapping[str, str]
    threads: int  # of torch
    slots: int

    def named(self, name: str) -> WorkerPlan:
        return dataclasses.replace(self, name=name)

    def beside(self, environment: Mapping[str, str]) -> WorkerPlan:
        """What it is told beside its own."""
        return dataclasses.replace(self, environment={**environment, **self.environment})


def plan_workers(
    config: ExecutorConfig, *, gpus: Sequence[str], cores: int, memory: int = 1 << 62
) -> tuple[WorkerPlan, ...]:
    """The workers that `config` asks for, on a machine with these GPUs and cores and so many bytes of memory.

    >>> [[plan.threads for plan in plan_workers(ExecutorConfig(), gpus=(), cores=n)] for n in (1, 2, 4, 8, 16)]
    [[1], [2], [4], [4, 4], [4, 4, 4, 4]]
    """
    kind, _, number = config.device.strip().lower().partition(":")
    chosen = list(gpus) if kind in ("auto", "cuda") else []
    if number.isdecimal():  # one that is not there is the worker's to complain about
        chosen = chosen[int(number) :][:1]
    count = config.workers or len(chosen) or _on_processors(config, cores, memory)
    threads = config.threads or max(1, cores // count)
    return tuple(_plan(f"dream-{index}", index, chosen, config.device, threads) for index in range(count))


def _on_processors(config: ExecutorConfig, cores: int, memory: int) -> int:
    device = config.device.strip().lower()
    if config.threads or device not in ("auto", "cpu") or (device == "auto" and sys.platform == "darwin"):
        return 1  # of Apple's GPU there is one
    return max(1, min(cores // CORES_OF_A_WORKER, memory // MEMORY_OF_A_WORKER))


def _plan(name: str, index: int, gpus: Sequence[str], device: str, threads: int) -> WorkerPlan:
    if gpus:
        environment = {"CUDA_VISIBLE_DEVICES": gpus[index % len(gpus)]}
        return WorkerPlan(name=name, device="cuda", environment=environment, threads=threads, slots=GPU_SLOTS)
    return WorkerPlan(name=name, device=device, environment={}, threads=threads, slots=1)


def nvidia_gpus(environment: Mapping[str, str], timeout: float = 10.0) -> tuple[str, ...]:
    """The GPUs that may be used, as CUDA_VISIBLE_DEVICES takes them; empty where NVIDIA's tool is not there."""
    allowed = environment.get("CUDA_VISIBLE_DEVICES")
    if allowed is not None:
        return tuple(part.strip() for part in allowed.split(",") if part.strip() and part.strip() != "-1")
    try:
        listed = subprocess.run(
            ["nvidia-smi", "-L"],  # noqa: S607 - where the operator's PATH has it
            capture_output=True,
            text=True,
            timeout=timeout,
            env=dict(environment),
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return ()
    return listed_gpus(listed.stdout)


def listed_gpus(text: str) -> tuple[str, ...]:
    """The ids in what `nvidia-smi -L` prints; of a GPU that is cut into MIG slices the slices, not itself.

    >>> listed_gpus("GPU 0: NVIDIA H200 (UUID: GPU-1a)\\nGPU 1: NVIDIA H200 (UUID: GPU-2b)\\n")
    ('GPU-1a', 'GPU-2b')
    """
    found: list[str] = []
    whole: str | None = None
    for match in _LISTED.finditer(text):
        if not match["indent"]:
            whole = match["uuid"]
            found.append(whole)
            continue
        if whole is not None and found[-1] == whole:
            found.pop()
        found.append(match["uuid"])
    return tuple(found)
