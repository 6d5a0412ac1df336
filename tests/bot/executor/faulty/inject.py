"""As sitecustomize.py in front of everything on a worker's PYTHONPATH: dreams of certain seeds go wrong in the engine.

The engine is the real one, and all other dreams are dreamt. FAULTS, such as `7=hangs,8=holds:1`, says which seeds do
what: one of the functions below, for ever or so many times (by files in the folder FAULTS_FOLDER). In the processes
that decode strangers' pictures, files that end with a certain word bring their decoder down.
"""

from __future__ import annotations

import contextlib
import ctypes
import importlib.abc
import importlib.machinery
import importlib.util
import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

STEP_SECONDS = 0.4  #: enough for each step to be reported, and for that to leave the process
Dream = Callable[..., Any]


def hangs(dream: Dream, *given: Any, **named: Any) -> Any:
    """In Python: other threads, and the heartbeat, go on."""
    return _stuck(lambda: time.sleep(1e6), dream, *given, **named)


def holds(dream: Dream, *given: Any, **named: Any) -> Any:
    """In a native call that keeps the interpreter: no thread of the process does anything any more."""
    return _stuck(lambda: ctypes.PyDLL(None).sleep(1 << 30), dream, *given, **named)


def crashes(dream: Dream, *given: Any, **named: Any) -> Any:
    return _stuck(lambda: ctypes.string_at(0), dream, *given, **named)


def breaks(dream: Dream, *given: Any, **named: Any) -> Any:
    """As a GPU does after which its process can use none."""

    def fail() -> None:
        raise RuntimeError("CUDA error: an illegal memory access was encountered")

    return _stuck(fail, dream, *given, **named)


def short(dream: Dream, *given: Any, **named: Any) -> Any:
    """A GPU says that it has memory for a whole step, and has it for small windows only."""
    return _short_of_memory(10_000, dream, *given, **named)


def none(dream: Dream, *given: Any, **named: Any) -> Any:
    """A GPU has no memory at all, whatever it says."""
    return _short_of_memory(0, dream, *given, **named)


def _stuck(act: Callable[[], object], dream: Dream, *given: Any, **named: Any) -> Any:
    """After a few steps."""
    steps, tell = 0, named.pop("on_progress")

    def after_step(progress: Any) -> None:
        nonlocal steps
        time.sleep(STEP_SECONDS)
        tell(progress)
        steps += 1
        if steps == 3:
            time.sleep(STEP_SECONDS)
            act()

    return dream(*given, on_progress=after_step, **named)


def _short_of_memory(pixels: int, dream: Dream, *given: Any, **named: Any) -> Any:
    import torch

    from dreamcore import ascent, planning

    real, windows = ascent.gradient, []

    def gradient(picture: Any, *, canvas: Any, **more: Any) -> Any:
        largest = max(tile.window.height * tile.window.width for tile in canvas.tiles)
        windows.append(largest)
        if largest > pixels:
            raise torch.OutOfMemoryError(f"CUDA out of memory: no window of {largest} pixels")
        return real(picture, canvas=canvas, **more)

    available = planning.available_memory
    ascent.gradient, planning.available_memory = gradient, lambda device: 8 << 20  # type: ignore[assignment]
    try:
        return dream(*given, **named)
    finally:
        ascent.gradient, planning.available_memory = real, available
        (Path(os.environ["FAULTS_FOLDER"]) / f"windows-{given[1].seed}").write_text(" ".join(map(str, windows)))


def _wrong(what: str) -> Callable[[], Callable[..., Any] | None]:
    """The fault of this name, as long as it is to happen."""
    name, _, times = what.partition(":")
    fault: Callable[..., Any] = globals()[name]

    def due() -> Callable[..., Any] | None:
        for number in range(int(times or 0)):
            with contextlib.suppress(FileExistsError):
                (Path(os.environ["FAULTS_FOLDER"]) / f"{name}-{number}").touch(exist_ok=False)
                return fault
        return None if times else fault

    return due


def _changed(module: ModuleType) -> None:
    faults = {seed: _wrong(what) for seed, _, what in (one.partition("=") for one in os.environ["FAULTS"].split(","))}
    real: Dream = module.begin_dream

    def dream(picture: Any, recipe: Any, **named: Any) -> Any:
        due = faults.get(str(recipe.seed))
        fault = due() if due is not None else None
        return real(picture, recipe, **named) if fault is None else fault(real, picture, recipe, **named)

    module.begin_dream = dream  # type: ignore[attr-defined]


def _short_limits(decoder: ModuleType) -> None:
    """What would take its decoder half a minute of the processor's time is over sooner."""
    decoder.DecoderLimits.__init__.__kwdefaults__["cpu_seconds"] = 2


def _bad_pictures(picture: ModuleType) -> None:
    real = picture.decode

    def memory() -> None:
        hoard = []
        while True:
            hoard.append(bytearray(32 << 20))

    def endless() -> None:
        while True:
            pass

    bad = {b"segfault": lambda: ctypes.string_at(0), b"memory": memory, b"endless": endless}

    def decode(data: bytes, **how: Any) -> Any:
        for word, act in bad.items():
            if data.endswith(word):
                act()
        return real(data, **how)

    picture.decode = decode  # type: ignore[attr-defined]


class _Finder(importlib.abc.MetaPathFinder):
    """Lets a module be found as it is, and changes it once it is there."""

    def __init__(self, name: str, change: Callable[[ModuleType], None]) -> None:
        self._name, self._change = name, change

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if name != self._name:
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        assert spec is not None
        assert spec.loader is not None
        begin = spec.loader.exec_module

        def execute(module: ModuleType) -> None:
            begin(module)
            self._change(module)

        spec.loader.exec_module = execute  # type: ignore[method-assign]
        return spec


if "FAULTS" in os.environ:
    sys.meta_path.insert(0, _Finder("bot.executor.kinds.dreams", _changed))
    sys.meta_path.insert(0, _Finder("bot.executor.decoder", _short_limits))
elif "bot.executor.decoder" in sys.orig_argv:
    sys.meta_path.insert(0, _Finder("dreamcore.picture", _bad_pictures))
