"""Reading the outer structure of picture files without decoding a pixel.

A picture library walks these structures too, but it trusts them: it inflates text chunks, follows a million
frames, allocates what a header claims. Here every walk has a budget, and yields only offsets and sizes.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from dreamcore.errors import PictureError
from dreamcore.sentences import Sentence

MAX_FRAMES = 10_000  # frames are counted this far and no further
_MAX_CHUNKS = 100_000  # a 64 MiB PNG in the customary 8 KiB pieces has 8000
_MAX_BLOCKS = 1_000_000  # a 64 MiB GIF in its 255-byte pieces has 260 000
_MAX_SCANS = 64  # of a progressive JPEG; the customary script has 10
_MAX_TAG_VALUES = 1 << 20  # of one TIFF tag; 100 megapixels in tiles of 64x64 have 25 000
_MAX_TILE = 1 << 26  # pixels of one TIFF tile
_MAX_PROFILE = 4 << 20  # bytes of a deflated colour profile; printers' largest are below 3 MiB
# none, LZW, both JPEGs, both deflates, PackBits, LZMA, Zstandard, WebP. No fax: its decoder goes on after each
# broken row, with a line on standard error for every one.
_TIFF_PACKINGS = {1, 5, 6, 7, 8, 32946, 32773, 34925, 50000, 50001}
_MAX_RLE = 8 << 20  # bytes of a run-length encoded BMP, which are unpacked slowly

DAMAGED = Sentence("The picture is damaged or incomplete: please save it again and post it anew.")


class Damaged(PictureError):
    """The file starts like a picture and then breaks off or contradicts itself."""

    def __init__(self, log: str) -> None:
        super().__init__(DAMAGED, log=log)


@dataclass(frozen=True)
class Survey:
    """What a file says about itself before anything is decoded."""

    data: bytes  # the file, or as much of it as decoding needs
    width: int = 0  # 0: only the decoder can tell
    height: int = 0
    frames: int = 1  # at most MAX_FRAMES
    depth: int = 8  # bits a sample; known for PNG only


def survey(kind: str, data: bytes) -> Survey:
    """Reads the structure of a file of `kind` (as `identify` names it). Raises `PictureError` where it is hostile."""
    surveys = {"PNG": _png, "GIF": _gif, "JPEG": _jpeg, "WEBP": _webp, "BMP": _bmp, "TIFF": _tiff}
    try:
        return surveys[kind](data) if kind in surveys else Survey(data)
    except (struct.error, IndexError) as error:
        raise Damaged(f"{kind}: {error}") from error


def png_chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """(type, start, end) of each chunk's content, up to the end chunk or to the first one that breaks off."""
    position = 8
    for _ in range(_MAX_CHUNKS):
        if position + 12 > len(data):
            return
        length = int.from_bytes(data[position : position + 4], "big")
        start, end = position + 8, position + 8 + length
        if end + 4 > len(data):
            return
        kind = data[position + 4 : position + 8]
        yield kind, start, end
        if kind == b"IEND":
            return
        position = end + 4
    raise Damaged("PNG: too many chunks")


def jpeg_segments(data: bytes) -> Iterator[tuple[int, int, int]]:
    """(marker, start, end) of each segment's content up to the end of the first image; 0xDA is a scan's header."""
    position = 2
    for _ in range(_MAX_CHUNKS):
        found = _NEXT_MARKER.search(data, position)
        if found is None or found.end() + 2 > len(data):
            return
        marker, start = data[found.end() - 1], found.end() + 2
        if marker == 0xD9:
            return
        end = found.end() + int.from_bytes(data[found.end() : start], "big")
        if end < start or end > len(data):
            return
        yield marker, start, end
        position = end
    raise Damaged("JPEG: too many segments")


# Inside a scan 0xFF is followed by 0 (stuffing) or a restart mark; elsewhere it may be repeated as filling.
_NEXT_MARKER = re.compile(rb"\xff[\x02-\xcf\xd9-\xfe]")


