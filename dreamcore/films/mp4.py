"""H.264 in MP4, with PyAV: what every browser, phone and Discord plays inline.

One thread and no dates: the same frames give the same bytes.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from dreamcore.films.boxes import moov_first
from dreamcore.films.footage import SECOND, Sound
from dreamcore.films.sounds import AAC_SAMPLES
from dreamcore.films.tools import av

if TYPE_CHECKING:
    from av import VideoFrame
    from av.container import OutputContainer

RECIPE_TAG = "comment"  #: of the file's metadata, where the recipe stands
_TICKS = 90_000  #: of a second, in which a video's times are written
_BT709 = 1  #: as H.264 numbers matrices, primaries and transfer curves
#: Frames that look ahead (B) would save a tenth, and cost frames of uneven length their exact times; and with them, but
#: without `cpu-independent`, two runs on one machine differ by what their memory held before.
_EXACT = "threads=1:lookahead-threads=1:cpu-independent=1:bframes=0"
_SOUND_RATE = 128_000  #: bits a second, of sound that is written anew

#: (a frame, microseconds from the beginning when it is first shown), in order.
TimedFrames = Iterable[tuple["VideoFrame", int]]


def frame_of(rgb: NDArray[np.uint8]) -> VideoFrame:
    """(H, W, 3) with even sides -> a frame as H.264 has it: BT.709, 16 to 235, half the colour's resolution."""
    formats = _reformatter()
    frame = av().VideoFrame.from_ndarray(np.ascontiguousarray(rgb), format="rgb24")
    made: VideoFrame = frame.reformat(
        format="yuv420p", dst_colorspace=formats.Colorspace.ITU709, dst_color_range=formats.ColorRange.MPEG
    )
    return made


def frame_of_planes(planes: NDArray[np.uint8]) -> VideoFrame:
    """A frame from its planes (3 H / 2, W), as its `to_ndarray` gives them."""
    made: VideoFrame = av().VideoFrame.from_ndarray(planes, format="yuv420p")
    return made


def rgb_of(frame: VideoFrame) -> NDArray[np.uint8]:
    """The way back from `frame_of`."""
    formats = _reformatter()
    back = frame.reformat(
        format="rgb24", src_colorspace=formats.Colorspace.ITU709, src_color_range=formats.ColorRange.MPEG
    )
    return back.to_ndarray().astype(np.uint8, copy=False)


def resized(frame: VideoFrame, width: int, height: int) -> VideoFrame:
    """Smaller, with Lanczos' filter; sides must be even."""
    return frame.reformat(width=width, height=height, interpolation=_reformatter().Interpolation.LANCZOS)


def _reformatter() -> Any:
    import importlib

    av()
    return importlib.import_module("av.video.reformatter")


def write_mp4(
    frames: TimedFrames,
    *,
    width: int,
    height: int,
    length: int,
    fps: float,
    quality: int,
    preset: str = "medium",
    recipe: str | None = None,
    sound: Sound | None = None,
) -> bytes:
    """The film as a file, the moov box first, so that it plays while it loads.

    length: microseconds, until when the last frame is shown. fps: about how many frames a second there are; each is
    shown when it says. quality: x264's CRF, 0 (lossless) to 51. sound: AAC is copied, plain samples are encoded.
    Raises InstallationError without PyAV.
    """
    out = io.BytesIO()
    with av().open(out, "w", format="mp4", container_options={"fflags": "+bitexact"}) as file:
        if recipe is not None:
            file.metadata[RECIPE_TAG] = recipe
        video = file.add_stream("libx264", rate=Fraction(fps).limit_denominator(1001))
        video.width, video.height, video.pix_fmt = width, height, "yuv420p"
        video.codec_context.time_base = Fraction(1, _TICKS)
        _tell_colours(video.codec_context)
        video.options = {
            "crf": str(quality),
            "preset": preset,
            "profile": "high",
            "flags": "+bitexact",
            "x264-params": _EXACT,
        }
        track = _Track(file, sound) if sound is not None else None
        lasts: dict[int, int] = {}
        for frame, start, duration in _with_durations(frames, length):
            frame.pts, frame.duration, frame.time_base = start, duration, Fraction(1, _TICKS)
            frame.pict_type = 0  # a decoded frame remembers its own, and the encoder would keep to it
            lasts[start] = duration
            file.mux(_lasting(video.encode(frame), lasts))
            if track:
                track.upto(start / _TICKS)
        file.mux(_lasting(video.encode(None), lasts))
        if track:
            track.upto(length / SECOND)
            track.close()
    return moov_first(out.getvalue())


