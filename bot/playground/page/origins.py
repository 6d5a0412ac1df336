"""From which picture a dream was made, as far as somebody can see that: for the page's slider."""

from __future__ import annotations

from itertools import islice
from typing import Any

from bot.playground.model import Attachment, Channel, Message, User
from bot.playground.page.sight import Sight
from bot.playground.world import World

_STEPS = 50  #: of a chain of dreams of dreams
_LOOK_BACK = 50  #: messages among which somebody's last picture is searched
_NO_DREAMS = ("-imagined", "-explained", "-grid")  #: in the names of files that show no picture and its dream alone
_LOOK_FAR = 500  #: messages since then; what is older than that goes without


class Origins:
    """Follows replies, the command's own attachment, the menu's message, and the message under which a button was."""

    def __init__(self, world: World, sight: Sight) -> None:
        self._world = world
        self._sight = sight

    def of(self, person: User, message: Message) -> list[Attachment | None]:
        """One for each attachment of the bot's message: the picture that it was made from, where that is known."""
        none: list[Attachment | None] = [None] * len(message.attachments)
        if message.author is not self._world.bot or not message.attachments:
            return none
        sources = self._sources(person, message, _STEPS)
        if len(sources) == len(none):
            found: list[Attachment | None] = list(sources)
        else:  # some could not be made, and are missing
            found = [_same_name(one, sources) for one in message.attachments]
        made = zip(found, message.attachments, strict=True)
        return [None if any(sign in after.filename for sign in _NO_DREAMS) else before for before, after in made]

    def _sources(self, person: User, message: Message, steps: int) -> list[Attachment]:
        """What an answer of the bot was made from."""
        channel = self._world.channels.get(message.channel_id)
        if channel is None or steps == 0:
            return []
        if message.given and message.interaction is not None and message.interaction["user"]["id"] == str(person.id):
            return _pictures(message.given)
        if message.interaction is not None:
            return self._of_interaction(person, channel, message.interaction, steps)
        asked = self._see(person, channel, message.reply_to)
        return [] if asked is None else self._shown(person, channel, asked, steps)

    def _of_interaction(self, person: User, channel: Channel, about: dict[str, Any], steps: int) -> list[Attachment]:
        if "triggering_interaction_metadata" in about:  # a form: whatever opened it
            return self._of_interaction(person, channel, about["triggering_interaction_metadata"], steps)
        if "target_message_id" in about:
            target = self._see(person, channel, int(about["target_message_id"]))
            return [] if target is None else _pictures(target.attachments)
        if "interacted_message_id" in about:  # the same picture once more
            pressed = self._see(person, channel, int(about["interacted_message_id"]))
            return [] if pressed is None else self._sources(person, pressed, steps - 1)
        return []

    def _shown(self, person: User, channel: Channel, asked: Message, steps: int) -> list[Attachment]:
        """What somebody means who asks for a dream in a message: its pictures, else those of the message that it
        replies to, else the last ones that people have posted. A member or a link in it means something else."""
        found = _pictures(asked.attachments)
        if found or asked.author is self._world.bot:
            return found
        if asked.reply_to is not None:
            original = self._see(person, channel, asked.reply_to)
            return [] if original is None else _pictures(original.attachments)
        if "://" in asked.content or any(one is not self._world.bot for one in asked.mentions):
            return []
        newest = islice(self._sight.messages(person, channel), _LOOK_FAR)
        earlier = islice((one for one in newest if one.id < asked.id), _LOOK_BACK)
        by_people = (_pictures(one.attachments) for one in earlier if one.author is not self._world.bot)
        return next(filter(None, by_people), [])

    def _see(self, person: User, channel: Channel, id_: int | None) -> Message | None:
        return None if id_ is None else self._sight.message(person, channel, id_)


def _pictures(attachments: list[Attachment]) -> list[Attachment]:
    return [one for one in attachments if one.content_type.startswith("image/")]


def _same_name(made: Attachment, sources: list[Attachment]) -> Attachment | None:
    """The one source whose name, without its ending, stands in the result's."""
    stems = [(one.filename.rpartition(".")[0], one) for one in sources]
    found = [one for stem, one in stems if stem and stem in made.filename]
    return found[0] if len(found) == 1 else None
