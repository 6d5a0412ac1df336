"""When what is dreamt in a zoom film: the steps of one frame, the journey's stations, the camera's start and stop.

Everything is a function of the time in seconds, so that the frame rate does not change the film. Imports no torch.
"""

from __future__ import annotations

from dataclasses import dataclass

from dreamcore.octaves import Octave, automatic_octaves, full_size_steps, most_octaves, pyramid

MOST_FULL_SIZE_STEPS = 3.0  #: that a frame may cost
START_SECONDS = 0.8  #: in which the camera comes into motion; and to rest at the end of a film that is no loop
STOP_SECONDS = 0.5
FADE_SECONDS = 1.2  #: from one station of a journey to the next, at the most
FADE_SHARE = 0.6  #: of the shorter of the two
WAKING_SECONDS = 1.6  #: in which a loop comes back to the picture it began with
WAKING_SHARE = 0.4  #: of the film, at the most


def frame_octaves(height: int, width: int, octaves: int | None, scale: float, steps: int) -> tuple[Octave, ...]:
    """The sizes at which a frame is dreamt, and the steps at each, from the smallest to the full size.

    Each octave gets `steps` of them as far as a frame's budget goes: first one each, from the largest to the smallest.
    """
    most = most_octaves(height, width, scale)
    wanted = automatic_octaves(height, width, scale) if octaves is None else octaves
    sizes = pyramid(height, width, schedule="classic", steps=1, octaves=min(wanted, most), scale=scale)
    counts, left = [0] * len(sizes), MOST_FULL_SIZE_STEPS
    for _ in range(steps):
        for number in reversed(range(len(sizes))):
            cost = sizes[number].pixels / sizes[-1].pixels
            if cost <= left:
                counts[number] += 1
                left -= cost
    return tuple(Octave(size.height, size.width, count) for size, count in zip(sizes, counts, strict=True) if count)


@dataclass(frozen=True)
class Share:
    """How much of the dream is one station's, from 0 to 1."""

    station: int
    weight: float


def shares_at(second: float, starts: tuple[float, ...], length: float) -> tuple[Share, ...]:
    """Whose dream it is at this moment: one station's, or two that fade into each other."""
    ends = (*starts[1:], length)
    for number in range(1, len(starts)):
        shorter = min(ends[number - 1] - starts[number - 1], ends[number] - starts[number])
        half = min(FADE_SECONDS, FADE_SHARE * shorter) / 2
        if abs(second - starts[number]) < half:
            weight = eased((second - starts[number] + half) / (2 * half))
            return Share(number - 1, 1 - weight), Share(number, weight)
    return (Share(max(number for number, start in enumerate(starts) if start <= second + 1e-9), 1.0),)


def frame_steps(octaves: tuple[Octave, ...], shares: tuple[Share, ...]) -> list[tuple[Octave, Share]]:
    """Who dreams at which octaves of a frame, from the smallest to the full size.

    The station with the larger share dreams at all of them; one that fades in or out as well, from the smallest on, as
    far as the frame's budget goes.
    """
    first, *others = sorted(shares, key=lambda share: -share.weight)
    left = MOST_FULL_SIZE_STEPS - full_size_steps(octaves)
    found = []
    for octave in octaves:
        found.append((octave, first))
        for other in others:
            cost = octave.steps * octave.pixels / octaves[-1].pixels
            if cost <= left:
                found.append((octave, other))
                left -= cost
    return found


def speed_at(second: float, length: float, *, loop: bool) -> float:
    """How much of its full speed the camera has: it starts softly and stops softly; in a loop it never rests."""
    if loop:
        return 1.0
    start, stop = min(START_SECONDS, length / 4), min(STOP_SECONDS, length / 4)
    return eased(second / start) * eased((length - second) / stop)


def waking_at(second: float, length: float) -> float:
    """How far a loop has come back to its first picture."""
    waking = min(WAKING_SECONDS, WAKING_SHARE * length)
    return eased((second - length + waking) / waking)


def eased(t: float) -> float:
    """0 to 1 with soft ends.

    >>> eased(-1), eased(0.5), eased(2)
    (0.0, 0.5, 1.0)
    """
    t = min(max(t, 0.0), 1.0)
    return t * t * (3 - 2 * t)
