"""What stands in the log channel: a sentence for each thing that was done. `Logbook` says them, in its language."""

from __future__ import annotations

from bot.dreaming.parsing import clipped
from bot.dreaming.words import recipe_of
from bot.jobs.model import Job
from bot.languages import tr
from bot.moderation.doors import showing
from bot.moderation.edits import Edit, EditKind
from bot.moderation.places import Server

LONGEST_RECIPE = 80


def changed(server: Server, edit: Edit) -> str:
    who = showing.by(edit)
    if edit.undoes is not None:
        head = tr("⚙️ {who} took back change #{undone} (#{number}):", who=who, undone=edit.undoes, number=edit.number)
    else:
        head = tr("⚙️ {who} changed settings (#{number}):", who=who, number=edit.number)
    return "\n".join([head, *(f"• {line}" for line in showing.change_lines(server, edit.changes))])


def paused(edit: Edit, reason: str | None) -> str:
    who = showing.by(edit)
    if edit.kind is EditKind.PAUSE:
        return _because(tr("⏸️ {who} paused dreaming (#{number})", who=who, number=edit.number), reason)
    return _because(tr("▶️ {who} let dreaming go on (#{number})", who=who, number=edit.number), reason)


def blocked(by: int, person: int, until: str | None, reason: str | None) -> str:
    """until: as Discord writes it."""
    if until is None:
        return _because(tr("🚫 {who} blocked {person}", who=_user(by), person=_user(person)), reason)
    text = tr("🚫 {who} blocked {person} until {until}", who=_user(by), person=_user(person), until=until)
    return _because(text, reason)


def unblocked(by: int, person: int) -> str:
    return tr("✅ {who} unblocked {person}.", who=_user(by), person=_user(person))


def cancelled(by: int, job: Job) -> str:
    return tr(
        "✖️ {who} cancelled a dream of {person} in {channel}: {recipe}",
        who=_user(by),
        person=_user(job.requester),
        channel=f"<#{job.place.channel}>",
        recipe=_recipe(job),
    )


def deleted(by: int, job: Job | None, channel: int) -> str:
    place = f"<#{channel}>"
    if job is None:
        return tr("🗑️ {who} deleted a dream in {channel}", who=_user(by), channel=place)
    person = _user(job.requester)
    return tr("🗑️ {who} deleted a dream of {person} in {channel}", who=_user(by), person=person, channel=place)


def reported(by: int, link: str, job: Job | None) -> str:
    head = tr("🚩 {who} reports a dream: {link}", who=_user(by), link=link)
    if job is None:
        return head
    authors = dict.fromkeys(picture.author for picture in job.pictures)
    more = tr(
        "Asked for by {person}, picture by {authors} · {recipe}",
        person=_user(job.requester),
        authors=", ".join(map(_user, authors)),
        recipe=_recipe(job),
    )
    return f"{head}\n{more}"


def struck_undone(by: int) -> str:
    """Under an entry that was taken back by its button."""
    return tr("↩️ Undone by {who}.", who=_user(by))


def struck_deleted(by: int) -> str:
    """Under a report whose dream was deleted by its button."""
    return tr("🗑️ Deleted by {who}.", who=_user(by))


def _because(text: str, reason: str | None) -> str:
    """With the reason that was given for it: a moderator's own words."""
    return f"{text}: {reason}" if reason else f"{text}."


def _user(id: int | None) -> str:
    return f"<@{id}>"


def _recipe(job: Job) -> str:
    return f"`{clipped(recipe_of(job), LONGEST_RECIPE)}`"
