"""Grids: all dreams of a series on one sheet, checked before any is dreamt, and the same after a pause."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from dreamcore.dreaming import dream
from dreamcore.errors import Cancelled, RecipeError
from dreamcore.grids import Grid, grid
from dreamcore.networks import Network
from dreamcore.pausing import Paused
from dreamcore.picture import Picture
from dreamcore.progress import Progress
from dreamcore.recipe import Recipe
from dreamcore.sample import landscape
from dreamcore.sentences import Sentence
from dreamcore.series import Series
from dreamcore.several import Made, Part, several, sized
from tests.dreamcore.conftest import CPU, picture_of

QUICK = "size=64 steps=2 octaves=1 precision=fp32 seed=7"
NetworkOf = Callable[[Recipe], Network]


@pytest.fixture(scope="module")
def picture() -> Picture:
    return picture_of(landscape(160, 112))


@pytest.fixture
def network_of(daydream: Network) -> NetworkOf:
    return lambda recipe: daydream


def made(picture: Picture, text: str, network_of: NetworkOf, **options: object) -> Grid:
    result = grid(picture, Series.parse(f"{text} {QUICK}"), network_of=network_of, device=CPU, **options)  # type: ignore[arg-type]
    assert isinstance(result, Grid)
    return result


def test_each_cell_tells_what_makes_it_again_and_what_to_ask_for_in_full_size(
    picture: Picture, network_of: NetworkOf, daydream: Network
) -> None:
    drawn = made(picture, "layer=edges,parts strength=1,2", network_of)
    assert [cell.caption for cell in drawn.cells] == [
        f"layer={layer} strength={strength}" for layer in ("edges", "parts") for strength in (1, 2)
    ]
    deepest = drawn.cells[-1]
    assert Recipe.parse(deepest.asked_text).but(size=None, steps=None, octaves=None, network=None) == Recipe.parse(
        "layer=parts strength=2 seed=7"
    )
    small, _ = sized(picture, 64)
    again = dream(small, Recipe.parse(deepest.recipe_text), network=daydream, device=CPU)
    assert again.recipe.text == deepest.recipe_text
    assert Series.parse(drawn.recipe_text).base.seed == 7


def test_all_cells_have_one_seed_where_none_is_given(picture: Picture, network_of: NetworkOf) -> None:
    series = Series.parse("layer=edges,parts size=64 steps=1 octaves=1")
    drawn = grid(picture, series, network_of=network_of, device=CPU)
    assert isinstance(drawn, Grid)
    assert len({Recipe.parse(cell.recipe_text).seed for cell in drawn.cells}) == 1


@pytest.mark.parametrize(
    "text",
    [
        "layer=edges,parts,nix",
        "layer=edges,parts channel=5,9999",
        "objective=energy,seen layer=parts",
        "style=garden,nix",
    ],
)
def test_what_one_cell_cannot_be_is_said_before_any_is_dreamt(
    picture: Picture, network_of: NetworkOf, text: str
) -> None:
    seen: list[Progress] = []
    with pytest.raises(RecipeError):
        made(picture, text, network_of, on_progress=seen.append)
    assert seen == []


def test_a_cell_without_its_guide_is_refused_before_any_is_dreamt(picture: Picture, network_of: NetworkOf) -> None:
    seen: list[Progress] = []
    with pytest.raises(RecipeError, match="second picture"):
        made(picture, "layer=parts objective=energy,guide", network_of, on_progress=seen.append)
    assert seen == []


def test_a_guide_is_what_grows_in_every_cell(picture: Picture, network_of: NetworkOf) -> None:
    guide = picture_of(landscape(80, 60)[::-1])
    drawn = made(picture, "layer=textures,parts", network_of, guide=guide)
    assert all("objective=guide" in text for cell in drawn.cells for text in (cell.recipe_text, cell.asked_text))
    assert "objective=guide" in drawn.recipe_text


def test_each_cell_is_dreamt_by_its_own_network(picture: Picture, daydream: Network) -> None:
    asked: list[str | None] = []

    def network_of(recipe: Recipe) -> Network:
        asked.append(recipe.network)
        return daydream

    with pytest.raises(RecipeError, match="vgg16"):
        made(picture, "network=daydream,vgg16 layer=mixed3b", network_of)
    assert asked == []  # what a network has is known without its weights
    made(picture, "network=daydream,daydream2 layer=edges", network_of)
    assert [name for name in asked if name == "daydream2"]


def test_progress_is_of_the_whole_sheet(picture: Picture, network_of: NetworkOf) -> None:
    seen: list[Progress] = []
    made(picture, "strength=0,1,2", network_of, on_progress=seen.append)
    shares = [progress.share for progress in seen]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert len({progress.total for progress in seen}) == 1


def test_a_grid_is_stopped_when_asked(picture: Picture, network_of: NetworkOf) -> None:
    with pytest.raises(Cancelled):
        made(picture, "strength=1,2", network_of, cancelled=lambda: True)


def test_a_sheet_made_in_parts_is_the_sheet_made_at_once(picture: Picture, network_of: NetworkOf) -> None:
    series = Series.parse(f"layer=edges,parts strength=1,2 {QUICK}")
    whole = grid(picture, series, network_of=network_of, device=CPU)
    checkpoint, shares = None, list[float]()
    while isinstance(
        part := grid(picture, series, network_of=network_of, device=CPU, checkpoint=checkpoint, pause=lambda: True),
        Paused,
    ):
        checkpoint = part.checkpoint
        shares.append(part.share)
    assert shares == pytest.approx([0.25, 0.5, 0.75])
    assert isinstance(whole, Grid)
    assert np.array_equal(part.rgb, whole.rgb)
    assert part.cells == whole.cells


def parts(picture: Picture, network: Network, *strengths: float) -> list[Part]:
    made = dream(picture, Recipe.parse(f"layer=edges {QUICK}"), network=network, device=CPU).recipe
    return [Part(picture=picture, recipe=made.but(strength=one), network=lambda: network) for one in strengths]


def test_a_checkpoint_of_something_else_or_a_damaged_one_is_not_used(picture: Picture, daydream: Network) -> None:
    small, _ = sized(picture, 64)
    work = parts(small, daydream, 1.0, 2.0)
    paused = several(work, kind="grid", text="one", device=CPU, pause=lambda: True)
    assert isinstance(paused, Paused)
    other = picture_of(np.array(small.rgb[::-1]))
    for text, wanted, checkpoint, expected in (
        ("one", work, paused.checkpoint, 1),
        ("two", work, paused.checkpoint, 2),
        ("one", parts(other, daydream, 1.0, 2.0), paused.checkpoint, 2),
        ("one", parts(small, daydream, 1.0, 3.0), paused.checkpoint, 2),
        ("one", work, paused.checkpoint[:-40], 2),
        ("one", work, b"nothing", 2),
    ):
        dreamt: list[Progress] = []
        several(wanted, kind="grid", text=text, device=CPU, checkpoint=checkpoint, on_progress=dreamt.append)
        assert sum(each.step == each.steps for each in dreamt) == expected, (text, checkpoint[:10])


def test_a_picture_that_is_too_small_is_enlarged_and_a_large_one_shrunk_and_that_is_said(
    network_of: NetworkOf,
) -> None:
    tiny = picture_of(landscape(20, 12))
    enlarged, notes = sized(tiny, 512)
    assert (enlarged.width, enlarged.height) == (256, 154)
    assert all(isinstance(note, Sentence) for note in notes)
    assert len(notes) == 1
    assert sized(picture_of(landscape(400, 300)), 512)[1] == ()
    drawn = grid(
        picture_of(landscape(700, 520)),
        Series.parse("seed=1..24 strength=0 steps=1"),
        network_of=network_of,
        device=CPU,
    )
    assert isinstance(drawn, Grid)
    assert any("384 pixels" in note for note in drawn.notes)


def test_the_sheet_speaks_the_readers_language(picture: Picture, network_of: NetworkOf) -> None:
    told: list[str] = []

    def tell(text: str) -> str:
        assert isinstance(text, Sentence)
        told.append(text)
        return text

    made(picture, "strength=0,0.5", network_of, tell=tell)
    assert {"the picture"} < set(told)


@pytest.mark.parametrize("shape", [(64, 2), (2, 64), (1, 1), (64, 64)])
def test_no_shape_of_a_picture_is_too_strange(network_of: NetworkOf, shape: tuple[int, int]) -> None:
    rgb: NDArray[np.uint8] = np.full((shape[1], shape[0], 3), 90, np.uint8)
    alpha = np.full(shape[::-1], 130, np.uint8)
    drawn = made(picture_of(rgb, alpha), "strength=1,2", network_of)
    assert drawn.rgb.shape[1] >= 1200


def test_the_seconds_before_a_pause_count(picture: Picture, daydream: Network) -> None:
    work = parts(sized(picture, 64)[0], daydream, 1.0, 2.0)

    def made_of(wanted: list[Part], checkpoint: bytes | None = None, *, pause: bool = False) -> Made | Paused:
        clock = itertools.count().__next__
        return several(
            wanted, kind="grid", text="", device=CPU, checkpoint=checkpoint, pause=lambda: pause, clock=clock
        )

    def seconds(made: Made | Paused) -> float:
        assert isinstance(made, Made)
        return made.seconds

    paused = made_of(work, pause=True)
    assert isinstance(paused, Paused)
    each = [seconds(made_of([part])) for part in work]
    assert seconds(made_of(work)) == seconds(made_of(work, paused.checkpoint)) == sum(each) > max(each)
