"""A plan as the table has it, and back: what another version has written is read as far as it is understood."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from bot.challenges.constraints import FREE, Constraints
from bot.challenges.model import Base, Plan, When

_TIMES = ("opens", "submissions", "voting")


def stored(plan: Plan) -> dict[str, Any]:
    """Plain JSON, without what is as it is by default.

    >>> stored(Plan(channel=5, theme="Night", voting=When(after=60)))
    {'channel': 5, 'theme': 'Night', 'voting': {'after': 60}}
    """
    document: dict[str, Any] = {}
    for field in dataclasses.fields(Plan):
        value = getattr(plan, field.name)
        if value == field.default:
            continue
        if isinstance(value, Constraints):
            value = value.text
        elif isinstance(value, When | Base):
            value = {name: one for name, one in dataclasses.asdict(value).items() if one is not None}
        document[field.name] = list(value) if isinstance(value, tuple) else value
    return document


def read(document: Mapping[str, Any]) -> Plan:
    """What `stored` has written."""
    values: dict[str, Any] = {
        field.name: document[field.name] for field in dataclasses.fields(Plan) if field.name in document
    }
    for name in _TIMES:
        if name in values:
            values[name] = _known(When, values[name])
    if "base" in values:
        values["base"] = _known(Base, values["base"])
    values["constraints"] = Constraints.read(values["constraints"]) if "constraints" in values else FREE
    for name, value in values.items():
        values[name] = tuple(value) if isinstance(value, list) else value
    return Plan(**values)


def _known(kind: Any, document: Mapping[str, Any]) -> Any:
    names = {field.name for field in dataclasses.fields(kind)}
    return kind(**{name: value for name, value in document.items() if name in names})
