"""A recorder for the CPU that is as strict as a CUDA graph: the same operations on the same memory, Python unheard."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

aten = torch.ops.aten
#: What would wait for a GPU: a value read, a list sent, a shape that depends on values.
WAITING = frozenset({aten._local_scalar_dense.default, aten.lift_fresh.default, aten.nonzero.default})


class Waited(RuntimeError):
    """An operation that a GPU would be waited for."""


class Calls(TorchDispatchMode):
    """Every operation with what it was called with and what came out, all of it kept."""

    def __init__(self) -> None:
        super().__init__()
        self.made: list[tuple[Any, Any, Any, Any]] = []

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if func in WAITING:
            raise Waited(str(func))
        result = func(*args, **(kwargs or {}))
        self.made.append((func, args, kwargs or {}, result))
        return result


class Tape:
    """A `replays.Recorder`."""

    def __init__(self) -> None:
        self.held = 0
        self.forgotten = 0

    def record(self, work: Callable[[], None]) -> Callable[[], None]:
        calls = Calls()
        with calls:
            work()
        made = calls.made

        @torch.no_grad()
        def replay() -> None:
            for func, args, kwargs, before in made:
                for old, new in zip(tree_leaves(before), tree_leaves(func(*args, **kwargs)), strict=True):
                    if isinstance(old, Tensor) and old.data_ptr() != new.data_ptr():
                        old.detach().copy_(new)

        return replay

    def forget(self) -> None:
        self.forgotten += 1

    def begin(self) -> None: ...

    def end(self) -> None: ...
