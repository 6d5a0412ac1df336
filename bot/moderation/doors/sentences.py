"""What moderators read when they set something or moderate: every sentence of this folder stands here."""

from __future__ import annotations

import re
from collections.abc import Sequence

import discord

from bot.moderation.catalogue import SETTINGS
from bot.moderation.places import SERVER, Server, role_name
from bot.moderation.settings import Settings
from dreamcore.errors import clip

ONLY_ON_SERVERS = "Settings and moderation belong to a server: use this in one of its channels."
OTHER_VERSION = "This was made by another version of me, which I cannot read any more. Please use the command again."
BOTH_SIDES = "Say which setting and to what, such as: layer patterns."
NOTHING_CHANGED = "Nothing was changed: it is like that already."
NOTHING_SET = "Nothing is set there, so there is nothing to reset."
RESET_WHAT = "Say what to reset: a setting with key, or all that a place has set with place."
NO_CHANGES = "Nothing has been changed on this server yet."
NOTHING_LEFT_TO_UNDO = "There is no change that could be undone."
EXPORTED = "All that is set on this server. `/settings import` takes the file back, here or on another server."
NO_FILE = "Attach the file with the settings: a text file, as `export` writes it."
FILE_UNREADABLE = "Discord does not give me that file. Please attach it again."
FORM_CLOSED = "That form is no longer open. Use `/settings form` again."
FORM_FOOT = "Bold is set for exactly this place. In a form, an empty field takes a value back."
END_IS_OVER = "That moment is over already. Give a later one, or a span such as 3 days."
YOURSELF = "You would block yourself. Somebody else has to do that."
ME = "That is me: pause dreaming with `/mod pause` instead."
A_BOT = "Bots cannot ask for dreams, so there is nothing to block."
NOT_BLOCKED = "{person} is not blocked here."
UNBLOCKED = "{person} may ask for dreams again."
PAUSED = "Dreaming is paused here: nothing new is taken, and what waits goes on waiting. `/mod resume` ends it."
PAUSED_ALREADY = "Dreaming is paused here already, since {since}."
NOT_PAUSED = "Dreaming is not paused here."
RESUMED = "Dreaming goes on."
NOBODY_BLOCKED = "Nobody is blocked on this server."
QUEUE_EMPTY = "Nothing waits on this server."
CANCEL_WHICH = "Say which dream, from the list that Discord offers, or whose: member."
NOTHING_TO_CANCEL = "There is no such dream on this server any more: it is over, or was never here."
OVER_ALREADY = "That dream is over already."
DELETE_WHICH = "Give the link of the message with the dream: its menu has Copy Message Link."
OTHER_SERVER = "That message is not on this server."
NOT_A_DREAM = "That message is no dream of mine."
STILL_MADE = "That dream is still being made: `/mod cancel` stops it."
GONE = "That message is not there any more."
CANNOT_DELETE = "I may not delete in that channel: I need the permission View Channel there."
DELETED = "Deleted."
NO_CHANNEL_ACCESS = "You may not delete messages in that channel."
REPORTED = "Thank you. The moderators of this server have your report."
REPORTED_ALREADY = "This dream was reported already; the moderators have it in front of them."
REPORT_LATER = "This dream is still being made. Please report it when it is there."
REPORT_NO_LOG = (
    "This server has named no channel for reports, so nobody would read it. Please tell one of its moderators yourself."
)
REPORT_NOT_SENT = "I may not write to the channel for reports. Please tell one of the moderators yourself."
ROLES_SEE_COMMANDS = (
    "They can use `{prefix}dreamset` at once. To show them `/settings` and `/mod` as well, allow the role for these "
    "commands in Discord: Server Settings → Integrations."
)


def not_allowed(managers: Sequence[str]) -> str:
    """
    >>> not_allowed(["@Keepers"])
    'This is for those with the permission Manage Server, and for @Keepers.'
    """
    others = f", and for {', '.join(managers)}" if managers else ""
    return f"This is for those with the permission Manage Server{others}."


def managers_of(settings: Settings, server: Server) -> list[str]:
    """The roles that may change settings, by name."""
    stored = settings.stored(server.id).get(SERVER, {}).get("managers", "")
    ids = [int(one) for one in stored.split(",") if one.strip().isdecimal()]
    return [role_name(one, server) for one in ids if one in server.roles]


def no_place(typed: str, hint: str) -> str:
    return (
        f"There is no channel and no role “{plain(typed)}” on this server.{hint} "
        "A place is server, a #channel or a @role."
    ).replace(".  ", ". ")


