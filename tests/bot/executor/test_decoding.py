"""Strangers' files are decoded in a child that can do nothing else; whatever it does, the worker goes on."""

from __future__ import annotations

import functools
import io
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest
from numpy.typing import NDArray
from PIL import Image, features

from bot.executor import decoder as child
from bot.executor import decoding, wording
from bot.executor.decoder import DecoderLimits
from bot.executor.decoding import Decoder, DecoderKilled
from bot.executor.processes import bare_environment
from dreamcore.errors import DreamError, PictureError
from dreamcore.picture import Limits, decode, encode, shrink
from dreamcore.sample import landscape
from dreamcore.sentences import Sentence
from tests.bot.executor.conftest import PATIENCE, wait_until
from tests.bot.executor.faulty import faulty_environment

RGB = landscape(64, 48)
KINDS = ["PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", *(["AVIF"] if features.check("avif") else [])]


def saved(kind: str, image: Image.Image | None = None, **options: object) -> bytes:
    out = io.BytesIO()
    (image or Image.fromarray(RGB)).save(out, kind, **options)
    return out.getvalue()


@functools.cache
def slow_picture() -> bytes:
    """Some seconds of decoding."""
    return saved("PNG", Image.fromarray(np.zeros((9000, 9000, 3), np.uint8)), compress_level=1)


@pytest.fixture(scope="module")
def decoder() -> Iterator[Decoder]:
    started = Decoder()
    yield started
    started.close()


