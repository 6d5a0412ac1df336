"""What a server lets its members do: who may dream, where, and whose pictures. Pure; raises Refusal, one sentence each.

Limits, blocks and pauses are not here: the queue looks after those, in the transaction that accepts.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.dreaming.scenes import Scene
from bot.dreaming.words import duration, moment
from bot.errors import Refusal
from bot.kinds import Kind
from bot.languages import either, mark, tr, tr_count

DAY = 86400.0
MOST_NAMED = 5  #: of channels or roles in a sentence

OWN_ONLY = mark("Here everybody may have only their own pictures dreamt.")
STAYS = mark("That picture is from an age-restricted channel, and its dreams stay there.")
NOT_AT_ALL = mark("Pictures from age-restricted channels are not dreamt on this server.")
NO_CHANNEL = mark("There is no channel for dreams on this server just now: those that were have been deleted.")
NO_ROLE = mark("Nobody may dream on this server just now: the roles that might have been deleted.")


@dataclass(frozen=True, kw_only=True)
class Origin:
    """The channel that a picture was posted in."""

    root: int  # of a thread: its channel
    age_restricted: bool


SWITCHED_OFF = {
    Kind.FILM: mark("Films are not made here: a moderator has switched them off."),
    Kind.IMAGINE: mark("Pictures out of noise are not made here: a moderator has switched them off."),
    Kind.EXPLAIN: mark("Explanations are not made here: a moderator has switched them off."),
    Kind.GRID: mark("Grids are not made here: a moderator has switched them off."),
    Kind.ATLAS: mark("Pages of the atlas are not made here: a moderator has switched them off."),
}


def admit(scene: Scene, *, now: float, kind: Kind = Kind.DREAM) -> None:
    """Whether this member may have this kind of work made in this place."""
    effective, where = scene.effective, scene.effective.where
    channels: tuple[int, ...] = effective["channels"] or ()
    if channels and not set(channels) & set(where.channels):
        there = [id_ for id_ in channels if id_ in where.server.channels]
        named = _either([f"<#{id_}>" for id_ in there])
        raise Refusal(tr("On this server dreams are made in {channels}.", channels=named) if there else tr(NO_CHANNEL))
    roles: tuple[int, ...] = effective["roles"] or ()
    if roles and not set(roles) & set(where.roles):
        there = [id_ for id_ in roles if id_ in where.server.roles]
        named = _either([f"<@&{id_}>" for id_ in there])
        only = tr("On this server only members with the role {roles} may dream.", roles=named)
        raise Refusal(only if there else tr(NO_ROLE))
    if kind.value in effective["switched-off"]:
        raise Refusal(tr(SWITCHED_OFF[kind]))
    days: int = effective["member-age"]
    if scene.guild is not None and days > 0:
        _check_age(scene.joined, days, now)


def _check_age(joined: float | None, days: int, now: float) -> None:
    if joined is None:
        raise Refusal(
            tr_count(
                "Here members may dream once they have been on the server for {count} day, "
                "and Discord does not say how long you have been.",
                "Here members may dream once they have been on the server for {count} days, "
                "and Discord does not say how long you have been.",
                days,
            )
        )
    if (at := joined + days * DAY) > now:
        raise Refusal(
            tr_count(
                "Here members may dream once they have been on the server for {count} day: you may {when}.",
                "Here members may dream once they have been on the server for {count} days: you may {when}.",
                days,
                when=moment(at),
            ),
            retry_at=at,
        )


def check_authors(scene: Scene, authors: Iterable[int]) -> None:
    """Whether these people's pictures may be dreamt for this member."""
    if scene.effective["own-pictures"] and any(author != scene.member for author in authors):
        raise Refusal(tr(OWN_ONLY))


def check_origins(scene: Scene, origins: Iterable[Origin]) -> None:
    """Whether pictures that were posted there may be dreamt here."""
    restricted = [origin for origin in origins if origin.age_restricted]
    if any(origin.root != scene.root for origin in restricted):
        raise Refusal(tr(STAYS))
    if restricted and scene.effective["age-restricted"] == "refuse":
        raise Refusal(tr(NOT_AT_ALL))


def too_long(seconds: float, *, most: float) -> Refusal:
    """For a dream that would outlive the interaction's token, where only that leads back."""
    return Refusal(
        tr(
            "That would take about {time}, and here I can only answer within {most}: "
            "I am no member here. Please try again later, or where I am a member.",
            time=duration(seconds),
            most=duration(most),
        )
    )


def _either(names: Sequence[str]) -> str:
    """
    >>> _either(["a", "b", "c"]), _either(list("abcdefg"))
    ('a, b or c', 'a, b, c, d, e or 2 others')
    """
    more = len(names) - MOST_NAMED
    return either([*names[:MOST_NAMED], *([tr_count("{count} other", "{count} others", more)] if more > 0 else [])])
