"""Just enough about pictures and videos: their size out of their bytes, and small PNGs drawn without a library."""

from __future__ import annotations

import colorsys
import functools
import math
import struct
import zlib


def png(width: int, height: int, rows: list[bytes]) -> bytes:
    """A PNG of 8-bit RGB rows.

    >>> dimensions(png(2, 1, [bytes(6)]))
    (2, 1)
    """

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"".join(b"\0" + row for row in rows), 6)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


@functools.lru_cache(maxsize=64)
def portrait(seed: int, side: int = 128) -> bytes:
    """An avatar: a flower in the person's own colours, as a PNG."""
    hue = (seed * 0.61803) % 1.0
    petals = 3 + seed % 5
    dark = [
        bytes(int(255 * c) for c in colorsys.hsv_to_rgb((hue + 0.5) % 1, 0.55, 0.25 + 0.5 * i / 255))
        for i in range(256)
    ]
    light = [
        bytes(int(255 * c) for c in colorsys.hsv_to_rgb((hue + i / 900) % 1, 0.7, 0.55 + 0.45 * i / 255))
        for i in range(256)
    ]
    middle = (side - 1) / 2
    rows = []
    for y in range(side):
        row = bytearray()
        for x in range(side):
            dx, dy = (x - middle) / middle, (y - middle) / middle
            away = math.hypot(dx, dy)
            edge = 0.55 + 0.3 * math.cos(petals * math.atan2(dy, dx))
            if away < 0.16:
                row += dark[min(255, int(away * 1500))]
            elif away < edge:
                row += light[min(255, int(255 * away / edge))]
            else:
                row += dark[int(127 * (dy + 1))]
        rows.append(bytes(row))
    return png(side, side, rows)


#: What is written like an MP4, by the first brand that it names.
_BRANDS = {b"avif": "image/avif", b"avis": "image/avif", b"heic": "image/heic", b"qt  ": "video/quicktime"}


def content_type(data: bytes, filename: str) -> str:
    """What a browser would be told, by the first bytes, else by the name.

    >>> content_type(b"hello", "a.txt")
    'text/plain; charset=utf-8'
    """
    for start, kind in (
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"\xff\xd8\xff", "image/jpeg"),
        (b"GIF8", "image/gif"),
        (b"BM", "image/bmp"),
        (b"%PDF", "application/pdf"),
    ):
        if data.startswith(start):
            return kind
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    if data[4:8] == b"ftyp":
        return _BRANDS.get(data[8:12], "video/mp4")
    if data.startswith(b"\x1a\x45\xdf\xa3"):
        return "video/webm" if b"webm" in data[:64] else "video/x-matroska"
    ending = filename.rpartition(".")[2].lower()
    return {
        "txt": "text/plain; charset=utf-8",
        "json": "application/json",
        "mp4": "video/mp4",
        "mov": "video/quicktime",
        "webm": "video/webm",
        "png": "image/png",
        "jpg": "image/jpeg",
        "jpeg": "image/jpeg",
        "webp": "image/webp",
        "heic": "image/heic",
        "avif": "image/avif",
    }.get(ending, "application/octet-stream")


def dimensions(data: bytes) -> tuple[int, int] | None:
    """Width and height of a PNG, JPEG, GIF, WebP or MP4; None for anything else."""
    try:
        if data.startswith(b"\x89PNG\r\n\x1a\n"):
            return struct.unpack(">II", data[16:24])
        if data.startswith(b"GIF8"):
            return struct.unpack("<HH", data[6:10])
        if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
            return _webp(data)
        if data.startswith(b"\xff\xd8"):
            return _jpeg(data)
        if content_type(data, "").startswith("video/") and data[4:8] == b"ftyp":
            return _mp4(data, 0, len(data))
    except (struct.error, IndexError):
        return None
    return None


def _webp(data: bytes) -> tuple[int, int] | None:
    kind = data[12:16]
    if kind == b"VP8X":
        return int.from_bytes(data[24:27], "little") + 1, int.from_bytes(data[27:30], "little") + 1
    if kind == b"VP8L":
        bits = int.from_bytes(data[21:25], "little")
        return (bits & 0x3FFF) + 1, ((bits >> 14) & 0x3FFF) + 1
    if kind == b"VP8 ":
        width, height = struct.unpack("<HH", data[26:30])
        return width & 0x3FFF, height & 0x3FFF
    return None


def _jpeg(data: bytes) -> tuple[int, int] | None:
    at = 2
    while at + 9 < len(data):
        if data[at] != 0xFF:
            return None
        marker = data[at + 1]
        if marker == 0xFF:
            at += 1
        elif 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            return width, height
        else:
            at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return None


def _mp4(data: bytes, at: int, end: int) -> tuple[int, int] | None:
    """Of the first track that has a size: at the end of its header box stand both, in 16.16."""
    while at + 8 <= end:
        size, kind = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        inside = at + (16 if size == 1 else 8)
        size = int.from_bytes(data[at + 8 : at + 16], "big") if size == 1 else size or end - at
        if size < 8 or at + size > end:
            return None
        if kind in (b"moov", b"trak") and (found := _mp4(data, inside, at + size)):
            return found
        if kind == b"tkhd":
            width, height = struct.unpack(">II", data[at + size - 8 : at + size])
            return (width >> 16, height >> 16) if width and height else None
        at += size
    return None
