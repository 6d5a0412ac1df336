"""Decodes strangers' pictures, each in a process of its own that can do nothing else and does not live long.

`python -m bot.executor.decoder FD` is the parent of those processes: it has Pillow loaded, and forks one child for each
picture, which takes milliseconds. A worker talks to it over the socket FD: for each picture it sends one byte with one
end of a new socket, through which the child receives the file and answers with the pixels (`bot.executor.decoding` is
the other side). No torch here, no threads, no secrets in the environment, and nothing but a closed pipe ends it.
"""

from __future__ import annotations

import codecs
import contextlib
import io
import itertools
import json
import os
import resource
import select
import signal
import socket
import struct
import sys
import time
from dataclasses import dataclass
from typing import Any, NoReturn

import numpy as np
from PIL import AvifImagePlugin, Image

from bot.executor.processes import die_with_parent
from bot.executor.wording import packed
from dreamcore.errors import DreamError
from dreamcore.films.footage import MovingLimits, MovingPicture
from dreamcore.films.reading import read_moving, read_source
from dreamcore.films.tools import av
from dreamcore.picture import Limits, Picture, decode, encode, shrink
from dreamcore.sample import landscape

LENGTH = struct.Struct(">I")  #: before every header
MOST_HEADER = 1 << 16
NUMBER = struct.Struct(">q")  #: in lists that are too long for a header


@dataclass(frozen=True, kw_only=True)
class DecoderLimits:
    """What one picture may take."""

    memory: int = 2 << 30  # bytes of address space, beside what the process has to begin with
    cpu_seconds: int = 30
    seconds: float = 60.0  # by the clock: the machine may be busy
    picture: Limits = Limits()
    moving: MovingLimits = MovingLimits()


@dataclass(frozen=True, kw_only=True)
class _Child:
    pid: int
    life: int  # the read end of a pipe that closes when the child is gone
    answer: socket.socket
    deadline: float


class _Server:
    """Forks, watches, buries."""

    def __init__(self, control: socket.socket, limits: DecoderLimits) -> None:
        self._control = control
        self._limits = limits
        self._children: dict[int, _Child] = {}  # by the descriptor of `life`
        self._answers: dict[int, _Child] = {}  # by the descriptor of `answer`
        self._poll = select.poll()
        self._poll.register(control, select.POLLIN)

    def serve(self) -> None:
        """Until the worker is gone."""
        while True:
            for descriptor, _ in self._poll.poll(self._wait_ms()):
                if descriptor == self._control.fileno():
                    if not self._accept():
                        return
                elif descriptor in self._children:
                    self._bury(self._children[descriptor])
                elif descriptor in self._answers:  # the worker hung up: it wants the answer no more
                    self._kill(self._answers[descriptor])
            for child in [c for c in self._children.values() if time.monotonic() > c.deadline]:
                self._kill(child)

    def _wait_ms(self) -> float | None:
        if not self._children:
            return None
        nearest = min(child.deadline for child in self._children.values())
        return max(0.0, nearest - time.monotonic()) * 1000 + 1

    def _accept(self) -> bool:
        _, descriptors, _, _ = socket.recv_fds(self._control, 1, 1)
        if not descriptors:
            return False
        answer = socket.socket(fileno=descriptors[0])
        life, lifeline = os.pipe()
        pid = os.fork()
        if pid == 0:
            _decode_and_exit(answer, lifeline, self._limits)
        os.close(lifeline)
        child = _Child(pid=pid, life=life, answer=answer, deadline=time.monotonic() + self._limits.seconds)
        self._children[life] = self._answers[answer.fileno()] = child
        self._poll.register(life, 0)
        self._poll.register(answer, 0)
        return True

    def _kill(self, child: _Child) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(child.pid, signal.SIGKILL)
        self._bury(child)

    def _bury(self, child: _Child) -> None:
        """The child has ended: tell the worker, should it still wait."""
        _, status = os.waitpid(child.pid, 0)
        del self._children[child.life], self._answers[child.answer.fileno()]
        self._poll.unregister(child.life)
        self._poll.unregister(child.answer)
        os.close(child.life)
        code = os.waitstatus_to_exitcode(status)
        if code != 0:
            overdue = time.monotonic() > child.deadline
            died = "took too long" if overdue else f"signal {-code}" if code < 0 else f"exit code {code}"
            child.answer.setblocking(False)
            with contextlib.suppress(OSError):
                child.answer.sendall(framed({"died": died}))
        child.answer.close()


