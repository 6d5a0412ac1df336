"""Where the time of a whole dream goes, from bytes to bytes: `python -m benchmarks profile`.

Under torch's profiler, which notes each operator and what called it. What no operator accounts for is Python, autograd
and the profiler itself; how long the dream takes without its eyes on it stands in the last row.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any
from unittest import mock

import torch
from torch.autograd.profiler_util import FunctionEvent
from torch.profiler import ProfilerActivity, profile, record_function

from benchmarks.machine import precisions
from benchmarks.options import Options, milliseconds
from benchmarks.subjects import LAYERS, subject
from benchmarks.tables import Table
from dreamcore import ascent, dreaming, finishing
from dreamcore.ascent import OctaveState
from dreamcore.networks import Network
from dreamcore.objectives import Objective
from dreamcore.picture import Picture, decode, encode
from dreamcore.recipe import Recipe
from dreamcore.reporting import Reporter
from dreamcore.sample import landscape

WIDTH, HEIGHT = 512, 384
NETWORKS = ("inception_v1", "googlenet", "daydream")
PYTHON = "Python, autograd, the profiler"
OTHER = "all else"

#: Work around the network, by the function that does it.
AROUND = (
    (ascent, "_shown", "what the network is shown"),
    (Objective, "value", "the objective"),
    (Objective, "measure", "the objective"),
    (ascent, "smoothed", "smoothing"),
    (ascent, "normalised", "normalising"),
    (OctaveState, "climb", "moving the picture"),
    (OctaveState, "__init__", "from octave to octave"),
    (OctaveState, "change", "from octave to octave"),
    (OctaveState, "into_detail", "from octave to octave"),
    (dreaming, "shrunk", "from octave to octave"),
    (dreaming, "enlarged", "from octave to octave"),
    (finishing, "as_strong_as", "strength, and the full size"),
    (finishing, "brought_to", "strength, and the full size"),
    (Reporter, "step", "progress and previews"),
)
DECODE, ENCODE = "decoding", "encoding"
LABELS = {*(label for _, _, label in AROUND), DECODE, ENCODE}

#: Work of the network, by the operator; the first that is met on the way out from an operator decides.
OPERATORS = {
    "aten::to": "changes of type",
    "mkldnn::_convolution_pointwise": "convolutions",
    "aten::convolution_backward": "convolutions",
    "aten::mkldnn_convolution": "convolutions",
    "aten::max_pool2d_with_indices": "pools",
    "aten::max_pool2d_with_indices_backward": "pools",
    "_Pool": "pools",
    "_Mean": "pools",
    "_Normalise": "LRN",
    "_Activate": "SiLU",
    "aten::silu": "SiLU",
    "aten::silu_backward": "SiLU",
    "aten::relu_": "rectifiers",
    "aten::relu": "rectifiers",
    "aten::threshold_backward": "rectifiers",
    "aten::cat": "joins and cuts",
    "aten::contiguous": "joins and cuts",
    "aten::clone": "joins and cuts",
}
TWO_WAYS = ("convolutions", "pools", "LRN", "SiLU")
KINDS = (
    *(f"{kind}, {way}" for kind in TWO_WAYS for way in ("forward", "backward")),
    *("rectifiers", "joins and cuts", "changes of type"),
    *dict.fromkeys(label for _, _, label in AROUND),
    *(DECODE, ENCODE, OTHER, PYTHON),
)


@dataclass(frozen=True, kw_only=True)
class Profile:
    """Of one dream: seconds by kind of work, and of the whole of it, under the profiler and without."""

    parts: Mapping[str, float]
    watched: float
    alone: float


def tables(options: Options) -> list[Table]:
    width, height = (WIDTH // 4, HEIGHT // 4) if options.quick else (WIDTH, HEIGHT)
    data = encode(landscape(width, height), format="PNG")
    found: dict[str, Profile] = {}
    for name in options.chosen(NETWORKS):
        one = subject(name)
        looks = "" if name == "daydream" else f"layer={LAYERS[name]}"  # that one as it dreams by default
        for precision in precisions(options.device, of_recipes=True):
            recipe = Recipe.parse(f"{looks} seed=1 precision={precision}")
            found[f"`{name}` {precision}"] = profiled(data, recipe, one.network, options)
    return [Table(about=f"Per cent of a dream of {width} x {height}:", columns=("", *found), rows=rows(found))]


def rows(found: Mapping[str, Profile]) -> list[tuple[str, ...]]:
    """One for each kind of work that takes a thousandth of some dream or more, in hundredths of the dream."""
    parts = [
        (kind, *(f"{100 * one.parts[kind] / one.watched:.1f}" for one in found.values()))
        for kind in KINDS
        if any(one.parts[kind] >= 1e-3 * one.watched for one in found.values())
    ]
    return [
        *parts,
        ("all that is no convolution", *(f"{100 * beside(one):.1f}" for one in found.values())),
        ("the dream: ms", *(milliseconds(one.watched) for one in found.values())),
        ("without a profiler: ms", *(milliseconds(one.alone) for one in found.values())),
    ]


def beside(one: Profile) -> float:
    """The share of the dream that is no convolution."""
    return 1 - (one.parts["convolutions, forward"] + one.parts["convolutions, backward"]) / one.watched


def profiled(data: bytes, recipe: Recipe, network: Network, options: Options) -> Profile:
    """The quickest of some rounds of a dream, bytes to bytes, after one that only warms up."""

    def whole() -> float:
        begun = time.perf_counter()
        with record_function(DECODE):
            picture = decode(data)
        dreamt = dreamed(picture, recipe, network, options.device)
        with record_function(ENCODE):
            encode(dreamt.rgb, alpha=dreamt.alpha, format="PNG")
        return time.perf_counter() - begun

    whole()
    best: tuple[float, Mapping[str, float]] = (float("inf"), {})
    alone = float("inf")
    for _ in range(options.rounds):
        alone = min(alone, whole())
        with labelled(), profile(activities=[ProfilerActivity.CPU]) as watched:
            took = whole()
        if took < best[0]:
            best = took, by_kind(watched.events(), took)
    return Profile(parts=best[1], watched=best[0], alone=alone)


def dreamed(picture: Picture, recipe: Recipe, network: Network, device: torch.device) -> dreaming.Dream:
    """As a person gets it: with somebody who watches."""
    return dreaming.dream(picture, recipe, network=network, device=device, on_progress=lambda progress: None)


@contextmanager
def labelled() -> Iterator[None]:
    """The profiler is told which function of ours is at work."""

    def under(label: str, work: Callable[..., Any]) -> Callable[..., Any]:
        def told(*args: Any, **named: Any) -> Any:
            with record_function(label):
                return work(*args, **named)

        return told

    with ExitStack() as stack:
        for owner, name, label in AROUND:
            stack.enter_context(mock.patch.object(owner, name, under(label, getattr(owner, name))))
        yield


def by_kind(events: Any, whole: float) -> Mapping[str, float]:
    """Seconds by kind of work; what no operator took is Python's."""
    parts: dict[str, float] = defaultdict(float)
    for event in events:
        if "::" in event.name and not event.name.startswith("autograd::"):
            parts[kind_of(event)] += event.self_cpu_time_total / 1e6
        elif event.name in (DECODE, ENCODE):  # no operators of torch's
            parts[event.name] += event.self_cpu_time_total / 1e6
    parts[PYTHON] = whole - sum(parts.values())
    return parts


def kind_of(event: FunctionEvent) -> str:
    """What an operator was run for."""
    names = [event.name]
    parent = event.cpu_parent
    while parent is not None:
        names.append(parent.name)
        parent = parent.cpu_parent
    around = next((name for name in names if name in LABELS), None)
    if around is not None:
        return around
    backward = any(name.endswith("Backward") or name.startswith("autograd::") for name in names)
    for name in names:
        kind = OPERATORS.get(name.removesuffix("Backward"))
        if kind is not None:
            return f"{kind}, {'backward' if backward else 'forward'}" if kind in TWO_WAYS else kind
    return OTHER
