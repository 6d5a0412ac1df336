"""Which page of an atlas is wanted, as text. Imports no torch."""

from __future__ import annotations

import re
from dataclasses import dataclass

from dreamcore import text as recipe_text
from dreamcore.asked import Asked, settings_of
from dreamcore.atlas.pages import PER_PAGE, AtlasPage, atlas_page
from dreamcore.catalogue import NetworkInfo, catalogue
from dreamcore.sentences import Sentence
from dreamcore.settings import name_setting, number_setting

MOST_PAGES = 999
WORK = 5.0  #: usual dreams that a full page is about as much as


@dataclass(frozen=True, kw_only=True, repr=False)
class AtlasRecipe(Asked):
    """A page that is asked for; `None` is what was left out.

    >>> AtlasRecipe.parse("daydream mixed4c 2"), AtlasRecipe.parse("4c page=3").text
    (AtlasRecipe('network=daydream layer=mixed4c page=2'), 'layer=4c page=3')
    """

    network: str | None = name_setting(Sentence("the network whose layers are shown"), auto=True)
    layer: str | None = name_setting(Sentence("a layer, whose channels are shown instead of all layers"))
    page: int | None = number_setting(Sentence("which page"), 1, MOST_PAGES, whole=True)

    @classmethod
    def parse(cls, text: str) -> AtlasRecipe:
        """The page that `text` asks for: the network, the layer and the page's number bare, or as `key=value`.

        Raises RecipeError.
        """
        named: dict[str, str] = {}
        given = []
        for word in re.sub(r"\s*=\s*", "=", text).split():
            key = _meant(word)
            if "=" in word or key in named:
                given.append(word)
            else:
                named[key] = word
        return cls.read(" ".join((recipe_text.join(named), *given)).strip())

    def page_of(self, network: NetworkInfo) -> AtlasPage:
        """The page that is meant. Raises RecipeError for what is not there."""
        return atlas_page(network, self.layer, self.page or 1)

    @property
    def work(self) -> float:
        """About how much it asks for, in usual dreams."""
        try:
            return WORK * len(self.page_of(catalogue()[self.network or ""]).tiles) / PER_PAGE
        except (KeyError, ValueError):
            return WORK


SETTINGS = settings_of(AtlasRecipe)


def _meant(word: str) -> str:
    """Which setting a bare word is."""
    if word in catalogue():
        return "network"
    return "page" if word.isascii() and word.isdecimal() else "layer"
