"""Contact sheets: every dream hangs where its headings say, whatever its shape and however long the headings."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageChops

from dreamcore.picture import Picture
from dreamcore.sheets.contact import Contacts, Heading, contacts

#: Far from one another, and from everything that is painted around pictures.
COLOURS = [colour for colour in itertools.product((0, 125, 250), repeat=3) if max(colour) - min(colour) > 100]
Place = tuple[float, float]


def flat(number: int, size: tuple[int, int]) -> Picture:
    rgb: NDArray[np.uint8] = np.empty((size[1], size[0], 3), np.uint8)
    rgb[:] = COLOURS[number]
    return Picture(rgb=rgb, alpha=None, format="PNG")


def content(*counts: int, size: tuple[int, int] = (120, 90), value: str = "value", **changes: object) -> Contacts:
    axes = tuple(
        tuple(Heading(key=f"key{axis}", value=f"{value}{number}") for number in range(count))
        for axis, count in enumerate(counts)
    )
    pictures = tuple(flat(number, size) for number in range(int(np.prod(counts))))
    return Contacts(heading="series", axes=axes, pictures=pictures, **changes)  # type: ignore[arg-type]


def centre(sheet: Image.Image, number: int) -> Place:
    """Where the picture of this colour hangs: its middle, as (down, across)."""
    pixels = np.asarray(sheet)[::3, ::3].astype(np.int16)
    near = (np.abs(pixels - np.array(COLOURS[number], np.int16)) < 20).all(axis=2)
    rows, columns = np.flatnonzero(near.sum(axis=1) > 3), np.flatnonzero(near.sum(axis=0) > 3)
    assert len(rows), number
    return (rows[0] + rows[-1]) * 1.5, (columns[0] + columns[-1]) * 1.5


def where(sheet: Image.Image, count: int) -> list[Place]:
    return [centre(sheet, number) for number in range(count)]


@pytest.mark.parametrize("count", [2, 5, 12])
def test_one_setting_is_read_like_a_page(count: int) -> None:
    places = where(contacts(content(count)), count)
    assert places == sorted(places, key=lambda place: (round(place[0] / 20), place[1]))
    assert len(set(places)) == count


@pytest.mark.parametrize("size", [(120, 90), (90, 160), (300, 60)])
def test_two_settings_are_rows_and_columns(size: tuple[int, int]) -> None:
    places = where(contacts(content(2, 3, size=size)), 6)
    one = np.array(places).reshape(2, 3, 2)
    if np.ptp(one[0, :, 0]) > 3:  # the first setting goes across
        one = one[..., ::-1]
    for row, column in itertools.product(range(2), range(3)):
        assert abs(one[row, column, 0] - one[row, 0, 0]) < 4
        assert abs(one[row, column, 1] - one[0, column, 1]) < 4
    assert one[0, 0, 0] < one[1, 0, 0]
    assert one[0, 0, 1] < one[0, 1, 1] < one[0, 2, 1]


def test_three_settings_are_groups_of_rows_and_columns() -> None:
    places = where(contacts(content(2, 2, 3)), 12)
    assert len({(round(down), round(across)) for down, across in places}) == 12
    assert len({round(down) for down, _ in places}) * len({round(across) for _, across in places}) == 12


def test_the_picture_itself_stands_before_a_row_of_dreams() -> None:
    sheet = contacts(content(3, source=flat(9, (120, 90)), source_name="the picture"))
    assert centre(sheet, 9)[0] <= centre(sheet, 0)[0] + 1
    assert min(*where(sheet, 3), centre(sheet, 9)) == centre(sheet, 9)


def test_headings_of_any_length_stay_beside_their_pictures() -> None:
    short, long = contacts(content(2, 3, value="x")), contacts(content(2, 3, value="W" * 200))
    assert np.asarray(long)[:, -20:].max() < 120
    for sheet in (short, long):
        where(sheet, 6)
    apart = ImageChops.difference(
        contacts(content(6, value="W" * 200)).convert("L"), contacts(content(6, value="V" * 200)).convert("L")
    )
    sheet = contacts(content(6, value="W" * 200))
    rows = {round(down) for down, _ in where(sheet, 6)}
    changed = np.flatnonzero(np.asarray(apart).max(axis=1) > 60)
    assert not set(changed) & rows  # captions do not run into pictures


def test_where_a_setting_and_its_value_have_no_room_the_value_is_written() -> None:
    def sheet(key: str) -> Image.Image:
        plain = content(12)
        axis = tuple(Heading(key=key, value=str(number)) for number in range(12))
        return contacts(Contacts(heading="", axes=(axis,), pictures=plain.pictures))

    assert ImageChops.difference(sheet("k" * 90), sheet("m" * 90)).getbbox() is None


def test_what_is_transparent_shows_what_is_behind() -> None:
    full = content(2)
    rgb = full.pictures[0].rgb
    hidden = Picture(rgb=rgb, alpha=np.zeros(rgb.shape[:2], np.uint8), format="PNG")
    sheet = contacts(Contacts(heading="", axes=full.axes, pictures=(hidden, full.pictures[1])))
    with pytest.raises(AssertionError):
        centre(sheet, 0)
    centre(sheet, 1)
