"""Turns a plain Dask worker into one that dreams: gives it a studio, and two handlers by which the bot reaches it."""

from __future__ import annotations

import contextlib
import importlib
import logging
import os
from typing import TYPE_CHECKING, Any, cast

import psutil
from distributed import Worker, WorkerPlugin

from bot.executor.settings import DREAMS, PLUGIN, STATE, STOP, StudioSettings
from bot.executor.transport import LOG_FORMAT
from dreamcore.processors import usable_cores

if TYPE_CHECKING:
    from bot.executor.studio import Studio

DEVICE, THREADS = "DREAM_WORKER_DEVICE", "DREAM_WORKER_THREADS"  #: in a worker's environment, set by who starts it


class DreamPlugin(WorkerPlugin):  # type: ignore[misc,unused-ignore]
    """Set up by the scheduler on every worker that comes; a later one replaces it, but not the studio."""

    name = PLUGIN

    def __init__(self, settings: StudioSettings) -> None:
        self._settings = settings

    def setup(self, worker: Worker) -> None:
        logging.basicConfig(level=logging.INFO, format=LOG_FORMAT)
        if self._settings.niceness:
            with contextlib.suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, 0, self._settings.niceness)
        if not hasattr(worker, PLUGIN):
            studio = importlib.import_module("bot.executor.studio").Studio(  # not in the bot, which sends the plugin
                device=os.environ.get(DEVICE, "auto"),
                threads=int(os.environ.get(THREADS, "0")) or usable_cores(),
                download=self._settings.download,
            )
            setattr(worker, PLUGIN, studio)
        worker.handlers[STATE] = lambda: self._state(worker)
        worker.handlers[STOP] = lambda keys: studio_of(worker).stop(keys)

    def teardown(self, worker: Worker) -> None:
        if str(worker.status.name) in ("closing", "closing_gracefully", "closed"):
            studio_of(worker).close()

    def _state(self, worker: Worker) -> dict[str, Any]:
        studio = studio_of(worker)
        return {
            "name": str(worker.name),
            "device": studio.device,
            "memory": _own_memory(),
            "gpu_memory": studio.gpu_memory,
            "network": studio.network,
            "trouble": studio.trouble,
            # One more than that is taken, so that a picture is decoded before it is wanted.
            "slots": max(1, int(worker.state.total_resources.get(DREAMS, 2)) - 1),
        }


def _own_memory() -> int:
    return int(psutil.Process().memory_info().rss)


def studio_of(worker: Worker) -> Studio:
    """The worker's studio."""
    return cast("Studio", getattr(worker, PLUGIN))
