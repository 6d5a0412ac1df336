"""Values that change while a film runs: `0.5..2`, more keyframes `0.5..2..1`, with easing `0.5..2:smooth`.

Keyframes lie evenly from the film's first frame to its last. Imports no torch.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from dreamcore.sentences import Sentence

MOST_KEYFRAMES = 16
BETWEEN = ".."

#: How the way from one keyframe to the next is gone: share of the time -> share of the way.
EASINGS: Mapping[str, Callable[[float], float]] = {
    "linear": lambda t: t,
    "smooth": lambda t: t * t * (3 - 2 * t),
    "slow": lambda t: t * t,
    "fast": lambda t: t * (2 - t),
    "jump": lambda t: 0.0 if t < 1 else 1.0,
}

Point = tuple[float, ...]


@dataclass(frozen=True)
class Curve:
    """Keyframes of one or more numbers each, and the way between them.

    >>> Curve(((0.5,), (2.0,), (1.0,))).at(0.25), Curve(((0.0,), (1.0,)), "smooth").at(0.25)
    ((1.25,), (0.15625,))
    """

    points: tuple[Point, ...]
    easing: str = "linear"

    def at(self, share: float) -> Point:
        """The value when `share` of the film, from 0 to 1, is over."""
        last = len(self.points) - 1
        place = min(max(share, 0.0), 1.0) * last
        number = min(int(place), last - 1)
        way = EASINGS[self.easing](place - number)
        return tuple(
            a + (b - a) * way if way < 1 else b
            for a, b in zip(self.points[number], self.points[number + 1], strict=True)
        )


def is_curve(value: str) -> bool:
    """Whether this text is meant as a curve and not as one value."""
    return BETWEEN in value


def read_curve(value: str, read_point: Callable[[str], Point]) -> Curve:
    """The curve that `value` spells. Raises ValueError, with a sentence for the person, as `read_point` does."""
    keyframes, colon, easing = value.partition(":")
    easing = easing.strip().lower() if colon else "linear"
    if easing not in EASINGS:
        raise ValueError(Sentence("the way between keyframes is one of {words}", words=", ".join(EASINGS)))
    texts = [text.strip() for text in keyframes.split(BETWEEN)]
    if not 2 <= len(texts) <= MOST_KEYFRAMES or not all(texts):
        raise ValueError(
            Sentence("a curve is 2 to {most} values with two points between them, as in 0.5..2", most=MOST_KEYFRAMES)
        )
    return Curve(tuple(read_point(text) for text in texts), easing)


def write_curve(curve: Curve, write_point: Callable[[Point], str]) -> str:
    """The text whose `read_curve` is `curve`."""
    easing = "" if curve.easing == "linear" else f":{curve.easing}"
    return BETWEEN.join(map(write_point, curve.points)) + easing
