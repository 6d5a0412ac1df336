"""Explanations: what is said is what the network says, in the reader's language, and the same after a pause."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
import torch

from dreamcore.catalogue import LEVELS
from dreamcore.dreaming import dream
from dreamcore.errors import Cancelled, RecipeError
from dreamcore.explaining import words
from dreamcore.explaining.beliefs import Belief, believed, risen
from dreamcore.explaining.making import Explanation, explain
from dreamcore.explaining.recipe import ExplainRecipe
from dreamcore.networks import Network
from dreamcore.pausing import Paused
from dreamcore.picture import Picture, decode
from dreamcore.progress import Progress
from dreamcore.recipe import Recipe
from dreamcore.sample import landscape
from dreamcore.sentences import Sentence
from tests.dreamcore.conftest import CPU, picture_of

QUICK = ExplainRecipe.parse("size=64 steps=1 octaves=1 precision=fp32 seed=7")
CAT = Path(__file__).parents[2] / "data" / "chelsea.jpg"


@pytest.fixture(scope="module")
def picture() -> Picture:
    return picture_of(landscape(160, 112))


@pytest.fixture(scope="module")
def told() -> list[str]:
    """The sentences of `explained`'s sheet."""
    return []


@pytest.fixture(scope="module")
def explained(picture: Picture, daydream: Network, told: list[str]) -> Explanation:
    def tell(sentence: str) -> str:
        told.append(sentence)
        return sentence

    made = explain(picture, QUICK, network=daydream, device=CPU, tell=tell)
    assert isinstance(made, Explanation)
    return made


def test_each_level_is_dreamt_and_tells_what_makes_it_again(
    explained: Explanation, picture: Picture, daydream: Network
) -> None:
    assert [level.name for level in explained.levels] == list(LEVELS)
    textures = explained.levels[1]
    shown = picture_of(landscape(64, 45))
    assert dream(shown, Recipe.parse(textures.recipe_text), network=daydream, device=CPU).recipe.text == (
        textures.recipe_text
    )
    assert "layer=mixed3b " in textures.recipe_text
    assert "objective=seen" in explained.levels[4].recipe_text


def test_what_it_believes_is_its_own_classification(explained: Explanation, daydream: Network) -> None:
    rgb = landscape(200, 180)
    logits = daydream.classify(torch.from_numpy(rgb.copy()).permute(2, 0, 1)[None].float() / 255)
    beliefs = believed(daydream, rgb)
    assert [belief.share for belief in beliefs] == pytest.approx(sorted(logits.softmax(1)[0].tolist(), reverse=True))
    assert beliefs[0].name == daydream.classes[int(logits.argmax())]
    assert sum(belief.share for belief in beliefs) == pytest.approx(1.0)
    assert explained.after == explained.levels[-1].beliefs
    assert explained.before != explained.after


def test_a_long_picture_is_looked_at_from_end_to_end(daydream: Network) -> None:
    end = np.array(landscape(120, 120)[::-1])
    plain = np.full_like(end, 128)
    squares = dataclasses.replace(daydream.preprocessing, crop=112)
    network = Network(daydream.info, daydream.module, squares, weights="")
    for axis in (0, 1):
        alone = believed(network, np.concatenate([plain] * 5, axis))
        beside = believed(network, np.concatenate([plain] * 4 + [end], axis))
        assert [belief.share for belief in alone] != pytest.approx([belief.share for belief in beside], rel=1e-3)


def test_what_is_believed_more_is_named_with_its_share_now() -> None:
    def beliefs(*shares: float) -> tuple[Belief, ...]:
        return tuple(
            sorted(
                (Belief(index=index, name=f"class {index}", share=share) for index, share in enumerate(shares)),
                key=lambda belief: -belief.share,
            )
        )

    more = risen(beliefs(0.4, 0.3, 0.1, 0.2), beliefs(0.1, 0.31, 0.24, 0.35), most=3)
    assert [(belief.name, belief.share) for belief in more] == [("class 3", 0.35), ("class 2", 0.24)]


