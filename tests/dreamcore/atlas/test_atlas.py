"""The atlas: every layer and channel has its tile, made once, and the text below it dreams it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from dreamcore.atlas import keeping, tiles
from dreamcore.atlas.making import AtlasSheet, atlas_sheet
from dreamcore.atlas.pages import PER_PAGE, AtlasPage, atlas_page, atlas_pages
from dreamcore.catalogue import LEVELS, NetworkInfo, catalogue
from dreamcore.errors import Cancelled, RecipeError
from dreamcore.networks import Network
from dreamcore.pausing import Paused
from dreamcore.progress import Progress
from dreamcore.recipe import Recipe
from dreamcore.resolve import DeviceDefaults, classifier_of, resolve

CPU = torch.device("cpu")
LAYER = "mixed3a.double_a"  # of sixteen channels, not among those that come ready-made


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tiles, "STEPS", 2)


def never_asked() -> Network:
    raise AssertionError("the network was loaded")


def sheet(daydream: Network, folder: Path, **options: object) -> AtlasSheet | Paused:
    return atlas_sheet(
        daydream.info,
        LAYER,
        network=lambda: daydream,
        device=CPU,
        folder=folder,
        **options,  # type: ignore[arg-type]
    )


def resolved(text: str, network: NetworkInfo) -> Recipe:
    device = DeviceDefaults(size=512, precision="fp32")
    return resolve(Recipe.parse(text), network=network, height=300, width=400, device=device, seed=0).recipe


@pytest.mark.parametrize("network", catalogue().values(), ids=lambda info: info.name)
def test_what_stands_below_a_tile_dreams_it(network: NetworkInfo) -> None:
    layers = [tile for page in atlas_pages(network) for tile in page.tiles]
    assert len({tile.layer for tile in layers}) == len(layers)
    assert {level for level in LEVELS if network.levels[level]} <= {tile.level for tile in layers}
    for tile in layers:
        assert [term.name for term in resolved(tile.text, network).layer or ()] == [tile.layer]
    deepest = network.levels["objects"][0]
    for tile in atlas_page(network, deepest, 2).tiles:
        recipe = resolved(tile.text, network)
        assert ([term.name for term in recipe.layer or ()], recipe.channel) == ([deepest], (tile.channel,))


def test_every_channel_stands_on_one_page() -> None:
    network = catalogue()["inception_v1"]
    pages = atlas_pages(network, "4d")
    assert [tile.channel for page in pages for tile in page.tiles] == list(range(528))
    assert [len(page.tiles) for page in pages] == [PER_PAGE] * 21 + [3]
    assert {(page.count, page.layer) for page in pages} == {(22, "inception_4d/output")}
    assert pages[5].tiles[19].text == "layer=4d channel=144"


def test_the_classifier_s_channels_are_its_classes() -> None:
    network = catalogue()["daydream"]
    first = atlas_page(network, classifier_of(network), 1).tiles[0]
    assert (first.caption, first.text) == ("eye", "classes=eye")


@pytest.mark.parametrize(
    ("layer", "number", "needed"),
    [
        ("4d", 23, "from 1 to 22"),
        (None, 0, "There is no page 0"),
        ("4y", 1, "no layer"),
        ("inception_4?/output", 1, "5"),
    ],
)
def test_a_page_that_is_not_there_is_one_sentence(layer: str | None, number: int, needed: str) -> None:
    with pytest.raises(RecipeError, match=needed):
        atlas_page(catalogue()["inception_v1"], layer, number)


def test_the_built_in_network_s_pages_come_with_the_program(daydream: Network) -> None:
    info = daydream.info
    layers = [None, *(info.levels[level][0] for level in LEVELS), classifier_of(info)]
    pages = [page for layer in layers for page in atlas_pages(info, layer)]
    for page in pages:
        ready = keeping.ready_tiles(page)
        assert ready is not None, page
        assert ready.shape == (len(page.tiles), tiles.TILE, tiles.TILE, 3)
        assert (ready.std((1, 2, 3)) > 8).all(), page  # no tile is empty
    made = atlas_sheet(info, None, 1, network=never_asked, device=CPU)
    assert isinstance(made, AtlasSheet)
    assert made.rgb.shape[1] > 1000
    files = list(keeping.ready_folder("daydream").glob("*.webp"))
    assert len(files) == len(pages)
    assert sum(file.stat().st_size for file in files) < 1_600_000
    about = json.loads((keeping.ready_folder("daydream") / keeping.ABOUT).read_text())
    assert about == {"version": keeping.VERSION, "weights": daydream.weights}, "python -m dreamcore.atlas"


@pytest.mark.usefixtures("quick")
def test_a_page_is_made_once(daydream: Network, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = sheet(daydream, tmp_path)
    assert isinstance(first, AtlasSheet)
    monkeypatch.setattr("dreamcore.atlas.making.page_tiles", lambda *_, **__: pytest.fail("made again"))
    again = sheet(daydream, tmp_path)
    assert isinstance(again, AtlasSheet)
    # What is kept is compressed, and looks the same.
    assert np.abs(first.rgb.astype(int) - again.rgb).mean() < 4


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(
    "damage", [b"", b"RIFF no picture", keeping.encoded(np.zeros((2, 112, 112, 3), np.uint8)), None]
)
def test_a_damaged_page_is_made_again(daydream: Network, tmp_path: Path, damage: bytes | None) -> None:
    page = atlas_page(daydream.info, LAYER, 1)
    first = sheet(daydream, tmp_path)
    assert isinstance(first, AtlasSheet)
    (path,) = tmp_path.rglob("*.webp")
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2] if damage is None else damage)
    assert keeping.kept_tiles(page, daydream.weights, tmp_path) is None
    again = sheet(daydream, tmp_path)
    assert isinstance(again, AtlasSheet)
    assert np.array_equal(first.rgb, again.rgb)
    assert path.read_bytes() == whole


@pytest.mark.usefixtures("quick")
def test_a_page_of_other_weights_is_another_page(daydream: Network, tmp_path: Path) -> None:
    sheet(daydream, tmp_path)
    page = atlas_page(daydream.info, LAYER, 1)
    assert keeping.kept_tiles(page, daydream.weights, tmp_path) is not None
    assert keeping.kept_tiles(page, "0123456789abcdef", tmp_path) is None


@pytest.mark.usefixtures("quick")
def test_a_folder_that_cannot_be_written_to_costs_only_time(daydream: Network, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("no folder")
    assert isinstance(sheet(daydream, blocked), AtlasSheet)


@pytest.mark.usefixtures("quick")
def test_a_page_made_in_parts_is_the_same_page(daydream: Network, tmp_path: Path) -> None:
    whole, checkpoint, shares = sheet(daydream, tmp_path / "a"), None, []
    assert isinstance(whole, AtlasSheet)
    for _ in range(20):
        part = sheet(daydream, tmp_path / "b", checkpoint=checkpoint, pause=lambda: True)
        if isinstance(part, AtlasSheet):
            break
        checkpoint = part.checkpoint
        shares.append(part.share)
    assert isinstance(part, AtlasSheet)
    assert shares == [5 / 16, 10 / 16, 15 / 16]
    assert np.array_equal(part.rgb, whole.rgb)
    assert isinstance(sheet(daydream, tmp_path / "c", checkpoint=checkpoint[:-9] if checkpoint else None), AtlasSheet)


@pytest.mark.usefixtures("quick")
def test_progress_is_told_and_it_stops_when_told_to(daydream: Network, tmp_path: Path) -> None:
    told: list[Progress] = []
    sheet(daydream, tmp_path / "a", on_progress=told.append)
    shares = [progress.share for progress in told]
    assert shares == sorted(shares)
    assert shares[-1] == 1
    with pytest.raises(Cancelled):
        sheet(daydream, tmp_path / "b", cancelled=lambda: True)
    assert list(tmp_path.glob("b/**/*.webp")) == []


@pytest.mark.usefixtures("quick")
def test_a_layer_s_own_tile_shows_several_of_its_channels(daydream: Network) -> None:
    page = atlas_page(daydream.info, None, 1)
    some = AtlasPage(network=page.network, layer=None, number=1, count=1, tiles=page.tiles[:2])
    for batch in tiles.batches(some, daydream):
        made = tiles.grown(batch, daydream, device=CPU, precision="fp32", stepped=lambda _: None)
        assert made.shape == (1, tiles.TILE, tiles.TILE, 3)


def test_where_pages_are_kept_follows_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DREAM_HOME", str(tmp_path))
    assert keeping.cache_folder() == tmp_path / "atlas"
    monkeypatch.delenv("DREAM_HOME")
    assert keeping.cache_folder().name == "atlas"


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Callable[[], str]:
    return lambda: capsys.readouterr().err


def test_the_command_line_writes_a_page_or_all(tmp_path: Path, said: Callable[[], str]) -> None:
    from dreamcore.__main__ import main

    one = tmp_path / "one.jpg"
    assert main(["atlas", "daydream", "parts", str(one), "--page", "2"]) == 0
    assert "page 2 of 11" in said()
    assert main(["atlas", "daydream", str(tmp_path), "--quiet"]) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "daydream-layers-1.png",
        "daydream-layers-2.png",
        "one.jpg",
    ]
    assert main(["atlas", "daydream", "nolayer", str(one)]) == 2
    assert "no layer" in said()
