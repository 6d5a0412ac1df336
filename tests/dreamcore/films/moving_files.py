"""Moving pictures made here and now, for tests: what cameras, phones and web sites write, whole and broken."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image

Pictures = Sequence[NDArray[np.uint8]]


def greys(count: int, width: int = 48, height: int = 32) -> list[NDArray[np.uint8]]:
    """Frames that can be told from each other: number n is (20 + 10 n) bright, up to 20 of them."""
    return [np.full((height, width, 3), 20 + 10 * (n % 20), np.uint8) for n in range(count)]


def video(
    pictures: Pictures,
    *,
    times: Sequence[float] | None = None,
    file: str = "mp4",
    codec: str = "libx264",
    pixels: str = "yuv420p",
    sound: str | None = None,
    sound_seconds: float = 1.0,
    rotation: int = 0,
    frame: dict[str, Any] | None = None,
    options: dict[str, str] | None = None,
    coding: dict[str, str] | None = None,
    **of_stream: Any,
) -> bytes:
    """times: in seconds, of each picture; else 25 a second. frame: attributes of every frame, such as its colours.

    options, coding: of the file, of the codec.
    """
    with _named(file) as out, av.open(out.name, "w", format=file, options=options or {}) as container:
        stream = container.add_stream(codec, rate=25)
        stream.height, stream.width, stream.pix_fmt = *pictures[0].shape[:2], pixels
        stream.codec_context.time_base = Fraction(1, 1000)
        stream.codec_context.options = coding or {}
        for name, value in of_stream.items():
            setattr(stream.codec_context, name, value)
        if rotation:
            stream.set_display_rotation(rotation)
        heard = (
            container.add_stream(sound, rate=48000 if sound == "libopus" else 44100, layout="stereo") if sound else None
        )
        for number, picture in enumerate(pictures):
            kind = "rgb48le" if picture.dtype == np.uint16 else "rgb24"
            made = av.VideoFrame.from_ndarray(picture, format=kind)
            made = made.reformat(format=pixels, dst_colorspace=(frame or {}).get("colorspace", 5))
            for name, value in (frame or {}).items():
                setattr(made, name, value)
            made.time_base = Fraction(1, 1000)
            made.pts = round(1000 * (number / 25 if times is None else times[number]))
            container.mux(stream.encode(made))
        container.mux(stream.encode())
        if heard is not None:
            container.mux(heard.encode(tone(sound_seconds)))
            container.mux(heard.encode())
        container.close()
        return Path(out.name).read_bytes()


def _named(file: str) -> Any:
    """A file with a name: `faststart` reads again what is written."""
    return tempfile.NamedTemporaryFile(suffix=f".{file}")


def tone(seconds: float) -> av.AudioFrame:
    """440 Hz, in stereo."""
    wave = (np.sin(np.arange(round(44100 * seconds)) * (2 * np.pi * 440 / 44100)) * 8000).astype(np.int16)
    frame = av.AudioFrame.from_ndarray(np.repeat(wave, 2)[None], format="s16", layout="stereo")
    frame.rate, frame.pts = 44100, 0
    return frame


def animation(pictures: Pictures, kind: str = "GIF", **options: Any) -> bytes:
    images = [Image.fromarray(picture) for picture in pictures]
    out = io.BytesIO()
    images[0].save(out, kind, save_all=True, append_images=images[1:], **{"duration": 40, **options})
    return out.getvalue()


def brightness(pictures: Any) -> list[int]:
    """Of each frame, to the ten: compression changes a level or two."""
    return [round(float(frame.rgb.mean()), -1).__int__() for frame in pictures]
