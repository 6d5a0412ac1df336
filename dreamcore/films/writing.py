"""The finished film as the best file that fits a number of bytes: down in quality first, then in size.

Every try is a whole film, and its size is what counts; the next one is aimed by how far off it was.
"""

from __future__ import annotations

import dataclasses
import functools
import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PIL import Image

from dreamcore.errors import PictureError
from dreamcore.films.footage import SECOND, Sound
from dreamcore.films.gifs import write_gif, write_webp
from dreamcore.films.mp4 import join_mp4, resized, write_mp4
from dreamcore.films.reels import PictureReel, VideoReel
from dreamcore.films.tools import av
from dreamcore.picture.recipes import check_recipe
from dreamcore.sentences import Sentence, decimal

LIMIT = 10_000_000  #: bytes that Discord takes from everyone
#: What is tried, from the best to the worst that is worth watching: x264's CRF, WebP's quality, a GIF's colours.
_QUALITIES = {"mp4": (19, 32), "webp": (85, 45), "gif": (256, 64)}
_MARGIN = 0.04  #: of the range of qualities, that the next try is aimed below the limit
_AIMED = 3  #: tries between the best and the worst
_SMALLEST = 48  #: pixels of the shorter side: less is no film
_MILLISECOND = 1000


@dataclass(frozen=True, kw_only=True)
class Written:
    """A film that fits."""

    data: bytes
    format: str  #: MP4, GIF or WEBP
    width: int
    height: int
    note: str  #: what was given up, a `Sentence`; empty: nothing


def reel_for(format_: str, width: int, height: int) -> VideoReel | PictureReel:
    """Where the frames of a film of this format are kept. Raises InstallationError for MP4 without PyAV."""
    if format_ != "mp4":
        return PictureReel(width, height)
    av()
    return VideoReel(width, height)


def write_film(
    reel: VideoReel | PictureReel,
    starts: Sequence[int],
    length: int,
    *,
    format_: str,
    limit_bytes: int = LIMIT,
    recipe: str | None = None,
    sound: Sound | None = None,
    loop: int | None = 0,
    instead: str | None = None,
    keep_going: Callable[[], None] = lambda: None,
) -> Written:
    """The frames of `reel`, each shown from its start on (microseconds), the last until `length`.

    sound: only an MP4 has it. loop: how often an animation runs; 0: for ever, None: once. instead: the format for a
    film that would have to be made smaller in this one; nobody asked for this one then. keep_going: called between
    tries; may raise. Raises PictureError where nothing fits.
    """
    if recipe is not None:
        check_recipe(recipe)
    if isinstance(reel, VideoReel):
        data = join_mp4(reel.chunks(), starts, length, recipe=recipe, sound=sound)
        if len(data) <= limit_bytes:
            return Written(data=data, format="MP4", width=reel.width, height=reel.height, note="")
    best, worst = _QUALITIES[format_]

    def written(width: int, height: int, level: float) -> bytes:
        keep_going()
        quality = round(best + (worst - best) * level)
        if isinstance(reel, VideoReel):
            return _as_mp4(reel, starts, length, width, height, quality, recipe, sound)
        shown = _Shown(starts, length, width, height, loop)
        return _as_animation(reel, shown, quality, recipe, format_)

    width, height = reel.width, reel.height
    while width == reel.width or min(width, height) >= _SMALLEST:
        found, lowered, least = _best_at(functools.partial(written, width, height), limit_bytes)
        if found is not None:
            note = _note(limit_bytes, lowered, None if width == reel.width else (width, height))
            return Written(data=found, format=format_.upper(), width=width, height=height, note=note)
        if instead is not None:
            keywords = {"limit_bytes": limit_bytes, "recipe": recipe, "loop": loop, "keep_going": keep_going}
            other = write_film(reel, starts, length, format_=instead, **keywords)  # type: ignore[arg-type]
            return dataclasses.replace(other, note=_instead(format_, other))
        shrink = min(0.85, 0.97 * math.sqrt(limit_bytes / least))
        width, height = (max(2, round(side * shrink / 2) * 2) for side in (width, height))
    raise PictureError(
        Sentence("{count} bytes are too few for this film: make it shorter or allow some more.", count=limit_bytes)
    )


def _best_at(written: Callable[[float], bytes], limit: int) -> tuple[bytes | None, bool, int]:
    """(the best that fits or None, whether its quality was lowered, bytes at the worst quality) at one size.

    Bytes fall with quality about exponentially: that is how the next try is aimed.
    """
    data = written(0.0)
    if len(data) <= limit:
        return data, False, len(data)
    too_much, high, low = len(data), 0.0, 1.0
    fitting = written(low)
    least = len(fitting)
    if least > limit:
        return None, True, least
    for _ in range(_AIMED):
        way = math.log(too_much / limit) / max(1e-6, math.log(too_much / len(fitting)))
        level = high + (low - high) * min(way, 1) + _MARGIN
        if level >= low - _MARGIN:
            break
        data = written(level)
        if len(data) <= limit:
            fitting, low = data, level
        else:
            too_much, high = len(data), level
    return fitting, True, least


def _note(limit: int, lowered: bool, size: tuple[int, int] | None) -> str:
    most = decimal(f"{limit / 1e6:.3g}")
    if size is not None:
        return Sentence(
            "To fit into {most} MB the film was made smaller: {width}x{height}.",
            most=most,
            width=size[0],
            height=size[1],
        )
    return Sentence("To fit into {most} MB the film was compressed more than usual.", most=most) if lowered else ""


def _as_mp4(
    reel: VideoReel,
    starts: Sequence[int],
    length: int,
    width: int,
    height: int,
    quality: int,
    recipe: str | None,
    sound: Sound | None,
) -> bytes:
    same = width == reel.width
    frames = (frame if same else resized(frame, width, height) for frame in reel.frames())
    return write_mp4(
        zip(frames, starts, strict=True),
        width=width,
        height=height,
        length=length,
        fps=len(starts) * SECOND / length,
        quality=quality,
        recipe=recipe,
        sound=sound,
    )


def _instead(format_: str, other: Written) -> str:
    return Sentence(
        "As a {first} it would have had to be made smaller to fit, so it is a {second}.",
        first=format_.upper(),
        second=other.format.replace("WEBP", "WebP"),
    )


@dataclass(frozen=True)
class _Shown:
    """How an animation is shown."""

    starts: Sequence[int]
    length: int
    width: int
    height: int
    loop: int | None


def _as_animation(reel: PictureReel, shown: _Shown, quality: int, recipe: str | None, format_: str) -> bytes:
    images = [image.resize((shown.width, shown.height), Image.Resampling.LANCZOS) for image in reel.images()]
    tick = 10 if format_ == "gif" else 1
    at = [round(start / _MILLISECOND / tick) * tick for start in (*shown.starts, shown.length)]
    durations = [max(tick, end - start) for start, end in itertools.pairwise(at)]
    if format_ == "gif":
        return write_gif(images, durations, colours=quality, recipe=recipe, loop=shown.loop)
    return write_webp(images, durations, quality=quality, recipe=recipe, loop=shown.loop)
