"""What the workers are told to do, by name: Dask sends these functions, and nothing else of ours as code."""

from __future__ import annotations

import functools
import importlib
from typing import Any

from distributed import Worker, get_worker

from bot.executor.plugin import studio_of
from bot.executor.protocol import Encoded, Order, Outcome
from bot.executor.settings import TOPIC
from dreamcore.errors import DreamError


def dream(order: Order) -> Outcome:
    """One order. Reports go out as Dask's events; stop comes by the worker's handler."""
    worker = get_worker()
    return studio_of(worker).dream(order, functools.partial(_report, worker, order.key))


def refit(picture: bytes, byte_limit: int) -> Encoded | DreamError:
    """As `Executor.refit`; an error is handed back, since Dask would count a raised one as the worker's."""
    fitting = importlib.import_module("bot.executor.fitting")
    try:
        decoded = studio_of(get_worker()).decoder.decode(picture)
        encoded: Encoded = fitting.refitted(decoded, picture, byte_limit)
    except DreamError as error:
        return DreamError(error.sentence, log=error.log)
    return encoded


def compare(before: bytes, after: bytes, byte_limit: int) -> Encoded | DreamError:
    """As `Executor.compare`."""
    fitting = importlib.import_module("bot.executor.fitting")
    decoder = studio_of(get_worker()).decoder
    try:
        encoded: Encoded = fitting.compared(decoder.decode(before), decoder.decode(after), byte_limit)
    except DreamError as error:
        return DreamError(error.sentence, log=error.log)
    return encoded


def _report(worker: Worker, key: str, message: dict[str, Any]) -> None:
    worker.log_event(TOPIC, {**message, "key": key, "worker": worker.address})
