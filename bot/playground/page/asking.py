"""What a tab asks of the bot: commands, their autocomplete, menus, buttons, lists, forms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.playground.interactions import Interaction
from bot.playground.model import Message, User
from bot.playground.options import CannotDo, Value
from bot.playground.page.here import channel, message, myself
from bot.playground.page.requests import Refused, Request, id_of, tidy

if TYPE_CHECKING:
    from bot.playground.page.visit import Visit

Result = dict[str, Any]

_NO_CHOICES = "The bot did not say in time what there is to choose from: type on to ask again."


def command(visit: Visit, request: Request) -> Result:
    person, place = myself(visit), channel(visit, request)
    values, uploads = _values(visit, request)
    begun = visit.house.standin.people.command(person, place, request.text("name"), values)
    for one in uploads:
        visit.house.uploads.forget(one)
    return _begun(visit, begun)


async def complete(visit: Visit, request: Request) -> Result:
    """What may be typed next. Raises Refused after 3 s without an answer."""
    person, place = myself(visit), channel(visit, request)
    people, house = visit.house.standin.people, visit.house
    name, focused, typed = request.text("name"), request.text("focused"), request.text("typed", "")
    # A file for every letter that is typed would be kept each time; what else is half filled in is left out.
    given = {key: value for key, value in request.object("options").items() if not _is_upload(value)}
    given.pop(focused, None)
    try:
        values, _ = _values(visit, Request(number=request.number, do=request.do, fields={"options": given}))
        begun = people.autocomplete(person, place, name, focused, typed, values)
    except (CannotDo, Refused):
        begun = people.autocomplete(person, place, name, focused, typed, {})
    try:
        answered = await house.standin.answered(begun, house.standin.times.answer)
    except TimeoutError:
        raise Refused(_NO_CHOICES) from None
    return {"choices": answered.choices or []}


def menu(visit: Visit, request: Request) -> Result:
    """An entry of a message's menu, or of a person's."""
    person, place = myself(visit), channel(visit, request)
    target: Message | User
    if request.fields.get("user") is not None:
        target = _user(visit, request.id("user"))
    else:
        target = message(visit, request, place)
    return _begun(visit, visit.house.standin.people.menu(person, place, request.text("name"), target))


def press(visit: Visit, request: Request) -> Result:
    found = message(visit, request, channel(visit, request))
    people = visit.house.standin.people
    return _begun(visit, people.press(myself(visit), found, request.text("custom_id")))


def select(visit: Visit, request: Request) -> Result:
    found = message(visit, request, channel(visit, request))
    values = request.list("values")
    if not all(isinstance(one, str) for one in values):
        raise Refused("The page chose something that is no text: reload it.")
    people = visit.house.standin.people
    return _begun(visit, people.select(myself(visit), found, request.text("custom_id"), [tidy(one) for one in values]))


def submit(visit: Visit, request: Request) -> Result:
    """A form that the bot has opened, filled in."""
    opened = visit.house.standin.interactions.all.get(request.id("interaction"))
    if opened is None or opened.user is not myself(visit) or opened.modal is None:
        raise Refused("That form is not open any more: open it again.")
    filled: dict[str, str | list[str]] = {}
    for key, value in request.object("values").items():
        if isinstance(value, str):
            filled[key] = tidy(value)
        elif isinstance(value, list) and all(isinstance(one, str) for one in value):
            filled[key] = [tidy(one) for one in value]
        else:
            raise Refused("The page filled in something that is no text: reload it.")
    return _begun(visit, visit.house.standin.people.submit(opened, filled))


def _begun(visit: Visit, interaction: Interaction) -> Result:
    visit.pending.begin(interaction)
    return {"interaction": str(interaction.id)}


def _values(visit: Visit, request: Request) -> tuple[dict[str, Value], list[str]]:
    """The options as the stand-in takes them, and the uploads among them."""
    values: dict[str, Value] = {}
    uploads = []
    for name, value in request.object("options").items():
        if isinstance(value, str):
            values[name] = tidy(value)
        elif isinstance(value, (bool, int, float)):
            values[name] = value
        elif _is_upload(value):
            uploads.append(str(value["upload"]))
            values[name] = visit.house.uploads.file(uploads[-1])
        else:
            values[name] = _referred(visit, name, value)
    return values, uploads


def _is_upload(value: object) -> bool:
    return isinstance(value, dict) and isinstance(value.get("upload"), str)


def _referred(visit: Visit, name: str, value: object) -> Value:
    """{"user": id}, {"channel": id} or {"role": id}."""
    kind, id_ = next(iter(value.items())) if isinstance(value, dict) and len(value) == 1 else ("", None)
    found: Value | None = None
    if kind == "user":
        found = _user(visit, id_of(id_, f"{name!r}"))
    elif kind == "channel":
        found = visit.house.sight.channel(myself(visit), id_of(id_, f"{name!r}"))
    elif kind == "role":
        found = visit.house.friendly.guild.roles.get(id_of(id_, f"{name!r}"))
    if found is None:
        raise Refused(f"The option {name} does not take what the page sent: choose again.")
    return found


def _user(visit: Visit, id_: int) -> User:
    member = visit.house.friendly.guild.members.get(id_)
    if member is None:
        raise Refused("There is nobody by that number here.")
    return member.user


__all__ = ["command", "complete", "menu", "press", "select", "submit"]
