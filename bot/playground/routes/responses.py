"""How the bot answers an interaction: the first answer within 3 s, then its edits and follow-ups by the token."""

from __future__ import annotations

from typing import Any

from bot.playground import components, errors, limits
from bot.playground.errors import ApiError, Problems
from bot.playground.interactions import Callback, Interaction, Kind
from bot.playground.model import Message, MessageFlag, MessageKind
from bot.playground.permissions import Permission
from bot.playground.posting import Circumstances
from bot.playground.rest import NOTHING, Answer, Call, Route
from bot.playground.routes import access

_FOLLOWUPS_OF_PERSONAL = 5
#: Interaction answers mention people unless told otherwise, never roles or everybody.
_MENTIONS: dict[str, Any] = {"parse": ["users"], "replied_user": False}


def respond(call: Call) -> Answer:
    house = call.house
    interaction = house.interactions.to_answer(call.id("interaction_id"), call.parameters["interaction_token"])
    if interaction.answered:
        raise errors.already_acknowledged()
    callback = _callback(call, interaction)
    if interaction.channel.id not in house.world.channels:
        raise errors.unknown_channel()
    data = call.fields.get("data") or {}
    if callback in (Callback.MESSAGE, Callback.DEFERRED_MESSAGE):
        access.sizes(call, house.interactions.upload_limit(interaction))
        flags = int(data.get("flags") or 0)
        # Whether others see what a person's own installation answers is the server's decision.
        hidden = interaction.personal and not (
            house.world.may(interaction.user, interaction.channel) & Permission.USE_EXTERNAL_APPS
        )
        interaction.ephemeral = bool(flags & MessageFlag.EPHEMERAL) or hidden
        waiting = callback is Callback.DEFERRED_MESSAGE
        interaction.original = _send(call, interaction, {} if waiting else data, loading=waiting)
    elif callback in (Callback.UPDATE, Callback.DEFERRED_UPDATE):
        if callback is Callback.UPDATE:
            access.sizes(call, house.interactions.upload_limit(interaction))
            house.posting.edit(_there(interaction.message), data, call.files)
        interaction.original = interaction.message
    elif callback is Callback.CHOICES:
        interaction.choices = _choices(data)
    else:
        problems = Problems()
        components.check_modal(data, problems)
        problems.answer()
        interaction.modal = data
    interaction.callback, interaction.answered_at = callback, house.clock()
    house.world.watchers.tell(interaction)
    if not call.flag("with_response"):
        return NOTHING
    return Answer(body=_receipt(call, interaction, callback))


def _callback(call: Call, interaction: Interaction) -> Callback:
    """What the bot answers with. Raises 50035 for what does not go with this kind of interaction."""
    kind = call.fields.get("type")
    fitting = {
        Kind.COMMAND: {4, 5, 9},
        Kind.COMPONENT: {4, 5, 6, 7, 9},
        Kind.AUTOCOMPLETE: {8},
        Kind.MODAL: {4, 5} | ({6, 7} if interaction.message is not None else set()),
    }[interaction.kind]
    if kind not in fitting:
        problems = Problems()
        problems.add("type", "BASE_TYPE_CHOICES", f"Value must be one of {sorted(fitting)}.")
        problems.answer()
    return Callback(int(kind or 0))


def _choices(data: dict[str, Any]) -> list[dict[str, Any]]:
    choices = list(data.get("choices") or ())
    problems = Problems()
    if len(choices) > 25:
        problems.add("data.choices", "BASE_TYPE_MAX_LENGTH", "Must be 25 or fewer in length.")
    for index, one in enumerate(choices):
        problems.longest(f"data.choices.{index}.name", one.get("name"), 100, least=1)
        if isinstance(one.get("value"), str):
            problems.longest(f"data.choices.{index}.value", one["value"], 100, least=1)
    problems.answer()
    return choices


def _send(call: Call, interaction: Interaction, data: dict[str, Any], *, loading: bool = False) -> Message:
    """A message in the interaction's name. It needs no permission of the bot's own in the channel."""
    house = call.house
    kinds = {
        Kind.COMMAND: MessageKind.MENU if interaction.data.get("type") in (2, 3) else MessageKind.COMMAND,
        Kind.COMPONENT: MessageKind.REPLY,
    }
    first = not interaction.answered
    around = Circumstances(
        kind=kinds.get(interaction.kind, MessageKind.DEFAULT) if first else MessageKind.DEFAULT,
        interaction=house.interactions.metadata(interaction),
        interaction_name=interaction.command if interaction.kind is Kind.COMMAND else None,
        given=interaction.given,
        from_application=True,
        only_for=interaction.user.id if interaction.ephemeral else None,
        answers=interaction.subject if first else None,
        flags=int(MessageFlag.LOADING) if loading else 0,
        default_mentions=_MENTIONS,
    )
    if not first and interaction.original is not None:
        around.interaction = {
            **(around.interaction or {}),
            "original_response_message_id": str(interaction.original.id),
        }
    if not first and int(data.get("flags") or 0) & MessageFlag.EPHEMERAL:
        around.only_for = interaction.user.id
    fields = {key: value for key, value in data.items() if key != "message_reference"}
    return house.posting.create(interaction.channel, house.world.bot, fields, call.files, around)


