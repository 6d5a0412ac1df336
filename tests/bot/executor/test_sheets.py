"""Sheets of many pictures: everybody's is there, in order, with what is written below; whatever the files are like."""

from __future__ import annotations

import dataclasses
import functools
import io
import itertools
import struct
import zlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageChops

from bot.executor.decoder import DecoderLimits
from bot.executor.decoding import Decoder
from bot.executor.protocol import SheetEntry, SheetKind, SheetOrder
from bot.executor.sheets import making
from bot.executor.sheets.arranging import arranged
from dreamcore.errors import Cancelled, DreamError
from dreamcore.picture import encode
from dreamcore.sample import landscape
from dreamcore.sheets import wall
from dreamcore.sheets.layout import Box
from dreamcore.sheets.lettering import can_write

LIMIT = 8 << 20
STEP = 4  #: pixels between those that are looked at
CAT = Path(__file__).parents[2] / "data" / "chelsea.jpg"
SHAPES = [(300, 200), (200, 300), (256, 256), (320, 180), (180, 320), (240, 180), (600, 120), (90, 400)]

#: Far from one another, and from everything that is painted around pictures.
COLOURS = [colour for colour in itertools.product((0, 125, 250), repeat=3) if max(colour) - min(colour) > 100]


def flat(colour: Sequence[int], size: tuple[int, int] = (240, 180)) -> bytes:
    rgb = np.empty((size[1], size[0], 3), np.uint8)
    rgb[:] = colour
    return encode(rgb, format="PNG")


def entry(number: int, **changes: object) -> SheetEntry:
    default = SheetEntry(
        picture=flat(COLOURS[number % len(COLOURS)], SHAPES[number % len(SHAPES)]),
        mark=str(number + 1),
        name=f"Member {number + 1}",
        title="Under water",
        votes=f"{30 - number} votes",
        winner=number == 0,
    )
    return dataclasses.replace(default, **changes)  # type: ignore[arg-type]


def order(
    entries: Sequence[SheetEntry] | int, kind: SheetKind = SheetKind.RESULTS, *, byte_limit: int = LIMIT, **texts: str
) -> SheetOrder:
    if isinstance(entries, int):
        entries = [entry(number) for number in range(entries)]
    given = {"heading": "The deep sea", "details": "Dreamers · 22 November 2026", "missing": "no picture", **texts}
    return SheetOrder(kind=kind, entries=tuple(entries), byte_limit=byte_limit, **given)


@pytest.fixture(scope="module")
def decoder() -> Iterator[Decoder]:
    started = Decoder()
    yield started
    started.close()


Drawn = Callable[[SheetOrder], Image.Image]


@pytest.fixture(scope="module")
def drawn(decoder: Decoder) -> Drawn:
    """An order's sheet as somebody who opens the file sees it; the same for the same order."""

    @functools.cache
    def draw(wanted: SheetOrder) -> Image.Image:
        made = making.sheet(wanted, decoder, lambda: False)
        assert len(made.data) <= wanted.byte_limit
        image = Image.open(io.BytesIO(made.data))
        assert image.format == made.format
        return image.convert("RGB")

    return draw


def where(sheet: Image.Image, colour: Sequence[int]) -> Box | None:
    """The box around all that has this colour, to about four pixels."""
    pixels = np.asarray(sheet)[::STEP, ::STEP].astype(np.int16)
    near = (np.abs(pixels - np.array(colour, np.int16)) < 30).all(axis=2)
    # Letters and rims come near some colours; a picture fills rows and columns.
    rows, columns = np.flatnonzero(near.sum(axis=1) > 6), np.flatnonzero(near.sum(axis=0) > 6)
    if not len(rows) or not len(columns):
        return None
    left, top = int(columns[0]) * STEP, int(rows[0]) * STEP
    return Box(left=left, top=top, width=int(columns[-1]) * STEP - left + 1, height=int(rows[-1]) * STEP - top + 1)


def found(sheet: Image.Image, count: int) -> list[Box]:
    """Where the pictures of `order(count)` are."""
    boxes = [where(sheet, COLOURS[number]) for number in range(count)]
    assert all(boxes), [number for number, box in enumerate(boxes) if box is None]
    return [box for box in boxes if box is not None]


def difference(one: Image.Image, other: Image.Image) -> tuple[int, int, int, int] | None:
    """The box in which two sheets differ by more than a file's compression does."""
    assert one.size == other.size
    apart: NDArray[np.uint8] = np.asarray(ImageChops.difference(one, other)).max(axis=2)
    return Image.fromarray(np.where(apart > 60, np.uint8(255), np.uint8(0))).getbbox()


