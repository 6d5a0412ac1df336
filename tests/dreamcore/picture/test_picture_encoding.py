"""Dreams go out in three formats with their recipe inside, and fit the bytes they are given."""

from __future__ import annotations

import io
import random
import time
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from picture_files import PNG_MAGIC, Bytes, chunk, cut_out, photo, png, saved
from PIL import Image

from dreamcore.errors import PictureError
from dreamcore.picture import Encoded, Picture, decode, encode, encode_within, fill_hidden, format_for, read_recipe
from dreamcore.picture.encoding import over_white

RGB = photo()
ALPHA = cut_out()
FORMATS = ("PNG", "JPEG", "WEBP")
RECIPES = [
    "layer=patterns strength=1.5",
    "",
    " spaces before and after ",
    "line\nbreak, tab\t, return\r\n and \r alone",
    "quotes \" ' and <dream:recipe>&amp;&lt;]]></dream:recipe><!--",
    "Grüße, 夢, мечта, حلم, 🦊👩‍🚀, e\u0301, \u202e, \u2028, \ufeff",
    "a" * 20_000,
]


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("alpha", [None, ALPHA], ids=["opaque", "transparent"])
@pytest.mark.parametrize("recipe", RECIPES)
def test_a_recipe_goes_in_and_out_letter_by_letter(format: str, alpha: Bytes | None, recipe: str) -> None:
    data = encode(RGB, alpha, format=format, recipe=recipe)
    assert read_recipe(data) == recipe
    assert decode(data).format == format


@settings(max_examples=100, deadline=None)
@given(recipe=st.text(max_size=200), format=st.sampled_from(FORMATS))
def test_any_text_is_carried_exactly_or_refused(recipe: str, format: str) -> None:
    try:
        data = encode(RGB[:2, :2], format=format, recipe=recipe)
    except PictureError:
        assert any((c < " " and c not in "\t\r\n") or c in "\ufffe\uffff" or "\ud800" <= c <= "\udfff" for c in recipe)
    else:
        assert read_recipe(data) == recipe


@pytest.mark.parametrize("recipe", ["nul\0", "bell\a", "\ud800", "\uffff", "a" * 32_001, "&" * 7_000])
@pytest.mark.parametrize("format", FORMATS)
def test_a_recipe_that_no_file_can_carry_is_refused_by_every_format(recipe: str, format: str) -> None:
    with pytest.raises(PictureError, match="recipe"):
        encode(RGB, format=format, recipe=recipe)
    with pytest.raises(PictureError, match="recipe"):
        encode_within(RGB, limit_bytes=1_000_000, recipe=recipe)


@pytest.mark.parametrize("format", FORMATS)
def test_a_picture_without_a_recipe_has_none(format: str) -> None:
    assert read_recipe(encode(RGB, format=format)) is None
    assert read_recipe(saved(Image.fromarray(RGB), "GIF")) is None
    assert read_recipe(b"") is None
    assert read_recipe(b"%PDF") is None


@pytest.mark.parametrize("format", FORMATS)
def test_reading_a_recipe_raises_nothing_whatever_happened_to_the_file(format: str) -> None:
    data, dice = encode(RGB, format=format, recipe="layer=eyes " * 50), random.Random(format)
    for cut in range(0, len(data), 7):
        assert read_recipe(data[:cut]) in (None, "layer=eyes " * 50)
    for _ in range(2000):
        at = dice.randrange(len(data))
        read_recipe(data[:at] + dice.randbytes(dice.randrange(1, 4)) + data[at + 1 :])


def jpeg_with_xmp(packet: bytes) -> bytes:
    return saved(Image.fromarray(RGB), "JPEG", xmp=packet)


def test_a_recipe_that_another_program_rewrote_as_an_attribute_is_found() -> None:
    name = "https://dreambot.example/ns/1.0/"
    packet = f'<x xmlns:q="{name}"><y q:recipe="layer=eyes &amp; more"/></x>'.encode()
    assert read_recipe(jpeg_with_xmp(packet)) == "layer=eyes & more"


