"""What a worker keeps between orders: its engine, its decoder, and who said stop. torch comes with the engine."""

from __future__ import annotations

import collections
import contextlib
import importlib
import logging
import threading
import time
import traceback
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import TYPE_CHECKING, Any, TypeVar

from bot.executor.decoding import Decoder, DecoderKilled
from bot.executor.fitting import compared, fitted, preview_jpeg, refitted
from bot.executor.protocol import STAGES, Encoded, Failed, Made, Order, Outcome, SheetOrder, Stopped
from bot.executor.settings import QUIET_SECONDS
from bot.executor.sheets.making import sheet
from dreamcore.errors import Cancelled, DreamError
from dreamcore.recipe import Recipe
from dreamcore.sentences import Sentence

if TYPE_CHECKING:
    from bot.executor.engine import Engine
    from dreamcore.dreaming import Dream
    from dreamcore.networks import Network
    from dreamcore.picture import Picture
    from dreamcore.progress import AskCancelled, Progress

WENT_WRONG = Sentence("Something went wrong while dreaming; it has been noted.")
NO_MEMORY = Sentence("There is not enough memory for a dream of this size: try a smaller size=.")
STOP_SECONDS = 0.1  #: within which a waiting order heeds that it was stopped
FETCH_AGAIN_SECONDS = 600.0  #: after weights could not be fetched
_STOPS_KEPT = 1000  #: keys of orders that were stopped, some of which may never come

#: Tells the bot: a phase of the order, its share, a preview, and the longest step so far where steps are made.
Report = Callable[[dict[str, Any]], None]
T = TypeVar("T")
_log = logging.getLogger(__name__)


