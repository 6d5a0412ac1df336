"""How a job's answer is given: what the server had set when the request was taken. Kept with the job, so that neither
a restart nor a moderator's change in between makes it another answer.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.languages import ENGLISH


@dataclass(frozen=True, kw_only=True)
class Manner:
    """Only what differs from these defaults is stored."""

    thread: bool = False  # in a thread of its own, under what asked for it
    spoilers: bool = False  # every picture is hidden until somebody clicks it
    buttons: bool = True  # all of them under the dream; else only Delete
    age_restricted: bool = False  # asked for in an age-restricted channel: its pictures stay there
    secret: int = 0  # a challenge (its id) until whose results the recipe stays hidden; 0: none
    language: str = ENGLISH  # of all that is said about it
    prefix: str = "!"  # of the commands that are shown with it
    notes: tuple[str, ...] = ()  # the door's sentences for the person

    def stored(self) -> dict[str, Any] | None:
        """As the job's row has it.

        >>> Manner(spoilers=True).stored(), Manner().stored()
        ({'spoilers': True}, None)
        """
        return {
            field.name: list(value) if isinstance(value, tuple) else value
            for field in dataclasses.fields(self)
            if (value := getattr(self, field.name)) != field.default
        } or None

    @classmethod
    def read(cls, stored: Mapping[str, Any] | None) -> Manner:
        """What `stored` has written, by this version or by another one: what is not understood is left out.

        >>> Manner.read({"spoilers": True, "perfume": "rose"}) == Manner(spoilers=True)
        True
        """
        known: dict[str, Any] = {field.name: type(field.default) for field in dataclasses.fields(cls)}
        values: dict[str, Any] = {
            key: tuple(map(str, value)) if known[key] is tuple and isinstance(value, list) else value
            for key, value in (stored or {}).items()
            if key in known
        }
        return cls(**{key: value for key, value in values.items() if isinstance(value, known[key])})


PLAIN = Manner()