def test_entities_that_grow_without_bound_are_not_opened() -> None:
    entities = "".join(f'<!ENTITY e{i} "{f"&e{i - 1};" * 10 if i else "dream"}">' for i in range(12))
    name = "https://dreambot.example/ns/1.0/"
    packet = f'<!DOCTYPE x [{entities}]><x xmlns:q="{name}"><q:recipe>&e11;</q:recipe></x>'.encode()
    started = time.thread_time()
    assert read_recipe(jpeg_with_xmp(packet)) is None
    assert time.thread_time() - started < 10, "of processor time, for what takes a thousandth of that unopened"
    harmless = f'<!DOCTYPE x [<!ENTITY e "dream">]><x xmlns:q="{name}"><q:recipe>&e;</q:recipe></x>'.encode()
    assert read_recipe(jpeg_with_xmp(harmless)) is None  # no document type at all: where is the line?


def test_a_text_chunk_may_be_deflated_but_no_bomb() -> None:
    def with_text(text: bytes) -> bytes:
        return png(1, 1, 8, 0, b"\0", chunk(b"iTXt", b"Dreambot recipe\0\1\0\0\0" + zlib.compress(text)))

    assert read_recipe(with_text("夢".encode())) == "夢"
    assert read_recipe(with_text(b"a" * 50_000_000)) is None
    assert read_recipe(png(1, 1, 8, 0, b"\0", chunk(b"tEXt", b"Dreambot recipe\0caf\xe9"))) == "café"


@pytest.mark.parametrize("format", FORMATS)
def test_the_same_dream_gives_the_same_bytes(format: str) -> None:
    assert encode(RGB, ALPHA, format=format, recipe="a") == encode(RGB, ALPHA, format=format, recipe="a")
    assert encode_within(RGB, ALPHA, limit_bytes=2000) == encode_within(RGB, ALPHA, limit_bytes=2000)


@pytest.mark.parametrize("level", [0, 1, 6, 9])
def test_png_gives_every_pixel_back(level: int) -> None:
    picture = decode(encode(RGB, ALPHA, format="PNG", png_level=level))
    np.testing.assert_array_equal(picture.rgb, RGB)
    np.testing.assert_array_equal(picture.alpha, ALPHA)


def test_the_png_level_is_obeyed() -> None:
    sizes = [len(encode(RGB, format="PNG", png_level=level)) for level in (0, 1, 9)]
    assert sizes == sorted(sizes, reverse=True)
    assert len(set(sizes)) == 3


def test_lossless_webp_gives_every_pixel_back_the_hidden_ones_too() -> None:
    picture = decode(encode(RGB, ALPHA, format="WEBP", quality=100))
    np.testing.assert_array_equal(picture.rgb, RGB)
    np.testing.assert_array_equal(picture.alpha, ALPHA)


def test_quality_is_what_it_says() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    for kind in ("JPEG", "WEBP"):
        sizes = [len(encode(noise, format=kind, quality=quality)) for quality in (10, 50, 90)]
        assert sizes == sorted(sizes)
        errors = [
            np.abs(decode(encode(noise, format=kind, quality=quality)).rgb.astype(int) - noise).mean()
            for quality in (10, 90)
        ]
        assert errors[0] > errors[1]


def test_a_jpegs_colour_has_full_resolution() -> None:
    stripes = np.zeros((32, 32, 3), np.uint8)
    stripes[:, ::2] = [255, 0, 0]
    stripes[:, 1::2] = [0, 0, 255]
    assert np.abs(decode(encode(stripes, format="JPEG")).rgb.astype(int) - stripes).mean() < 10


