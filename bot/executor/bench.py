"""What a worker lends to one order: a decoder, the engine in its thread, a clock, and a way to say how it goes on.

No torch here: it comes with the engine.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import TYPE_CHECKING, Any, TypedDict, TypeVar

from bot.executor.decoding import Decoder
from bot.executor.fitting import fitted_sheet, preview_jpeg
from bot.executor.moving import decode_source
from bot.executor.protocol import STAGES, Beliefs, Encoded, Made, Order, Paused
from bot.executor.settings import QUIET_SECONDS
from bot.executor.tracking import STEPS_OF_SILENCE
from bot.kinds import Role
from bot.languages import speaking, tell
from dreamcore.errors import Cancelled
from dreamcore.films.footage import MovingPicture
from dreamcore.pausing import Paused as Unfinished
from dreamcore.picture import Picture

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from bot.executor.engine import Engine
    from dreamcore.networks import Network
    from dreamcore.pausing import AskPause
    from dreamcore.progress import AskCancelled, Progress, ReportProgress

STOP_SECONDS = 0.1  #: within which a waiting order heeds that it was stopped

#: Tells the bot: a phase of the order, its share, a preview, and the longest step so far where steps are made.
Report = Callable[[dict[str, Any]], None]
T = TypeVar("T")


class Controls(TypedDict):
    """What each long piece of work in `dreamcore` is told by the one who asked for it, and tells."""

    checkpoint: bytes | None
    pause: AskPause
    on_progress: ReportProgress
    cancelled: AskCancelled


class Bench:
    """One order's. Its methods are called in the order in which the work is done, and raise Cancelled once it is
    stopped."""

    def __init__(
        self,
        order: Order,
        *,
        decoder: Decoder,
        engine: Future[Engine],
        pool: ThreadPoolExecutor,
        report: Report,
        stop: AskCancelled,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.order, self.decoder, self.stop = order, decoder, stop
        self._engine, self._pool, self._clock = engine, pool, clock
        self._report = report
        self._reporter = Reporter(report, clock)
        self._seconds = dict.fromkeys(STAGES, 0.0)
        self._begun = 0.0

    def picture(self) -> Picture:
        """The order's picture. Raises PictureError."""
        assert self.order.picture is not None, "this kind of work begins with a picture"
        return self.decoded(self.order.picture)

    def source(self) -> Picture | MovingPicture:
        """The order's picture, which may move. Raises PictureError, as does asking a moving one for its frames."""
        data = self.order.picture
        assert data is not None, "this kind of work begins with a picture"
        return self.measured("decode", lambda: decode_source(self.decoder, data))

    def companion(self, role: Role) -> Picture | None:
        """The picture that goes beside it. Raises PictureError."""
        data = self.order.companions.get(role)
        return None if data is None else self.decoded(data)

    def decoded(self, data: bytes) -> Picture:
        return self.measured("decode", lambda: self.decoder.decode(data))

    def measured(self, stage: str, work: Callable[[], T]) -> T:
        """Do something that takes its time."""
        raise_if(self.stop)
        begun = self._clock()
        try:
            return work()
        finally:
            self._seconds[stage] += self._clock() - begun

    def engine(self) -> Engine:
        """Once it is there."""
        self._report({"phase": "waiting"})
        return self._wait_for(self._engine)

    def network(self, name: str | None) -> tuple[Network, tuple[str, ...]]:
        """The network of that name, or the one that dreams where nobody says; and what is to be said about it.

        Raises RecipeError, WeightsError.
        """
        engine = self.engine()
        return self.measured("load", lambda: engine.network_for(name, self.stop))

    def work(self, first_step: float, work: Callable[[Engine], T], *, any_step: float = 0.0) -> T:
        """In the engine's thread, once those before are done.

        first_step: seconds that it may take on any machine; any_step: that each may, whatever those before took.
        """
        engine = self.engine()

        def begin() -> T:
            raise_if(self.stop)
            self._begun = self._clock()
            self._reporter.begin(max(first_step, any_step), self.order.share, any_step)
            try:
                return work(engine)
            finally:
                self._seconds["dream"] += self._clock() - self._begun

        return self._wait_for(self._pool.submit(begin))

    @property
    def controls(self) -> Controls:
        return Controls(checkpoint=self.order.checkpoint, pause=self.pause, on_progress=self.step, cancelled=self.stop)

    def step(self, progress: Progress) -> None:
        """`ReportProgress` of whatever is at work."""
        self._reporter.step(progress)

    def pause(self) -> bool:
        """`AskPause` of long work: once it has had its part of the engine's time."""
        over = self._clock() - self._begun >= self.order.part
        if over:  # what was made so far is packed, which is no step
            self._report({"phase": "pausing"})
        return over

    def tell(self, sentence: str) -> str:
        """In the job's language; the engine's thread has none of its own."""
        with speaking(self.order.language):
            return tell(sentence)

    def encoded(self, work: Callable[[], Encoded]) -> Encoded:
        self._report({"phase": "encoding", "share": 1.0})
        return self.measured("encode", work)

    def paused(self, unfinished: Unfinished) -> Paused:
        """A part is done."""
        return Paused(checkpoint=unfinished.checkpoint, share=unfinished.share, seconds=self._seconds["dream"])

    def sheet(
        self,
        rgb: NDArray[np.uint8],
        *,
        word: str | None,
        recipe: str,
        network: Network,
        notes: tuple[str, ...],
        beliefs: Beliefs | None = None,
    ) -> Made:
        """All of it is, and is a sheet: rgb (H, W, 3). word: which command makes it again; None: that is not said."""
        written = None if word is None or self.order.bare else f"{word} {recipe}"
        encoded = self.encoded(lambda: fitted_sheet(rgb, self.order.byte_limit, written))
        height, width = rgb.shape[:2]
        return self.made(encoded, size=(width, height), recipe=recipe, network=network, notes=notes, beliefs=beliefs)

    def made(
        self,
        encoded: Encoded,
        *,
        size: tuple[int, int],
        recipe: str,
        network: Network,
        notes: tuple[str, ...],
        frames: int = 1,
        lasts: float | None = None,
        beliefs: Beliefs | None = None,
    ) -> Made:
        """All of it is. size: width and height."""
        return Made(
            data=encoded.data,
            format=encoded.format,
            note=encoded.note,
            width=size[0],
            height=size[1],
            recipe=recipe,
            network=network.info.name,
            seconds=self._seconds["dream"],
            notes=notes,
            frames=frames,
            lasts=lasts,
            beliefs=beliefs,
            stages=tuple(self._seconds.items()),
        )

    def _wait_for(self, future: Future[T]) -> T:
        """The future's result; while it has not begun, stop is heeded here."""
        while not wait([future], timeout=STOP_SECONDS).done:
            if self.stop() and (future is self._engine or future.cancel()):
                raise Cancelled
        return future.result()


