"""What people type when they ask for a picture out of noise, and what is made of it; no torch in any of it."""

from __future__ import annotations

import subprocess
import sys

import pytest

from dreamcore.catalogue import network_info
from dreamcore.errors import RecipeError
from dreamcore.imagining.recipe import ImagineRecipe, ResolvedImagineRecipe, imagining_work
from dreamcore.imagining.resolving import ImagineResolution, kinds_of, resolve_imagining
from dreamcore.resolve import DeviceDefaults

DEVICE = DeviceDefaults(size=1024, precision="fp32")


def resolved(text: str, network: str = "inception_v1", seed: int = 7) -> ImagineResolution:
    return resolve_imagining(ImagineRecipe.parse(text), network=network_info(network), device=DEVICE, seed=seed)


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("dumbbell", "classes=dumbbell"),
        ("golden retriever", 'classes="golden retriever"'),
        ('"golden retriever" seed=3', 'classes="golden retriever" seed=3'),
        ("cat:1, fountain:0.5 size=512", "classes=cat,fountain:0.5 size=512"),
        ("4d:144", "layer=4d channel=144"),
        ("4d#144 strength = 2", "layer=4d channel=144 strength=2"),
        ("parts:12", "layer=parts channel=12"),
        ("layer=4d channel=144,3", "layer=4d channel=144,3"),
        ("imagine dumbbell", "classes=dumbbell"),
        ("imagine classes=cat shape=wide", "classes=cat shape=wide"),
        ("", ""),
    ],
)
def test_what_is_typed_is_understood_and_written_as_text_that_reads_the_same(typed: str, text: str) -> None:
    recipe = ImagineRecipe.parse(typed)
    assert recipe.text == text
    assert ImagineRecipe.parse(recipe.text) == recipe


@pytest.mark.parametrize("text", ["golden retriever", "4d:144", "objects", "cat, dumbbell:2", "", "layer=4c,4d:0.5"])
def test_what_was_resolved_says_the_same_for_ever(text: str) -> None:
    first = resolved(text).recipe
    again = resolved(first.text, seed=99).recipe
    assert again == first
    assert ImagineRecipe.parse(first.text) == ImagineRecipe(**first.given())


def test_names_of_layers_are_taken_where_a_class_could_stand() -> None:
    assert resolved("objects").recipe.layer == resolved("layer=objects").recipe.layer
    assert resolved("4d").recipe.text.startswith("network=inception_v1 layer=inception_4d/output ")


def test_a_word_for_several_classes_means_one_of_them_which_the_seed_draws() -> None:
    kinds = kinds_of("cat", network_info("inception_v1"))
    assert {"tiger cat", "Persian cat", "Siamese cat"} <= set(kinds)
    drawn = {str((resolved("cat", seed=seed).recipe.classes or ())[0]) for seed in range(20)}
    assert len(drawn) > 2
    assert drawn <= set(kinds)
    one = resolved("cat seed=4")
    assert "5 things" in one.notes[0]
    assert resolved("cat", "daydream").notes == ()


def test_nothing_named_is_a_surprise_that_is_named_afterwards() -> None:
    drawn = resolved("", seed=5)
    assert drawn.recipe.classes
    assert str(drawn.recipe.classes[0]) in drawn.notes[0]
    assert drawn.recipe.classes != resolved("", seed=6).recipe.classes


@pytest.mark.parametrize(
    ("text", "network", "needed"),
    [
        ("golden retriver", "inception_v1", "Did you mean golden retriever"),
        ("dumbbel", "inception_v1", "dumbbell"),
        ("4d:9999", "inception_v1", "its channels are 0 to 527"),
        ("layer=4d,4c channel=3", "inception_v1", "exactly one layer"),
        ("channel=3", "inception_v1", "needs a layer"),
        ("classes=cat layer=4d", "inception_v1", "not both"),
        ("cat classes=dog", "inception_v1", "keep one"),
        ("cat strenght=2", "inception_v1", "Did you mean strength"),
        ("cat strength=9", "inception_v1", "from 0.25 to 4"),
        ("cat size=20", "inception_v1", "from 64 to 2048"),
        ("cat shape=round", "inception_v1", "square, wide, tall"),
        ("layer=4z", "daydream", "has no layer"),
        ("dumbbell", "daydream", "knows no “dumbbell”"),
        ("owl,cat,fox,lion,frog,bee,fish,car,tree", "daydream", "At most 8 things"),
        ("cat engine=2", "daydream", "newer engine"),
    ],
)
def test_what_cannot_be_imagined_is_said_in_one_sentence(text: str, network: str, needed: str) -> None:
    with pytest.raises(RecipeError, match=needed) as told:
        resolved(text, network)
    assert "\n" not in told.value.sentence


def test_a_resolved_recipe_leaves_nothing_out() -> None:
    with pytest.raises(RecipeError, match="seed"):
        ResolvedImagineRecipe(**{**resolved("owl", "daydream").recipe.given(), "seed": None})


def test_more_pixels_and_more_steps_are_more_work() -> None:
    assert imagining_work(ImagineRecipe()) == 1
    assert imagining_work(ImagineRecipe(size=768)) > 2
    assert imagining_work(ImagineRecipe(steps=120)) > 1.5


def test_to_read_a_recipe_costs_no_torch() -> None:
    program = (
        "import sys; import dreamcore.imagining.resolving, dreamcore.atlas.pages; "
        "from dreamcore.imagining.recipe import ImagineRecipe; ImagineRecipe.parse('owl'); "
        "assert not {'torch', 'numpy', 'PIL'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
