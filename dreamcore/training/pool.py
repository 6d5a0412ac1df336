"""A pool of rendered pictures in memory-mapped files: drawn once, read by every training process.

Picture chunk k is drawn from a seed made of the pool's seed and k, so a pool that was interrupted goes on where it
stopped and ends up the same as one that was not.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.multiprocessing.spawn import spawn

from dreamcore.errors import DreamError
from dreamcore.training.catalogue import NAMES
from dreamcore.training.scenes import SceneRenderer

POOL_VERSION: Final = 1
CHUNK: Final = 1024  #: pictures drawn from one seed
_SEED_STRIDE: Final = 1_000_003


class PoolError(DreamError):
    """A pool's files are damaged or were drawn for something else."""


@dataclass(frozen=True, kw_only=True)
class PoolPlan:
    """What a pool holds."""

    pictures: int
    size: int = 96
    seed: int = 1
    single: bool = False  # every picture one motif, the classes in turn: for measuring

    @property
    def chunks(self) -> int:
        return -(-self.pictures // CHUNK)


class Pool:
    """An opened pool: `pictures` (N, 3, size, size) bytes and `labels` (N, classes) half precision."""

    def __init__(self, folder: Path, plan: PoolPlan, *, writable: bool = False) -> None:
        mode: Literal["r+", "r"] = "r+" if writable else "r"
        rows, size = plan.chunks * CHUNK, plan.size
        self.plan = plan
        self._pictures: NDArray[np.uint8] = np.memmap(
            folder / "pictures.u8", np.uint8, mode, shape=(rows, 3, size, size)
        )
        self._labels: NDArray[np.float16] = np.memmap(folder / "labels.f16", np.float16, mode, shape=(rows, len(NAMES)))
        self.done: NDArray[np.uint8] = np.memmap(folder / "done.u8", np.uint8, mode, shape=(plan.chunks,))

    def __len__(self) -> int:
        return self.plan.pictures

    def read(self, rows: Tensor) -> tuple[Tensor, Tensor]:
        """Pictures (n, 3, size, size) as bytes and their labels (n, classes) as floats."""
        index = rows.numpy()
        return torch.from_numpy(self._pictures[index]), torch.from_numpy(self._labels[index]).float()

    def write_chunk(self, chunk: int, pictures: Tensor, labels: Tensor) -> None:
        start = chunk * CHUNK
        self._pictures[start : start + CHUNK] = (pictures * 255).round().byte().cpu().numpy()
        self._labels[start : start + CHUNK] = labels.half().cpu().numpy()
        self.done[chunk] = 1  # last: a chunk without it is drawn again


def draw_chunk(plan: PoolPlan, chunk: int, device: str = "cpu") -> tuple[Tensor, Tensor]:
    renderer = SceneRenderer(plan.size, plan.seed * _SEED_STRIDE + chunk, device)
    half = CHUNK // 2  # two at a time keep the working set in the cache
    parts = []
    for start in (0, half):
        rows = torch.arange(start, start + half, device=device) + chunk * CHUNK
        parts.append(renderer.render(half, rows % len(NAMES) if plan.single else None))
    return torch.cat([part[0] for part in parts]), torch.cat([part[1] for part in parts])


def _draw_share(rank: int, processes: int, folder: Path, plan: PoolPlan, device: str) -> None:
    torch.set_num_threads(1)  # one thread a process: two threads beside a busy neighbour are several times slower
    pool = Pool(folder, plan, writable=True)
    for chunk in range(rank, plan.chunks, processes):
        if not pool.done[chunk]:
            pool.write_chunk(chunk, *draw_chunk(plan, chunk, device))


def open_pool(
    folder: Path,
    plan: PoolPlan,
    *,
    processes: int = 1,
    device: str = "cpu",
    report: Callable[[str], None] | None = None,
) -> Pool:
    """The pool in `folder`, drawn first as far as it is not there. Raises `PoolError` for another pool's files."""
    folder.mkdir(parents=True, exist_ok=True)
    described = {"version": POOL_VERSION, "classes": list(NAMES), **asdict(plan)}
    about = folder / "pool.json"
    rows, size = plan.chunks * CHUNK, plan.size
    lengths = {
        "pictures.u8": rows * 3 * size * size,
        "labels.f16": rows * len(NAMES) * 2,
        "done.u8": plan.chunks,
    }
    if about.exists():
        try:
            same = json.loads(about.read_text()) == described
        except ValueError:
            same = False
        if not same:
            raise PoolError(f"The pool in {folder} is another one. Name another folder, or remove it.")
        if any((folder / name).stat().st_size != length for name, length in lengths.items()):
            raise PoolError(f"The pool in {folder} is damaged. Remove it, and it will be drawn again.")
    else:
        for name, length in lengths.items():
            with (folder / name).open("wb") as file:
                file.truncate(length)
        temporary = about.with_suffix(".new")
        temporary.write_text(json.dumps(described))
        temporary.replace(about)
    pool = Pool(folder, plan, writable=True)
    missing = int((pool.done == 0).sum())
    if missing:
        if report:
            report(f"drawing {missing * CHUNK} pictures of {size} px with {processes} process(es)")
        if processes == 1:
            _draw_share(0, 1, folder, plan, device)
        else:
            spawn(_draw_share, (processes, folder, plan, device), nprocs=processes, daemon=True)  # type: ignore[no-untyped-call]
    return Pool(folder, plan)
