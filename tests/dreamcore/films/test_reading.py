"""Strangers' moving pictures: read as they are meant to be seen and heard, or refused in one sentence."""

from __future__ import annotations

import io
import struct
import subprocess
import sys
from fractions import Fraction

import av
import numpy as np
import pytest
from PIL import features

from dreamcore.errors import PictureError
from dreamcore.films.footage import MovingLimits
from dreamcore.films.reading import is_moving, read_moving
from dreamcore.picture import decode
from dreamcore.sample import landscape
from tests.dreamcore.films.moving_files import animation, brightness, greys, tone, video

ANIMATED = ["GIF", "WEBP", "PNG", *(["AVIF"] if features.check("avif") else [])]


@pytest.mark.parametrize("kind", ANIMATED)
def test_an_animation_keeps_its_frames_its_times_and_its_loop(kind: str) -> None:
    data = animation(greys(4), kind, duration=[40, 70, 300, 20], **({} if kind == "AVIF" else {"loop": 3}))
    moving = read_moving(data)

    assert (moving.width, moving.height, moving.format, moving.animated) == (48, 32, kind, True)
    assert moving.starts == (0, 40_000, 110_000, 410_000)
    assert moving.length == 430_000
    assert moving.loop == (None if kind == "AVIF" else 3)
    assert brightness(moving.frames()) == [20, 30, 40, 50]
    assert moving.notes == ()
    assert is_moving(data)


def test_a_gif_without_delays_plays_as_programs_play_it() -> None:
    assert read_moving(animation(greys(2), duration=0)).starts == (0, 100_000)


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_what_is_transparent_stays_transparent(kind: str) -> None:
    pictures = []
    for number in range(3):
        pictures.append(np.dstack([landscape(48, 32), np.full((32, 48), 255, np.uint8)]))
        pictures[-1][:, : 8 * (number + 1), 3] = 0
    moving = read_moving(animation(pictures, kind, disposal=2 if kind == "GIF" else 1, **_lossless(kind)))

    assert moving.transparent
    for number, frame in enumerate(moving.frames()):
        assert frame.alpha is not None
        assert not frame.alpha[:, : 8 * (number + 1)].any()
        assert frame.alpha[:, 8 * (number + 1) :].all()


