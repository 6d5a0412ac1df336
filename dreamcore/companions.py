"""The second pictures that a recipe reads: a guide, whose likeness grows, and a mask, which says where.

Whether they are there is known before anything is queued, so this imports no torch.
"""

from __future__ import annotations

from dataclasses import dataclass

from dreamcore.errors import RecipeError
from dreamcore.recipe import GUIDE, READS_MASK, Recipe
from dreamcore.sentences import Sentence


@dataclass(frozen=True, kw_only=True)
class Companions:
    """A recipe that fits the pictures that came with it."""

    recipe: Recipe
    notes: tuple[str, ...]  #: each a `Sentence` for the person: which picture came for nothing


def with_companions(recipe: Recipe, *, guide: bool, mask: bool) -> Companions:
    """The recipe for a picture that comes with these: a guide means objective=guide and a mask region=mask, unless
    the recipe says otherwise. Raises RecipeError where it reads a picture that is not there.

    >>> with_companions(Recipe.parse("layer=parts"), guide=True, mask=False).recipe.text
    'layer=parts objective=guide'
    """
    notes: list[str] = []
    if recipe.objective == GUIDE and not guide:
        raise RecipeError(Sentence("objective=guide needs a second picture: the guide, whose likeness is to grow."))
    if recipe.region in READS_MASK and not mask:
        raise RecipeError(
            Sentence(
                "region={region} needs a second picture: the mask, which says by its transparency, or by dark and "
                "bright, where to dream.",
                region=recipe.region,
            )
        )
    if guide and recipe.objective is None and not recipe.classes:
        recipe = recipe.but(objective=GUIDE)
    elif guide and recipe.objective != GUIDE:
        said = f"objective={recipe.objective}" if recipe.objective else "classes="
        notes.append(Sentence("The guide was not used: the recipe says {said}.", said=said))
    if mask and recipe.region is None:
        recipe = recipe.but(region="mask")
    elif mask and recipe.region not in READS_MASK:
        notes.append(Sentence("The mask was not used: the recipe says region={region}.", region=recipe.region))
    return Companions(recipe=recipe, notes=tuple(notes))