def _decode_and_exit(answer: socket.socket, lifeline: int, limits: DecoderLimits) -> NoReturn:
    """The child's whole life."""
    code = 1
    try:
        die_with_parent()
        _close_all_but({answer.fileno(), lifeline})
        confine(limits)
        _answer(answer, limits)
        code = 0
    finally:  # without a word: the exit code tells, and what was raised is the file's doing
        os._exit(code)


def _close_all_but(kept: set[int]) -> None:
    """Other pictures' sockets, and the one to the worker; the three standard ones lead nowhere."""
    first = 3
    for descriptor in sorted(kept):
        if descriptor > first:
            os.closerange(first, descriptor)
        first = max(first, descriptor + 1)
    os.closerange(first, 4096)


def confine(limits: DecoderLimits) -> None:
    """From here on: no new file, socket or descriptor of any kind, no writing to files, bounded memory and time."""
    wanted = {
        resource.RLIMIT_AS: _address_space() + limits.memory,
        resource.RLIMIT_CPU: limits.cpu_seconds,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NOFILE: 0,
    }
    for kind, most in wanted.items():
        _, hard = resource.getrlimit(kind)
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        with contextlib.suppress(ValueError, OSError):  # macOS does not let every limit be set
            resource.setrlimit(kind, (most, most))


def _address_space() -> int:
    """Bytes that this process has mapped, libraries and all."""
    try:
        with open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123 - before the limits, and plain
            return int(file.read().split()[0]) * resource.getpagesize()
    except OSError:
        return 1 << 30


def _answer(connection: socket.socket, limits: DecoderLimits) -> None:
    header = received_header(connection)
    data = bytes(received(connection, int(header["bytes"])))
    try:
        if header.get("asked") == "source":
            source = read_source(data, limits=limits.moving, still=limits.picture)
            if isinstance(source, MovingPicture):
                _tell_moving(connection, source)
            else:
                _tell_picture(connection, source)
        elif header.get("asked") == "moving":
            _tell_moving(connection, read_moving(data, limits=limits.moving))
        elif header.get("asked") == "frames":
            _tell_frames(connection, data, limits.moving, header)
        else:
            picture = decode(data, limits=limits.picture)
            _tell_picture(connection, shrink(picture, int(header["within"])) if "within" in header else picture)
    except DreamError as error:
        at_limit = isinstance(error.__cause__, MemoryError)
        told = {"error": packed(error.sentence), "log": error.log[:2000], "at_limit": at_limit}
        connection.sendall(framed(told))


def _tell_picture(connection: socket.socket, picture: Picture) -> None:
    described = {
        "width": picture.width,
        "height": picture.height,
        "alpha": picture.alpha is not None,
        "format": picture.format,
        "frames": picture.frames,
        "notes": [packed(note) for note in picture.notes],
    }
    connection.sendall(framed(described))
    connection.sendall(picture.rgb.data.cast("B"))
    if picture.alpha is not None:
        connection.sendall(picture.alpha.data.cast("B"))


def _tell_moving(connection: socket.socket, moving: MovingPicture) -> None:
    """What is known of it, when each frame starts, and its sound; the frames are asked for later."""
    sound = moving.sound
    described = {
        "moving": True,
        "width": moving.width,
        "height": moving.height,
        "format": moving.format,
        "frames": len(moving.starts),
        "length": moving.length,
        "transparent": moving.transparent,
        "loop": moving.loop,
        "notes": [packed(note) for note in moving.notes],
        "sound": None if sound is None else [sound.kind, sound.rate, sound.channels, len(sound.pieces)],
    }
    connection.sendall(framed(described))
    connection.sendall(b"".join(map(NUMBER.pack, moving.starts)))
    for start, piece in () if sound is None else sound.pieces:
        connection.sendall(NUMBER.pack(start) + NUMBER.pack(len(piece)) + piece)


