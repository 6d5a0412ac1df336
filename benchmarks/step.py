"""One ascent step against a matrix multiply of the same number of operations: `python -m benchmarks.step`.

Step and multiply take turns, and of each the best round counts. On one thread the processor time of the thread is
compared beside the wall clock: on a shared machine it does not count the time that others took.
"""

from __future__ import annotations

import argparse
import platform
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version

import torch
from torch import Tensor

from dreamcore import networks
from dreamcore.devices import native_bf16
from dreamcore.networks import Eye, Network

CASES = (("googlenet", "inception4c"), ("inception_v1", "inception_4c/output"))
TYPES = {"fp32": torch.float32, "bf16": torch.bfloat16}
AIMS = {
    ("googlenet", "fp32"): 1.15,
    ("googlenet", "bf16"): 1.5,
    ("inception_v1", "fp32"): 1.4,
    ("inception_v1", "bf16"): 2.0,
}
GEMM = 2048  # side of the square matrices


@dataclass
class Best:
    """The shortest round so far, in seconds."""

    wall: float = float("inf")
    processor: float = float("inf")

    def add(self, work: Callable[[], object]) -> None:
        wall, processor = time.perf_counter(), time.thread_time()
        work()
        self.processor = min(self.processor, time.thread_time() - processor)
        self.wall = min(self.wall, time.perf_counter() - wall)


def step_of(eye: Eye, layer: str, height: int, width: int) -> Callable[[], Tensor]:
    """Forward, and the gradient of half the squared activation with respect to the picture."""
    picture = torch.rand(1, 3, height, width).contiguous(memory_format=torch.channels_last).requires_grad_()

    def step() -> Tensor:
        values = eye(picture)[layer]
        return torch.autograd.grad(values, picture, values.detach())[0]

    return step


def multiply_of(dtype: torch.dtype) -> Callable[[], Tensor]:
    a, b = (torch.randn(GEMM, GEMM).to(dtype) for _ in range(2))
    return lambda: a @ b


def network_of(name: str) -> tuple[Network, str]:
    """With real weights if they are here; random ones cost the same."""
    if networks.available(name):
        return networks.load(name, download=False), "real"
    return networks.random_weights(name), "random"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--height", type=int, default=384)
    parser.add_argument("--width", type=int, default=512)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=5, help="of which the best counts, after one to warm up")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    cpu = torch.device("cpu")
    print(f"{processor_name()}, Python {platform.python_version()}, ", end="")
    print(f"torch {torch.__version__}, torchvision {version('torchvision')}, {options.threads} thread(s)")
    print(f"one step at {options.height}x{options.width} against a {GEMM}³ multiply, best of {options.rounds}\n")
    print(
        "| network       | weights | type | GFLOP | step ms | multiply ms | ratio | aim  | by processor time | MB   |"
    )
    print(
        "|---------------|---------|------|-------|---------|-------------|-------|------|-------------------|------|"
    )
    for name, layer in CASES:
        network, weights = network_of(name)
        for precision, dtype in TYPES.items():
            if precision == "bf16" and not native_bf16(cpu):
                print(f"| {name:13} | {weights:7} | bf16 | this processor does not multiply bfloat16 itself |")
                continue
            eye = network.prepare([layer], device=cpu, precision=precision)
            step, multiply = step_of(eye, layer, options.height, options.width), multiply_of(dtype)
            best_step, best_multiply = Best(), Best()
            step()
            multiply()
            for _ in range(options.rounds):
                best_step.add(step)
                best_multiply.add(multiply)
            operations = eye.operations(options.height, options.width)
            share = operations / (2 * GEMM**3)
            ratio = best_step.wall / best_multiply.wall / share
            processor = best_step.processor / best_multiply.processor / share
            megabytes = eye.activation_bytes(options.height, options.width) / 1e6
            by_processor = f"{processor:.2f}" if options.threads == 1 else "-"
            print(
                f"| {name:13} | {weights:7} | {precision} | {operations / 1e9:5.1f} | {best_step.wall * 1e3:7.1f} "
                f"| {best_multiply.wall * share * 1e3:11.1f} | {ratio:5.2f} | {AIMS[name, precision]:<4} "
                f"| {by_processor:>17} | {megabytes:4.0f} |"
            )
    print("\nMB: memory of one step at its peak, without the weights.")


def processor_name() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:  # noqa: PTH123
            return next(line.partition(":")[2].strip() for line in file if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


if __name__ == "__main__":
    main()
