"""When each frame of a film is shown: evenly, or as the moving picture has it that is dreamt. Imports no torch."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from dreamcore.catalogue import NetworkInfo
from dreamcore.films.footage import SECOND, MovingPicture
from dreamcore.films.lengths import check_length, check_settings
from dreamcore.films.recipe import FilmRecipe
from dreamcore.films.resolving import FASTEST_GIF, FilmLimits, FilmPlan, resolve_film
from dreamcore.resolve import DeviceDefaults
from dreamcore.sentences import Sentence

_LOOPS = ("GIF", "WEBP", "PNG")  #: formats that say how often they run
_RATES = (1.0, 60.0)  #: frames a second that a recipe can name
_SLACK = 2000  #: microseconds by which a frame may come too early for the rate that is asked for


@dataclass(frozen=True, kw_only=True)
class Timing:
    """Times in microseconds."""

    starts: tuple[int, ...]  #: of each frame
    length: int  #: until when the last one is shown
    picks: tuple[int, ...] = ()  #: which of the source's frames each is
    loop: int | None = 0  #: how often an animation runs; 0: for ever, None: once
    instead: str | None = None  #: the format of a film that would be too large in its own, which nobody asked for

    def up_to(self, frames: int) -> Timing:
        """Of the first `frames` alone."""
        length = self.starts[frames] if frames < len(self.starts) else self.length
        return dataclasses.replace(self, starts=self.starts[:frames], length=length, picks=self.picks[:frames])


def even(plan: FilmPlan) -> Timing:
    """At the plan's frame rate."""
    starts = tuple(round(number * SECOND / plan.fps) for number in range(plan.frames))
    return Timing(starts=starts, length=round(plan.seconds * SECOND))


def timing_of(source: MovingPicture, recipe: FilmRecipe) -> Timing:
    """Which frames of `source` are dreamt: all, or as few as fps= asks for, as far as seconds= or frames= say."""
    end = source.length if recipe.seconds is None else min(source.length, round(recipe.seconds * SECOND))
    fps = recipe.fps or (FASTEST_GIF if recipe.format == "gif" else None)
    picks: list[int] = []
    due = 0.0
    for number, start in enumerate(source.starts):
        if start >= end or len(picks) == recipe.frames:
            end = min(end, start)
            break
        if fps is None or start + _SLACK >= due:
            picks.append(number)
            due = max(due, start - SECOND / (fps or 1)) + SECOND / (fps or 1)
    loop = source.loop if source.format in _LOOPS else 0
    return Timing(starts=tuple(source.starts[pick] for pick in picks), length=end, picks=tuple(picks), loop=loop)


def resolve_moving(
    source: MovingPicture,
    recipe: FilmRecipe,
    *,
    network: NetworkInfo,
    device: DeviceDefaults,
    seed: int,
    limits: FilmLimits | None = None,
) -> tuple[FilmPlan, Timing]:
    """As `resolve_film`, for a picture that moves by itself: its frames and their times are the film's."""
    check_settings(recipe)
    asked, recipe = recipe.format, recipe.but(format=recipe.format or _usual_format(source))
    timing = timing_of(source, recipe)
    check_length(timing.length, len(timing.starts), limits or FilmLimits())
    rate = len(timing.starts) * SECOND / max(1, timing.length)
    shaped = recipe.but(
        seconds=None, frames=max(2, len(timing.starts)), fps=min(max(rate, _RATES[0]), _RATES[1]), film=None
    )
    unbounded = FilmLimits(seconds=float("inf"), frames=len(timing.starts) + 1)  # checked above, in better words
    if shaped.format == "gif":
        shaped = shaped.but(fps=min(shaped.fps or 1.0, FASTEST_GIF))
    plan = resolve_film(
        shaped,
        network=network,
        height=source.height,
        width=source.width,
        device=device,
        seed=seed,
        limits=unbounded,
        least_octaves=1,
    )
    written = plan.recipe.but(
        **dict.fromkeys(("zoom", "turn", "shift", "loop", "film")),
        seconds=recipe.seconds,
        frames=recipe.frames,
        fps=recipe.fps,
    )
    notes = (*plan.notes, *_notes(source, written))
    timing = dataclasses.replace(timing, instead="webp" if asked is None and recipe.format == "gif" else None)
    return dataclasses.replace(plan, recipe=written, frames=len(timing.starts), fps=rate, notes=notes), timing


def _usual_format(source: MovingPicture) -> str:
    """What it came as: people post a GIF for it to play by itself, again and again."""
    return ("gif" if source.format == "GIF" else "webp") if source.animated else "mp4"


def _notes(source: MovingPicture, recipe: FilmRecipe) -> tuple[str, ...]:
    if source.sound is None or recipe.format == "mp4":
        return ()
    return (Sentence("A {format} has no sound: format=mp4 keeps it.", format=str(recipe.format).upper()),)
