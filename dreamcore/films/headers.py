"""How long a moving picture says it is, from its header alone: for who has to know before anybody decodes it.

Pure Python, without any library, since it reads strangers' bytes where nothing else may; every walk has a budget.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass

SECOND = 1_000_000  #: all times are whole microseconds: fine enough for every frame rate, and exact over pipes
_MOST = 20_000  #: boxes, chunks, blocks that are looked at
_USUAL_RATE = 30  #: frames a second, where a file does not say
_NO_DELAY, _USUAL_DELAY = 15_000, 100_000  #: as programs show animations: so short a delay is a mistake
_BROKEN = (struct.error, IndexError, ValueError, ZeroDivisionError, OverflowError)


@dataclass(frozen=True, kw_only=True)
class Extent:
    """What a file says of itself; it may be wrong."""

    length: int  # microseconds; 0: it does not say
    frames: int


def extent_of(data: bytes) -> Extent | None:
    """How long it is and how many frames it has; None for what does not move."""
    reader = _reader(data)
    try:
        found = None if reader is None else reader(data)
    except _BROKEN:
        found = None
    video = reader is _matroska or (reader is _mp4 and next(_boxes(data, b"moov"), None) is not None)
    if video:
        return found or Extent(length=0, frames=0)
    return found if found is not None and found.frames > 1 else None


def _reader(data: bytes) -> Callable[[bytes], Extent | None] | None:
    if data.startswith((b"GIF87a", b"GIF89a")):
        return _gif
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return _webp
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return _png
    if data.startswith(b"\x1aE\xdf\xa3"):
        return _matroska
    return _mp4 if data[4:8] in (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip") else None


def _shown(delays: list[int]) -> Extent:
    return Extent(length=sum(d if d > _NO_DELAY else _USUAL_DELAY for d in delays), frames=len(delays))


def _gif(data: bytes) -> Extent:
    delays, delay, position = [], 0, 13 + _palette(data[10])
    for _ in range(_MOST * 50):
        block = data[position] if position < len(data) else 0x3B
        if block == 0x3B:
            break
        if block == 0x21 and data[position + 1] == 0xF9:
            delay = int.from_bytes(data[position + 4 : position + 6], "little") * 10_000
        if block == 0x2C:
            delays.append(delay)
            delay = 0
            position += 11 + _palette(data[position + 9])
        else:
            position += 2
        while position < len(data) and data[position]:
            position += data[position] + 1
        position += 1
    return _shown(delays)


def _palette(flags: int) -> int:
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _webp(data: bytes) -> Extent:
    delays: list[int] = []
    position = 12
    while position + 24 <= len(data) and len(delays) < _MOST:
        if data[position : position + 4] == b"ANMF":
            delays.append(int.from_bytes(data[position + 20 : position + 23], "little") * 1000)
        size = int.from_bytes(data[position + 4 : position + 8], "little")
        position += 8 + size + (size & 1)
    return _shown(delays)


def _png(data: bytes) -> Extent:
    delays: list[int] = []
    position = 8
    while position + 12 <= len(data) and len(delays) < _MOST:
        size = int.from_bytes(data[position : position + 4], "big")
        if data[position + 4 : position + 8] == b"fcTL":
            above, below = struct.unpack_from(">HH", data, position + 28)
            delays.append(round(above / (below or 100) * SECOND))
        position += 12 + size
    return _shown(delays)


def _mp4(data: bytes) -> Extent | None:
    """The longest of its video tracks."""
    tracks = (_mp4_track(data, *box) for box in _boxes(data, b"moov", b"trak"))
    return max(filter(None, tracks), key=lambda track: track.length, default=None)


def _mp4_track(data: bytes, start: int, end: int) -> Extent | None:
    handler = next(_boxes(data, b"mdia", b"hdlr", start=start, end=end), None)
    header = next(_boxes(data, b"mdia", b"mdhd", start=start, end=end), None)
    if handler is None or header is None or data[handler[0] + 8 : handler[0] + 12] != b"vide":
        return None
    long = data[header[0]] == 1
    scale, duration = struct.unpack_from(">IQ" if long else ">II", data, header[0] + (20 if long else 12))
    samples = next(_boxes(data, b"mdia", b"minf", b"stbl", b"stsz", start=start, end=end), None)
    count = struct.unpack_from(">I", data, samples[0] + 8)[0] if samples else 0
    length = duration * SECOND // scale
    return Extent(length=length, frames=count or max(1, length * _USUAL_RATE // SECOND)) if length else None


def _boxes(
    data: bytes, kind: bytes, *inner: bytes, start: int = 0, end: int | None = None
) -> Iterator[tuple[int, int]]:
    """(start, end) of the contents of each box of a kind, and of those inside it."""
    position, end = start, len(data) if end is None else end
    for _ in range(_MOST):
        if position + 8 > end:
            return
        size, head = int.from_bytes(data[position : position + 4], "big"), 8
        if size == 1:
            size, head = int.from_bytes(data[position + 8 : position + 16], "big"), 16
        stop = end if size == 0 else min(end, position + size)
        if stop < position + head:
            return
        if data[position + 4 : position + 8] == kind:
            if inner:
                yield from _boxes(data, *inner, start=position + head, end=stop)
            else:
                yield position + head, stop
        position = stop


_SEGMENT, _INFO, _SCALE, _DURATION = 0x18538067, 0x1549A966, 0x2AD7B1, 0x4489
_TRACKS, _TRACK, _TYPE, _EACH = 0x1654AE6B, 0xAE, 0x83, 0x23E383


def _matroska(data: bytes) -> Extent | None:
    """By the segment's own length and the frame length of its first video track."""
    scale, ticks, each = 1_000_000, 0.0, SECOND / _USUAL_RATE
    for segment in _elements(data, 0, len(data), _SEGMENT):
        for info in _elements(data, *segment, _INFO):
            scale = _number(data, next(_elements(data, *info, _SCALE), None), scale)
            ticks = _float(data, next(_elements(data, *info, _DURATION), None))
        for tracks in _elements(data, *segment, _TRACKS):
            for track in _elements(data, *tracks, _TRACK):
                if _number(data, next(_elements(data, *track, _TYPE), None), 0) == 1:
                    each = _number(data, next(_elements(data, *track, _EACH), None), round(each * 1000)) / 1000
                    break
    length = round(ticks * scale / 1000)
    return Extent(length=length, frames=max(1, round(length / each))) if length else None


