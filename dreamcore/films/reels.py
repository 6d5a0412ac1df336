"""The frames of a film that is not finished: kept small, the same whether the work was interrupted or not.

For MP4 they are kept as H.264 of high quality, a chunk of frames at a time: joined, these are the film, where they fit
its limit. For GIF and WebP they are kept as JPEGs, which need no video library.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from dreamcore.films.footage import SECOND
from dreamcore.films.mp4 import frame_of, frame_of_planes, read_mp4, write_mp4

if TYPE_CHECKING:
    from av import VideoFrame

CHUNK = 12  #: frames that are compressed together; as many may wait in a checkpoint as they are
_CHUNK_QUALITY = 15  #: x264's CRF: on dreams within 2 dB of what halving the colour's resolution leaves of them
_CHUNK_FPS = 25
_JPEG_QUALITY = 95

Rgb = NDArray[np.uint8]


class VideoReel:
    """Frames of an MP4: both sides even. Raises InstallationError without PyAV."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self._chunks: list[bytes] = []
        self._waiting: list[NDArray[np.uint8]] = []  # as planes of YUV: what a frame loses it loses before it waits

    def add(self, rgb: Rgb) -> None:
        self._waiting.append(frame_of(rgb).to_ndarray().astype(np.uint8, copy=False))
        if len(self._waiting) == CHUNK:
            self._chunks.append(self._encoded())
            self._waiting = []

    def __len__(self) -> int:
        return len(self._chunks) * CHUNK + len(self._waiting)

    def chunks(self) -> list[bytes]:
        """All frames so far as films, to be joined: of 12 frames each, the last of what is left."""
        return [*self._chunks, *([self._encoded()] if self._waiting else [])]

    def frames(self) -> Iterator[VideoFrame]:
        """All frames so far, decoded one by one."""
        for chunk in self.chunks():
            yield from read_mp4(chunk)

    def _encoded(self) -> bytes:
        timed = ((frame_of_planes(planes), n * SECOND // _CHUNK_FPS) for n, planes in enumerate(self._waiting))
        return write_mp4(
            timed,
            width=self.width,
            height=self.height,
            length=len(self._waiting) * SECOND // _CHUNK_FPS,
            fps=_CHUNK_FPS,
            quality=_CHUNK_QUALITY,
            preset="veryfast",
        )

    def pack(self) -> tuple[dict[str, NDArray[Any]], dict[str, bytes]]:
        waiting = {"reel": np.stack(self._waiting)} if self._waiting else {}
        return waiting, {"reel": _joined(self._chunks)}

    def unpack(self, arrays: Mapping[str, NDArray[Any]], blobs: Mapping[str, bytes]) -> None:
        self._chunks = _parted(blobs["reel"])
        self._waiting = list(arrays["reel"]) if "reel" in arrays else []
        if any(planes.shape != (self.height * 3 // 2, self.width) for planes in self._waiting):
            raise ValueError("frames of another size")


class PictureReel:
    """Frames of a GIF or WebP; those with alpha are kept without loss, since a JPEG has none."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self._pictures: list[bytes] = []

    def add(self, pixels: Rgb) -> None:
        """(H, W, 3), or (H, W, 4) with alpha."""
        out, image = io.BytesIO(), Image.fromarray(pixels)
        if image.mode == "RGBA":
            image.save(out, "WEBP", lossless=True, exact=True, quality=0, method=0)
        else:
            image.save(out, "JPEG", quality=_JPEG_QUALITY, subsampling=0)
        self._pictures.append(out.getvalue())

    def __len__(self) -> int:
        return len(self._pictures)

    def images(self) -> Iterator[Image.Image]:
        """All frames so far, decoded one by one."""
        for data in self._pictures:
            with Image.open(io.BytesIO(data)) as image:
                yield image.convert("RGBA" if image.mode == "RGBA" else "RGB")

    def pack(self) -> tuple[dict[str, NDArray[Any]], dict[str, bytes]]:
        return {}, {"reel": _joined(self._pictures)}

    def unpack(self, arrays: Mapping[str, NDArray[Any]], blobs: Mapping[str, bytes]) -> None:
        self._pictures = _parted(blobs["reel"])


def _joined(pieces: list[bytes]) -> bytes:
    return b"".join(struct.pack(">I", len(piece)) + piece for piece in pieces)


def _parted(data: bytes) -> list[bytes]:
    pieces, place = [], 0
    while place < len(data):
        (size,) = struct.unpack_from(">I", data, place)
        pieces.append(data[place + 4 : place + 4 + size])
        place += 4 + size
    if place != len(data):
        raise ValueError("pieces that do not add up")
    return pieces
