"""From an order for a sheet to its file: every picture read in the decoding child, what cannot be read left out."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

import numpy as np

from bot.executor.decoding import Decoder
from bot.executor.fitting import fitted_sheet
from bot.executor.protocol import Encoded, SheetKind, SheetOrder
from bot.executor.sheets import leaf, results
from dreamcore.errors import Cancelled, PictureError
from dreamcore.picture import Picture
from dreamcore.progress import AskCancelled

PATIENCE = 15.0  #: seconds for one picture
ALL_PATIENCE = 75.0  #: for all of them; those that are left then are not shown

#: How a kind of sheet is drawn, and how large a picture of it can be.
_KINDS = {
    SheetKind.RESULTS: (results.results, results.longest),
    SheetKind.PAGE: (leaf.leaf, leaf.longest),
}
_log = logging.getLogger(__name__)


def sheet(
    order: SheetOrder, decoder: Decoder, stop: AskCancelled, clock: Callable[[], float] = time.monotonic
) -> Encoded:
    """As `Executor.sheet`. Raises Cancelled as soon as `stop` says so between two pictures."""
    draw, longest = _KINDS[order.kind]
    deadline = clock() + ALL_PATIENCE
    pictures: list[Picture | None] = []
    for entry in order.entries:
        if stop():
            raise Cancelled
        patience = min(PATIENCE, deadline - clock())
        pictures.append(_read(entry.picture, decoder, longest(entry), patience))
    whole = draw(order, pictures)
    if stop():
        raise Cancelled
    return fitted_sheet(np.asarray(whole), order.byte_limit)


def _read(data: bytes | None, decoder: Decoder, longest: int, patience: float) -> Picture | None:
    if data is None:
        return None
    if patience <= 0:
        _log.warning("a picture of a sheet is left out: there was no time for it")
        return None
    try:
        return decoder.decode(data, within=longest, seconds=patience)
    except PictureError as error:
        _log.warning("a picture of a sheet is left out: %s", error.log)
        return None
