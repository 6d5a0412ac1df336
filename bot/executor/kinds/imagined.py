"""A picture out of noise: what the network was taught under a name, or what a layer looks for."""

from __future__ import annotations

from bot.executor.bench import Bench
from bot.executor.fitting import fitted
from bot.executor.protocol import Made, Paused
from dreamcore import pausing
from dreamcore.imagining.imagine import imagine
from dreamcore.imagining.recipe import USUAL_SIZE, ImagineRecipe


def make(bench: Bench) -> Made | Paused:
    order = bench.order
    recipe = ImagineRecipe.parse(order.recipe)
    network, notes = bench.network(recipe.network)
    side = recipe.size or USUAL_SIZE
    made = bench.work(
        bench.engine().step_seconds(side * side, network),
        lambda engine: imagine(
            recipe,
            network=network,
            device=engine.device,
            **bench.controls,
        ),
    )
    if isinstance(made, pausing.Paused):
        return bench.paused(made)
    text = made.recipe.text
    written = None if order.bare else f"imagine {text}"
    encoded = bench.encoded(lambda: fitted(made.rgb, None, order.byte_limit, written))
    height, width = made.rgb.shape[:2]
    return bench.made(encoded, size=(width, height), recipe=text, network=network, notes=(*notes, *made.notes))
