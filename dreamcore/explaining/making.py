"""From a picture to its explanation: five dreams, six questions to the network, one sheet."""

from __future__ import annotations

import dataclasses
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from dreamcore.catalogue import LEVELS
from dreamcore.companions import with_companions
from dreamcore.explaining import words
from dreamcore.explaining.beliefs import Belief, believed, risen
from dreamcore.explaining.recipe import ExplainRecipe
from dreamcore.networks import Network
from dreamcore.pausing import AskPause, Paused, never
from dreamcore.picture import Picture
from dreamcore.picture.encoding import over_white
from dreamcore.planning import device_defaults
from dreamcore.progress import AskCancelled, ReportProgress
from dreamcore.recipe import ENGINE, Recipe
from dreamcore.resolve import Resolution, resolve
from dreamcore.sentences import Sentence
from dreamcore.several import Part, several, sized
from dreamcore.sheets.explanation import Bars, Page, Panel, explanation

KEPT = 5  #: beliefs of each picture that are handed out

Tell = Callable[[str], str]  #: a sentence in the reader's language


@dataclass(frozen=True, kw_only=True)
class Level:
    """One of the dreams."""

    name: str
    recipe_text: str  #: makes it again, as large as it is here
    words: Sentence  #: what its layers look for
    beliefs: tuple[Belief, ...]  #: the likeliest classes in it; () where the network has no names for them
    said: Sentence | None  #: those that are believed more than before, as a sentence


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """The sheet, and what stands on it as data."""

    rgb: NDArray[np.uint8]  #: (H, W, 3)
    recipe_text: str
    levels: tuple[Level, ...]  #: from edges to objects
    before: tuple[Belief, ...]  #: the likeliest classes in the picture itself
    after: tuple[Belief, ...]  #: and in the deepest dream
    sentences: tuple[Sentence, ...]  #: before and after, for a message or for somebody who cannot see the sheet
    notes: tuple[str, ...]  #: each a `Sentence` for the person
    seconds: float


def explain(
    picture: Picture,
    recipe: ExplainRecipe,
    *,
    network: Network,
    device: torch.device,
    mask: Picture | None = None,
    memory: int | None = None,
    tell: Tell = str,
    checkpoint: bytes | None = None,
    pause: AskPause = never,
    on_progress: ReportProgress | None = None,
    cancelled: AskCancelled | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Explanation | Paused:
    """Dream `picture` at each level, and say what the network looks for there and what it believes it sees.

    mask: as for `dream`. tell: says a `Sentence` in the language of the sheet. pause: asked between two levels; a
    recipe that is to go on later has a seed. Raises what `dream` raises, before anything is dreamt where it can be
    known then.
    """
    fitting = with_companions(recipe.base, guide=False, mask=mask is not None)
    seeded = ExplainRecipe(base=fitting.recipe).seeded(secrets.randbelow(2**32))
    levels = seeded.levels(network.info.family)
    shown, about_size = sized(picture, max(int(level.size or 0) for level in levels.values()))
    resolved = {name: _resolved(level, network, shown, device) for name, level in levels.items()}
    notes = [*picture.notes, *fitting.notes, *about_size]
    notes += [note for each in resolved.values() for note in each.notes]
    whole = _settled(seeded, resolved["objects"].recipe).text
    made = several(
        [Part(picture=shown, recipe=each.recipe, network=lambda: network, mask=mask) for each in resolved.values()],
        kind="explain",
        text=whole,
        device=device,
        memory=memory,
        checkpoint=checkpoint,
        pause=pause,
        on_progress=on_progress,
        cancelled=cancelled,
        clock=clock,
    )
    if isinstance(made, Paused):
        return made
    begun = clock()
    dreams = dict(zip(LEVELS, (dataclasses.replace(shown, rgb=rgb) for rgb in made.pictures), strict=True))
    before = _beliefs(network, shown)
    found = [_level(name, resolved[name].recipe.text, before, _beliefs(network, dreams[name])) for name in LEVELS]
    page = _page(network, shown, [dreams[name] for name in LEVELS], levels, found, before, tell)
    after = found[-1].beliefs
    return Explanation(
        rgb=np.asarray(explanation(page)),
        recipe_text=whole,
        levels=tuple(found),
        before=before[:KEPT],
        after=after,
        sentences=words.before_and_after(before, after) if before else (),
        notes=(
            *picture.notes,
            *notes,
            *fitting.notes,
            *dict.fromkeys(note for each in resolved.values() for note in each.notes),
        ),
        seconds=made.seconds + clock() - begun,
    )


def _resolved(recipe: Recipe, network: Network, picture: Picture, device: torch.device) -> Resolution:
    return resolve(
        recipe,
        network=network.info,
        height=picture.height,
        width=picture.width,
        device=device_defaults(device),
        seed=recipe.seed or 0,
    )


def _settled(recipe: ExplainRecipe, deepest: Recipe) -> ExplainRecipe:
    """With what the machine decides spelled out."""
    settled = Recipe(network=deepest.network, size=deepest.size, precision=deepest.precision, engine=ENGINE)
    return ExplainRecipe(base=settled.over(recipe.base))


def _beliefs(network: Network, picture: Picture) -> tuple[Belief, ...]:
    """As a person sees it: what is transparent is not looked at, but for the white behind."""
    return believed(network, np.asarray(over_white(picture.rgb, picture.alpha)))


def _level(name: str, recipe_text: str, before: Sequence[Belief], beliefs: tuple[Belief, ...]) -> Level:
    more = risen(before, beliefs, most=words.IN_A_SENTENCE)
    return Level(
        name=name,
        recipe_text=recipe_text,
        words=words.LEVEL_WORDS[name],
        beliefs=beliefs[:KEPT],
        said=words.seen_in_a_dream(beliefs, more) if beliefs else None,
    )


def _page(
    network: Network,
    shown: Picture,
    dreams: Sequence[Picture],
    recipes: Mapping[str, Recipe],
    levels: Sequence[Level],
    before: Sequence[Belief],
    tell: Tell,
) -> Page:
    first = Panel(
        picture=shown,
        mark="",
        name=tell(words.THE_PICTURE),
        typed="",
        words=tell(words.THE_PICTURE_WORDS),
        belief=tell(words.seen_in_the_picture(before)) if before else "",
    )
    panels = [
        Panel(
            picture=dream,
            mark=str(number),
            name=level.name,
            typed=_typed(recipes[level.name]),
            words=tell(level.words),
            belief=tell(level.said) if level.said else "",
        )
        for number, (level, dream) in enumerate(zip(levels, dreams, strict=True), start=1)
    ]
    bars: tuple[Bars, ...] = ()
    if before:
        bars = (
            _bars(tell(words.BEFORE), before),
            _bars(tell(words.AFTER), levels[-1].beliefs),
        )
    return Page(
        heading=tell(words.heading(network.info.name)),
        panels=(first, *panels),
        bars=bars,
        remark=tell(words.remark(len(network.classes))) if before else "",
    )


def _typed(recipe: Recipe) -> str:
    """What is different about this level, as it is typed."""
    return Recipe(layer=recipe.layer, objective=None if recipe.layer else recipe.objective).text


def _bars(title: str, beliefs: Sequence[Belief]) -> Bars:
    shown = beliefs[: words.IN_BARS]
    return Bars(title=title, values=tuple((each.name, each.share, words.percent(each.share)) for each in shown))
