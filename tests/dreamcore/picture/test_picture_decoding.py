"""Every kind of file comes in as the right pixels, upright, with its alpha, and without its metadata."""

from __future__ import annotations

import io
import struct

import numpy as np
import pytest
from picture_files import GIF_FRAME, chunk, cut_out, exif, gif, photo, png, samples, saved, srgb_profile, with_alpha
from PIL import Image, ImageSequence

from dreamcore.errors import PictureError
from dreamcore.picture import Limits, decode, encode

RGB = photo()
ALPHA = cut_out()


@pytest.mark.parametrize(
    ("kind", "options", "tolerance"),
    [
        ("PNG", {}, 0),
        ("BMP", {}, 0),
        ("TIFF", {}, 0),
        ("TIFF", {"compression": "tiff_lzw"}, 0),
        ("TIFF", {"compression": "packbits"}, 0),
        ("TIFF", {"compression": "tiff_adobe_deflate"}, 0),
        ("WEBP", {"lossless": True}, 0),
        ("WEBP", {"quality": 95}, 6),
        ("JPEG", {"quality": 98, "subsampling": 0}, 3),
        ("JPEG", {"quality": 98, "subsampling": 0, "progressive": True}, 3),
        ("AVIF", {"quality": 98, "subsampling": "4:4:4"}, 3),
    ],
)
def test_pixels_come_in_as_they_were_saved(kind: str, options: dict[str, object], tolerance: int) -> None:
    picture = decode(saved(Image.fromarray(RGB), kind, **options))
    assert (picture.format, picture.width, picture.height) == (kind, 40, 30)
    assert picture.rgb.dtype == np.uint8
    assert picture.rgb.flags["C_CONTIGUOUS"]
    assert picture.rgb.flags["WRITEABLE"]
    assert picture.alpha is None
    assert (picture.frames, picture.notes) == (1, ())
    assert np.abs(picture.rgb.astype(int) - RGB).mean() <= tolerance


@pytest.mark.parametrize("name", samples())
def test_every_sample_is_read(name: str) -> None:
    picture = decode(samples()[name])
    upright = (40, 30) if name in ("png", "jpeg", "webp", "tiff") else (30, 40)  # these four are stored lying
    assert picture.rgb.shape == (*upright, 3)


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "WEBP"])
def test_alpha_and_the_colour_it_hides_are_kept_exactly(kind: str) -> None:
    options = {"lossless": True, "exact": True} if kind == "WEBP" else {}
    picture = decode(saved(with_alpha(RGB, ALPHA), kind, **options))
    assert picture.alpha is not None
    assert set(np.unique(ALPHA)) >= {0, 255}
    np.testing.assert_array_equal(picture.alpha, ALPHA)
    np.testing.assert_array_equal(picture.rgb, RGB)


@pytest.mark.parametrize("alpha", [None, ALPHA])
def test_through_png_and_back_nothing_changes(alpha: np.ndarray | None) -> None:
    once = decode(encode(RGB, alpha, format="PNG"))
    twice = decode(encode(once.rgb, once.alpha, format="PNG"))
    np.testing.assert_array_equal(once.rgb, RGB)
    np.testing.assert_array_equal(twice.rgb, RGB)
    assert (once.alpha is None) == (alpha is None)
    if alpha is not None:
        np.testing.assert_array_equal(twice.alpha, alpha)


def test_alpha_that_hides_nothing_is_no_alpha() -> None:
    assert decode(saved(with_alpha(RGB, np.full_like(ALPHA, 255)), "PNG")).alpha is None
    nearly = np.full_like(ALPHA, 255)
    nearly[3, 4] = 254
    np.testing.assert_array_equal(decode(saved(with_alpha(RGB, nearly), "PNG")).alpha, nearly)


def test_grey_with_alpha() -> None:
    picture = decode(saved(Image.fromarray(np.dstack([RGB[..., 0], ALPHA])), "PNG"))
    np.testing.assert_array_equal(picture.rgb, np.repeat(RGB[..., :1], 3, axis=2))
    np.testing.assert_array_equal(picture.alpha, ALPHA)


PALETTE = bytes([10, 20, 30, 200, 100, 50, 0, 255, 0, 7, 7, 7])


def test_a_palette_with_an_alpha_for_each_entry() -> None:
    picture = decode(png(4, 1, 8, 3, b"\0\1\2\3", chunk(b"PLTE", PALETTE), chunk(b"tRNS", b"\x00\x80\xff")))
    assert picture.rgb[0].tolist() == [[10, 20, 30], [200, 100, 50], [0, 255, 0], [7, 7, 7]]
    assert picture.alpha is not None
    assert picture.alpha[0].tolist() == [0, 128, 255, 255]


def test_a_palette_with_one_transparent_entry() -> None:
    picture = decode(png(4, 1, 8, 3, b"\0\1\2\3", chunk(b"PLTE", PALETTE), chunk(b"tRNS", b"\xff\xff\0")))
    assert picture.rgb[0, 2].tolist() == [0, 255, 0]
    assert picture.alpha is not None
    assert picture.alpha[0].tolist() == [255, 255, 0, 255]


def test_a_gif_with_a_transparent_entry() -> None:
    image = Image.fromarray(np.array([[0, 1, 2, 3]], np.uint8)).convert("P")
    image.putpalette(PALETTE)
    picture = decode(saved(image, "GIF", transparency=1, optimize=False))
    assert picture.alpha is not None
    assert picture.alpha[0].tolist() == [255, 0, 255, 255]
    assert picture.rgb[0].tolist() == [[10, 20, 30], [200, 100, 50], [0, 255, 0], [7, 7, 7]]


