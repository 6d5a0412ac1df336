"""Components of messages, and what a filled-in form sends."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tests.bot.playground.contract.shapes import (
    COLOUR,
    LINK,
    SNOWFLAKE,
    ByKind,
    Exactly,
    ListOf,
    Nullable,
    Text,
    Thing,
    Truth,
    Whole,
)

CUSTOM_ID = Text(least=1, most=100)
_ID = Whole(1, (1 << 31) - 1)

#: In components an emoji of Unicode has no id at all, where elsewhere it is null.
COMPONENT_EMOJI = Thing(required={"name": Text(least=1)}, optional={"id": SNOWFLAKE, "animated": Truth()})


def _component(kind: int, required: dict[str, Any], optional: dict[str, Any] | None = None, *rules: Any) -> Thing:
    base = {"type": Exactly((kind,)), "id": _ID}
    return Thing(required={**base, **required}, optional=optional or {}, rules=rules)


def _a_button_is_of_one_sort(button: Mapping[str, Any]) -> Iterator[str]:
    wanted = {5: "url", 6: "sku_id"}.get(button["style"], "custom_id")
    there = {"url", "sku_id", "custom_id"} & set(button)
    if there != {wanted}:
        yield f"a button of style {button['style']} has {wanted}, not {', '.join(sorted(there)) or 'nothing'}"
    if button["style"] != 6 and not ("label" in button or "emoji" in button):
        yield "there is nothing on the button"


BUTTON = _component(
    2,
    {"style": Whole(1, 6)},
    {
        "label": Text(least=1, most=80),
        "emoji": COMPONENT_EMOJI,
        "custom_id": CUSTOM_ID,
        "sku_id": SNOWFLAKE,
        "url": LINK,
        "disabled": Truth(),
    },
    _a_button_is_of_one_sort,
)

_SELECT = {"custom_id": CUSTOM_ID, "min_values": Whole(0, 25), "max_values": Whole(1, 25)}
_SELECT_MORE = {"placeholder": Text(most=150), "disabled": Truth()}
OPTION = Thing(
    required={"label": Text(least=1, most=100), "value": Text(least=1, most=100)},
    optional={"description": Text(most=100), "emoji": COMPONENT_EMOJI, "default": Truth()},
)
STRING_SELECT = _component(3, {**_SELECT, "options": ListOf(OPTION, least=1, most=25)}, _SELECT_MORE)
_CHOSEN = ListOf(Thing(required={"id": SNOWFLAKE, "type": Exactly(("user", "role", "channel"))}), most=25)
SELECTS = {kind: _component(kind, _SELECT, {**_SELECT_MORE, "default_values": _CHOSEN}) for kind in (5, 6, 7)}
SELECTS[8] = _component(8, _SELECT, {**_SELECT_MORE, "default_values": _CHOSEN, "channel_types": ListOf(Whole(0, 16))})
SELECTS[3] = STRING_SELECT

ROW = _component(1, {"components": ListOf(ByKind("type", lambda: {2: BUTTON, **SELECTS}), least=1, most=5)})

MEDIA = Thing(
    # 0 where the file lies elsewhere.
    required={"id": Text(r"0|[1-9]\d{5,19}"), "url": LINK, "proxy_url": LINK},
    optional={
        "width": Nullable(Whole(1)),
        "height": Nullable(Whole(1)),
        "content_type": Nullable(Text()),
        "attachment_id": SNOWFLAKE,
    },
)
TEXT_DISPLAY = _component(10, {"content": Text(least=1, most=4000)})
THUMBNAIL = _component(11, {"media": MEDIA, "description": Nullable(Text(most=1024)), "spoiler": Truth()})
GALLERY_ITEM = Thing(required={"media": MEDIA, "description": Nullable(Text(most=1024)), "spoiler": Truth()})
GALLERY = _component(12, {"items": ListOf(GALLERY_ITEM, least=1, most=10)})
FILE = _component(13, {"file": MEDIA, "name": Nullable(Text()), "size": Nullable(Whole()), "spoiler": Truth()})
SEPARATOR = _component(14, {"spacing": Exactly((1, 2)), "divider": Truth()})
SECTION = _component(
    9,
    {
        "components": ListOf(TEXT_DISPLAY, least=1, most=3),
        "accessory": ByKind("type", lambda: {2: BUTTON, 11: THUMBNAIL}),
    },
)
_INNER = {1: ROW, 9: SECTION, 10: TEXT_DISPLAY, 12: GALLERY, 13: FILE, 14: SEPARATOR}
CONTAINER = _component(
    17,
    {
        "components": ListOf(ByKind("type", lambda: _INNER), least=1),
        "accent_color": Nullable(COLOUR),
        "spoiler": Truth(),
    },
)
TOP_LEVEL = {**_INNER, 17: CONTAINER}
COMPONENT = ByKind("type", lambda: TOP_LEVEL)

#: What comes back from a form.
FILLED_TEXT = _component(4, {"custom_id": CUSTOM_ID, "value": Text(most=4000)})
FILLED_SELECTS = {
    kind: _component(kind, {"custom_id": CUSTOM_ID, "values": ListOf(value, most=25)})
    for kind, value in {3: Text(least=1, most=100), **dict.fromkeys((5, 6, 7, 8), SNOWFLAKE)}.items()
}
FILLED_ROW = _component(
    1, {"components": ListOf(ByKind("type", lambda: {4: FILLED_TEXT, **FILLED_SELECTS}), least=1, most=1)}
)
FILLED_LABEL = _component(18, {"component": ByKind("type", lambda: {4: FILLED_TEXT, **FILLED_SELECTS})})
SHOWN_TEXT = _component(10, {})
FILLED = ByKind("type", lambda: {1: FILLED_ROW, 10: SHOWN_TEXT, 18: FILLED_LABEL})