def _lossless(kind: str) -> dict[str, object]:
    return {"lossless": True} if kind == "WEBP" else {}


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_of_an_animation_with_a_broken_tail_there_is_what_could_be_read_and_a_note(kind: str) -> None:
    data = animation([np.roll(landscape(48, 32), n, 1) for n in range(6)], kind, duration=100)
    moving = read_moving(data[: len(data) * 2 // 3])

    assert 2 <= len(moving.starts) < 6
    assert len(list(moving.frames())) == len(moving.starts)
    assert "breaks off after" in moving.notes[0]
    assert ("of 0.6 seconds" in moving.notes[0]) == (kind == "PNG")  # the others do not say how many there were


@pytest.mark.parametrize(
    ("file", "codec"), [("mp4", "libx264"), ("mov", "mpeg4"), ("matroska", "libx264"), ("webm", "libvpx")]
)
def test_a_video_of_any_frame_rate_keeps_its_times(file: str, codec: str) -> None:
    times = [0.0, 0.04, 0.2, 0.24, 0.9]
    moving = read_moving(video(greys(5), times=times, file=file, codec=codec))

    assert [round(start / 1000) for start in moving.starts] == [0, 40, 200, 240, 900]
    assert brightness(moving.frames()) == [20, 30, 40, 50, 60]
    assert [frame.start for frame in moving.frames()] == list(moving.starts)
    assert moving.length > 900_000
    assert moving.format == ("MKV" if file in ("matroska", "webm") else "MP4")


def test_frames_can_be_asked_for_from_any_number_on_and_smaller() -> None:
    moving = read_moving(video(greys(6)))

    assert brightness(moving.frames(4)) == [60, 70]
    assert next(moving.frames(4)).start == 160_000
    assert [frame.rgb.shape for frame in moving.frames(5, longest=24)] == [(16, 24, 3)]


def test_a_phones_upright_video_is_upright() -> None:
    picture = np.zeros((32, 48, 3), np.uint8)
    picture[:, :12] = 255  # what was the left, lying down
    for rotation, bright in ((90, np.s_[-8:]), (-90, np.s_[:8])):
        moving = read_moving(video([picture] * 2, rotation=rotation))
        frame = next(moving.frames())
        assert (moving.width, moving.height) == (32, 48)
        assert frame.rgb[bright].mean() > 240
        assert frame.rgb.mean() < 80


def test_pixels_that_are_not_square_are_made_square() -> None:
    moving = read_moving(video(greys(2), sample_aspect_ratio=Fraction(4, 3)))
    assert (moving.width, moving.height) == (64, 32)
    assert next(moving.frames()).rgb.shape == (32, 64, 3)


def test_odd_sides_are_kept() -> None:
    moving = read_moving(video(greys(2, 33, 21), pixels="yuv444p"))
    assert next(moving.frames()).rgb.shape == (21, 33, 3)


def test_colours_come_out_as_they_went_in_whatever_the_size() -> None:
    colour = np.array([200, 40, 90], np.uint8)
    for width, height in ((64, 48), (1280, 720)):
        code = 1 if height >= 720 else 5
        picture = np.broadcast_to(colour, (height, width, 3)).copy()
        moving = read_moving(video([picture], codec="libx264", coding={"qp": "4"}, frame={"colorspace": code}))
        assert np.abs(next(moving.frames(longest=32)).rgb.mean((0, 1)) - colour).max() < 6


@pytest.mark.parametrize(("transfer", "paper"), [(16, 0.58), (18, 0.75)], ids=["PQ", "HLG"])
def test_hdr_is_brought_to_what_every_screen_shows(transfer: int, paper: float) -> None:
    """Paper white is bright, not grey; twice as bright is brighter still; shadows stay dark and grey stays grey."""
    steps = [0.0, paper * 0.5, paper, min(1.0, paper * 1.3)]
    pictures = [np.full((32, 48, 3), round(65535 * step), np.uint16) for step in steps]
    colours = {"color_trc": transfer, "color_primaries": 9, "colorspace": 9}
    moving = read_moving(video(pictures, codec="libx264", pixels="yuv420p10le", frame=colours, **colours))
    found = [frame.rgb.mean((0, 1)) for frame in moving.frames()]

    levels = [float(rgb.mean()) for rgb in found]
    assert levels[0] < 4
    assert 20 < levels[1] < 160
    assert 215 < levels[2] < levels[3]
    assert max(np.ptp(rgb) for rgb in found) < 6


def test_interlaced_video_has_no_combs() -> None:
    """Each field shows its own moment: every other row is elsewhere."""
    picture = np.full((64, 48, 3), 30, np.uint8)
    picture[0::2, 10:20] = 220
    picture[1::2, 20:30] = 220
    moving = read_moving(video([picture] * 2, codec="libx264", coding={"x264-params": "interlaced=1:qp=4"}))
    frame = next(moving.frames())

    assert frame.rgb.shape == (64, 48, 3)
    assert np.abs(np.diff(frame.rgb[4:-4].astype(int), axis=0)).max() < 60


def test_the_sound_of_an_mp4_is_kept_packet_by_packet() -> None:
    sound = read_moving(video(greys(25), sound="aac")).sound
    assert sound is not None
    assert (sound.kind, sound.rate, sound.channels) == ("aac", 44100, 2)
    starts = [start for start, _ in sound.pieces]
    assert starts[0] <= 0
    assert set(np.diff(starts)) == {1024}
    assert abs(starts[-1] + 1024 - 44100) <= 1024


@pytest.mark.parametrize(
    ("file", "sound"), [("matroska", "flac"), ("mp4", "mp3"), ("mov", "pcm_s16le"), ("webm", "libopus")]
)
def test_other_sound_becomes_samples(file: str, sound: str) -> None:
    codec = "libvpx" if file == "webm" else "libx264"
    read = read_moving(video(greys(25), file=file, codec=codec, sound=sound)).sound
    assert read is not None
    assert (read.kind, read.channels) == ("pcm", 2)
    ((start, data),) = read.pieces
    wave = np.frombuffer(data, np.int16).reshape(-1, 2)[:, 0].astype(float)
    assert start == 0
    assert abs(len(wave) / read.rate - 1) < 0.05
    crossings = np.count_nonzero(np.diff(np.signbit(wave[read.rate // 10 : read.rate // 2]))) / 0.4 / 2
    assert abs(crossings - 440) < 5


def test_sound_that_goes_on_after_the_last_picture_ends_with_it() -> None:
    sound = read_moving(video(greys(5), sound="aac", sound_seconds=2)).sound
    assert sound is not None
    assert sound.pieces[-1][0] < 0.2 * 44100
    assert read_moving(video(greys(5))).sound is None


def test_of_a_video_with_a_broken_tail_there_is_what_could_be_read_and_a_note() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (20, 32, 48, 3), dtype=np.uint8)
    for file, options in (("matroska", {}), ("mp4", {"movflags": "faststart"})):
        data = video(list(noise), file=file, options=options, coding={"g": "5"})
        moving = read_moving(data[: len(data) // 2])
        assert 4 < len(list(moving.frames())) < 16
        assert "breaks off after" in moving.notes[0]
        assert "0.8" in moving.notes[0]


def test_one_frame_is_a_moving_picture_too() -> None:
    for data in (video(greys(1)), animation(greys(1))):
        assert brightness(read_moving(data).frames()) == [20]
    assert is_moving(video(greys(1)))
    assert not is_moving(animation(greys(1)))


def hour_long() -> bytes:
    """Two frames, an hour apart."""
    return video(greys(2), times=[0, 3600], file="mp4")


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (hour_long(), "lasts 60 minutes; of a moving picture at most 60 seconds can be dreamt"),
        (video(greys(2), times=[0, 90], file="matroska"), "lasts 90 seconds; of a moving"),
        (animation(greys(2), duration=40_000), "lasts 80 seconds"),
        (video(greys(9), file="mp4"), "has 9 frames; at most 8"),
        (video(greys(9), file="matroska"), "has 9 frames; at most 8"),
        (animation(greys(9)), "has 9 frames; at most 8"),
        (video([landscape(256, 32)] * 2), "Its frames have 256x32 pixels"),
        (animation([landscape(256, 32)] * 2, "WEBP"), "Its frames have 256x32 pixels"),
        (video(greys(3)) + bytes(1 << 17), "The file has .*KiB|The file has .* bytes"),
        (video(greys(3)).replace(b"avc1", b"zzzz"), "packed in a way that cannot be read here"),
        (video(greys(3)).replace(b"avc1", b"encv"), "protected"),
        (video(greys(3))[:700], "breaks off before its first picture"),
        (b"\x1aE\xdf\xa3" + bytes(500), "breaks off before its first picture"),
        (b"\0\0\0\x20ftypisom" + bytes(500), "breaks off before its first picture"),
        (animation(greys(3))[:60], "damaged or incomplete"),
        (b"\xff\xd8\xff" + bytes(100), "JPEG is a still picture"),
        (b"RIFF\0\0\0\0AVI LIST", "a video"),
        (b"", "empty"),
    ],
)
def test_what_cannot_be_dreamt_is_said_in_one_sentence(data: bytes, sentence: str) -> None:
    limits = MovingLimits(frames=8, side=200, bytes=1 << 17)
    with pytest.raises(PictureError, match=sentence):
        list(read_moving(data, limits=limits).frames())


def test_a_song_in_a_film_s_clothes_is_no_film() -> None:
    out = io.BytesIO()
    with av.open(out, "w", format="mp4") as container:
        heard = container.add_stream("aac", rate=44100, layout="stereo")
        container.mux(heard.encode(tone(0.2)))
        container.mux(heard.encode())
    with pytest.raises(PictureError, match="only sound"):
        read_moving(out.getvalue())


def test_a_header_that_lies_about_its_length_is_caught_by_the_frames() -> None:
    data = video(greys(2), times=[0, 90], file="matroska")
    place = data.index(b"\x44\x89\x88") + 3  # the length, in thousandths
    assert 90_000 <= struct.unpack(">d", data[place : place + 8])[0] < 91_000
    lying = data[:place] + struct.pack(">d", 100.0) + data[place + 8 :]
    with pytest.raises(PictureError, match="lasts 90 seconds"):
        read_moving(lying)


def test_frames_that_turn_out_larger_than_the_header_says_are_not_decoded() -> None:
    """The size that counts stands inside the video itself."""
    data = video([landscape(256, 64)] * 2)
    place = data.index(b"avc1", data.index(b"stsd")) + 28
    assert data[place : place + 4] == struct.pack(">HH", 256, 64)
    lying = data[:place] + struct.pack(">HH", 48, 32) + data[place + 4 :]
    with pytest.raises(PictureError):
        read_moving(lying, limits=MovingLimits(side=200, pixels=100 * 100))


def test_bytes_at_random_never_raise_anything_but_our_own_errors() -> None:
    rng, refused = np.random.default_rng(1), 0
    for whole in (video(greys(8), sound="aac"), video(greys(8), file="matroska", sound="flac"), animation(greys(8))):
        for _ in range(25):
            data = bytearray(whole)
            for place in rng.integers(0, len(data), 12):
                data[place] = rng.integers(256)
            try:
                list(read_moving(bytes(data)).frames())
            except PictureError:
                refused += 1
    assert 0 < refused < 75


def test_still_pictures_doors_say_that_a_video_can_be_a_film() -> None:
    for data in (video(greys(2)), video(greys(2), file="matroska"), video(greys(2), file="mov")):
        with pytest.raises(PictureError, match="This is a video, not a picture: dream it as a film, or post"):
            decode(data)


def test_without_the_video_library_animations_are_read_and_a_video_says_what_to_install() -> None:
    script = f"""
import sys
sys.modules["av"] = None
from dreamcore.errors import DreamError
from dreamcore.films.reading import read_moving
assert len(list(read_moving({animation(greys(3))!r}).frames())) == 3
try:
    read_moving({video(greys(2))!r})
except DreamError as error:
    print(error.sentence)
print("torch" in sys.modules, "cv2" in sys.modules)
"""
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert "pip install “dreambot[film]”" in said
    assert said.endswith("False False\n")


@pytest.mark.parametrize("file", ["mp4", "matroska"])
def test_from_the_middle_on_there_are_the_same_frames_as_from_the_beginning(file: str) -> None:
    """Also between keyframes, and where frames are decoded in another order than they are shown."""
    pictures = [np.roll(landscape(48, 32), 3 * n, 1) for n in range(40)]
    moving = read_moving(video(pictures, file=file, coding={"g": "12", "bf": "3"}))
    whole = list(moving.frames())
    for first in (1, 11, 12, 13, 25, 39):
        later = list(moving.frames(first))
        assert [frame.start for frame in later] == list(moving.starts[first:])
        assert all(np.array_equal(a.rgb, b.rgb) for a, b in zip(whole[first:], later, strict=True))
    assert list(moving.frames(40)) == []
