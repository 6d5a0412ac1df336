"""Application commands as the bot has registered them: Discord's rules for them, and finding one by name."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from bot.playground.errors import Problems
from bot.playground.translations import check_apart, check_names, is_name, longest
from bot.playground.world import World

SLASH, USER_MENU, MESSAGE_MENU = 1, 2, 3
_MOST = {SLASH: 100, USER_MENU: 15, MESSAGE_MENU: 15}
_OPTION_FIELDS = ("type", "name", "name_localizations", "description", "description_localizations", "required")
_TYPED_FIELDS: dict[int, tuple[str, ...]] = {
    3: ("autocomplete", "choices", "min_length", "max_length"),
    4: ("autocomplete", "choices", "min_value", "max_value"),
    7: ("channel_types",),
    10: ("autocomplete", "choices", "min_value", "max_value"),
}


@dataclass(kw_only=True, eq=False)
class Command:
    id: int
    version: int
    guild: int | None
    fields: dict[str, Any]

    @property
    def name(self) -> str:
        return str(self.fields["name"])

    @property
    def kind(self) -> int:
        return int(self.fields.get("type") or SLASH)


class Commands:
    def __init__(self, world: World) -> None:
        self._world = world
        self._known: dict[int, Command] = {}

    def all(self, guild: int | None = None) -> list[Command]:
        """Those of one server, or the global ones."""
        return [one for one in self._known.values() if one.guild == guild]

    def known(self) -> list[Command]:
        """Every one, of all servers too."""
        return list(self._known.values())

    def become(self, commands: Iterable[Command]) -> None:
        """Others in place of these, e.g. those that were kept."""
        self._known = {one.id: one for one in commands}

    def named(self, name: str, kind: int, guild: int | None) -> Command | None:
        """What a person in this server gets by that name: the server's own comes first."""
        matching = [one for one in self._known.values() if one.name == name and one.kind == kind]
        own = [one for one in matching if one.guild is not None and one.guild == guild]
        return next(iter(own + [one for one in matching if one.guild is None]), None)

    def get(self, id_: int, guild: int | None) -> Command | None:
        found = self._known.get(id_)
        return found if found is not None and found.guild == guild else None

    def put(self, wanted: list[dict[str, Any]], guild: int | None) -> list[Command]:
        """Replace all of them; those that keep their name and kind keep their id."""
        check(wanted)
        before = {(one.kind, one.name): one for one in self.all(guild)}
        for one in before.values():
            del self._known[one.id]
        return [
            self._store(fields, guild, before.get((fields.get("type") or SLASH, fields["name"]))) for fields in wanted
        ]

    def add(self, fields: dict[str, Any], guild: int | None) -> Command:
        """One more, or a new form of one that has that name."""
        kind = fields.get("type") or SLASH
        others = [one.fields for one in self.all(guild) if (one.kind, one.name) != (kind, fields.get("name"))]
        check([*others, fields])
        before = next((one for one in self.all(guild) if (one.kind, one.name) == (kind, fields["name"])), None)
        return self._store(fields, guild, before)

    def remove(self, command: Command) -> None:
        del self._known[command.id]

    def _store(self, fields: dict[str, Any], guild: int | None, before: Command | None) -> Command:
        id_ = self._world.ids.next() if before is None else before.id
        same = before is not None and before.fields == fields
        version = before.version if before is not None and same else self._world.ids.next()
        command = Command(id=id_, version=version, guild=guild, fields=fields)
        self._known[id_] = command
        return command

    def payload(self, one: Command) -> dict[str, Any]:
        fields = one.fields
        permissions = fields.get("default_member_permissions")
        written: dict[str, Any] = {
            "id": str(one.id),
            "application_id": str(self._world.application.id),
            "version": str(one.version),
            "default_member_permissions": None if permissions is None else str(permissions),
            "type": one.kind,
            "name": one.name,
            "name_localizations": fields.get("name_localizations"),
            "description": fields.get("description") or "",
            "description_localizations": fields.get("description_localizations"),
            "nsfw": bool(fields.get("nsfw")),
            "integration_types": fields.get("integration_types") or [0],
            "contexts": fields.get("contexts"),
        }
        if one.guild is None:
            written["dm_permission"] = fields.get("dm_permission") is not False
        else:
            written["guild_id"] = str(one.guild)
        if fields.get("options"):
            written["options"] = [_option(option) for option in fields["options"]]
        return written


