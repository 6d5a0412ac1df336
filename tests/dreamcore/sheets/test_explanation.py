"""The sheet of an explanation: pictures of any shape, texts of any length and script, bars as long as they say."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageChops

from dreamcore.picture import Picture
from dreamcore.sheets.explanation import BAR, Bars, Page, Panel, explanation
from tests.dreamcore.sheets.test_contact import COLOURS, centre, flat


def page(size: tuple[int, int] = (150, 100), **changes: object) -> Page:
    panels = tuple(
        Panel(
            picture=flat(number, size),
            mark=str(number) if number else "",
            name=f"name {number}",
            typed=f"layer=x{number}",
            words="Some words about what grows here. " * 3,
            belief="It sees a cat 40%.",
        )
        for number in range(6)
    )
    bars = tuple(
        Bars(title=title, values=(("cat", share, "?"), ("dog", 0.001, "<1%")))
        for title, share in (("before", 0.8), ("after", 0.2))
    )
    return Page(**{"heading": "What it sees", "panels": panels, "bars": bars, "remark": "so much", **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize("size", [(150, 100), (100, 150), (400, 50), (30, 300), (1, 1)])
def test_pictures_of_any_shape_hang_in_order_on_a_sheet_for_phones_and_desks(size: tuple[int, int]) -> None:
    sheet = explanation(page(size))
    assert 1600 <= sheet.width <= 2200
    assert 0.8 < sheet.height / sheet.width < 2.4
    places = [centre(sheet, number) for number in range(6)]
    assert places == sorted(places, key=lambda place: (round(place[0] / 20), place[1]))


def bar_lengths(sheet: Image.Image) -> list[int]:
    pixels = np.asarray(sheet).astype(np.int16)
    like: NDArray[np.bool_] = (np.abs(pixels - np.array(BAR, np.int16)) < 3).all(axis=2)
    half = sheet.width // 2
    return [int(like[:, :half].sum(axis=1).max()), int(like[:, half:].sum(axis=1).max())]


def test_a_bar_is_as_long_as_the_network_is_sure() -> None:
    before, after = bar_lengths(explanation(page()))
    assert before == pytest.approx(4 * after, rel=0.05)


def test_without_names_for_what_it_was_taught_there_are_no_bars() -> None:
    assert max(bar_lengths(explanation(page(bars=(), remark="")))) == 0


@pytest.mark.parametrize("word", ["Donaudampfschifffahrtsgesellschaft", "W" * 300])
def test_no_text_runs_into_a_picture_or_off_the_sheet(word: str) -> None:
    def written(text: str) -> Page:
        panels = [
            Panel(picture=panel.picture, mark=panel.mark, name=text, typed=text, words=f"{text} " * 8, belief=text)
            for panel in page().panels
        ]
        return page(panels=tuple(panels), heading=f"{text} " * 6)

    sheet = explanation(written(word))
    assert np.asarray(sheet)[:, -20:].max() < 120
    for number in range(6):
        down, across = centre(sheet, number)
        assert sheet.getpixel((round(across), round(down))) == pytest.approx(COLOURS[number], abs=20)


def test_what_is_said_of_one_level_stands_below_it() -> None:
    plain = page()
    panels = list(plain.panels)
    panels[4] = dataclasses.replace(panels[4], belief="It sees a dog 40%.")
    sheet = explanation(plain)
    box = ImageChops.difference(sheet, explanation(page(panels=tuple(panels)))).convert("L").getbbox()
    assert box is not None
    down, across = centre(sheet, 4)
    assert box[1] > down
    assert abs(box[0] - across) < sheet.width / 3


def test_a_transparent_picture_is_shown_as_such() -> None:
    first = page().panels[0]
    rgb = first.picture.rgb
    hidden = Picture(rgb=rgb, alpha=np.zeros(rgb.shape[:2], np.uint8), format="PNG")
    panels = (Panel(picture=hidden, mark="", name="", typed="", words="", belief=""), *page().panels[1:])
    with pytest.raises(AssertionError):
        centre(explanation(page(panels=panels)), 0)
