"""Who asks, and the channel and message that are meant: only what the person sees is there for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.playground.model import Channel, Message, User
from bot.playground.page.requests import Refused, Request

if TYPE_CHECKING:
    from bot.playground.page.visit import Visit


def myself(visit: Visit) -> User:
    """Raises Refused before the tab has said who it is, and for somebody who has left the server since."""
    person = visit.person
    if person is None or visit.house.sight.person(person.id) is not person:
        raise Refused("Choose first who you are.")
    return person


def channel(visit: Visit, request: Request) -> Channel:
    found = visit.house.sight.channel(myself(visit), request.id("channel"))
    if found is None:
        raise Refused("There is no such channel for you: it is gone, or you may not see it.")
    return found


def message(visit: Visit, request: Request, place: Channel, name: str = "message") -> Message:
    found = visit.house.sight.message(myself(visit), place, request.id(name))
    if found is None:
        raise Refused("The message is not there any more.")
    return found
