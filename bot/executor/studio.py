"""What a worker keeps between orders: its engine, its decoder, and who said stop. torch comes with the engine."""

from __future__ import annotations

import collections
import contextlib
import importlib
import logging
import os
import threading
import time
import traceback
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING

from bot.executor.bench import Bench, Report, raise_if
from bot.executor.decoding import Decoder, DecoderKilled
from bot.executor.fitting import compared, refitted, refitted_film
from bot.executor.kinds import maker_of
from bot.executor.moving import decode_source
from bot.executor.protocol import Encoded, Failed, Made, Order, Outcome, Paused, SheetOrder, Stopped
from bot.executor.sheets.making import sheet
from dreamcore.atlas.recipe import AtlasRecipe
from dreamcore.catalogue import network_info
from dreamcore.errors import Cancelled, DreamError
from dreamcore.films.footage import MovingPicture
from dreamcore.sentences import Sentence
from dreamcore.shortage import NO_MEMORY, ran_out

if TYPE_CHECKING:
    from bot.executor.engine import Engine

WENT_WRONG = Sentence("Something went wrong while dreaming; it has been noted.")
DEVICE_GONE = 70  #: the exit code of a worker whose process can use its GPU no more
FETCH_AGAIN_SECONDS = 600.0  #: after weights could not be fetched
_STOPS_KEPT = 1000  #: keys of orders that were stopped, some of which may never come

_log = logging.getLogger(__name__)


class Studio:
    """One worker's. `dream` may be called by several threads; one of them dreams, the others decode and encode."""

    def __init__(
        self,
        *,
        device: str,
        threads: int,
        download: bool,
        clock: Callable[[], float] = time.monotonic,
        end: Callable[[int], object] = os._exit,
    ) -> None:
        self._device, self._threads, self._download, self._clock = device, threads, download, clock
        self._end = end  # of the process
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
            return self._worked_on(order, report)
        except Cancelled:
            return Stopped()
        except DreamError as error:
            return Failed(sentence=error.sentence, log=error.log, killed_decoder=isinstance(error, DecoderKilled))
        except Exception as error:
            log = traceback.format_exc()
            if ran_out(error):
                return Failed(sentence=NO_MEMORY, log=log)
            if _spoilt(error):
                _log.critical("the GPU's driver gave up over order %s, so this worker ends: %s", order.key, log)
                self._end(DEVICE_GONE)
            _log.error("order %s failed: %s", order.key, log)
            return Failed(sentence=WENT_WRONG, log=log)
        finally:
            self._stopped.pop(order.key, None)

    def refit(self, picture: bytes, byte_limit: int) -> Encoded:
        """As `Executor.refit`."""
        decoded = decode_source(self._decoder, picture)
        if isinstance(decoded, MovingPicture):
            return refitted_film(decoded, picture, byte_limit)
        return refitted(decoded, picture, byte_limit)

    def compare(self, before: bytes, after: bytes, byte_limit: int) -> Encoded:
        """As `Executor.compare`."""
        dreamt = decode_source(self._decoder, after)
        if isinstance(dreamt, MovingPicture):
            raise DreamError(Sentence("A film cannot be put beside its picture: both would have to stand still."))
        return compared(self._decoder.decode(before), dreamt, byte_limit)

    def sheet(self, order: SheetOrder, key: str) -> Encoded:
        """As `Executor.sheet`. Raises Cancelled once `stop` was told the key."""
        try:
            return sheet(order, self._decoder, lambda: key in self._stopped)
        finally:
            self._stopped.pop(key, None)

    def atlas(self, recipe: str, language: str, byte_limit: int) -> Encoded | None:
        """As `Executor.atlas`. Reads what this program has written, in this process."""
        there = importlib.import_module("bot.executor.kinds.atlases").there  # torch comes with it
        wanted = AtlasRecipe.parse(recipe)
        network = network_info(str(wanted.network))
        engine = self._engine.result() if self.network is not None else None
        weights = engine.weights_of(network.name) if engine is not None else None
        found: Encoded | None = there(wanted, network, weights=weights, language=language, byte_limit=byte_limit)
        return found

    def _worked_on(self, order: Order, report: Report) -> Made | Paused:
        def stop() -> bool:
            return order.key in self._stopped

        raise_if(stop)
        report({"phase": "decoding"})
        bench = Bench(
            order,
            decoder=self._decoder,
            engine=self._engine,
            pool=self._pool,
            report=report,
            stop=stop,
            clock=self._clock,
        )
        return maker_of(order.kind)(bench)

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


def _spoilt(error: Exception) -> bool:
    """After an error of CUDA's own every further call of this process fails; a new one can go on."""
    return isinstance(error, RuntimeError) and "CUDA error" in str(error)
