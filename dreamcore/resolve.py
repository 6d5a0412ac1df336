"""From what a person asked for to what is dreamt: every setting left out gets its value here, and only here."""

from __future__ import annotations

from dataclasses import dataclass

from dreamcore.catalogue import NetworkInfo
from dreamcore.errors import RecipeError, UnknownChannel
from dreamcore.octaves import automatic_octaves, looked_at_size, most_octaves
from dreamcore.recipe import ENGINE, GUIDE, READS_CLASSES, Recipe, ResolvedRecipe
from dreamcore.sentences import Sentence
from dreamcore.settings import AUTO, MOST_TERMS, Term
from dreamcore.styles import default_style, guided_layers, style_recipe, usual_smoothing

#: What holds where neither the person nor a style says otherwise. `steps` and `smoothing` depend on other settings.
BUILT_IN = Recipe(
    strength=1.0,
    schedule="rising",
    octaves=AUTO,
    octave_scale=1.4,
    jitter=16,
    normalisation="mean",
    colours="dream",
    precision=AUTO,
    size=AUTO,
)
STEPS = {"rising": 15, "coarse": 14, "classic": 10}


@dataclass(frozen=True, kw_only=True)
class DeviceDefaults:
    """What a device is good for: decided by the machine, written into the resolved recipe."""

    size: int  #: longest side dreamt
    precision: str


@dataclass(frozen=True, kw_only=True)
class Resolution:
    """A recipe ready to be dreamt."""

    recipe: ResolvedRecipe
    notes: tuple[str, ...]  #: each a `Sentence` for the person: what was changed, and why


def resolve(
    recipe: Recipe, *, network: NetworkInfo, height: int, width: int, device: DeviceDefaults, seed: int
) -> Resolution:
    """Fill in all that `recipe` leaves out, for a picture of `height` x `width` pixels.

    seed: used where the recipe names none. Raises RecipeError for what this network cannot do.
    """
    seed = seed if recipe.seed is None else recipe.seed
    asked = _with_style(recipe, network, seed).over(BUILT_IN)
    objective = asked.objective or ("class" if asked.classes else "energy")
    if asked.colours == "keep" and asked.blend is not None and asked.blend.name == "colour":
        raise RecipeError(
            Sentence("colours=keep takes the dream's colour away and blend=colour all but its colour: leave one out.")
        )
    layer = _layers(asked, objective, network)
    size = device.size if asked.size in (None, AUTO) else int(asked.size or 0)
    schedule = asked.schedule or "rising"
    scale = asked.octave_scale or 1.4
    features = None if asked.features == "normal" else asked.features
    dreamt = looked_at_size(*working_size(height, width, size), scale, features)
    octaves, notes = _octaves(asked, *dreamt, scale)
    resolved = ResolvedRecipe(
        **{
            **asked.given(),
            **dict.fromkeys(_idle(asked)),
            "style": None,
            "network": network.name if recipe.network in (None, AUTO) else recipe.network,
            "layer": layer,
            "classes": _classes(asked, objective, network),
            "objective": objective,
            "smoothing": asked.smoothing or usual_smoothing(network, layer[0].name, schedule),
            "steps": asked.steps or STEPS[schedule],
            "octaves": octaves,
            "size": size,
            "precision": device.precision if asked.precision in (None, AUTO) else asked.precision,
            "seed": seed,
            "engine": ENGINE,
        }
    )
    return Resolution(recipe=resolved, notes=notes)


def _idle(asked: Recipe) -> tuple[str, ...]:
    """The settings that are there to take another's back, and change nothing: a resolved recipe leaves them out."""
    idle = {
        "region": asked.region == "all",
        "blend": asked.blend == Term("normal"),
        "features": asked.features == "normal",
        "tile": asked.tile == "off",
        "towards": asked.towards is not None and (asked.towards.name == "none" or asked.towards.weight == 0),
    }
    return tuple(key for key, changes_nothing in idle.items() if changes_nothing)


