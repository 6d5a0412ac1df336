"""Films as files: what is in them, that they fit, and that an interrupted film is the film that was not."""

from __future__ import annotations

import dataclasses
import io
import itertools
import json
import signal
import struct
import sys
import zipfile
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from dreamcore import pausing
from dreamcore.__main__ import main
from dreamcore.dreaming import dream
from dreamcore.errors import Cancelled, InstallationError, PictureError
from dreamcore.films.footage import SECOND
from dreamcore.films.making import film
from dreamcore.films.recipe import FilmRecipe
from dreamcore.films.reels import PictureReel, VideoReel
from dreamcore.films.results import Film
from dreamcore.films.writing import reel_for, write_film
from dreamcore.networks import Network
from dreamcore.pausing import Paused
from dreamcore.picture import encode, read_recipe
from dreamcore.progress import Progress
from dreamcore.recipe import Recipe
from dreamcore.sample import landscape
from tests.dreamcore.conftest import CPU, picture_of

SHORT = "size=64 octaves=1 jitter=4 seed=1 fps=16 frames=16 precision=fp32"


def made(network: Network, text: str, **how: object) -> Film:
    result = film(picture_of(landscape(96, 64)), FilmRecipe.parse(text), network=network, device=CPU, **how)  # type: ignore[arg-type]
    assert isinstance(result, Film)
    return result


def pictures_in(data: bytes) -> list[NDArray[np.uint8]]:
    with av.open(io.BytesIO(data)) as file:
        return [frame.to_ndarray(format="rgb24") for frame in file.decode(video=0)]


