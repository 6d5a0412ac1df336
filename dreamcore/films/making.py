"""The way of a film: a picture and a recipe in, the film out, or as far as it got before it was asked to pause."""

from __future__ import annotations

import dataclasses
import logging
import secrets
import struct
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from dreamcore.companions import with_companions
from dreamcore.devices import undisturbed
from dreamcore.dreaming import ShowGrowth, dream
from dreamcore.errors import Cancelled, PictureError
from dreamcore.films.footage import SECOND, MovingPicture
from dreamcore.films.growing import Growing
from dreamcore.films.moving import Moving
from dreamcore.films.planning import film_defaults, film_size, first_frame, region_of, tensor_of
from dreamcore.films.recipe import FilmRecipe
from dreamcore.films.reels import PictureReel, VideoReel
from dreamcore.films.resolving import FilmLimits, FilmPlan, resolve_film
from dreamcore.films.results import Film
from dreamcore.films.stepping import Dreamer
from dreamcore.films.timing import Timing, even, resolve_moving
from dreamcore.films.writing import LIMIT, reel_for, write_film
from dreamcore.films.zooming import Zooming
from dreamcore.networks import Network
from dreamcore.pausing import AskPause, Checkpoint, Paused, fingerprint, never, pack, unpack
from dreamcore.picture import Picture
from dreamcore.picture.containers import DAMAGED
from dreamcore.planning import memory_budget
from dreamcore.progress import AskCancelled, Progress, ReportProgress
from dreamcore.reporting import PREVIEW_SECONDS, preview_of
from dreamcore.sentences import Sentence
from dreamcore.shortage import told

_log = logging.getLogger(__name__)

KIND, VERSION = "film", 1
REEL = "reel"  #: the reel's own array in a checkpoint
OPAQUE = Sentence("A film of a still picture has no transparency: what it hid was filled in from around it.")
WRITING = 0.03  #: what writing the file counts, as a share of making the frames


def film(
    source: Picture | MovingPicture,
    recipe: FilmRecipe,
    *,
    network: Network,
    device: torch.device,
    guide: Picture | None = None,
    mask: Picture | None = None,
    memory: int | None = None,
    checkpoint: bytes | None = None,
    pause: AskPause = never,
    enough: AskPause = never,
    on_progress: ReportProgress | None = None,
    cancelled: AskCancelled | None = None,
    limits: FilmLimits | None = None,
    limit_bytes: int = LIMIT,
    clock: Callable[[], float] = time.monotonic,
) -> Film | Paused:
    """Make a film of `source` as `recipe` says, or as much of it as there is time for.

    A still picture becomes one that moves; of a moving one every frame is dreamt, at its own time, and an MP4 keeps its
    sound. guide, mask: second pictures, as for a dream of a still one.
    checkpoint: of an earlier part; the recipe must name its seed then. pause: asked between frames; True: what was
    made so far comes back as `Paused`. enough: asked as often; True: the film ends there and is written. limits: how
    long a film may be. limit_bytes: of the file.
    Raises RecipeError before anything is done, InstallationError for MP4 without PyAV, Cancelled and OutOfMemory.
    """
    begun = clock()
    scene = Scene(source, guide, mask)
    plan, timing = _planned(scene, recipe, network, device, limits)
    budget = memory_budget(device, memory)
    with undisturbed(device), told():
        work = _Film(scene, plan, timing, network, device, budget, on_progress, cancelled, clock)
        work.resume(checkpoint)
        if not work.run(pause, enough):
            return Paused(checkpoint=work.checkpoint(), share=work.share)
        return work.finished(limit_bytes, begun)