def _elements(data: bytes, start: int, end: int, wanted: int) -> Iterator[tuple[int, int]]:
    """(start, end) of the contents of each element of a kind, at this level. The last may have no known end."""
    position = start
    for _ in range(_MOST):
        if position >= end:
            return
        kind, position = _variable(data, position, keep=True)
        size, position = _variable(data, position, keep=False)
        stop = end if size < 0 else min(end, position + size)
        if kind == wanted:
            yield position, stop
        position = stop


def _variable(data: bytes, position: int, *, keep: bool) -> tuple[int, int]:
    """An EBML number, with or without the mark of its length, and where it ends; -1: not known."""
    width = 9 - data[position].bit_length()
    if width > 8:
        raise ValueError("no such number")
    value = int.from_bytes(data[position : position + width], "big")
    if not keep:
        value &= (1 << 7 * width) - 1
        value = -1 if value == (1 << 7 * width) - 1 else value
    return value, position + width


def _number(data: bytes, place: tuple[int, int] | None, otherwise: int) -> int:
    return otherwise if place is None else int.from_bytes(data[place[0] : place[1]], "big")


def _float(data: bytes, place: tuple[int, int] | None) -> float:
    if place is None:
        return 0.0
    value: float = struct.unpack_from(">f" if place[1] - place[0] == 4 else ">d", data, place[0])[0]
    return value