class Reporter:
    """Turns the engine's progress into reports: not more than a few a second, and with the longest step so far."""

    def __init__(self, report: Report, clock: Callable[[], float]) -> None:
        self._report, self._clock = report, clock
        self._longest = self._last_step = self._last_report = 0.0
        self._steps = 0
        self._patience = 0.0  # seconds of a step, at the least

    def begin(self, first_step: float, share: float, any_step: float) -> None:
        self._patience = any_step / STEPS_OF_SILENCE
        self._last_step = self._last_report = self._clock()
        self._report({"phase": "preparing", "share": share, "step": first_step})

    def step(self, progress: Progress) -> None:
        now = self._clock()
        self._steps += 1
        # The first one also prepares what the others use, and would make a hang look like patience.
        self._longest = now - self._last_step if self._steps <= 2 else max(self._longest, now - self._last_step)
        self._last_step = now
        # What follows the last step is none, and takes its time: a film is written, a picture brought to full size.
        last = progress.step >= progress.steps and progress.octave >= progress.octaves
        if progress.preview is None and now - self._last_report < QUIET_SECONDS and not last:
            return
        self._last_report = now
        phase = "finishing" if last else "dreaming"
        preview = None if progress.preview is None else preview_jpeg(progress.preview)
        step = max(self._longest, self._patience)
        self._report({"phase": phase, "share": progress.share, "step": step, "preview": preview})


def raise_if(stop: AskCancelled) -> None:
    if stop():
        raise Cancelled
