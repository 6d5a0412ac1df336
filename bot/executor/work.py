"""What the workers are told to do, by name: Dask sends these functions, and nothing else of ours as code."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from distributed import Worker, get_worker

from bot.executor.plugin import studio_of
from bot.executor.protocol import Encoded, Order, Outcome, SheetOrder
from bot.executor.settings import TOPIC
from dreamcore.errors import DreamError

if TYPE_CHECKING:
    from bot.executor.studio import Studio

T = TypeVar("T")


def dream(order: Order) -> Outcome:
    """One order. Reports go out as Dask's events; stop comes by the worker's handler."""
    worker = get_worker()
    return studio_of(worker).dream(order, functools.partial(_report, worker, order.key))


def refit(picture: bytes, byte_limit: int) -> Encoded | DreamError:
    """As `Executor.refit`; see `_answer`."""
    return _answer(lambda studio: studio.refit(picture, byte_limit))


def compare(before: bytes, after: bytes, byte_limit: int) -> Encoded | DreamError:
    """As `Executor.compare`; see `_answer`."""
    return _answer(lambda studio: studio.compare(before, after, byte_limit))


def sheet(order: SheetOrder, key: str) -> Encoded | DreamError:
    """As `Executor.sheet`; see `_answer`. `key`: by which it can be stopped."""
    return _answer(lambda studio: studio.sheet(order, key))


def atlas(recipe: str, language: str, byte_limit: int) -> Encoded | DreamError | None:
    """As `Executor.atlas`; see `_answer`."""
    return _answer(lambda studio: studio.atlas(recipe, language, byte_limit))


def _answer(ask: Callable[[Studio], T]) -> T | DreamError:
    """An error is handed back, since Dask would count a raised one as the worker's."""
    try:
        return ask(studio_of(get_worker()))
    except DreamError as error:
        return DreamError(error.sentence, log=error.log)


def _report(worker: Worker, key: str, message: dict[str, Any]) -> None:
    worker.log_event(TOPIC, {**message, "key": key, "worker": worker.address})
