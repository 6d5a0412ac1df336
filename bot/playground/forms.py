"""A person fills in a form (modal)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.playground.choosing import Choosing
from bot.playground.components import LABEL, SELECTS, TEXT, TEXT_INPUT, walk
from bot.playground.options import CannotDo


def fields(modal: dict[str, Any]) -> list[dict[str, Any]]:
    """The form's text fields."""
    return [one for one in walk(modal["components"]) if one.get("type") == TEXT_INPUT]


def fill(modal: dict[str, Any], values: Mapping[str, str | list[str]], choosing: Choosing) -> dict[str, Any]:
    """What is sent when the form is handed in. Raises CannotDo for what the client would not let through."""
    known = {one["custom_id"] for one in walk(modal["components"]) if one.get("type") in (TEXT_INPUT, *SELECTS)}
    unknown = set(values) - set(known)
    if unknown:
        raise CannotDo(f"The form has no field {', '.join(sorted(unknown))}.")

    def written(one: dict[str, Any], number: int) -> dict[str, Any]:
        name = one["custom_id"]
        if one["type"] in SELECTS:
            preset = [option["value"] for option in one.get("options") or () if option.get("default")]
            preset += [str(default["id"]) for default in one.get("default_values") or ()]
            chosen = list(values.get(name, preset))
            choosing.check(one, chosen)
            return {"type": one["type"], "id": number, "custom_id": name, "values": chosen}
        value = values.get(name, one.get("value") or "")
        if not isinstance(value, str):
            raise CannotDo(f"The field {name} takes text.")
        if not value and one.get("required") is not False:
            raise CannotDo(f"The field {name} is required.")
        if value and not (one.get("min_length") or 0) <= len(value) <= (one.get("max_length") or 4000):
            raise CannotDo(f"The field {name} has the wrong length.")
        return {"type": TEXT_INPUT, "id": number, "custom_id": name, "value": value}

    rows: list[dict[str, Any]] = []
    for index, row in enumerate(modal["components"]):
        number = 2 * index + 1
        if row["type"] == LABEL:
            rows.append({"type": LABEL, "id": number, "component": written(row["component"], number + 1)})
        elif "components" in row:
            inner = [written(one, number + 1) for one in row["components"]]
            rows.append({"type": row["type"], "id": number, "components": inner})
        elif row["type"] == TEXT:
            rows.append({"type": TEXT, "id": number})
    return {"custom_id": modal["custom_id"], "components": rows}
