"""A recipe says everything about a dream: it reads what people type, and comes back from text unchanged."""

from __future__ import annotations

import math
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dreamcore.errors import BadValue, RecipeError, UnknownKey
from dreamcore.recipe import ENGINE, SETTINGS, Recipe, ResolvedRecipe
from dreamcore.settings import Term

names = st.text(string.ascii_letters + string.digits + "_/.*' -", min_size=1, max_size=30).filter(
    lambda name: name == name.strip()
)
weights = st.floats(0.001, 100).map(lambda weight: weight) | st.floats(-100, -0.001)
terms = st.lists(st.builds(Term, names, weights), min_size=1, max_size=8, unique_by=lambda term: term.name).filter(
    lambda found: any(term.weight > 0 for term in found)
)


def values_of(key: str) -> st.SearchStrategy[object]:
    """Anything that a setting accepts."""
    setting = SETTINGS[key]
    if key in ("layer", "classes"):
        return terms.map(tuple)
    if key == "channel":
        return st.lists(st.integers(0, 99_999), min_size=1, max_size=8, unique=True).map(tuple)
    if setting.shares:
        return st.builds(Term, st.sampled_from(setting.choices), st.floats(0, 1))
    if setting.choices:
        return st.sampled_from(setting.choices)
    if setting.minimum is not None and setting.maximum is not None:
        if setting.whole:
            return st.integers(int(setting.minimum), int(setting.maximum))
        return st.floats(setting.minimum, setting.maximum)
    return names


recipes = st.fixed_dictionaries({}, optional={key: values_of(key) for key in SETTINGS}).map(lambda v: Recipe(**v))


@given(recipes)
def test_a_recipe_comes_back_from_its_text_unchanged(recipe: Recipe) -> None:
    assert Recipe.parse(recipe.text) == recipe
    assert Recipe.parse(recipe.text).text == recipe.text


@given(recipes, recipes)
def test_the_nearer_recipe_wins_and_nothing_else_is_lost(near: Recipe, far: Recipe) -> None:
    both = near.over(far).given()
    assert both == {**far.given(), **near.given()}


@given(st.text(max_size=200))
def test_any_text_is_a_recipe_or_one_sentence(text: str) -> None:
    sentence = "no error"
    try:
        Recipe.parse(text)
    except RecipeError as error:
        sentence = str(error)
    assert sentence
    assert "\n" not in sentence
    assert len(sentence) < 600


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("layer = 4c  strength= 1.5", "layer=4c strength=1.5"),
        ("STRENGTH=2 Octave-Scale=1.5", "strength=2 octave_scale=1.5"),
        ("layer=4c:1, 3b:-0.3 strength=1", "layer=4c,3b:-0.3 strength=1"),
        ("layer=“inception_4c/output” seed=3", "layer=inception_4c/output seed=3"),
        ('classes="great grey owl:2, cat"', 'classes="great grey owl:2,cat"'),
        ("strength=1.0\nseed=007", "strength=1 seed=7"),
        ("octaves=AUTO colours=Keep", "octaves=auto colours=keep"),
        ("region=Center", "region=centre"),
        ('region="not sky"', "region=not-sky"),
        ("region=-mask", "region=not-mask"),
        ("blend=0.5", "blend=normal:0.5"),
        ("blend=Soft_Light:.5", "blend=soft-light:0.5"),
        ("blend=color towards=0.3", "blend=colour:1.0 towards=source:0.3"),
        ("", ""),
    ],
)
def test_people_write_recipes_in_many_ways(text: str, same: str) -> None:
    assert Recipe.parse(text) == Recipe.parse(same)
    assert Recipe.parse(text).over(Recipe()).text == Recipe.parse(same).text


@pytest.mark.parametrize(
    ("text", "needed"),
    [
        ("strenght=1", "Did you mean strength?"),
        ("strength=nan", "from 0 to 4"),
        ("strength=inf", "from 0 to 4"),
        ("strength=1e999", "from 0 to 4"),
        ("strength=5", "it goes from 0 to 4"),
        ("strength=-0.1", "it goes from 0 to 4"),
        ("strength=1,5", "1.5"),
        ("strength=٣", "a number is needed"),
        ("strength=", "has no value"),
        ("strength=1 strength=2", "given twice"),
        ("steps=1.5", "whole number"),
        ("dogs", "style=dogs"),
        ("=3", "key=value"),
        ("layer=4c,,3b", "a comma too many"),
        ("style=eyes, strength=2", "between settings there are spaces only"),
        ('style="x', "never closed"),
        ("layer=4c:-1", "at least one weight must be positive"),
        ("layer=a,a", "stands there twice"),
        ("layer=a:0", "a weight is a number"),
        ("channel=-1", "whole numbers from 0"),
        ("channel=3,3", "different channels"),
        ("smoothing=yes", "none, gaussian, laplacian"),
        (f"engine={ENGINE + 1}", "newer engine"),
        ("seed=4294967296", "4294967295"),
        ("qwxyz=1", "There are: style"),
        ("region=moon", "sky, not-sky, centre"),
        ("blend=overlay:2", "from 0 to 1"),
        ("blend=overlay:nan", "a number is needed"),
        ("blend=multiply", "lighten, darken, overlay"),
        ("towards=me", "source, none"),
        ("tile=yes", "on, off"),
        ("features=huge", "large, small"),
    ],
)
def test_what_is_wrong_is_named_with_what_to_do(text: str, needed: str) -> None:
    with pytest.raises(RecipeError) as caught:
        Recipe.parse(text)
    assert needed in str(caught.value)


def test_a_recipe_made_in_code_is_checked_like_a_typed_one() -> None:
    with pytest.raises(BadValue):
        Recipe(strength=math.nan)
    with pytest.raises(BadValue):
        Recipe(steps=True)
    with pytest.raises(UnknownKey):
        Recipe.parse("nothing=1")
    assert Recipe(strength=1) == Recipe(strength=1.0)


def test_a_resolved_recipe_leaves_nothing_out() -> None:
    with pytest.raises(RecipeError, match="not resolved"):
        ResolvedRecipe(  # type: ignore[call-arg]
            **{**dict.fromkeys(ResolvedRecipe.NEEDED), "strength": 1.0}
        )


def test_every_setting_explains_itself() -> None:
    for key, setting in SETTINGS.items():
        assert len(setting.help) > 10, key
        assert setting.range or key in ("style", "layer", "channel", "classes"), key
