"""What was measured, on what, and when: the line that stands with every table."""

from __future__ import annotations

import datetime
import os
import platform
from importlib.metadata import version

import psutil
import torch

from dreamcore.devices import native_bf16
from dreamcore.recipe import PRECISIONS

PACKAGES = ("torch", "torchvision", "Pillow")


def described(device: torch.device, threads: int, *, now: datetime.datetime) -> str:
    """The machine, versions, and the date."""
    versions = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    what = f"{processor_name()}, {psutil.cpu_count()} cores of it, {threads} thread{'s' * (threads > 1)}"
    if device.type == "cuda":
        gpu = torch.cuda.get_device_properties(device)
        what = f"{gpu.name}, {gpu.total_memory / 2**30:.0f} GiB, CUDA {torch.version.cuda}, beside {what}"
    load = f"; others at work: load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    return f"{now:%Y-%m-%d}, {what}; Python {platform.python_version()}, {versions}{load}"


def processor_name() -> str:
    """As the system calls it."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:  # noqa: PTH123
            return next(line.partition(":")[2].strip() for line in file if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def precisions(device: torch.device, *, of_recipes: bool = False) -> tuple[str, ...]:
    """Those that the device multiplies itself; of_recipes: only those that a recipe can ask for."""
    names = ["fp32", *(["tf32"] if device.type == "cuda" else []), *(["bf16"] if native_bf16(device) else [])]
    return tuple(name for name in names if not of_recipes or name in PRECISIONS)
