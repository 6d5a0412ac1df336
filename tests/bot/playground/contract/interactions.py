"""Interactions: what a person did with a command, a button, a form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tests.bot.playground.contract.components import CUSTOM_ID, FILLED
from tests.bot.playground.contract.messages import ATTACHMENT, MESSAGE, OWNERS
from tests.bot.playground.contract.people import INTERACTION_MEMBER, RESOLVED_MEMBER, ROLE, USER
from tests.bot.playground.contract.places import PARTIAL_CHANNEL
from tests.bot.playground.contract.shapes import (
    LOCALE,
    PERMISSIONS,
    SNOWFLAKE,
    ByKind,
    Exactly,
    ListOf,
    MapOf,
    Number,
    Shape,
    Text,
    Thing,
    Truth,
    Whole,
)

COMMAND, COMPONENT, AUTOCOMPLETE, FORM = 2, 3, 4, 5
_NAME = Text(r"[-_'\w]{1,32}")


def _people_with_their_memberships(resolved: Mapping[str, Any]) -> Iterator[str]:
    for id_ in resolved.get("members", ()):
        if id_ not in resolved.get("users", ()):
            yield f"the member {id_} is not among the users"


def _under_their_own_ids(resolved: Mapping[str, Any]) -> Iterator[str]:
    for kind, things in resolved.items():
        for id_, one in things.items():
            if kind != "members" and one["id"] != id_:
                yield f"{kind}.{id_} has the id {one['id']}"


RESOLVED = Thing(
    optional={
        "users": MapOf(SNOWFLAKE, USER),
        "members": MapOf(SNOWFLAKE, RESOLVED_MEMBER),
        "roles": MapOf(SNOWFLAKE, ROLE),
        "channels": MapOf(SNOWFLAKE, PARTIAL_CHANNEL),
        "messages": MapOf(SNOWFLAKE, MESSAGE),
        "attachments": MapOf(SNOWFLAKE, ATTACHMENT),
    },
    rules=(_people_with_their_memberships, _under_their_own_ids),
)


def _options(*, typing: bool) -> ListOf:
    """`typing`: for autocomplete, where one option may be half written."""

    def chosen(kind: int, value: Shape) -> Thing:
        option = Thing(required={"name": _NAME, "type": Exactly((kind,)), "value": value})
        return option.plus(optional={"focused": Truth()}) if typing else option

    def kinds() -> dict[int, Shape]:
        text = Text(most=6000)
        integer, number = (text, text) if typing else (Whole(-(1 << 53), 1 << 53), Number())
        return {
            **{kind: Thing(required={"name": _NAME, "type": Exactly((kind,)), "options": inner()}) for kind in (1, 2)},
            3: chosen(3, text),
            4: _Either(chosen(4, Whole(-(1 << 53), 1 << 53)), chosen(4, integer)),
            5: chosen(5, Truth()),
            **{kind: chosen(kind, SNOWFLAKE) for kind in (6, 7, 8, 9, 11)},
            10: _Either(chosen(10, Number()), chosen(10, number)),
        }

    def inner() -> ListOf:
        return ListOf(ByKind("type", kinds), most=25)

    return inner()


class _Either(Shape):
    def __init__(self, first: Shape, second: Shape) -> None:
        self._first, self._second = first, second

    def differences(self, value: Any, path: str) -> Iterator[str]:
        if any(self._first.differences(value, path)):
            yield from self._second.differences(value, path)


def _referred_to(data: Mapping[str, Any]) -> Iterator[str]:
    """Whatever an option names by its id is among what is resolved."""
    resolved = data.get("resolved", {})
    waiting = list(data.get("options", ()))
    while waiting:
        option = waiting.pop()
        waiting += option.get("options", ())
        places = {6: ("users",), 7: ("channels",), 8: ("roles",), 9: ("users", "roles"), 11: ("attachments",)}
        if option["type"] not in places or option.get("focused"):
            continue
        if not any(option["value"] in resolved.get(place, {}) for place in places[option["type"]]):
            yield f"{option['name']} names {option['value']}, which is not resolved"


def _target(kind: str) -> Any:
    def check(data: Mapping[str, Any]) -> Iterator[str]:
        if data["target_id"] not in data["resolved"].get(kind, {}):
            yield f"the target is not among the {kind}"

    return check


def _command(kind: int) -> Thing:
    return Thing(
        required={"id": SNOWFLAKE, "name": Text(least=1, most=32), "type": Exactly((kind,))},
        optional={"guild_id": SNOWFLAKE},
    )


def _slash(*, typing: bool) -> Thing:
    options = {"options": _options(typing=typing)}
    return _command(1).plus(
        _referred_to,
        required={"name": _NAME, **(options if typing else {})},
        optional={"resolved": RESOLVED, **options},
    )


SLASH, TYPED = _slash(typing=False), _slash(typing=True)
USER_MENU = _command(2).plus(_target("users"), required={"target_id": SNOWFLAKE, "resolved": RESOLVED})
MESSAGE_MENU = _command(3).plus(_target("messages"), required={"target_id": SNOWFLAKE, "resolved": RESOLVED})

_PRESSED = {"custom_id": CUSTOM_ID, "id": Whole(1)}
PRESSED = Thing(required={**_PRESSED, "component_type": Exactly((2,))})


def _selected(kind: int, value: Shape) -> Thing:
    resolved = {} if kind == 3 else {"resolved": RESOLVED}
    return Thing(
        required={**_PRESSED, "component_type": Exactly((kind,)), "values": ListOf(value, most=25)}, optional=resolved
    )


PRESSES = ByKind(
    "component_type",
    lambda: {
        2: PRESSED,
        3: _selected(3, Text(least=1, most=100)),
        **{kind: _selected(kind, SNOWFLAKE) for kind in (5, 6, 7, 8)},
    },
)
FILLED_FORM = Thing(
    required={"custom_id": CUSTOM_ID, "components": ListOf(FILLED, least=1, most=5)}, optional={"resolved": RESOLVED}
)


def _of_a_member_or_of_a_user(interaction: Mapping[str, Any]) -> Iterator[str]:
    of_guild = {"guild", "guild_id", "guild_locale", "member"}
    there = of_guild & set(interaction)
    if "user" in interaction:
        if there:
            yield f"a user, and {', '.join(sorted(there))}"
        if interaction["context"] == 0:
            yield "the context is a server, but none is named"
    elif there != of_guild:
        yield f"{', '.join(sorted(of_guild - there))}: missing where there is no user"
    elif interaction["context"] != 0:
        yield "the context is no server, but one is named"
    elif interaction["guild"]["id"] != interaction["guild_id"]:
        yield "guild and guild_id differ"


def _in_its_channel(interaction: Mapping[str, Any]) -> Iterator[str]:
    if interaction["channel"]["id"] != interaction["channel_id"]:
        yield "channel and channel_id differ"
    if interaction["channel"].get("permissions") is None:
        yield "channel says nothing of the person's permissions"


def _owned(interaction: Mapping[str, Any]) -> Iterator[str]:
    owners = interaction["authorizing_integration_owners"]
    if not owners:
        yield "nobody has installed the application"
    if "0" in owners and owners["0"] != interaction.get("guild_id", "0"):
        yield "installed on another server"


_INTERACTION = Thing(
    required={
        "id": SNOWFLAKE,
        "application_id": SNOWFLAKE,
        "token": Text(least=20),
        "version": Exactly((1,)),
        "channel": PARTIAL_CHANNEL,
        "channel_id": SNOWFLAKE,
        "locale": LOCALE,
        "app_permissions": PERMISSIONS,
        "entitlements": ListOf(Thing(), most=0),
        "authorizing_integration_owners": OWNERS,
        "context": Exactly((0, 1, 2)),
        "attachment_size_limit": Whole(1),
    },
    optional={
        "guild": Thing(
            required={"id": SNOWFLAKE, "locale": LOCALE, "features": ListOf(Text(r"[A-Z0-9_]+"))},
        ),
        "guild_id": SNOWFLAKE,
        "guild_locale": LOCALE,
        "member": INTERACTION_MEMBER,
        "user": USER,
        # Documented nowhere; discord.py knows it.
        "entitlement_sku_ids": ListOf(SNOWFLAKE),
    },
    rules=(_of_a_member_or_of_a_user, _in_its_channel, _owned),
)


def _of(kind: int, data: Shape) -> Thing:
    return _INTERACTION.plus(required={"type": Exactly((kind,)), "data": data})


INTERACTIONS = {
    COMMAND: _of(COMMAND, ByKind("type", lambda: {1: SLASH, 2: USER_MENU, 3: MESSAGE_MENU})),
    COMPONENT: _of(COMPONENT, PRESSES).plus(required={"message": MESSAGE}),
    AUTOCOMPLETE: _of(AUTOCOMPLETE, ByKind("type", lambda: {1: TYPED})),
    # The message is there where one of its buttons opened the form.
    FORM: _of(FORM, FILLED_FORM).plus(optional={"message": MESSAGE}),
}
INTERACTION = ByKind("type", lambda: INTERACTIONS)