# --- everybody is there


@pytest.mark.parametrize("count", [1, 2, 3, 5, 8, 18])
def test_every_entry_hangs_on_the_results_in_order_of_place(drawn: Drawn, count: int) -> None:
    boxes = found(drawn(order(count)), count)

    first, others = boxes[0], boxes[1:]
    assert all(first.width * first.height > 1.5 * other.width * other.height for other in others)
    for one, other in itertools.pairwise(others):
        beside = abs((one.top + one.bottom) - (other.top + other.bottom)) < 8 and one.right < other.left
        below = one.bottom < other.top
        assert beside or below, (one, other)
    for one, other in itertools.combinations(boxes, 2):
        apart = one.right < other.left or other.right < one.left or one.bottom < other.top or other.bottom < one.top
        assert apart, (one, other)


@pytest.mark.parametrize("count", [1, 2, 4, 5, 9])
def test_every_entry_is_on_the_leaf_in_order(drawn: Drawn, count: int) -> None:
    sheet = drawn(order(count, SheetKind.PAGE))
    boxes = found(sheet, count)
    for one, other in itertools.pairwise(boxes):
        assert one.right < other.left or one.bottom < other.top, (one, other)
    assert sheet.width == 1200
    assert sheet.height < 1.6 * sheet.width


def test_twenty_five_real_pictures_fit(drawn: Drawn) -> None:
    cat = CAT.read_bytes()
    sheet = drawn(order([entry(number, picture=cat) for number in range(25)]))
    assert sheet.height < 1.7 * sheet.width
    assert np.asarray(sheet.resize((64, 64))).std() > 20


@pytest.mark.parametrize("winners", [2, 4, 6])
def test_who_shares_the_first_place_hangs_equally_large(drawn: Drawn, winners: int) -> None:
    entries = [
        entry(n, picture=flat(COLOURS[n]), mark="1" if n < winners else "9", winner=n < winners)
        for n in range(winners + 4)
    ]
    boxes = found(drawn(order(entries)), len(entries))
    areas = [box.width * box.height for box in boxes]
    assert max(areas[:winners]) < 1.1 * min(areas[:winners])
    assert min(areas[:winners]) > 1.3 * max(areas[winners:])


def test_winners_of_different_shapes_hang_equally_high() -> None:
    random = np.random.default_rng(4)
    for winners in range(2, 7):
        for _ in range(20):
            shapes = random.choice([0.66, 0.75, 1.0, 1.5, 2.4], winners + 5).tolist()
            made = arranged(shapes, list(range(winners)), lambda measures: 300)
            heights = [box.height for box in made.frames]
            assert max(heights[:winners]) - min(heights[:winners]) <= 1, shapes


def test_where_everybody_has_won_nobody_is_lost(drawn: Drawn) -> None:
    entries = [entry(n, mark="1", winner=True) for n in range(18)]
    found(drawn(order(entries)), 18)


@pytest.mark.parametrize("size", [(4000, 4), (4, 4000), (1, 1)])
def test_no_shape_of_a_picture_bursts_the_sheet(drawn: Drawn, size: tuple[int, int]) -> None:
    plain = drawn(order(6))
    for number in (0, 3):
        entries = [entry(n) if n != number else entry(n, picture=flat((250, 0, 125), size)) for n in range(6)]
        sheet = drawn(order(entries))
        assert sheet.height < 1.5 * plain.height
        assert sheet.width <= 2600
        assert (
            min(box.width for n, box in enumerate(where(sheet, COLOURS[n]) for n in range(6)) if box and n != number)
            > 90
        )


def test_a_sheet_has_entries_and_not_more_than_it_can_hold() -> None:
    for kind, count in ((SheetKind.RESULTS, 0), (SheetKind.RESULTS, 26), (SheetKind.PAGE, 10)):
        with pytest.raises(ValueError, match="entries"):
            order(count, kind)


