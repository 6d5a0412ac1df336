"""How fast the machine could be: its matrix multiply, its memory, and what a step asks of each."""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import nn

from benchmarks.subjects import Subject
from benchmarks.timing import Work
from dreamcore.networks import measures

TYPES = {"fp32": torch.float32, "tf32": torch.float32, "bf16": torch.bfloat16}
SIDE = {"cpu": 2048, "cuda": 8192}  #: of the square matrices
CHANNELS, PLANE = 256, (64, 64)  #: of a 3x3 convolution
CONVOLUTION = 2 * 9 * CHANNELS**2 * PLANE[0] * PLANE[1]  #: operations
COPIED = {"cpu": 64 << 20, "cuda": 1 << 30}  #: bytes; far more than any cache holds


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What was measured of a machine in one type."""

    operations: float  # a second: of a square matrix multiply or of a large 3x3 convolution, whichever does more
    bytes: float  # a second, read or written

    def seconds(self, operations: int, moved: int) -> float:
        """The least that so much can take: neither goes faster because the other waits."""
        return max(operations / self.operations, moved / self.bytes)


def in_precision(precision: str, device: torch.device, work: Work) -> Work:
    """`work`, with CUDA's rounding of fp32 factors on for tf32 and off for all else; elsewhere as it is."""
    if device.type != "cuda":
        return work

    def exactly() -> None:
        before = torch.get_float32_matmul_precision()
        torch.set_float32_matmul_precision("high" if precision == "tf32" else "highest")
        try:
            with torch.backends.cudnn.flags(enabled=True, benchmark=False, allow_tf32=precision == "tf32"):
                work()
        finally:
            torch.set_float32_matmul_precision(before)

    return exactly


def works(device: torch.device, precision: str) -> dict[str, Work]:
    """What the limits are measured with, to take turns with what is held against them."""
    side, dtype = SIDE[device.type], TYPES[precision]
    a, b = (torch.randn(side, side, device=device).to(dtype) for _ in range(2))
    # On some processors the library behind convolutions is twice as fast in fp32 as the one behind multiplies.
    planes = torch.randn(1, CHANNELS, *PLANE, device=device).to(dtype).contiguous(memory_format=torch.channels_last)
    kernel = (
        torch.randn(CHANNELS, CHANNELS, 3, 3, device=device).to(dtype).contiguous(memory_format=torch.channels_last)
    )
    source = torch.ones(COPIED[device.type] // 4, device=device)
    target = torch.empty_like(source)
    return {
        "multiply": in_precision(precision, device, lambda: a @ b),
        "convolution": in_precision(precision, device, lambda: F.conv2d(planes, kernel, padding=1)),
        "copy": lambda: target.copy_(source),
    }


def products(device: torch.device) -> int:
    """Operations of one of those multiplies."""
    return 2 * SIDE[device.type] ** 3


def limits(device: torch.device, found: dict[str, float]) -> Limits:
    """From the seconds of each of `works`."""
    return Limits(
        operations=max(products(device) / found["multiply"], CONVOLUTION / found["convolution"]),
        bytes=2 * COPIED[device.type] / found["copy"],
    )


def least_traffic(subject: Subject, height: int, width: int, precision: str) -> int:
    """Bytes that a step has to move: each convolution's input, weights and output, once forward and once back.

    All else can be done while these pass by.
    """
    graph = subject.network.graph.upto([subject.layer])
    shapes = measures.shapes(measures.on_meta(subject.network.module), graph, height, width)
    numbers = 0
    for node, shape in shapes.items():
        module = subject.network.module.get_submodule(str(node.target)) if node.op == "call_module" else None
        if isinstance(module, nn.Conv2d):
            numbers += shape.numel() + shapes[node.all_input_nodes[0]].numel() + module.weight.numel()
    return 2 * numbers * TYPES[precision].itemsize
