"""Buttons, rows, containers: what a message may carry, checked as Discord checks it, and how it is given back."""

from __future__ import annotations

from typing import Any

from bot.playground.errors import Problems

ROW, BUTTON, SELECTS, TEXT_INPUT = 1, 2, (3, 5, 6, 7, 8), 4
SECTION, TEXT, THUMBNAIL, GALLERY, FILE, SEPARATOR, CONTAINER, LABEL = 9, 10, 11, 12, 13, 14, 17, 18
_TOP_V2 = (ROW, SECTION, TEXT, GALLERY, FILE, SEPARATOR, CONTAINER)
_IN_CONTAINER = (ROW, SECTION, TEXT, GALLERY, FILE, SEPARATOR)

Component = dict[str, Any]


def check(components: list[Component], *, v2: bool, problems: Problems) -> None:
    """Everything that Discord refuses, as far as a bot can come near it."""
    seen: set[str] = set()
    if not v2 and len(components) > 5:
        problems.add("components", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 5 in length.")
    for index, component in enumerate(components):
        kind = component.get("type")
        path = f"components.{index}"
        if kind not in (_TOP_V2 if v2 else (ROW,)):
            problems.add(
                f"{path}.type", "UNION_TYPE_CHOICES", 'Value of field "type" must be one of the top-level kinds.'
            )
        else:
            _check(component, path, seen, problems)
    if v2:
        every = list(walk(components))
        if len(every) > 40:
            problems.add("components", "COMPONENT_MAX_TOTAL_EXCEEDED", "The number of components must be at most 40.")
        if sum(len(one.get("content") or "") for one in every if one.get("type") == TEXT) > 4000:
            problems.add("components", "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED", "All texts together exceed 4000.")


def _check(component: Component, path: str, seen: set[str], problems: Problems) -> None:
    kind = component.get("type")
    inner = component.get("components") or []
    if kind == ROW:
        selects = [one for one in inner if one.get("type") in SELECTS]
        if not 1 <= len(inner) <= 5 or (selects and len(inner) > 1):
            problems.add(f"{path}.components", "BASE_TYPE_BAD_LENGTH", "A row holds 1 to 5 buttons, or one select.")
    elif kind == BUTTON:
        _check_button(component, path, problems)
    elif kind in SELECTS:
        problems.longest(f"{path}.custom_id", component.get("custom_id"), 100, least=1)
        problems.longest(f"{path}.placeholder", component.get("placeholder"), 150)
        options = component.get("options") or []
        if kind == 3 and not 1 <= len(options) <= 25:
            problems.add(f"{path}.options", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 25 in length.")
        for index, option in enumerate(options):
            problems.longest(f"{path}.options.{index}.label", option.get("label"), 100, least=1)
            problems.longest(f"{path}.options.{index}.value", option.get("value"), 100, least=1)
            problems.longest(f"{path}.options.{index}.description", option.get("description"), 100)
    elif kind == SECTION:
        if not 1 <= len(inner) <= 3 or "accessory" not in component:
            problems.add(path, "BASE_TYPE_BAD_LENGTH", "A section holds 1 to 3 texts and an accessory.")
    elif kind == TEXT:
        problems.longest(f"{path}.content", component.get("content"), 4000, least=1)
    elif kind == GALLERY and not 1 <= len(component.get("items") or []) <= 10:
        problems.add(f"{path}.items", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 10 in length.")
    elif kind == CONTAINER and any(one.get("type") not in _IN_CONTAINER for one in inner):
        problems.add(f"{path}.components", "UNION_TYPE_CHOICES", "A component that a container cannot hold.")
    custom_id = component.get("custom_id")
    if custom_id is not None:
        if custom_id in seen:
            problems.add(
                f"{path}.custom_id", "COMPONENT_CUSTOM_ID_DUPLICATED", "Component custom id cannot be duplicated"
            )
        seen.add(custom_id)
    for index, one in enumerate(inner):
        _check(one, f"{path}.components.{index}", seen, problems)
    if isinstance(component.get("accessory"), dict):
        _check(component["accessory"], f"{path}.accessory", seen, problems)


def _check_button(button: Component, path: str, problems: Problems) -> None:
    problems.longest(f"{path}.label", button.get("label"), 80)
    style = button.get("style")
    if style not in (1, 2, 3, 4, 5, 6):
        problems.add(f"{path}.style", "BASE_TYPE_CHOICES", "Value must be one of {1, 2, 3, 4, 5, 6}.")
    elif style == 5:
        problems.longest(f"{path}.url", button.get("url"), 512, least=1)
    elif style != 6:
        problems.longest(f"{path}.custom_id", button.get("custom_id"), 100, least=1)
    if style != 6 and not button.get("label") and not button.get("emoji"):
        problems.add(f"{path}.label", "BUTTON_COMPONENT_INVALID", "A label or an emoji is required.")


def check_modal(data: dict[str, Any], problems: Problems) -> None:
    """A form: 1 to 5 fields."""
    problems.longest("data.title", data.get("title"), 45, least=1)
    problems.longest("data.custom_id", data.get("custom_id"), 100, least=1)
    rows = data.get("components") or []
    if not 1 <= len(rows) <= 5:
        problems.add("data.components", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 5 in length.")
    for index, row in enumerate(rows):
        path = f"data.components.{index}"
        if row.get("type") == LABEL:
            problems.longest(f"{path}.label", row.get("label"), 45, least=1)
            problems.longest(f"{path}.description", row.get("description"), 100)
            fields = [row.get("component") or {}]
        else:
            fields = row.get("components") or []
        for field in fields:
            if field.get("type") != TEXT_INPUT:
                continue
            problems.longest(f"{path}.custom_id", field.get("custom_id"), 100, least=1)
            problems.longest(f"{path}.value", field.get("value"), 4000)
            problems.longest(f"{path}.placeholder", field.get("placeholder"), 100)
            if row.get("type") == ROW:
                problems.longest(f"{path}.label", field.get("label"), 45, least=1)


def walk(components: list[Component]) -> list[Component]:
    """All of them, from the outside in."""
    found: list[Component] = []
    for one in components:
        found.append(one)
        found += walk(one.get("components") or [])
        for key in ("accessory", "component"):
            if isinstance(one.get(key), dict):
                found += walk([one[key]])
    return found


_KEPT: dict[int, dict[str, Any]] = {
    # kind: the fields of an answer, with what they are where the request leaves them out (... : left out as well)
    ROW: {},
    BUTTON: {"custom_id": ..., "style": 2, "label": ..., "disabled": ..., "emoji": ..., "url": ..., "sku_id": ...},
    3: {"custom_id": "", "placeholder": ..., "min_values": 1, "max_values": 1, "disabled": ..., "options": []},
    5: {"custom_id": "", "placeholder": ..., "min_values": 1, "max_values": 1, "disabled": ..., "default_values": ...},
    6: {"custom_id": "", "placeholder": ..., "min_values": 1, "max_values": 1, "disabled": ..., "default_values": ...},
    7: {"custom_id": "", "placeholder": ..., "min_values": 1, "max_values": 1, "disabled": ..., "default_values": ...},
    8: {
        "custom_id": "", "placeholder": ..., "min_values": 1, "max_values": 1, "disabled": ..., "default_values": ...,
        "channel_types": ...,
    },
    SECTION: {},
    TEXT: {"content": ""},
    THUMBNAIL: {"media": {}, "description": None, "spoiler": False},
    GALLERY: {"items": []},
    FILE: {"file": {}, "name": None, "size": None, "spoiler": False},
    SEPARATOR: {"spacing": 1, "divider": True},
    CONTAINER: {"accent_color": None, "spoiler": False},
}  # fmt: skip


def numbered(components: list[Component]) -> list[Component]:
    """As they are kept and given back: each with an id, its known fields and nothing else."""
    taken = {one["id"] for one in walk(components) if one.get("id")}
    following = iter(number for number in range(1, 10_000) if number not in taken)

    def tidy(one: Component) -> Component:
        kind = one["type"]
        kept: Component = {"type": kind, "id": one.get("id") or next(following)}
        for key, default in _KEPT[kind].items():
            value = one.get(key)
            if value is None:
                value = default
            if value is not ...:
                kept[key] = value
        if kept.get("default_values"):
            kept["default_values"] = [{"id": str(one["id"]), "type": one["type"]} for one in kept["default_values"]]
        if isinstance(kept.get("emoji"), dict):
            kept["emoji"] = _without_none(kept["emoji"])
        if kind == 3:
            kept["options"] = [_tidy_option(option) for option in kept["options"]]
        if kind == GALLERY:
            kept["items"] = [
                {"media": item["media"], "description": item.get("description"), "spoiler": bool(item.get("spoiler"))}
                for item in one["items"]
            ]
        if kind in (ROW, SECTION, CONTAINER):
            kept["components"] = [tidy(inner) for inner in one.get("components") or ()]
        if kind == SECTION:
            kept["accessory"] = tidy(one["accessory"])
        return kept

    return [tidy(one) for one in components]


def _tidy_option(option: Component) -> Component:
    written = _without_none(option)
    if isinstance(written.get("emoji"), dict):
        written["emoji"] = _without_none(written["emoji"])
    return written


def _without_none(one: Component) -> Component:
    return {key: value for key, value in one.items() if value is not None}
