"""What a tab can ask for, by name. Each function does one thing at once, or raises the sentence that says why not."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from itertools import islice
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from bot.playground.drafts import CONTENT_LIMIT
from bot.playground.model import Channel, Message, User
from bot.playground.page import asking
from bot.playground.page.emoji import is_emoji
from bot.playground.page.here import channel, message, myself
from bot.playground.page.requests import Refused, Request
from bot.playground.page.views import MOST_FILES
from bot.playground.translations import LOCALES

if TYPE_CHECKING:
    from bot.playground.drafts import File
    from bot.playground.page.visit import Visit

Result = dict[str, Any]

_PAGE, _MOST_PAGE = 50, 100  #: messages that are shown at once
_LONGEST_ALT = 1024
_MOST_REACTIONS = 20


def do(visit: Visit, request: Request) -> Result:
    """Raises Refused, CannotDo, ApiError."""
    function = _QUICK.get(request.do)
    if function is None:
        raise Refused(f"The page asked for something unknown here, {request.do[:40]!r}: reload it.")
    return function(visit, request)


async def do_slowly(visit: Visit, request: Request) -> Result:
    """What waits for the bot. Raises as `do` does."""
    return await SLOW[request.do](visit, request)


def be(visit: Visit, request: Request) -> Result:
    person = visit.house.sight.person(request.id_or_none("person"))
    if person is None:
        raise Refused("There is nobody by that number here: choose somebody from the list.")
    return visit.be(person)


def speak(visit: Visit, request: Request) -> Result:
    """The language of the person's client: the bot is told it with whatever they do, and commands have their names."""
    person, locale = myself(visit), request.text("locale")
    if locale not in LOCALES:
        raise Refused("Discord has no such language: choose one from the list.")
    person.locale = locale
    visit.tell_of("commands")
    return {"locale": locale}


def open_(visit: Visit, request: Request) -> Result:
    """The newest messages of a channel, or those before one of them."""
    person, place = myself(visit), channel(visit, request)
    before = request.id_or_none("before")
    limit = max(1, int(request.number_of("limit", most=_MOST_PAGE, default=_PAGE)))
    visit.look(place)
    seen = visit.house.sight.messages(person, place)
    found = list(islice((one for one in seen if before is None or one.id < before), limit + 1))
    shown = [visit.house.messages.message(person, one) for one in reversed(found[:limit])]
    return {"messages": shown, "more": len(found) > limit}


def look(visit: Visit, request: Request) -> Result:
    """A channel whose messages the page has already is open again."""
    visit.look(channel(visit, request))
    return {}


def post(visit: Visit, request: Request) -> Result:
    person, place = myself(visit), channel(visit, request)
    text = request.text("text", "")
    _check_text(text)
    uploads = request.list("uploads")
    may = visit.house.views.may(person, place)
    if not may["send"]:
        raise Refused("You may not write here.")
    if uploads and not may["attach"]:
        raise Refused("You may not attach files here.")
    if len(uploads) > MOST_FILES:
        raise Refused(
            f"A message holds at most {MOST_FILES} files, and these are {len(uploads)}: send the others in another one."
        )
    if not text.strip() and not uploads:
        raise Refused("There is nothing to send yet: write something, or attach a file.")
    files = [_file(visit, one, request) for one in uploads]
    reference = request.id_or_none("reply_to")
    original = None if reference is None else visit.house.sight.message(person, place, reference)
    if reference is not None and (original is None or original.ephemeral):
        raise Refused("The message that you reply to is not there any more.")
    sent = visit.house.standin.people.post(
        place, person, text, attachments=files, reference=original, ping=request.flag("ping", True)
    )
    for one in uploads:
        visit.house.uploads.forget(one["id"])
    return {"message": visit.house.messages.message(person, sent)}


def _check_text(text: str) -> None:
    if len(text.strip()) > CONTENT_LIMIT:
        raise Refused(
            f"Your message is too long: it has {len(text.strip()):,} characters, and a message holds {CONTENT_LIMIT:,}."
        )


