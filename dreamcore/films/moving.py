"""A moving picture, dreamt frame by frame and yet steady.

The first frame is a whole dream. From then on, what was added to the frame before is carried along the optical flow,
and a few small steps are made on top: so a motif stays on what it grew on, and changes in the course of a second, not
of a frame. What was not there before (it was covered, or outside) gets larger steps until it has caught up. The change
is held to that of a still picture's dream. After Ruder, Dosovitskiy and Brox, "Artistic style transfer for videos"
(2016), with the difference alone carried, so that the picture itself stays as sharp as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from dreamcore import ascent, blending
from dreamcore.calming import pull_of, pulled_back
from dreamcore.dreaming import dream
from dreamcore.errors import RecipeError
from dreamcore.films.flow import Motion, MotionFinder
from dreamcore.films.footage import SECOND, Frame, MovingPicture
from dreamcore.films.planning import region_of
from dreamcore.films.resolving import FilmPlan
from dreamcore.films.schedule import frame_octaves, shares_at
from dreamcore.films.stepping import Dreamer
from dreamcore.films.timing import Timing
from dreamcore.finishing import as_strong_as
from dreamcore.picture import Picture, fill_hidden
from dreamcore.picture.encoding import over_white
from dreamcore.resolve import STEPS

TURNOVER = 0.5  #: seconds in which steps as large as the dream itself are made
LONGEST_STEP = 0.15  #: seconds that a frame's steps are made for, however long it is shown
CATCHING_UP = 0.45  #: of the dream, that a frame's steps make at least where nothing was carried to ...
CAUGHT_UP = 0.35  #: ... and by how much of what is missing that gives way in each frame
SCALES = (0.6, 1.25)  #: by how much a frame's dream is made weaker or stronger at most, to change as much as asked
CALMING = 1.0  #: seconds in which towards=source pulls back as much as in a whole dream
MOST_MADE_UP = 4.0  #: how much a blend that shows little of the dream is made up for
REGION_RATE = 0.2  #: of a region found in one frame that is believed at once
STEP_GROWTH = 0.75  #: as for a still picture: steps repeat each other in part


class Moving:
    """Makes the frames of a film out of those of a moving picture; asked for in order, from any on."""

    def __init__(
        self,
        source: MovingPicture,
        plan: FilmPlan,
        timing: Timing,
        dreamers: list[Dreamer],
        size: tuple[int, int],
        *,
        guide: Picture | None = None,
        mask: Picture | None = None,
    ) -> None:
        self.source, self.plan, self.timing = source, plan, timing
        self.dreamers, self.device, self.size = dreamers, dreamers[0].device, size
        self.guide, self.mask = guide, mask
        self.finder = MotionFinder()
        generator = torch.Generator().manual_seed(plan.stations[0].seed)
        self.noise = ascent.drawn_noise(*size, generator).to(self.device) * ascent.NOISE
        self.detail = torch.empty(0)  # what was added to the frame before
        self.age = torch.empty(0)  # (1, 1, H, W): 0 where nothing was carried to, 1 where it has caught up
        self.region: Tensor | None = None
        self.number = -1  # of the last frame that was made
        self.before: NDArray[np.uint8] | None = None  # that frame, as it is in the source ...
        self.alpha: NDArray[np.uint8] | None = None  # ... and what of it is seen
        self.transparent = source.transparent and plan.recipe.format != "mp4"
        self._frames: Iterator[tuple[int, Frame]] | None = None
        self._next: tuple[int, Frame] | None = None

    def frame(self, number: int, after_step: Callable[[], None]) -> Tensor | None:
        """Frame `number`, (1, 3, H, W) in [0, 1], (1, 4, H, W) with alpha; None where the source has ended before."""
        if self._frames is None:
            self._frames = self._read(number)
            self._next = next(self._frames, None)
        if self._next is None:
            return None
        there, frame = self._next
        if there > number and self.before is not None:  # a frame that could not be read: the one before stays
            return self._shown(self._tensor(self.before), self.before)
        self._next = next(self._frames, None)
        rgb, self.alpha = frame.rgb, frame.alpha
        picture = self._tensor(rgb)
        motion = None if self.before is None else self.finder.between(self.before, rgb)
        last, self.number = self.number, number
        if motion is None or motion.cut:
            self.detail = self._anew(rgb, picture)
            self.age = torch.ones_like(picture[:, :1])
        else:
            self._carried(motion)
            self.detail = self._dreamt(picture, self._second(last), after_step)
        self.before = rgb
        after_step()
        return self._shown(picture, rgb)

    def _read(self, first: int) -> Iterator[tuple[int, Frame]]:
        """The frames from number `first` on, beginning with the one before it, which is not given out."""
        known = self.number  # where work goes on, the flow begins at the frame that was dreamt last
        wanted = {start: number for number, start in enumerate(self.timing.starts)}
        for frame in self.source.frames(self.timing.picks[max(0, known)], longest=max(self.size)):
            number = wanted.get(frame.start)
            if number is None:
                continue
            if number == known:
                last = self._fitted(frame)
                self.before, self.alpha = last.rgb, last.alpha
            elif number >= first:
                yield number, self._fitted(frame)

    def _fitted(self, frame: Frame) -> Frame:
        """At the film's even size: a row or a column less is not seen, and blurs nothing. No colour is hidden."""
        height, width = self.size
        alpha = None if frame.alpha is None else np.ascontiguousarray(frame.alpha[:height, :width])
        if self.transparent and alpha is not None:
            picture = Picture(rgb=np.ascontiguousarray(frame.rgb[:height, :width]), alpha=alpha, format="PNG")
            return Frame(rgb=fill_hidden(picture), alpha=alpha, start=frame.start)
        rgb = np.array(over_white(frame.rgb, frame.alpha))[:height, :width]
        return Frame(rgb=np.ascontiguousarray(rgb), alpha=None, start=frame.start)

    def _tensor(self, rgb: NDArray[np.uint8]) -> Tensor:
        return torch.from_numpy(rgb).permute(2, 0, 1)[None].contiguous().to(self.device).float() / 255

    def _strength(self, second: float) -> float:
        """The change aimed at, root mean square."""
        shares = shares_at(second, self.plan.starts, self.plan.seconds)
        reference = sum(share.weight * self.dreamers[share.station].reference for share in shares)
        return float(self.plan.value("strength", second)[0] * reference)

    def _anew(self, rgb: NDArray[np.uint8], picture: Tensor) -> Tensor:
        """A whole dream of one frame."""
        second = self._second(self.number)
        share = max(shares_at(second, self.plan.starts, self.plan.seconds), key=lambda share: share.weight)
        dreamer = self.dreamers[share.station]
        recipe = dreamer.recipe.but(
            strength=self.plan.value("strength", second)[0],
            steps=STEPS[dreamer.recipe.schedule],  # the recipe's own are a frame's
            **dict.fromkeys(("region", "blend")),  # these come after what is carried
        )
        made = dream(
            Picture(rgb=rgb, alpha=None, format="PNG"),
            recipe,
            network=dreamer.network,
            device=self.device,
            guide=self.guide,
            memory=dreamer.budget,
        )
        return self._tensor(made.rgb) - picture

    def _second(self, number: int) -> float:
        return self.timing.starts[number] / SECOND

    def _carried(self, motion: Motion) -> None:
        """`detail` and `age` of the frame before, where they are now."""
        height, width = self.size
        grid = np.stack([motion.x * (2 / max(1, width - 1)) - 1, motion.y * (2 / max(1, height - 1)) - 1], 2)
        at = torch.from_numpy(grid)[None].to(self.device)
        seen = torch.from_numpy(motion.seen)[None, None].to(self.device)
        self.detail = _sampled(self.detail, at, "bicubic") * seen
        self.region = None if self.region is None else _sampled(self.region, at, "bilinear")
        self.age = _sampled(self.age, at, "bilinear") * seen

    def _dreamt(self, picture: Tensor, before: float, after_step: Callable[[], None]) -> Tensor:
        """What is added to `picture` (1, 3, H, W), from what was carried to it."""
        second = self._second(self.number)
        span = min(LONGEST_STEP, second - before)
        target = self._strength(second)
        grown = picture + self.detail
        if target > 0:
            share = span / TURNOVER
            local = share + max(0.0, CATCHING_UP - share) * (1 - self.age)
            grown = self._stepped(grown, second, local * target, after_step)
        towards = self.dreamers[0].recipe.towards
        if towards is not None:
            pull = pull_of(towards.weight, max(1, round(CALMING / max(span, 1e-3))))
            grown = pulled_back(grown.clamp(0, 1), picture, pull)
        detail = grown.clamp(0, 1) - picture
        if self.dreamers[0].recipe.colours == "keep":
            detail = blending.luminance_only(detail)
        detail *= max(SCALES[0], min(SCALES[1], target / self._change(detail)))
        self.age += (1 - self.age) * CAUGHT_UP
        return detail

    def _change(self, detail: Tensor) -> float:
        """Root mean square of what is added, where it is shown."""
        if self.region is None:
            return float(detail.square().mean().sqrt().clamp_min(1e-9))
        shown = (detail.square() * self.region).sum() / (3 * self.region.sum().clamp_min(1.0))
        return float(shown.sqrt().clamp_min(1e-9))

    def _stepped(self, grown: Tensor, second: float, size: Tensor, after_step: Callable[[], None]) -> Tensor:
        """A frame's steps. size: (1, 1, H, W), the change that they make together at each place."""
        generator = torch.Generator().manual_seed(self.plan.stations[0].seed + (self.number << 32))
        shares = shares_at(second, self.plan.starts, self.plan.seconds)
        jitter = round(self.plan.value("jitter", second)[0])
        octaves = frame_octaves(
            *self.size,
            round(self.plan.value("octaves", second)[0]),
            self.plan.value("octave_scale", second)[0],
            round(self.plan.value("steps", second)[0]),
        )
        steps, count = sum(octave.steps for octave in octaves), 0
        size = size / steps**STEP_GROWTH
        for octave in octaves:
            for look in ascent.drawn_looks(octave.steps, jitter, generator):
                # Two stations take turns, so that a fade costs no more than any other frame.
                share = shares[(count + self.number) % len(shares)]
                added = self.dreamers[share.station].step(grown, octave, look, self.noise, jitter)
                grown = grown + added * (size * (share.weight * len(shares)))
                count += 1
                after_step()
        return grown

    def _shown(self, picture: Tensor, rgb: NDArray[np.uint8]) -> Tensor:
        """The frame with what was dreamt, laid onto it where and as the recipe says."""
        recipe, detail = self.dreamers[0].recipe, self.detail
        if recipe.blend is not None and recipe.blend.name != "normal":
            base, target = (picture * 255).round().to(torch.uint8), self._strength(self._second(self.number))
            detail, _ = as_strong_as(detail.clone(), base, target, None, MOST_MADE_UP, blend=recipe.blend.name)
            detail = blending.blended(recipe.blend.name, picture, detail) - picture
        share = 1.0 if recipe.blend is None else recipe.blend.weight
        if recipe.region is not None:
            self.region = self._region(recipe.region, rgb)
            detail = detail * self.region
        shown = (picture + detail * share).clamp(0, 1)
        if not self.transparent:
            return shown
        alpha = np.full(self.size, 255, np.uint8) if self.alpha is None else self.alpha
        return torch.cat((shown, self._tensor(alpha[..., None])), 1)

    def _region(self, name: str, rgb: NDArray[np.uint8]) -> Tensor:
        """(1, 1, H, W) in [0, 1]: found anew in each frame, and carried along so that it does not flicker."""
        try:
            found = region_of(name, Picture(rgb=rgb, alpha=None, format="PNG"), self.mask).to(self.device)
        except RecipeError:  # there is no sky any more
            if self.region is None:
                raise
            return self.region
        return found if self.region is None else torch.lerp(self.region, found, REGION_RATE)

    def state(self) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
        """All that the next frame depends on beside the recipe and the source."""
        arrays = {"detail": self.detail.cpu().numpy(), "age": self.age.cpu().numpy()}
        if self.region is not None:
            arrays["region"] = self.region.cpu().numpy()
        for place, dreamer in enumerate(self.dreamers):
            arrays |= dreamer.state(place)
        return {"number": self.number}, arrays

    def resume(self, state: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> None:
        """Go on where `state` was taken. Raises KeyError and ValueError for what is no such state."""
        height, width = self.size
        self.number = int(state["number"])
        self.detail = torch.from_numpy(arrays["detail"]).to(self.device).view(1, 3, height, width)
        self.age = torch.from_numpy(arrays["age"]).to(self.device).view(1, 1, height, width)
        if "region" in arrays:
            self.region = torch.from_numpy(arrays["region"]).to(self.device).view(1, 1, height, width)
        for place, dreamer in enumerate(self.dreamers):
            dreamer.resume(place, arrays)


def _sampled(plane: Tensor, at: Tensor, how: str) -> Tensor:
    return F.grid_sample(plane, at, mode=how, padding_mode="reflection", align_corners=True)