def _planned(
    scene: Scene, recipe: FilmRecipe, network: Network, device: torch.device, limits: FilmLimits | None
) -> tuple[FilmPlan, Timing]:
    source = scene.source
    seed, defaults = secrets.randbelow(2**32), film_defaults(device)
    fitting = with_companions(recipe.dream, guide=scene.guide is not None, mask=scene.mask is not None)
    recipe = recipe.but(dream=fitting.recipe)
    if isinstance(source, MovingPicture):
        plan, timing = resolve_moving(source, recipe, network=network.info, device=defaults, seed=seed, limits=limits)
        return dataclasses.replace(plan, notes=(*fitting.notes, *plan.notes)), timing
    plan = resolve_film(
        recipe,
        network=network.info,
        height=source.height,
        width=source.width,
        device=defaults,
        seed=seed,
        limits=limits,
    )
    return dataclasses.replace(plan, notes=(*fitting.notes, *plan.notes)), even(plan)


@dataclass(frozen=True)
class Scene:
    """The pictures of one film."""

    source: Picture | MovingPicture
    guide: Picture | None
    mask: Picture | None

    def fingerprint(self, *others: str) -> str:
        """Of all that the film is made from beside its recipe."""
        source = self.source
        own = (source.digest,) if isinstance(source, MovingPicture) else _planes(source)
        seconds = [plane for picture in (self.guide, self.mask) for plane in _planes(picture)]
        return fingerprint(*own, *seconds, *others)


def _planes(picture: Picture | None) -> tuple[str | bytes, ...]:
    if picture is None:
        return ("none",)
    alpha = b"" if picture.alpha is None else picture.alpha.tobytes()
    return repr(picture.rgb.shape), picture.rgb.tobytes(), alpha


