"""What one tab has begun with the bot, until it is answered or has failed, as Discord's client would show it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from bot.playground.interactions import Callback, Interaction, Kind
from bot.playground.model import Message
from bot.playground.times import Times

NO_ANSWER = "The application did not respond"
FAILED = "This interaction failed"
_GRACE = 0.05  #: seconds, so that an answer in the last moment is told before its absence

#: By what a state is told: the interaction, its state, and what else belongs to it.
Tell = Callable[[Interaction, str, dict[str, Any]], None]


class Pending:
    """Of one tab. Nothing is told of what a person has begun who the tab is no longer."""

    def __init__(self, times: Times, tell: Tell) -> None:
        self._times = times
        self._tell = tell
        self._waiting: dict[int, tuple[Interaction, asyncio.TimerHandle]] = {}

    def begin(self, interaction: Interaction) -> Interaction:
        """Watch it from now on. It fails after 3 s without an answer."""
        self._waiting[interaction.id] = (interaction, self._after(self._times.answer, interaction))
        return interaction

    def heard(self, interaction: Interaction) -> None:
        """Something has happened to it, whosever it is."""
        if interaction.id not in self._waiting or interaction.callback is None:
            return
        timer = self._waiting[interaction.id][1]
        timer.cancel()
        promised = interaction.callback is Callback.DEFERRED_MESSAGE
        if promised and interaction.original is not None and _awaited(interaction.original):
            end = self._after(self._times.token - self._times.answer, interaction)
            self._waiting[interaction.id] = (interaction, end)
            self._tell(interaction, "thinking", {})
            return
        del self._waiting[interaction.id]
        if interaction.modal is not None:
            self._tell(interaction, "form", {"form": interaction.modal})
        else:
            self._tell(interaction, "answered", {})

    def changed(self, message: Message) -> None:
        """A promised answer has come, or is gone."""
        for interaction, _ in tuple(self._waiting.values()):
            if interaction.original is message and not _awaited(message):
                self.heard(interaction)

    def forget(self) -> None:
        """The tab is somebody else now, or gone."""
        for _, timer in self._waiting.values():
            timer.cancel()
        self._waiting.clear()

    def _after(self, seconds: float, interaction: Interaction) -> asyncio.TimerHandle:
        return asyncio.get_running_loop().call_later(seconds + _GRACE, self._fail, interaction)

    def _fail(self, interaction: Interaction) -> None:
        if self._waiting.pop(interaction.id, None) is not None:
            sentence = NO_ANSWER if interaction.kind is Kind.COMMAND else FAILED
            self._tell(interaction, "failed", {"sentence": sentence})


def _awaited(promise: Message) -> bool:
    """A bot may also take back what it has promised."""
    return promise.loading and not promise.deleted
