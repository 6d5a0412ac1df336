"""Makes the pictures of the README again: `python docs/gallery.py [PHOTO]`, with the weights of inception_v1 at hand.

The landscape is rendered by `dreamcore.sample`; PHOTO is any photograph (the README's is “Chelsea” by Stéfan van der
Walt, CC0, from scikit-image). Sheets are written to docs/pictures.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from dreamcore.atlas.making import atlas_sheet
from dreamcore.catalogue import LEVELS
from dreamcore.dreaming import dream
from dreamcore.explaining.making import explain
from dreamcore.explaining.recipe import ExplainRecipe
from dreamcore.films import FilmRecipe, film
from dreamcore.grids import grid
from dreamcore.imagining.imagine import imagine
from dreamcore.imagining.recipe import ImagineRecipe
from dreamcore.networks import Network, load
from dreamcore.pausing import Paused
from dreamcore.picture import Picture, decode
from dreamcore.recipe import Recipe
from dreamcore.sample import landscape
from dreamcore.series import Series
from dreamcore.styles import styles_of

PICTURES = Path(__file__).parent / "pictures"
GAP = 6
CLIP = 400_000  #: bytes of a film
SHEET = 960  #: pixels across
Labelled = tuple[str, Image.Image]


def picture_of(rgb: NDArray[np.uint8]) -> Picture:
    return Picture(rgb=rgb, alpha=None, format="PNG", frames=1, notes=())


def dreamt(
    network: Network, rgb: NDArray[np.uint8], recipe: str, guide: NDArray[np.uint8] | None = None
) -> Image.Image:
    asked = Recipe.parse(recipe).over(Recipe.parse("seed=2 precision=fp32"))
    second = None if guide is None else picture_of(guide)
    return Image.fromarray(dream(picture_of(rgb), asked, network=network, device=torch.device("cpu"), guide=second).rgb)


def sheet(cells: list[Labelled], columns: int, width: int) -> Image.Image:
    """Pictures of one shape in rows, each with its name below."""
    height = round(width * cells[0][1].height / cells[0][1].width)
    font = ImageFont.load_default(15)
    rows = -(-len(cells) // columns)
    whole = Image.new("RGB", (columns * (width + GAP) - GAP, rows * (height + 26)), "white")
    draw = ImageDraw.Draw(whole)
    for number, (label, picture) in enumerate(cells):
        left, top = number % columns * (width + GAP), number // columns * (height + 26)
        whole.paste(picture.resize((width, height), Image.Resampling.LANCZOS), (left, top))
        draw.text((left + width / 2, top + height + 3), label, fill="#333", font=font, anchor="ma")
    return whole


def explained(network: Network, photo: Picture) -> Image.Image:
    """The sheet of an explanation."""
    made = explain(photo, ExplainRecipe.parse("seed=2 precision=fp32"), network=network, device=torch.device("cpu"))
    assert not isinstance(made, Paused)
    return _narrowed(Image.fromarray(made.rgb))


def compared(network: Network, rgb: NDArray[np.uint8], series: str) -> Image.Image:
    """A grid."""
    picture = Picture(rgb=rgb, alpha=None, format="PNG", frames=1, notes=())
    asked = Series.parse(series).over(Recipe.parse("seed=2 precision=fp32"))
    made = grid(picture, asked, network_of=lambda _: network, device=torch.device("cpu"))
    assert not isinstance(made, Paused)
    return _narrowed(Image.fromarray(made.rgb))


def _narrowed(picture: Image.Image) -> Image.Image:
    return picture.resize((SHEET, round(SHEET * picture.height / picture.width)), Image.Resampling.LANCZOS)


def save(picture: Image.Image, name: str) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    picture.save(PICTURES / name, quality=86, optimize=True, progressive=True)


def where_and_how(network: Network, photo: NDArray[np.uint8]) -> None:
    """The pictures of docs/recipes.md, one for each setting."""
    small, wide = landscape(512, 340), landscape(768, 512)

    def looks(
        name: str,
        columns: int,
        width: int,
        recipes: list[str],
        common: str = "style=eyes",
        picture: NDArray[np.uint8] = small,
    ) -> None:
        cells = [(recipe or "as it is", dreamt(network, picture, f"{common} {recipe}")) for recipe in recipes]
        save(sheet(cells, columns, width), name)

    regions = ["sky", "not-sky", "centre", "edges"]
    looks("regions.jpg", 2, 480, [f"region={region}" for region in regions], picture=wide)
    modes = ["normal", "lighten", "darken", "overlay", "soft-light", "luminosity", "colour", "normal:0.4"]
    looks("blends.jpg", 4, 240, [f"blend={mode}" for mode in modes])
    looks("features.jpg", 3, 320, ["features=small", "", "features=large"])
    looks("towards.jpg", 3, 320, ["", "towards=source:0.5", "towards=source"], "style=eyes strength=2.5")

    plain, tile = (dreamt(network, small, f"style=eyes strength=1.5 tile={tile}") for tile in ("off", "on"))
    cells = [(name, beside_itself(one)) for name, one in (("tile=off", plain), ("tile=on", tile))]
    save(sheet(cells, 2, 480), "tile.jpg")

    daydream = load("daydream")
    cells = [("the guide", Image.fromarray(photo).resize((512, 340)))]
    cells += [
        (name, dreamt(one, small, "strength=1.4", guide=photo))
        for name, one in (("with inception_v1", network), ("with daydream", daydream))
    ]
    save(sheet(cells, 3, 320), "guide.jpg")


def films(network: Network, daydream: Network, photo: Picture) -> None:
    """The clips of docs/films.md; small ones, since they are in the repository."""
    clips = [
        ("zoom", network, picture_of(landscape(512, 340)), "style=eyes zoom=1.35 turn=4 seconds=6"),
        ("journey", network, photo, "journey=edges,patterns,parts zoom=1.3 seconds=6"),
        ("growing", daydream, photo, "film=growing style=creatures octaves=4 seconds=4"),
    ]
    for name, dreamer, picture, text in clips:
        asked = FilmRecipe.parse(f"{text} fps=10 size=320 format=webp seed=2 precision=fp32")
        made = film(picture, asked, network=dreamer, device=torch.device("cpu"), limit_bytes=CLIP)
        assert not isinstance(made, Paused)
        (PICTURES / f"film-{name}.webp").write_bytes(made.data)


def out_of_noise(network: Network, daydream: Network) -> None:
    """The pictures of docs/imagining.md."""
    asked = [
        *(("golden retriever", network, 1), ("cat:1, fountain:0.5", network, 3), ("4d:144", network, 1)),
        *(("layer=3b", network, 1), ("butterfly", daydream, 2), ("owl:2, mushroom", daydream, 2)),
    ]
    cells = []
    for text, dreamer, seed in asked:
        recipe = ImagineRecipe.parse(text).but(seed=seed, precision="fp32", size=320)
        made = imagine(recipe, network=dreamer, device=torch.device("cpu"))
        assert not isinstance(made, Paused)
        cells.append((f"imagine {text}", Image.fromarray(made.rgb)))
    save(sheet(cells, 3, 316), "imagining.jpg")

    page = atlas_sheet(daydream.info, "4c", network=lambda: daydream, device=torch.device("cpu"))
    assert not isinstance(page, Paused)
    save(_narrowed(Image.fromarray(page.rgb)), "atlas.jpg")


def beside_itself(picture: Image.Image) -> Image.Image:
    """Four of it, as a texture is used."""
    whole = Image.new("RGB", (2 * picture.width, 2 * picture.height))
    for corner in ((0, 0), (1, 0), (0, 1), (1, 1)):
        whole.paste(picture, (corner[0] * picture.width, corner[1] * picture.height))
    return whole


def main() -> None:
    network = load("inception_v1")
    wide = landscape(1024, 640)
    before_after = [("before", Image.fromarray(wide)), ("after: style=snakes", dreamt(network, wide, "style=snakes"))]
    save(sheet(before_after, 2, 640), "before-after.jpg")

    small = landscape(512, 340)
    cells = [(f"style={name}", dreamt(network, small, f"style={name}")) for name in styles_of("inception_v1")]
    save(sheet(cells, 7, 200), "styles.jpg")

    daydream = load("daydream")
    cells = [(f"style={name}", dreamt(daydream, small, f"style={name}")) for name in styles_of("daydream")]
    save(sheet([("the picture", Image.fromarray(small)), *cells], 5, 276), "daydream-styles.jpg")

    if sys.argv[1:]:
        photo = decode(Path(sys.argv[1]).read_bytes()).rgb
        looks = [(f"layer={level}", dreamt(network, photo, f"layer={level}")) for level in LEVELS]
        save(sheet([("the photograph", Image.fromarray(photo)), *looks], 3, 430), "levels.jpg")
        where_and_how(network, photo)
        films(network, daydream, picture_of(photo))
        save(explained(network, decode(Path(sys.argv[1]).read_bytes())), "explained.jpg")
    out_of_noise(network, daydream)
    save(compared(network, small, "layer=3a,3b,4c,4d strength=0.5,1,2"), "grid.jpg")


if __name__ == "__main__":
    main()
