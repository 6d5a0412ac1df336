"""How long a moving picture is, known before anybody decodes it, so that nobody waits for what is refused."""

from __future__ import annotations

import itertools
import subprocess
import sys

import numpy as np
import pytest

from dreamcore.errors import RecipeError
from dreamcore.films.headers import Extent, extent_of
from dreamcore.films.lengths import for_moving
from dreamcore.films.reading import read_moving
from dreamcore.films.recipe import FilmRecipe
from dreamcore.films.resolving import FilmLimits
from dreamcore.picture import encode
from dreamcore.sample import landscape
from tests.dreamcore.films.moving_files import animation, greys, video

DELAYS = [40, 0, 100, 20, 1000]
LIMITS = FilmLimits(seconds=10, frames=240)


@pytest.mark.parametrize(
    "data",
    [
        video(greys(9), sound="aac"),
        video(greys(9), options={"movflags": "faststart"}),
        video(greys(9), file="mov", codec="mpeg4"),
        video(greys(9), file="webm", codec="libvpx"),
        video(greys(3), times=[0, 0.5, 0.8]),
        animation(greys(5), duration=DELAYS),
        animation(greys(5), "WEBP", duration=DELAYS),
        animation(greys(5), "PNG", duration=DELAYS),
    ],
    ids=["mp4", "faststart", "mov", "webm", "uneven", "gif", "webp", "png"],
)
def test_a_header_says_what_decoding_finds(data: bytes) -> None:
    moving = read_moving(data)
    assert extent_of(data) == Extent(length=moving.length, frames=len(moving.starts))


def test_an_hour_is_seen_in_the_header() -> None:
    for file in ("mp4", "matroska"):
        extent = extent_of(video(greys(2), times=[0, 3600], file=file))
        assert extent is not None
        assert round(extent.length / 1e6) == 3600


def test_what_does_not_move_has_no_extent() -> None:
    still = [encode(landscape(32, 24), format=kind) for kind in ("PNG", "JPEG", "WEBP")]
    for data in (*still, animation(greys(1)), b"", b"text", b"\0\0\0\x20ftypheic" + bytes(100)):
        assert extent_of(data) is None


def test_a_video_that_does_not_say_is_known_to_be_one() -> None:
    fragmented = video(greys(9), options={"movflags": "frag_keyframe+empty_moov"})
    for data in (b"\x1aE\xdf\xa3" + bytes(40), fragmented):
        assert extent_of(data) == Extent(length=0, frames=0)


def test_bytes_at_random_raise_nothing_and_no_walk_is_endless() -> None:
    rng = np.random.default_rng(3)
    for whole in (video(greys(8), sound="aac"), video(greys(8), file="matroska"), animation(greys(8), "WEBP")):
        for _ in range(200):
            data = bytearray(whole)
            for place in rng.integers(0, min(len(data), 2000), 6):
                data[place] = rng.integers(256)
            extent_of(bytes(data))
    heads = (b"GIF89a", b"RIFF\0\0\0\0WEBP", b"\x89PNG\r\n\x1a\n", b"\x1aE\xdf\xa3", b"\0\0\0\x08ftyp\0\0\0\x08moov")
    for head, filling in itertools.product(heads, (b"\0", b"\x21", b"\x81", b"\xff", b"\0\0\0\x08moov")):
        extent_of(head + filling * (2_000_000 // len(filling)))  # comes to an end


def test_a_film_of_a_moving_picture_names_its_frames() -> None:
    extent = Extent(length=4_000_000, frames=100)
    texts = {
        "": "frames=100",
        "seconds=2": "frames=50",
        "fps=10": "frames=40 fps=10",
        "frames=30": "frames=30",
        "frames=500": "frames=100",
        "seconds=1 fps=5 strength=0.5..2": "frames=5 fps=5 strength=0.5..2",
    }
    for asked, known in texts.items():
        assert for_moving(FilmRecipe.parse(asked), extent, LIMITS).text == known


def test_what_is_too_long_is_refused_by_its_header() -> None:
    long = Extent(length=12_000_000, frames=200)
    with pytest.raises(RecipeError, match="It lasts 12 seconds, and a film is at most 10 seconds long: seconds=10"):
        for_moving(FilmRecipe(), long, LIMITS)
    assert for_moving(FilmRecipe.parse("seconds=10"), long, LIMITS).frames == 167
    with pytest.raises(RecipeError, match="It has 500 frames, and a film has at most 240"):
        for_moving(FilmRecipe(), Extent(length=9_000_000, frames=500), LIMITS)
    assert for_moving(FilmRecipe.parse("fps=20"), Extent(length=9_000_000, frames=500), LIMITS).frames == 180
    with pytest.raises(RecipeError, match=r"moves by itself: zoom= is for films of still pictures"):
        for_moving(FilmRecipe.parse("zoom=1.3"), long, LIMITS)


def test_of_what_does_not_say_how_long_it_is_no_more_is_dreamt_than_a_film_may_have() -> None:
    unknown = Extent(length=0, frames=0)
    assert for_moving(FilmRecipe(), unknown, LIMITS).seconds == 10
    assert for_moving(FilmRecipe.parse("seconds=4"), unknown, LIMITS).seconds == 4


def test_headers_are_read_without_any_library() -> None:
    script = "import sys, dreamcore.films.lengths; print({'numpy', 'PIL', 'torch', 'av'} & {*sys.modules})"
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert said == "set()\n"
