"""The zoom film: each frame is the one before, moved a little by the camera, and dreamt on for a few steps."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from dreamcore import ascent
from dreamcore.blending import blended, luminance_only
from dreamcore.calming import pull_of, pulled_back
from dreamcore.films.camera import STILL, Pose, moved, outside, seen_from, warped, without_grain
from dreamcore.films.resolving import FilmPlan
from dreamcore.films.schedule import frame_octaves, frame_steps, shares_at, speed_at, waking_at
from dreamcore.films.steadying import Steadier
from dreamcore.films.stepping import Dreamer
from dreamcore.octaves import Octave

#: What is added in a second at strength 1, the mean of a value, as a multiple of a still picture's change. By eye: the
#: dream is at home after a second, and new things have grown before the old ones have left the picture.
RATE = 3.0
CALMING_SECONDS = 0.7  #: in which a film pulls back towards its source as much as a whole dream does
_RIDES = ("sky", "not-sky", "mask", "not-mask")  #: regions that move with the picture; others stand on the screen


class Zooming:
    """Makes the frames of a zoom film, asked for in order. `source` (1, 3, H, W), float32 in [0, 1], is the first.

    region: (1, 1, H, W) in [0, 1], where in the first frame it is dreamt; None: everywhere.
    """

    def __init__(self, source: Tensor, plan: FilmPlan, dreamers: list[Dreamer], region: Tensor | None = None) -> None:
        self.plan, self.dreamers = plan, dreamers
        self.source = self.picture = source
        self.region = region
        self.number = 0
        self.pose = STILL  #: where the first frame has got to
        self.recipe = plan.stations[0]
        self.steadier = Steadier(source)
        self.loop = plan.recipe.loop == "on"
        generator = torch.Generator().manual_seed(self.recipe.seed)
        self.noise = ascent.drawn_noise(source.shape[2], source.shape[3], generator).to(source.device) * ascent.NOISE

    def frame(self, number: int, after_step: Callable[[], None]) -> Tensor:
        """The picture itself, and then one frame after the other."""
        if number == 0:
            return self.source
        self.number = number
        second, step = number / self.plan.fps, 1 / self.plan.fps
        motion = self._motion(number)
        self.pose = self.pose.then(motion)
        picture = self._filled(warped(self.picture, motion), motion)
        waking = waking_at(second, self.plan.seconds) if self.loop else 0.0
        if waking:
            before = waking_at(second - step, self.plan.seconds)
            share = (waking - before) / max(1e-6, 1 - before)
            picture = torch.lerp(picture, seen_from(self.source, self._pose_before_the_end()), share)
        strength = self.plan.value("strength", second)[0] * (1 - waking**2)
        if strength > 0:
            picture = self._dreamt(picture, second, strength, after_step)
        self.picture = self.steadier.hold(picture, step)
        return self.picture

    def _motion(self, number: int) -> Pose:
        """From frame `number - 1` to frame `number`."""
        second, step = (number - 0.5) / self.plan.fps, 1 / self.plan.fps
        speed = step * speed_at(second, self.plan.seconds, loop=self.loop)
        (zoom,), (turn,) = self.plan.value("zoom", second), self.plan.value("turn", second)
        right, down = self.plan.value("shift", second)
        height, width = self.source.shape[2:]
        return moved(zoom**speed, turn * speed, right * speed * width, down * speed * height)

    def _filled(self, picture: Tensor, motion: Pose) -> Tensor:
        """What comes in from outside is the first frame's, mirrored: new to the dream, and yet at home there."""
        fresh = outside(motion, picture.shape[2], picture.shape[3])
        if bool(fresh.any()):
            picture[:, :, fresh.to(picture.device)] = seen_from(self.source, self.pose, fresh)
        return picture

    def _pose_before_the_end(self) -> Pose:
        """Where the first frame is now if it is to be in its place when the loop begins again."""
        to_come = STILL
        for number in range(self.number + 1, self.plan.frames + 1):
            to_come = to_come.then(self._motion(number))
        return to_come.inverse()

    def _dreamt(self, picture: Tensor, second: float, strength: float, after_step: Callable[[], None]) -> Tensor:
        generator = torch.Generator().manual_seed(self.recipe.seed + (self.number << 32))
        shares = shares_at(second, self.plan.starts, self.plan.seconds)
        jitter = round(self.plan.value("jitter", second)[0])
        octaves = self._octaves(second)
        rolled = torch.randint(0, ascent.NOISE_SIDE, (2,), generator=generator).tolist()
        noise = torch.roll(self.noise, rolled, (2, 3)) * min(1.0, strength)
        size = RATE / self.plan.fps * strength / sum(octave.steps for octave in octaves)
        weight = self._weight()
        for octave, share in frame_steps(octaves, shares):
            dreamer = self.dreamers[share.station]
            for look in ascent.drawn_looks(octave.steps, jitter, generator):
                added = dreamer.step(picture, octave, look, noise, jitter)
                if added.shape[2:] == (octave.height, octave.width):
                    added = without_grain(added)
                picture = self._added(picture, added, size * dreamer.reference * share.weight, weight)
                after_step()
        if self.recipe.towards is not None:
            pull = pull_of(self.recipe.towards.weight, max(1, round(CALMING_SECONDS * self.plan.fps)))
            picture = pulled_back(picture, seen_from(self.source, self.pose), pull)
        return picture

    def _added(self, picture: Tensor, added: Tensor, size: float, weight: Tensor | None) -> Tensor:
        """One step of this size laid onto the picture, as the recipe says."""
        recipe = self.recipe
        if recipe.colours == "keep":
            added = luminance_only(added)
        if weight is not None:
            added = added * weight
        if recipe.blend is None:
            return picture + added * size
        return blended(recipe.blend.name, picture, added * (size * recipe.blend.weight))

    def _weight(self) -> Tensor | None:
        """Where it is dreamt now."""
        if self.region is None or self.recipe.region not in _RIDES:
            return self.region
        return seen_from(self.region, self.pose)

    def _octaves(self, second: float) -> tuple[Octave, ...]:
        return frame_octaves(
            self.source.shape[2],
            self.source.shape[3],
            round(self.plan.value("octaves", second)[0]),
            self.plan.value("octave_scale", second)[0],
            round(self.plan.value("steps", second)[0]),
        )

    def state(self) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
        """All that the next frame depends on beside the recipe and the source."""
        arrays: dict[str, NDArray[Any]] = {"picture": self.picture.cpu().numpy()}
        for place, dreamer in enumerate(self.dreamers):
            arrays |= dreamer.state(place)
        return {"number": self.number}, arrays

    def resume(self, state: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> None:
        """Go on where `state` was taken. Raises KeyError and ValueError for what is no such state."""
        self.number = int(state["number"])
        self.picture = torch.from_numpy(np.ascontiguousarray(arrays["picture"])).to(self.source.device)
        self.picture = self.picture.view_as(self.source)
        for number in range(1, self.number + 1):
            self.pose = self.pose.then(self._motion(number))
        for place, dreamer in enumerate(self.dreamers):
            dreamer.resume(place, arrays)
