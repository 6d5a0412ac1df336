"""Everything that is measured: `python -m benchmarks [PART ...]`, or `make bench`.

Tables go to their places in docs/performance.md, with the machine, versions and the date; `--print` only shows them.
"""

from __future__ import annotations

import argparse
import datetime
import importlib
from collections.abc import Sequence
from pathlib import Path

import torch

from benchmarks.machine import described
from benchmarks.options import Options
from benchmarks.tables import Table, wrapped, written
from dreamcore.devices import choose_device
from dreamcore.processors import keep_freed_memory

DOCUMENT = Path(__file__).parents[1] / "docs" / "performance.md"

#: What runs where nothing is named, in this order. Each is a module with `tables(options)`.
PARTS = ("steps", "against", "dreams", "pairs", "profile", "precision", "codecs", "cold", "throughput", "overhead")
ON_GPU = ("steps", "against", "dreams", "latency", "precision", "cold", "throughput")
#: Only by name: they take photographs or much longer, and their figures stand in other documents.
BY_NAME = ("films", "flicker", "imagining")


def main(arguments: Sequence[str] | None = None) -> None:
    """The command line."""
    asked = _parser().parse_args(arguments)
    device = choose_device(asked.device)
    options = Options(
        device=device,
        threads=asked.threads,
        rounds=asked.rounds or (2 if asked.quick else 5),
        quick=asked.quick,
        networks=tuple(asked.network),
        photos=tuple(asked.photo),
    )
    torch.set_num_threads(options.threads)
    keep_freed_memory()  # as the command line and the workers do
    for part in asked.parts or (ON_GPU if device.type == "cuda" else PARTS):
        content = shown(part, options, importlib.import_module(f"benchmarks.{part}").tables(options))
        print(content, end="\n\n", flush=True)
        if not asked.print and part not in BY_NAME:
            document = asked.document.read_text(encoding="utf-8")
            document = written(document, f"{part} {device.type}", content)
            asked.document.write_text(document, encoding="utf-8")


def shown(part: str, options: Options, tables: Sequence[Table]) -> str:
    """A part's tables, under what made them."""
    machine = described(options.device, options.threads, now=datetime.datetime.now(datetime.UTC))
    how = wrapped(f"`{options.command(part)}`: {machine}.")
    return "\n\n".join([how, *(table.markdown() for table in tables)])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    names = sorted({*PARTS, *ON_GPU, *BY_NAME})
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"{', '.join(names)}; none: all of this device's")
    parser.add_argument("--device", default="cpu", help="cpu, cuda, cuda:1")
    parser.add_argument("--threads", type=int, default=1, help="of torch, on the CPU")
    parser.add_argument("--rounds", type=int, help="of which the best counts (5, quick: 2)")
    parser.add_argument("--quick", action="store_true", help="smaller and fewer: some minutes instead of half an hour")
    parser.add_argument("--network", action="append", default=[], help="only this one; may be repeated")
    parser.add_argument("--photo", action="append", default=[], type=Path, help="instead of a rendered landscape")
    parser.add_argument("--print", action="store_true", help="show the tables, and write nothing")
    parser.add_argument("--document", type=Path, default=DOCUMENT, help=argparse.SUPPRESS)
    return parser


if __name__ == "__main__":
    main()
