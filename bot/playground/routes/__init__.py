"""Discord's REST routes, by resource."""

from __future__ import annotations

from bot.playground.rest import Route
from bot.playground.routes import applications, channels, guilds, messages, people, reactions, responses

ALL: list[Route] = [
    *applications.ROUTES,
    *people.ROUTES,
    *guilds.ROUTES,
    *channels.ROUTES,
    *messages.ROUTES,
    *reactions.ROUTES,
    *responses.ROUTES,
]
