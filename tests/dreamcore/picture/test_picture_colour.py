"""Colour profiles, depths and colour models all end in the same 8-bit sRGB."""

from __future__ import annotations

import struct

import numpy as np
import pytest
from numpy.typing import NDArray
from picture_files import Bytes, chunk, photo, png, saved, srgb_profile
from PIL import Image, ImageCms

from dreamcore.picture import decode
from dreamcore.picture.colour import PROFILE_UNREADABLE

RGB = photo()


def profile(space: bytes, pcs: bytes, kind: bytes, **tags: bytes) -> bytes:
    """An ICC profile (version 2) by hand, from the contents of its tags."""
    white = b"XYZ \0\0\0\0" + struct.pack(">3i", 63190, 65536, 54061)  # D50
    contents = {"desc": b"desc\0\0\0\0\0\0\0\1\0" + b"\0" * 78, "cprt": b"text\0\0\0\0\0", "wtpt": white, **tags}
    table, body, start = b"", b"", 128 + 4 + 12 * len(contents)
    for name, content in contents.items():
        table += name.encode() + struct.pack(">II", start + len(body), len(content))
        body += content + b"\0" * (-len(content) % 4)
    size = start + len(body)
    header = struct.pack(">I4sI4s4s4s12s4s", size, b"lcms", 0x02400000, kind, space, pcs, b"\0" * 12, b"acsp")
    header += b"\0" * 28 + struct.pack(">3i", 63190, 65536, 54061)
    return header.ljust(128, b"\0") + struct.pack(">I", len(contents)) + table + body


def linear_grey() -> bytes:
    return profile(b"GRAY", b"XYZ ", b"mntr", kTRC=b"curv\0\0\0\0\0\0\0\0")


def red_is_blue() -> bytes:
    """sRGB with the primaries of red and blue exchanged."""
    data = srgb_profile()
    head, tags = data[:128], data[128:]
    return head + tags.replace(b"rXYZ", b"????", 1).replace(b"bXYZ", b"rXYZ", 1).replace(b"????", b"bXYZ", 1)


def only_cyan_darkens() -> bytes:
    """A printer whose cyan ink is black and whose other inks are invisible: an 8-bit table of 2^4 corners in Lab."""
    ramp = bytes(range(256))
    corners = b"".join(bytes([0 if ink & 8 else 255, 128, 128]) for ink in range(16))
    matrix = struct.pack(">9i", 65536, 0, 0, 0, 65536, 0, 0, 0, 65536)
    lut = b"mft1\0\0\0\0" + bytes([4, 3, 2, 0]) + matrix + ramp * 4 + corners + ramp * 3
    return profile(b"CMYK", b"Lab ", b"prtr", A2B0=lut)


def to_srgb_curve(linear: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(linear <= 0.0031308, linear * 12.92, 1.055 * np.maximum(linear, 1e-9) ** (1 / 2.4) - 0.055)


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "WEBP"])
def test_an_srgb_profile_changes_no_pixel(kind: str) -> None:
    options = {"lossless": True} if kind == "WEBP" else {}
    picture = decode(saved(Image.fromarray(RGB), kind, icc_profile=srgb_profile(), **options))
    np.testing.assert_array_equal(picture.rgb, RGB)
    assert picture.notes == ()


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "WEBP", "JPEG", "AVIF"])
def test_a_profile_is_followed(kind: str) -> None:
    options = {"lossless": True} if kind == "WEBP" else {"quality": 97}
    flat = Image.new("RGB", (32, 32), (220, 120, 40))
    picture = decode(saved(flat, kind, icc_profile=red_is_blue(), **options))
    assert np.abs(picture.rgb.astype(int) - [40, 120, 220]).max() <= 4
    assert picture.notes == ()


def test_a_profile_is_followed_through_palette_and_alpha() -> None:
    palette = chunk(b"PLTE", bytes([220, 120, 40, 0, 0, 0]))
    clear = chunk(b"tRNS", b"\x80")
    tag = Image.new("RGB", (1, 1))
    icc = saved(tag, "PNG", icc_profile=red_is_blue())
    start = icc.index(b"iCCP") - 4
    chunks = icc[start : start + 12 + int.from_bytes(icc[start : start + 4], "big")]
    picture = decode(png(2, 1, 8, 3, b"\0\1", chunks, palette, clear))
    assert np.abs(picture.rgb[0, 0].astype(int) - [40, 120, 220]).max() <= 1
    assert picture.alpha is not None
    assert picture.alpha[0].tolist() == [128, 255]


def test_a_grey_profile_is_followed() -> None:
    ramp = np.arange(256, dtype=np.uint8)[None].repeat(2, axis=0)
    picture = decode(saved(Image.fromarray(ramp), "PNG", icc_profile=linear_grey()))
    expected = to_srgb_curve(ramp / 255.0) * 255
    assert np.abs(picture.rgb[..., 1] - expected).max() <= 1.5
    assert (picture.rgb[..., 0] == picture.rgb[..., 2]).all()


@pytest.mark.parametrize("kind", ["JPEG", "TIFF"])
def test_a_printers_profile_is_followed(kind: str) -> None:
    black_without_cyan = Image.new("CMYK", (16, 16), (0, 255, 255, 255))
    picture = decode(saved(black_without_cyan, kind, icc_profile=only_cyan_darkens(), quality=100))
    assert picture.rgb.min() >= 252
    cyan = Image.new("CMYK", (16, 16), (255, 0, 0, 0))
    assert decode(saved(cyan, kind, icc_profile=only_cyan_darkens(), quality=100)).rgb.max() <= 3


