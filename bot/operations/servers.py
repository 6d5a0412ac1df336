"""The doctor's look at Discord: token, intents, install settings, clock, and what is missing in which channel."""

from __future__ import annotations

import email.utils
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from typing import Any

from bot.config import Config
from bot.errors import BotError
from bot.operations.application import Application, ask
from bot.operations.findings import Finding, fail, ok, warn
from bot.operations.invite import NEEDED, PERMISSIONS, invite_link, missing, personal_link
from bot.operations.rest import NotAnswered, Rest
from dreamcore.errors import clip

MOST_SERVERS = 20  #: looked at; each costs two requests
MOST_NAMES = 5  #: channels named in one sentence
SKEW = 5.0  #: seconds that this machine's clock may be off
MUCH_SKEW = 60.0

_ADMINISTRATOR = 1 << 3
_VIEW = NEEDED["View Channels"]
_FORUMS = (15, 16)  # have posts, which are threads, and no messages of their own
_WRITABLE = (0, 2, 5, 13, *_FORUMS)

_PORTAL = "https://discord.com/developers/applications"


async def examine_discord(config: Config, rest: Rest, clock: Callable[[], float]) -> AsyncIterator[Finding]:
    """Everything that can be asked without a gateway."""
    try:
        application = await ask(rest)
        date = (await rest.get("/users/@me")).date
        now = clock()
    except BotError as error:
        yield fail("token", error.sentence)
        return
    yield ok("token", f"It is the token of “{clip(application.name)}”, whose bot is @{clip(application.bot_name)}.")
    for finding in (*_intents(application, config.prefix), *_settings(application, config), _clock(date, now)):
        yield finding
    async for finding in _gateway(rest):
        yield finding
    async for finding in _servers(application, rest):
        yield finding


def _intents(application: Application, prefix: str) -> Iterable[Finding]:
    if application.message_content:
        yield ok("intents", f"Message content is granted: {prefix}dream works.")
    else:
        yield warn(
            "intents",
            f"Message content is not granted: {prefix}dream does not work, and neither do replies and the last"
            " picture; /dream and the message menu do.",
            f"Switch on “Message Content Intent” on the page “Bot” of the application: {_PORTAL}/{application.id}/bot",
        )


def _settings(application: Application, config: Config) -> Iterable[Finding]:
    page = f"{_PORTAL}/{application.id}"
    yield ok("invite", f"Permissions {PERMISSIONS} ({', '.join(NEEDED)}): {invite_link(application.id)}")
    if application.takes_interactions_elsewhere:
        yield fail(
            "interactions",
            "An “Interactions Endpoint URL” is set, so commands and buttons go there and never reach the bot.",
            f"Empty it: {page}/information",
        )
    if application.needs_code_grant:
        yield warn(
            "invite",
            "The application requires a code grant, so the invite link does not work.",
            f"Switch off “Requires OAuth2 Code Grant”: {page}/bot",
        )
    if not application.for_servers:
        yield warn(
            "invite",
            "The application cannot be installed into servers.",
            f"Tick “Guild Install”: {page}/installation",
        )
    if config.personal_install and not application.for_persons:
        yield warn(
            "personal",
            "DREAM_PERSONAL_INSTALL=yes, but the application cannot be installed by persons.",
            f"Tick “User Install”: {page}/installation",
        )
    elif config.personal_install:
        yield ok("personal", f"Whoever wants the bot for themselves: {personal_link(application.id)}")


def _clock(date: str | None, now: float) -> Finding:
    try:
        there = email.utils.parsedate_to_datetime(date or "").timestamp()
    except ValueError:
        return warn("clock", "Discord's answer has no date to compare this machine's clock with.")
    # Discord's is cut to whole seconds.
    skew = max(there - now, now - there - 1.0, 0.0)
    if skew <= SKEW:
        return ok("clock", "This machine's clock agrees with Discord's.")
    report = fail if skew > MUCH_SKEW else warn
    return report(
        "clock",
        f"This machine's clock is {skew:.0f} s {'slow' if there > now else 'fast'}: expected times would be wrong, and"
        " answers could come too late.",
        "Let the system keep its time (timedatectl set-ntp true).",
    )


