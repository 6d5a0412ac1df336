"""Series as people type them: what means several dreams, what means one, and what is said when it cannot be."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dreamcore.errors import BadValue, RecipeError, UnknownKey
from dreamcore.recipe import Recipe
from dreamcore.series import MOST_CELLS, Series


def values(text: str, key: str) -> list[str]:
    """The values that a setting has, as recipes have them."""
    return [
        caption.partition("=")[2] for axis in Series.parse(text).axes if axis.key == key for caption in axis.captions
    ]


def refusal(text: str) -> str:
    with pytest.raises(RecipeError) as raised:
        Series.parse(text)
    return str(raised.value)


def test_every_combination_is_one_dream_and_what_is_not_an_axis_is_the_same_in_all() -> None:
    series = Series.parse("seed=7 strength=1,2 layer=edges,parts steps=5")
    assert [cell.recipe for cell in series.cells] == [
        Recipe.parse(f"layer={layer} strength={strength} steps=5 seed=7")
        for layer in ("edges", "parts")
        for strength in (1, 2)
    ]
    assert [cell.caption(series.axes) for cell in series.cells][:2] == [
        "layer=edges strength=1",
        "layer=edges strength=2",
    ]


def test_a_comma_parts_alternatives_and_a_plus_makes_a_mixture() -> None:
    assert values("layer=4c+3b:-0.3,4d", "layer") == ["4c,3b:-0.3", "4d"]
    assert values("channel=14+88,3 layer=4d", "channel") == ["14,88", "3"]
    assert values('classes="great grey owl + goldfish:0.5, cat"', "classes") == [
        '"great grey owl,goldfish:0.5"',
        "cat",
    ]
    assert values("layer=4c:+2,3b", "layer") == ["4c:2", "3b"]
    assert Series.parse("layer=4c+3b:-0.3 strength=1,2").cells[0].recipe == Recipe.parse("layer=4c,3b:-0.3 strength=1")


def test_a_mixture_written_as_in_a_recipe_is_shown_how_it_is_written_here() -> None:
    assert "layer=4c:1+3b:-0.3" in refusal("layer=4c:1,3b:-0.3")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("seed=1..6", ["1", "2", "3", "4", "5", "6"]),
        ("seed=3..1", ["3", "2", "1"]),
        ("seed=1,4..6", ["1", "4", "5", "6"]),
        ("strength=0.5..2", ["0.5", "1", "1.5", "2"]),
        ("strength=0..4", ["0", "1", "2", "3", "4"]),
        ("strength=1..2", ["1", "1.25", "1.5", "1.75", "2"]),
        ("strength=0..1..0.5", ["0", "0.5", "1"]),
        ("size=256..1024..256", ["256", "512", "768", "1024"]),
        ("octaves=auto,1..2", ["auto", "1", "2"]),
    ],
)
def test_ranges_mean_the_values_in_them(text: str, expected: list[str]) -> None:
    assert values(text, text.partition("=")[0]) == expected


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "several values"),
        ("layer=edges strength=1", "several values"),
        ("strength=1..1", "several values"),
        ("layer=a,b strength=1,2 seed=1,2 steps=1,2", "At most 3 settings"),
        ("layer=a,b,c,d,e seed=1..6", "30 dreams (5 × 6)"),
        ("seed=0..4294967295", "more than the 24 values"),
        ("size=256..1024", "as in 256..1024..192"),
        ("strength=1,1.0", "1 stands there twice"),
        ("strength=1,9", "strength=9"),
        ("strength=1..9", "strength=1..9 does not work: it goes from 0 to 4"),
        ("strength=1..2..0", "more than 0"),
        ("strength=1..2..nan", "more than 0"),
        ("strength=0..4..1e-320", "more than the 24 values"),
        ("strength=1..x", "made of numbers"),
        ('strength="1,,2"', "empty value"),
        ("steps=1..2..0.5", "whole number"),
        ("colours=keep,pink", "one of"),
        ("seed=1..12 steps=200", "80 usual dreams"),
    ],
)
def test_what_cannot_be_a_series_is_said_in_a_sentence(text: str, said: str) -> None:
    assert said in refusal(text)


def test_unknown_settings_and_values_are_the_recipes_own_errors() -> None:
    with pytest.raises(UnknownKey, match="strength"):
        Series.parse("strenght=1,2")
    with pytest.raises(BadValue, match="0 to 4"):
        Series.parse("strength=1,-1")


ALTERNATIVES = {
    "layer": ["4c+3b:-0.3", "inception_4?/output"],
    "strength": ["1.25", "4"],
    "seed": ["4294967295", "1"],
    "colours": ["keep", "dream"],
    "classes": ["great grey owl+cat:0.5", "dog"],
    "size": ["auto", "64"],
}


@given(
    st.dictionaries(st.sampled_from(sorted(ALTERNATIVES)), st.integers(1, 2), min_size=1, max_size=5).filter(
        lambda counts: 1 <= sum(count > 1 for count in counts.values()) <= 3
    )
)
def test_its_text_is_the_same_series_again(counts: dict[str, int]) -> None:
    text = " ".join(f'{key}="{",".join(ALTERNATIVES[key][:count])}"' for key, count in counts.items())
    series = Series.parse(text)
    assert Series.parse(series.text) == series
    assert len(series.cells) == series.count


def test_the_seed_is_the_same_everywhere_unless_it_is_an_axis() -> None:
    seeded = Series.parse("layer=edges,parts").seeded(5)
    assert {cell.recipe.seed for cell in seeded.cells} == {5}
    assert Series.parse("layer=edges,parts seed=1").seeded(5).base.seed == 1
    assert [cell.recipe.seed for cell in Series.parse("seed=1,2").seeded(5).cells] == [1, 2]


def test_defaults_fill_what_is_left_out_and_leave_axes_alone() -> None:
    filled = Series.parse("layer=edges,parts steps=3").over(Recipe.parse("layer=4c steps=9 strength=2"))
    assert filled.text == "layer=edges,parts strength=2 steps=3"


def test_the_more_dreams_the_smaller_each_and_it_is_asked_for_by_itself_in_full_size() -> None:
    sizes = [Series.parse(f"seed=1..{count}").size for count in (2, 4, 6, 12, MOST_CELLS)]
    assert sizes == sorted(sizes, reverse=True)
    few = Series.parse("strength=1,2 size=2000").cells[0]
    assert (few.recipe.size, few.dreamt.size) == (2000, 1024)
    assert Series.parse("seed=1..24 size=100").cells[0].dreamt.size == 100
    assert [cell.dreamt.size for cell in Series.parse("size=64,2000").cells] == [64, 2000]


def test_twice_the_dreams_of_one_size_are_twice_the_work() -> None:
    four, eight = Series.parse("seed=1..4 size=128"), Series.parse("seed=1..8 size=128")
    assert eight.work == pytest.approx(2 * four.work)
    assert Series.parse("seed=1..2").work == pytest.approx(2.0)


def test_reading_a_series_imports_no_torch() -> None:
    program = (
        "import sys; from dreamcore.series import Series; from dreamcore.explaining.recipe import ExplainRecipe\n"
        "Series.parse('layer=edges,parts').work, ExplainRecipe.parse('strength=2').work\n"
        "assert not {'torch', 'numpy', 'PIL'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
