"""What an explanation says, in plain words. Imports no torch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from dreamcore.sentences import Sentence

#: What the layers of each level look for.
LEVEL_WORDS: Mapping[str, Sentence] = {
    "edges": Sentence("The first layers look at a few pixels at a time. They know lines: every edge becomes a stroke."),
    "textures": Sentence("The next ones put lines together into textures: fur, dots, ripples, woven cloth."),
    "patterns": Sentence("Textures become patterns: curls, rings, scales, honeycombs."),
    "parts": Sentence("Deeper layers look for parts of things: eyes, noses, wheels, windows, petals."),
    "objects": Sentence("The deepest look for whole things, and see them wherever something is a little like one."),
}

THE_PICTURE = Sentence("the picture")
THE_PICTURE_WORDS = Sentence(
    "This is what the network is shown. Then each level may make more of whatever it finds there."
)
BEFORE = Sentence("Before the dream")
AFTER = Sentence("After the deepest dream")

TOGETHER = "\N{NO-BREAK SPACE}"
SURE = 0.4  #: share of the likeliest class from which on the network is said to believe it
LEAST = 0.015  #: share that is worth a mention
IN_A_PANEL, IN_A_SENTENCE, IN_BARS = 2, 3, 4  #: classes, at the most


class Believed(Protocol):
    """A class, and how sure the network is of it."""

    @property
    def name(self) -> str: ...

    @property
    def share(self) -> float: ...


def percent(share: float) -> str:
    """A share for people; nothing is certain, so 100 is never reached.

    >>> percent(0.407), percent(0.999), percent(0.004)
    ('41%', '99%', '<1%')
    """
    return f"{min(99, round(100 * share))}%" if share >= 0.005 else "<1%"


def named(beliefs: Sequence[Believed], most: int = IN_A_SENTENCE) -> str:
    """The likeliest classes with their shares; names are the same in every language.

    Those that are hardly believed are left out, except for the first.
    """
    shown = [belief for at, belief in enumerate(beliefs[:most]) if at == 0 or belief.share >= LEAST]
    return ", ".join(f"{belief.name}{TOGETHER}{percent(belief.share)}" for belief in shown)


def heading(network: str) -> Sentence:
    """Above everything."""
    return Sentence("What {network} sees, level by level", network=network)


def seen_in_the_picture(before: Sequence[Believed]) -> Sentence:
    """Below the picture itself."""
    if before[0].share >= SURE:
        return Sentence("It believes it sees: {classes}.", classes=named(before, IN_A_PANEL))
    return Sentence("It is not sure what it sees: {classes}.", classes=named(before, IN_A_PANEL))


def seen_in_a_dream(after: Sequence[Believed], more: Sequence[Believed]) -> Sentence:
    """Below a level's dream. more: the classes that are believed more than before."""
    if more:
        return Sentence("More than before: {classes}.", classes=named(more, IN_A_PANEL))
    return Sentence("Still the same: {classes}.", classes=named(after, IN_A_PANEL))


def remark(count: int) -> Sentence:
    """Why the answers may be strange."""
    return Sentence(
        "The percentages say how sure it is. It can only answer with one of the {count} things that it was taught.",
        count=count,
    )


def before_and_after(before: Sequence[Believed], after: Sequence[Believed]) -> tuple[Sentence, Sentence]:
    """What the network believes, for a message."""
    return (
        Sentence("Before the dream it believes it sees: {classes}.", classes=named(before)),
        Sentence("After the deepest dream: {classes}.", classes=named(after)),
    )
