"""What a server's settings make of recipes that are more than one dream: the same defaults, locks and ceilings. Pure.

Each kind is asked of `applying.apply` as the dream that would be made at its strongest and largest; what comes of that
holds for all of it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from bot.moderation import texts
from bot.moderation.applying import COVERS, Applied, Automatic, Valued, apply, strengths
from bot.moderation.kinds import misfit
from bot.recipes import RecipeT
from dreamcore.atlas.recipe import AtlasRecipe
from dreamcore.catalogue import network_info
from dreamcore.errors import RecipeError, UnknownLayer
from dreamcore.explaining.recipe import SIZE as EXPLAINED_SIZE
from dreamcore.explaining.recipe import ExplainRecipe
from dreamcore.films.curves import Curve
from dreamcore.films.recipe import FilmRecipe, Station
from dreamcore.films.resolving import SIZE_BY_DEVICE, SIZE_BY_FORMAT
from dreamcore.imagining.recipe import SETTINGS as IMAGINE_SETTINGS
from dreamcore.imagining.recipe import USUAL_SIZE as IMAGINED_SIZE
from dreamcore.imagining.recipe import ImagineRecipe
from dreamcore.recipe import Recipe
from dreamcore.series import Axis, Series
from dreamcore.settings import AUTO, Term

Values = Mapping[str, Valued]


@dataclass(frozen=True)
class _Is:
    """A setting's value in place of the one that is set."""

    value: Any


def apply_to(recipe: RecipeT, values: Values, *, networks: tuple[str, ...]) -> Applied[RecipeT]:
    """A recipe of any kind. Raises RecipeError where the settings leave nothing of it."""
    applied: Applied[Any]
    if isinstance(recipe, FilmRecipe):
        applied = _film(recipe, values, networks)
    elif isinstance(recipe, ImagineRecipe):
        applied = _imagined(recipe, values, networks)
    elif isinstance(recipe, ExplainRecipe):
        applied = _explained(recipe, values, networks)
    elif isinstance(recipe, Series):
        applied = _series(recipe, values, networks)
    elif isinstance(recipe, AtlasRecipe):
        applied = _atlas(recipe, values, networks)
    else:
        applied = apply(recipe, values, networks=networks)
    return cast(Applied[RecipeT], applied)


def _no_larger(values: Values, automatic: Automatic) -> Values:
    """A usual size is meant for dreams: what is many dreams is made no larger by it, unless it is fixed."""
    size = values["size"].value
    if size is None or "size" in values["locked"].value:
        return values
    return {**values, "size": _Is(None if size == AUTO else min(size, automatic.least))}


# --- films


def _film(recipe: FilmRecipe, values: Values, networks: tuple[str, ...]) -> Applied[FilmRecipe]:
    locked: tuple[str, ...] = values["locked"].value
    named = recipe.dream.network
    on = networks if named in (None, AUTO) else (str(named),)
    journey = recipe.journey
    if journey and ("layer" in locked or ("style" in locked and any(_is_style(one, on) for one in journey))):
        journey = None
    strength = recipe.curves.get("strength")
    probe = recipe.dream
    if strength is not None:
        probe = probe.but(strength=_peak(strength))
    if journey:  # it says what to make more of
        probe = probe.but(layer=(Term(journey[0].name),))
    widest = SIZE_BY_FORMAT.get(recipe.format or "", max(SIZE_BY_DEVICE.values()))
    automatic = Automatic(least=min(widest, *SIZE_BY_DEVICE.values()), most=widest)
    applied = apply(probe, _no_larger(values, automatic), networks=networks, automatic=automatic)
    dream = applied.recipe.but(layer=None) if journey else applied.recipe
    curves = {key: curve for key, curve in recipe.curves.items() if key != "strength"}
    if strength is not None and "strength" not in locked and dream.strength is not None:
        curve = _capped(strength, dream.strength)
        curves["strength"] = curve
        dream = dream.but(strength=curve.points[0][0])
    lost = [texts.locked(("journey",))] if recipe.journey and not journey else []
    changed = dataclasses.replace(recipe, journey=journey, dream=dream, curves=curves)
    return Applied(recipe=changed, notes=(*lost, *applied.notes))


def _is_style(station: Station, networks: tuple[str, ...]) -> bool:
    for name in networks:
        try:
            network_info(name).find_layers(station.name)
        except UnknownLayer:
            return True
        except RecipeError:
            continue  # the door says so
    return False


def _peak(curve: Curve) -> float:
    return max(point[0] for point in curve.points)


def _capped(curve: Curve, most: float) -> Curve:
    return dataclasses.replace(curve, points=tuple((min(point[0], most),) for point in curve.points))


# --- what begins with nothing


def _imagined(recipe: ImagineRecipe, values: Values, networks: tuple[str, ...]) -> Applied[ImagineRecipe]:
    locked: tuple[str, ...] = values["locked"].value
    values = _no_larger(values, Automatic(least=IMAGINED_SIZE, most=IMAGINED_SIZE))
    defaults = {key: values[key].value for key in COVERS}
    taken_away, notes = [], list[str]()
    for lock in ("network", "layer", "strength", "size"):
        default = _within_range(lock, defaults[lock])
        given = {key: value for key in COVERS[lock] if (value := getattr(recipe, key, None)) is not None}
        if lock in locked:
            if given and given != {lock: default}:
                taken_away.append(lock)
            recipe = recipe.but(**dict.fromkeys(given)).but(**{lock: default})
        elif not given and lock != "layer":
            recipe = recipe.but(**{lock: default})
    if taken_away:
        notes.append(texts.locked(taken_away))
    recipe = _on_a_network_that_has_it(recipe, defaults, locked, notes)
    if (most := values["most-strength"].value) is not None and (recipe.strength or 1.0) > most:
        if recipe.strength is not None:
            notes.append(texts.ceiling("strength", recipe.strength, most))
        recipe = recipe.but(strength=_within_range("strength", most))
    if (most := values["most-size"].value) is not None and (recipe.size or IMAGINED_SIZE) > most:
        if recipe.size is not None:
            notes.append(texts.ceiling("size", recipe.size, most))
        recipe = recipe.but(size=_within_range("size", most))
    return Applied(recipe=recipe, notes=tuple(notes))


