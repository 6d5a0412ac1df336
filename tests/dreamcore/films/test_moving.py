"""Moving pictures, dreamt frame by frame: steady, as strong as a still one, with their own times and sound."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from benchmarks.flicker import AIM, MOTIONS, Camera, as_film, filmed, flicker, moving, one_by_one
from dreamcore.__main__ import main
from dreamcore.dreaming import dream
from dreamcore.errors import InstallationError, RecipeError
from dreamcore.films import Film, FilmLimits, FilmRecipe, film
from dreamcore.films.flow import MotionFinder
from dreamcore.films.footage import Frame, MovingPicture
from dreamcore.films.reading import read_moving
from dreamcore.films.timing import timing_of
from dreamcore.networks import Network
from dreamcore.pausing import Paused
from dreamcore.picture import Picture
from dreamcore.recipe import Recipe
from dreamcore.sample import landscape
from tests.dreamcore.films.moving_files import animation, video

CPU = torch.device("cpu")
Rgb = NDArray[np.uint8]
TIMES = [0.0, 0.04, 0.08, 0.2, 0.24, 0.32]


def panned(frames: int, width: int = 96, height: int = 72, right: float = 3.0) -> list[Rgb]:
    return filmed(landscape(240, 180), Camera(right=right), frames, height, width)


def made(source: MovingPicture, text: str, network: Network, **options: object) -> Film:
    recipe = FilmRecipe.parse(f"layer=edges seed=1 {text}".replace("layer=edges seed=1 seed", "seed"))
    found = film(source, recipe, network=network, device=CPU, **options)  # type: ignore[arg-type]
    assert isinstance(found, Film)
    return found


def changes(film_frames: Iterator[Frame], frames: list[Rgb]) -> list[float]:
    """Root mean square, of full scale."""
    pairs = zip(film_frames, frames, strict=True)
    return [float(np.sqrt(np.mean((dreamt.rgb / 255.0 - rgb / 255.0) ** 2))) for dreamt, rgb in pairs]


@pytest.mark.parametrize(
    "motion", ["pan", pytest.param("zoom", marks=pytest.mark.soak), pytest.param("turn", marks=pytest.mark.soak)]
)
def test_it_flickers_at_most_half_as_much_as_frames_dreamt_one_by_one(daydream: Network, motion: str) -> None:
    camera = MOTIONS[motion]
    frames = filmed(landscape(300, 225), camera, 4, 84, 112)
    single = one_by_one(frames, Recipe.parse("layer=patterns seed=0"), daydream)
    together = as_film(frames, FilmRecipe.parse("layer=patterns seed=0"), daydream)

    assert flicker(together, camera) <= AIM * flicker(single, camera)
    for added in (single, together):
        sizes = [float(each.square().mean().sqrt()) for each in added]
        assert max(sizes) < 1.1 * min(sizes), "compared at equal change"
    assert np.isclose(float(single[-1].square().mean()), float(together[-1].square().mean()), rtol=0.1)


def test_every_frame_changes_as_much_as_a_still_picture_s_dream(daydream: Network) -> None:
    frames = panned(8)
    found = changes(read_moving(made(moving(frames), "format=webp", daydream).data).frames(), frames)
    still = dream(
        Picture(rgb=frames[0], alpha=None, format="PNG"),
        Recipe.parse("layer=edges seed=1"),
        network=daydream,
        device=CPU,
    ).change
    assert all(abs(change / still - 1) < 0.15 for change in found), (still, found)


def test_strength_may_be_a_curve(daydream: Network) -> None:
    frames = panned(8)
    found = changes(read_moving(made(moving(frames), "format=webp strength=0.4..1.6", daydream).data).frames(), frames)
    assert all(b > a for a, b in itertools.pairwise(found))
    assert found[-1] > 2 * found[0]


def test_what_comes_into_view_is_dreamt_too(daydream: Network) -> None:
    """A curtain is drawn aside: behind it there was nothing to carry along."""
    still = landscape(128, 96)
    frames = [still.copy() for _ in range(14)]
    for number, frame in enumerate(frames[:7]):
        frame[:, : 64 - 9 * number] = 128
    dreamt = list(read_moving(made(moving(frames), "format=webp", daydream).data).frames())
    change = np.abs(dreamt[-1].rgb.astype(int) - still)
    assert change[:, 4:60].mean() > 0.5 * change[:, 68:124].mean()


def test_after_a_cut_the_dream_begins_anew(daydream: Network) -> None:
    one, other = panned(3), filmed(landscape(240, 180, 9)[::-1, ::-1].copy(), Camera(right=3.0), 3, 72, 96)
    finder = MotionFinder()
    cuts = [finder.between(a, b).cut for a, b in itertools.pairwise([*one, *other])]
    assert cuts == [False, False, True, False, False]

    (first, *_) = as_film(other, FilmRecipe.parse("layer=edges seed=1"), daydream)
    after = as_film([*one, *other], FilmRecipe.parse("layer=edges seed=1"), daydream)[3]
    assert torch.equal(first, after)


def test_an_mp4_keeps_its_times_and_its_sound(daydream: Network) -> None:
    source = read_moving(video(panned(6), times=TIMES, sound="aac", sound_seconds=0.5))
    result = made(source, "", daydream)
    back = read_moving(result.data)

    assert (result.format, result.frames, back.length) == ("MP4", 6, source.length)
    assert back.starts == source.starts
    assert source.sound is not None
    assert back.sound is not None
    assert [data for _, data in back.sound.pieces] == [data for _, data in source.sound.pieces]


def test_a_gif_stays_a_gif_and_keeps_its_times(daydream: Network) -> None:
    source = read_moving(animation(panned(4), duration=[40, 120, 70, 300], loop=0))
    result = made(source, "", daydream)
    back = read_moving(result.data)
    assert (result.format, back.format) == ("GIF", "GIF")
    assert (back.starts, back.length) == (source.starts, source.length)
    assert made(source, "format=mp4 fps=10", daydream).format == "MP4"


@pytest.mark.parametrize("kind", ["GIF", "WEBP"])
def test_what_is_transparent_stays_transparent_and_runs_as_often(daydream: Network, kind: str) -> None:
    pictures = [np.dstack([rgb, np.full(rgb.shape[:2], 255, np.uint8)]) for rgb in panned(3)]
    for number, picture in enumerate(pictures):
        picture[:, : 20 + 10 * number, 3] = 0
    options = {"disposal": 2} if kind == "GIF" else {"lossless": True}
    source = read_moving(animation(pictures, kind, loop=4, **options))
    back = read_moving(made(source, "", daydream).data)

    assert (back.format, back.loop) == (kind, 4)
    for number, (frame, picture) in enumerate(zip(back.frames(), pictures, strict=True)):
        assert frame.alpha is not None
        assert np.abs(frame.alpha.astype(int) - picture[..., 3]).mean() < 4
        seen = np.s_[:, 30 + 10 * number :]
        assert 5 < np.abs(frame.rgb.astype(int) - picture[..., :3])[seen].mean() < 60, "dreamt, and still itself"
    assert not read_moving(made(source, "format=mp4", daydream).data).transparent


def test_a_gif_that_would_have_to_be_made_smaller_becomes_a_webp(daydream: Network) -> None:
    source = read_moving(animation(panned(5, 128, 96)))
    whole = made(source, "", daydream)
    result = made(source, "", daydream, limit_bytes=len(whole.data) // 2)
    assert (result.format, result.width) == ("WEBP", 128)
    assert result.notes[-1] == "As a GIF it would have had to be made smaller to fit, so it is a WebP."
    asked = made(source, "format=gif", daydream, limit_bytes=len(whole.data) // 2)
    assert asked.format == "GIF"
    assert asked.width < 128


def test_sound_that_the_format_cannot_have_is_said_to_be_lost(daydream: Network) -> None:
    source = read_moving(video(panned(3), sound="aac"))
    assert "A WEBP has no sound: format=mp4 keeps it." in made(source, "format=webp", daydream).notes


def test_part_by_part_it_is_the_same_film(daydream: Network) -> None:
    source = read_moving(video(panned(6), times=TIMES))
    recipe = FilmRecipe.parse("seed=1 journey=edges,textures region=centre")
    whole = film(source, recipe, network=daydream, device=CPU)
    parts, checkpoint = 0, None
    while True:
        part = film(source, recipe, network=daydream, device=CPU, checkpoint=checkpoint, pause=lambda: True)
        parts += 1
        if isinstance(part, Film):
            break
        assert isinstance(part, Paused)
        checkpoint = part.checkpoint
    assert isinstance(whole, Film)
    assert parts == 6
    assert part.data == whole.data


def test_what_breaks_off_is_dreamt_as_far_as_it_goes(daydream: Network) -> None:
    frames = panned(6)

    def read(first: int, longest: int | None) -> Iterator[Frame]:
        return itertools.takewhile(lambda frame: frame.start < 160_000, moving(frames).frames(first, longest=longest))

    whole = moving(frames)
    broken = MovingPicture(**{**vars(whole), "read": read})
    result = made(broken, "format=webp", daydream)
    assert (result.frames, result.seconds_long) == (4, 0.16)


def test_a_frame_that_is_missing_is_the_one_before_for_longer(daydream: Network) -> None:
    frames = panned(5)

    def read(first: int, longest: int | None) -> Iterator[Frame]:
        return (frame for frame in moving(frames).frames(first, longest=longest) if frame.start != 80_000)

    broken = MovingPicture(**{**vars(moving(frames)), "read": read})
    shown = [frame.rgb for frame in read_moving(made(broken, "format=webp", daydream).data).frames()]
    assert len(shown) in (4, 5)  # WebP may join two that are alike
    assert read_moving(made(broken, "format=webp", daydream).data).length == 200_000


@pytest.mark.parametrize("text", ["zoom=1.2", "turn=10", "shift=0.1", "loop=on", "film=growing"])
def test_what_moves_still_pictures_is_refused(daydream: Network, text: str) -> None:
    with pytest.raises(RecipeError, match=f"moves by itself: {text.partition('=')[0]}=.*leave it out"):
        made(moving(panned(2)), text, daydream)


def test_a_film_can_be_of_a_part_and_of_fewer_frames() -> None:
    source = moving(panned(20, 32, 24))  # 25 a second
    ninth = timing_of(source, FilmRecipe.parse("frames=9"))
    assert (ninth.picks, ninth.length) == (tuple(range(9)), 360_000)
    half = timing_of(source, FilmRecipe.parse("seconds=0.4"))
    assert (half.picks, half.length) == (tuple(range(10)), 400_000)
    slow = timing_of(source, FilmRecipe.parse("fps=12.5"))
    assert (slow.picks, slow.length) == (tuple(range(0, 20, 2)), 800_000)
    assert timing_of(source, FilmRecipe.parse("fps=50")).picks == tuple(range(20))


def test_what_is_too_long_is_said_before_anything_is_done(daydream: Network) -> None:
    source = moving(panned(20, 32, 24))
    with pytest.raises(RecipeError, match=r"It lasts 0.8 seconds, and a film is at most 0.5 .*seconds=0.5 dreams"):
        made(source, "", daydream, limits=FilmLimits(seconds=0.5))
    with pytest.raises(RecipeError, match=r"It has 20 frames, and a film has at most 7: ask for fewer"):
        made(source, "", daydream, limits=FilmLimits(frames=7))
    assert made(source, "seconds=0.3", daydream, limits=FilmLimits(seconds=0.5, frames=8)).frames == 8


def test_without_opencv_it_says_what_to_install(daydream: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cv2", None)
    with pytest.raises(InstallationError, match="pip install “dreambot\\[film\\]”"):
        made(moving(panned(2)), "format=webp", daydream)


def test_flow_finds_known_motion_and_what_was_not_there() -> None:
    finder = MotionFinder()
    before, after = filmed(landscape(300, 225), Camera(right=4.0, down=-2.0), 2, 96, 128)
    motion = finder.between(before, after)
    row, column = np.mgrid[0:96, 0:128]
    inside = np.s_[8:-8, 8:-8]
    assert np.median(np.abs(motion.x - column - 4)[inside]) < 0.3
    assert np.median(np.abs(motion.y - row + 2)[inside]) < 0.3
    assert motion.seen[inside].mean() > 0.9
    assert motion.seen[:, -3:].mean() < 0.2, "what came in from the right"


def test_the_command_line_dreams_a_video_and_says_how_long_that_takes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "in.mp4").write_bytes(video(panned(5), sound="aac"))
    code = main(["film", f"{tmp_path}/in.mp4", f"{tmp_path}/out.mp4", "network=daydream", "layer=edges", "frames=3"])
    said = capsys.readouterr().err
    back = read_moving((tmp_path / "out.mp4").read_bytes())
    assert code == 0
    assert "3 frames, about " in said
    assert (len(back.starts), back.length, back.sound is not None) == (3, 120_000, True)