def test_any_number_of_any_shapes_is_hung_without_overlap() -> None:
    random = np.random.default_rng(3)
    for count in range(1, 26):
        for winners in {0, 1, min(2, count), count}:
            shapes = random.choice([0.66, 0.75, 1.0, 1.33, 1.5, 1.78, 2.4], count).tolist()
            made = arranged(shapes, list(range(winners)), lambda measures: 300)
            for box in made.frames:
                assert (
                    made.measures.margin - 2 <= box.left < box.right <= made.measures.width - made.measures.margin + 2
                )
                assert 300 <= box.top < box.bottom < made.bottom
                assert box.width >= 100
            for one, other in itertools.combinations(made.frames, 2):
                over = one.left < other.right and other.left < one.right
                assert not (over and one.top < other.bottom and other.top < one.bottom), (shapes, one, other)


# --- what is written


@pytest.mark.parametrize("field", ["mark", "name", "title", "votes"])
@pytest.mark.parametrize("number", [0, 2], ids=["the winner's", "another's"])
def test_each_text_stands_below_its_own_picture(drawn: Drawn, field: str, number: int) -> None:
    entries = [entry(n, picture=flat(COLOURS[n])) for n in range(6)]
    boxes = found(drawn(order(entries)), 6)
    changed = [*entries]
    changed[number] = dataclasses.replace(entries[number], **{field: "84"})
    apart = difference(drawn(order(entries)), drawn(order(changed)))

    assert apart is not None
    left, top, right, bottom = apart
    assert top > boxes[number].bottom
    assert bottom < boxes[number].bottom + 230
    assert left >= boxes[number].left - 20
    assert right <= boxes[number].right + 20


@pytest.mark.parametrize("kind", SheetKind)
@pytest.mark.parametrize("text", ["heading", "details"])
def test_theme_and_details_stand_above_everything(drawn: Drawn, kind: SheetKind, text: str) -> None:
    apart = difference(drawn(order(5, kind)), drawn(order(5, kind, **{text: "Other words"})))
    assert apart is not None
    assert apart[3] < min(box.top for box in found(drawn(order(5, kind)), 5))


def test_a_leafs_numbers_stand_on_their_pictures(drawn: Drawn) -> None:
    entries = [entry(n, picture=flat(COLOURS[n])) for n in range(9)]
    boxes = found(drawn(order(entries, SheetKind.PAGE)), 9)
    entries[4] = dataclasses.replace(entries[4], mark="8")
    apart = difference(
        drawn(order([entry(n, picture=flat(COLOURS[n])) for n in range(9)], SheetKind.PAGE)),
        drawn(order(entries, SheetKind.PAGE)),
    )
    assert apart is not None
    middle = (apart[0] + apart[2]) / 2, (apart[1] + apart[3]) / 2
    assert boxes[4].left - 20 < middle[0] < boxes[4].left + 120
    assert boxes[4].bottom - 120 < middle[1] < boxes[4].bottom + 20


@pytest.mark.parametrize(
    ("number", "text"),
    [(0, "W" * 300), (2, "W" * 300), (2, "word " * 60), (2, "a" + "\u0301" * 250), (2, "مرحبا " * 40)],
    ids=["the winner's", "letters", "words", "marks", "right to left"],
)
def test_no_text_reaches_into_a_neighbours_column(drawn: Drawn, number: int, text: str) -> None:
    entries = [entry(n, picture=flat(COLOURS[n])) for n in range(6)]
    bare, long = [*entries], [*entries]
    bare[number] = dataclasses.replace(entries[number], name="", title="", votes="")
    long[number] = dataclasses.replace(entries[number], name=text, title=text, votes=text)
    box = found(drawn(order(entries)), 6)[number]
    apart = difference(drawn(order(bare)), drawn(order(long)))
    assert apart is not None
    assert box.left - 20 <= apart[0] < apart[2] <= box.right + 20
    assert box.bottom <= apart[1] < apart[3] < box.bottom + 230


@pytest.mark.parametrize("kind", SheetKind)
def test_a_theme_of_any_length_stays_on_the_sheet(drawn: Drawn, kind: SheetKind) -> None:
    for theme in ("W" * 300, "deep sea " * 30):
        sheet = drawn(order(3, kind, heading=theme, details=theme))
        found(sheet, 3)
        edge = np.asarray(sheet)[:, -20:].max()
        assert edge < 120


def test_letters_that_no_font_has_give_way_to_the_user_name(drawn: Drawn) -> None:
    for unwritable in ("ሰላም", "ꦱꦸꦒꦼꦁ", "🦊🎉"):
        assert not can_write(unwritable)
        strange = [entry(0), entry(1, name=unwritable, handle="selam"), entry(2)]
        plain = [entry(0), entry(1, name="selam"), entry(2)]
        assert difference(drawn(order(strange)), drawn(order(plain))) is None


