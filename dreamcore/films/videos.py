"""Short video, by PyAV: MP4, MOV, WebM and MKV. Frames come out upright, square-pixelled, progressive, 8-bit sRGB."""

from __future__ import annotations

import contextlib
import io
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dreamcore.errors import PictureError
from dreamcore.films import pixels
from dreamcore.films.footage import SECOND, Frame, MovingLimits, MovingPicture, Sound, fitting_size, until_the_break
from dreamcore.films.limiting import check_frame, check_length, too_large, too_many_frames
from dreamcore.films.sounds import read_sound
from dreamcore.films.tools import av
from dreamcore.sentences import Sentence

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

_DEMUXERS = {"MP4": "mp4", "MKV": "matroska"}
#: What phones, cameras, screen recorders and web sites write.
_DECODERS = frozenset(
    {"h264", "hevc", "vp8", "vp9", "libvpx", "libvpx-vp9", "av1", "libdav1d", "mpeg4", "h263", "mjpeg"}
)

_ATTACHED = 0x0400  #: disposition of a picture that stands for a file

_NOTHING_THERE = Sentence(
    "The video breaks off before its first picture, or is damaged: please save it again, and post it anew."
)
_NO_SOUND = Sentence("Its sound could not be read, so the film is silent.")


def read_video(data: bytes, kind: str, *, digest: str, limits: MovingLimits, heard: bool) -> MovingPicture:
    """A video of `kind` (MP4 or MKV): its index is read, and its first frame decoded. heard: its sound, too."""
    with _opened(data, kind, limits) as (container, stream):
        _check_header(container, stream, limits)
        index = _index(container, stream, limits)
    with _opened(data, kind, limits) as (container, stream):
        first = next(_decoded(container, stream, limits), None)
        if first is None:
            raise _unreadable(data)
        form = pixels.form_of(first.picture, _aspect(stream), int(stream.codec_context.color_trc))
        check_frame(form.width, form.height, limits)
        starts = sorted(start for at in set(index.times) if (start := at - first.at) >= 0) or [0]
    if len(starts) > limits.frames:
        raise too_many_frames(len(starts), limits)
    length = starts[-1] + index.last
    sound, notes = _sound(data, kind, limits, first.at, length) if heard else (None, ())
    if index.broken:
        notes = (*notes, until_the_break(length, max(index.promised, length)))
    return MovingPicture(
        width=form.width,
        height=form.height,
        format=kind,
        starts=tuple(starts),
        length=length,
        sound=sound,
        notes=notes,
        digest=digest,
        read=lambda number, longest: _frames(
            _Pass(data, kind, limits, form, first.at, length), starts[number] if number < len(starts) else None, longest
        ),
    )


@dataclass(frozen=True, kw_only=True)
class _Index:
    """What the packets say before any is decoded. Times in microseconds."""

    times: list[int]
    last: int  # how long the last frame is shown
    promised: int  # the header's own figure, or 0
    broken: bool


@dataclass(frozen=True)
class _Decoded:
    picture: VideoFrame
    at: int  # microseconds, as the file counts


@contextlib.contextmanager
def _opened(data: bytes, kind: str, limits: MovingLimits) -> Iterator[tuple[InputContainer, VideoStream]]:
    """The file and its video, for one pass. No name in the file is followed, and no other demuxer is tried.

    What the libraries raise on a hostile file becomes one of our sentences.
    """
    library = av()
    # Until here nothing of the file has been read: what is set now also binds the probing of its streams.
    options = {
        "max_pixels": str(limits.pixels),
        "protocol_whitelist": "none",
        "threads": "1",
        "analyzeduration": "2000000",
    }
    try:
        with library.open(
            io.BytesIO(data), format=_DEMUXERS[kind], options=options, metadata_errors="ignore"
        ) as opened:
            stream = _picture_stream(opened, data)
            stream.codec_context.thread_count = 1  # a decoding child can start no threads
            yield opened, stream
    except PictureError:
        raise
    except MemoryError as error:
        raise too_large() from error
    except (library.FFmpegError, ValueError, ArithmeticError, LookupError, AttributeError, TypeError) as error:
        raise _unreadable(data, f"{type(error).__name__}: {error}") from error


def _picture_stream(container: InputContainer, data: bytes) -> VideoStream:
    streams = [stream for stream in container.streams.video if not _is_cover(stream)]
    if not streams:
        raise PictureError(
            Sentence("There are no pictures in this file, only sound: post a video, a GIF or a picture.")
        )
    stream = streams[0]
    context = stream.codec_context
    if context is None or context.codec.name not in _DECODERS:
        if b"encv" in data:
            raise _protected()
        name = "unknown" if context is None else context.codec.name
        raise PictureError(
            Sentence("This video is packed in a way that cannot be read here: save it as an MP4 (H.264)."),
            log=f"video codec {name}",
        )
    return stream


def _is_cover(stream: VideoStream) -> bool:
    """A song's picture counts as a video stream."""
    disposition = stream.disposition  # a number, or in older versions of the library what has one
    return bool(int(getattr(disposition, "value", disposition)) & _ATTACHED)


def _check_header(container: InputContainer, stream: VideoStream, limits: MovingLimits) -> None:
    """What the file says of itself, before its packets are looked at."""
    check_frame(stream.codec_context.width, stream.codec_context.height, limits)
    check_length(_promised(container, stream), limits)
    if stream.frames > limits.frames:
        raise too_many_frames(stream.frames, limits)


