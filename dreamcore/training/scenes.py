"""From motifs to training pictures: backdrop, one or two motifs, occluder, light, colour, blur, noise."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from dreamcore.training.catalogue import CLASSES
from dreamcore.training.drawing import TAU, Canvas, NoiseBank, box, coverage, ellipse, mix, rotate, smoothstep


class SceneRenderer:
    """Draws pictures of `size` pixels; the same seed gives the same pictures on the same kind of device."""

    SECOND_MOTIF = 0.3  #: share of pictures with a second motif
    EMPTY = 0.03  #: share with none at all: a backdrop says nothing, and the network must learn to say so

    def __init__(self, size: int, seed: int, device: torch.device | str = "cpu") -> None:
        self.size = size
        self.generator = torch.Generator(device).manual_seed(seed)
        self.device = torch.device(device)
        self.bank = NoiseBank(size, self.generator)
        line = torch.linspace(-1, 1, size, device=self.device)
        self.x, self.y = (
            line.view(1, 1, 1, size).expand(1, 1, size, size),
            line.view(1, 1, size, 1).expand(1, 1, size, size),
        )
        self.fills = torch.tensor([motif.fills for motif in CLASSES], device=self.device)

    def canvas(self, n: int) -> Canvas:
        """The whole picture as a canvas: a source of randomness for n pictures."""
        size = self.size
        w = torch.full((n, 1, 1, 1), 2.0 / size, device=self.device)
        return Canvas(self.x.expand(n, 1, size, size), self.y.expand(n, 1, size, size), w, self.bank)

    def _integers(self, high: int, n: int) -> Tensor:
        return torch.randint(0, high, (n,), generator=self.generator, device=self.device)

    def backdrop(self, n: int) -> Tensor:
        """Plain or softly shaded grounds, sometimes a horizon; never a pattern that could be taken for a motif."""
        c = self.canvas(n)
        u, v = c.u, c.v
        first = c.colour(s=(0, 0.7), v=(0.08, 1))
        second = mix(first, c.colour(s=(0, 0.7), v=(0.08, 1)), c.uniform(0.0, 0.8))
        angle = c.uniform(0, TAU)
        slope = (torch.cos(angle) * u + torch.sin(angle) * v) * c.uniform(0, 0.6)
        slope = slope + c.uniform(0.0, 0.35) * c.noise("smooth") + c.uniform(0, 0.3) * c.chance(0.5) * c.noise("cloud")
        picture = mix(first, second, (slope + 0.5).clamp(0, 1))
        level = c.uniform(-0.3, 0.7) + 0.1 * c.noise("smooth") * c.uniform()
        ground = c.colour(s=(0, 0.7), v=(0.1, 0.9)) * (1 + 0.25 * c.noise("cloud"))
        picture = mix(picture, ground, c.chance(0.3) * smoothstep(0.0, 0.06, v - level))
        return picture * (1 + c.uniform(0, 0.22) * c.chance(0.5) * c.noise("fine"))

    def _placed(self, n: int, fills: bool) -> Canvas:
        """Where a motif lies: scale, turn, mirror, perspective and a soft warp; now and then a flock of them."""
        c = self.canvas(n)
        if fills:
            scale, turn = (
                c.uniform(0.6, 1.3),
                c.uniform(-math.pi, math.pi) * c.chance(0.6) * (c.chance(0.5) * 0.8 + 0.2),
            )
            cx, cy, warp = c.uniform(-1, 1), c.uniform(-1, 1), c.uniform(0, 0.14)
        else:
            scale = torch.exp(c.uniform(math.log(0.68), math.log(1.35)))
            turn = c.uniform(-0.4, 0.4) * c.chance(0.7) + c.chance(0.06) * c.uniform(-math.pi, math.pi)
            room = (1.05 - scale).abs().clamp(0.12)
            cx, cy = c.uniform(-1, 1) * room, c.uniform(-1, 1) * room
            warp = c.uniform(0, 0.06) / scale
        x, y = rotate((c.u - cx) / scale, (c.v - cy) / scale, turn)
        x = x * (c.chance(0.5) * 2 - 1) * c.uniform(0.87, 1.13)
        depth = 1 + c.uniform(-0.2, 0.2) * c.u + c.uniform(-0.2, 0.2) * c.v
        x, y = x / depth + warp * c.noise("smooth"), y / depth + warp * c.noise("smooth")
        if not fills:
            flock, pitch = c.chance(0.1) > 0, c.uniform(1.0, 1.15)
            x = torch.where(flock, torch.remainder(x + pitch, 2 * pitch) - pitch, x)
            y = torch.where(flock, torch.remainder(y + pitch, 2 * pitch) - pitch, y)
        return Canvas(x, y, 2.6 / self.size / scale, self.bank)

    def _paste(self, picture: Tensor, number: int, *, cut: float) -> Tensor:
        """A motif over each picture; one that fills the plane is cut to a blob or a frame in a share `cut` of them."""
        motif, n = CLASSES[number], len(picture)
        rgb, opacity = motif.draw(self._placed(n, motif.fills))
        opacity = opacity.to(rgb.dtype).clamp(0, 1)
        c = self.canvas(n)
        if motif.fills:
            rx, ry = c.uniform(0.5, 0.9), c.uniform(0.5, 0.9)
            x, y = c.u - c.uniform(-0.4, 0.4), c.v - c.uniform(-0.4, 0.4)
            blob = coverage(ellipse(x, y, 0.0, 0.0, rx, ry) + 0.18 * c.noise("smooth"), 4.0 / self.size)
            frame = coverage(box(x, y, 0.0, 0.0, rx, ry), 4.0 / self.size)
            shape = torch.where(c.chance(0.5) > 0, blob, frame)
            opacity = opacity * torch.where(c.chance(cut) > 0, shape, torch.ones_like(shape))
        else:
            shadow = F.avg_pool2d(opacity.roll((3, 3), (2, 3)), 5, 1, 2)
            picture = picture * (1 - 0.35 * shadow * c.chance(0.5))
        return mix(picture, rgb.clamp(0, 1), opacity)

    def _photographed(self, picture: Tensor) -> Tensor:
        """An occluder in front, then light, gamma, contrast, saturation, blur and noise."""
        n = len(picture)
        c = self.canvas(n)
        x, y = rotate(c.u - c.uniform(-0.9, 0.9), c.v - c.uniform(-0.9, 0.9), c.uniform(0, 6))
        bar = coverage(box(x, y, 0.0, 0.0, c.uniform(0.08, 0.25), c.uniform(0.1, 1.5)), 3.0 / self.size)
        picture = mix(picture, c.colour() * (1 + 0.2 * c.noise("cloud")), c.chance(0.1) * bar)
        angle = c.uniform(0, TAU)
        picture = picture * (1 + c.uniform(0, 0.3) * (torch.cos(angle) * c.u + torch.sin(angle) * c.v))
        picture = picture * (1 + c.uniform(0, 0.15) * c.noise("smooth"))
        picture = picture.clamp(0, 1) ** torch.exp(c.uniform(-0.35, 0.35))
        middle = picture.mean((1, 2, 3), keepdim=True)
        picture = middle + (picture - middle) * c.uniform(0.7, 1.2)
        grey = picture.mean(1, keepdim=True)
        picture = grey + (picture - grey) * c.uniform(0.5, 1.15)
        blurred = F.avg_pool2d(F.pad(picture, (1, 1, 1, 1), mode="reflect"), 3, 1)
        picture = mix(picture, blurred, c.chance(0.25))
        grain = torch.randn(picture.shape, generator=self.generator, device=self.device)
        return (picture + grain * c.uniform(0, 0.035)).clamp(0, 1)

    @torch.no_grad()
    def render(self, n: int, classes: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """n pictures (n, 3, size, size) in [0, 1] and their soft labels (n, classes), each summing to 1.

        With `classes` (n,) given, each picture holds exactly that one motif; else one or two at random, or none.
        """
        picture = self.backdrop(n)
        labels = torch.zeros(n, len(CLASSES), device=self.device)
        every = torch.ones(n, dtype=torch.bool, device=self.device)
        first, second = self._integers(len(CLASSES), n), self._integers(len(CLASSES), n)
        draw = torch.rand(n, generator=self.generator, device=self.device)
        twice, empty = draw < self.SECOND_MOTIF, draw > 1 - self.EMPTY
        if classes is not None:
            first, twice, empty = classes, ~every, ~every
        # what fills the plane goes behind what stands in front
        swap = twice & self.fills[second] & ~self.fills[first]
        first, second = torch.where(swap, second, first), torch.where(swap, first, second)
        for numbers, shown, cut in ((first, ~empty, 0.5), (second, twice, 1.0)):
            for number in torch.unique(numbers[shown]).tolist():
                chosen = ((numbers == number) & shown).nonzero()[:, 0]
                picture[chosen] = self._paste(picture[chosen], number, cut=cut)
                labels[chosen, number] += 1
        labels[empty] = 1
        return self._photographed(picture), labels / labels.sum(1, keepdim=True)
