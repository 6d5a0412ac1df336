"""Animated GIF, WebP, PNG and AVIF, by Pillow."""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterator

import numpy as np
from PIL import Image, features

from dreamcore.errors import PictureError
from dreamcore.films.footage import SECOND, Frame, MovingLimits, MovingPicture, until_the_break
from dreamcore.films.limiting import check_frame, check_length, too_large, too_long, too_many_frames
from dreamcore.picture import Picture, shrink
from dreamcore.picture.colour import to_srgb
from dreamcore.picture.containers import DAMAGED, png_chunks, survey, webp_chunks
from dreamcore.picture.decoding import silenced
from dreamcore.sentences import Sentence

#: Programs that show animations take delays this short for a mistake, and wait a tenth of a second.
_NO_DELAY = 15_000
_USUAL_DELAY = 100_000
_APNG = (b"IHDR", b"PLTE", b"tRNS", b"sRGB", b"acTL", b"fcTL", b"fdAT", b"IDAT")
_PNG_END = b"\0\0\0\0IEND\xaeB`\x82"


def read_animation(data: bytes, kind: str, *, digest: str, limits: MovingLimits) -> MovingPicture:
    """An animated picture of `kind` (GIF, WEBP, PNG or AVIF). Decoded once to the end, to know that it can be."""
    data, broken = mended(data, kind)
    found = survey(kind, data)
    if found.width:
        check_frame(found.width, found.height, limits)
    if found.frames > limits.frames:
        raise too_many_frames(found.frames, limits)
    if kind == "AVIF" and not features.check("avif"):
        raise PictureError(Sentence("AVIF pictures cannot be read here: save it as a GIF, WebP or MP4."))
    frames = _Frames(data, kind, limits)
    starts, length, transparent = [], 0, False
    for frame, delay in frames.with_delays():
        starts.append(frame.start)
        length = frame.start + delay
        transparent = transparent or frame.alpha is not None
        check_length(length, limits)
    if not starts:
        raise PictureError(DAMAGED, log=f"{kind}: {frames.trouble}")
    notes: tuple[Sentence, ...] = ()
    if frames.trouble is not None or broken:
        promised = len(starts) if kind == "GIF" else frames.promised  # a GIF does not say how many it had
        notes = (until_the_break(length, length * promised / len(starts)),)
    return MovingPicture(
        width=frames.width,
        height=frames.height,
        format=kind,
        starts=tuple(starts),
        length=length,
        transparent=transparent,
        loop=frames.loop,
        notes=notes,
        digest=digest,
        read=lambda first, longest: _Frames(frames.data, kind, limits).shown(first, longest, len(starts)),
    )


class _Frames:
    """One pass through the file. `trouble`: what ended it before its end."""

    def __init__(self, data: bytes, kind: str, limits: MovingLimits) -> None:
        self.data, self.kind, self._limits = data, kind, limits
        self.width = self.height = self.promised = 0
        self.loop: int | None = None
        self.trouble: str | None = None

    def shown(self, first: int, longest: int | None, count: int) -> Iterator[Frame]:
        for number, (frame, _) in enumerate(self.with_delays()):
            if number >= count:
                return
            if number >= first:
                yield frame if longest is None else _smaller(frame, longest)

    def with_delays(self) -> Iterator[tuple[Frame, int]]:
        """Each frame, and for how many microseconds it is shown."""
        start, image = 0, self._opened()
        if image is None:
            return
        for number in range(self.promised):
            read = self._frame(image, number, start)
            if read is None:
                return
            yield read
            start += read[1]

    def _opened(self) -> Image.Image | None:
        try:
            with silenced():
                image = Image.open(io.BytesIO(self.data), formats=[self.kind])
                check_frame(image.width, image.height, self._limits)
                self.promised = int(getattr(image, "n_frames", 1))
                self.width, self.height = image.size
                loop = image.info.get("loop")
        except PictureError:
            raise
        except MemoryError as error:
            raise too_large() from error
        except Exception as error:  # as for still pictures: a decoder raises nearly everything on a hostile file
            self.trouble = f"{type(error).__name__}: {error}"
            return None
        if self.promised > self._limits.frames:
            raise too_many_frames(self.promised, self._limits)
        self.loop = loop if isinstance(loop, int) and 0 <= loop < 1 << 16 else None
        return image

    def _frame(self, image: Image.Image, number: int, start: int) -> tuple[Frame, int] | None:
        try:
            with silenced():
                image.seek(number)
                image.load()
                if image.size != (self.width, self.height):
                    raise ValueError(f"a frame of {image.size} in a picture of {self.width}x{self.height}")
                rgb, alpha, _ = to_srgb(image)
                delay = image.info.get("duration", 0)
        except MemoryError as error:
            raise too_large() from error
        except Exception as error:
            self.trouble = f"frame {number}: {type(error).__name__}: {error}"
            return None
        shown = round(delay * 1000) if isinstance(delay, int | float) and 0 <= delay < 1e7 else 0
        if start + shown > self._limits.seconds * SECOND:
            raise too_long(start + shown, self._limits)
        return Frame(rgb=rgb, alpha=alpha, start=start), shown if shown > _NO_DELAY else _USUAL_DELAY


def _smaller(frame: Frame, longest: int) -> Frame:
    small = shrink(Picture(rgb=frame.rgb, alpha=frame.alpha, format="PNG"), longest)
    alpha = None if small.alpha is None or bool(np.all(small.alpha == 255)) else small.alpha
    return Frame(rgb=small.rgb, alpha=alpha, start=frame.start)


def mended(data: bytes, kind: str) -> tuple[bytes, bool]:
    """An animation up to where it breaks off, as a whole file, and whether it does.

    Decoders would refuse all of a broken PNG or WebP; of a GIF they read what there is.
    """
    if kind == "PNG":
        return _animated_png(data)
    return _whole_webp(data) if kind == "WEBP" else (data, False)


def _animated_png(data: bytes) -> tuple[bytes, bool]:
    """Only the chunks that make pictures, each with the checksum that it should have."""
    kept, broken = [data[:8]], True
    for kind, start, end in png_chunks(data):
        if kind in _APNG:
            if zlib.crc32(data[start - 4 : end]) != int.from_bytes(data[end : end + 4], "big"):
                break
            kept.append(data[start - 8 : end + 4])
        broken = broken and kind != b"IEND"
    return b"".join([*kept, _PNG_END]), broken


def _whole_webp(data: bytes) -> tuple[bytes, bool]:
    """The whole chunks, under a header that counts no more than them."""
    end = max((end + (end & 1) for _, _, end in webp_chunks(data)), default=len(data))
    claimed = 8 + int.from_bytes(data[4:8], "little")
    return data[:4] + (min(end, len(data)) - 8).to_bytes(4, "little") + data[8:end], end < claimed
