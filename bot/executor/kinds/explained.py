"""A sheet with what each level of a network sees in a picture, said in the job's language."""

from __future__ import annotations

from collections.abc import Iterable

from bot.executor.bench import Bench
from bot.executor.protocol import Belief, Beliefs, Made, Paused
from bot.kinds import Role
from dreamcore import pausing
from dreamcore.explaining.beliefs import Belief as Believed
from dreamcore.explaining.making import Explanation, explain
from dreamcore.explaining.recipe import ExplainRecipe


def make(bench: Bench) -> Made | Paused:
    order = bench.order
    recipe = ExplainRecipe.parse(order.recipe)
    picture, mask = bench.picture(), bench.companion(Role.MASK)
    network, notes = bench.network(recipe.base.network)
    engine = bench.engine()
    first = max(
        engine.first_step_seconds(picture, level, network) for level in recipe.levels(network.info.family).values()
    )

    made = bench.work(
        first,
        lambda engine: explain(
            picture,
            recipe,
            network=network,
            device=engine.device,
            mask=mask,
            tell=bench.tell,
            **bench.controls,
        ),
    )
    if isinstance(made, pausing.Paused):
        return bench.paused(made)
    return bench.sheet(
        made.rgb,
        word="explain",
        recipe=made.recipe_text,
        network=network,
        notes=(*notes, *made.notes),
        beliefs=_beliefs(made),
    )


def _beliefs(made: Explanation) -> Beliefs | None:
    """None where the network has no names for what it was taught."""
    return Beliefs(before=_plain(made.before), after=_plain(made.after)) if made.before else None


def _plain(beliefs: Iterable[Believed]) -> tuple[Belief, ...]:
    return tuple(Belief(name=one.name, share=one.share) for one in beliefs)
