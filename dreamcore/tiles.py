"""What the network is shown of a picture: a canvas with mirrored margins, whole or in tiles.

Each step lays the picture into a slightly larger canvas at a random place (the jitter) and mirrors it into the
margins. So nothing ever wraps around from one edge to the other, the network's own zero padding stays outside the
picture, and there is no seam to hide. A canvas too large for memory is cut into tiles: every pixel belongs to the
core of exactly one tile, each core is read with a halo of its surroundings, and all windows start on multiples of the
deepest layer's stride, since off that grid the gradient is another one (cosine 0.2 to 0.8).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from dreamcore.gradients import mirrored_index

MARGIN = 8  #: mirrored pixels around the picture at least, before the jitter's own


@dataclass(frozen=True)
class Box:
    """A rectangle of whole pixels."""

    top: int
    left: int
    height: int
    width: int

    @property
    def bottom(self) -> int:
        return self.top + self.height

    @property
    def right(self) -> int:
        return self.left + self.width

    def within(self, outer: Box) -> Box:
        """The part of this box that lies in `outer`; may be empty (a side of 0)."""
        top, left = max(self.top, outer.top), max(self.left, outer.left)
        bottom, right = min(self.bottom, outer.bottom), min(self.right, outer.right)
        return Box(top, left, max(0, bottom - top), max(0, right - left))


@dataclass(frozen=True)
class Tile:
    """`core`: the pixels this tile answers for; `window`: the core and its halo, what the network is shown."""

    core: Box
    window: Box


@dataclass(frozen=True)
class Canvas:
    """Where the network looks while an octave is dreamt: sizes in pixels, the same for all of the octave's steps."""

    height: int
    width: int
    tiles: tuple[Tile, ...]
    wraps: bool = False  #: beyond a border the picture goes on at the opposite one, instead of being mirrored

    def seen(self, picture: Tensor, window: Box) -> Tensor:
        """`picture` (1, C, H, W) as it is seen through `window`, which may reach beyond it."""
        return repeated(picture, window) if self.wraps else looked_at(picture, window)

    @property
    def pixels(self) -> int:
        return self.height * self.width


def canvas_for(
    height: int,
    width: int,
    *,
    jitter: int,
    stride: int,
    minimum_side: int,
    halo: int,
    largest_window: int | None,
    wraps: bool = False,
) -> Canvas:
    """The canvas for a picture of `height` x `width`.

    stride, halo: of the deepest layer dreamt, in pixels. largest_window: pixels of a window that memory holds, or None
    for all. Windows are never smaller than what leaves each tile a core of its halo's size.
    """
    sides = [_round_up(max(side + 2 * MARGIN + jitter, minimum_side), stride) for side in (height, width)]
    rows, columns = (_spans(side, stride, halo, largest_window, sides) for side in sides)
    boxes = [
        Tile(Box(ct, cl, ch, cw), Box(wt, wl, wh, ww)) for (ct, ch, wt, wh) in rows for (cl, cw, wl, ww) in columns
    ]
    return Canvas(sides[0], sides[1], tuple(boxes), wraps)


def _round_up(value: int, multiple: int) -> int:
    return -(-value // multiple) * multiple


def _spans(
    length: int, stride: int, halo: int, largest_window: int | None, sides: list[int]
) -> list[tuple[int, int, int, int]]:
    """(core start, core length, window start, window length) along one axis."""
    halo = _round_up(halo, stride)
    if largest_window is None or sides[0] * sides[1] <= largest_window:
        return [(0, length, 0, length)]
    side = max(int(largest_window**0.5) // stride * stride, _round_up(3 * halo, stride), 4 * stride)
    if length <= side:
        return [(0, length, 0, length)]
    count = -(-(length - 2 * halo) // (side - 2 * halo))
    core = _round_up(-(-length // count), stride)
    spans = []
    for start in range(0, length, core):
        end = min(start + core, length)
        low, high = max(0, start - halo), min(length, end + halo)
        spans.append((start, end - start, low, high - low))
    return spans


def looked_at(picture: Tensor, window: Box) -> Tensor:
    """`picture` (1, C, H, W) as seen through `window`, which may reach beyond it: mirrored there."""
    height, width = picture.shape[2:]
    inside = window.within(Box(0, 0, height, width))
    above, below = inside.top - window.top, window.bottom - inside.bottom
    before, behind = inside.left - window.left, window.right - inside.right
    if max(above, below) < inside.height and max(before, behind) < inside.width:
        seen = picture[:, :, inside.top : inside.bottom, inside.left : inside.right]
        return F.pad(seen, (before, behind, above, below), mode="reflect") if inside != window else seen
    # The same, place by place: twenty times as slow, but a mirror may show a mirror.
    rows = torch.arange(window.top, window.bottom, device=picture.device)
    columns = torch.arange(window.left, window.right, device=picture.device)
    # Rows first, and only those there are: the copy between the two is one window high, not one picture.
    return picture.index_select(2, mirrored_index(rows, height)).index_select(3, mirrored_index(columns, width))


def repeated(texture: Tensor, window: Box) -> Tensor:
    """A (1, C, h, w) texture that repeats for ever, as seen through `window`."""
    return _repeated_along(_repeated_along(texture, 2, window.top, window.height), 3, window.left, window.width)


def _repeated_along(texture: Tensor, dim: int, start: int, length: int) -> Tensor:
    """Whole pieces side by side: looking up each column would take thirty times as long."""
    period = texture.shape[dim]
    first, pieces = start % period, []
    while length > 0:
        pieces.append(texture.narrow(dim, first, min(period - first, length)))
        length -= period - first
        first = 0
    return torch.cat(pieces, dim) if len(pieces) > 1 else pieces[0]
