"""What is said about limits: whole sentences, of which every language makes its own."""

from __future__ import annotations

import enum
import math

from bot.jobs.allowance import Counted, Limit, Span
from bot.languages import tr, tr_count


class Scope(enum.Enum):
    """Whose dreams a limit counts, and where."""

    MEMBER = enum.auto()  #: the operator's, wherever they are asked for
    EVERYONE = enum.auto()  #: of the server
    SERVER = enum.auto()  #: one member's on the server
    CHANNEL = enum.auto()
    ROLE = enum.auto()

    @classmethod
    def of(cls, limit: Limit, *, operators: bool) -> Scope:
        """operators: the limit is the operator's own."""
        if limit.everyone:
            return cls.EVERYONE
        if operators:
            return cls.MEMBER
        if limit.channel is not None:
            return cls.CHANNEL
        return cls.SERVER if limit.role is None else cls.ROLE


def moment(at: float) -> str:
    """A time as Discord shows it: in the reader's words, counting by itself; not a moment too early."""
    return f"<t:{math.ceil(at)}:R>"


def may_have(limit: Limit, scope: Scope) -> str:
    """How much is allowed: a sentence that goes on."""
    most, channel, role = limit.most, f"<#{limit.channel}>", f"<@&{limit.role}>"
    day = limit.span is Span.DAY
    if limit.of is Counted.FILMS:
        return _films(limit, scope)
    if limit.of is Counted.GRIDS:
        return _grids(limit, scope)
    if scope is Scope.EVERYONE:
        if day:
            return tr_count(
                "This server may have {count} picture dreamt in 24 hours",
                "This server may have {count} pictures dreamt in 24 hours",
                most,
            )
        return tr_count(
            "This server may have {count} picture dreamt in an hour",
            "This server may have {count} pictures dreamt in an hour",
            most,
        )
    if scope is Scope.CHANNEL:
        if day:
            return tr_count(
                "In {channel} you may have {count} picture dreamt in 24 hours",
                "In {channel} you may have {count} pictures dreamt in 24 hours",
                most,
                channel=channel,
            )
        return tr_count(
            "In {channel} you may have {count} picture dreamt in an hour",
            "In {channel} you may have {count} pictures dreamt in an hour",
            most,
            channel=channel,
        )
    if scope is Scope.ROLE:
        if day:
            return tr_count(
                "On this server, with the role {role}, you may have {count} picture dreamt in 24 hours",
                "On this server, with the role {role}, you may have {count} pictures dreamt in 24 hours",
                most,
                role=role,
            )
        return tr_count(
            "On this server, with the role {role}, you may have {count} picture dreamt in an hour",
            "On this server, with the role {role}, you may have {count} pictures dreamt in an hour",
            most,
            role=role,
        )
    if scope is Scope.SERVER:
        if day:
            return tr_count(
                "On this server you may have {count} picture dreamt in 24 hours",
                "On this server you may have {count} pictures dreamt in 24 hours",
                most,
            )
        return tr_count(
            "On this server you may have {count} picture dreamt in an hour",
            "On this server you may have {count} pictures dreamt in an hour",
            most,
        )
    if day:
        return tr_count(
            "You may have {count} picture dreamt in 24 hours", "You may have {count} pictures dreamt in 24 hours", most
        )
    return tr_count(
        "You may have {count} picture dreamt in an hour", "You may have {count} pictures dreamt in an hour", most
    )


def _films(limit: Limit, scope: Scope) -> str:
    """One member's; there is no other limit of films than one of 24 hours."""
    most, channel, role = limit.most, f"<#{limit.channel}>", f"<@&{limit.role}>"
    if scope is Scope.CHANNEL:
        return tr_count(
            "In {channel} you may have {count} film made in 24 hours",
            "In {channel} you may have {count} films made in 24 hours",
            most,
            channel=channel,
        )
    if scope is Scope.ROLE:
        return tr_count(
            "On this server, with the role {role}, you may have {count} film made in 24 hours",
            "On this server, with the role {role}, you may have {count} films made in 24 hours",
            most,
            role=role,
        )
    if scope is Scope.SERVER:
        return tr_count(
            "On this server you may have {count} film made in 24 hours",
            "On this server you may have {count} films made in 24 hours",
            most,
        )
    return tr_count("You may have {count} film made in 24 hours", "You may have {count} films made in 24 hours", most)


def _grids(limit: Limit, scope: Scope) -> str:
    """As of films."""
    most, channel, role = limit.most, f"<#{limit.channel}>", f"<@&{limit.role}>"
    if scope is Scope.CHANNEL:
        return tr_count(
            "In {channel} you may have {count} grid made in 24 hours",
            "In {channel} you may have {count} grids made in 24 hours",
            most,
            channel=channel,
        )
    if scope is Scope.ROLE:
        return tr_count(
            "On this server, with the role {role}, you may have {count} grid made in 24 hours",
            "On this server, with the role {role}, you may have {count} grids made in 24 hours",
            most,
            role=role,
        )
    if scope is Scope.SERVER:
        return tr_count(
            "On this server you may have {count} grid made in 24 hours",
            "On this server you may have {count} grids made in 24 hours",
            most,
        )
    return tr_count("You may have {count} grid made in 24 hours", "You may have {count} grids made in 24 hours", most)


def too_many(allowed: str, pictures: int) -> str:
    """They would be too many at any time. allowed: what `may_have` says."""
    # Translators: {allowed} is a sentence without its full stop: You may have 5 pictures dreamt in an hour
    return tr("{allowed}, and these are {count}: post fewer at a time.", allowed=allowed, count=pictures)


def later(allowed: str, pictures: int, *, at: float, left: int) -> str:
    """left: how many of them are possible at once."""
    when = moment(at)
    if pictures == 1:
        # Translators: {allowed} is a sentence without its full stop; the next picture
        return tr("{allowed}: the next is possible {when}.", allowed=allowed, when=when)
    if left > 0:
        return tr(
            "{allowed}: these {count} are possible {when} ({left} at once).",
            allowed=allowed,
            count=pictures,
            when=when,
            left=left,
        )
    return tr("{allowed}: these {count} are possible {when}.", allowed=allowed, count=pictures, when=when)


def waiting(limit: Limit, scope: Scope) -> str:
    """Why no more may wait: a sentence that goes on."""
    most = limit.most
    if scope is Scope.EVERYONE:
        return tr("This server's queue is full")
    if scope is Scope.CHANNEL:
        return tr_count(
            "You have {count} request waiting in {channel}, and more are not taken",
            "You have {count} requests waiting in {channel}, and more are not taken",
            most,
            channel=f"<#{limit.channel}>",
        )
    if scope is Scope.ROLE:
        return tr_count(
            "You have {count} request waiting on this server, with the role {role}, and more are not taken",
            "You have {count} requests waiting on this server, with the role {role}, and more are not taken",
            most,
            role=f"<@&{limit.role}>",
        )
    if scope is Scope.SERVER:
        return tr_count(
            "You have {count} request waiting on this server, and more are not taken",
            "You have {count} requests waiting on this server, and more are not taken",
            most,
        )
    return tr_count(
        "You have {count} request waiting, and more are not taken",
        "You have {count} requests waiting, and more are not taken",
        most,
    )


def full(why: str, ends: float | None) -> str:
    """why: what `waiting` says. ends: when there is room again; None: nobody can say."""
    if ends is None:
        # Translators: {why} is a sentence without its full stop: The queue is full
        return tr("{why}: try again in a minute.", why=why)
    # Translators: {why} is a sentence without its full stop: The queue is full
    return tr("{why}: there is room again {when}.", why=why, when=moment(ends))
