"""What crosses from the bot to its workers when they are set up, and the names both sides use."""

from __future__ import annotations

from dataclasses import dataclass

PLUGIN = "dreambot"  #: the worker plugin's name
STATE = "dreambot_state"  #: the workers' handler that says how they are
STOP = "dreambot_stop"  #: the workers' handler that stops orders by key
TOPIC = "dreams"  #: of the workers' reports; one for all, since a scheduler never forgets a topic
DREAMS, QUICK = "dreams", "quick"  #: Dask resources: slots for orders, and one for small work beside them
NICENESS = 5  #: of workers on the bot's own machine: the bot answers first
QUIET_SECONDS = 0.25  #: at least this long between two reports without a preview


@dataclass(frozen=True, kw_only=True)
class StudioSettings:
    """How a worker is to dream, where its own environment does not say."""

    download: bool = True
    niceness: int = 0