@pytest.mark.parametrize("broken", [b"nonsense", srgb_profile()[:200], linear_grey(), b"\0" * 3000])
def test_a_profile_that_cannot_be_used_is_ignored_and_said(broken: bytes) -> None:
    picture = decode(saved(Image.fromarray(RGB), "PNG", icc_profile=broken))
    np.testing.assert_array_equal(picture.rgb, RGB)
    assert picture.notes == (PROFILE_UNREADABLE,)


INKS = [(0, 0, 0, 0), (255, 0, 0, 0), (0, 255, 0, 0), (0, 0, 255, 0), (0, 0, 0, 255), (30, 90, 160, 60)]


def printed(inks: tuple[int, ...]) -> NDArray[np.float64]:
    return np.array([(255 - ink) * (255 - inks[3]) / 255 for ink in inks[:3]])


@pytest.mark.parametrize("kind", ["JPEG", "TIFF"])
@pytest.mark.parametrize("inks", INKS)
def test_printers_inks_without_a_profile(kind: str, inks: tuple[int, ...]) -> None:
    picture = decode(saved(Image.new("CMYK", (16, 16), inks), kind, quality=100))
    assert np.abs(picture.rgb - printed(inks)).max() <= 3


@pytest.mark.parametrize("inks", INKS)
def test_photoshops_inverted_ycck_jpeg(inks: tuple[int, ...]) -> None:
    cyan, magenta, yellow, black = inks
    stored = Image.new("RGB", (1, 1), (cyan, magenta, yellow)).convert("YCbCr").getpixel((0, 0))
    assert isinstance(stored, tuple)
    image = Image.new("CMYK", (16, 16), (*(255 - int(value) for value in stored), black))
    data = bytearray(saved(image, "JPEG", quality=100, subsampling=0))
    adobe = data.index(b"Adobe")
    assert data[adobe + 11] == 0
    data[adobe + 11] = 2  # the four channels are YCCK
    assert np.abs(decode(bytes(data)).rgb - printed(inks)).max() <= 6


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_16_bit_grey_is_scaled_not_clipped(kind: str) -> None:
    deep = np.arange(65536, dtype=np.uint16).reshape(256, 256)
    picture = decode(saved(Image.fromarray(deep), kind))
    assert np.abs(picture.rgb[..., 0] - deep / 257).max() <= 0.5001


@pytest.mark.parametrize(("colour", "samples"), [(2, 3), (4, 2), (6, 4)])
def test_16_bit_colour_is_scaled_not_clipped(colour: int, samples: int) -> None:
    deep = (np.arange(64 * samples) * 997 % 65536).astype(">u2").reshape(1, 64, samples)
    picture = decode(png(64, 1, 16, colour, deep.tobytes()))
    seen = deep.astype(float) / 257
    grey = samples == 2
    assert np.abs(picture.rgb - (seen[..., :1] if grey else seen[..., :3])).max() <= 1
    if samples in (2, 4):
        assert picture.alpha is not None
        assert np.abs(picture.alpha - seen[..., -1]).max() <= 1


@pytest.mark.parametrize(
    "values",
    [
        np.arange(256, dtype=np.int32),
        np.arange(256, dtype=np.int32) * 257,
        np.arange(256, dtype=np.int32) * 8_000_000 - 1_000_000_000,
        np.arange(256, dtype=np.float32) / 255,
        np.arange(256, dtype=np.float32),
        np.arange(256, dtype=np.float32) * 1e36 - 1e38,
    ],
)
def test_32_bit_samples_fill_the_range(values: NDArray[np.generic]) -> None:
    picture = decode(saved(Image.fromarray(values[None]), "TIFF"))
    assert np.abs(picture.rgb[0, :, 1].astype(int) - np.arange(256)).max() <= 1


def test_not_a_number_is_black() -> None:
    values = np.array([[0.0, np.nan, 1.0, np.inf]], np.float32)
    assert decode(saved(Image.fromarray(values), "TIFF")).rgb[0, :, 0].tolist() == [0, 0, 255, 0]


@pytest.mark.parametrize(("depth", "white"), [(1, 1), (2, 3), (4, 15)])
def test_few_bits_reach_from_black_to_white(depth: int, white: int) -> None:
    packed = bytes([white << (8 - depth)])
    assert decode(png(2, 1, depth, 0, packed)).rgb[0, :, 0].tolist() == [255, 0]


@pytest.mark.parametrize("kind", ["PNG", "BMP", "TIFF"])
def test_black_and_white(kind: str) -> None:
    picture = decode(saved(Image.fromarray(RGB[..., 0] > 127), kind))
    np.testing.assert_array_equal(picture.rgb[..., 2], np.where(RGB[..., 0] > 127, 255, 0))


def test_lab() -> None:
    muted = (photo() // 3 + 80).astype(np.uint8)
    srgb, lab = ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB")
    image = ImageCms.profileToProfile(Image.fromarray(muted), srgb, lab, outputMode="LAB")
    assert image is not None
    assert np.abs(decode(saved(image, "TIFF")).rgb.astype(int) - muted).max() <= 8


def test_gamma_and_chromaticity_alone_change_nothing() -> None:
    rows: Bytes = RGB[:1, :4]
    gamma = chunk(b"gAMA", struct.pack(">I", 100_000))
    primaries = chunk(b"cHRM", struct.pack(">8I", 31270, 32900, 15000, 6000, 30000, 60000, 64000, 33000))
    np.testing.assert_array_equal(decode(png(4, 1, 8, 2, rows.tobytes(), gamma, primaries)).rgb, rows)