def test_everything_on_the_sheet_is_said_in_the_readers_language(explained: Explanation, told: list[str]) -> None:
    assert all(isinstance(sentence, Sentence) for sentence in told)
    assert {*words.LEVEL_WORDS.values(), words.BEFORE, words.AFTER, words.THE_PICTURE} < set(told)
    first = explained.before[0]
    assert f"{first.name}{words.TOGETHER}{words.percent(first.share)}" in explained.sentences[0]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("layer=4c", "layer="),
        ("style=eyes", "style="),
        ("classes=cat", "classes="),
        ("channel=4", "channel="),
        ("objective=seen", "objective=seen"),
        ("objective=guide", "objective=guide"),
        ("stregth=1", "strength"),
    ],
)
def test_what_an_explanation_cannot_be_asked_is_said_in_a_sentence(text: str, said: str) -> None:
    with pytest.raises(RecipeError, match=said):
        ExplainRecipe.parse(text)


def test_how_it_is_dreamt_may_be_chosen_and_is_the_same_at_all_levels() -> None:
    recipe = ExplainRecipe.parse("strength=2 size=5000 objective=mean")
    assert {(one.strength, one.size, one.objective) for one in recipe.levels("daydream").values()} == {
        (2.0, 768, "mean")
    }
    filled = recipe.over(Recipe.parse("style=eyes layer=4c objective=seen steps=3")).seeded(4)
    assert filled.text == "objective=mean strength=2 steps=3 size=5000 seed=4"
    assert ExplainRecipe.parse(filled.text) == filled
    assert ExplainRecipe.parse("").over(Recipe.parse("objective=seen classes=cat")).text == ""


def test_an_explanation_made_in_parts_is_the_one_made_at_once(
    picture: Picture, daydream: Network, explained: Explanation
) -> None:
    checkpoint, pauses = None, 0
    while isinstance(
        part := explain(picture, QUICK, network=daydream, device=CPU, checkpoint=checkpoint, pause=lambda: True), Paused
    ):
        checkpoint, pauses = part.checkpoint, pauses + 1
    assert pauses == 4
    assert np.array_equal(part.rgb, explained.rgb)
    assert dataclasses.replace(part, rgb=explained.rgb, seconds=0.0) == dataclasses.replace(explained, seconds=0.0)


def test_progress_is_of_the_whole_and_it_is_stopped_when_asked(picture: Picture, daydream: Network) -> None:
    seen: list[Progress] = []
    with pytest.raises(Cancelled):
        explain(
            picture,
            QUICK,
            network=daydream,
            device=CPU,
            on_progress=seen.append,
            cancelled=lambda: len(seen) >= 3,
        )
    assert [progress.share for progress in seen] == pytest.approx([0.2, 0.4, 0.6])


def test_a_network_without_names_for_its_classes_is_explained_without_beliefs(
    picture: Picture, daydream: Network
) -> None:
    nameless = Network(
        dataclasses.replace(daydream.info, classes=(), family="torchvision"),
        daydream.module,
        daydream.preprocessing,
        weights="",
    )
    made = explain(picture, QUICK, network=nameless, device=CPU)
    assert isinstance(made, Explanation)
    assert (made.before, made.after, made.sentences) == ((), (), ())
    assert all(level.said is None for level in made.levels)


def test_where_a_picture_is_transparent_nothing_is_believed(daydream: Network) -> None:
    rgb = landscape(96, 96)
    hidden = picture_of(rgb, np.zeros(rgb.shape[:2], np.uint8))
    made = explain(hidden, QUICK, network=daydream, device=CPU)
    white = believed(daydream, np.full((64, 64, 3), 255, np.uint8))
    assert isinstance(made, Explanation)
    assert made.before[0].name == white[0].name


@pytest.mark.weights("bvlc_googlenet.pth")
def test_the_classic_network_believes_that_a_cat_is_a_cat(inception_v1: Network) -> None:
    beliefs = believed(inception_v1, decode(CAT.read_bytes()).rgb)
    assert beliefs[0].name == "Egyptian cat"
    assert sum(belief.share for belief in beliefs[:4] if "cat" in belief.name or belief.name == "tabby") > 0.6