def _file(visit: Visit, one: object, request: Request) -> File:
    if not isinstance(one, dict):
        raise Refused("The page sent a file in a form unknown here: reload it.")
    asked = Request(number=request.number, do=request.do, fields=one)
    description = asked.text("description", "").strip()
    if len(description) > _LONGEST_ALT:
        raise Refused(f"The description of a picture holds {_LONGEST_ALT:,} characters: shorten it.")
    return visit.house.uploads.file(
        asked.text("id"), description=description or None, spoiler=asked.flag("spoiler", False)
    )


def discard(visit: Visit, request: Request) -> Result:
    """Files that are not wanted after all."""
    for one in request.list("uploads"):
        if isinstance(one, str):
            visit.house.uploads.forget(one)
    return {}


def edit(visit: Visit, request: Request) -> Result:
    person, found = _mine(visit, request)
    text = request.text("text")
    _check_text(text)
    if not visit.house.messages.message(person, found)["extra"]["may"]["edit"]:
        raise Refused("Only its author can change a message.")
    if not text.strip() and not found.attachments:
        raise Refused("A message cannot be empty: delete it instead.")
    visit.house.standin.people.edit(person, found, text)
    return {"message": visit.house.messages.message(person, found)}


def delete(visit: Visit, request: Request) -> Result:
    person, found = _mine(visit, request)
    if found.ephemeral:
        raise Refused("Only you can see that message: dismiss it instead.")
    visit.house.standin.people.delete(person, found)
    return {}


def dismiss(visit: Visit, request: Request) -> Result:
    """A private answer, out of its reader's sight."""
    _, found = _mine(visit, request)
    if not found.ephemeral:
        raise Refused("Others see that message too: it cannot be dismissed.")
    visit.house.dismiss(found)
    return {}


def react(visit: Visit, request: Request) -> Result:
    person, found = _mine(visit, request)
    emoji, add = request.text("emoji"), request.flag("add", True)
    # One of a server's own is written with its number, which the page is not shown.
    emoji = next((one for one in found.reactions if one.partition(":")[0] == emoji), emoji)
    if found.ephemeral:
        raise Refused("A message that only you can see takes no reactions.")
    if add and emoji not in found.reactions:
        if not is_emoji(emoji):
            raise Refused("A reaction is one emoji.")
        if len(found.reactions) >= _MOST_REACTIONS:
            raise Refused(f"A message takes {_MOST_REACTIONS} different reactions: press one that is there.")
    visit.house.standin.people.react(person, found, emoji, add=add)
    return {}


def _mine(visit: Visit, request: Request) -> tuple[User, Message]:
    """Who asks, and the message that is meant, which they see."""
    place: Channel = channel(visit, request)
    return myself(visit), message(visit, request, place)


def watch(visit: Visit, request: Request) -> Result:
    return {"entries": visit.watch(request.flag("on"))}


def fault(visit: Visit, request: Request) -> Result:
    now = visit.house.switches.set(request)
    visit.house.faults_changed()
    return {"faults": now}


def restart(visit: Visit, request: Request) -> Result:
    if not visit.house.supervised:
        raise Refused("Nobody here can start the bot again: start it where you started it first.")
    if not visit.house.begin_anew():
        raise Refused("The bot is being started already.")
    return {}


_QUICK: Mapping[str, Callable[[Visit, Request], Result]] = MappingProxyType(
    {
        "be": be,
        "speak": speak,
        "open": open_,
        "look": look,
        "post": post,
        "discard": discard,
        "edit": edit,
        "delete": delete,
        "dismiss": dismiss,
        "react": react,
        "command": asking.command,
        "menu": asking.menu,
        "press": asking.press,
        "select": asking.select,
        "submit": asking.submit,
        "watch": watch,
        "fault": fault,
        "restart": restart,
    }
)
#: Those that wait for something; a tab may ask for more meanwhile.
SLOW: Mapping[str, Callable[[Visit, Request], Awaitable[Result]]] = MappingProxyType({"complete": asking.complete})
