"""Picture files of every kind, made on the spot, for the tests beside this module."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

Bytes = NDArray[np.uint8]

PNG_MAGIC = b"\x89PNG\r\n\x1a\n"


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def photo(height: int = 30, width: int = 40) -> Bytes:
    """Smooth and coloured, with a few edges: (H, W, 3)."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float64)
    red = 127 + 100 * np.sin(x / width * 5 + y / height * 2)
    green = 127 + 100 * np.sin(y / height * 4 + 1)
    blue = np.where((x - width / 3) ** 2 + (y - height / 2) ** 2 < (height / 4) ** 2, 200, 60 + x / width * 50)
    return np.stack([red, green, blue], axis=-1).astype(np.uint8)


def cut_out(height: int = 30, width: int = 40) -> Bytes:
    """Alpha with every value from 0 to 255 in it: (H, W)."""
    y, x = np.mgrid[0:height, 0:width]
    return np.clip((x - y) * 510 // width, 0, 255).astype(np.uint8)


def with_alpha(rgb: Bytes, alpha: Bytes) -> Image.Image:
    return Image.fromarray(np.dstack([rgb, alpha]))


def exif(orientation: int) -> Image.Exif:
    tags = Image.Exif()
    tags[0x0112] = orientation
    tags[0x010F] = "Secret camera"
    tags.get_ifd(0x8825)[2] = (52.0, 31.0, 12.0)  # where it was taken
    return tags


def srgb_profile() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(width: int, height: int, depth: int, colour: int, rows: bytes, *others: bytes) -> bytes:
    """A PNG by hand. `rows` without their filter bytes; `others`: chunks before the pixels."""
    stride = (width * depth * {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[colour] + 7) // 8
    filtered = b"".join(b"\0" + rows[i : i + stride] for i in range(0, len(rows), stride))
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0))
    return b"".join([PNG_MAGIC, header, *others, chunk(b"IDAT", zlib.compress(filtered)), chunk(b"IEND", b"")])


def tiff(*entries: tuple[int, int, int, int], rest: bytes = b"") -> bytes:
    """A little-endian TIFF of one directory by hand: (tag, type, count, value) each."""
    packed = b"".join(struct.pack("<HHII", *entry) for entry in sorted(entries))
    return b"II*\0\x08\0\0\0" + struct.pack("<H", len(entries)) + packed + b"\0\0\0\0" + rest


def gif(body: bytes, width: int = 4, height: int = 4) -> bytes:
    return b"GIF89a" + struct.pack("<HHBBB", width, height, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff" + body


GIF_FRAME = b"\x2c" + struct.pack("<HHHHB", 0, 0, 4, 4, 0) + b"\x02\x03\x84\x8f\x05\x00"


def samples() -> dict[str, bytes]:
    """One whole file of each kind and packing that is read, by name."""
    rgb = Image.fromarray(photo())
    rgba = with_alpha(photo(), cut_out())
    more = [rgb.transpose(Image.Transpose.ROTATE_180)] * 3
    deep = Image.fromarray(np.arange(1200, dtype=np.uint16).reshape(30, 40) * 50)
    tagged = {"exif": exif(6), "icc_profile": srgb_profile()}
    making: dict[str, Callable[[], bytes]] = {
        "png": lambda: saved(rgb, "PNG", **tagged),
        "png alpha": lambda: saved(rgba, "PNG"),
        "png palette": lambda: saved(rgb.quantize(16), "PNG"),
        "png 16 bits": lambda: saved(deep, "PNG"),
        "apng": lambda: saved(rgb, "PNG", save_all=True, append_images=more),
        "jpeg": lambda: saved(rgb, "JPEG", **tagged),
        "jpeg progressive": lambda: saved(rgb, "JPEG", progressive=True),
        "jpeg cmyk": lambda: saved(rgb.convert("CMYK"), "JPEG"),
        "jpeg several": lambda: saved(rgb, "MPO", save_all=True, append_images=[rgb]),
        "webp": lambda: saved(rgb, "WEBP", **tagged),
        "webp alpha": lambda: saved(rgba, "WEBP"),
        "webp lossless": lambda: saved(rgba, "WEBP", lossless=True),
        "webp animated": lambda: saved(rgb, "WEBP", save_all=True, append_images=more),
        "gif": lambda: saved(rgb.quantize(16), "GIF"),
        "gif animated": lambda: saved(rgb, "GIF", save_all=True, append_images=more),
        "bmp": lambda: saved(rgb, "BMP"),
        "bmp palette": lambda: saved(rgb.quantize(16), "BMP"),
        "tiff": lambda: saved(rgb, "TIFF", **tagged),
        "tiff lzw": lambda: saved(rgb, "TIFF", compression="tiff_lzw"),
        "tiff jpeg": lambda: saved(rgb, "TIFF", compression="jpeg"),
        "tiff deflate": lambda: saved(rgba, "TIFF", compression="tiff_adobe_deflate"),
        "tiff pages": lambda: saved(rgb, "TIFF", save_all=True, append_images=more),
        "avif": lambda: saved(rgb, "AVIF"),
        "avif alpha": lambda: saved(rgba, "AVIF"),
    }
    return {name: make() for name, make in making.items()}
