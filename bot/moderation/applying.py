"""What a server's settings make of a recipe: defaults filled in, locks and ceilings held to. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, Protocol

from bot.moderation import texts
from bot.moderation.kinds import misfit
from bot.recipes import RecipeT
from dreamcore.catalogue import NetworkInfo, network_info
from dreamcore.errors import RecipeError
from dreamcore.recipe import READS_CLASSES, SETTINGS, Recipe, ResolvedRecipe
from dreamcore.resolve import DeviceDefaults, resolve
from dreamcore.settings import AUTO
from dreamcore.styles import SURPRISE, styles_of

#: What a lock takes away. Whoever may not choose a layer may not name one by its channels or its classes either.
COVERS = {
    "style": ("style",),
    "network": ("network",),
    "layer": ("layer", "channel", "classes", "objective"),
    "strength": ("strength",),
    "size": ("size",),
}


@dataclass(frozen=True, kw_only=True)
class Automatic:
    """What a device dreams at where nobody says, at the least and at the most.

    The bot does not know which device it will be, and a ceiling must never make a dream larger than it would have been.
    """

    least: int
    most: int


DREAMS = Automatic(least=1024, most=2048)  #: see dreamcore.planning
_DEVICE = DeviceDefaults(size=DREAMS.least, precision="fp32")


class Valued(Protocol):
    """What a setting is."""

    @property
    def value(self) -> Any: ...


@dataclass(frozen=True, kw_only=True)
class Applied(Generic[RecipeT]):
    """A recipe as it will be dreamt here."""

    recipe: RecipeT
    notes: tuple[str, ...] = ()  # sentences for the person: what they asked for and did not get


def apply(
    recipe: Recipe, values: Mapping[str, Valued], *, networks: tuple[str, ...], automatic: Automatic = DREAMS
) -> Applied[Recipe]:
    """networks: that would dream where the recipe names none. automatic: the size where nobody says one."""
    defaults = {key: values[key].value for key in COVERS}
    locked: tuple[str, ...] = values["locked"].value
    notes: list[str] = []
    kept, taken_away = _hold_locks(recipe, defaults, locked)
    if kept.style is not None and "layer" in locked and defaults["layer"] is not None:
        taken_away = tuple(dict.fromkeys((*taken_away, "layer")))  # a style's own layer gives way to the locked one
    filled = _fill(kept, defaults, locked)
    filled = _on_its_network(filled, kept, defaults, locked, notes)
    if taken_away and _differ(_fill(recipe, defaults, ()), filled, networks):
        notes.insert(0, texts.locked(taken_away))
    filled = _as_strong(filled, recipe, values["most-strength"].value, networks, notes)
    filled = _as_large(filled, recipe, values["most-size"].value, automatic, notes)
    return Applied(recipe=filled, notes=tuple(notes))


def _hold_locks(recipe: Recipe, defaults: Mapping[str, Any], locked: tuple[str, ...]) -> tuple[Recipe, tuple[str, ...]]:
    """The recipe without what members may not choose, and which locks took away something other than the default."""
    taken_away = []
    for lock in locked:
        given = {key: value for key in COVERS[lock] if (value := getattr(recipe, key)) is not None}
        if given.get("objective") not in READS_CLASSES:
            given.pop("objective", None)  # mean or energy is a way to dream a layer, not a layer
        if given:
            recipe = recipe.but(**dict.fromkeys(given))
            if given != {lock: defaults[lock]}:
                taken_away.append(lock)
    return recipe, tuple(taken_away)


def _fill(recipe: Recipe, defaults: Mapping[str, Any], locked: tuple[str, ...]) -> Recipe:
    """The recipe with the defaults. Whoever names what to make more of, in any way, gets neither style nor layer."""
    named = recipe.style or recipe.layer or recipe.classes or recipe.objective in READS_CLASSES
    missing = {
        key: value
        for key, value in defaults.items()
        if getattr(recipe, key) is None and (key not in ("style", "layer") or key in locked or not named)
    }
    return recipe.but(**missing)


def _on_its_network(
    filled: Recipe, kept: Recipe, defaults: Mapping[str, Any], locked: tuple[str, ...], notes: list[str]
) -> Recipe:
    """A default that the named network does not have is left out; where it is locked, the network is."""
    if kept.network in (None, AUTO) or kept.network == defaults["network"]:
        return filled
    try:
        network = network_info(str(kept.network))
    except RecipeError:
        return filled  # the door says so
    for key in ("style", "layer"):
        value = getattr(filled, key)
        if value is None or getattr(kept, key) is not None or misfit(key, value, network) is None:
            continue
        shown = SETTINGS[key].write(value)
        if key in locked:
            notes.append(texts.network_left(key, shown, network.name))
            return filled.but(network=defaults["network"])
        notes.append(texts.default_left_out(key, shown, network.name))
        filled = filled.but(**{key: None})
    return filled


def _differ(asked: Recipe, filled: Recipe, networks: tuple[str, ...]) -> bool:
    """Whether another dream is made than the one that was asked for: 4c and inception_4c/output are the same."""
    one, other = (_resolved(recipe.but(seed=0), networks) for recipe in (asked, filled))
    return not one or one != other


def _resolved(recipe: Recipe, networks: tuple[str, ...]) -> list[ResolvedRecipe]:
    """On each network that may dream it; the engine's own defaults included."""
    found = []
    for network in _networks(recipe, networks):
        try:
            resolution = resolve(recipe, network=network, height=1024, width=1024, device=_DEVICE, seed=0)
            found.append(resolution.recipe)
        except RecipeError:
            continue  # the door says so
    return found


def _networks(recipe: Recipe, networks: tuple[str, ...]) -> list[NetworkInfo]:
    names = networks if recipe.network in (None, AUTO) else (str(recipe.network),)
    try:
        return [network_info(name) for name in names]
    except RecipeError:
        return []


def _as_strong(
    filled: Recipe, asked: Recipe, most: float | None, networks: tuple[str, ...], notes: list[str]
) -> Recipe:
    if most is None or max(strengths(filled, networks), default=most + 1) <= most:
        return filled
    if asked.strength is not None and asked.strength > most and filled.strength == asked.strength:
        notes.append(texts.ceiling("strength", asked.strength, most))
    return filled.but(strength=most)


def strengths(recipe: Recipe, networks: tuple[str, ...]) -> list[float]:
    """How strong it may become: a style has a strength of its own, and a surprise is any of them."""
    if recipe.strength is not None:
        return [recipe.strength]
    recipes = [recipe]
    if recipe.style is not None and recipe.style.strip().lower() == SURPRISE:
        styles = {name for network in _networks(recipe, networks) for name in styles_of(network.family)}
        recipes = [recipe.but(style=name) for name in styles]
    return [resolved.strength for one in recipes for resolved in _resolved(one, networks)]


def _as_large(filled: Recipe, asked: Recipe, most: int | None, automatic: Automatic, notes: list[str]) -> Recipe:
    if most is None:
        return filled
    if filled.size in (None, AUTO):
        return filled if most >= automatic.most else filled.but(size=min(most, automatic.least))
    if int(filled.size or 0) <= most:
        return filled
    if filled.size == asked.size:
        notes.append(texts.ceiling("size", int(filled.size or 0), most))
    return filled.but(size=most)