def _promised(container: InputContainer, stream: VideoStream) -> int:
    """Microseconds that the header says the pictures last; 0 where it says nothing."""
    if stream.duration is not None and stream.time_base is not None:
        return round(stream.duration * stream.time_base * SECOND)
    return int(container.duration or 0)  # the library's own unit is the microsecond, too


def _index(container: InputContainer, stream: VideoStream, limits: MovingLimits) -> _Index:
    times: list[int] = []
    lengths: list[int] = []
    broken, end = False, 0
    demuxed = container.demux()  # the sound, too: where only the whole has a length, it may be the sound's
    while True:
        try:
            packet = next(demuxed, None)
        except av().FFmpegError:
            broken = True
            break
        if packet is None:
            break
        at, base = packet.pts if packet.pts is not None else packet.dts, packet.time_base
        if not packet.size or at is None or base is None:
            continue
        broken = broken or packet.is_corrupt
        begun, lasts = round(at * base * SECOND), round((packet.duration or 0) * base * SECOND)
        end = max(end, begun + lasts)
        if packet.stream_index != stream.index:
            continue
        times.append(begun)
        lengths.append(lasts)
        if len(times) > limits.frames + 64:  # some may come before the beginning that an edit list names
            raise too_many_frames(len(times), limits)
        check_length(times[-1] - min(times[0], times[-1]), limits)
    if not times:
        raise PictureError(_NOTHING_THERE, log="no packet with a time")
    promised, step = _promised(container, stream), _usual_step(times)
    last = max(lengths[times.index(max(times))], 0) or step
    there = max(times) + last if stream.duration is not None else max(end, max(times) + last)
    broken = broken or promised - (there - min(times)) > max(0.02 * promised, 2 * step)
    return _Index(times=times, last=min(last, 10 * SECOND), promised=promised, broken=broken)


def _usual_step(times: list[int]) -> int:
    """The middle one of the times between frames; a 25th of a second where there is but one frame."""
    ordered = sorted(set(times))
    steps = sorted(later - earlier for earlier, later in itertools.pairwise(ordered))
    return steps[len(steps) // 2] if steps else SECOND // 25


def _decoded(container: InputContainer, stream: VideoStream, limits: MovingLimits) -> Iterator[_Decoded]:
    """Frames in the order in which they are shown, up to the first that cannot be had; bad packets are passed over."""
    base, previous, troubles = stream.time_base, None, 0
    packets = container.demux(stream)
    while troubles < 50:
        try:
            packet = next(packets, None)
            if packet is None:
                return
            decoded = packet.decode()
        except av().FFmpegError as error:
            if isinstance(error, MemoryError):
                raise
            troubles += 1
            continue
        for picture in decoded:
            check_frame(picture.width, picture.height, limits)
            at = None if picture.pts is None or base is None else round(picture.pts * base * SECOND)
            if at is None or (previous is not None and at <= previous):
                continue  # two at once: the first one is seen
            previous = at
            yield _Decoded(picture, at)


@dataclass(frozen=True)
class _Pass:
    """What one pass through the frames needs."""

    data: bytes
    kind: str
    limits: MovingLimits
    form: pixels.Form
    begun: int  # microseconds, as the file counts: the first frame's
    length: int


def _frames(video: _Pass, since: int | None, longest: int | None) -> Iterator[Frame]:
    """The frames that are shown `since` then, or later. None: there are none."""
    if since is None:
        return
    width, height = fitting_size(video.form.width, video.form.height, longest)
    for sought in (True, False) if since else (False,):
        with _opened(video.data, video.kind, video.limits) as (container, stream):
            if sought and not _sought(container, stream, video.begun + since):
                continue
            decoded = _decoded(container, stream, video.limits)
            first = next(decoded, None)
            if sought and (first is None or first.at > video.begun + since):
                continue  # too far; from the beginning, then
            for frame in itertools.islice(itertools.chain([first] if first else [], decoded), video.limits.frames):
                start = frame.at - video.begun
                if start >= video.length:
                    return  # the index said otherwise: a lie costs its teller the rest
                if start >= since:
                    yield Frame(rgb=pixels.srgb(frame.picture, video.form, width, height), alpha=None, start=start)
            return


def _sought(container: InputContainer, stream: VideoStream, at: int) -> bool:
    """Go to the last frame before `at` (microseconds) that needs no other; whether that was possible."""
    if stream.time_base is None:
        return False
    try:
        container.seek(int(at / SECOND / stream.time_base), stream=stream)
    except av().FFmpegError:
        return False
    return True


def _sound(
    data: bytes, kind: str, limits: MovingLimits, begun: int, length: int
) -> tuple[Sound | None, tuple[Sentence, ...]]:
    """The sound of the time in which there are pictures; without it a film is still a film."""
    try:
        with _opened(data, kind, limits) as (container, _):
            if not container.streams.audio:
                return None, ()
            sound = read_sound(container, begun=begun, length=length)
            return (sound, ()) if sound is not None else (None, (_NO_SOUND,))
    except PictureError:
        return None, (_NO_SOUND,)


def _aspect(stream: VideoStream) -> float:
    """How much wider than high a pixel is."""
    aspect = stream.sample_aspect_ratio
    return float(aspect) if aspect and 0.1 < aspect < 10 else 1.0


def _unreadable(data: bytes, log: str | None = None) -> PictureError:
    if b"encv" in data:
        return _protected()
    return PictureError(_NOTHING_THERE, log=log or "no frame")


def _protected() -> PictureError:
    return PictureError(Sentence("This video is protected against being read: post one that is not."))
