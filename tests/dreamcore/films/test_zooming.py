"""Zoom films as they are watched: steady, smooth, the same at every frame rate, and closed where they are loops."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import pytest
import torch
from torch import Tensor

from dreamcore.films.camera import seen_from, warped
from dreamcore.films.planning import film_defaults, film_size, first_frame, region_of, tensor_of
from dreamcore.films.recipe import FilmRecipe
from dreamcore.films.resolving import resolve_film
from dreamcore.films.steadying import CONTRAST, LEAST_CONTRAST, LEAST_SATURATION, SATURATION, Steadier
from dreamcore.films.stepping import Dreamer
from dreamcore.films.zooming import Zooming
from dreamcore.networks import Network
from dreamcore.picture import Picture
from dreamcore.sample import landscape
from tests.dreamcore.conftest import CPU, picture_of

MEAN_HELD = (
    0.045  #: of full scale, each channel's mean may be away from the first picture's at twice the usual strength
)


@pytest.fixture(autouse=True)
def _no_gradients() -> Iterator[None]:
    with torch.no_grad():
        yield


def zooming(network: Network, text: str, picture: Picture | None = None) -> Zooming:
    picture = picture or picture_of(landscape(96, 64))
    plan = resolve_film(
        FilmRecipe.parse(f"precision=fp32 seed=1 {text}"),
        network=network.info,
        height=picture.height,
        width=picture.width,
        device=film_defaults(CPU),
        seed=1,
    )
    first = first_frame(picture, *film_size(picture.height, picture.width, plan.stations[0].size))
    dreamers = [Dreamer(recipe, network, CPU, 1 << 32) for recipe in plan.stations]
    name = plan.stations[0].region
    return Zooming(tensor_of(first), plan, dreamers, None if name is None else region_of(name, first, None))


def frames(film: Zooming) -> list[Tensor]:
    return [film.frame(number, lambda: None) for number in range(film.plan.frames)]


def rms(difference: Tensor) -> float:
    return float(difference.square().mean().sqrt())


def added(film: Zooming, last: Tensor) -> float:
    """What the dream has done, beside the camera's motion."""
    return rms(last - seen_from(film.source, film.pose))


@pytest.mark.parametrize("text", ["", pytest.param("layer=patterns zoom=0.8 turn=20", marks=pytest.mark.soak)])
def test_over_300_frames_a_film_gets_neither_darker_nor_louder(daydream: Network, text: str) -> None:
    film = zooming(daydream, f"frames=300 fps=20 size=64 octaves=1 jitter=4 strength=2 {text}")
    steadier = Steadier(film.source)
    source = steadier.tone_of(film.source)
    grey = 3**0.5
    loudest = max(CONTRAST[1] * float(source.deviation[0]), LEAST_CONTRAST * grey)
    gaudiest = max(SATURATION * float(source.deviation[1:].norm()), LEAST_SATURATION * grey)

    for number in range(film.plan.frames):
        frame = film.frame(number, lambda: None)
        tone = steadier.tone_of(frame)
        assert float((frame.mean((2, 3)) - film.source.mean((2, 3))).abs().max()) < MEAN_HELD, number
        assert 0.85 * float(source.deviation[0]) < float(tone.deviation[0]) <= 1.001 * loudest, number
        assert float(tone.deviation[1:].norm()) <= 1.001 * gaudiest, number

    assert added(film, film.picture) > 0.05  # and it is still dreaming


def test_a_film_begins_with_the_picture_itself_and_grows_out_of_it(daydream: Network) -> None:
    film = zooming(daydream, "frames=24 size=96")
    made = frames(film)

    assert torch.equal(made[0], film.source)
    growth = [rms(after - film.source) for after in made[1:8]]
    assert growth == sorted(growth)
    assert growth[0] < 0.02