@pytest.mark.parametrize(
    ("depth", "colour", "rows", "key", "alpha"),
    [
        (1, 0, b"\x50", struct.pack(">H", 1), [255, 0, 255, 0]),
        (2, 0, b"\x1b", struct.pack(">H", 2), [255, 255, 0, 255]),
        (4, 0, b"\x01\x23", struct.pack(">H", 3), [255, 255, 255, 0]),
        (8, 0, b"\0\1\2\3", struct.pack(">H", 1), [255, 0, 255, 255]),
        (16, 0, b"\0\1\1\0\1\1\2\2", struct.pack(">H", 256), [255, 0, 255, 255]),
        (8, 2, b"abcabdabeabf", struct.pack(">3H", *b"abd"), [255, 0, 255, 255]),
        (16, 2, b"a\0b\0c\0a\0b\0d\0a\0b\0e\0a\0b\0f\0", b"a\0b\0d\0", [255, 0, 255, 255]),
    ],
)
def test_one_colour_declared_transparent(depth: int, colour: int, rows: bytes, key: bytes, alpha: list[int]) -> None:
    picture = decode(png(4, 1, depth, colour, rows, chunk(b"tRNS", key)))
    assert picture.alpha is not None
    assert picture.alpha[0].tolist() == alpha


# Letters as they are seen, and for each orientation how they lie in the file (EXIF 2.32, 4.6.4 A).
SEEN = ["abc", "def"]
STORED = {
    1: ["abc", "def"],
    2: ["cba", "fed"],
    3: ["fed", "cba"],
    4: ["def", "abc"],
    5: ["ad", "be", "cf"],
    6: ["cf", "be", "ad"],
    7: ["fc", "eb", "da"],
    8: ["da", "eb", "fc"],
}


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "TIFF", "AVIF"])
@pytest.mark.parametrize("orientation", STORED)
def test_pictures_come_in_upright(kind: str, orientation: int) -> None:
    letters = np.array([[ord(letter) - ord("a") for letter in row] for row in STORED[orientation]], np.uint8) * 40
    image = Image.fromarray(np.kron(letters, np.ones((16, 16), np.uint8))).convert("RGB")
    picture = decode(saved(image, kind, exif=exif(orientation), quality=95))
    seen = picture.rgb[8::16, 8::16, 0].astype(int) + 20
    assert ["".join(chr(value // 40 + ord("a")) for value in row) for row in seen] == SEEN


def test_alpha_turns_with_the_picture() -> None:
    picture = decode(saved(with_alpha(RGB, ALPHA), "PNG", exif=exif(6)))
    np.testing.assert_array_equal(picture.alpha, np.rot90(ALPHA, -1))
    np.testing.assert_array_equal(picture.rgb, np.rot90(RGB, -1))


@pytest.mark.parametrize("orientation", [0, 9, 65535])
def test_an_impossible_orientation_is_ignored(orientation: int) -> None:
    assert decode(saved(Image.fromarray(RGB), "JPEG", exif=exif(orientation))).rgb.shape == RGB.shape


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP", "TIFF"])
def test_only_the_first_frame_is_taken_and_the_person_is_told(kind: str) -> None:
    flat = [Image.new("RGB", (20, 10), colour) for colour in ("red", "lime", "blue")]
    picture = decode(saved(flat[0], kind, save_all=True, append_images=flat[1:]))
    assert picture.frames == 3
    told = "pages was dreamt." if kind == "TIFF" else "frames was dreamt; a film has all of them."
    assert picture.notes == (f"The first of 3 {told}",)
    assert np.abs(picture.rgb.astype(int) - [255, 0, 0]).max() <= 2


def test_frames_are_counted_up_to_a_limit() -> None:
    picture = decode(gif(GIF_FRAME * 20_000 + b";"))
    assert picture.frames == 10_000
    assert picture.notes == ("The first of more than 9999 frames was dreamt; a film has all of them.",)


def test_a_phones_jpeg_of_several_pictures_is_a_jpeg() -> None:
    picture = decode(saved(Image.fromarray(RGB), "MPO", save_all=True, append_images=[Image.fromarray(RGB)]))
    assert (picture.format, picture.frames, picture.notes) == ("JPEG", 1, ())


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_nothing_of_the_sources_metadata_is_written(kind: str) -> None:
    source = saved(Image.fromarray(RGB), "JPEG", exif=exif(1), comment=b"Secret place", icc_profile=srgb_profile())
    assert b"Secret" in source
    picture = decode(source)
    dream = encode(picture.rgb, format=kind)
    assert b"Secret" not in dream
    with Image.open(io.BytesIO(dream)) as written:
        assert not written.getexif()
        assert not set(written.info) & {"exif", "xmp", "comment", "icc_profile"}
        assert len(list(ImageSequence.Iterator(written))) == 1


def test_one_pixel_and_very_long_pictures() -> None:
    for height, width in ((1, 1), (1, 65_500), (65_500, 1), (2, 3)):
        rgb = photo(height, width)
        np.testing.assert_array_equal(decode(encode(rgb, format="PNG")).rgb, rgb)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "AVIF"])
@pytest.mark.parametrize(
    ("limits", "words"),
    [
        (Limits(pixels=1199), "40x30 pixels; at most 0.001199 megapixels"),
        (Limits(side=39), "no side may exceed 39"),
        (Limits(bytes=90), "at most 90 bytes"),
    ],
)
def test_limits_hold_for_every_kind(kind: str, limits: Limits, words: str) -> None:
    data = saved(Image.fromarray(RGB), kind)
    decode(data, limits=Limits(pixels=1200, side=40, bytes=len(data)))
    with pytest.raises(PictureError, match="Please") as refused:
        decode(data, limits=limits)
    assert words in str(refused.value)
