"""What the bot answers when it does not dream, each with one sentence for the person and one for the log.

DreamError (dreamcore.errors)
└── BotError
    ├── Refusal        the request is understood, and not taken: a limit, a block, somebody's wish
    ├── NoPicture      there is nothing to dream
    ├── LinkError      the picture's link cannot be fetched
    └── ConfigError    a variable of the environment is wrong; ends the start

`bot.dreaming.words` turns every one of them, and every error of the engine's, into a reply: one place for all doors.
"""

from __future__ import annotations

from dreamcore.errors import DreamError


class BotError(DreamError):
    """Base class of what goes wrong outside of the engine."""


class Refusal(BotError):
    """Not taken. `retry_at` (Unix seconds): when it may be tried again; None where waiting does not help."""

    def __init__(self, sentence: str, *, retry_at: float | None = None, log: str | None = None) -> None:
        super().__init__(sentence, log=log)
        self.retry_at = retry_at


class NoPicture(BotError):
    """There is no picture where one was looked for."""


class LinkError(BotError):
    """The picture's link is not Discord's own, has expired, or answers with something else."""


class ConfigError(BotError):
    """A variable of the environment has a value that cannot be meant."""
