"""Whole dreams of `daydream` against those of `inception_v1`, level by level: `python -m benchmarks.dreams`.

They take turns, and of each the best round counts: on a shared machine nothing else compares. In the thread's own
processor time, so that others' work does not count; on one thread for that reason.
"""

from __future__ import annotations

import argparse
import time

import torch

from dreamcore.dreaming import dream
from dreamcore.networks import Network, load
from dreamcore.picture import Picture
from dreamcore.recipe import Recipe
from dreamcore.sample import landscape

#: daydream's recipe, and the one of inception_v1 that it is held against.
PAIRS = (
    ("layer=parts", "layer=parts"),
    ("layer=objects", "layer=objects"),
    ("style=garden", "classes=goldfish"),  # both through the whole network
    ("style=garden", "layer=parts"),  # both as they dream by default
)


def seconds(picture: Picture, recipe: str, network: Network) -> float:
    began = time.thread_time()
    dream(picture, Recipe.parse(recipe), network=network, device=torch.device("cpu"))
    return time.thread_time() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=512)
    parser.add_argument("--rounds", type=int, default=4)
    options = parser.parse_args()
    torch.set_num_threads(1)
    picture = Picture(rgb=landscape(options.size, options.size), alpha=None, format="PNG", frames=1, notes=())
    networks = {name: load(name) for name in ("daydream", "inception_v1")}
    for precision in ("bf16", "fp32"):
        best: dict[tuple[str, str], float] = {}
        for _ in range(options.rounds):
            for ours, theirs in PAIRS:
                for case in (("daydream", ours), ("inception_v1", theirs)):
                    took = seconds(picture, f"{case[1]} seed=1 precision={precision}", networks[case[0]])
                    best[case] = min(took, best.get(case, took))
        for ours, theirs in PAIRS:
            a, b = best["daydream", ours], best["inception_v1", theirs]
            print(f"{precision} {ours:14s} {a:.2f} s, inception_v1 {theirs:14s} {b:.2f} s: {a / b:.2f}", flush=True)


if __name__ == "__main__":
    main()