def test_a_jpeg_shows_a_transparent_picture_over_white() -> None:
    rgb = np.zeros((16, 16, 3), np.uint8)
    alpha = np.repeat(np.array([0] * 8 + [255] * 8, np.uint8)[None], 16, axis=0)
    picture = decode(encode(rgb, alpha, format="JPEG"))
    assert picture.alpha is None
    assert picture.rgb[:, :8].min() > 245
    assert picture.rgb[:, 8:].max() < 10
    assert np.asarray(over_white(rgb, alpha // 255 * 128))[0, 15].tolist() == [127, 127, 127]


@pytest.mark.parametrize(("format", "side"), [("JPEG", 65_501), ("WEBP", 16_384)])
def test_a_format_that_cannot_hold_the_picture_says_so(format: str, side: int) -> None:
    with pytest.raises(PictureError, match="write it as a PNG"):
        encode(np.zeros((1, side, 3), np.uint8), format=format)
    encode(np.zeros((1, side - 1, 3), np.uint8), format=format)


@pytest.mark.parametrize("format", ["GIF", "png", ""])
def test_other_formats_are_refused(format: str) -> None:
    with pytest.raises(PictureError, match="PNG, JPEG or WebP"):
        encode(RGB, format=format)


def test_a_name_asks_for_a_format() -> None:
    names = {"a.png": "PNG", "a.PNG": "PNG", "a/b.c/d.jpg": "JPEG", "a.jpeg": "JPEG", "a.webp": "WEBP"}
    assert {name: format_for(name) for name in names} == names
    for name, words in (("dream", "no extension"), ("dream.gif", "“.gif”"), ("a.png/b", "no extension"), ("", "")):
        with pytest.raises(PictureError, match="end it") as refused:
            format_for(name)
        assert words in str(refused.value)


def test_pngs_are_tagged_as_srgb() -> None:
    assert b"sRGB\1" in encode(RGB, format="PNG")[: len(PNG_MAGIC) + 60]


NOISE = np.random.default_rng(7).integers(0, 256, (200, 300, 3), dtype=np.uint8)
LARGE = np.asarray(Image.fromarray(photo(120, 160)).resize((1600, 1200), Image.Resampling.BICUBIC))
LIMITS = (300, 700, 1500, 4000, 12_000, 40_000, 150_000, 600_000, 10_000_000)
PICTURES: dict[str, tuple[Bytes, Bytes | None, tuple[int, ...]]] = {
    "noise": (NOISE, None, LIMITS),
    "noise under noise": (NOISE, NOISE[..., 0], LIMITS),
    "photograph": (photo(300, 400), None, LIMITS),
    "cut-out": (photo(300, 400), cut_out(300, 400), LIMITS),
    "large": (LARGE, None, LIMITS[3::3]),
    "large cut-out": (LARGE, cut_out(1200, 1600), LIMITS[5::3]),
    "flat": (np.full((500, 500, 3), 9, np.uint8), None, LIMITS),
    "very wide": (photo(2, 20_000), None, LIMITS),
}


@pytest.mark.parametrize("name", PICTURES)
def test_a_dream_fits_the_bytes_it_is_given(name: str) -> None:
    rgb, alpha, limits = PICTURES[name]
    recipe, pixels = "layer=patterns strength=1", 0
    for limit in limits:
        encoded = fitted(rgb, alpha, limit, recipe)
        if encoded is None:
            assert not pixels  # what fitted fewer bytes fits more
            assert limit <= 1500
            continue
        assert len(encoded.data) <= limit
        assert read_recipe(encoded.data) == recipe
        picture = decode(encoded.data)
        assert picture.format == encoded.format
        assert (picture.alpha is None) == (alpha is None)
        assert picture.width * picture.height >= pixels * 0.9  # more bytes, no smaller picture
        pixels = picture.width * picture.height
    encoded = encode_within(rgb, alpha, limit_bytes=limits[-1], recipe=recipe)
    assert (encoded.format, encoded.note) == ("PNG", "")
    np.testing.assert_array_equal(decode(encoded.data).rgb, rgb)


def fitted(rgb: Bytes, alpha: Bytes | None, limit: int, recipe: str) -> Encoded | None:
    try:
        return encode_within(rgb, alpha, limit_bytes=limit, recipe=recipe)
    except PictureError:
        return None


@pytest.mark.parametrize("limit", [300_000, 60_000])
@pytest.mark.parametrize("noisy", [slice(0, 100), slice(120, 186)], ids=["unseen", "seen"])
def test_a_sample_that_misleads_breaks_no_promise(limit: int, noisy: slice) -> None:
    """Large pictures are judged by bands of rows; here all the detail lies between the bands, or in one of them."""
    rgb = np.asarray(Image.fromarray(photo(100, 100)).resize((2000, 2000), Image.Resampling.BICUBIC)).copy()
    rgb[noisy] = np.random.default_rng(3).integers(0, 256, rgb[noisy].shape, dtype=np.uint8)
    data = encode_within(rgb, limit_bytes=limit).data
    assert limit * 0.5 < len(data) <= limit


def test_the_note_says_what_was_given_up() -> None:
    rgb = np.asarray(Image.fromarray(NOISE).resize((900, 600), Image.Resampling.BICUBIC))
    notes = {limit: encode_within(rgb, limit_bytes=limit).note for limit in (1_500_000, 600_000, 200_000, 9_000)}
    assert notes[1_500_000] == ""
    assert notes[600_000].startswith("as JPEG at quality ")
    assert notes[200_000].startswith("as WebP at quality ")
    assert notes[9_000].startswith("as WebP at ")
    assert notes[9_000].endswith(" % of its size")


def test_flat_colour_prefers_no_loss() -> None:
    blocks = np.kron(NOISE[:60, :80], np.ones((6, 6, 1), np.uint8))
    whole = len(encode(blocks, format="PNG"))
    lossless = len(encode(blocks, format="WEBP", quality=100))
    assert lossless < whole
    assert encode_within(blocks, limit_bytes=(whole + lossless) // 2).note == "as lossless WebP"


@pytest.mark.parametrize("limit", [-5, 0, 1, 60])
def test_a_limit_below_any_picture_gives_a_sentence(limit: int) -> None:
    with pytest.raises(PictureError, match="too few"):
        encode_within(NOISE, limit_bytes=limit)


def hidden(rgb: Bytes, alpha: Bytes | None) -> NDArray[np.uint8]:
    return fill_hidden(Picture(rgb=rgb, alpha=alpha, format="PNG"))


def test_what_is_seen_is_not_touched_by_the_filling() -> None:
    filled = hidden(RGB, ALPHA)
    np.testing.assert_array_equal(filled[ALPHA == 255], RGB[ALPHA == 255])
    np.testing.assert_array_equal(hidden(RGB, None), RGB)
    assert filled.dtype == np.uint8


def test_hidden_colour_never_shows() -> None:
    """Whatever the file hides under alpha 0, the network sees the same."""
    other = np.where(ALPHA[..., None] == 0, 255 - RGB, RGB)
    np.testing.assert_array_equal(hidden(RGB, ALPHA), hidden(other, ALPHA))


@pytest.mark.parametrize("shape", [(1, 1), (1, 7), (7, 1), (64, 64), (37, 101)])
def test_the_filling_has_the_colour_of_what_is_seen(shape: tuple[int, int]) -> None:
    rgb = np.full((*shape, 3), 0, np.uint8)
    alpha = np.zeros(shape, np.uint8)
    rgb[0, 0], alpha[0, 0] = (200, 100, 50), 255
    assert np.abs(hidden(rgb, alpha).astype(int) - [200, 100, 50]).max() <= 3


def test_the_filling_joins_smoothly() -> None:
    rgb = np.random.default_rng(1).integers(0, 256, (200, 300, 3), dtype=np.uint8)
    rgb[:, :100] = [250, 30, 30]
    rgb[:, 200:] = [30, 30, 250]
    alpha = np.full((200, 300), 255, np.uint8)
    alpha[:, 100:200] = 0
    filled = hidden(rgb, alpha).astype(int)
    assert np.abs(np.diff(filled, axis=1)).max() <= 30  # a hard edge would be 220
    assert np.abs(filled[:, 104] - [250, 30, 30]).max() <= 40
    assert np.abs(filled[:, 195] - [30, 30, 250]).max() <= 40


def test_a_picture_with_nothing_to_see_is_left_as_it_is() -> None:
    np.testing.assert_array_equal(hidden(RGB, np.zeros_like(ALPHA)), RGB)


def test_half_transparent_colour_is_mixed_by_alpha() -> None:
    rgb = np.full((32, 32, 3), 200, np.uint8)
    rgb[16, 16] = 0
    alpha = np.full((32, 32), 255, np.uint8)
    alpha[16, 16] = 128
    assert 80 <= hidden(rgb, alpha)[16, 16, 0] <= 140


def test_pictures_open_elsewhere() -> None:
    for kind in FORMATS:
        with Image.open(io.BytesIO(encode(RGB, format=kind, recipe="a"))) as image:
            image.load()
            assert image.size == (40, 30)