def _option(option: dict[str, Any]) -> dict[str, Any]:
    kept = (*_OPTION_FIELDS, *_TYPED_FIELDS.get(option["type"], ()))
    written = {key: option[key] for key in kept if option.get(key) is not None}
    if "required" in written and not written["required"]:
        del written["required"]
    if "choices" in written:
        written["choices"] = [
            {key: value for key, value in choice.items() if value is not None} for choice in written["choices"]
        ]
    if option.get("options"):
        written["options"] = [_option(inner) for inner in option["options"]]
    return written


def check(wanted: list[dict[str, Any]]) -> None:
    """Raises 50035 with everything that is wrong with a list of commands."""
    problems = Problems()
    seen: set[tuple[int, str]] = set()
    counts = dict.fromkeys(_MOST, 0)
    for index, command in enumerate(wanted):
        kind, name = command.get("type") or SLASH, command.get("name")
        path = str(index)
        problems.longest(f"{path}.name", name, 32, least=1)
        if kind == SLASH:
            _check_name(f"{path}.name", name, problems)
            problems.longest(f"{path}.description", command.get("description"), 100, least=1)
        elif command.get("description"):
            problems.add(f"{path}.description", "APPLICATION_COMMAND_MENU_DESCRIPTION", "Menus have no description.")
        check_names(path, command, problems, free=kind != SLASH)
        if (kind, str(name)) in seen:
            problems.add(path, "APPLICATION_COMMANDS_DUPLICATE_NAME", "Application command names must be unique")
        seen.add((kind, str(name)))
        counts[kind] = counts.get(kind, 0) + 1
        _check_options(path, command.get("options") or [], problems)
        if _characters(command) > 8000:
            problems.add(path, "APPLICATION_COMMAND_TOO_LARGE", "Command exceeds maximum size (8000)")
    for kind, most in _MOST.items():
        check_apart("", [one for one in wanted if (one.get("type") or SLASH) == kind], problems)
        if counts[kind] > most:
            problems.add("", "APPLICATION_COMMANDS_TOO_MANY", f"At most {most} commands of kind {kind}.")
    problems.answer()


def _check_name(path: str, name: object, problems: Problems) -> None:
    if not is_name(name):
        problems.add(path, "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")


def _check_options(path: str, options: list[dict[str, Any]], problems: Problems) -> None:
    if len(options) > 25:
        problems.add(f"{path}.options", "BASE_TYPE_MAX_LENGTH", "Must be 25 or fewer in length.")
    kinds = {option.get("type") in (1, 2) for option in options}
    if len(kinds) > 1:
        problems.add(
            f"{path}.options",
            "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID",
            "Sub-commands and options exclude each other.",
        )
    check_apart(f"{path}.options", options, problems)
    seen: set[str] = set()
    optional = False
    for index, option in enumerate(options):
        here = f"{path}.options.{index}"
        name = option.get("name")
        _check_name(f"{here}.name", name, problems)
        problems.longest(f"{here}.description", option.get("description"), 100, least=1)
        check_names(here, option, problems)
        if str(name) in seen:
            problems.add(here, "APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS", "Option name already exists")
        seen.add(str(name))
        if option.get("required") and optional:
            problems.add(here, "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", "Required options must come first.")
        optional = optional or not option.get("required")
        choices = option.get("choices") or []
        if len(choices) > 25:
            problems.add(f"{here}.choices", "BASE_TYPE_MAX_LENGTH", "Must be 25 or fewer in length.")
        if choices and option.get("autocomplete"):
            problems.add(here, "APPLICATION_COMMAND_OPTIONS_CHOICES_AND_AUTOCOMPLETE", "Choices exclude autocomplete.")
        for number, choice in enumerate(choices):
            problems.longest(f"{here}.choices.{number}.name", choice.get("name"), 100, least=1)
        if option.get("options"):
            _check_options(here, option["options"], problems)


def _characters(command: dict[str, Any]) -> int:
    """Of names, descriptions and values, in all: at most 8,000."""
    total = longest(command, "name") + longest(command, "description")
    total += sum(longest(one, "name") + len(json.dumps(one.get("value"))) for one in command.get("choices") or ())
    return total + sum(_characters(option) for option in command.get("options") or ())
