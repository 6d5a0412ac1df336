"""Settings as people read them: what holds in a place and who says so, what else is set, what does not hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import discord

from bot.dreaming.help import COLOUR
from bot.dreaming.words import moment
from bot.languages import mark, tr, tr_count
from bot.moderation.catalogue import SETTINGS, Group
from bot.moderation.doors.handles import Act, handle, short
from bot.moderation.doors.replies import Reply, button, view_of
from bot.moderation.doors.sentences import and_more, code, ended, plain
from bot.moderation.edits import DREAMING, PAUSED, Change, Edit, EditKind
from bot.moderation.layers import Effective, Ignored, Value, at
from bot.moderation.places import BUILT_IN, OPERATOR, SERVER, Context, Level, Scope, Server
from bot.moderation.settings import Settings
from bot.moderation.texts import NOT_SET
from dreamcore.errors import clip

LONGEST_VALUE = 90  #: characters of a value in a list
PAGE_LINES, PAGE_CHARACTERS = 20, 3500
FIELD = 1024  #: characters that one of Discord's fields holds
CHANGES_SHOWN = 12  #: of one edit
_NOT_IN_FORCE = mark("Stored, but not in force")

_DONE = {
    EditKind.SET: mark("{number} {when} {who} set:"),
    EditKind.RESET: mark("{number} {when} {who} reset:"),
    EditKind.IMPORT: mark("{number} {when} {who} imported:"),
    EditKind.UNDO: mark("{number} {when} {who} undid {undone}:"),
    EditKind.PAUSE: mark("{number} {when} {who} paused dreaming."),
    EditKind.RESUME: mark("{number} {when} {who} let dreaming go on."),
}


def shown(settings: Settings, server: Server, scope: Scope, page: int) -> Reply:
    """`/settings show`, one page of it: what holds there; then what is set elsewhere; then what is ignored."""
    effective = settings.of(at(server, scope))
    unfit = settings.unfit(server)
    stored = settings.stored(server.id)
    others = {place: its for place, its in stored.items() if place not in (scope, SERVER) and its}
    elsewhere = [_place_line(server, place, others[place]) for place in sorted(others, key=_order)]
    pages: list[tuple[str, list[str]]] = [
        *((tr("Set for channels and roles"), lines) for lines in _chunks(elsewhere)),
        *((tr(_NOT_IN_FORCE), lines) for lines in _chunks([_ignored_line(server, one) for one in unfit])),
    ]
    page = max(0, min(page, len(pages)))
    if page == 0:
        embed = _overview(effective, server, scope, unfit)
    else:
        title, lines = pages[page - 1]
        embed = discord.Embed(title=title, description="\n".join(lines), colour=COLOUR)
        if title == tr(_NOT_IN_FORCE):
            kept = tr("It is kept, in case what is missing comes back. `/settings reset` removes it.")
            embed.description = f"{embed.description}\n\n{kept}"
    number = tr("Page {page} of {pages}", page=page + 1, pages=len(pages) + 1)
    embed.set_footer(text=number if pages else None)
    turning = [
        button(tr("◀ Back"), handle(Act.SHOW, short(scope), page - 1), disabled=page == 0),
        button(tr("Next ▶"), handle(Act.SHOW, short(scope), page + 1), disabled=page == len(pages)),
    ]
    by_clicking = handle(Act.PAGE, short(scope), "defaults")
    change = button(tr("Change by clicking"), by_clicking, style=discord.ButtonStyle.primary)
    return Reply(embed=embed, view=view_of([[*(turning if pages else ()), change]]))


def _overview(effective: Effective, server: Server, scope: Scope, unfit: list[Ignored]) -> discord.Embed:
    embed = discord.Embed(title=clip(_title(server, scope), 250), colour=COLOUR)
    embed.description = tr("Bold is what this server has set; behind each value stands who says so.")
    if unfit:
        lost = tr_count(
            "⚠️ {count} stored value is not in force: see the last page.",
            "⚠️ {count} stored values are not in force: see the last page.",
            len(unfit),
        )
        embed.description += f"\n{lost}"
    for group in Group:
        lines = list(_group_lines(effective, server, scope, group))
        if lines:
            embed.add_field(name=group.title, value=_fitting(lines), inline=False)
    return embed


def _group_lines(effective: Effective, server: Server, scope: Scope, group: Group) -> Iterator[str]:
    for key, setting in SETTINGS.items():
        if setting.group is not group or (scope.level is not Level.SERVER and scope.level not in setting.levels):
            continue
        value = effective.of(key)
        text = value_text(value, server, own=value.scope not in (BUILT_IN, OPERATOR))
        source = ", ".join(server.call(one) for one in value.scopes[:3])
        yield f"{key}: {text} · {plain(source)}{' ⚠️' if value.ignored else ''}"


def _fitting(lines: list[str]) -> str:
    text = "\n".join(lines)
    if len(text) <= FIELD:
        return text
    each = FIELD // len(lines) - 2
    return "\n".join(clip(line, each) for line in lines)


def _title(server: Server, scope: Scope) -> str:
    if scope == SERVER and not server.name:
        return tr("What holds for this server")
    return tr("What holds for {place}", place=server.name if scope == SERVER else server.call(scope))


def _place_line(server: Server, scope: Scope, stored: dict[str, str] | object) -> str:
    assert isinstance(stored, dict)
    values = ", ".join(f"{key} {code(clip(text_of(key, text, server), LONGEST_VALUE))}" for key, text in stored.items())
    return clip(f"**{plain(server.call(scope))}**: {values}", 900)


def _ignored_line(server: Server, one: Ignored) -> str:
    return tr(
        "`{key}` of {place} = {value}: {reason}",
        key=one.key,
        place=plain(server.call(one.scope)),
        value=code(clip(one.stored, LONGEST_VALUE)),
        reason=ended(plain(one.reason)),
    )


def value_text(value: Value, server: Server, *, own: bool) -> str:
    """What holds, as it stands in a list: bold where it is one's own, as it is typed, or in words that nothing is set.

    Discord draws code in bold hardly otherwise than code.
    """
    shown = clip(value.setting.show(value.value, server), LONGEST_VALUE)
    if own:
        return f"**{plain(shown)}**"
    return shown if value.value in (None, ()) else code(shown)


def text_of(key: str, stored: str | None, server: Server) -> str:
    """A stored value in words; as it is stored where it cannot be read."""
    if stored is None:
        return tr(NOT_SET)
    setting = SETTINGS.get(key)
    if setting is None:
        return stored
    try:
        return setting.show(setting.read(stored, Context(server=server, networks=())), server)
    except ValueError:
        return stored


def change_line(server: Server, change: Change) -> str:
    if change.key == DREAMING:
        return tr("dreaming is paused") if change.after == PAUSED else tr("dreaming goes on")
    return tr(
        "`{key}` of {place}: {before} → {after}",
        key=change.key,
        place=plain(server.call(change.scope)),
        before=_value(change.key, change.before, server),
        after=_value(change.key, change.after, server),
    )


def subject(server: Server, change: Change) -> str:
    """What a change is about, where nothing can be bold."""
    if change.key == DREAMING:
        return change_line(server, change)
    return tr("{key} of {place}", key=change.key, place=server.call(change.scope))


def _value(key: str, text: str | None, server: Server) -> str:
    return tr(NOT_SET) if text is None else code(clip(text_of(key, text, server), LONGEST_VALUE))


def change_lines(server: Server, changes: Iterable[Change], *, most: int = CHANGES_SHOWN) -> list[str]:
    lines = [change_line(server, change) for change in changes]
    return lines if len(lines) <= most else [*lines[:most], and_more(len(lines) - most)]


def by(edit: Edit) -> str:
    return tr("somebody") if edit.by is None else f"<@{edit.by}>"


def history(server: Server, edits: list[Edit], *, before: int, more: bool) -> Reply:
    """`/settings history`, one page of it."""
    lines = []
    for edit in edits:
        lines.append(
            tr(
                _DONE[edit.kind],
                number=f"**#{edit.number}**",
                when=moment(edit.at),
                who=by(edit),
                undone=f"#{edit.undoes}",
            )
        )
        if edit.kind not in (EditKind.PAUSE, EditKind.RESUME):
            lines += [f"　{line}" for line in change_lines(server, edit.changes, most=3)]
    title = tr("Changes, the latest first")
    embed = discord.Embed(title=title, description=_within("\n".join(lines)), colour=COLOUR)
    embed.set_footer(text=tr("/settings undo takes one back, by its number"))
    turning = [button(tr("◀ Latest"), handle(Act.HISTORY, 0))] if before else []
    if more:
        turning.append(button(tr("Earlier ▶"), handle(Act.HISTORY, edits[-1].number)))
    return Reply(embed=embed, view=view_of([turning]))


def _within(text: str) -> str:
    return text if len(text) <= PAGE_CHARACTERS else text[:PAGE_CHARACTERS].rpartition("\n")[0] + "\n…"


def _chunks(lines: list[str]) -> Iterator[list[str]]:
    chunk: list[str] = []
    for line in lines:
        if chunk and (len(chunk) == PAGE_LINES or sum(map(len, chunk)) + len(line) > PAGE_CHARACTERS):
            yield chunk
            chunk = []
        chunk.append(line)
    if chunk:
        yield chunk


def _order(scope: Scope) -> tuple[bool, int]:
    return (scope.level is Level.ROLE, scope.id or 0)
