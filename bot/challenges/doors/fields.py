"""The forms in which moderators write a challenge: their fields, what these hold, and what becomes of what is typed.

A field that was not touched changes nothing. Pure.
"""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.challenges import times
from bot.challenges.constraints import Constraints
from bot.challenges.doors.spans import when_typed
from bot.challenges.errors import BadPlan
from bot.challenges.model import (
    LONGEST_TEXT,
    LONGEST_THEME,
    MOST_ENTRIES_EACH,
    MOST_THEMES,
    MOST_VOTES_EACH,
    Plan,
    State,
    When,
)
from bot.languages import mark, tr
from dreamcore import text as recipe_text
from dreamcore.catalogue import catalogue
from dreamcore.errors import DreamError, clip

RECIPE: tuple[str, ...] = ("network", "layers", "strength", "seed", "style")
ANY = "any"  #: chosen from the menu of networks, where none is asked for


class Form(enum.Enum):
    """Which form; the value stands in ids."""

    CREATE = "create"
    TEXTS = "texts"
    TIMES = "times"
    RECIPE = "recipe"
    MORE = "more"
    EXTEND = "extend"
    REOPEN = "reopen"


TITLES = {
    Form.CREATE: mark("A new challenge"),
    Form.TEXTS: mark("Theme and texts"),
    Form.TIMES: mark("When"),
    Form.RECIPE: mark("What dreams need"),
    Form.MORE: mark("Limits, role and series"),
    Form.EXTEND: mark("More time"),
    Form.REOPEN: mark("Go on until"),
}


class Way(enum.Enum):
    """How a value is given."""

    LINE = "line"
    TEXT = "text"
    MENU = "menu"
    ROLE = "role"


@dataclass(frozen=True, kw_only=True)
class Field:
    """One field of a form."""

    key: str
    label: str
    help: str = ""
    value: str = ""
    way: Way = Way.LINE
    longest: int = 100
    required: bool = False
    options: tuple[tuple[str, str], ...] = ()  # of a menu: what is chosen, and what it means


@dataclass(frozen=True, kw_only=True)
class Filled:
    """What was typed, understood."""

    changes: Mapping[str, Any] = field(default_factory=dict)  # of the plan
    notes: tuple[str, ...] = ()  # sentences about what was taken for granted


