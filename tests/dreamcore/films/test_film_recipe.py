"""What may be asked of a film, what it means, and what is said where it cannot be."""

from __future__ import annotations

import subprocess
import sys

import pytest

from dreamcore.catalogue import network_info
from dreamcore.errors import RecipeError
from dreamcore.films.curves import EASINGS, Curve
from dreamcore.films.recipe import FilmRecipe
from dreamcore.films.resolving import LARGEST, SIZE_BY_FORMAT, FilmLimits, FilmPlan, frame_count, resolve_film
from dreamcore.films.work import work_of
from dreamcore.resolve import DeviceDefaults

ON_A_CPU = DeviceDefaults(size=512, precision="fp32")
TEXTS = (
    "",
    "film=growing seconds=3 style=eyes strength=1.5",
    "seconds=4 fps=30 zoom=1.1..1.6..1.1:smooth turn=-5 shift=0.1,-0.05 layer=parts strength=0.5..2 jitter=4..20:fast",
    "frames=48 shift=0,0..0.2,0.1:slow loop=on format=webp colours=keep",
    "journey=edges:2,patterns:2.5,parts:1 network=inception_v1 octave_scale=1.3..1.6:jump",
    "journey=edges:48f,eyes:24f size=256 blend=overlay towards=source:0.5 seed=7",
)


def plan(text: str, network: str = "inception_v1", limits: FilmLimits | None = None) -> FilmPlan:
    return resolve_film(
        FilmRecipe.parse(text),
        network=network_info(network),
        height=300,
        width=400,
        device=ON_A_CPU,
        seed=5,
        limits=limits,
    )


@pytest.mark.parametrize("text", TEXTS)
def test_a_films_recipe_comes_back_from_its_text(text: str) -> None:
    recipe = FilmRecipe.parse(text)

    assert FilmRecipe.parse(recipe.text) == recipe
    assert recipe.text == text  # these are written in order


@pytest.mark.parametrize("text", TEXTS)
def test_the_text_in_a_films_file_makes_the_same_film_whatever_the_defaults_become(text: str) -> None:
    made = plan(text)

    again = resolve_film(
        FilmRecipe.parse(made.recipe.text),
        network=network_info("inception_v1"),
        height=300,
        width=400,
        device=DeviceDefaults(size=2048, precision="bf16"),
        seed=99,
    )
    assert again.recipe.text == made.recipe.text
    assert (again.stations, again.starts, again.frames) == (made.stations, made.starts, made.frames)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("zoom=9", "it goes from 0.25 to 4"),
        ("strength=1..9", "it goes from 0 to 4"),
        ("turn=0..400", "it goes from -360 to 360"),
        ("strength=1..", "a curve is 2 to 16 values"),
        ("strength=1..2:bouncy", "one of linear, smooth, slow, fast, jump"),
        ("strength=1..auto", "a number is needed"),
        ("seed=1..2", "one for the whole film"),
        ("size=100..200", "one for the whole film"),
        ("layer=edges..parts", "only plain numbers change"),
        ("shift=1,1,1", "it takes 2 numbers"),
        ("seconds=2 frames=40", "keep one"),
        ("seconds=31", "at most 30 seconds"),
        ("frames=9999 fps=60", "at most 30 seconds"),
        ("seconds=20 fps=60", "at most 720 frames"),
        ("journey=edges,nowhere", "no layer “nowhere”"),
        ("journey=edges:2,parts", "either every station says how long"),
        ("journey=edges:soon", "edges:2 (seconds)"),
        ("journey=edges,parts layer=parts", "leave layer= out"),
        ("film=growing zoom=2", "leave zoom= out"),
        ("film=growing strength=0..1", "leave strength= out"),
        ("steps=14", "at most 3 steps"),
        ("tile=on", "stands still"),
        ("format=gif fps=60", "at most 50 frames a second"),
        ("format=avi", "mp4, gif, webp"),
        ("zom=2", "Did you mean zoom?"),
    ],
)
def test_what_cannot_be_made_is_said_before_anything_is_done(text: str, told: str) -> None:
    with pytest.raises(RecipeError) as error:
        plan(text)
    assert told in error.value.sentence


def test_what_is_no_plain_number_does_not_change_while_the_film_runs() -> None:
    with pytest.raises(RecipeError, match="only plain numbers change while the film runs"):
        FilmRecipe.parse("blend=0.2..1")