def working_size(height: int, width: int, size: int) -> tuple[int, int]:
    """(height, width) at which a picture is dreamt when its longest side may be `size`.

    >>> working_size(3000, 4000, 1024)
    (768, 1024)
    """
    longest = max(height, width)
    if longest <= size:
        return height, width
    return max(1, round(height * size / longest)), max(1, round(width * size / longest))


def _with_style(recipe: Recipe, network: NetworkInfo, seed: int) -> Recipe:
    """The recipe with its style spelled out. A subject of one's own replaces the style's, whole."""
    looks = style_recipe(recipe.style or default_style(network.family), network, seed)
    if recipe.objective == GUIDE and not recipe.style:
        looks = Recipe(layer=guided_layers(network.family))
    if recipe.layer or recipe.classes or recipe.objective in READS_CLASSES:
        looks = looks.but(layer=None, channel=None, classes=None, objective=None)
    elif recipe.objective or recipe.channel:
        looks = looks.but(channel=None, classes=None, objective=None)
    return recipe.over(looks)


def _layers(asked: Recipe, objective: str, network: NetworkInfo) -> tuple[Term, ...]:
    classifier = Term(classifier_of(network))
    if objective in READS_CLASSES:
        if asked.channel or (asked.layer and asked.layer != (classifier,)):
            raise RecipeError(
                Sentence(
                    "objective={objective} is about classes, not layers: leave layer= and channel= out.",
                    objective=objective,
                )
            )
        if not network.classes:
            raise RecipeError(
                Sentence(
                    "The network {network} has no names for what it was taught: choose a layer instead.",
                    network=network.name,
                )
            )
        return (classifier,)
    if asked.classes:
        raise RecipeError(
            Sentence("classes= goes with objective=class or objective=seen, not with {objective}.", objective=objective)
        )
    terms = [
        Term(info.name, term.weight)
        for term in asked.layer or (Term("parts"),)
        for info in network.find_layers(term.name)
    ]
    if len({term.name for term in terms}) < len(terms):
        terms = list({term.name: term for term in reversed(terms)}.values())[::-1]
    if len(terms) > MOST_TERMS:
        names = ",".join(term.name for term in asked.layer or ())
        raise RecipeError(
            Sentence(
                "layer={names} means {count} layers; at most {most} can be dreamt at once.",
                names=names,
                count=len(terms),
                most=MOST_TERMS,
            )
        )
    if asked.channel:
        if len(terms) != 1:
            raise RecipeError(Sentence("channel= needs exactly one layer, and there are {count}.", count=len(terms)))
        (info,) = network.find_layers(terms[0].name)
        for channel in asked.channel:
            if channel >= info.channels:
                raise UnknownChannel(channel, info.name, info.channels)
    return tuple(terms)


def classifier_of(network: NetworkInfo) -> str:
    """The layer that gives the logits: the first with a channel for each class, else the last."""
    for layer in network.layers:
        if layer.channels == len(network.classes) and layer.kind in ("linear", "convolution"):
            return layer.name
    return network.layers[-1].name


def _classes(asked: Recipe, objective: str, network: NetworkInfo) -> tuple[Term, ...] | None:
    if objective == "class" and not asked.classes:
        raise RecipeError(Sentence("objective=class needs classes=, the names of what to make more of."))
    if not asked.classes:
        return None
    return tuple(Term(plain_class(network, network.find_class(term.name)), term.weight) for term in asked.classes)


def plain_class(network: NetworkInfo, index: int) -> str:
    """A class's name as it can stand in a recipe: the first of its synonyms, or its number if others share that."""
    first = network.classes[index].split(",")[0].strip()
    try:
        return first if network.find_class(first) == index else str(index)
    except RecipeError:
        return str(index)


def _octaves(asked: Recipe, height: int, width: int, scale: float) -> tuple[int, tuple[str, ...]]:
    most = most_octaves(height, width, scale)
    if asked.octaves in (None, AUTO):
        return min(automatic_octaves(height, width, scale, asked.features), most), ()
    octaves = int(asked.octaves or 1)
    if octaves <= most:
        return octaves, ()
    note = Sentence(
        "The picture is too small for {octaves} octaves: it was dreamt on {most}.", octaves=octaves, most=most
    )
    return most, (note,)