class BadFields(BadPlan):
    """What was typed does not work: one sentence for each field of which that is true."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__(problems[0])
        self.problems = problems


def fields_of(form: Form, plan: Plan, state: State, *, zone: str) -> list[Field]:
    """zone: in which dates are shown."""
    if form is Form.CREATE:
        return [_theme(plan), _description(plan), _submissions(plan, zone), _voting(plan, zone), _prize(plan)]
    if form is Form.TEXTS:
        texts = [_description(plan), _prize(plan)]
        return [_theme(plan), *texts] if state in (State.DRAFT, State.SCHEDULED) else texts
    if form is Form.TIMES:
        opens = _when("opens", tr("Opens"), tr("Such as friday 18:00; empty: as soon as you say so"), plan.opens, zone)
        return [opens, _submissions(plan, zone), _voting(plan, zone)]
    if form is Form.RECIPE:
        return _recipe(plan.constraints)
    if form is Form.MORE:
        return _more(plan, state)
    return _ends(form, state)


def filled(form: Form, plan: Plan, state: State, typed: Mapping[str, str], *, now: float, zone: str) -> Filled:
    """What has to be changed. Raises BadFields."""
    before = {one.key: one.value for one in fields_of(form, plan, state, zone=zone)}
    changed = {key: text.strip() for key, text in typed.items() if key in before and text.strip() != before[key]}
    changes: dict[str, Any] = {}
    notes: list[str] = []
    problems: list[str] = []
    recipe = {key: changed.pop(key) for key in RECIPE if key in changed}
    for key, text in changed.items():
        try:
            _take(key, text, changes, notes, now=now, zone=zone)
        except DreamError as error:
            problems.append(error.sentence)
    if recipe:
        try:
            changes["constraints"] = _constraints(plan.constraints, recipe)
        except DreamError as error:
            problems.append(error.sentence)
    if problems:
        raise BadFields(problems)
    return Filled(changes=changes, notes=tuple(notes))


def ends(typed: Mapping[str, str], *, now: float, zone: str) -> tuple[dict[str, When], tuple[str, ...]]:
    """`submissions` and `voting` of More time and Go on until. Raises BadFields."""
    found: dict[str, When] = {}
    notes: list[str] = []
    problems: list[str] = []
    for key in ("submissions", "voting"):
        if not typed.get(key, "").strip():
            continue
        try:
            read = times.read(typed[key], now=now, zone=zone)
        except DreamError as error:
            problems.append(error.sentence)
            continue
        found[key] = read.when or When(at=now)
        notes += [read.note] if read.note else []
    if problems:
        raise BadFields(problems)
    return found, tuple(notes)


def themes_of(text: str) -> tuple[str, ...]:
    """One on each line. Raises BadPlan."""
    themes = tuple(line.strip() for line in text.splitlines() if line.strip())
    if len(themes) > MOST_THEMES:
        raise BadPlan(tr("These are {count} themes: {most} at most.", count=len(themes), most=MOST_THEMES))
    for theme in themes:
        if len(theme) > LONGEST_THEME:
            raise BadPlan(
                tr(
                    "This theme is too long, it may have {most} characters: {theme}",
                    most=LONGEST_THEME,
                    theme=clip(theme),
                )
            )
    return themes


def _take(key: str, text: str, changes: dict[str, Any], notes: list[str], *, now: float, zone: str) -> None:
    """One field. Raises DreamError."""
    if key in ("theme", "description", "prize"):
        changes[key] = " ".join(text.split()) if key == "theme" else text
    elif key in ("opens", "submissions", "voting"):
        read = times.read(text, now=now, zone=zone)
        if read.when is None and text and key != "opens":
            raise BadPlan(tr("Submissions and voting need some time: give a moment, or a span such as 3 days."))
        changes[key] = read.when
        changes["zone"] = zone
        notes += [read.note] if read.note else []
    elif key == "entries_each":
        changes[key] = _count(text, MOST_ENTRIES_EACH)
    elif key == "votes_each":
        changes[key] = _count(text, MOST_VOTES_EACH)
    elif key == "winner_role":
        changes[key] = int(text) if text.isdecimal() else None
    elif key == "themes":
        changes[key] = themes_of(text)
        changes["repeat"] = bool(changes[key])


def _count(text: str, most: int) -> int:
    if not (text.isascii() and text.isdecimal()) or not 1 <= int(text[:9]) <= most:
        raise BadPlan(tr("“{typed}” does not work: give a whole number from 1 to {most}.", typed=clip(text), most=most))
    return int(text)


def _constraints(before: Constraints, typed: Mapping[str, str]) -> Constraints:
    given = {**_texts(before), **typed}
    if given.get("network") == ANY:
        del given["network"]
    style = given.pop("style", "")
    if style:
        given["secret_style" if before.secret else "style"] = style
    return Constraints.parse(recipe_text.join({key: text for key, text in given.items() if text}))


def _texts(constraints: Constraints) -> dict[str, str]:
    found = dict(recipe_text.pairs(constraints.text))
    style = found.pop("secret_style", None)
    return {**found, "style": style} if style is not None else found


def _theme(plan: Plan) -> Field:
    return Field(key="theme", label=tr("Theme"), value=plan.theme, longest=LONGEST_THEME, required=True)


def _description(plan: Plan) -> Field:
    help_ = tr("What it is about")
    return Field(
        key="description", label=tr("Description"), help=help_, value=plan.description, way=Way.TEXT,
        longest=LONGEST_TEXT,
    )  # fmt: skip


def _prize(plan: Plan) -> Field:
    help_ = tr("What winners get; you give it to them")
    return Field(key="prize", label=tr("Prize"), help=help_, value=plan.prize, way=Way.TEXT, longest=LONGEST_TEXT)


def _submissions(plan: Plan, zone: str) -> Field:
    help_ = tr("Such as 3 days (after the opening), or 2026-12-24 18:00")
    return _when("submissions", tr("Submissions until"), help_, plan.submissions, zone)


def _voting(plan: Plan, zone: str) -> Field:
    help_ = tr("Such as 2 days (after the submissions), or friday 18:00")
    return _when("voting", tr("Voting until"), help_, plan.voting, zone)


def _when(key: str, label: str, help_: str, value: When | None, zone: str) -> Field:
    return Field(key=key, label=label, help=help_, value="" if value is None else when_typed(value, zone))


def _recipe(constraints: Constraints) -> list[Field]:
    texts = _texts(constraints)
    networks = ((ANY, tr("every network may dream")), *((name, info.title) for name, info in catalogue().items()))
    style = tr("Such as eyes; it has layers of its own. The page can keep it secret")
    return [
        Field(key="network", label=tr("Network"), value=texts.get("network", ANY), way=Way.MENU, options=networks),
        Field(key="layers", label=tr("Layers"), help=tr("Such as 4c, 4d: no others are allowed"),
              value=texts.get("layers", ""), longest=300),
        Field(key="strength", label=tr("Strength"), help=tr("Such as 0.5-2, or 1"), value=texts.get("strength", "")),
        Field(key="seed", label=tr("Seed"), help=tr("A number: everybody's dream has the same"),
              value=texts.get("seed", "")),
        Field(key="style", label=tr("Style"), help=style, value=texts.get("style", "")),
    ]  # fmt: skip


def _more(plan: Plan, state: State) -> list[Field]:
    role = Field(
        key="winner_role", label=tr("Role for winners"), help=tr("One without permissions, below mine and yours"),
        value="" if plan.winner_role is None else str(plan.winner_role), way=Way.ROLE,
    )  # fmt: skip
    themes = Field(
        key="themes", label=tr("Every week, with the next theme"), help=tr("One theme on each line; empty: only once"),
        value="\n".join(plan.themes), way=Way.TEXT, longest=LONGEST_TEXT,
    )  # fmt: skip
    if state not in (State.DRAFT, State.SCHEDULED):
        return [role, themes]
    most_entries = tr("1 to {most}", most=MOST_ENTRIES_EACH)
    most_votes = tr("1 to {most}", most=MOST_VOTES_EACH)
    return [
        Field(key="entries_each", label=tr("Entries of each member"), help=most_entries, value=str(plan.entries_each),
              required=True),
        Field(key="votes_each", label=tr("Votes of each member"), help=most_votes, value=str(plan.votes_each),
              required=True),
        role,
        themes,
    ]  # fmt: skip


def _ends(form: Form, state: State) -> list[Field]:
    voting = Field(key="voting", label=tr("Voting until"), help=tr("Such as 1 day, or 2026-12-24 18:00"))
    if form is Form.EXTEND:
        more = tr("Such as 1 day more, or 2026-12-24 18:00; voting moves along")
        submissions = Field(key="submissions", label=tr("Submissions until"), help=more)
        return [submissions, voting] if state is State.SUBMITTING else [voting]
    again = tr("Such as 2 days; empty: nothing more is entered")
    submissions = Field(key="submissions", label=tr("Submissions until"), help=again)
    return [submissions, dataclasses.replace(voting, required=True)]