def join_mp4(
    chunks: Sequence[bytes],
    starts: Sequence[int],
    length: int,
    *,
    recipe: str | None = None,
    sound: Sound | None = None,
) -> bytes:
    """The films `chunks`, which `write_mp4` wrote alike, one after the other in one file; nothing is compressed anew.

    starts: when each frame of them all is shown, in microseconds. length, recipe, sound: as for `write_mp4`.
    """
    ticks = [round(start * _TICKS / SECOND) for start in (*starts, length)]
    out = io.BytesIO()
    with (
        av().open(io.BytesIO(chunks[0])) as first,
        av().open(out, "w", format="mp4", container_options={"fflags": "+bitexact"}) as file,
    ):
        if recipe is not None:
            file.metadata[RECIPE_TAG] = recipe
        video = file.add_stream_from_template(first.streams.video[0])
        track = _Track(file, sound) if sound is not None else None
        for place, (data, key) in enumerate(packet for chunk in chunks for packet in _packets(chunk)):
            packet = av().Packet(data)
            packet.stream, packet.time_base, packet.is_keyframe = video, Fraction(1, _TICKS), key
            packet.pts = packet.dts = ticks[place]
            packet.duration = max(1, ticks[place + 1] - ticks[place])
            file.mux_one(packet)
            if track:
                track.upto(starts[place] / SECOND)
        if track:
            track.upto(length / SECOND)
            track.close()
    return moov_first(out.getvalue())


def _packets(chunk: bytes) -> list[tuple[bytes, bool]]:
    """(compressed frame, whether it stands alone), in order."""
    with av().open(io.BytesIO(chunk)) as file:
        return [(bytes(packet), packet.is_keyframe) for packet in file.demux(video=0) if packet.size]


def _with_durations(frames: TimedFrames, length: int) -> Iterator[tuple[VideoFrame, int, int]]:
    """(frame, start, duration) in ticks, starts strictly rising."""
    last: VideoFrame | None = None
    begun = 0
    for frame, start in frames:
        at = round(start * _TICKS / SECOND)
        if last is not None:
            at = max(at, begun + 1)
            yield last, begun, at - begun
        last, begun = frame, at
    if last is not None:
        yield last, begun, max(1, round(length * _TICKS / SECOND) - begun)


def _lasting(packets: Sequence[Any], lasts: Mapping[int, int]) -> Sequence[Any]:
    """Encoded frames that know how long they are shown; x264 takes the usual time for all, and so also for the last."""
    for packet in packets:
        if packet.pts in lasts and packet.time_base == Fraction(1, _TICKS):
            packet.duration = lasts[packet.pts]
    return packets


def _tell_colours(context: Any) -> None:
    context.colorspace = context.color_primaries = context.color_trc = _BT709
    context.color_range = 1  # "MPEG": 16 to 235


class _Track:
    """The sound beside the video, written as the video goes on, so that neither waits for the other in memory."""

    def __init__(self, file: OutputContainer, sound: Sound) -> None:
        self.file, self.sound = file, sound
        self.stream = file.add_stream("aac", rate=sound.rate)
        self.stream.codec_context.layout = "stereo" if sound.channels == 2 else "mono"
        self.stream.codec_context.bit_rate = _SOUND_RATE * sound.channels // 2
        self.written = 0

    def upto(self, second: float) -> None:
        """What is heard until then."""
        while self.written < len(self.sound.pieces) and self.sound.pieces[self.written][0] <= second * self.sound.rate:
            at, data = self.sound.pieces[self.written]
            if self.sound.kind == "aac":
                self._copy(at, data)
            else:
                self._encode(at, data)
            self.written += 1

    def _copy(self, at: int, data: bytes) -> None:
        packet = av().Packet(data)
        packet.stream, packet.time_base = self.stream, Fraction(1, self.sound.rate)
        packet.pts = packet.dts = at
        packet.duration, packet.is_keyframe = AAC_SAMPLES, True
        self.file.mux_one(packet)

    def _encode(self, at: int, data: bytes) -> None:
        samples = np.frombuffer(data, np.int16).reshape(-1, self.sound.channels)
        for first in range(0, len(samples), AAC_SAMPLES):
            part = samples[first : first + AAC_SAMPLES].astype(np.float32).T / 32768
            frame = av().AudioFrame.from_ndarray(
                np.ascontiguousarray(part), format="fltp", layout="stereo" if self.sound.channels == 2 else "mono"
            )
            frame.rate, frame.pts, frame.time_base = self.sound.rate, at + first, Fraction(1, self.sound.rate)
            self.file.mux(self.stream.encode(frame))

    def close(self) -> None:
        if self.sound.kind != "aac":
            self.file.mux(self.stream.encode(None))


def read_mp4(data: bytes) -> Iterator[VideoFrame]:
    """The frames of a film that `write_mp4` wrote."""
    with av().open(io.BytesIO(data)) as file:
        yield from file.decode(video=0)
