"""The worker's side of decoding: sends a stranger's file to a child process and believes nothing that comes back."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import logging
import socket
import subprocess
import threading
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from bot.executor.decoder import DecoderLimits, framed, receive_into, received, received_header
from bot.executor.processes import bare_environment, python_command
from bot.executor.wording import plain, unpacked
from dreamcore.errors import DreamError, PictureError
from dreamcore.picture import Picture
from dreamcore.sentences import Sentence

T = TypeVar("T")
_KINDS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "AVIF", "HEIF")
MOST_NOTES = 8
_PATIENCE = 15.0  #: seconds beyond the child's own limit, in which its parent must have ended it

_log = logging.getLogger(__name__)


class DecoderKilled(PictureError):
    """The picture brought its decoder down, or drove it to a limit."""

    def __init__(self, log: str) -> None:
        super().__init__(
            Sentence(
                "This picture could not be read: it took too much memory or time, or is made to break programs. "
                "Please save it anew, or post it smaller."
            ),
            log=f"the decoder was brought down: {log}",
        )


class Decoder:
    """Decodes pictures in child processes; may be used by several threads at once."""

    def __init__(self, limits: DecoderLimits | None = None) -> None:
        self.limits = limits or DecoderLimits()
        self._lock = threading.Lock()
        self._parent: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None

    def start(self) -> None:
        """Have the parent process ready; otherwise the first picture waits for it."""
        with self._lock:
            self._running()

    def decode(self, data: bytes, *, within: int | None = None, seconds: float | None = None) -> Picture:
        """As `dreamcore.picture.decode`. Raises PictureError, and DecoderKilled where the file is to blame for more.

        `within`: pixels of the longer side, beyond which it is made smaller while it is still in the child. `seconds`:
        patience with this one, where it is less than the limits'.
        """
        asked = {} if within is None else {"within": within}
        picture = self.ask(
            data, asked, lambda answer: picture_from(answer.header(), answer, self.limits), seconds=seconds
        )
        if within is not None and max(picture.width, picture.height) > within:
            raise DecoderKilled(f"{picture.width}x{picture.height} pixels where at most {within} were asked for")
        return picture

    def ask(
        self, data: bytes, asked: Mapping[str, Any], receive: Callable[[Answer], T], *, seconds: float | None = None
    ) -> T:
        """What `receive` makes of a child's answer about this file.

        Raises PictureError, DecoderKilled for an answer that no child of ours gives, DreamError where there is none.
        """
        for attempt in (1, 2, 3):
            try:
                return self._ask(data, asked, receive, seconds)
            except _ParentGone as error:
                _log.warning("the decoders' parent process is gone, attempt %d: %s", attempt, error)
        raise DreamError(
            Sentence("Something went wrong while reading the picture; it has been noted."), log="no decoder"
        )

    def close(self) -> None:
        """End the parent process, and with it every child."""
        with self._lock:
            parent, self._parent = self._parent, None
            if self._control is not None:
                self._control.close()
                self._control = None
        if parent is not None:
            parent.kill()
            parent.wait()

    def _ask(self, data: bytes, asked: Mapping[str, Any], receive: Callable[[Answer], T], seconds: float | None) -> T:
        ours, theirs = socket.socketpair()
        with ours:
            ours.settimeout(self.limits.seconds + _PATIENCE if seconds is None else seconds)
            with theirs, self._lock:
                parent, control = self._running()
                try:
                    socket.send_fds(control, [b"."], [theirs.fileno()])
                except OSError as error:
                    raise _ParentGone(repr(error)) from error
            frame = framed({"bytes": len(data), **asked})
            try:
                _send(ours, frame, data)
                return receive(Answer(ours))
            except TimeoutError as error:
                if seconds is None:  # the parent, too, hangs; otherwise it ends the child when we hang up
                    self.close()
                raise DecoderKilled("no answer, and no end") from error
            except (EOFError, OSError, ValueError, KeyError, TypeError) as error:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    parent.wait(0.2)
                if parent.poll() is not None:
                    raise _ParentGone(f"exit code {parent.returncode}") from error
                raise DecoderKilled(repr(error)) from error

    def _running(self) -> tuple[subprocess.Popen[bytes], socket.socket]:
        if self._parent is None or self._control is None or self._parent.poll() is not None:
            ours, theirs = socket.socketpair()
            with theirs:
                limits = json.dumps(dataclasses.asdict(self.limits))
                self._parent = subprocess.Popen(
                    python_command("bot.executor.decoder", str(theirs.fileno()), limits),
                    pass_fds=[theirs.fileno()],
                    env=bare_environment(),
                    cwd="/",
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                )
            if self._control is not None:
                self._control.close()
            self._control = ours
        return self._parent, self._control


class _ParentGone(Exception):
    """Not the picture's fault."""


def _send(connection: socket.socket, frame: bytes, data: bytes) -> None:
    """A child that has died takes nothing more, but may have left word of why."""
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        connection.sendall(frame)
        connection.sendall(data)


class Answer:
    """What a child says. Everything that does not fit is a ValueError, and so the end of it."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection

    def header(self) -> dict[str, Any]:
        """The next header. Raises PictureError where it tells of one, and DecoderKilled where the child has died."""
        header = received_header(self._connection)
        if "died" in header:
            raise DecoderKilled(plain(header["died"]))
        if "error" in header:
            if header.get("at_limit"):
                raise DecoderKilled(plain(header["log"], 2000))
            raise PictureError(unpacked(header["error"]), log=plain(header["log"], 2000))
        return header

    def pixels(self, *shape: int) -> NDArray[np.uint8]:
        pixels = np.empty(shape, np.uint8)
        receive_into(self._connection, pixels.data.cast("B"))
        return pixels

    def bytes(self, count: int) -> bytearray:
        return received(self._connection, count)


def picture_from(header: Mapping[str, Any], answer: Answer, limits: DecoderLimits) -> Picture:
    """The picture that a child tells of, after this header. Raises ValueError, KeyError and TypeError for nonsense."""
    width, height, frames = (natural(header[name]) for name in ("width", "height", "frames"))
    if width * height > limits.picture.pixels or max(width, height) > limits.picture.side:
        raise ValueError(f"a picture of {width}x{height} pixels")
    if header["format"] not in _KINDS or len(header["notes"]) > MOST_NOTES:
        raise ValueError("a header that no decoder of ours writes")
    rgb = answer.pixels(height, width, 3)
    alpha = answer.pixels(height, width) if header["alpha"] is True else None
    notes = tuple(unpacked(note) for note in header["notes"])
    return Picture(rgb=rgb, alpha=alpha, format=header["format"], frames=frames, notes=notes)


def natural(value: object, most: int = 1 << 31) -> int:
    """A whole number from 1 on. Raises ValueError for anything else."""
    if type(value) is not int or not 1 <= value <= most:
        raise ValueError(f"{value!r} where a number is due")
    return value
