"""Strangers' moving pictures are decoded in children too: what comes back is checked, and what dies is a child."""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from bot.executor import decoder as child
from bot.executor import moving as parent
from bot.executor.decoder import DecoderLimits, framed
from bot.executor.decoding import Answer, Decoder, DecoderKilled
from bot.executor.moving import decode_source
from dreamcore.errors import PictureError
from dreamcore.films.footage import MovingLimits, MovingPicture
from dreamcore.films.reading import read_moving, read_source
from dreamcore.picture import Picture, decode, encode
from dreamcore.sample import landscape
from tests.dreamcore.films.moving_files import animation, greys, video

PICTURES = [np.roll(landscape(48, 32), 3 * n, 1) for n in range(9)]
FILES = {
    "mp4": video(PICTURES, sound="aac"),
    "webm": video(PICTURES, file="webm", codec="libvpx", sound="libopus"),
    "mov": video(PICTURES, file="mov", sound="pcm_s16le", rotation=90),
    "gif": animation(PICTURES, loop=0),
    "webp": animation(PICTURES, "WEBP"),
    "png": animation(PICTURES, "PNG"),
}


@pytest.fixture(scope="module")
def decoder() -> Iterator[Decoder]:
    started = Decoder()
    yield started
    started.close()


def moving(decoder: Decoder, data: bytes) -> MovingPicture:
    source = decode_source(decoder, data)
    assert isinstance(source, MovingPicture)
    return source


@pytest.mark.parametrize("kind", FILES)
def test_a_child_reads_moving_pictures_as_the_engine_itself_does(
    decoder: Decoder, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parent, "_AT_ONCE", 4 * 24 * 16 * 4)  # four small frames
    there, here = moving(decoder, FILES[kind]), read_moving(FILES[kind])

    for name in ("width", "height", "format", "starts", "length", "transparent", "loop", "notes", "sound", "digest"):
        assert getattr(there, name) == getattr(here, name), name
    for first, longest in ((0, None), (0, 24), (5, 24)):
        found, meant = list(there.frames(first, longest=longest)), list(here.frames(first, longest=longest))
        assert [frame.start for frame in found] == [frame.start for frame in meant]
        assert all(np.array_equal(a.rgb, b.rgb) for a, b in zip(found, meant, strict=True))


def test_transparency_comes_through(decoder: Decoder) -> None:
    pictures = [np.dstack([picture, np.where(picture[..., :1] > 100, 255, 0)]).astype(np.uint8) for picture in PICTURES]
    data = animation(pictures, "WEBP", lossless=True)
    there, here = moving(decoder, data), read_moving(data)
    assert there.transparent
    for a, b in zip(there.frames(), here.frames(), strict=True):
        assert a.alpha is not None
        assert np.array_equal(a.alpha, b.alpha)


def test_the_engines_own_sentences_come_through(decoder: Decoder) -> None:
    for data in (b"", b"hello", FILES["mp4"][:300], FILES["gif"][:40], video(greys(2), times=[0, 3600])):
        with pytest.raises(PictureError) as here:
            read_source(data)
        with pytest.raises(PictureError) as there:
            decode_source(decoder, data)
        assert there.value.sentence == here.value.sentence
        assert not isinstance(there.value, DecoderKilled)


def test_pictures_are_still_read_by_the_same_children(decoder: Decoder) -> None:
    assert np.array_equal(decoder.decode(FILES["gif"]).rgb, decode(FILES["gif"]).rgb)
    with pytest.raises(PictureError, match="dream it as a film"):
        decoder.decode(FILES["mp4"])


def test_what_does_not_move_is_a_picture(decoder: Decoder) -> None:
    for data in (encode(PICTURES[0], format="PNG"), animation(PICTURES[:1]), video(PICTURES[:1])):
        source = decode_source(decoder, data)
        assert isinstance(source, Picture)
        assert (source.width, source.height) == (48, 32)
        assert np.abs(source.rgb.astype(int) - PICTURES[0]).mean() < 12


@pytest.fixture
def limited() -> Iterator[Callable[[DecoderLimits], Decoder]]:
    made: list[Decoder] = []

    def make(limits: DecoderLimits) -> Decoder:
        made.append(Decoder(limits))
        return made[-1]

    yield make
    for each in made:
        each.close()


def test_a_video_that_takes_too_much_memory_ends_its_child_alone(limited: Callable[[DecoderLimits], Decoder]) -> None:
    large = video([np.zeros((2200, 4000, 3), np.uint8)] * 2, codec="mpeg4")
    decoder = limited(DecoderLimits(memory=24 << 20))
    assert moving(decoder, FILES["mp4"]).width == 48
    with pytest.raises(DecoderKilled):
        list(moving(decoder, large).frames())
    assert len(list(moving(decoder, FILES["mp4"]).frames())) == 9


