"""Can another network tell what was imagined? `python -m benchmarks imagining`, with both networks' weights at hand.

Fifty classes drawn at random are imagined with one seed each, with nothing set but the seed; a network that took no
part in it (SqueezeNet against GoogLeNet: other layers, other training) names what it sees in the file's bytes.
"""

from __future__ import annotations

import random
import time

from benchmarks.options import Options
from benchmarks.subjects import subject, tensor_of
from benchmarks.tables import Table
from dreamcore.imagining.imagine import Imagined, imagine
from dreamcore.imagining.recipe import ImagineRecipe
from dreamcore.resolve import plain_class
from dreamcore.settings import Term

CLASSES, DRAW = 50, 0  #: how many are drawn, and the seed that draws them
SEED = 1  #: of the noise
NETWORK, JUDGE = "inception_v1", "squeezenet1_1"
AIM_FIRST, AIM_AMONG_FIVE = 0.5, 0.85


def tables(options: Options) -> list[Table]:
    network, judge = (subject(name).network for name in (NETWORK, JUDGE))
    drawn = random.Random(DRAW).sample(range(len(network.classes)), 2 if options.quick else CLASSES)
    rows, places, seconds = [], [], 0.0
    for index in drawn:
        name = plain_class(network.info, index)
        recipe = ImagineRecipe(classes=(Term(name),), seed=SEED)
        begun = time.thread_time()
        made = imagine(recipe, network=network, device=options.device)
        assert isinstance(made, Imagined)
        seconds += time.thread_time() - begun
        order = judge.classify(tensor_of(made.rgb))[0].argsort(descending=True).tolist()
        places.append(order.index(index) + 1)
        rows.append((name, f"{places[-1]}", "; ".join(judge.classes[k] for k in order[:5])))
    first, among_five = (sum(place <= most for place in places) / len(places) for most in (1, 5))
    notes = (
        f"Named first {first:.0%} (aim {AIM_FIRST:.0%}), among the first five {among_five:.0%} "
        f"(aim {AIM_AMONG_FIVE:.0%}); {seconds / len(places):.1f} s of one core a class."
    )
    return [Table(columns=("class", "its place", f"seen by `{JUDGE}`"), rows=rows, notes=notes)]