def webp_chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """(type, start, end) of each chunk's content."""
    position = 12
    for _ in range(_MAX_CHUNKS):
        if position + 8 > len(data):
            return
        length = int.from_bytes(data[position + 4 : position + 8], "little")
        start, end = position + 8, position + 8 + length
        if end > len(data):
            return
        yield data[position : position + 4], start, end
        position = end + (length & 1)


def _png(data: bytes) -> Survey:
    """Keeps of a PNG only what makes its still picture: no text, no animation, nothing that could be a bomb."""
    kept, width, height, depth, frames, ended = [data[:8]], 0, 0, 8, 1, False
    for kind, start, end in png_chunks(data):
        if kind == b"IHDR" and end - start == 13 and not width:
            width, height, depth = struct.unpack(">IIB", data[start : start + 9])
        elif kind == b"acTL" and end - start == 8:
            frames = min(max(1, int.from_bytes(data[start : start + 4], "big")), MAX_FRAMES)
        if kind == b"iCCP" and not _profile_is_small(data[start:end]):
            continue
        if kind in (b"IHDR", b"PLTE", b"tRNS", b"iCCP", b"eXIf", b"IDAT", b"IEND"):
            if zlib.crc32(data[start - 4 : end]) != int.from_bytes(data[end : end + 4], "big"):
                raise Damaged(f"PNG: checksum of {kind!r}")
            kept.append(data[start - 8 : end + 4])
        ended = ended or kind == b"IEND"
    if not width or not height or not ended:
        raise Damaged("PNG: no header, or cut off before its end")
    return Survey(b"".join(kept), width, height, frames, depth)


def _profile_is_small(chunk: bytes) -> bool:
    """Whether the deflated colour profile stays below the limit (and inflates at all)."""
    _, _, deflated = chunk.partition(b"\0")
    inflate = zlib.decompressobj()
    try:
        inflate.decompress(deflated[1:], _MAX_PROFILE)
    except zlib.error:
        return False
    return inflate.eof


def _gif(data: bytes) -> Survey:
    """Screen size, grown by the first frame's as readers grow it, and the number of frames."""
    width, height, flags = struct.unpack("<HHB", data[6:11])
    position, frames, budget = 13 + _palette_bytes(flags), 0, _MAX_BLOCKS
    while position < len(data) and budget and frames < MAX_FRAMES:
        block = data[position]
        if block == 0x3B:
            break
        if block == 0x2C:
            if position + 10 > len(data):
                break
            left, top, wide, high, flags = struct.unpack("<HHHHB", data[position + 1 : position + 10])
            if not frames:
                width, height = max(width, left + wide), max(height, top + high)
            frames += 1
            position += 11 + _palette_bytes(flags)
        else:
            position += 2 if block == 0x21 else 1
            budget -= 1
            if block != 0x21:
                continue
        while position < len(data) and budget and data[position]:
            position += data[position] + 1
            budget -= 1
        position += 1
    if not frames:
        raise Damaged("GIF: no frame")
    return Survey(data, width, height, frames)


def gif_comments(data: bytes) -> Iterator[str]:
    """The comments of a GIF, as far as they are text; of a damaged one those before the damage."""
    position = 13 + _palette_bytes(data[10]) if len(data) > 13 else len(data)
    for _ in range(_MAX_BLOCKS):
        block = data[position : position + 2]
        if block[:1] == b"\x2c":
            if position + 10 > len(data):
                return
            position += 11 + _palette_bytes(data[position + 9])
        elif block[:1] == b"\x21":
            position += 2
        else:
            return
        pieces = []
        while position < len(data) and data[position]:
            if block == b"\x21\xfe":
                pieces.append(data[position + 1 : position + 1 + data[position]])
            position += data[position] + 1
        position += 1
        if pieces:
            yield b"".join(pieces).decode("utf-8", "replace")


def _palette_bytes(flags: int) -> int:
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _jpeg(data: bytes) -> Survey:
    """Size from the frame header; a picture in hundreds of scans is made to keep a decoder busy, and is refused."""
    width = height = scans = 0
    for marker, start, end in jpeg_segments(data):
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC) and end - start >= 6:
            height, width = struct.unpack(">HH", data[start + 1 : start + 5])
        scans += marker == 0xDA
        if scans > _MAX_SCANS:
            raise Damaged("JPEG: too many scans")
    if not width or not height or not scans:
        raise Damaged("JPEG: no header, or cut off before its first scan")
    return Survey(data, width, height)


