"""From what a person asked to have imagined to what is imagined: names, and all that was left out. No torch."""

from __future__ import annotations

import random
from dataclasses import dataclass

from dreamcore.catalogue import LayerInfo, NetworkInfo
from dreamcore.errors import RecipeError, UnknownChannel, UnknownClass, UnknownLayer
from dreamcore.imagining.recipe import (
    ENGINE,
    USUAL_SHAPE,
    USUAL_SIZE,
    USUAL_STEPS,
    USUAL_STRENGTH,
    ImagineRecipe,
    ResolvedImagineRecipe,
)
from dreamcore.resolve import DeviceDefaults, plain_class
from dreamcore.sentences import Sentence
from dreamcore.settings import AUTO, Term

MOST_TOGETHER = 8  #: classes in one picture: with more, each has too little room to be recognised


@dataclass(frozen=True, kw_only=True)
class ImagineResolution:
    """A recipe ready to be imagined."""

    recipe: ResolvedImagineRecipe
    notes: tuple[str, ...]  #: each a `Sentence` for the person


def resolve_imagining(
    recipe: ImagineRecipe, *, network: NetworkInfo, device: DeviceDefaults, seed: int
) -> ImagineResolution:
    """Fill in all that `recipe` leaves out. seed: used where it names none.

    Nothing to imagine means a class that the seed draws; a word that several classes end in (`cat`: tiger cat, Persian
    cat …) one of those. Raises RecipeError for what this network cannot do, with the nearest names.
    """
    seed = seed if recipe.seed is None else recipe.seed
    classes, layer = recipe.classes, recipe.layer
    notes: tuple[Sentence, ...] = ()
    if classes and (layer or recipe.channel):
        raise RecipeError(Sentence("Imagine either classes= or layer= (with channel=), not both."))
    if classes and not (layer := _as_layer(classes, network)):
        classes, notes = _known(classes, network, seed)
    elif layer or recipe.channel:
        layer = _layers(layer, recipe.channel, network)
    elif not layer:
        classes, notes = _drawn(network, seed)
    resolved = ResolvedImagineRecipe(
        **{
            "strength": USUAL_STRENGTH,
            "steps": USUAL_STEPS,
            "size": USUAL_SIZE,
            "shape": USUAL_SHAPE,
            **recipe.given(),
            "network": network.name if recipe.network in (None, AUTO) else recipe.network,
            "classes": None if layer else classes,
            "layer": layer,
            "precision": device.precision if recipe.precision in (None, AUTO) else recipe.precision,
            "seed": seed,
            "engine": ENGINE,
        }
    )
    return ImagineResolution(recipe=resolved, notes=notes)


def _as_layer(classes: tuple[Term, ...], network: NetworkInfo) -> tuple[Term, ...] | None:
    """People type `imagine objects` and `imagine 4d` as they type `imagine dumbbell`."""
    if len(classes) != 1 or any(c in classes[0].name for c in "*?["):
        return None
    try:
        network.find_class(classes[0].name)
    except UnknownClass:
        try:
            return tuple(Term(layer.name) for layer in network.find_layers(classes[0].name))
        except UnknownLayer:
            return None
    return None


def _known(classes: tuple[Term, ...], network: NetworkInfo, seed: int) -> tuple[tuple[Term, ...], tuple[Sentence, ...]]:
    _need_classes(network)
    drawing, found, notes = random.Random(seed), dict[str, float](), []  # noqa: S311 - drawn by the recipe's seed
    for term in classes:
        members = kinds_of(term.name, network)
        name = drawing.choice(members) if members else plain_class(network, network.find_class(term.name))
        found[name] = found.get(name, 0.0) + term.weight
        if len(members) > 1:
            notes.append(
                Sentence(
                    "“{word}” can be {count} things: this is {name}.", word=term.name, count=len(members), name=name
                )
            )
    if len(found) > MOST_TOGETHER:
        raise RecipeError(
            Sentence(
                "At most {most} things fit into one picture; these are {count}.", most=MOST_TOGETHER, count=len(found)
            )
        )
    return tuple(Term(name, weight) for name, weight in found.items()), tuple(notes)


def kinds_of(word: str, network: NetworkInfo) -> list[str]:
    """The classes that end in this word, where none has it for a name: cat -> tiger cat, Persian cat, Siamese cat …"""
    try:
        network.find_class(word)
    except UnknownClass:
        wanted = " ".join(word.replace("_", " ").lower().split())
        return [name for name in network.classes if name.lower().endswith(f" {wanted}")]
    return []


def _drawn(network: NetworkInfo, seed: int) -> tuple[tuple[Term, ...], tuple[Sentence, ...]]:
    _need_classes(network)
    name = plain_class(network, random.Random(seed).randrange(len(network.classes)))  # noqa: S311
    return (Term(name),), (Sentence("Nothing was named, so this is {name}.", name=name),)


def _need_classes(network: NetworkInfo) -> None:
    if not network.classes:
        raise RecipeError(
            Sentence(
                "The network {network} has no names for what it was taught: imagine a layer, as in layer=parts.",
                network=network.name,
            )
        )


def _layers(asked: tuple[Term, ...] | None, channels: tuple[int, ...] | None, network: NetworkInfo) -> tuple[Term, ...]:
    if not asked:
        raise RecipeError(Sentence("channel= needs a layer, as in layer=parts channel=14."))
    found: dict[str, tuple[LayerInfo, float]] = {}
    for term in asked:
        for layer in network.find_layers(term.name):
            found.setdefault(layer.name, (layer, term.weight))
    if len(found) > MOST_TOGETHER:
        raise RecipeError(
            Sentence(
                "At most {most} layers can be imagined at once; these are {count}.",
                most=MOST_TOGETHER,
                count=len(found),
            )
        )
    if channels and len(found) != 1:
        raise RecipeError(Sentence("channel= needs exactly one layer, and there are {count}.", count=len(found)))
    for channel in channels or ():
        ((layer, _),) = found.values()
        if channel >= layer.channels:
            raise UnknownChannel(channel, layer.name, layer.channels)
    return tuple(Term(layer.name, weight) for layer, weight in found.values())
