"""A film out of one picture, or a moving picture dreamt frame by frame; in parts."""

from __future__ import annotations

from bot.executor.bench import Bench
from bot.executor.protocol import Encoded, Made, Paused
from bot.kinds import Role
from dreamcore import pausing
from dreamcore.films import FilmLimits, FilmRecipe, film
from dreamcore.films.footage import MovingPicture
from dreamcore.films.resolving import SIZE_BY_DEVICE
from dreamcore.films.schedule import MOST_FULL_SIZE_STEPS
from dreamcore.work import USUAL_SIZE

STEPS_OF_A_FRAME = 2 * MOST_FULL_SIZE_STEPS  #: with all that is done besides, for how long a first frame may take
FRAMES_SECONDS = 100.0  #: that a frame of a moving picture may take: some wait for a child that decodes the next ones
LIMITS = FilmLimits(
    seconds=600.0, frames=20_000
)  #: the doors have asked whether it is too long, and know the operator's


def make(bench: Bench) -> Made | Paused:
    order = bench.order
    recipe = FilmRecipe.parse(order.recipe)
    source = bench.source()
    guide, mask = bench.companion(Role.GUIDE), bench.companion(Role.MASK)
    network, notes = bench.network(recipe.dream.network)
    engine = bench.engine()
    side = (
        recipe.dream.size if isinstance(recipe.dream.size, int) else SIZE_BY_DEVICE.get(engine.device.type, USUAL_SIZE)
    )
    first = engine.step_seconds(STEPS_OF_A_FRAME * side * side, network)
    made = bench.work(
        first,
        lambda engine: film(
            source,
            recipe,
            network=network,
            device=engine.device,
            guide=guide,
            mask=mask,
            limits=LIMITS,
            limit_bytes=order.byte_limit,
            **bench.controls,
        ),
        any_step=FRAMES_SECONDS if isinstance(source, MovingPicture) else 0.0,
    )
    if isinstance(made, pausing.Paused):
        return bench.paused(made)
    return bench.made(
        Encoded(data=made.data, format=made.format, note=""),
        size=(made.width, made.height),
        recipe=made.recipe_text,
        network=network,
        notes=(*notes, *made.notes),
        frames=made.frames,
        lasts=made.seconds_long,
    )