def _webp(data: bytes) -> Survey:
    """Size of the canvas, or of the only frame. The frames are counted by the decoder, which must list them anyway."""
    kind = data[12:16]
    if kind == b"VP8X":
        width, height = (int.from_bytes(data[i : i + 3], "little") + 1 for i in (24, 27))
    elif kind == b"VP8L":
        bits = int.from_bytes(data[21:25], "little")
        width, height = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    elif kind == b"VP8 ":
        width, height = (side & 0x3FFF for side in struct.unpack("<HH", data[26:30]))
    else:
        raise Damaged("WebP: unknown first chunk")
    frames = sum(1 for kind, _, _ in islice(webp_chunks(data), MAX_FRAMES + 3) if kind == b"ANMF")
    return Survey(data, width, height, max(1, min(frames, MAX_FRAMES)))


def _bmp(data: bytes) -> Survey:
    if int.from_bytes(data[14:18], "little") == 12:
        width, height = struct.unpack("<HH", data[18:22])
        return Survey(data, width, height)
    width, height, _, _, compression = struct.unpack("<iiHHI", data[18:34])
    if compression in (1, 2) and len(data) > _MAX_RLE:
        raise PictureError(Sentence("This bitmap is packed in a way that takes too long to read: save it as a PNG."))
    return Survey(data, abs(width), abs(height))


def _tiff(data: bytes) -> Survey:
    """Size and number of pages; refuses tags that would cost memory out of proportion to the picture."""
    big = data[2:3] == b"+" or data[3:4] == b"+"
    order = "<" if data[:2] == b"II" else ">"
    offset, pages, seen = _unpack(order + "Q", data, 8) if big else _unpack(order + "I", data, 4), 0, set[int]()
    tags: dict[int, int] = {}
    while offset and offset not in seen and offset < len(data) and pages < MAX_FRAMES:
        seen.add(offset)
        count = _unpack(order + ("Q" if big else "H"), data, offset)
        first, size = offset + (8 if big else 2), 20 if big else 12
        if count > 0xFFFF or first + count * size > len(data):
            break
        if not pages:
            tags = dict(_tiff_tags(data, order, big, first, count))
        pages += 1
        end = first + count * size
        offset = _unpack(order + ("Q" if big else "I"), data, end) if end + (8 if big else 4) <= len(data) else 0
    if not tags.get(256) or not tags.get(257):
        raise Damaged("TIFF: no size")
    if tags.get(322, 0) * tags.get(323, 0) > _MAX_TILE:
        raise Damaged("TIFF: giant tiles")
    if tags.get(259, 1) not in _TIFF_PACKINGS:
        raise PictureError(Sentence("This TIFF is packed in a way that cannot be read here: save it as a PNG."))
    if 50706 in tags:
        raise PictureError(Sentence("This is a raw camera file (DNG): develop it first, then post a JPEG or PNG."))
    return Survey(data, tags[256], tags[257], max(1, pages))


def _tiff_tags(data: bytes, order: str, big: bool, first: int, count: int) -> Iterator[tuple[int, int]]:
    """(tag, first value as far as it stands in the entry) of each entry of one directory."""
    for position in range(first, first + count * (20 if big else 12), 20 if big else 12):
        tag, kind, values = struct.unpack_from(order + ("HHQ" if big else "HHI"), data, position)
        if kind not in (1, 2, 6, 7) and values > _MAX_TAG_VALUES:  # bytes and text stay as they are, and are cheap
            raise Damaged(f"TIFF: {values} values of tag {tag}")
        code = {3: "H", 16: "Q"}.get(kind, "I")
        yield tag, _unpack(order + code, data, position + (12 if big else 8))


def _unpack(code: str, data: bytes, position: int) -> int:
    value: int = struct.unpack_from(code, data, position)[0]
    return value
