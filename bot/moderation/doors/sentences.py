"""What moderators read when they set something or moderate: every sentence of this folder stands here.

Those without values are `Sentence`s, which are said where they are shown; the others are said at once, to whoever asks.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import discord

from bot.languages import listed, tell, tr, tr_count
from bot.moderation.catalogue import SETTINGS
from bot.moderation.places import SERVER, Server, role_name
from bot.moderation.settings import Settings
from dreamcore.errors import clip
from dreamcore.sentences import Sentence

ONLY_ON_SERVERS = Sentence("Settings and moderation belong to a server: use this in one of its channels.")
OTHER_VERSION = Sentence(
    "This was made by another version of me, which I cannot read any more. Please use the command again."
)
NOTHING_CHANGED = Sentence("Nothing was changed: it is like that already.")
NOTHING_SET = Sentence("Nothing is set there, so there is nothing to reset.")
RESET_WHAT = Sentence("Say what to reset: a setting with key, or all that a place has set with place.")
NO_CHANGES = Sentence("Nothing has been changed on this server yet.")
NOTHING_LEFT_TO_UNDO = Sentence("There is no change that could be undone.")
EXPORTED = Sentence(
    "All that is set on this server. `/settings import` takes the file back, here or on another server."
)
NO_FILE = Sentence("Attach the file with the settings: a text file, as `export` writes it.")
FILE_UNREADABLE = Sentence("Discord does not give me that file. Please attach it again.")
FORM_CLOSED = Sentence("That form is no longer open. Use `/settings form` again.")
FORM_FOOT = Sentence("Bold is set for exactly this place. In a form, an empty field takes a value back.")
END_IS_OVER = Sentence("That moment is over already. Give a later one, or a span such as 3 days.")
YOURSELF = Sentence("You would block yourself. Somebody else has to do that.")
ME = Sentence("That is me: pause dreaming with `/mod pause` instead.")
A_BOT = Sentence("Bots cannot ask for dreams, so there is nothing to block.")
PAUSED = Sentence(
    "Dreaming is paused here: nothing new is taken, and what waits goes on waiting. `/mod resume` ends it."
)
NOT_PAUSED = Sentence("Dreaming is not paused here.")
RESUMED = Sentence("Dreaming goes on.")
NOBODY_BLOCKED = Sentence("Nobody is blocked on this server.")
QUEUE_EMPTY = Sentence("Nothing waits on this server.")
QUEUE_EMPTY_HERE = Sentence("Nothing waits in the channels that you moderate.")
CANCEL_WHICH = Sentence("Say which dream, from the list that Discord offers, or whose: member.")
NOTHING_TO_CANCEL = Sentence("There is no such dream on this server any more: it is over, or was never here.")
OVER_ALREADY = Sentence("That dream is over already.")
DELETE_WHICH = Sentence("Give the link of the message with the dream: its menu has Copy Message Link.")
OTHER_SERVER = Sentence("That message is not on this server.")
NOT_A_DREAM = Sentence("That message is no dream of mine.")
STILL_MADE = Sentence("That dream is still being made: `/mod cancel` stops it.")
GONE = Sentence("That message is not there any more.")
CANNOT_DELETE = Sentence("I may not delete in that channel: I need the permission View Channel there.")
DELETED = Sentence("Deleted.")
NO_CHANNEL_ACCESS = Sentence("You may not delete messages in that channel.")
REPORTED = Sentence("Thank you. The moderators of this server have your report.")
REPORTED_ALREADY = Sentence("This dream was reported already; the moderators have it in front of them.")
REPORT_LATER = Sentence("This dream is still being made. Please report it when it is there.")
REPORT_NO_LOG = Sentence(
    "This server has named no channel for reports, so nobody would read it. Please tell one of its moderators yourself."
)
REPORT_NOT_SENT = Sentence("I may not write to the channel for reports. Please tell one of the moderators yourself.")


def not_allowed(managers: Sequence[str]) -> str:
    """
    >>> not_allowed(["@Keepers"])
    'This is for those with the permission Manage Server, and for @Keepers.'
    """
    if managers:
        roles = ", ".join(managers)
        return tr("This is for those with the permission Manage Server, and for {roles}.", roles=roles)
    return tr("This is for those with the permission Manage Server.")


def managers_of(settings: Settings, server: Server) -> list[str]:
    """The roles that may change settings, by name."""
    stored = settings.stored(server.id).get(SERVER, {}).get("managers", "")
    ids = [int(one) for one in stored.split(",") if one.strip().isdecimal()]
    return [role_name(one, server) for one in ids if one in server.roles]


def no_place(typed: str, hint: str) -> str:
    return tr(
        "There is no channel and no role “{name}” on this server.{hint} A place is server, a #channel or a @role.",
        name=plain(typed),
        hint=hint,
    )


def two_places(typed: str) -> str:
    return tr("“{name}” is the name of more than one channel or role: mention it, or give its id.", name=plain(typed))


def bad_end(typed: str) -> str:
    return tr(
        "“{text}” is no end: give a span such as 2 hours or 3 days, a date such as 2026-12-24 18:00, or never.",
        text=plain(typed),
    )


def end_too_far(years: int) -> str:
    return tr("That is too far away: at most {years} years, or never.", years=years)


def now_set(key: str, place: str, value: str, before: str) -> str:
    """
    >>> now_set("layer", "the server", "4c", "not set")
    '`layer` of the server is now `4c` (before: not set).'
    """
    return tr(
        "`{key}` of {place} is now {value} (before: {before}).",
        key=key,
        place=plain(place),
        value=code(value),
        before=before,
    )


def now_reset(key: str, place: str, before: str, holds: str) -> str:
    return tr(
        "`{key}` of {place} is no longer set (before: {before}). There, {value} holds now.",
        key=key,
        place=plain(place),
        before=before,
        value=code(holds),
    )


def overruled(value: str, source: str) -> str:
    return tr(
        "There, {value} holds all the same: what {source} says is stricter.", value=code(value), source=plain(source)
    )


def removed(key: str, place: str, before: str) -> str:
    return tr("`{key}` of {place} is removed (before: {before}).", key=key, place=plain(place), before=before)


def new_prefix(prefix: str) -> str:
    return tr(
        "From now on it is {dream} and {dreamset}; a mention of me always works.",
        dream=code(f"{prefix}dream"),
        dreamset=code(f"{prefix}dreamset"),
    )


def roles_see_commands(prefix: str) -> str:
    return tr(
        "They can use `{prefix}dreamset` at once. To show them `/settings` and `/mod` as well, allow the role for "
        "these commands in Discord: Server Settings → Integrations.",
        prefix=prefix,
    )


def undone(number: int) -> str:
    return tr("Change #{number} is undone:", number=number)


def changes_made(count: int) -> str:
    return tr_count("{count} setting was changed.", "{count} settings were changed.", count)


def left_out(count: int) -> str:
    return tr_count("{count} left out:", "{count} left out:", count)


def not_a_number(typed: str) -> str:
    return tr("“{text}” is no change's number: `history` shows them.", text=plain(typed))


def unknown_word(prefix: str) -> str:
    return tr(
        "Say what to set: `{prefix}dreamset layer patterns`. `{prefix}dreamset help` tells the rest.", prefix=prefix
    )


def no_value(prefix: str, key: str, values: str) -> str:
    return tr("To what? Type `{command}` and a value: {values}.", command=f"{prefix}dreamset {key}", values=values)


def reset_what(prefix: str) -> str:
    return tr(
        "Say what: `{prefix}dreamset reset layer`, or `{prefix}dreamset reset all` for all that the server has set.",
        prefix=prefix,
    )


def import_word(word: str) -> str:
    return tr("“{word}” means nothing here: after import, say skip, replace, both or nothing.", word=plain(word))


def lacks_permissions(channel: int, names: Sequence[str]) -> str:
    return tr_count(
        "I may not write in {channel}: give me the permission {names} there.",
        "I may not write in {channel}: give me the permissions {names} there.",
        len(names),
        channel=f"<#{channel}>",
        names=listed(names),
    )


def log_gone(stored: str) -> str:
    return tr(
        "I do not see the log channel ({channel}) just now. If it was deleted, choose another: "
        "`/settings set log-channel`. If it is an archived thread, I go on writing there.",
        channel=stored,
    )


def log_unwritable(channel: int, why: str) -> str:
    return tr(
        "The log channel {channel} takes nothing from me ({why}), so this was not written there.",
        channel=f"<#{channel}>",
        why=why,
    )


def blocked(person: int, until: str | None, waiting: int) -> str:
    who = f"<@{person}>"
    if until:
        text = tr("{person} can ask for no more dreams here until {until}.", person=who, until=until)
    else:
        text = tr("{person} can ask for no more dreams here.", person=who)
    if not waiting:
        return text
    still = tr_count(
        "{count} dream of theirs still waits: `/mod cancel member:` stops it.",
        "{count} dreams of theirs still wait: `/mod cancel member:` stops them.",
        waiting,
    )
    return f"{text} {still}"


def not_blocked(person: int) -> str:
    return tr("{person} is not blocked here.", person=f"<@{person}>")


def unblocked(person: int) -> str:
    return tr("{person} may ask for dreams again.", person=f"<@{person}>")


def paused_already(since: str | None) -> str:
    """since: as Discord counts it."""
    if since is None:
        return tr("Dreaming is paused here already.")
    return tr("Dreaming is paused here already, since {since}.", since=since)


def cancelled(count: int) -> str:
    return tr_count("Cancelled.", "{count} dreams cancelled.", count)


def and_more(count: int) -> str:
    """Under a list that is longer than what is shown of it."""
    return tr_count("… and {count} more", "… and {count} more", count)


def ended(text: str) -> str:
    """With a full stop, unless it ends like a sentence."""
    return text if text.endswith((".", "?", "!")) else f"{text}."


def plain(text: str) -> str:
    """What somebody typed, inside of one of our sentences: nothing of it is bold, a link or a ping.

    >>> plain("**a** @everyone")
    '\\\\*\\\\*a\\\\*\\\\* @\\u200beveryone'
    """
    escaped = re.sub(r"([*_~|`\\])", r"\\\1", clip(tell(text), 300))
    return str(discord.utils.escape_mentions(escaped))


def code(text: str) -> str:
    """A value, as it is: nothing in it means anything to Discord.

    >>> code("4c`s")
    "`4c's`"
    """
    return f"`{clip(tell(text), 300).replace('`', chr(39))}`" if text else tr("nothing")


def help_text(prefix: str) -> str:
    return tr(
        "`{name} show` what holds, and why · `{name} show #channel`\n"
        "`{name} layer patterns` sets it for the server\n"
        "`{name} #channel layer patterns`, `{name} @role per-hour 5` for a place\n"
        "`{name} reset layer`, `{name} #channel reset` takes it back\n"
        "`{name} history`, `{name} undo`\n"
        "`{name} export`, `{name} import` with the file attached (`skip`: leave out what this server does not have; "
        "`replace`: reset the rest)\n"
        "`{name} form` menus and forms instead of typing\n"
        "Settings: {keys}",
        name=f"{prefix}dreamset",
        keys=", ".join(f"`{key}`" for key in SETTINGS),
    )
