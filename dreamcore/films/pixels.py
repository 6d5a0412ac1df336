"""A decoded video frame to upright 8-bit sRGB with square pixels."""

from __future__ import annotations

import functools
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

if TYPE_CHECKING:
    from av.video.frame import VideoFrame

_AREA, _BICUBIC = 0x20, 4  #: of swscale: how frames are made smaller, and everything else
_PQ, _HLG = 16, 18  #: transfer characteristics, ITU-T H.273
_MATRICES = {1: 1, 4: 4, 5: 5, 6: 5, 7: 7, 9: 9, 10: 9}  #: H.273's matrix coefficients -> swscale's numbers for them
_BT709, _BT601, _BT2020 = 1, 5, 9
_HD = 720  #: lines; by custom, video of fewer that says nothing is BT.601, all else BT.709


@dataclass(frozen=True, kw_only=True)
class Form:
    """How all frames of a video are turned and stretched; its size is what comes out of that."""

    width: int
    height: int
    swapped: bool = False  # rows become columns first ...
    flipped: bool = False  # ... then the frame is turned upside down ...
    mirrored: bool = False  # ... and left becomes right
    transfer: int = 2  # what its signals mean, ITU-T H.273


def form_of(frame: VideoFrame, aspect: float, transfer: int) -> Form:
    """`aspect`: how much wider than high a pixel is; `transfer`: as the codec says, in H.273's numbers.

    The smaller side is stretched, so that nothing is lost.
    """
    width, height = frame.width, frame.height
    if aspect > 1:
        width = round(width * aspect)
    else:
        height = round(height / aspect)
    swapped, flipped, mirrored = _turn(frame)
    if swapped:
        width, height = height, width
    turned = {"swapped": swapped, "flipped": flipped, "mirrored": mirrored}
    return Form(width=max(1, width), height=max(1, height), transfer=transfer, **turned)


def srgb(frame: VideoFrame, form: Form, width: int, height: int) -> NDArray[np.uint8]:
    """The frame as (height, width, 3)."""
    wide, high = (height, width) if form.swapped else (width, height)
    upright: NDArray[np.uint8]
    if frame.interlaced_frame:
        upright = _one_field(frame, wide, high)
    elif form.transfer in (_PQ, _HLG):
        upright = _tone_mapped(_converted(frame, "rgb48le", wide, high, unsaid=_BT2020), form.transfer)
    else:
        upright = _converted(frame, "rgb24", wide, high).astype(np.uint8, copy=False)
    if form.swapped:
        upright = upright.swapaxes(0, 1)
    if form.flipped:
        upright = upright[::-1]
    if form.mirrored:
        upright = upright[:, ::-1]
    return np.ascontiguousarray(upright)


def _turn(frame: VideoFrame) -> tuple[bool, bool, bool]:
    """(swapped, flipped, mirrored) by the display matrix, to the nearest right angle: (x, y) -> (ax + cy, bx + dy)."""
    side = frame.side_data.get("DISPLAYMATRIX")
    raw = bytes(memoryview(side)) if side is not None else b""  # type: ignore[arg-type]
    if len(raw) < 36:
        return False, False, False
    a, b, _, c, d = struct.unpack_from("5i", raw)
    if abs(b) + abs(c) > abs(a) + abs(d):
        return True, b < 0, c < 0
    return False, d < 0, a < 0


def _converted(frame: VideoFrame, kind: str, width: int, height: int, unsaid: int | None = None) -> NDArray[np.generic]:
    """By swscale: to RGB by the frame's own matrix (or the customary one), and to size."""
    customary = _BT709 if max(frame.height, frame.width * 9 // 16) >= _HD else _BT601
    matrix = customary if unsaid is None else unsaid
    smaller = width < frame.width or height < frame.height
    how: dict[str, Any] = {
        "width": width,
        "height": height,
        "format": kind,
        "src_colorspace": _MATRICES.get(int(frame.colorspace), matrix),
        "interpolation": _AREA if smaller else _BICUBIC,
    }
    try:
        changed = frame.reformat(**how, threads=1)
    except TypeError:  # older versions of the library have no threads there
        changed = frame.reformat(**how)
    pixels: NDArray[np.generic] = changed.to_ndarray()
    return pixels


def _one_field(frame: VideoFrame, width: int, height: int) -> NDArray[np.uint8]:
    """Of an interlaced frame every other row, so that what moves has no combs."""
    field = Image.fromarray(_converted(frame, "rgb24", frame.width, frame.height)[::2])
    return np.asarray(field.resize((width, height), Image.Resampling.BICUBIC))


def _tone_mapped(pixels: NDArray[np.generic], transfer: int) -> NDArray[np.uint8]:
    """HDR (H, W, 3) uint16 -> sRGB. Light up to paper white is kept, what is brighter is bent into what is left.

    Transfer functions: ITU-R BT.2100; paper white is 203 cd/m2, ITU-R BT.2408; primaries: BT.2020 to BT.709, BT.2087.
    """
    light = _light(transfer)[pixels]
    if transfer == _HLG:  # the display's part of the curve, for 1000 cd/m2
        luminance = light @ np.array([0.2627, 0.6780, 0.0593], np.float32)
        light *= np.maximum(luminance, 1e-6)[..., None] ** np.float32(0.2) * np.float32(1000 / 203)
    light = light @ _BT2020_TO_BT709.T
    np.maximum(light, 0, out=light)
    peak = light.max(2, keepdims=True)
    above = np.maximum(peak - _KNEE, 0)
    bent = np.minimum(peak, _KNEE) + (1 - _KNEE) * (1 - np.exp(-above / (1 - _KNEE)))
    light *= bent / np.maximum(peak, 1e-6)
    signal = np.where(light <= 0.0031308, 12.92 * light, 1.055 * np.maximum(light, 1e-6) ** (1 / 2.4) - 0.055)
    shown: NDArray[np.uint8] = np.rint(signal * 255).clip(0, 255).astype(np.uint8)
    return shown


_KNEE = np.float32(0.7)
_BT2020_TO_BT709 = np.array(
    [[1.6605, -0.5876, -0.0728], [-0.1246, 1.1329, -0.0083], [-0.0182, -0.1006, 1.1187]], np.float32
)


@functools.cache
def _light(transfer: int) -> NDArray[np.float32]:
    """What each of the 65 536 signals means: of PQ light relative to paper white, of HLG the scene's."""
    signal = np.arange(65536, dtype=np.float64) / 65535
    if transfer == _PQ:
        root = signal ** (1 / 78.84375)
        relative = np.maximum(root - 0.8359375, 0) / (18.8515625 - 18.6875 * root)
        return (relative ** (1 / 0.1593017578125) * 10000 / 203).astype(np.float32)
    dark, bright = signal**2 / 3, (np.exp((signal - 0.55991073) / 0.17883277) + 0.28466892) / 12
    return np.where(signal <= 0.5, dark, bright).astype(np.float32)
