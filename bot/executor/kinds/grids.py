"""A sheet of one picture dreamt in several ways."""

from __future__ import annotations

from bot.executor.bench import Bench
from bot.executor.protocol import Made, Paused
from bot.kinds import Role
from dreamcore import pausing
from dreamcore.grids import grid
from dreamcore.networks import Network
from dreamcore.recipe import Recipe
from dreamcore.series import Series


def make(bench: Bench) -> Made | Paused:
    order = bench.order
    series = Series.parse(order.recipe)
    picture, guide, mask = bench.picture(), bench.companion(Role.GUIDE), bench.companion(Role.MASK)
    engine = bench.engine()
    # All of them once, beside the engine's thread: their weights may have to be fetched.
    used = {cell.dreamt.network: bench.network(cell.dreamt.network) for cell in series.cells}
    first = max(engine.first_step_seconds(picture, cell.dreamt, used[cell.dreamt.network][0]) for cell in series.cells)
    network, names = used[series.cells[0].dreamt.network][0], list(used)
    notes = tuple(dict.fromkeys(note for name in names for note in used[name][1]))
    used.clear()  # the engine keeps those for which there is memory

    def network_of(recipe: Recipe) -> Network:
        return engine.network_for(recipe.network, bench.stop)[0]

    made = bench.work(
        first,
        lambda engine: grid(
            picture,
            series,
            network_of=network_of,
            device=engine.device,
            guide=guide,
            mask=mask,
            tell=bench.tell,
            **bench.controls,
        ),
    )
    if isinstance(made, pausing.Paused):
        return bench.paused(made)
    return bench.sheet(made.rgb, word="grid", recipe=made.recipe_text, network=network, notes=(*notes, *made.notes))
