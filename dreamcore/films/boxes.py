"""The boxes that an MP4 file is made of (ISO/IEC 14496-12): put in the order that plays while it loads, and searched
for the recipe, which needs no video library then.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

_CONTAINERS = (b"moov", b"trak", b"mdia", b"minf", b"stbl")
_COMMENT = b"\xa9cmt"  # as Apple's metadata names it
_MOST_BOXES = 100_000


class NotAnMp4(ValueError):
    """The bytes are not made of boxes."""


def boxes(data: bytes, start: int = 0, end: int | None = None) -> Iterator[tuple[bytes, int, int]]:
    """(kind, where its contents begin, where they end) of the boxes that lie between `start` and `end`."""
    end = len(data) if end is None else end
    for _ in range(_MOST_BOXES):
        if start == end:
            return
        if end - start < 8:
            break
        size, kind = struct.unpack_from(">I4s", data, start)
        head = 8
        if size == 1 and end - start >= 16:
            (size,), head = struct.unpack_from(">Q", data, start + 8), 16
        elif size == 0:  # to the end
            size = end - start
        if size < head or start + size > end:
            break
        yield kind, start + head, start + size
        start += size
    raise NotAnMp4("a box reaches beyond its place")


def moov_first(data: bytes) -> bytes:
    """The same film with its table of contents before its pictures. Its sizes must fit 32 bits; ours do."""
    found = list(boxes(data))
    places = {kind: (first - 8, last) for kind, first, last in found}
    if places[b"moov"][0] < places[b"mdat"][0]:
        return data
    start, end = places[b"moov"]
    moov = bytearray(data[start:end])
    _shift_chunks(moov, 8, len(moov), end - start)
    before = places[b"ftyp"][1]
    return data[:before] + bytes(moov) + data[before:start] + data[end:]


def _shift_chunks(moov: bytearray, start: int, end: int, by: int) -> None:
    """Every chunk of pictures and sound now begins `by` bytes later."""
    for kind, first, last in boxes(bytes(moov), start, end):
        if kind in _CONTAINERS:
            _shift_chunks(moov, first, last, by)
        elif kind in (b"stco", b"co64"):
            number = ">I" if kind == b"stco" else ">Q"
            (count,) = struct.unpack_from(">I", moov, first + 4)
            for place in range(first + 8, first + 8 + count * struct.calcsize(number), struct.calcsize(number)):
                struct.pack_into(number, moov, place, struct.unpack_from(number, moov, place)[0] + by)


def comment_in(data: bytes) -> str | None:
    """The comment in a film's metadata; None where there is none, also for bytes of any other kind."""
    try:
        return _comment(data, 0, len(data), (b"moov", b"udta", b"meta", b"ilst", _COMMENT, b"data"))
    except (NotAnMp4, struct.error, UnicodeDecodeError):
        return None


def _comment(data: bytes, start: int, end: int, path: tuple[bytes, ...]) -> str | None:
    for kind, first, last in boxes(data, start, end):
        if kind == path[0]:
            if len(path) == 1:
                return data[first + 8 : last].decode("utf-8")  # behind its type and its language
            first += 4 if kind == b"meta" else 0  # its version and flags
            return _comment(data, first, last, path[1:])
    return None