def test_somebody_anonymous_is_not_betrayed_by_the_user_name(drawn: Drawn) -> None:
    hidden = [entry(0, name="", handle="alice"), entry(1, name="", title="", handle="bob"), entry(2)]
    nobody = [entry(0, name=""), entry(1, name="", title=""), entry(2)]
    assert difference(drawn(order(hidden)), drawn(order(nobody))) is None


# --- whatever the files are like


def bomb() -> bytes:
    """A few bytes that claim to be a picture of 3.6 gigapixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    rows = zlib.compress(b"\0" * 2_000_000, 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.mark.parametrize("kind", SheetKind)
def test_pictures_that_cannot_be_read_leave_a_labelled_place_and_all_others_are_there(
    drawn: Drawn, kind: SheetKind
) -> None:
    damaged = [None, b"", b"no picture at all", flat((9, 9, 9))[:90], bomb(), b"\xff\xd8\xff" + b"\0" * 500]
    entries = [entry(0), entry(1), *(entry(n + 2, picture=data) for n, data in enumerate(damaged)), entry(8)]
    sheet = drawn(order(entries, kind))
    for number in range(9):
        assert (where(sheet, COLOURS[number]) is not None) is (number in (0, 1, 8))
    gone = [each if each.mark in "129" else dataclasses.replace(each, picture=None) for each in entries]
    assert difference(sheet, drawn(order(gone, kind))) is None  # damaged or not kept any more, it looks the same
    assert difference(sheet, drawn(order(entries, kind, missing="something else"))) is not None


def test_the_only_entry_may_be_damaged(drawn: Drawn) -> None:
    for kind in SheetKind:
        alone = [entry(0, picture=b"no picture")]
        assert difference(drawn(order(alone, kind)), drawn(order(alone, kind, missing="other"))) is not None


def test_a_picture_that_brings_its_decoder_down_is_left_out_and_all_others_are_there() -> None:
    huge = flat((9, 9, 9), (6000, 6000))
    decoder = Decoder(DecoderLimits(memory=24 << 20))
    try:
        entries = [entry(n) if n != 1 else entry(n, picture=huge) for n in range(4)]
        made = making.sheet(order(entries), decoder, lambda: False)
    finally:
        decoder.close()
    sheet = Image.open(io.BytesIO(made.data)).convert("RGB")
    assert all(where(sheet, COLOURS[number]) for number in (0, 2, 3))


def test_pictures_for_which_there_is_no_time_are_left_out(decoder: Decoder, drawn: Drawn) -> None:
    clock = itertools.chain([0.0, 1.0, 2.0], itertools.repeat(making.ALL_PATIENCE + 1))
    made = making.sheet(order(4), decoder, lambda: False, clock.__next__)
    sheet = Image.open(io.BytesIO(made.data)).convert("RGB")
    assert [where(sheet, COLOURS[number]) is not None for number in range(4)] == [True, True, False, False]


def test_a_sheet_can_be_stopped_between_two_pictures(decoder: Decoder) -> None:
    asked = itertools.count()
    with pytest.raises(Cancelled):
        making.sheet(order(5), decoder, lambda: next(asked) >= 2)
    assert next(asked) == 3


def test_what_is_transparent_shows_the_mat_behind(drawn: Drawn) -> None:
    rgb = np.full((200, 300, 3), 250, np.uint8)
    alpha = np.zeros((200, 300), np.uint8)
    alpha[:, :150] = 255
    sheet = drawn(order([entry(0, picture=encode(rgb, alpha, format="PNG"))], heading="", details=""))
    box = where(sheet, (250, 250, 250))
    assert box is not None
    behind = np.asarray(sheet)[box.top + box.height // 2, box.right + box.width // 2]
    assert np.abs(behind.astype(int) - wall.MAT).max() < 12


@pytest.mark.parametrize("limit", [700_000, 120_000, 30_000, 6_000])
def test_a_sheet_fits_the_bytes_it_is_given(drawn: Drawn, limit: int) -> None:
    real = [
        entry(n, picture=CAT.read_bytes() if n % 2 else encode(landscape(600, 400), format="JPEG")) for n in range(9)
    ]
    sheet = drawn(order(real, byte_limit=limit))
    assert sheet.width >= 100


def test_too_few_bytes_for_any_sheet_are_said_to_be_so(decoder: Decoder) -> None:
    with pytest.raises(DreamError, match="too few"):
        making.sheet(order(2, byte_limit=50), decoder, lambda: False)