def two_places(typed: str) -> str:
    return f"“{plain(typed)}” is the name of more than one channel or role: mention it, or give its id."


def bad_end(typed: str) -> str:
    return (
        f"“{plain(typed)}” is no end: give a span such as 2 hours or 3 days, a date such as 2026-12-24 18:00, or never."
    )


def end_too_far(years: int) -> str:
    return f"That is too far away: at most {years} years, or never."


def now_set(key: str, place: str, value: str, before: str) -> str:
    """
    >>> now_set("layer", "the server", "4c", "not set")
    '`layer` of the server is now `4c` (before: not set).'
    """
    return f"`{key}` of {plain(place)} is now {code(value)} (before: {before})."


def now_reset(key: str, place: str, before: str, holds: str) -> str:
    return f"`{key}` of {plain(place)} is no longer set (before: {before}). There, {code(holds)} holds now."


def overruled(value: str, source: str) -> str:
    return f"There, {code(value)} holds all the same: what {plain(source)} says is stricter."


def removed(key: str, place: str, before: str) -> str:
    return f"`{key}` of {plain(place)} is removed (before: {before})."


def new_prefix(prefix: str) -> str:
    return f"From now on it is {code(f'{prefix}dream')} and {code(f'{prefix}dreamset')}; a mention of me always works."


def undone(number: int) -> str:
    return f"Change #{number} is undone:"


def changes_made(count: int) -> str:
    return "1 setting was changed." if count == 1 else f"{count} settings were changed."


def not_a_number(typed: str) -> str:
    return f"“{plain(typed)}” is no change's number: `history` shows them."


def unknown_word(prefix: str) -> str:
    return f"Say what to set: `{prefix}dreamset layer patterns`. `{prefix}dreamset help` tells the rest."


def no_value(prefix: str, key: str, values: str) -> str:
    return f"To what? Type `{prefix}dreamset {key}` and a value: {values}."


def reset_what(prefix: str) -> str:
    return f"Say what: `{prefix}dreamset reset layer`, or `{prefix}dreamset reset all` for all that the server has set."


def import_word(word: str) -> str:
    return f"“{plain(word)}” means nothing here: after import, say skip, replace, both or nothing."


def lacks_permissions(channel: int, names: Sequence[str]) -> str:
    return (
        f"I may not write in <#{channel}>: give me the permission{'s' * (len(names) > 1)} {' and '.join(names)} there."
    )


def log_gone(stored: str) -> str:
    return (
        f"I do not see the log channel ({stored}) just now. If it was deleted, choose another: "
        "`/settings set log-channel`. If it is an archived thread, I go on writing there."
    )


def log_unwritable(channel: int, why: str) -> str:
    return f"The log channel <#{channel}> takes nothing from me ({why}), so this was not written there."


def blocked(person: int, until: str | None, waiting: int) -> str:
    text = f"<@{person}> can ask for no more dreams here" + (f" until {until}." if until else ".")
    if waiting:
        count = "1 dream" if waiting == 1 else f"{waiting} dreams"
        text += f" {count} of theirs still wait: `/mod cancel member:` stops them."
    return text


def cancelled(count: int) -> str:
    return "Cancelled." if count == 1 else f"{count} dreams cancelled."


def plain(text: str) -> str:
    """What somebody typed, inside of one of our sentences: nothing of it is bold, a link or a ping.

    >>> plain("**a** @everyone")
    '\\\\*\\\\*a\\\\*\\\\* @\\u200beveryone'
    """
    escaped = re.sub(r"([*_~|`\\])", r"\\\1", clip(text, 300))
    return str(discord.utils.escape_mentions(escaped))


def code(text: str) -> str:
    """A value, as it is: nothing in it means anything to Discord.

    >>> code("4c`s")
    "`4c's`"
    """
    return f"`{clip(text, 300).replace('`', chr(39))}`" if text else "nothing"


def help_text(prefix: str) -> str:
    name = f"{prefix}dreamset"
    return (
        f"`{name} show` what holds, and why · `{name} show #channel`\n"
        f"`{name} layer patterns` sets it for the server\n"
        f"`{name} #channel layer patterns`, `{name} @role per-hour 5` for a place\n"
        f"`{name} reset layer`, `{name} #channel reset` takes it back\n"
        f"`{name} history`, `{name} undo`\n"
        f"`{name} export`, `{name} import` with the file attached (`skip`: leave out what this server does not have; "
        "`replace`: reset the rest)\n"
        f"`{name} form` menus and forms instead of typing\n"
        f"Settings: {', '.join(f'`{key}`' for key in SETTINGS)}"
    )
