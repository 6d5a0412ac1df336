"""`python -m dreamcore.training`: train the built-in network, measure it, look at it, ship it."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import torch

from dreamcore.errors import DreamError
from dreamcore.training.plan import PLANS
from dreamcore.training.reporting import show
from dreamcore.training.robust import Run, train


def train_command(options: argparse.Namespace) -> None:
    run = Run(
        folder=options.folder / options.plan,
        pool=options.folder / f"pool-{options.plan}",
        plan=PLANS[options.plan].scaled(options.scale),
        network=options.plan,
        processes=options.processes,
        device=options.device,
    )
    print(f"{options.plan}: {len(run.plan.stages)} stage(s) in {run.folder}, device {run.device}", flush=True)
    finished = train(run, show)
    print(f"done: {finished.seconds / 3600:.2f} h of training; the network is in {run.folder / 'last.pt'}")


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(
        prog="python -m dreamcore.training",
        description="How the network `daydream` is made: procedural pictures, adversarial training, measures, sheets.",
    )
    commands = top.add_subparsers(required=True)
    cuda = torch.cuda.is_available()
    make = commands.add_parser(
        "train",
        help="train, or go on with a run that was interrupted",
        description="Draws the pool of pictures (minutes), then trains stage by stage (hours on two CPU cores). A "
        "checkpoint every two minutes; the same command goes on from the last one.",
    )
    make.add_argument("plan", choices=sorted(PLANS))
    make.add_argument("--folder", type=Path, default=Path("training-run"), help="pools and checkpoints go here")
    make.add_argument("--scale", type=float, default=1.0, help="so many times the plan's pictures")
    make.add_argument("--processes", type=int, default=1 if cuda else 2, help="one a CPU core; 1 on a GPU")
    make.add_argument("--device", default="cuda" if cuda else "cpu")
    make.set_defaults(command=train_command)
    return top


def main(arguments: list[str] | None = None) -> int:
    options = parser().parse_args(arguments)
    try:
        options.command(options)
    except DreamError as error:
        print(error.sentence, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Interrupted. The last checkpoint is kept; the same command goes on from it.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
