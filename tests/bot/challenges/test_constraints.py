"""What a challenge asks of a recipe."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.challenges import plans
from bot.challenges.constraints import Constraints
from bot.challenges.errors import BadPlan, NotEligible
from bot.challenges.model import Base, When
from dreamcore.catalogue import network_info
from dreamcore.errors import DreamError
from dreamcore.recipe import Recipe
from dreamcore.resolve import DeviceDefaults, resolve
from tests.bot.challenges.arena import PLAN, recipe

constraints = st.builds(
    Constraints,
    network=st.sampled_from([None, "inception_v1", "daydream"]),
    layers=st.sampled_from([(), ("parts",), ("parts", "patterns")]),
    least=st.sampled_from([None, 0.5]),
    most=st.sampled_from([None, 1.5]),
    seed=st.sampled_from([None, 7]),
) | st.builds(
    Constraints,
    network=st.sampled_from([None, "inception_v1"]),
    style=st.sampled_from(["eyes", "dogs", "cats"]),
    secret=st.booleans(),
    most=st.sampled_from([None, 2.0]),
)


@given(constraints)
def test_what_is_written_is_read_again(some: Constraints) -> None:
    assert Constraints.parse(some.text) == some
    assert some.style is None or not some.secret or some.style not in some.shown


@given(constraints, st.sampled_from(["", "style=birds", "layer=3a strength=3", "seed=9 network=vgg16", "classes=cat"]))
def test_a_recipe_that_was_fitted_makes_a_dream_that_counts(some: Constraints, asked: str) -> None:
    fitted = some.fitted(Recipe.parse(asked))
    network = network_info(fitted.network or "inception_v1")
    device = DeviceDefaults(size=512, precision="fp32")
    try:
        made = resolve(fitted, network=network, height=300, width=400, device=device, seed=3).recipe
    except DreamError:
        assert not some.layers, "what the person asked for goes with nothing"
        return
    if some.layers or some.style or not asked.startswith("classes"):
        some.check(made)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("network=daydream", "asks for daydream"),
        ("layers=3b", "other layers"),
        ("strength=1.5-", "at least 1.5"),
        ("strength=-0.5", "at most 0.5"),
        ("strength=2", "at least 2"),
        ("seed=8", "asks for seed=8"),
        ("style=eyes", "style eyes"),
        ("secret-style=eyes", "secret style"),
    ],
)
def test_a_dream_that_does_not_count_says_why(text: str, words: str) -> None:
    with pytest.raises(NotEligible, match=words) as refused:
        Constraints.parse(text).check(Recipe.parse(recipe()))
    assert "eyes" not in refused.value.sentence or "secret" not in text


@pytest.mark.parametrize(
    "text", ["network=inception_v1", "layers=4c", "layers=parts", "strength=0.5-2", "strength=1", "seed=7", ""]
)
def test_a_dream_that_counts(text: str) -> None:
    Constraints.parse(text).check(Recipe.parse(recipe()))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("size=500", "cannot ask for “size”"),
        ("strength=9", "no range of strengths"),
        ("strength=-", "no range of strengths"),
        ("strength=much", "no range of strengths"),
        ("style=eyes secret-style=dogs", "not both"),
        ("style=eyes layers=4c", "either a style or layers"),
        ("style=surprise", "another one each time"),
        ("style=perfume", "no style"),
        ("layers=perfume", "no layer"),
        ("network=perfume", "perfume"),
        ("eyes", "is not a setting"),
        ("seed=x", "seed"),
        ("layers=" + ",".join(f"l{n}" for n in range(20)), "at most 16"),
    ],
)
def test_what_cannot_be_asked_for_is_one_sentence(text: str, words: str) -> None:
    with pytest.raises(DreamError, match=words):
        Constraints.parse(text)


def test_a_style_is_its_layers_however_strong() -> None:
    eyes = Constraints.parse("style=eyes network=inception_v1")
    device = DeviceDefaults(size=512, precision="fp32")
    asked = eyes.fitted(Recipe.parse("strength=2 layer=3a"))
    made = resolve(asked, network=network_info("inception_v1"), height=300, width=400, device=device, seed=3).recipe
    eyes.check(made)
    assert made.strength == 2
    eyes.check(made.but(strength=0.5))


@given(constraints, st.booleans(), st.sampled_from([None, When(after=5.0), When(at=7.0, planned=6.0)]))
def test_a_plan_is_stored_whole(some: Constraints, flag: bool, when: When | None) -> None:
    plan = dataclasses.replace(
        PLAN, constraints=some, anonymous=flag, opens=when, roles=(3, 4), base=Base(picture="a", filename="b.png")
    )
    assert plans.read(plans.stored(plan)) == plan


def test_a_plan_of_another_version_is_read_as_far_as_it_goes() -> None:
    document = {**plans.stored(PLAN), "perfume": "rose", "voting": {"after": 9.0, "perfume": 1}}
    assert plans.read(document) == dataclasses.replace(PLAN, voting=When(after=9.0))


def test_what_is_stored_is_read_though_a_network_has_gone() -> None:
    assert Constraints.read("network=perfume style=rose").network == "perfume"
    with pytest.raises(BadPlan):
        Constraints.read("perfume=rose")