def _there(message: Message | None) -> Message:
    if message is None or message.deleted:
        raise errors.unknown_message()
    return message


def _receipt(call: Call, interaction: Interaction, callback: Callback) -> dict[str, Any]:
    """The answer to `with_response`: with the message where there is one to see."""
    receipt: dict[str, Any] = {"id": str(interaction.id), "type": int(interaction.kind)}
    receipt["channel_id"] = str(interaction.channel.id)
    if interaction.guild is not None:
        receipt["guild_id"] = str(interaction.guild.id)
    message = interaction.original
    if message is None:
        return {"interaction": receipt}
    receipt |= {
        "response_message_id": str(message.id),
        "response_message_loading": message.loading,
        "response_message_ephemeral": message.ephemeral,
    }
    if callback in (Callback.MESSAGE, Callback.UPDATE):
        resource = {"type": int(callback), "message": call.house.payloads.message(message)}
        return {"interaction": receipt, "resource": resource}
    return {"interaction": receipt}


def _interaction(call: Call) -> Interaction:
    return call.house.interactions.by_token(call.id("webhook_id"), call.parameters["webhook_token"])


def follow_up(call: Call) -> Answer:
    house = call.house
    interaction = _interaction(call)
    access.sizes(call, house.interactions.upload_limit(interaction))
    if interaction.channel.id not in house.world.channels:
        raise errors.unknown_channel()
    original = interaction.original
    if original is not None and original.loading and not original.deleted:
        # The first message after a deferred answer takes its place, with the visibility that was promised.
        house.posting.fulfil(original, call.fields, call.files)
        return Answer(body=house.payloads.message(original))
    if interaction.personal and len(interaction.followups) >= _FOLLOWUPS_OF_PERSONAL:
        raise ApiError(400, 40094, "This interaction has hit the maximum number of follow up messages.")
    message = _send(call, interaction, call.fields)
    interaction.followups.append(message)
    house.world.watchers.tell(interaction)
    return Answer(body=house.payloads.message(message))


def _message(call: Call) -> tuple[Interaction, Message]:
    interaction = _interaction(call)
    wanted = call.parameters.get("message_id")
    if wanted is None:
        found = interaction.original
    else:
        found = next((one for one in interaction.messages if str(one.id) == wanted), None)
    if interaction.channel.id not in call.house.world.channels:
        raise errors.unknown_channel()
    return interaction, _there(found)


def get(call: Call) -> Answer:
    return Answer(body=call.house.payloads.message(_message(call)[1]))


def edit(call: Call) -> Answer:
    house = call.house
    interaction, message = _message(call)
    access.sizes(call, house.interactions.upload_limit(interaction))
    if message.loading:
        house.posting.fulfil(message, call.fields, call.files)
    else:
        house.posting.edit(message, call.fields, call.files)
    house.world.watchers.tell(interaction)
    return Answer(body=house.payloads.message(message))


def delete(call: Call) -> Answer:
    call.house.posting.delete(_message(call)[1])
    return NOTHING


_TOKEN = "/webhooks/{webhook_id}/{webhook_token}"  # noqa: S105 -- a path
_ORIGINAL, _ONE = _TOKEN + "/messages/@original", _TOKEN + "/messages/{message_id}"


def _route(method: str, template: str, function: Any) -> Route:
    return Route(method=method, template=template, function=function, bucket=limits.WEBHOOKS, by_token=True)


ROUTES = [
    Route(
        method="POST",
        template="/interactions/{interaction_id}/{interaction_token}/callback",
        function=respond,
        bucket=limits.CALLBACKS,
        by_token=True,
    ),
    _route("POST", _TOKEN, follow_up),
    *(_route(method, path, function) for path in (_ORIGINAL, _ONE)
      for method, function in (("GET", get), ("PATCH", edit), ("DELETE", delete))),
]  # fmt: skip
