"""A guide: what the second picture shows is what grows in the first."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from dreamcore import guiding
from dreamcore.companions import with_companions
from dreamcore.dreaming import Dream, dream
from dreamcore.errors import RecipeError
from dreamcore.guiding import Guide
from dreamcore.networks import Network, random_weights
from dreamcore.objectives import Objective
from dreamcore.picture import Picture
from dreamcore.recipe import Recipe
from dreamcore.sample import landscape
from tests.dreamcore.conftest import CPU, picture_of

QUICK = Recipe.parse("precision=fp32 steps=5 seed=3")


def dreamt(picture: Picture, recipe: str, network: Network, **more: object) -> Dream:
    asked = Recipe.parse(recipe).over(QUICK)
    return dream(picture, asked, network=network, device=CPU, **more)  # type: ignore[arg-type]


def rings(side: int = 128) -> Picture:
    """Small circles everywhere."""
    rows, columns = np.mgrid[0:side, 0:side] % 24 - 11.5
    shade = 128 + 110 * np.cos(np.hypot(rows, columns) * 1.1)
    return picture_of(np.repeat(shade[:, :, None], 3, axis=2).astype(np.uint8))


def bars(side: int = 128) -> Picture:
    shade = 128 + 110 * np.sin(np.arange(side) * 0.8)
    return picture_of(np.broadcast_to(shade[:, None, None], (side, side, 3)).astype(np.uint8))


def likeness(network: Network, rgb: NDArray[np.uint8], guide: Picture) -> float:
    """How well the mean activations of two pictures agree: the cosine, channel by channel."""
    eye = network.prepare(("mixed4b",), device=CPU)
    means = []
    for values in (rgb, guide.rgb):
        with torch.no_grad():
            x = torch.from_numpy(values.copy()).permute(2, 0, 1)[None].float() / 255
            means.append(eye(x)["mixed4b"].mean((0, 2, 3)))
    return float(torch.nn.functional.cosine_similarity(means[0], means[1], dim=0))


def test_the_dream_grows_like_its_guide(daydream: Network) -> None:
    """Of two guides each makes the dream more like itself than the other does."""
    picture = picture_of(landscape(160, 112))
    guides = {"rings": rings(), "bars": bars()}
    made = {name: dreamt(picture, "", daydream, guide=guide).rgb for name, guide in guides.items()}
    for name, guide in guides.items():
        (other,) = set(guides) - {name}
        own = likeness(daydream, made[name], guide)
        assert own > likeness(daydream, made[other], guide) + 0.1
        assert own > likeness(daydream, picture.rgb, guide) + 0.1


def test_a_guide_asks_for_itself_and_is_written_into_the_recipe(daydream: Network) -> None:
    picture = picture_of(landscape(96, 64))
    result = dreamt(picture, "steps=1 octaves=1", daydream, guide=rings())
    assert result.recipe.objective == "guide"
    assert [term.name for term in result.recipe.layer] == ["mixed4b", "mixed4c"]
    again = dreamt(picture, result.recipe.text, daydream, guide=rings())
    assert np.array_equal(again.rgb, result.rgb)
    own = dreamt(picture, "layer=mixed3b channel=3,4 steps=1 octaves=1", daydream, guide=rings())
    assert own.recipe.text.startswith("network=daydream layer=mixed3b channel=3,4 objective=guide ")


def test_every_place_goes_towards_the_guides_place_with_the_largest_product(monkeypatch: pytest.MonkeyPatch) -> None:
    random = torch.Generator().manual_seed(1)
    here = torch.randn(1, 5, 6, 7, generator=random, requires_grad=True)
    places = torch.randn(5, 11, generator=random)
    guide = Guide({"layer": places})
    products = here[0].flatten(1).T @ places
    assert guide.likeness("layer", here.detach()) == pytest.approx(float(products.detach().amax(1).sum()), rel=1e-5)
    (slope,) = torch.autograd.grad(guide.likeness("layer", here), here)
    assert torch.allclose(slope[0].flatten(1), places[:, products.argmax(1)])
    whole = guide.likeness("layer", here.detach())
    monkeypatch.setattr(guiding, "AT_ONCE", 25)  # two places at once
    assert guide.likeness("layer", here.detach()) == pytest.approx(float(whole), rel=1e-6)


def test_a_picture_in_tiles_has_the_same_objective_as_the_whole() -> None:
    here = torch.randn(1, 5, 6, 8, generator=torch.Generator().manual_seed(1))
    objective = Objective("guide", (("a", 1.0),), guide=Guide({"a": torch.eye(5)}))
    halves = sum(float(objective.value({"a": half}, {})) for half in here.split(4, 3))
    assert float(objective.value({"a": here}, {})) == pytest.approx(halves, rel=1e-5)


def test_the_weights_of_layers_count(daydream: Network) -> None:
    first = torch.ones(1, 4, 3, 3, requires_grad=True)
    second = torch.full((1, 4, 3, 3), 100.0, requires_grad=True)
    guide = Guide({"a": torch.eye(4), "b": torch.eye(4)})
    objective = Objective("guide", (("a", 1.0), ("b", 0.5)), guide=guide)
    activations = {"a": first, "b": second}
    value = objective.value(activations, objective.measure(activations))
    slopes = torch.autograd.grad(value, (first, second))
    pushes = [float((slope * x.detach()).sum()) for slope, x in zip(slopes, (first, second), strict=True)]
    assert pushes[1] == pytest.approx(0.5 * pushes[0], rel=1e-4)


def test_a_guide_of_any_shape_and_a_layer_of_any_kind(daydream: Network) -> None:
    picture = picture_of(landscape(80, 64))
    for guide in (picture_of(np.zeros((1, 1, 3), np.uint8)), picture_of(landscape(400, 20))):
        result = dreamt(picture, "steps=1 octaves=1", daydream, guide=guide)
        assert not np.array_equal(result.rgb, picture.rgb)
    squeezed = random_weights("squeezenet1_1")
    result = dreamt(picture, "steps=1 octaves=1", squeezed, guide=rings())
    assert not np.array_equal(result.rgb, picture.rgb)


def test_a_guides_transparency_is_not_what_grows(daydream: Network) -> None:
    guide = rings()
    alpha = np.full((128, 128), 255, np.uint8)
    alpha[:, :20] = 0
    hidden = guide.rgb.copy()
    hidden[:, :20] = (255, 0, 255)
    picture = picture_of(landscape(96, 64))
    made = [
        dreamt(picture, "steps=2 octaves=1", daydream, guide=picture_of(rgb, alpha)).rgb for rgb in (guide.rgb, hidden)
    ]
    assert np.array_equal(made[0], made[1])


@pytest.mark.parametrize(
    ("recipe", "guide", "mask", "becomes"),
    [
        ("layer=parts", True, False, "layer=parts objective=guide"),
        ("strength=2", False, True, "strength=2 region=mask"),
        ("", True, True, "objective=guide region=mask"),
        ("region=not-mask", False, True, "region=not-mask"),
        ("objective=energy region=sky", True, True, "objective=energy region=sky"),
        ("classes=owl", True, False, "classes=owl"),
    ],
)
def test_second_pictures_are_used_where_the_recipe_says_nothing_else(
    recipe: str, guide: bool, mask: bool, becomes: str
) -> None:
    fitting = with_companions(Recipe.parse(recipe), guide=guide, mask=mask)
    assert fitting.recipe.text == becomes
    unused = guide + mask - ("guide" in becomes) - ("mask" in becomes)
    assert len(fitting.notes) == unused


def test_a_picture_that_came_for_nothing_is_said(daydream: Network) -> None:
    result = dreamt(picture_of(landscape(80, 64)), "objective=mean layer=mixed3b steps=1", daydream, guide=rings())
    assert "The guide was not used: the recipe says objective=mean." in result.notes


@pytest.mark.parametrize(
    ("recipe", "needed"), [("objective=guide", "the guide"), ("region=mask", "the mask"), ("region=not-mask", "mask")]
)
def test_a_second_picture_that_is_missing_is_said(daydream: Network, recipe: str, needed: str) -> None:
    with pytest.raises(RecipeError, match="needs a second picture") as caught:
        dreamt(picture_of(landscape(80, 64)), recipe, daydream)
    assert needed in str(caught.value)


@pytest.mark.weights("bvlc_googlenet.pth")
def test_a_guide_of_rings_makes_rings_of_a_landscape(inception_v1: Network) -> None:
    """The channels that answer to the guide answer to the dream."""
    picture = picture_of(landscape(224, 160))
    eye = inception_v1.prepare(("inception_4b/output",), device=CPU)

    def answers(rgb: NDArray[np.uint8]) -> torch.Tensor:
        with torch.no_grad():
            x = torch.from_numpy(rgb.copy()).permute(2, 0, 1)[None].float() / 255
            return eye(x)["inception_4b/output"].mean((0, 2, 3))

    wanted = answers(rings(224).rgb)
    strongest = wanted.topk(20).indices
    result = dreamt(picture, "", inception_v1, guide=rings(224))
    assert float(answers(result.rgb)[strongest].mean()) > 2 * float(answers(picture.rgb)[strongest].mean())