@pytest.mark.parametrize("text", ["layer=patterns zoom=1.3", "layer=textures shift=0.2"])
def test_the_frame_rate_does_not_change_the_dream(daydream: Network, text: str) -> None:
    """Strength is meant per second: at 12 and at 24 frames a second the same has been dreamt at the same time."""
    change: dict[int, list[float]] = {}
    gain: dict[int, list[float]] = {}
    for fps in (12, 24):
        film = zooming(daydream, f"fps={fps} seconds=2.1 {text}")
        eye, layer = film.dreamers[0].eye, film.recipe.layer[0].name
        change[fps], gain[fps] = [], []
        for number in range(film.plan.frames):
            frame = film.frame(number, lambda: None)
            if number in (fps // 2, fps, 2 * fps):
                change[fps].append(added(film, frame))
                energy, before = (
                    float(eye(x)[layer].square().mean()) for x in (frame, seen_from(film.source, film.pose))
                )
                gain[fps].append(energy / before)

    assert change[12] == pytest.approx(change[24], rel=0.12)
    assert gain[12] == pytest.approx(gain[24], rel=0.2)
    assert change[24][2] > 1.3 * change[24][0]


def test_a_journeys_frames_follow_from_each_other(daydream: Network) -> None:
    """Beside the camera's motion no frame at 24 a second differs from the one before by more than 0.03 of full scale.

    And what it differs by changes by no more than 0.005 from frame to frame: no station begins with a jump, none
    flickers.
    """
    film = zooming(daydream, "journey=edges,parts,owls seconds=2.5 fps=24 zoom=1.2")
    changes = []
    for number in range(1, film.plan.frames):
        before = film.picture
        after = film.frame(number, lambda: None)
        changes.append(rms(after - warped(before, film._motion(number))))

    assert max(changes) < 0.03
    assert max(abs(after - before) for before, after in pairwise(changes)) < 0.005
    assert all(dreamer.measures for dreamer in film.dreamers if dreamer.objective.needs_measures)  # all were at work


@pytest.mark.parametrize("text", ["zoom=1.25", "shift=0.2,0.05", "turn=30 zoom=0.9"])
def test_the_last_frame_of_a_loop_leads_into_the_first(daydream: Network, text: str) -> None:
    made = frames(zooming(daydream, f"loop=on seconds=2.5 fps=16 octaves=1 {text}"))

    steps = [rms(after - before) for before, after in pairwise(made)]

    assert rms(made[0] - made[-1]) <= max(steps)
    assert max(rms(frame - made[0]) for frame in made) > 3 * rms(made[0] - made[-1])


def test_without_strength_only_the_camera_moves(daydream: Network) -> None:
    film = zooming(daydream, "strength=0 shift=0.1 seconds=1 fps=10")
    assert added(film, frames(film)[-1]) < 0.05


def test_a_dream_at_a_place_stays_there(daydream: Network) -> None:
    film = zooming(daydream, "region=centre zoom=1 layer=patterns frames=20 fps=20")
    change = (frames(film)[-1] - film.source).abs().mean(1)[0]

    assert float(change[24:40, 36:60].mean()) > 3 * float(change[:6, :6].mean())


def test_colours_kept_and_calm_are_what_they_are_in_a_still_dream(daydream: Network) -> None:
    last = {
        text: frames(zooming(daydream, f"layer=patterns strength=2 zoom=1 frames=16 fps=16 octaves=1 {text}"))[-1]
        for text in ("", "colours=keep", "towards=source", "blend=luminosity")
    }
    source = zooming(daydream, "").source

    def colour(frame: Tensor) -> float:
        difference = frame - source
        return rms(difference - difference.mean(1, keepdim=True))

    for text in ("colours=keep", "towards=source", "blend=luminosity"):
        assert colour(last[text]) < 0.8 * colour(last[""]), text


@pytest.mark.parametrize("text", ["shift=0.4", "zoom=0.7", "turn=40"])
def test_new_ground_is_the_first_picture_mirrored_and_not_a_smear(daydream: Network, text: str) -> None:
    film = zooming(daydream, f"{text} seconds=2 fps=8 octaves=1 strength=0")
    last = frames(film)[-1]

    away = (last - seen_from(film.source, film.pose)).abs().mean((0, 1))

    rim = torch.ones_like(away, dtype=torch.bool)
    rim[6:-6, 6:-6] = False
    assert float(away[rim].mean()) < 0.04
