"""A picture without the recipe that is inside it: in an anonymous challenge, or one with a secret style, nobody is to
read it out of the file. The pixels stay as they are, byte for byte; nothing is decoded.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_TEXTS = (b"iTXt", b"tEXt", b"zTXt", b"eXIf")
_WEBP_TEXTS = (b"XMP ", b"EXIF")
_WEBP_FLAGS = 0x04 | 0x08  #: of the extended header: there is XMP, there is EXIF
_JPEG_TEXTS = (0xE1, 0xFE)  #: XMP and EXIF, and comments
_JPEG_SCAN = 0xDA


def without_texts(data: bytes) -> bytes:
    """The same PNG, WebP or JPEG without texts; anything else as it is.

    >>> without_texts(b"no picture")
    b'no picture'
    """
    try:
        if data.startswith(_PNG):
            return _PNG + b"".join(chunk for name, chunk in _png(data) if name not in _PNG_TEXTS)
        if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
            chunks = b"".join(_webp(data))
            return b"RIFF" + struct.pack("<I", len(chunks) + 4) + b"WEBP" + chunks
        if data.startswith(b"\xff\xd8"):
            return b"\xff\xd8" + b"".join(_jpeg(data))
    except (struct.error, IndexError):  # it is damaged
        pass
    return data


def _png(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(_PNG)
    while at < len(data):
        (length,) = struct.unpack_from(">I", data, at)
        end = at + 12 + length
        yield data[at + 4 : at + 8], data[at:end]
        at = end


def _webp(data: bytes) -> Iterator[bytes]:
    at = 12
    while at + 8 <= len(data):
        (length,) = struct.unpack_from("<I", data, at + 4)
        name, end = data[at : at + 4], at + 8 + length + length % 2
        if name == b"VP8X":
            yield data[at : at + 8] + bytes([data[at + 8] & ~_WEBP_FLAGS]) + data[at + 9 : end]
        elif name not in _WEBP_TEXTS:
            yield data[at:end]
        at = end


def _jpeg(data: bytes) -> Iterator[bytes]:
    """The segments up to the first scan, and then all the rest."""
    at = 2
    while data[at] == 0xFF and data[at + 1] != _JPEG_SCAN:
        (length,) = struct.unpack_from(">H", data, at + 2)
        if data[at + 1] not in _JPEG_TEXTS:
            yield data[at : at + 2 + length]
        at += 2 + length
    yield data[at:]