class Maker(Protocol):
    """Makes frames one after the other; `zooming`, `growing` and `moving` have one each."""

    def frame(self, number: int, after_step: Callable[[], None]) -> Tensor | None:
        """Frame `number`, (1, 3, H, W) in [0, 1], or (1, 4, H, W) with alpha; None: it is over. Asked for in order."""

    def state(self) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
        """(what JSON holds, arrays): all that the next frame depends on beside the recipe and the source."""

    def resume(self, state: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> None:
        """Go on where `state` was taken. Raises KeyError and ValueError for what is no such state."""


class _Film:
    """One film at work."""

    def __init__(
        self,
        scene: Scene,
        plan: FilmPlan,
        timing: Timing,
        network: Network,
        device: torch.device,
        budget: int,
        on_progress: ReportProgress | None,
        cancelled: AskCancelled | None,
        clock: Callable[[], float],
    ) -> None:
        source = scene.source
        self.plan, self.timing = plan, timing
        self.on_progress, self.cancelled, self.clock = on_progress, cancelled, clock
        self.sound = source.sound if isinstance(source, MovingPicture) else None
        hidden = isinstance(source, Picture) and source.alpha is not None
        self.notes = (*source.notes, *([OPAQUE] if hidden else []), *plan.notes)
        self.height, self.width = film_size(source.height, source.width, plan.stations[0].size)
        self.format = str(plan.recipe.format)
        self._begin: Callable[[], tuple[Maker, VideoReel | PictureReel]] = lambda: (
            _maker(scene, plan, timing, network, device, budget, (self.height, self.width)),
            reel_for(self.format, self.width, self.height),
        )
        self.maker, self.reel = self._begin()
        self.identity: dict[str, Any] = {
            "kind": KIND,
            "version": VERSION,
            "recipe": plan.recipe.text,
            "source": scene.fingerprint(network.info.name, network.weights, device.type),
        }
        self.previewed = clock() - PREVIEW_SECONDS

    @property
    def share(self) -> float:
        return len(self.reel) / (self.plan.frames * (1 + WRITING))

    def resume(self, checkpoint: bytes | None) -> None:
        """Begin where an earlier part ended, or at the beginning."""
        found = unpack(checkpoint, **self.identity)
        if found is None:
            return
        try:
            self.reel.unpack(found.arrays, found.blobs)
            if len(self.reel) > self.plan.frames:
                raise ValueError(f"it has {len(self.reel)} frames of {self.plan.frames}")
            self.maker.resume(found.state, {name: array for name, array in found.arrays.items() if name != REEL})
        # Ours, whole, and yet not what it says: torch speaks of a wrong shape by a RuntimeError.
        except (KeyError, ValueError, TypeError, RuntimeError, struct.error) as error:
            _log.warning("A checkpoint of a film does not hold what it says, the film begins again: %r", error)
            self.maker, self.reel = self._begin()

    def checkpoint(self) -> bytes:
        state, arrays = self.maker.state()
        waiting, blobs = self.reel.pack()
        return pack(Checkpoint(state=state, arrays={**arrays, **waiting}, blobs=blobs), **self.identity)

    def run(self, pause: AskPause, enough: AskPause) -> bool:
        """Make the frames that are missing, or as many as are enough; False where it was asked to pause before."""
        for number in range(len(self.reel), self.plan.frames):
            picture = self.maker.frame(number, self._go_on)
            if picture is None:
                break
            self.reel.add((picture[0].permute(1, 2, 0) * 255).round().to(torch.uint8).cpu().numpy())
            self._report(number + 1, picture[:, :3])
            if enough():
                break
            if number + 1 < self.plan.frames and pause():
                return False
        return True

    def finished(self, limit_bytes: int, begun: float) -> Film:
        """The frames as a file."""
        plan, text, timing = self.plan, self.plan.recipe.text, self.timing.up_to(len(self.reel))
        if not timing.starts:
            raise PictureError(DAMAGED)
        written = write_film(
            self.reel,
            timing.starts,
            timing.length,
            format_=self.format,
            limit_bytes=limit_bytes,
            recipe=f"{KIND} {text}",
            sound=None if self.sound is None else self.sound.until(timing.length),
            loop=timing.loop,
            instead=timing.instead,
            keep_going=self._go_on,
        )
        self._tell(plan.frames * (1 + WRITING), None)
        return Film(
            data=written.data,
            format=written.format,
            width=written.width,
            height=written.height,
            frames=len(timing.starts),
            seconds_long=timing.length / SECOND,
            recipe_text=text,
            notes=(*self.notes, *([written.note] if written.note else [])),
            seconds=self.clock() - begun,
        )

    def _go_on(self) -> None:
        if self.cancelled is not None and self.cancelled():
            raise Cancelled

    def _report(self, frames: int, picture: Tensor) -> None:
        self._go_on()
        preview = None
        if self.on_progress is not None and self.clock() - self.previewed >= PREVIEW_SECONDS:
            self.previewed, preview = self.clock(), preview_of(picture)
        self._tell(frames, preview)

    def _tell(self, done: float, preview: NDArray[np.uint8] | None) -> None:
        if self.on_progress is None:
            return
        pixels, frames = self.height * self.width, self.plan.frames
        self.on_progress(
            Progress(
                done=round(done * pixels),
                total=round(frames * (1 + WRITING) * pixels),
                octave=1,
                octaves=1,
                step=min(round(done), frames),
                steps=frames,
                loss=0.0,
                preview=preview,
            )
        )


def _maker(
    scene: Scene,
    plan: FilmPlan,
    timing: Timing,
    network: Network,
    device: torch.device,
    budget: int,
    size: tuple[int, int],
) -> Maker:
    dreamers = [Dreamer(recipe, network, device, budget, scene.guide) for recipe in plan.stations]
    if isinstance(scene.source, MovingPicture):
        return Moving(scene.source, plan, timing, dreamers, size, guide=scene.guide, mask=scene.mask)
    first = first_frame(scene.source, *size)
    if plan.recipe.film == "growing":

        def grow(show: ShowGrowth) -> NDArray[np.uint8]:
            seconds: dict[str, Any] = {"guide": scene.guide, "mask": scene.mask, "memory": budget, "on_growth": show}
            return dream(first, plan.stations[0], network=network, device=device, **seconds).rgb

        return Growing(first.rgb, plan, grow)
    region = plan.stations[0].region
    where = None if region is None else region_of(region, first, scene.mask).to(device)
    return Zooming(tensor_of(first).to(device), plan, dreamers, where)
