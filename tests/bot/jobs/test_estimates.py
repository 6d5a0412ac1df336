"""What was measured says how long the next picture takes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.jobs.estimates import UNMEASURED, Estimates, Load, load_of
from bot.kinds import Kind


def dream(text: str) -> Load:
    return load_of(Kind.DREAM, text)


def after(*measurements: tuple[str, float]) -> Estimates:
    estimates = Estimates()
    for recipe, seconds in measurements:
        estimates.update(estimates.after(dream(recipe), seconds))
    return estimates


def test_more_steps_and_larger_sizes_take_longer() -> None:
    estimates = after(("", 4.0))
    assert estimates.seconds(dream("seed=3")) == pytest.approx(4.0)
    assert estimates.seconds(dream("steps=100")) > 3 * estimates.seconds(dream("steps=14"))
    assert estimates.seconds(dream("size=2048")) > 2 * estimates.seconds(dream("size=1024"))


def test_a_network_that_was_never_dreamt_is_taken_for_the_others() -> None:
    estimates = after(("network=vgg16", 30.0), ("network=vgg16 style=towers", 50.0))
    assert estimates.seconds(dream("network=vgg16 style=towers")) == pytest.approx(50.0)
    assert estimates.seconds(dream("network=vgg16 style=eyes")) == pytest.approx(40.0)
    assert estimates.seconds(dream("network=resnet50")) == pytest.approx(40.0)
    assert Estimates().seconds(dream("")) == pytest.approx(UNMEASURED)


def test_a_faster_machine_is_noticed() -> None:
    estimates = after(*[("", 40.0)] * 20, *[("", 5.0)] * 25)
    assert estimates.seconds(dream("")) == pytest.approx(5.0, abs=1)


def test_longer_films_larger_grids_and_larger_pictures_out_of_noise_take_longer() -> None:
    for kind, less, more, least in (
        (Kind.FILM, "seconds=2", "seconds=8", 3.9),
        (Kind.GRID, "strength=1,2", "strength=1,2,3,4,0.5,0.7", 1.5),
        (Kind.IMAGINE, "classes=dumbbell size=256", "classes=dumbbell size=768", 3.0),
        (Kind.EXPLAIN, "size=384", "size=768", 2.0),
    ):
        assert load_of(kind, more).work > least * load_of(kind, less).work


def test_a_film_is_taken_for_as_many_dreams_until_one_was_made() -> None:
    estimates = after(("network=vgg16", 30.0))
    film = load_of(Kind.FILM, "network=vgg16 seconds=5")
    assert estimates.seconds(film) == pytest.approx(30.0 * film.work)
    estimates.update(estimates.after(film, 500.0))
    assert estimates.seconds(film) == pytest.approx(500.0)
    assert estimates.seconds(load_of(Kind.FILM, "network=vgg16 seconds=10")) == pytest.approx(1000.0, rel=0.01)
    assert estimates.seconds(load_of(Kind.FILM, "network=resnet50 seconds=5")) == pytest.approx(500.0)
    assert estimates.seconds(dream("network=vgg16")) == pytest.approx(30.0), "films say nothing of dreams"


@given(st.sampled_from(Kind), st.text(max_size=60))
def test_no_text_of_any_kind_breaks_them(kind: Kind, text: str) -> None:
    assert Estimates().seconds(load_of(kind, text)) > 0


@given(st.text(max_size=60), st.floats(min_value=0, max_value=1e6, allow_subnormal=False))
def test_no_text_and_no_measurement_breaks_them(text: str, seconds: float) -> None:
    estimates = after((text, seconds))
    assert estimates.seconds(dream(text)) > 0


@pytest.mark.parametrize("recipe", ["strength=0", "size=64 octaves=16 octave_scale=1.1", "size=16384 steps=200", "="])
def test_extreme_recipes_have_a_load(recipe: str) -> None:
    assert 0 < dream(recipe).work <= 1000
    assert all(len(name) <= 200 for name in dream(recipe).names)
