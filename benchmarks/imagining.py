"""Can another network tell what was imagined? `python -m benchmarks.imagining`, with both networks' weights at hand.

Fifty classes drawn at random are imagined with one seed each, with nothing set but the seed; a network that took no
part in it (SqueezeNet against GoogLeNet: other layers, other training) names what it sees in the file's bytes.
"""

from __future__ import annotations

import argparse
import random
import time

import numpy as np
import torch

from dreamcore.imagining.imagine import Imagined, imagine
from dreamcore.imagining.recipe import ImagineRecipe
from dreamcore.networks import load
from dreamcore.resolve import plain_class
from dreamcore.settings import Term

AIM_FIRST, AIM_AMONG_FIVE = 0.5, 0.85


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--classes", type=int, default=50, help="how many are drawn")
    parser.add_argument("--draw", type=int, default=0, help="the seed that draws them")
    parser.add_argument("--seed", type=int, default=1, help="of the noise")
    parser.add_argument("--network", default="inception_v1", help="that imagines")
    parser.add_argument("--judge", default="squeezenet1_1")
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    network, judge = load(options.network), load(options.judge)
    drawn = random.Random(options.draw).sample(range(len(network.classes)), options.classes)
    first, among_five, seconds = 0, 0, 0.0
    for index in drawn:
        name = plain_class(network.info, index)
        begun = time.thread_time()
        made = imagine(
            ImagineRecipe(classes=(Term(name),), seed=options.seed), network=network, device=torch.device("cpu")
        )
        assert isinstance(made, Imagined)
        took = time.thread_time() - begun
        seconds += took
        picture = torch.from_numpy(np.ascontiguousarray(made.rgb)).permute(2, 0, 1)[None] / 255
        order = judge.classify(picture)[0].argsort(descending=True).tolist()
        first += order[0] == index
        among_five += index in order[:5]
        seen = ", ".join(judge.classes[k] for k in order[:5])
        print(f"{name:30} place {order.index(index) + 1:4}  {took:5.1f} s   seen: {seen}", flush=True)
    count = len(drawn)
    print(
        f"\nnamed first {first} of {count} ({first / count:.0%}, aim {AIM_FIRST:.0%}), "
        f"among the first five {among_five} ({among_five / count:.0%}, aim {AIM_AMONG_FIVE:.0%}); "
        f"{seconds / count:.1f} s of one core a class"
    )


if __name__ == "__main__":
    main()