async def _gateway(rest: Rest) -> AsyncIterator[Finding]:
    try:
        limit = (await rest.get("/gateway/bot")).body["session_start_limit"]
        remaining, total = int(limit["remaining"]), int(limit["total"])
    except (BotError, KeyError, TypeError, ValueError) as error:
        yield warn("gateway", f"Discord does not say how often the bot may connect ({_why(error)}).")
        return
    if remaining < 10:
        yield warn(
            "gateway",
            f"Only {remaining} of {total} starts are left for today.",
            "Find out what restarts the bot again and again.",
        )
    else:
        yield ok("gateway", f"{remaining} of {total} starts are left for today.")


async def _servers(application: Application, rest: Rest) -> AsyncIterator[Finding]:
    try:
        guilds = (await rest.get("/users/@me/guilds")).body
    except BotError as error:
        yield warn("servers", f"Discord does not say in which servers the bot is ({_why(error)}).")
        return
    if not guilds:
        yield warn("servers", "The bot is in no server yet.", f"Open {invite_link(application.id)}")
        return
    for guild in guilds[:MOST_SERVERS]:
        yield await _server(guild, application.bot, rest)
    if len(guilds) > MOST_SERVERS:
        yield ok("servers", f"There are more servers ({len(guilds)}); only the first {MOST_SERVERS} were looked at.")


async def _server(guild: Mapping[str, Any], bot: int, rest: Rest) -> Finding:
    name = f"“{clip(str(guild.get('name')))}”"
    try:
        base = int(guild["permissions"])
        if guild.get("owner") or base & _ADMINISTRATOR:
            return ok("server", f"{name}: everything is allowed (the bot is an administrator, which it need not be).")
        channels = (await rest.get(f"/guilds/{guild['id']}/channels")).body
        roles = (await rest.get(f"/guilds/{guild['id']}/members/{bot}")).body["roles"]
        lacking, seen = _lacking(base, channels, mine=(str(guild["id"]), tuple(roles), str(bot)))
    except (BotError, KeyError, TypeError, ValueError) as error:
        return warn("server", f"{name}: its channels could not be looked at ({_why(error)}).")
    if not seen:
        return warn("server", f"{name}: the bot sees no channel.", _give(("View Channels",)))
    if not lacking:
        return ok("server", f"{name}: everything needed is allowed in all {seen} channel(s) that the bot sees.")
    names = tuple(dict.fromkeys(name for names in lacking.values() for name in names))
    where = "every channel" if len(lacking) == seen else _list([f"#{clip(channel)}" for channel in lacking])
    return warn("server", f"{name}: {', '.join(names)} missing in {where}.", _give(names))


def _lacking(
    base: int, channels: Sequence[Mapping[str, Any]], *, mine: tuple[str, tuple[str, ...], str]
) -> tuple[dict[str, tuple[str, ...]], int]:
    """What is missing in which channel that the bot sees, and how many those are."""
    lacking: dict[str, tuple[str, ...]] = {}
    seen = 0
    for channel in channels:
        allowed = permissions_in(base, channel.get("permission_overwrites") or [], mine=mine)
        if channel.get("type") not in _WRITABLE or not allowed & _VIEW:
            continue
        seen += 1
        names = missing(allowed | (NEEDED["Send Messages"] if channel["type"] in _FORUMS else 0))
        if names:
            lacking[str(channel.get("name"))] = names
    return lacking, seen


def permissions_in(
    base: int, overwrites: Iterable[Mapping[str, Any]], *, mine: tuple[str, tuple[str, ...], str]
) -> int:
    """What is allowed in a channel, as Discord works it out: everybody's, then the roles' together, then the member's.

    base: in the whole server. mine: the server's id (its @everyone), the bot's roles, the bot's own id.
    """
    everyone, roles, member = mine
    by_id = {str(one["id"]): (int(one["allow"]), int(one["deny"])) for one in overwrites}
    for ids in ((everyone,), roles, (member,)):
        rules = [by_id[one] for one in ids if one in by_id]
        for _, deny in rules:
            base &= ~deny
        for allow, _ in rules:
            base |= allow
    return base


def _give(names: Iterable[str]) -> str:
    return (
        f"In the channel's (or the server's) settings, under Permissions, allow the bot's role: {', '.join(names)};"
        " or invite the bot again with the link above."
    )


def _list(names: Sequence[str]) -> str:
    more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
    return ", ".join(names[:MOST_NAMES]) + more


def _why(error: Exception) -> str:
    if isinstance(error, NotAnswered):
        return f"it answers {error.status}"
    return error.sentence.rstrip(".") if isinstance(error, BotError) else "its answer is not understood"
