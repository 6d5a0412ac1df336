"""A picture, dreamt; perhaps with a guide and a mask beside it."""

from __future__ import annotations

from bot.executor.bench import Bench
from bot.executor.fitting import fitted
from bot.executor.protocol import Made
from bot.kinds import Role
from dreamcore.dreaming import begin_dream
from dreamcore.recipe import Recipe


def make(bench: Bench) -> Made:
    order = bench.order
    recipe = Recipe.parse(order.recipe)
    picture = bench.picture()
    guide, mask = bench.companion(Role.GUIDE), bench.companion(Role.MASK)
    network, notes = bench.network(recipe.network)
    engine = bench.engine()
    waiting = bench.work(
        engine.first_step_seconds(picture, recipe, network),
        lambda engine: begin_dream(
            picture,
            recipe,
            network=network,
            device=engine.device,
            guide=guide,
            mask=mask,
            on_progress=bench.step,
            cancelled=bench.stop,
        ),
    )
    result = bench.measured("dream", waiting)  # a GPU's engine has gone on to the next
    text = result.recipe.text
    encoded = bench.encoded(lambda: fitted(result.rgb, result.alpha, order.byte_limit, None if order.bare else text))
    size = picture.width, picture.height
    return bench.made(encoded, size=size, recipe=text, network=network, notes=(*notes, *result.notes))
