"""The zoom film: each frame is the one before, moved a little by the camera, and dreamt on for a few steps."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from dreamcore import ascent
from dreamcore.ascent import Shaping
from dreamcore.films.camera import STILL, Pose, moved, warped
from dreamcore.films.resolving import FilmPlan
from dreamcore.films.schedule import frame_octaves, shares_at, speed_at, waking_at
from dreamcore.films.steadying import Steadier
from dreamcore.gradients import normalised, smoothed
from dreamcore.networks import Eye, Network
from dreamcore.objectives import Measures, Objective
from dreamcore.octaves import Octave, enlarged
from dreamcore.planning import canvas_of, eye_for, largest_window
from dreamcore.recipe import ResolvedRecipe
from dreamcore.styles import reference_change
from dreamcore.tiles import MARGIN

RATE = 3.0  #: change in a second, of what a dream of the same strength changes in all; the mean of a value


class _Station:
    """One station of the journey at work: an eye, an objective, and what it measured in the frame before."""

    def __init__(self, recipe: ResolvedRecipe, network: Network, device: torch.device) -> None:
        self.recipe = recipe
        self.objective = Objective.of(recipe, tuple(network.info.find_class(t.name) for t in recipe.classes or ()))
        self.network, self.device = network, device
        self.shaping = Shaping(smoothing=recipe.smoothing, normalisation=recipe.normalisation)
        self.reference = max(reference_change(network.info, term.name) for term in recipe.layer)
        self.measures: dict[str, Measures] = {}  #: by octave; only "" where they hold at any size

    @property
    def eye(self) -> Eye:
        return eye_for(self.network, self.recipe, self.device)  # the network keeps the last few


class Zooming:
    """A film at work. `picture` (1, 3, H, W), float32 in [0, 1], is the frame that was made last."""

    def __init__(self, source: Tensor, plan: FilmPlan, network: Network, device: torch.device, budget: int) -> None:
        self.plan, self.device, self.budget = plan, device, budget
        self.source = source.to(device)
        self.picture = self.source
        self.number = 0
        self.stations = [_Station(recipe, network, device) for recipe in plan.stations]
        self.steadier = Steadier(self.source)
        self.loop = plan.recipe.loop == "on"
        generator = torch.Generator().manual_seed(plan.stations[0].seed)
        self.noise = ascent.drawn_noise(source.shape[2], source.shape[3], generator).to(device) * ascent.NOISE
        self.value = 0.0

    def frame(self, number: int, after_step: Callable[[], None]) -> Tensor:
        """The picture itself, and then one frame after the other."""
        if number == 0:
            return self.source
        self.number = number
        second, step = self.number / self.plan.fps, 1 / self.plan.fps
        picture = warped(self.picture, self._motion(self.number))
        waking = waking_at(second, self.plan.seconds) if self.loop else 0.0
        if waking:
            before = waking_at(second - step, self.plan.seconds)
            share = (waking - before) / max(1e-6, 1 - before)
            picture = torch.lerp(picture, warped(self.source, self._pose_before_the_end()), share)
        self.picture = self._dreamt(picture, second, step, 1 - waking, after_step)
        return self.picture

    def _motion(self, number: int) -> Pose:
        """From frame `number - 1` to frame `number`."""
        second, step = (number - 0.5) / self.plan.fps, 1 / self.plan.fps
        speed = step * speed_at(second, self.plan.seconds, loop=self.loop)
        (zoom,), (turn,) = self.plan.value("zoom", second), self.plan.value("turn", second)
        right, down = self.plan.value("shift", second)
        height, width = self.source.shape[2:]
        return moved(zoom**speed, turn * speed, right * speed * width, down * speed * height)

    def _pose_before_the_end(self) -> Pose:
        """Where the first picture is now if it is to be in its place when the loop begins again."""
        to_come = STILL
        for number in range(self.number + 1, self.plan.frames + 1):
            to_come = to_come.then(self._motion(number))
        return to_come.inverse()

    def _dreamt(
        self, picture: Tensor, second: float, step: float, strength: float, after_step: Callable[[], None]
    ) -> Tensor:
        generator = torch.Generator().manual_seed(self.plan.stations[0].seed + (self.number << 32))
        shares = shares_at(second, self.plan.starts, self.plan.seconds)
        strength *= self.plan.value("strength", second)[0]
        jitter = round(self.plan.value("jitter", second)[0])
        octaves = self._octaves(second)
        if strength > 0:
            steps = sum(octave.steps for octave in octaves)
            rolled = torch.randint(0, ascent.NOISE_SIDE, (2,), generator=generator).tolist()
            noise = torch.roll(self.noise, rolled, (2, 3)) * min(1.0, strength)
            count = 0
            for octave in octaves:
                for look in ascent.drawn_looks(octave.steps, jitter, generator):
                    # Two stations take turns, so that a fade costs no more than any other frame.
                    share = shares[(count + self.number) % len(shares)]
                    station = self.stations[share.station]
                    size = RATE * step * strength * station.reference * share.weight * len(shares) / steps
                    picture = self._stepped(
                        picture, station, octave, (MARGIN + look.down, MARGIN + look.right), noise, size, jitter
                    )
                    count += 1
                    after_step()
        return self.steadier.hold(picture, step)

    def _octaves(self, second: float) -> tuple[Octave, ...]:
        height, width = self.source.shape[2:]
        return frame_octaves(
            height,
            width,
            round(self.plan.value("octaves", second)[0]),
            self.plan.value("octave_scale", second)[0],
            round(self.plan.value("steps", second)[0]),
        )

    def _stepped(
        self,
        picture: Tensor,
        station: _Station,
        octave: Octave,
        margins: tuple[int, int],
        noise: Tensor,
        size: float,
        jitter: int,
    ) -> Tensor:
        """One step at an octave: only what it adds is enlarged, so that the picture itself loses nothing."""
        full = picture.shape[2:] == (octave.height, octave.width)
        small = picture if full else _shrunk(picture, octave)
        eye = station.eye
        window = largest_window(eye, self.budget, octave)
        canvas = canvas_of(octave, eye, jitter, window)
        key = "" if station.objective.measures_hold_at_any_size else f"{octave.height}x{octave.width}"
        measures = station.measures.get(key)
        if measures is None:
            measures = ascent.measured(
                small, eye=eye, objective=station.objective, canvas=canvas, margins=margins, noise=noise
            )
        slope = torch.empty_like(small)
        _, station.measures[key] = ascent.gradient(
            small,
            eye=eye,
            objective=station.objective,
            canvas=canvas,
            margins=margins,
            noise=noise,
            measures=measures,
            out=slope,
        )
        added = normalised(smoothed(slope, station.shaping.smoothing, 1.0), station.shaping.normalisation)
        return picture + enlarged(added, *picture.shape[2:]) * size

    def state(self) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
        """All that the next frame depends on beside the recipe and the source."""
        arrays = {"picture": self.picture.cpu().numpy()}
        for place, station in enumerate(self.stations):
            for octave, measures in station.measures.items():
                arrays |= {f"{place}|{octave}|{name}": value.cpu().numpy() for name, value in measures.items()}
        return {"number": self.number}, arrays

    def resume(self, state: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> None:
        """Go on where `state` was taken. Raises KeyError and ValueError for what is no such state."""
        self.number = int(state["number"])
        self.picture = torch.from_numpy(arrays["picture"]).to(self.device).view_as(self.source)
        for key, array in arrays.items():
            if "|" in key:
                place, octave, name = key.split("|", 2)
                self.stations[int(place)].measures.setdefault(octave, {})[name] = torch.from_numpy(array).to(
                    self.device
                )


def _shrunk(picture: Tensor, octave: Octave) -> Tensor:
    size = octave.height, octave.width
    return F.interpolate(picture, size, mode="bilinear", antialias=True, align_corners=False)
