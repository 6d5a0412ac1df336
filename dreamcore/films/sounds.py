"""The sound of a video: taken out as it is where an MP4 can carry it, else as plain samples."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from dreamcore.films.footage import SECOND, Sound
from dreamcore.films.tools import av

if TYPE_CHECKING:
    from av.audio.stream import AudioStream
    from av.container import InputContainer

#: Besides what is plain samples.
_DECODERS = frozenset(
    {
        *("aac", "mp3float", "mp3", "opus", "libopus", "vorbis", "flac", "alac", "ac3", "eac3"),
        "amrnb",
        "libopencore_amrnb",
    }
)
AAC_SAMPLES = 1024  #: of a packet
_LARGEST_PACKET = 6144 // 8 * 8  #: bytes of an AAC packet of eight channels
_AAC_RATES = (96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000)
_AAC_LC = 2
_MOST_RATE = 48000
_GAP = 0.02  #: seconds that are missing before samples are set where they belong, instead of one after another


def read_sound(container: InputContainer, *, begun: int, length: int) -> Sound | None:
    """What is heard during `length` microseconds from `begun` on; None where it cannot be read."""
    stream = container.streams.audio[0]
    context = stream.codec_context
    if context is None or stream.time_base is None:
        return None
    name = context.codec.name
    if name not in _DECODERS and not name.startswith("pcm_"):
        return None
    plain = _plain_aac(context.extradata) if name == "aac" else None
    return _packets(container, stream, *plain, begun, length) if plain else _samples(container, stream, begun, length)


def _plain_aac(extradata: bytes | None) -> tuple[int, int] | None:
    """(rate, channels) of AAC of the kind that every player knows; None where the sound has to be written anew.

    The AudioSpecificConfig of ISO/IEC 14496-3: 5 bits object type, 4 bits rate, 4 bits channels, then three flags.
    """
    if extradata is None or len(extradata) < 2:
        return None
    bits = int.from_bytes(extradata[:2], "big")
    kind, rate, channels, flags = bits >> 11, bits >> 7 & 15, bits >> 3 & 15, bits & 7
    if kind != _AAC_LC or rate >= len(_AAC_RATES) or channels not in (1, 2) or flags:
        return None
    if extradata[2:5] not in (b"", b"\x56\xe5\x00"):  # anything but "no spectral band replication"
        return None
    return _AAC_RATES[rate], channels


def _packets(
    container: InputContainer, stream: AudioStream, rate: int, channels: int, begun: int, length: int
) -> Sound | None:
    pieces: list[tuple[int, bytes]] = []
    for packet in _until_the_break(container.demux(stream)):
        if not packet.size or packet.pts is None or packet.size > _LARGEST_PACKET:
            continue
        at = round((packet.pts * packet.time_base - begun / SECOND) * rate)
        if at <= -2 * AAC_SAMPLES or (pieces and at <= pieces[-1][0]):
            continue
        if at >= length / SECOND * rate:
            break
        pieces.append((at, bytes(packet)))
    return Sound(kind="aac", rate=rate, channels=channels, pieces=tuple(pieces)) if pieces else None


def _samples(container: InputContainer, stream: AudioStream, begun: int, length: int) -> Sound | None:
    """Decoded, at most 48 kHz and two channels. Times without any sound are silence."""
    rate = min(stream.codec_context.sample_rate, _MOST_RATE)
    channels = min(stream.codec_context.channels, 2)
    resampler = av().AudioResampler(format="s16", layout="stereo" if channels == 2 else "mono", rate=rate)
    most = round(length / SECOND * rate)
    heard = np.zeros((most, channels), np.int16)
    end = 0
    for frame in _decoded(container, stream):
        at = end if frame.time is None else round((frame.time - begun / SECOND) * rate)
        at = end if abs(at - end) < _GAP * rate else at
        if at >= most:
            break
        for part in resampler.resample(frame):
            samples = part.to_ndarray().reshape(-1, channels)
            first, stop = max(at, 0), min(at + len(samples), most)
            if stop > first:
                heard[first:stop] = samples[first - at : stop - at]
            at += len(samples)
        end = max(at, 0)
    return Sound(kind="pcm", rate=rate, channels=channels, pieces=((0, heard.tobytes()),)) if end else None


def _decoded(container: InputContainer, stream: AudioStream) -> Any:
    for packet in _until_the_break(container.demux(stream)):
        try:
            yield from packet.decode()
        except av().FFmpegError:
            continue


def _until_the_break(packets: Any) -> Any:
    while True:
        try:
            packet = next(packets, None)
        except av().FFmpegError:
            return
        if packet is None:
            return
        yield packet