def test_a_video_that_takes_too_long_ends_its_child_alone(limited: Callable[[DecoderLimits], Decoder]) -> None:
    decoder = limited(DecoderLimits(seconds=0.05))
    decoder.start()
    long = animation([np.full((1500, 1500, 3), 5 * n, np.uint8) for n in range(9)], "WEBP", method=0)
    with pytest.raises(DecoderKilled, match="took too much") as killed:
        decode_source(decoder, long)
    assert "too long" in killed.value.log


def test_limits_are_the_childs_too(limited: Callable[[DecoderLimits], Decoder]) -> None:
    decoder = limited(DecoderLimits(moving=MovingLimits(frames=5)))
    with pytest.raises(PictureError, match="has 9 frames; at most 5"):
        decode_source(decoder, FILES["mp4"])


def about(**changes: Any) -> bytes:
    told = {
        "width": 4,
        "height": 2,
        "format": "MP4",
        "frames": 2,
        "length": 100,
        "transparent": False,
        "loop": None,
        "notes": [],
        "sound": None,
        "moving": True,
        **changes,
    }
    return framed(told)


def numbers(*values: int) -> bytes:
    return b"".join(map(child.NUMBER.pack, values))


LIES = {
    "size": about(width=9000) + numbers(0, 50),
    "pixels": about(width=8000, height=8000) + numbers(0, 50),
    "no frames": about(frames=0),
    "many frames": about(frames=1 << 30),
    "length": about(length=1 << 30) + numbers(0, 50),
    "times that fall": about() + numbers(0, -50),
    "times beyond the end": about() + numbers(0, 150),
    "a late beginning": about() + numbers(10, 50),
    "format": about(format="EXE") + numbers(0, 50),
    "notes": about(notes=["a"] * 99) + numbers(0, 50),
    "a note": about(notes=[{"template": "{a.__class__}", "plural": None, "values": {"a": "b"}}]) + numbers(0, 50),
    "loop": about(loop="x") + numbers(0, 50),
    "sound": about(sound=["mp3", 44100, 2, 1]) + numbers(0, 50),
    "rate": about(sound=["pcm", 1, 2, 1]) + numbers(0, 50),
    "channels": about(sound=["pcm", 44100, 200, 1]) + numbers(0, 50),
    "packets": about(sound=["aac", 44100, 2, 1 << 40]) + numbers(0, 50),
    "a packet": about(sound=["aac", 44100, 2, 1]) + numbers(0, 50, 0, 1 << 40),
    "packets out of order": about(sound=["aac", 44100, 2, 2]) + numbers(0, 50, 0, 1) + b"a" + numbers(0, 1) + b"a",
    "silence": about(),
    "no header": b"\0\0\0\2[]",
}


@pytest.mark.parametrize("lie", LIES.values(), ids=list(LIES))
def test_nothing_is_believed_that_a_child_says(lie: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    decoder = Decoder()
    with speaking(lie, monkeypatch), pytest.raises(DecoderKilled):
        decode_source(decoder, b"a file")
    decoder.close()


FRAME = bytes(4 * 2 * 3)
FRAME_LIES = {
    "too many": (framed({"start": 0, "alpha": False}) + FRAME) * 3,
    "not rising": (framed({"start": 7, "alpha": False}) + FRAME) * 2,
    "no start": framed({"start": None, "alpha": False}) + FRAME,
    "half a frame": framed({"start": 0, "alpha": False}) + FRAME[:9],
}


@pytest.mark.parametrize("lie", FRAME_LIES.values(), ids=list(FRAME_LIES))
def test_frames_are_not_believed_either(lie: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    decoder = Decoder()
    monkeypatch.setattr(parent, "_AT_ONCE", 2 * 4 * 2 * 4)
    with speaking(about() + numbers(0, 50), monkeypatch):
        source = moving(decoder, b"a file")
    with speaking(lie, monkeypatch), pytest.raises(DecoderKilled):
        list(source.frames())
    decoder.close()


@contextlib.contextmanager
def speaking(words: bytes, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A child that says this, whatever it is asked."""

    def ask(self: Decoder, data: bytes, asked: object, receive: Callable[[Answer], Any], **_: object) -> Any:
        ours, theirs = socket.socketpair()
        with ours, theirs:
            theirs.sendall(words)
            theirs.shutdown(socket.SHUT_WR)
            try:
                return receive(Answer(ours))
            except (EOFError, ValueError, KeyError, TypeError) as error:
                raise DecoderKilled(repr(error)) from error

    with monkeypatch.context() as patched:
        patched.setattr(Decoder, "ask", ask)
        yield


def test_a_child_that_is_about_to_read_a_video_can_still_open_nothing() -> None:
    """As for pictures: the libraries for video change nothing about how a child is locked in."""
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            child._load_all()
            child.confine(DecoderLimits())
            frames = list(read_moving(FILES["mp4"]).frames())
            with contextlib.suppress(OSError):
                os.open("/dev/null", os.O_RDONLY)
                code = 2
                raise AssertionError
            code = 0 if len(frames) == 9 else 3
        finally:
            os._exit(code)
    _, status = os.waitpid(pid, 0)
    assert os.waitstatus_to_exitcode(status) == 0