@pytest.fixture
def limited() -> Iterator[Callable[[DecoderLimits], Decoder]]:
    made: list[Decoder] = []

    def make(limits: DecoderLimits) -> Decoder:
        made.append(Decoder(limits))
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.fixture
def half_sent(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """The next file stops half-way to its child, which waits for the rest of it, until this is set.

    So a child is in the middle of its work however fast the machine is, and nothing it does has to take long.
    """
    go_on, held, send = threading.Event(), threading.Event(), decoding._send

    def slowly(connection: socket.socket, frame: bytes, data: bytes) -> None:
        if held.is_set():
            return send(connection, frame, data)
        held.set()
        send(connection, frame, data[: len(data) // 2])
        assert go_on.wait(PATIENCE)
        return send(connection, b"", data[len(data) // 2 :])

    monkeypatch.setattr(decoding, "_send", slowly)
    return go_on


def parent_of_children() -> psutil.Process:
    return next(p for p in psutil.Process().children() if "bot.executor.decoder" in " ".join(p.cmdline()))


@pytest.mark.parametrize("kind", KINDS)
def test_a_child_reads_every_kind_of_picture_as_the_engine_itself_does(decoder: Decoder, kind: str) -> None:
    data = saved(kind)
    there, here = decoder.decode(data), decode(data)

    assert np.array_equal(there.rgb, here.rgb)
    assert (there.alpha, there.format, there.frames, there.notes) == (here.alpha, kind, here.frames, here.notes)


@pytest.mark.parametrize(
    "options",
    [
        {"kind": "JPEG", "image": Image.fromarray(RGB).convert("CMYK")},
        {"kind": "TIFF", "compression": "tiff_lzw"},
        {"kind": "TIFF", "compression": "tiff_adobe_deflate"},
        {"kind": "PNG", "image": Image.fromarray(RGB).quantize(16), "transparency": 3},
        {"kind": "GIF", "save_all": True, "append_images": [Image.fromarray(RGB[::-1].copy())]},
        {"kind": "JPEG", "progressive": True, "comment": "ÄÖÜ"},
    ],
    ids=lambda options: "-".join(str(value) for value in options.values() if isinstance(value, str | bool)),
)
def test_what_pillow_loads_for_special_files_is_there_before_the_child_is_locked_in(
    decoder: Decoder, options: dict[str, object]
) -> None:
    data = saved(**options)  # type: ignore[arg-type]
    there, here = decoder.decode(data), decode(data)

    assert np.array_equal(there.rgb, here.rgb)
    assert there.alpha is here.alpha is None or np.array_equal(there.alpha, here.alpha)  # type: ignore[arg-type]
    assert there.notes == here.notes


@pytest.mark.parametrize("alpha", [None, RGB[..., 0].copy()], ids=["opaque", "transparent"])
def test_a_picture_can_be_made_smaller_before_it_leaves_the_child(
    decoder: Decoder, alpha: NDArray[np.uint8] | None
) -> None:
    data = encode(RGB, alpha, format="PNG")
    there, here = decoder.decode(data, within=40), shrink(decode(data), 40)

    assert (there.width, there.height) == (40, 30)
    assert np.array_equal(there.rgb, here.rgb)
    assert there.alpha is here.alpha is None or np.array_equal(there.alpha, here.alpha)  # type: ignore[arg-type]
    assert np.array_equal(decoder.decode(data, within=64).rgb, RGB)


def test_patience_with_one_picture_can_be_shorter_and_costs_the_others_nothing(decoder: Decoder) -> None:
    decoder.decode(saved("PNG"))
    before = parent_of_children()
    with pytest.raises(DecoderKilled, match="took too much"):
        decoder.decode(slow_picture(), seconds=0.1)
    wait_until(lambda: not before.children())
    assert decoder.decode(saved("PNG")).width == 64
    assert parent_of_children().pid == before.pid


def test_the_engines_own_sentences_come_through(decoder: Decoder) -> None:
    for data in (b"", b"hello", b"%PDF-1.4", saved("PNG")[:200], saved("JPEG")[:100], b"RIFF\0\0\0\0WEBP"):
        with pytest.raises(PictureError) as here:
            decode(data)
        with pytest.raises(PictureError) as there:
            decoder.decode(data)
        assert there.value.sentence == here.value.sentence
        assert wording.packed(there.value.sentence) == wording.packed(here.value.sentence) != str(here.value)
        assert not isinstance(there.value, DecoderKilled)


def test_a_child_is_there_sooner_than_a_process_that_has_to_read_its_programs(decoder: Decoder) -> None:
    def quickest(act: Callable[[], object], times: int) -> float:
        found = []
        for _ in range(times):
            begun = time.monotonic()
            act()
            found.append(time.monotonic() - begun)
        return min(found)

    data = saved("PNG")
    decoder.decode(data)
    fresh = quickest(lambda: subprocess.run([sys.executable, "-c", "import PIL.Image, numpy"], check=True), 2)
    assert quickest(lambda: decoder.decode(data), 20) < fresh / 2


def test_several_threads_decode_at_once(decoder: Decoder) -> None:
    pictures = [saved("PNG", Image.fromarray(landscape(40 + n, 30))) for n in range(8)]
    widths: dict[int, int] = {}
    threads = [
        threading.Thread(target=lambda n=n: widths.update({n: decoder.decode(pictures[n]).width})) for n in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert widths == {n: 40 + n for n in range(8)}


def test_memory_is_bounded(limited: Callable[[DecoderLimits], Decoder]) -> None:
    decoder = limited(DecoderLimits(memory=24 << 20))
    assert decoder.decode(saved("PNG")).width == 64
    with pytest.raises(DecoderKilled):
        decoder.decode(slow_picture())
    assert decoder.decode(saved("PNG")).width == 64


def test_processor_time_is_bounded(
    limited: Callable[[DecoderLimits], Decoder], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    faulty_environment(tmp_path / "faulty")
    monkeypatch.syspath_prepend(str(tmp_path / "faulty"))  # which is how the child comes to it
    decoder = limited(DecoderLimits(cpu_seconds=1, seconds=PATIENCE))
    with pytest.raises(DecoderKilled, match="took too much") as killed:
        decoder.decode(saved("PNG") + b"endless")
    assert "signal" in killed.value.log
    assert decoder.decode(saved("PNG")).width == 64


def test_time_by_the_clock_is_bounded(
    limited: Callable[[DecoderLimits], Decoder], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decoding, "_PATIENCE", PATIENCE)  # the parent is to end it, however late that comes to it
    decoder = limited(DecoderLimits(seconds=0.1))
    decoder.start()
    with pytest.raises(DecoderKilled) as killed:
        decoder.decode(slow_picture())
    assert "too long" in killed.value.log


def test_a_child_that_is_killed_is_the_pictures_fault_and_the_next_picture_is_read(
    decoder: Decoder, half_sent: threading.Event
) -> None:
    decoder.start()

    def kill() -> None:
        wait_until(lambda: bool(parent_of_children().children()))
        parent_of_children().children()[0].kill()
        wait_until(lambda: not parent_of_children().children())  # buried, and word of it left
        half_sent.set()

    killer = threading.Thread(target=kill)
    killer.start()
    with pytest.raises(DecoderKilled) as killed:
        decoder.decode(saved("PNG"))
    killer.join()
    assert "signal 9" in killed.value.log
    assert decoder.decode(saved("PNG")).width == 64


def test_a_killed_parent_is_nobodys_fault(decoder: Decoder) -> None:
    decoder.decode(saved("PNG"))
    before = parent_of_children()
    before.kill()
    assert decoder.decode(saved("PNG")).width == 64
    assert parent_of_children().pid != before.pid


def test_a_parent_that_is_killed_in_the_middle_takes_its_children_along_and_the_picture_is_read_again(
    decoder: Decoder, half_sent: threading.Event
) -> None:
    decoder.start()
    parent = parent_of_children()
    orphans: list[psutil.Process] = []

    def kill() -> None:
        wait_until(lambda: bool(parent.children()))
        orphans.extend(parent.children())
        orphans[0].suspend()  # so that it cannot end by itself
        parent.kill()
        half_sent.set()

    killer = threading.Thread(target=kill)
    killer.start()
    assert decoder.decode(saved("PNG")).width == 64
    killer.join()
    assert orphans
    assert parent_of_children().pid != parent.pid
    wait_until(lambda: not any(orphan.is_running() for orphan in orphans))


def test_close_leaves_no_process() -> None:
    others = set(psutil.Process().children())
    decoder = Decoder()
    decoder.start()
    assert len(set(psutil.Process().children()) - others) == 1
    decoder.close()
    assert set(psutil.Process().children()) <= others


def test_a_child_can_open_nothing_and_knows_nothing(tmp_path: Path) -> None:
    ours, theirs = socket.socketpair()
    (tmp_path / "secret").write_text("secret")
    pid = os.fork()
    if pid == 0:
        child.confine(DecoderLimits())
        told = {}
        for name, act in {
            "file": (tmp_path / "secret").read_text,
            "new file": (tmp_path / "new").touch,
            "socket": socket.socket,
            "folder": lambda: list(tmp_path.iterdir()),
            "pipe": os.pipe,
            "memory": lambda: bytearray(3 << 30),
        }.items():
            try:
                act()
                told[name] = "went well"
            except (OSError, MemoryError) as error:
                told[name] = type(error).__name__
        theirs.sendall(child.framed(told))
        os._exit(0)
    os.waitpid(pid, 0)
    assert "went well" not in child.received_header(ours).values()
    ours.close()
    theirs.close()


def test_the_operators_environment_is_not_passed_on(decoder: Decoder, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISCORD_TOKEN", "DREAM_DATABASE", "AWS_SECRET_ACCESS_KEY", "SOMETHING"):
        monkeypatch.setenv(name, "very-secret")
    assert "very-secret" not in bare_environment().values()
    decoder.close()
    decoder.start()
    assert "very-secret" not in parent_of_children().environ().values()


HONEST = {"width": 2, "height": 2, "alpha": False, "format": "PNG", "frames": 1, "notes": []}


@pytest.mark.parametrize(
    "changes",
    [
        {"width": 10**6, "height": 10**6},
        {"width": 70_000, "height": 1},
        {"width": -2},
        {"width": True},
        {"width": "2"},
        {"width": None},
        {"format": "EXE"},
        {"notes": ["x" * 10_000]},
        {"notes": ["x"] * 1000},
        {"notes": [3]},
        {"notes": None},
        {"error": "x" * 10_000, "log": ""},
        {"error": ["no text"], "log": ""},
        {"error": "no log"},
        {"died": 3},
    ],
    ids=str,
)
def test_a_child_that_was_taken_over_is_not_believed(changes: dict[str, object]) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(child.framed({**HONEST, **changes}) + b"\0" * 12)
        answer = decoding.Answer(ours)
        with pytest.raises((ValueError, TypeError, KeyError)):
            decoding.picture_from(answer.header(), answer, DecoderLimits())


def test_an_answer_that_is_no_answer_is_not_believed() -> None:
    for said in (b"", b"\0", b"\xff\xff\xff\xff", b"\0\0\0\2[]", b"\0\0\0\3{]}", child.LENGTH.pack(100) + b"{}"):
        ours, theirs = socket.socketpair()
        with ours:
            theirs.sendall(said)
            theirs.close()
            with pytest.raises((ValueError, EOFError)):
                child.received_header(ours)


def test_notes_keep_what_they_were_made_of(decoder: Decoder) -> None:
    frames = [Image.fromarray(RGB), Image.fromarray(RGB[::-1])]
    data = saved("GIF", frames[0], save_all=True, append_images=frames[1:])
    (note,) = decoder.decode(data).notes
    assert isinstance(note, Sentence)
    assert note.template == "The first of {count} frames was dreamt; a film has all of them."
    assert note.values == {"count": 2}


def test_what_a_child_says_is_one_line() -> None:
    assert wording.unpacked("a\nb\x1b[31mc") == "a b [31mc"
    assert wording.unpacked(said("x\n{it}", it="\0")) == "x  "


@pytest.mark.parametrize(
    "sentence",
    [
        Sentence("A sentence."),
        Sentence("Braces {} that nothing stands in."),
        Sentence("{a} and {b}", a=3, b="c"),
        Sentence(
            "It is {what}.", what=Sentence("too {much}", much=Sentence.counted("{count} byte", "{count} bytes", 2))
        ),
        "plain",
    ],
)
def test_sentences_cross_the_pipe_with_all_that_is_in_them(sentence: str) -> None:
    there = wording.unpacked(json.loads(json.dumps(wording.packed(sentence))))
    assert (there, wording.packed(there)) == (sentence, wording.packed(sentence))


def said(template: object, plural: object = None, /, **values: object) -> dict[str, object]:
    return {"template": template, "plural": plural, "values": values}


@pytest.mark.parametrize(
    "header",
    [
        said("{it.__class__}", it="x"),
        said("{it[0]}", it="x"),
        said("{it!r}", it="x"),
        said("{it:>9999999999}", it="x"),
        said("{it:{width}}", it="x", width=9),
        said("{}", it="x"),
        said("{other}", it="x"),
        said("{it", it="x"),
        said("{it}" * 100, it="x" * 499),
        said("x" * 501),
        said(3),
        said("{count} x", "{count:>99999999} xs", count=2),
        said("{count} x", "{count} xs", count="2"),
        said("{count} x", "xs"),
        said("{it}", it=1.5),
        said("{it}", it=None),
        said("{it}", it=True),
        said("{it}", it=said("{it}", it=said("{it}", it=said("{it}", it=said("{it}", it="x"))))),
        said("x", **{f"v{n}": "x" for n in range(50)}),
        {"template": "x", "plural": None},
        {"template": "x", "plural": None, "values": []},
        [],
    ],
    ids=lambda header: str(header)[:40],
)
def test_a_template_of_a_child_that_was_taken_over_does_nothing_but_fill_in(header: object) -> None:
    with pytest.raises(ValueError, match=r"sentence|text|value|template|number|string"):
        wording.unpacked(header)


def test_without_a_python_that_starts_there_is_a_sentence_and_no_blame(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoding, "python_command", lambda *arguments: ["false"])
    decoder = Decoder(DecoderLimits(picture=Limits(pixels=10**6)))
    with pytest.raises(DreamError) as error:
        decoder.decode(encode(RGB, format="PNG"))
    assert not isinstance(error.value, PictureError)
    assert json.dumps(error.value.sentence)
    decoder.close()