def test_the_limits_are_the_callers() -> None:
    short = FilmLimits(seconds=2, frames=30)

    with pytest.raises(RecipeError, match="at most 2 seconds"):
        short.check(FilmRecipe.parse("seconds=3 fps=4"))
    with pytest.raises(RecipeError, match="at most 30 frames"):
        short.check(FilmRecipe.parse("seconds=2 fps=24"))
    short.check(FilmRecipe.parse("seconds=1"))
    assert plan("seconds=60 fps=2", limits=FilmLimits(seconds=60)).seconds == 60


@pytest.mark.parametrize(
    ("text", "side"),
    [
        ("size=16384 seconds=1", LARGEST),
        ("size=8192 seconds=30", 1182),
        ("size=2048 seconds=30 format=webp", 647),
        ("size=512 seconds=600", 512),
        ("size=auto", ON_A_CPU.size),
        ("film=growing size=auto format=gif", SIZE_BY_FORMAT["gif"]),
    ],
)
def test_a_films_frames_fit_into_memory_however_large_its_picture_is(text: str, side: int) -> None:
    recipe = FilmRecipe.parse(text)
    made = resolve_film(
        recipe,
        network=network_info("inception_v1"),
        height=6000,
        width=8000,
        device=ON_A_CPU,
        seed=5,
        limits=FilmLimits(seconds=600, frames=20_000),
    )

    assert made.stations[0].size == side
    assert [note for note in made.notes if "pixels wide or high" in note] == (
        [] if recipe.dream.size in ("auto", 512) else [made.notes[0]]
    )
    if recipe.dream.size != "auto":
        assert work_of(recipe) == work_of(recipe.but(size=side))


def test_a_journey_is_as_long_as_its_stations_or_stretched_to_the_film() -> None:
    assert plan("journey=edges:2,parts:4 fps=10").starts == (0, 2)
    assert plan("journey=edges:2,parts:4 fps=10").seconds == 6
    assert plan("journey=edges:2,parts:4 seconds=3 fps=10").starts == (0, 1)
    assert plan("journey=edges:10f,parts:20f fps=10").starts == (0, 1)
    assert plan("journey=edges,textures,parts seconds=6").starts == (0, 2, 4)


def test_a_journeys_stations_are_layers_or_styles() -> None:
    first, second = plan("journey=edges,eyes strength=2").stations

    assert first.layer != second.layer
    assert second.layer[0].name == "inception_4a/output"
    assert first.strength == second.strength == 2  # what is asked for holds for all of them


def test_a_curve_runs_from_its_first_frame_to_its_last() -> None:
    made = plan("strength=0.5..2 zoom=1..2..1 frames=25 fps=24")

    assert made.value("strength", 0) == (0.5,)
    assert made.value("strength", 24 / 24) == (2.0,)
    assert made.value("zoom", 12 / 24) == (2.0,)
    assert made.value("turn", 1) == (0.0,)
    assert made.value("octave_scale", 1) == (1.4,)


@pytest.mark.parametrize("easing", EASINGS)
def test_every_easing_goes_through_its_keyframes_and_never_back(easing: str) -> None:
    curve = Curve(((0.0,), (1.0,), (3.0,)), easing)

    values = [curve.at(share / 100)[0] for share in range(101)]

    assert (values[0], values[50], values[100]) == (0.0, 1.0, 3.0)
    assert values == sorted(values)


def test_what_is_left_out_is_taken_from_the_nearest_layer() -> None:
    mine, servers = FilmRecipe.parse("frames=30 strength=2"), FilmRecipe.parse("seconds=9 zoom=1.5 strength=1..3")

    together = mine.over(servers)

    assert together.text == "frames=30 zoom=1.5 strength=2"
    assert FilmRecipe().over(servers) == servers
    assert together.but(strength=None, loop="on").text == "frames=30 zoom=1.5 loop=on"
    assert together.seeded(4).dream.seed == 4
    assert together.seeded(4).seeded(5).dream.seed == 4


def test_work_follows_length_and_size() -> None:
    usual = FilmRecipe().work

    assert 5 < usual < 20
    assert FilmRecipe.parse("seconds=10").work == pytest.approx(2 * usual)
    assert FilmRecipe.parse("size=1024").work == pytest.approx(4 * usual, rel=0.3)
    assert FilmRecipe.parse("film=growing").work < usual / 4
    assert frame_count(FilmRecipe.parse("seconds=2 format=gif")) == 40


def test_asking_for_a_film_needs_no_torch() -> None:
    program = (
        "import sys; from dreamcore.films import FilmRecipe, FilmLimits; from dreamcore.films.work import work_of;"
        "FilmLimits().check(r := FilmRecipe.parse('journey=edges,parts strength=0..2')); work_of(r);"
        "print({'torch', 'numpy', 'PIL', 'av', 'cv2'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
