"""A person chooses from a list in a message or a form: of given entries, or of people, roles and channels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.playground.components import SELECTS
from bot.playground.options import CannotDo, Filling
from bot.playground.world import World

_STRINGS, _USERS, _ROLES, _MENTIONABLES, _CHANNELS = SELECTS


class Choosing:
    """Checks what was chosen, and notes what it refers to in `filling`."""

    def __init__(self, world: World, filling: Filling) -> None:
        self._world = world
        self._filling = filling

    def check(self, component: dict[str, Any], values: Sequence[str]) -> None:
        """Raises CannotDo for what the client would not let through."""
        name = component["custom_id"]
        if component.get("disabled"):
            raise CannotDo(f"There is no list {name!r} to choose from.")
        if not all(self._holds(component, one) for one in values) or len(set(values)) != len(values):
            raise CannotDo(f"The list {name!r} does not hold {list(values)!r}.")
        least, most = component.get("min_values", 1), component.get("max_values", 1)
        if not least <= len(values) <= most and (values or component.get("required", True)):
            raise CannotDo(f"The list {name!r} does not take {len(values)} values.")

    def _holds(self, component: dict[str, Any], value: str) -> bool:
        kind = component["type"]
        if kind == _STRINGS:
            return value in {one["value"] for one in component["options"]}
        if not value.isdecimal():
            return False
        id_, guild = int(value), self._filling.guild
        user = self._world.users.get(id_)
        if kind in (_USERS, _MENTIONABLES) and user is not None:
            self._filling.user(user)
            return True
        role = None if guild is None else guild.roles.get(id_)
        if kind in (_ROLES, _MENTIONABLES) and role is not None:
            self._filling.role(role)
            return True
        channel = None if guild is None else guild.channels.get(id_)
        wanted = component.get("channel_types")
        if kind == _CHANNELS and channel is not None and (not wanted or channel.kind in wanted):
            self._filling.channel(channel)
            return True
        return False