def _within_range(key: str, value: Any) -> Any:
    """A number as near as an imagined picture may have it: some that are usual in dreams are out of its range."""
    if value == AUTO:
        return None
    setting = IMAGINE_SETTINGS[key]
    if not isinstance(value, int | float) or setting.minimum is None or setting.maximum is None:
        return value
    held = min(max(value, setting.minimum), setting.maximum)
    return int(held) if setting.whole else held


def _on_a_network_that_has_it(
    recipe: ImagineRecipe, defaults: Mapping[str, Any], locked: tuple[str, ...], notes: list[str]
) -> ImagineRecipe:
    """Where the layer is fixed, the network that has it dreams."""
    layer = defaults["layer"]
    if "layer" not in locked or layer is None or recipe.network in (None, AUTO, defaults["network"]):
        return recipe
    try:
        network = network_info(str(recipe.network))
    except RecipeError:
        return recipe  # the door says so
    if misfit("layer", layer, network) is None:
        return recipe
    notes.append(texts.network_left("layer", IMAGINE_SETTINGS["layer"].write(layer), network.name))
    return recipe.but(network=defaults["network"])


def _atlas(recipe: AtlasRecipe, values: Values, networks: tuple[str, ...]) -> Applied[AtlasRecipe]:
    """Only the network is anybody's choice; of another one its first page is shown."""
    usual = networks[0]
    if recipe.network in (None, AUTO):
        return Applied(recipe=recipe.but(network=usual))
    if "network" in values["locked"].value and recipe.network != usual:
        first = None if recipe.layer is None and recipe.page is None else 1
        return Applied(recipe=AtlasRecipe(network=usual, page=first), notes=(texts.locked(("network",)),))
    return Applied(recipe=recipe)


# --- sheets


def _explained(recipe: ExplainRecipe, values: Values, networks: tuple[str, ...]) -> Applied[ExplainRecipe]:
    """It goes through all levels, so what to make more of is nobody's choice."""
    subjects = ("style", "layer")
    locked = tuple(lock for lock in values["locked"].value if lock not in subjects)
    automatic = Automatic(least=EXPLAINED_SIZE, most=EXPLAINED_SIZE)
    values = {**_no_larger(values, automatic), "locked": _Is(locked), **dict.fromkeys(subjects, _Is(None))}
    applied = apply(recipe.base, values, networks=networks, automatic=automatic)
    return Applied(recipe=ExplainRecipe(base=applied.recipe), notes=applied.notes)


def _series(series: Series, values: Values, networks: tuple[str, ...]) -> Applied[Series]:
    locked = {key for lock in values["locked"].value for key in COVERS[lock]}
    axes = tuple(axis for axis in series.axes if axis.key not in locked)
    fixed = tuple(axis.key for axis in series.axes if axis.key in locked)
    if not axes:
        raise RecipeError(texts.nothing_left(fixed))
    automatic = Automatic(least=series.size, most=series.size)
    values = _no_larger(values, automatic)
    probe = series.base.but(**{axis.key: _furthest(axis) for axis in axes})
    applied = apply(probe, values, networks=networks, automatic=automatic)
    base, notes = applied.recipe, [*([texts.locked(fixed)] if fixed else []), *applied.notes]
    base = _no_stronger(base, axes, values["most-strength"].value, networks)
    kept = []
    for axis in axes:
        most = getattr(base, axis.key)
        base = base.but(**{axis.key: None})
        if axis.key in ("strength", "size"):
            axis = _capped_axis(axis, most)
        if len(axis.values) == 1:
            base = base.but(**{axis.key: axis.values[0]})
        else:
            kept.append(axis)
    if not kept:
        raise RecipeError(texts.nothing_left(tuple(axis.key for axis in axes)))
    return Applied(recipe=Series(base=base, axes=tuple(kept)), notes=tuple(notes))


def _furthest(axis: Axis) -> Any:
    return max(axis.values) if axis.key == "strength" else _largest(axis) if axis.key == "size" else axis.values[0]


def _largest(axis: Axis) -> Any:
    return max((value for value in axis.values if value != AUTO), default=AUTO)


def _no_stronger(base: Recipe, axes: tuple[Axis, ...], most: float | None, networks: tuple[str, ...]) -> Recipe:
    """A style has a strength of its own, so the ceiling is asked of each."""
    styles = next((axis.values for axis in axes if axis.key == "style"), ())
    if most is None or base.strength is not None or not styles:
        return base
    found = [strength for style in styles for strength in strengths(base.but(style=style), networks)]
    return base.but(strength=most) if max(found, default=most + 1) > most else base


def _capped_axis(axis: Axis, most: Any) -> Axis:
    if most in (None, AUTO):
        return axis
    values = dict.fromkeys(value if value == AUTO else min(value, most) for value in axis.values)
    return dataclasses.replace(axis, values=tuple(values))
