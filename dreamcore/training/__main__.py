"""`python -m dreamcore.training`: train the built-in network, measure it, look at it, ship it."""

from __future__ import annotations

import argparse
import signal
import sys
from pathlib import Path
from types import FrameType

import torch

from dreamcore.errors import DreamError
from dreamcore.networks.daydream import SHIPPED_WEIGHTS, DaydreamNet, load_daydream
from dreamcore.training import sheets
from dreamcore.training.checkpoints import Checkpoint, CheckpointError
from dreamcore.training.evaluate import accuracy, held_out
from dreamcore.training.export import export, folded
from dreamcore.training.judge import JudgeNet
from dreamcore.training.judging import verdict
from dreamcore.training.plan import PLANS
from dreamcore.training.reporting import show
from dreamcore.training.robust import Run, train

CALIBRATION_PICTURES = 384
CALIBRATION_SEED = 9_000_002


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


def export_command(options: argparse.Namespace) -> None:
    checkpoint = Checkpoint.load(options.checkpoint)
    pictures, _ = held_out(CALIBRATION_PICTURES, seed=CALIBRATION_SEED)
    dtype = torch.float8_e4m3fn if options.quarter else torch.half
    export(checkpoint.averaged, pictures, options.to, provenance=options.provenance, dtype=dtype)
    print(f"{options.to}: {options.to.stat().st_size / 1e6:.2f} MB")


def network(path: Path) -> DaydreamNet:
    """A shipped file, or a checkpoint's averaged weights in the shipped form."""
    return folded(Checkpoint.load(path).averaged) if path.suffix == ".pt" else load_daydream(path)[0]


def judge_network(path: Path) -> JudgeNet:
    checkpoint = Checkpoint.load(path)
    judge = JudgeNet(len(checkpoint.classes))
    try:
        judge.load_state_dict(checkpoint.averaged)
    except RuntimeError as error:
        raise CheckpointError(f"The checkpoint {path} is not one of the judge's.") from error
    return judge.eval().requires_grad_(False)


def evaluate_command(options: argparse.Namespace) -> None:
    net = network(options.weights)
    pictures, numbers = held_out(options.pictures, size=options.size)
    for radius in options.radii:
        shown = pictures[: options.attacked] if radius else pictures
        found = accuracy(net, shown, numbers[: len(shown)], radius=radius, steps=options.steps)
        kind = f"PGD-{options.steps}, L2 {radius:g}" if radius else "clean"
        print(f"{kind:18s} {found.overall:.1%} of {len(shown)} (worst: {found.worst()})", flush=True)


def judge_command(options: argparse.Namespace) -> None:
    judge = judge_network(options.judge)
    pictures, numbers = held_out(1180, size=64)
    print(f"the judge itself, clean: {accuracy(judge, pictures, numbers).overall:.1%} of {len(pictures)}", flush=True)
    found = verdict(network(options.weights), judge, seeds=options.seeds)
    print(f"imagined from noise, {options.seeds} seeds a class: {found.right:.1%} recognised")
    for name in sorted(found.by_class, key=lambda name: found.by_class[name]):
        if found.by_class[name] < 1:
            print(f"  {name:12s} {found.by_class[name]:.0%}")
    print(f"recognised less than half the time: {', '.join(found.doubtful) or 'none'}")


def sheet_command(options: argparse.Namespace) -> None:
    options.to.mkdir(parents=True, exist_ok=True)
    if options.what == "drawn":
        sheets.drawn_sheet(seed=options.seed).save(options.to / "drawn.jpg", quality=78)
    elif options.what == "imagined":
        sheets.imagined_sheet(network(options.weights), seed=options.seed).save(options.to / "imagined.jpg", quality=90)
    elif options.what == "layers":
        sheets.layers_sheet(options.weights, seed=options.seed).save(options.to / "layers.jpg", quality=88)
    else:
        sheets.blind_sheet(network(options.weights), options.to, seed=options.seed)
    print(f"written to {options.to}")


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(
        prog="python -m dreamcore.training",
        description="How the network `daydream` is made: procedural pictures, adversarial training, measures, sheets.",
        epilog="In order: train daydream, train judge, export, evaluate, judge, sheet imagined. See docs/daydream.md.",
    )
    commands = top.add_subparsers(required=True, metavar="COMMAND")
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

    ship = commands.add_parser("export", help="a checkpoint's averaged weights as the file that is shipped")
    ship.add_argument("checkpoint", type=Path)
    ship.add_argument("--to", type=Path, default=SHIPPED_WEIGHTS)
    ship.add_argument("--provenance", required=True, help="one line, kept in the file: how these weights came about")
    ship.add_argument("--quarter", action="store_true", help="in 8-bit floats, half as large: the tests' witness")
    ship.set_defaults(command=export_command)

    measure = commands.add_parser("evaluate", help="accuracy on fresh single-motif pictures")
    measure.add_argument("--weights", type=Path, default=SHIPPED_WEIGHTS, help="a .safetensors file or a checkpoint")
    measure.add_argument("--pictures", type=int, default=2360, help="clean ones")
    measure.add_argument("--attacked", type=int, default=590, help="of these, how many for every attack")
    measure.add_argument("--radii", type=float, nargs="+", default=[0.0, 1.0, 2.0, 3.0, 6.0])
    measure.add_argument("--steps", type=int, default=20)
    measure.add_argument("--size", type=int, default=96)
    measure.set_defaults(command=evaluate_command)

    ask = commands.add_parser("judge", help="imagine every class from noise and ask the judge what it sees")
    ask.add_argument("judge", type=Path, help="the judge's checkpoint")
    ask.add_argument("--weights", type=Path, default=SHIPPED_WEIGHTS)
    ask.add_argument("--seeds", type=int, default=8)
    ask.set_defaults(command=judge_command)

    look = commands.add_parser("sheet", help="contact sheets: classes drawn, imagined, shuffled for guessing; layers")
    look.add_argument("what", choices=["drawn", "imagined", "layers", "blind"])
    look.add_argument("--weights", type=Path, default=SHIPPED_WEIGHTS)
    look.add_argument("--to", type=Path, default=Path("sheets"))
    look.add_argument("--seed", type=int, default=0)
    look.set_defaults(command=sheet_command)
    return top


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def main(arguments: list[str] | None = None) -> int:
    options = parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, _stop)
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
