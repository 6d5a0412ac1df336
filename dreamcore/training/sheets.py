"""Contact sheets: every class as drawn, as imagined, and shuffled without names for a person to guess."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from torch import Tensor, nn

from dreamcore import networks
from dreamcore.catalogue import LEVELS
from dreamcore.dreaming import dream
from dreamcore.picture import decode, encode
from dreamcore.recipe import Recipe
from dreamcore.sample import landscape
from dreamcore.training.catalogue import NAMES
from dreamcore.training.imagining import imagine_every_class
from dreamcore.training.scenes import SceneRenderer

CAPTION = 13  #: pixels above a picture
GAP = 3


def to_image(picture: Tensor) -> Image.Image:
    """(3, H, W) in [0, 1] -> an RGB image."""
    return Image.fromarray((picture.clamp(0, 1).permute(1, 2, 0) * 255).round().byte().numpy())


def contact_sheet(pictures: Sequence[Tensor], captions: Sequence[str], *, columns: int) -> Image.Image:
    """Pictures of one size in rows, each under its caption."""
    height, width = pictures[0].shape[-2:]
    rows = -(-len(pictures) // columns)
    sheet = Image.new("RGB", (columns * (width + GAP), rows * (height + CAPTION + GAP)), (16, 16, 16))
    draw = ImageDraw.Draw(sheet)
    for k, (picture, caption) in enumerate(zip(pictures, captions, strict=True)):
        left, top = k % columns * (width + GAP), k // columns * (height + CAPTION + GAP)
        draw.text((left + 2, top), caption, fill=(235, 235, 235))
        sheet.paste(to_image(picture), (left, top + CAPTION))
    return sheet


def drawn_sheet(*, seed: int = 7, size: int = 96, each: int = 3) -> Image.Image:
    """Every class as the generator draws it, `each` times side by side."""
    renderer = SceneRenderer(size, seed)
    strips = []
    for number in range(len(NAMES)):
        pictures, _ = renderer.render(each, torch.full((each,), number))
        strips.append(torch.cat(list(pictures), 2))
    return contact_sheet(strips, NAMES, columns=4)


def imagined_sheet(net: nn.Module, *, seed: int = 0, size: int = 112) -> Image.Image:
    """Every class as the network imagines it."""
    return contact_sheet(list(imagine_every_class(net, len(NAMES), seed=seed, size=size)), NAMES, columns=10)


def blind_sheet(net: nn.Module, folder: Path, *, seed: int) -> None:
    """`blind.png`, shuffled and numbered, and `blind-answers.txt`, to be opened after guessing."""
    folder.mkdir(parents=True, exist_ok=True)
    pictures = imagine_every_class(net, len(NAMES), seed=seed)
    order = np.random.default_rng(seed).permutation(len(NAMES)).tolist()
    numbers = [str(k + 1) for k in range(len(order))]
    contact_sheet([pictures[k] for k in order], numbers, columns=10).save(folder / "blind.png")
    lines = [f"{number} {NAMES[k]}\n" for number, k in zip(numbers, order, strict=True)]
    (folder / "blind-answers.txt").write_text("".join(lines))


def layers_sheet(weights: Path, *, seed: int = 0, width: int = 360, height: int = 240) -> Image.Image:
    """A rendered landscape, its dream at every level, and what the network sees in it; by the engine itself."""
    picture = decode(encode(landscape(width, height), None, format="PNG"))
    network = networks.load(str(weights))
    shown, captions = [_tensor(picture.rgb)], ["the landscape"]
    for text in (*(f"layer={level}" for level in LEVELS), "objective=seen"):
        recipe = Recipe.parse(f"{text} seed={seed} precision=fp32")
        shown.append(_tensor(dream(picture, recipe, network=network, device=torch.device("cpu")).rgb))
        captions.append(text)
    return contact_sheet(shown, captions, columns=3)


def _tensor(rgb: NDArray[np.uint8]) -> Tensor:
    return torch.from_numpy(rgb.copy()).permute(2, 0, 1).float() / 255
