"""Films, pictures out of noise, explanations and grids, made by a real worker; in parts where they are long."""

from __future__ import annotations

import dataclasses
import io
import itertools
from typing import Any

import pytest
from PIL import Image

from bot.executor.protocol import Event, Failed, Lost, Made, Order, Paused, Progressed, Stopped
from bot.kinds import Kind, Role
from dreamcore.errors import DreamError
from dreamcore.films.reading import read_moving
from dreamcore.picture import encode, read_recipe
from dreamcore.sample import landscape
from tests.bot.executor.conftest import PATIENCE, PICTURE, Cluster, order, worker_processes

FILM = "frames=6 fps=8 size=96 format=webp network=daydream seed=1"
GRID = "strength=1,2,3 size=96 steps=1 octaves=1 network=daydream seed=1"
EXPLAIN = "size=96 steps=1 octaves=1 network=daydream seed=1"
IMAGINE = "layer=edges size=64 steps=3 network=daydream seed=1"
SMALL = encode(landscape(96, 64), format="PNG")
AT_ONCE = 0.0  #: seconds of a part: it pauses as soon as it may


def of_kind(kind: Kind, recipe: str, **changes: Any) -> Order:
    picture = SMALL if kind.has_source else None
    return dataclasses.replace(order(recipe), kind=kind, picture=picture, **changes)


def in_parts(cluster: Cluster, wanted: Order, events: list[Event]) -> tuple[Made, list[Paused]]:
    """All of it, paused as often as it can be."""
    parts: list[Paused] = []
    wanted = dataclasses.replace(wanted, part=AT_ONCE)
    while isinstance(outcome := cluster.dream(wanted, events).result(PATIENCE), Paused):
        parts.append(outcome)
        wanted = dataclasses.replace(
            wanted, attempt=wanted.attempt + 1, checkpoint=outcome.checkpoint, share=outcome.share
        )
    assert isinstance(outcome, Made), outcome
    return outcome, parts


@pytest.mark.parametrize(
    ("kind", "recipe", "least"),
    [
        (Kind.FILM, FILM, 5),
        (Kind.GRID, GRID, 2),
        pytest.param(Kind.EXPLAIN, EXPLAIN, 4, marks=pytest.mark.soak),
    ],
)
def test_work_in_parts_is_the_same_as_work_in_one_go(cluster: Cluster, kind: Kind, recipe: str, least: int) -> None:
    whole = cluster.dream(of_kind(kind, recipe)).result(PATIENCE)
    events: list[Event] = []
    made, parts = in_parts(cluster, of_kind(kind, recipe), events)

    assert isinstance(whole, Made), whole
    assert made.data == whole.data
    assert (made.recipe, made.network) == (whole.recipe, "daydream")
    assert len(parts) >= least
    shares = [part.share for part in parts]
    assert shares == sorted(set(shares))
    assert 0 < shares[0] < shares[-1] < 1
    told = [event.share for event in events if isinstance(event, Progressed)]
    assert told == sorted(told), "a part goes on where the one before has ended"
    assert told[-1] == 1.0


def test_a_film_is_one(cluster: Cluster) -> None:
    made = cluster.dream(of_kind(Kind.FILM, FILM)).result(PATIENCE)

    assert isinstance(made, Made), made
    assert (made.format, made.frames, made.lasts) == ("WEBP", 6, 0.75)
    film = Image.open(io.BytesIO(made.data))
    assert (film.n_frames, film.size) == (6, (made.width, made.height))