def filled(reel: VideoReel | PictureReel, count: int) -> list[int]:
    """`count` frames of a landscape that slides by; their starts."""
    wide = landscape(reel.width + 4 * count, reel.height)
    for number in range(count):
        reel.add(np.ascontiguousarray(wide[:, 4 * number : 4 * number + reel.width]))
    return [number * SECOND // 20 for number in range(count)]


@pytest.mark.parametrize(
    "text",
    [
        f"{SHORT} journey=edges,owls turn=20 loop=on",
        f"{SHORT} objective=contrast layer=parts format=webp",
        f"{SHORT} film=growing steps=3 format=gif",
    ],
)
def test_a_film_made_in_parts_is_the_film_made_at_once(daydream: Network, text: str) -> None:
    whole = made(daydream, text)
    recipe, parts, shares = FilmRecipe.parse(text), 0, [0.0]
    checkpoint = None
    while True:
        picture = picture_of(landscape(96, 64))
        result = film(
            picture, recipe, network=daydream, device=CPU, checkpoint=checkpoint, pause=iter([False, True] * 9).__next__
        )
        if isinstance(result, Film):
            break
        checkpoint, parts = result.checkpoint, parts + 1
        shares.append(result.share)

    assert parts == 7
    assert shares == sorted(set(shares))
    assert result.data == whole.data


def test_a_checkpoint_that_is_damaged_or_of_another_film_is_begun_again(daydream: Network) -> None:
    recipe, picture = FilmRecipe.parse(f"{SHORT} layer=edges"), picture_of(landscape(96, 64))
    paused = film(picture, recipe, network=daydream, device=CPU, pause=lambda: True)
    assert isinstance(paused, Paused)
    whole = made(daydream, f"{SHORT} layer=edges")

    for checkpoint in (b"nonsense", paused.checkpoint[:-40]):
        again = film(picture, recipe, network=daydream, device=CPU, checkpoint=checkpoint)
        assert isinstance(again, Film)
        assert again.data == whole.data
    other = film(picture, recipe.but(seed=2), network=daydream, device=CPU, checkpoint=paused.checkpoint)
    assert isinstance(other, Film)
    assert other.frames == 16
    assert other.data != whole.data


@pytest.mark.parametrize(
    "lost",
    [
        {"state": {}},
        {"state": {"number": "many"}},
        {"arrays": {}},
        {"arrays": {"picture": np.zeros(7, np.float32)}},
        {"blobs": {}},
        {"blobs": {"reel": b"\0\0\1"}},
        {"blobs": {"reel": struct.pack(">I", 0) * 99}},
    ],
    ids=["no state", "no number", "no arrays", "another shape", "no reel", "half a reel", "too many frames"],
)
def test_a_checkpoint_that_fits_and_does_not_hold_what_it_says_is_begun_again(
    daydream: Network, caplog: pytest.LogCaptureFixture, lost: dict[str, object]
) -> None:
    recipe, picture = FilmRecipe.parse("size=64 frames=4 steps=1 seed=1 format=webp"), picture_of(landscape(96, 64))
    paused = film(picture, recipe, network=daydream, device=CPU, pause=iter([False, True]).__next__)
    assert isinstance(paused, Paused)
    whole = film(picture, recipe, network=daydream, device=CPU)

    with zipfile.ZipFile(io.BytesIO(paused.checkpoint)) as file:
        about = json.loads(file.read("about.json"))
    identity = {name: about[name] for name in ("kind", "version", "recipe", "source")}
    held = pausing.unpack(paused.checkpoint, **identity)
    assert held is not None
    changed = pausing.pack(dataclasses.replace(held, **lost), **identity)  # type: ignore[arg-type]
    again = film(picture, recipe, network=daydream, device=CPU, checkpoint=changed)
    assert isinstance(again, Film)
    assert isinstance(whole, Film)
    assert again.data == whole.data
    assert "the film begins again" in caplog.text


def test_transparency_is_not_lost_in_silence(daydream: Network) -> None:
    clear = dataclasses.replace(picture_of(landscape(96, 64)), alpha=np.zeros((64, 96), np.uint8))
    clear.alpha[:, 20:60] = 255
    shown = film(clear, FilmRecipe.parse("size=64 frames=2 strength=0 seed=1"), network=daydream, device=CPU)
    assert isinstance(shown, Film)
    assert "has no transparency" in shown.notes[0]
    assert made(daydream, "size=64 frames=2 strength=0 seed=1").notes == ()


def test_progress_counts_frames_of_the_whole_film_and_shows_some(daydream: Network) -> None:
    told: list[Progress] = []
    made(daydream, f"{SHORT} layer=edges", on_progress=told.append, clock=iter(range(1000)).__next__)

    assert [progress.step for progress in told] == [*range(1, 17), 16]
    assert told[-1].share == 1
    assert all(before.share < after.share for before, after in itertools.pairwise(told))
    assert all(progress.preview is not None and progress.preview.shape == (42, 64, 3) for progress in told[:-1])


def test_a_film_can_be_cancelled_and_can_be_enough(daydream: Network) -> None:
    with pytest.raises(Cancelled):
        made(daydream, SHORT, cancelled=lambda: True)

    short = made(daydream, f"{SHORT} layer=edges", enough=iter([False, False, False, True]).__next__)

    assert (short.frames, short.seconds_long) == (4, 0.25)
    assert len(pictures_in(short.data)) == 4


def test_a_making_of_ends_on_the_dream_itself(daydream: Network) -> None:
    picture = picture_of(landscape(96, 64))
    recipe = "layer=patterns steps=4 seed=3 precision=fp32"
    dreamt = dream(picture, Recipe.parse(recipe), network=daydream, device=CPU)

    frames = pictures_in(made(daydream, f"film=growing frames=24 size=96 {recipe}").data)

    def away(frame: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
        return float(np.abs(frame.astype(int) - other).mean())

    assert away(frames[0], picture.rgb) < 4  # what the video's compression loses
    assert away(frames[-1], dreamt.rgb) < 5
    from_the_picture = [away(frame, picture.rgb) for frame in frames]
    assert from_the_picture[-1] > 2 * from_the_picture[3]
    assert max(b - a for a, b in itertools.pairwise(from_the_picture)) < 0.4 * from_the_picture[-1]


def test_an_mp4_plays_everywhere_and_says_so(daydream: Network) -> None:
    result = made(daydream, f"{SHORT} layer=edges")
    with av.open(io.BytesIO(result.data)) as file:
        stream = file.streams.video[0]
        context = stream.codec_context
        found = (context.name, context.pix_fmt, context.width, context.height, stream.frames, stream.average_rate)
        assert found == ("h264", "yuv420p", 64, 42, 16, Fraction(16))
        assert (context.colorspace, context.color_primaries, context.color_trc, context.color_range) == (1, 1, 1, 1)
        assert (stream.start_time, stream.duration * stream.time_base) == (0, 1)
    assert (result.format, result.seconds_long) == ("MP4", 1.0)
    assert result.data.find(b"moov") < result.data.find(b"mdat")
    assert result.data == made(daydream, f"{SHORT} layer=edges").data  # to the byte


def test_colours_come_through_an_mp4_as_they_were() -> None:
    reel = VideoReel(48, 32)
    colours = [(255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255), (0, 0, 0), (200, 120, 40)]
    for colour in colours:
        reel.add(np.full((32, 48, 3), colour, np.uint8))

    seen = pictures_in(write_film(reel, [n * SECOND for n in range(6)], 6 * SECOND, format_="mp4").data)

    for colour, frame in zip(colours, seen, strict=True):
        assert np.abs(frame.reshape(-1, 3).astype(int) - colour).max() <= 4, colour


@pytest.mark.parametrize("format_", ["mp4", "webp", "gif"])
def test_a_film_fits_the_bytes_it_is_given_and_says_what_that_cost(format_: str) -> None:
    reel = reel_for(format_, 128, 96)
    starts = filled(reel, 20)
    length = 20 * SECOND // 20
    best = write_film(reel, starts, length, format_=format_, limit_bytes=10**7)
    assert best.note == ""

    squeezed = write_film(reel, starts, length, format_=format_, limit_bytes=int(len(best.data) * 0.6))
    tiny = write_film(reel, starts, length, format_=format_, limit_bytes=len(best.data) // 4)

    assert 0.5 * len(best.data) * 0.6 < len(squeezed.data) <= len(best.data) * 0.6
    assert squeezed.note
    if format_ == "mp4":
        assert squeezed.data.find(b"moov") < squeezed.data.find(b"mdat")
    assert len(tiny.data) <= len(best.data) // 4
    assert "smaller" in tiny.note or "compressed" in tiny.note
    assert (tiny.width % 2, tiny.height % 2) == (0, 0)
    with pytest.raises(PictureError, match="too few for this film"):
        write_film(reel, starts, length, format_=format_, limit_bytes=600)


def test_frames_of_uneven_length_keep_their_times() -> None:
    reel = VideoReel(64, 48)
    filled(reel, 15)
    starts = [n * 40_000 + (n % 3) * 11_000 for n in range(15)]

    data = write_film(reel, starts, 800_000, format_="mp4").data

    with av.open(io.BytesIO(data)) as file:
        times = [frame.time for frame in file.decode(video=0)]
        assert times == pytest.approx([start / SECOND for start in starts], abs=2e-5)
        assert float(file.streams.video[0].duration * file.streams.video[0].time_base) == pytest.approx(0.8, abs=1e-4)


@pytest.mark.parametrize("format_", ["webp", "gif"])
def test_animations_run_at_their_rate_for_ever(daydream: Network, format_: str) -> None:
    result = made(daydream, f"size=64 octaves=1 frames=12 fps=25 layer=edges format={format_}")

    with Image.open(io.BytesIO(result.data)) as image:
        durations = []
        for number in range(image.n_frames):
            image.seek(number)
            image.load()
            durations.append(image.info["duration"])
        assert (image.n_frames, sum(durations), image.info["loop"]) == (12, 480, 0)


@pytest.mark.parametrize("format_", ["mp4", "webp", "gif"])
def test_the_recipe_in_the_file_makes_the_same_film(daydream: Network, format_: str) -> None:
    first = made(daydream, f"size=64 octaves=1 frames=6 layer=edges strength=0..2:smooth format={format_}")

    written = read_recipe(first.data)

    assert written == f"film {first.recipe_text}"
    assert made(daydream, written.removeprefix("film ")).data == first.data


@pytest.fixture
def without_pyav(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setitem(sys.modules, "av", None)
    return


def test_without_pyav_a_sentence_says_what_to_install_and_animations_work(
    daydream: Network, without_pyav: None
) -> None:
    with pytest.raises(InstallationError) as error:
        made(daydream, SHORT)
    assert "pip install “dreambot[film]”" in error.value.sentence

    for format_ in ("webp", "gif"):
        result = made(daydream, f"size=64 octaves=1 frames=4 layer=edges format={format_}")
        assert read_recipe(result.data) == f"film {result.recipe_text}"


def test_the_command_line_makes_films(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source, target = tmp_path / "photo.png", tmp_path / "film.webp"
    source.write_bytes(encode(landscape(96, 64), format="PNG"))
    asked = ["network=daydream", *SHORT.split(), "layer=edges", "--threads", "1"]

    assert main(["film", str(source), str(target), *asked]) == 0

    said = capsys.readouterr().err
    assert "16 frames, about" in said
    assert "format=webp" in said
    assert main(["recipe", str(target)]) == 0
    assert capsys.readouterr().out.startswith("film film=zoom frames=16 fps=16")
    again = tmp_path / "again.webp"
    assert main(["film", str(source), str(again), "--recipe-of", str(target), "--quiet", "--threads", "1"]) == 0
    assert again.read_bytes() == target.read_bytes()


def test_what_a_film_costs_can_be_asked_without_making_it(capsys: pytest.CaptureFixture[str]) -> None:
    for text, told in (
        ("journey=edges,parts seconds=2", "48 frames of 512x384, 2 s at 24 frames a second"),
        ("strength=0..2 size=256", "120 frames of 256x192"),
    ):
        assert main(["estimate", "1024x768", "network=daydream", *text.split(), "--threads", "1"]) == 0
        assert told in capsys.readouterr().out


@pytest.mark.parametrize(
    ("target", "text", "told"),
    [
        ("film.mov", "", "ends in .mp4, .gif or .webp"),
        ("film.gif", "format=mp4", "leave one of them out"),
        ("film.mp4", "seconds=90", "at most 30 seconds"),
        ("nowhere/film.mp4", "", "There is no folder"),
    ],
)
def test_what_is_typed_wrong_is_one_sentence(
    target: str, text: str, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "photo.png"
    source.write_bytes(encode(landscape(32, 24), format="PNG"))

    assert main(["film", str(source), str(tmp_path / target), "network=daydream", *text.split(), "--quiet"]) == 2

    said = capsys.readouterr().err
    assert told in said
    assert said.count("\n") == 1


def test_control_c_ends_the_film_with_the_frame_made_last(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from dreamcore.films import zooming

    frame = zooming.Zooming.frame

    def interrupted(film: zooming.Zooming, number: int, after_step: object) -> object:
        if number == 5:
            signal.raise_signal(signal.SIGINT)
        return frame(film, number, after_step)  # type: ignore[arg-type]

    monkeypatch.setattr(zooming.Zooming, "frame", interrupted)
    source, target = tmp_path / "photo.png", tmp_path / "film.mp4"
    source.write_bytes(encode(landscape(96, 64), format="PNG"))

    assert main(["film", str(source), str(target), "network=daydream", *SHORT.split(), "--threads", "1"]) == 0

    assert len(pictures_in(target.read_bytes())) == 6
    assert "Stopped: the film ends with the frame that was made last." in capsys.readouterr().err
