"""Dreaming with a pretrained network: a picture in, a dream out. Knows no Discord, no queue, no database.

>>> from dreamcore import Recipe, choose_device, decode, dream, encode, load
>>> picture = decode(open("cat.jpg", "rb").read())                                            # doctest: +SKIP
>>> result = dream(picture, Recipe.parse("style=eyes"), network=load("inception_v1"),
...                device=choose_device("auto"))                                              # doctest: +SKIP
>>> open("dream.png", "wb").write(encode(result.rgb, result.alpha, format="PNG", recipe=result.recipe.text))
... # doctest: +SKIP

Nothing is imported before it is asked for: reading a recipe costs no torch.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dreamcore.devices import choose_device
    from dreamcore.dreaming import Dream, dream
    from dreamcore.errors import DreamError
    from dreamcore.networks import Network, load
    from dreamcore.picture import Picture, decode, encode
    from dreamcore.progress import Progress
    from dreamcore.recipe import Recipe, ResolvedRecipe

_HOME = {
    "Dream": "dreaming",
    "DreamError": "errors",
    "Network": "networks",
    "Picture": "picture",
    "Progress": "progress",
    "Recipe": "recipe",
    "ResolvedRecipe": "recipe",
    "choose_device": "devices",
    "decode": "picture",
    "dream": "dreaming",
    "encode": "picture",
    "load": "networks",
}

__all__ = [
    "Dream",
    "DreamError",
    "Network",
    "Picture",
    "Progress",
    "Recipe",
    "ResolvedRecipe",
    "choose_device",
    "decode",
    "dream",
    "encode",
    "load",
]


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOME[name]}"), name)