class Studio:
    """One worker's. `dream` may be called by several threads; one of them dreams, the others decode and encode."""

    def __init__(
        self, *, device: str, threads: int, download: bool, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._device, self._threads, self._download, self._clock = device, threads, download, clock
        self._decoder = Decoder()
        self._stopped: collections.OrderedDict[str, None] = collections.OrderedDict()
        # One thread for all of torch: its number of threads is a property of the thread that asks.
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="engine")
        self._engine: Future[Engine] = self._pool.submit(self._loaded)
        self._pool.submit(self._warm_up)
        self._closed = threading.Event()
        self._fetching = threading.Thread(target=self._fetch, name="weights", daemon=True)
        self._fetching.start()

    @property
    def network(self) -> str | None:
        """The network that dreams where a recipe names none; None while that is not known."""
        if not self._engine.done() or self._engine.exception() is not None:
            return None
        return self._engine.result().default

    @property
    def trouble(self) -> str | None:
        """Why there is no engine, and will be none."""
        if not self._engine.done():
            return None
        error = self._engine.exception()
        return None if error is None else error.sentence if isinstance(error, DreamError) else repr(error)

    @property
    def device(self) -> str:
        """What it dreams on: cpu, cuda or mps; empty while there is no engine."""
        return self._engine.result().device.type if self.network is not None else ""

    @property
    def gpu_memory(self) -> tuple[int, int] | None:
        """Bytes of the GPU's memory that are held, and all there are; None without one."""
        return self._engine.result().gpu_memory if self.network is not None else None

    def stop(self, keys: list[str]) -> None:
        """The orders of these keys end at their next step, or before they begin."""
        for key in keys:
            self._stopped[key] = None
        while len(self._stopped) > _STOPS_KEPT:
            self._stopped.popitem(last=False)

    def close(self) -> None:
        self._closed.set()
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._decoder.close()

    def dream(self, order: Order, report: Report) -> Outcome:
        """Work on one order, from bytes to bytes. Raises nothing: what goes wrong is an outcome, too."""
        try:
            return self._made(order, report)
        except Cancelled:
            return Stopped()
        except DreamError as error:
            return Failed(sentence=error.sentence, log=error.log, killed_decoder=isinstance(error, DecoderKilled))
        except MemoryError:
            return Failed(sentence=NO_MEMORY, log=traceback.format_exc())
        except Exception:
            log = traceback.format_exc()
            _log.error("order %s failed: %s", order.key, log)
            return Failed(sentence=WENT_WRONG, log=log)
        finally:
            self._stopped.pop(order.key, None)

    def refit(self, picture: bytes, byte_limit: int) -> Encoded:
        """As `Executor.refit`."""
        return refitted(self._decoder.decode(picture), picture, byte_limit)

    def compare(self, before: bytes, after: bytes, byte_limit: int) -> Encoded:
        """As `Executor.compare`."""
        return compared(self._decoder.decode(before), self._decoder.decode(after), byte_limit)

    def sheet(self, order: SheetOrder, key: str) -> Encoded:
        """As `Executor.sheet`. Raises Cancelled once `stop` was told the key."""
        try:
            return sheet(order, self._decoder, lambda: key in self._stopped)
        finally:
            self._stopped.pop(key, None)

    def _made(self, order: Order, report: Report) -> Made:
        def stop() -> bool:
            return order.key in self._stopped

        _raise_if(stop)
        report({"phase": "decoding"})
        begun = self._clock()
        recipe = Recipe.parse(order.recipe)
        assert order.picture is not None, "a dream is made of a picture"
        picture = self._decoder.decode(order.picture)
        decoded = self._clock()
        report({"phase": "waiting"})
        engine = self._wait_for(self._engine, stop)
        network, notes = engine.network_for(recipe, stop)
        loaded = self._clock()
        result = self._dreamt(engine, picture, recipe, network, _Reporter(report, self._clock), stop)
        report({"phase": "encoding", "share": 1.0})
        _raise_if(stop)
        dreamt = self._clock()
        encoded = fitted(result.rgb, result.alpha, order.byte_limit, None if order.bare else result.recipe.text)
        seconds = (decoded - begun, loaded - decoded, result.seconds, self._clock() - dreamt)
        return Made(
            data=encoded.data,
            format=encoded.format,
            note=encoded.note,
            width=picture.width,
            height=picture.height,
            recipe=result.recipe.text,
            network=network.info.name,
            seconds=result.seconds,
            notes=(*notes, *result.notes),
            stages=tuple(zip(STAGES, seconds, strict=True)),
        )

    def _dreamt(
        self,
        engine: Engine,
        picture: Picture,
        recipe: Recipe,
        network: Network,
        reporter: _Reporter,
        stop: AskCancelled,
    ) -> Dream:
        """In the engine's thread, once those before are done."""
        first = engine.first_step_seconds(picture, recipe, network)

        def work() -> Dream:
            _raise_if(stop)
            reporter.begin(first)
            return engine.dream(picture, recipe, network, reporter.step, stop)

        return self._wait_for(self._pool.submit(work), stop)

    def _wait_for(self, future: Future[T], stop: AskCancelled) -> T:
        """The future's result; while it has not begun, stop is heeded here."""
        while not wait([future], timeout=STOP_SECONDS).done:
            if stop() and (future is self._engine or future.cancel()):
                raise Cancelled
        return future.result()

    def _loaded(self) -> Engine:
        engine_module = importlib.import_module("bot.executor.engine")
        self._decoder.start()
        engine: Engine = engine_module.Engine(device=self._device, threads=self._threads, download=self._download)
        return engine

    def _warm_up(self) -> None:
        with contextlib.suppress(Exception):  # the first order will say it better
            self._engine.result().warm_up()

    def _fetch(self) -> None:
        """In a thread of its own: dreams go on with what is there."""
        while True:
            try:
                if self._engine.result().fetch_preferred():
                    return
            except Exception as error:
                _log.warning("no better network: %s", getattr(error, "log", repr(error)))
            if self._closed.wait(FETCH_AGAIN_SECONDS):
                return


class _Reporter:
    """Turns the engine's progress into reports: not more than a few a second, and with the longest step so far."""

    def __init__(self, report: Report, clock: Callable[[], float]) -> None:
        self._report, self._clock = report, clock
        self._longest = self._last_step = self._last_report = 0.0
        self._steps = 0

    def begin(self, first_step: float) -> None:
        self._last_step = self._last_report = self._clock()
        self._report({"phase": "preparing", "share": 0.0, "step": first_step})

    def step(self, progress: Progress) -> None:
        now = self._clock()
        self._steps += 1
        # The first one also prepares what the others use, and would make a hang look like patience.
        self._longest = now - self._last_step if self._steps <= 2 else max(self._longest, now - self._last_step)
        self._last_step = now
        if progress.preview is None and now - self._last_report < QUIET_SECONDS and progress.share < 1:
            return
        self._last_report = now
        phase = "dreaming" if progress.share < 1 else "finishing"
        preview = None if progress.preview is None else preview_jpeg(progress.preview)
        self._report({"phase": phase, "share": progress.share, "step": self._longest, "preview": preview})


def _raise_if(stop: AskCancelled) -> None:
    if stop():
        raise Cancelled
