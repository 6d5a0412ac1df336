"""From what a person asked of a film to what is made: every setting left out gets its value here. Imports no torch."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from dreamcore.catalogue import NetworkInfo
from dreamcore.errors import RecipeError, UnknownLayer
from dreamcore.films.curves import Curve, Point
from dreamcore.films.recipe import FilmRecipe, Station
from dreamcore.octaves import automatic_octaves, most_octaves
from dreamcore.recipe import READS_CLASSES, Recipe, ResolvedRecipe
from dreamcore.resolve import BUILT_IN, DeviceDefaults, resolve, working_size
from dreamcore.sentences import Sentence, decimal
from dreamcore.settings import AUTO, Term
from dreamcore.styles import SURPRISE, styles_of

#: The schedule decides about a moving picture's first frame, and about smoothing: the coarse one's is the calmer from
#: frame to frame.
OF_A_FRAME = Recipe(steps=1, schedule="coarse")
SECONDS = 5.0  #: where the person does not say
FPS = {"mp4": 24.0, "webp": 20.0, "gif": 20.0}
ZOOM = 1.25  #: of a zoom film in which nothing else moves
FASTEST_GIF = 50.0  #: its timing is in hundredths of a second, and viewers slow down anything faster than two
LEAST_OCTAVES = 3  #: of a frame, where the recipe leaves them open and the size allows it
SIZE_BY_DEVICE = {"cpu": 512, "cuda": 1024, "mps": 640}  #: longest side of a film, where the recipe leaves it open
SIZE_BY_FORMAT = {"gif": 400, "webp": 512}  #: at the most, where the recipe leaves it open
LARGEST = 2048  #: longest side of any film
MOST_PIXELS = 720 << 20  #: of all frames together: they are kept, compressed, until the last one is made
MOST_PIXELS_AT_ONCE = MOST_PIXELS // 4  #: of a GIF or WebP, which is written with all its frames in memory


@dataclass(frozen=True, kw_only=True)
class FilmLimits:
    """How long a film may be."""

    seconds: float = 30.0
    frames: int = 720

    def check(self, recipe: FilmRecipe) -> None:
        """Raises RecipeError for a film that is too long. Needs no network: say it before anything is queued."""
        fps, frames = frames_per_second(recipe), frame_count(recipe)
        if frames / fps > self.seconds + 1e-6:
            raise RecipeError(
                Sentence(
                    "A film is at most {most} seconds long; this one would be {length}.",
                    most=decimal(f"{self.seconds:g}"),
                    length=decimal(f"{frames / fps:.4g}"),
                )
            )
        if frames > self.frames:
            raise RecipeError(
                Sentence(
                    "A film has at most {most} frames; this one would have {count}: ask for fewer seconds= or fps=.",
                    most=self.frames,
                    count=frames,
                )
            )


@dataclass(frozen=True, kw_only=True)
class FilmPlan:
    """A film ready to be made."""

    recipe: FilmRecipe  #: with nothing left out; its text is stored in the file
    stations: tuple[ResolvedRecipe, ...]  #: what is dreamt, one after the other
    starts: tuple[float, ...]  #: when each station begins, in seconds; the first at 0
    frames: int
    fps: float
    notes: tuple[str, ...]  #: each a `Sentence` for the person

    @property
    def seconds(self) -> float:
        return self.frames / self.fps

    def value(self, key: str, second: float) -> Point:
        """What a setting is at this moment: the film's `zoom`, `turn`, `shift`, or a number of the dream's."""
        own = {"zoom": self.recipe.zoom, "turn": self.recipe.turn, "shift": self.recipe.shift}
        value = own[key] if key in own else self.recipe.curves.get(key)
        if isinstance(value, Curve):
            return value.at(second * self.fps / max(1, self.frames - 1))
        return value if value is not None else (float(getattr(self.stations[0], key)),)


def frames_per_second(recipe: FilmRecipe) -> float:
    """As asked, or what suits the format."""
    return recipe.fps or FPS[recipe.format or "mp4"]


def frame_count(recipe: FilmRecipe) -> int:
    """How many frames the film has."""
    if recipe.frames is not None:
        return recipe.frames
    seconds = recipe.seconds or _journey_seconds(recipe) or SECONDS
    return max(2, round(seconds * frames_per_second(recipe)))


def _journey_seconds(recipe: FilmRecipe) -> float:
    return sum(_station_seconds(station, frames_per_second(recipe)) for station in recipe.journey or ())


def _station_seconds(station: Station, fps: float) -> float:
    return (station.length or 0.0) / (fps if station.in_frames else 1.0)


def resolve_film(
    recipe: FilmRecipe,
    *,
    network: NetworkInfo,
    height: int,
    width: int,
    device: DeviceDefaults,
    seed: int,
    limits: FilmLimits | None = None,
    least_octaves: int = LEAST_OCTAVES,
) -> FilmPlan:
    """Fill in all that `recipe` leaves out, for a picture of `height` x `width` pixels.

    device: what `films.planning.film_defaults` says, not a picture's. seed: used where the recipe names none.
    Raises RecipeError for what this network cannot do and for a film longer than the limits.
    """
    (limits or FilmLimits()).check(recipe)
    fps, frames = frames_per_second(recipe), frame_count(recipe)
    if recipe.format == "gif" and fps > FASTEST_GIF:
        raise RecipeError(
            Sentence("A GIF shows at most {most} frames a second: ask for fps={most} or less.", most=int(FASTEST_GIF))
        )
    growing = recipe.film == "growing"
    asked = recipe.dream if growing else recipe.dream.over(OF_A_FRAME)
    size = _usual_size(recipe, device) if asked.size in (None, AUTO) else int(asked.size or 0)
    largest = largest_side(recipe.format or "mp4", frames, height, width)
    asked = asked.but(size=min(size, largest))
    if not growing and asked.octaves in (None, AUTO):
        asked = asked.but(octaves=_usual_octaves(asked, height, width, least_octaves))
    names = [station.name for station in recipe.journey or ()]
    variants = [_with_station(asked, name, network) for name in names] or [asked]
    resolutions = [
        resolve(variant, network=network, height=height, width=width, device=device, seed=seed) for variant in variants
    ]
    still = recipe.turn is None and recipe.shift is None
    resolved = FilmRecipe(
        film=recipe.film or "zoom",
        seconds=frames / fps if recipe.frames is None else None,
        frames=recipe.frames,
        fps=fps,
        zoom=None if growing else recipe.zoom or ((ZOOM,) if still else (1.0,)),
        turn=None if growing else recipe.turn or (0.0,),
        shift=None if growing else recipe.shift or (0.0, 0.0),
        journey=recipe.journey,
        loop=recipe.loop or "off",
        format=recipe.format or "mp4",
        dream=_stored([found.recipe for found in resolutions]) if recipe.journey else resolutions[0].recipe,
        curves=recipe.curves,
    )
    return FilmPlan(
        recipe=resolved,
        stations=tuple(resolution.recipe for resolution in resolutions),
        starts=_starts(recipe, frames / fps, fps),
        frames=frames,
        fps=fps,
        notes=(
            *_size_notes(frames, largest, min(size, max(height, width))),
            *dict.fromkeys(note for resolution in resolutions for note in resolution.notes),
        ),
    )


def largest_side(format_: str, frames: int, height: int, width: int) -> int:
    """What a film of so many frames takes at the most; of an MP4 always what is usual on every device."""
    together = MOST_PIXELS if format_ == "mp4" else MOST_PIXELS_AT_ONCE
    side = int(math.sqrt(together / frames * max(height, width) / min(height, width)))
    return max(SIZE_BY_DEVICE["cpu"] if format_ == "mp4" else 64, min(LARGEST, side))


def _size_notes(frames: int, largest: int, side: int) -> tuple[str, ...]:
    if side <= largest:
        return ()
    return (Sentence("A film of {count} frames is at most {side} pixels wide or high.", count=frames, side=largest),)


def _usual_size(recipe: FilmRecipe, device: DeviceDefaults) -> int:
    return min(device.size, SIZE_BY_FORMAT.get(recipe.format or "mp4", device.size))


def _usual_octaves(asked: Recipe, height: int, width: int, least: int) -> int:
    """Some more than a still picture of this size gets: a film is small, and large features are what one follows."""
    dreamt = working_size(height, width, int(asked.size or 0))
    scale = asked.octave_scale or BUILT_IN.octave_scale or 1.4
    usual = max(least, automatic_octaves(*dreamt, scale, asked.features))
    return min(usual, most_octaves(*dreamt, scale))


def _with_station(asked: Recipe, name: str, network: NetworkInfo) -> Recipe:
    """The dream of one station: a layer's, or a style's where there is no layer of that name."""
    styles = (*styles_of(network.family), SURPRISE)
    try:
        network.find_layers(name)
    except UnknownLayer as error:
        if name.lower() not in styles:
            raise UnknownLayer(name, network.name, (*(layer.name for layer in network.layers), *styles)) from error
        return asked.but(style=name)
    return asked.but(layer=(Term(name),))


def _stored(stations: Sequence[ResolvedRecipe]) -> Recipe:
    """What a journey's stations share; what they make more of stands in `journey`, as the person wrote it."""
    first, *others = (station.given() for station in stations)
    shared = {key: value for key, value in first.items() if all(value == other.get(key) for other in others)}
    shared = {key: value for key, value in shared.items() if key not in ("layer", "channel", "classes")}
    if shared.get("objective") in READS_CLASSES:
        del shared["objective"]
    return Recipe(**shared)


def _starts(recipe: FilmRecipe, seconds: float, fps: float) -> tuple[float, ...]:
    """When each station begins: as the journey says, stretched to the film's length."""
    stations = recipe.journey or (Station(""),)
    lengths = [_station_seconds(station, fps) or 1.0 for station in stations]
    total = sum(lengths)
    return tuple(seconds * sum(lengths[:number]) / total for number in range(len(lengths)))
