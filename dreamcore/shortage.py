"""Memory that turns out to be shorter than it said: with smaller tiles once more, and at last a sentence. No torch here
until something has run out of it."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from dreamcore.errors import OutOfMemory
from dreamcore.sentences import Sentence

T = TypeVar("T")

NO_MEMORY = Sentence("There is not enough memory for a dream of this size: try a smaller size=.")
ATTEMPTS = 4  #: each with a quarter of the memory of the one before
#: In RuntimeErrors: torch has an error of its own only for its own allocator on a GPU, and not for what the driver, the
#: libraries for matrices and convolutions, and the CPU's allocator say.
_WORDS = ("out of memory", "can't allocate memory", "_ALLOC_FAILED")


def ran_out(error: BaseException) -> bool:
    """Whether it was memory that was short, the GPU's or the machine's."""
    if isinstance(error, RuntimeError):
        return any(words in str(error) for words in _WORDS)
    return isinstance(error, MemoryError)


def within_memory(work: Callable[[int], T], budget: int) -> T:
    """What `work` makes with so many bytes for a step, or with less where they turn out not to be there.

    Raises OutOfMemory.
    """
    log = ""
    for attempt in range(ATTEMPTS):
        try:
            return work(budget >> (2 * attempt))
        except (RuntimeError, MemoryError) as error:
            if not ran_out(error):
                raise
            log = repr(error)
        # Only here has the error gone, and with it what its frames held.
        _give_back()
    raise OutOfMemory(NO_MEMORY, log=log)


@contextmanager
def told() -> Iterator[None]:
    """Whatever runs out of memory within is an OutOfMemory."""
    try:
        yield
    except (RuntimeError, MemoryError) as error:
        if not ran_out(error):
            raise
        raise OutOfMemory(NO_MEMORY, log=repr(error)) from error


def _give_back() -> None:
    """What the allocator keeps for later, in pieces that may not fit."""
    importlib.import_module("torch").cuda.empty_cache()