def _tell_frames(connection: socket.socket, data: bytes, limits: MovingLimits, header: dict[str, Any]) -> None:
    """Some frames one by one, from number `first` on, at most `most`; then a header that says that these are all."""
    longest = header["longest"]
    frames = read_moving(data, limits=limits, heard=False).frames(int(header["first"]), longest=longest)
    for frame in itertools.islice(frames, int(header["most"])):
        connection.sendall(framed({"start": frame.start, "alpha": frame.alpha is not None}))
        connection.sendall(frame.rgb.data.cast("B"))
        if frame.alpha is not None:
            connection.sendall(np.ascontiguousarray(frame.alpha).data.cast("B"))
    connection.sendall(framed({"end": True}))


def framed(header: dict[str, Any]) -> bytes:
    """A header as it goes over the socket."""
    text = json.dumps(header).encode()
    return LENGTH.pack(len(text)) + text


def received_header(connection: socket.socket) -> dict[str, Any]:
    """The other side's header. Raises EOFError where it ends too early, ValueError for anything but a header."""
    (length,) = LENGTH.unpack(received(connection, LENGTH.size))
    if length > MOST_HEADER:
        raise ValueError(f"a header of {length} bytes")
    header = json.loads(bytes(received(connection, length)))
    if not isinstance(header, dict):
        raise ValueError("a header that is no object")
    return header


def received(connection: socket.socket, count: int) -> bytearray:
    """Exactly `count` bytes. Raises EOFError where there are fewer."""
    data = bytearray(count)
    receive_into(connection, memoryview(data))
    return data


def receive_into(connection: socket.socket, target: memoryview) -> None:
    """Fill `target`. Raises EOFError where the other side ends before."""
    done = 0
    while done < len(target):
        count = connection.recv_into(target[done:])
        if count == 0:
            raise EOFError
        done += count


def _load_all() -> None:
    """What Pillow loads when it meets a kind of file for the first time, a child could not load any more."""
    Image.init()
    # A thread of its own is one more thing that a child cannot have.
    AvifImagePlugin.DEFAULT_MAX_THREADS = 1
    for encoding in ("latin-1", "ascii", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"):
        codecs.lookup(encoding)
    rgb = landscape(32, 24)
    for kind in ("PNG", "JPEG", "WEBP"):
        decode(encode(rgb, format=kind))
    with contextlib.suppress(ImportError):
        import pillow_heif  # noqa: F401
    with contextlib.suppress(DreamError):  # without the video library a video gets a sentence
        list(read_moving(_tiny_video()).frames())


def _tiny_video() -> bytes:
    """A video with sound, of codecs that start no threads."""
    library = av()
    out = io.BytesIO()
    with library.open(out, "w", format="matroska") as file:
        stream, sound = file.add_stream("mpeg4", rate=25), file.add_stream("pcm_s16le", rate=8000, layout="mono")
        stream.width, stream.height, stream.pix_fmt = 32, 24, "yuv420p"
        stream.codec_context.thread_count = 1
        rgb = landscape(32, 24)
        file.mux(stream.encode(library.VideoFrame.from_ndarray(rgb, format="rgb24")))
        file.mux(stream.encode(None))
        silence = library.AudioFrame.from_ndarray(np.zeros((1, 320), np.int16), format="s16", layout="mono")
        silence.rate = 8000
        file.mux(sound.encode(silence))
    return out.getvalue()


def main() -> None:
    control = socket.socket(fileno=int(sys.argv[1]))
    limits = json.loads(sys.argv[2])
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the worker's end is ours
    _load_all()
    inner = {"picture": Limits(**limits["picture"]), "moving": MovingLimits(**limits["moving"])}
    _Server(control, DecoderLimits(**{**limits, **inner})).serve()


if __name__ == "__main__":
    main()
