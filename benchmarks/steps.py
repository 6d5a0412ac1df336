"""One ascent step against the machine's limit, and against a textbook's: `python -m benchmarks steps`.

A step is the forward pass and the gradient of half the layer's squared activation with respect to the picture. Its
limit is what its convolutions cost at the best rate of a matrix multiply or a large convolution, measured in turns with
it, or, where that takes longer, what they have to move at the rate of a copy.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from benchmarks import roofline
from benchmarks.machine import precisions
from benchmarks.options import Options, megabytes, milliseconds
from benchmarks.subjects import LAYERS, Subject, subject
from benchmarks.tables import Table
from benchmarks.timing import Work, peak_bytes, race
from dreamcore.devices import undisturbed
from dreamcore.networks import Eye

#: Of a step at 384x512 over torch's own matrix multiply of as many operations, one thread, as the engine promises.
AIMS = {
    ("googlenet", "fp32"): 1.15,
    ("googlenet", "bf16"): 1.5,
    ("inception_v1", "fp32"): 1.4,
    ("inception_v1", "bf16"): 2.0,
}
AIM_SIZE = 384, 512
COLUMNS = (
    "network",
    "size",
    "type",
    "GFLOP",
    "ms",
    "limit ms",
    "ratio",
    "peak MB",
    "textbook, fp32: ms",
    "MB",
    "faster",
)


@dataclass(frozen=True, kw_only=True)
class Figures:
    """Of a step in one precision."""

    operations: int
    seconds: float
    limit: float
    multiply: float  # seconds of as many operations in torch's own matrix multiply
    peak: int | None
    textbook: float
    textbook_peak: int | None


def tables(options: Options) -> list[Table]:
    found: list[tuple[str, ...]] = []
    against: list[tuple[str, ...]] = []
    for name in options.chosen(tuple(LAYERS)):
        of_sizes, promised = rows_of(name, options)
        found += of_sizes
        against += promised
    made = [Table(columns=COLUMNS, rows=found)]
    if against:
        about = "The same steps at 384 x 512 over torch's own matrix multiply of as many operations:"
        made.append(Table(about=about, columns=("network", "type", "ratio", "aim"), rows=against))
    return made


def rows_of(name: str, options: Options) -> tuple[list[tuple[str, ...]], list[tuple[str, ...]]]:
    """Of a network at each size; and what is promised of it, beside what is kept."""
    one = subject(name)
    found: list[tuple[str, ...]] = []
    promised: list[tuple[str, ...]] = []
    for size in sizes(name, options):
        for precision, figures in measured(one, size, options).items():
            found.append(_row(one, size, precision, figures))
            if size == AIM_SIZE and (name, precision) in AIMS and options.device.type == "cpu":
                ratio = f"{figures.seconds / figures.multiply:.2f}"
                promised.append((one.title, precision, ratio, f"{AIMS[name, precision]}"))
    return found, promised


def sizes(name: str, options: Options) -> list[tuple[int, int]]:
    """(height, width) that a network is measured at."""
    promised = [AIM_SIZE] * any(name == network for network, _ in AIMS)
    if options.quick:
        return promised or [(256, 256)]
    more = [(512, 512), (2048, 2048)] if name == "inception_v1" else []
    return sorted([*promised, (1024, 1024), *more])


def measured(one: Subject, size: tuple[int, int], options: Options) -> dict[str, Figures]:
    """By precision; everything takes turns."""
    device = options.device
    picture = torch.rand(1, 3, *size, device=device)
    works: dict[tuple[str, str], Work] = {}
    peaks, operations = {}, 0
    for precision in precisions(device):
        eye = one.network.prepare([one.layer], device=device, precision=precision)
        operations = eye.operations(*size)
        step = step_of(eye, one.layer, picture)
        step()
        peaks[precision] = peak_bytes(step, device)
        works[precision, "step"] = step
    textbook = one.textbook(device)
    textbook_step = roofline.in_precision("fp32", device, lambda: textbook.step(picture))
    textbook_peak = peak_bytes(textbook_step, device)
    works["fp32", "textbook"] = textbook_step
    for precision in precisions(device):
        works |= {(precision, what): work for what, work in roofline.works(device, precision).items()}
    best = race(works, options.stopwatch, rounds=options.rounds, seconds=30)
    found = {}
    for precision in precisions(device):
        limits = roofline.limits(device, {what: took for (kind, what), took in best.items() if kind == precision})
        found[precision] = Figures(
            operations=operations,
            seconds=best[precision, "step"],
            limit=limits.seconds(operations, roofline.least_traffic(one, *size, precision)),
            multiply=best[precision, "multiply"] * operations / roofline.products(device),
            peak=peaks[precision],
            textbook=best["fp32", "textbook"],
            textbook_peak=textbook_peak,
        )
    return found


def step_of(eye: Eye, layer: str, picture: Tensor) -> Work:
    """Forward, and the gradient with respect to `picture` (1, 3, H, W)."""
    seen = picture.clone().contiguous(memory_format=torch.channels_last).requires_grad_()

    def step() -> Tensor:
        with undisturbed(picture.device, tf32=eye.precision == "tf32"), torch.enable_grad():
            values = eye(seen)[layer]
            return torch.autograd.grad(values, seen, values.detach())[0]

    return step


def _row(one: Subject, size: tuple[int, int], precision: str, figures: Figures) -> tuple[str, ...]:
    return (
        one.title,
        f"{size[1]} x {size[0]}",
        precision,
        f"{figures.operations / 1e9:.0f}",
        milliseconds(figures.seconds),
        milliseconds(figures.limit),
        f"{figures.seconds / figures.limit:.2f}",
        megabytes(figures.peak),
        milliseconds(figures.textbook),
        megabytes(figures.textbook_peak),
        f"{figures.textbook / figures.seconds:.1f}",
    )