def test_a_film_is_written_within_its_places_limit(cluster: Cluster) -> None:
    roomy = cluster.dream(of_kind(Kind.FILM, FILM)).result(PATIENCE)
    assert isinstance(roomy, Made), roomy
    tight = cluster.dream(of_kind(Kind.FILM, FILM, byte_limit=len(roomy.data) * 2 // 3)).result(PATIENCE)

    assert isinstance(tight, Made), tight
    assert len(tight.data) <= len(roomy.data) * 2 // 3
    assert any(note for note in tight.notes if note not in roomy.notes), "it says what it has cost"


@pytest.mark.parametrize("format_", ["webp", "gif", "mp4"])
def test_a_film_that_is_too_large_where_it_goes_is_written_smaller(cluster: Cluster, format_: str) -> None:
    recipe = FILM.replace("format=webp", f"format={format_}")
    made = cluster.dream(of_kind(Kind.FILM, recipe)).result(PATIENCE)
    assert isinstance(made, Made), made
    most = len(made.data) * 4 // 5
    smaller = cluster.run(cluster.executor.refit(made.data, most))

    assert len(smaller.data) <= most
    assert smaller.format == made.format == format_.upper()
    assert smaller.note
    before, after = read_moving(made.data), read_moving(smaller.data)
    assert (after.starts, after.length) == (before.starts, before.length)
    for data in (made.data, smaller.data):
        assert made.recipe.encode() in (data if format_ != "gif" else Image.open(io.BytesIO(data)).info["comment"])


def test_a_moving_picture_is_dreamt_frame_by_frame_and_keeps_its_times(cluster: Cluster) -> None:
    frames = [Image.fromarray(landscape(96, 64)).rotate(2 * turn) for turn in range(5)]
    file = io.BytesIO()
    frames[0].save(file, "GIF", save_all=True, append_images=frames[1:], duration=[50, 100, 150, 50, 200], loop=0)
    wanted = dataclasses.replace(
        of_kind(Kind.FILM, "size=96 format=gif network=daydream seed=1"), picture=file.getvalue()
    )
    whole = cluster.dream(wanted).result(PATIENCE)
    made, parts = in_parts(cluster, dataclasses.replace(wanted, attempt=2), [])

    assert isinstance(whole, Made), whole
    assert made.data == whole.data
    assert len(parts) >= 3
    assert (made.frames, made.lasts) == (5, 0.55)
    before, after = read_moving(file.getvalue()), read_moving(made.data)
    assert (after.starts, after.length) == (before.starts, before.length)


def test_a_film_is_not_put_beside_its_picture(cluster: Cluster) -> None:
    made = cluster.dream(of_kind(Kind.FILM, FILM)).result(PATIENCE)
    assert isinstance(made, Made), made
    with pytest.raises(DreamError, match="film"):
        cluster.run(cluster.executor.compare(SMALL, made.data, 1 << 20))


def test_a_picture_out_of_noise_needs_none(cluster: Cluster) -> None:
    made = cluster.dream(of_kind(Kind.IMAGINE, IMAGINE)).result(PATIENCE)

    assert isinstance(made, Made), made
    assert (made.format, made.width, made.height, made.frames) == ("PNG", 64, 64, 1)
    assert read_recipe(made.data) == f"imagine {made.recipe}", "as the command line writes it"


@pytest.mark.parametrize(("kind", "recipe"), [(Kind.GRID, GRID), (Kind.EXPLAIN, EXPLAIN)])
def test_a_sheet_loads_quickly_and_carries_its_recipe_as_the_command_line_writes_it(
    cluster: Cluster, kind: Kind, recipe: str
) -> None:
    made = cluster.dream(of_kind(kind, recipe)).result(PATIENCE)
    secret = cluster.dream(of_kind(kind, recipe, attempt=2, bare=True)).result(PATIENCE)

    assert isinstance(made, Made), made
    assert isinstance(secret, Made), secret
    assert made.format == "JPEG"
    assert read_recipe(made.data) == f"{kind.value} {made.recipe}"
    assert read_recipe(secret.data) is None
    small = cluster.run(cluster.executor.refit(made.data, len(made.data) * 2 // 3))
    assert read_recipe(small.data) == f"{kind.value} {made.recipe}"


def test_an_explanation_says_what_is_believed_before_and_after(cluster: Cluster) -> None:
    made = cluster.dream(of_kind(Kind.EXPLAIN, EXPLAIN)).result(PATIENCE)

    assert isinstance(made, Made), made
    assert made.beliefs is not None
    for beliefs in (made.beliefs.before, made.beliefs.after):
        assert beliefs
        assert all(one.name and 0 <= one.share <= 1 for one in beliefs)


@pytest.mark.soak
def test_an_explanation_is_written_in_the_jobs_language(cluster: Cluster) -> None:
    english, german = (
        cluster.dream(of_kind(Kind.EXPLAIN, EXPLAIN, language=language)).result(PATIENCE) for language in ("en", "de")
    )

    assert isinstance(english, Made), english
    assert isinstance(german, Made), german
    assert english.beliefs == german.beliefs
    assert english.data != german.data


def test_a_dream_has_a_guide_and_a_mask_beside_it(cluster: Cluster) -> None:
    mask = io.BytesIO()
    half = Image.new("L", (96, 64), 0)
    half.paste(255, (0, 0, 48, 64))
    half.save(mask, "PNG")
    recipe = "layer=edges size=96 steps=2 octaves=1 network=daydream seed=1"
    guide = encode(landscape(64, 64), format="PNG")
    plain = cluster.dream(dataclasses.replace(order(recipe), picture=SMALL)).result(PATIENCE)
    guided = cluster.dream(dataclasses.replace(order(recipe), picture=SMALL, companions={Role.GUIDE: guide})).result(
        PATIENCE
    )
    masked = cluster.dream(
        dataclasses.replace(order(recipe), picture=SMALL, companions={Role.MASK: mask.getvalue()})
    ).result(PATIENCE)

    assert isinstance(plain, Made), plain
    assert isinstance(guided, Made), guided
    assert isinstance(masked, Made), masked
    assert "objective=guide" in guided.recipe
    assert "region=mask" in masked.recipe
    assert len({plain.data, guided.data, masked.data}) == 3


def test_a_guide_that_is_no_picture_gets_its_sentence(cluster: Cluster) -> None:
    made = cluster.dream(
        dataclasses.replace(order(), picture=PICTURE, companions={Role.GUIDE: b"%PDF-1.7 and so on"})
    ).result(PATIENCE)

    assert isinstance(made, Failed)
    assert "PDF" in made.sentence


def test_a_damaged_checkpoint_begins_again_however_large_it_is(cluster: Cluster) -> None:
    whole = cluster.dream(of_kind(Kind.GRID, GRID)).result(PATIENCE)
    again = cluster.dream(of_kind(Kind.GRID, GRID, checkpoint=b"nonsense" * (2 << 20), share=0.5)).result(PATIENCE)

    assert isinstance(whole, Made), whole
    assert isinstance(again, Made), again
    assert again.data == whole.data


@pytest.mark.soak
def test_a_worker_that_dies_in_a_film_repeats_only_its_part(cluster: Cluster) -> None:
    wanted = of_kind(Kind.FILM, "frames=40 fps=20 size=192 format=webp network=daydream seed=1")
    whole = cluster.dream(wanted).result(PATIENCE)
    part = cluster.dream(dataclasses.replace(wanted, attempt=2, part=AT_ONCE)).result(PATIENCE)
    assert isinstance(whole, Made), whole
    assert isinstance(part, Paused), part
    rest = dataclasses.replace(wanted, checkpoint=part.checkpoint, share=part.share)
    running = cluster.dreaming(dataclasses.replace(rest, attempt=3))
    (worker,) = worker_processes()
    worker.kill()
    lost = running.result(PATIENCE)

    assert isinstance(lost, Lost)
    assert lost.started
    attempts = itertools.count(4)
    while isinstance(made := cluster.dream(dataclasses.replace(rest, attempt=next(attempts))).result(PATIENCE), Lost):
        assert not made.started
    assert isinstance(made, Made), made
    assert made.data == whole.data


def test_a_film_that_is_cancelled_stops_at_its_next_frame(cluster: Cluster) -> None:
    wanted = of_kind(Kind.FILM, "frames=400 fps=24 size=256 format=webp network=daydream seed=1", part=1e9)
    running = cluster.dreaming(wanted)
    cluster.call(cluster.executor.cancel, wanted.job)

    assert isinstance(running.result(PATIENCE), Stopped), "minutes before its end"
