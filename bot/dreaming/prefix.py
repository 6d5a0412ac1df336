"""`!dream` and `@Dreambot`: messages that ask for a dream, and the question whose picture is meant."""

from __future__ import annotations

import contextlib
import dataclasses
import logging
from collections.abc import Mapping

import discord

from bot.dreaming import rules
from bot.dreaming.asks import ask_for
from bot.dreaming.buttons import Action, Press, question_buttons
from bot.dreaming.commands import Commands
from bot.dreaming.conversation import Interaction, reply
from bot.dreaming.parsing import Command, Word, looks_like_talk, read_command
from bot.dreaming.pictures import Found, in_message, of_avatar, of_link, pictures_only
from bot.dreaming.places import place_of_interaction, place_of_message
from bot.dreaming.presses import OTHER_VERSION
from bot.dreaming.readers import speak_where
from bot.dreaming.scenes import Scene, scene_of_interaction, scene_of_message
from bot.dreaming.service import LOOK_BACK, Dreaming
from bot.dreaming.together import told_apart
from bot.dreaming.words import moment, sentence_for
from bot.errors import NoPicture, Refusal
from bot.jobs.model import Door, Place
from bot.kinds import Role
from bot.languages import mark, tr
from bot.recipes import AnyRecipe, kind_of, read_recipe, roles_of

QUESTION_LIFE = 600.0  #: seconds in which a question may be answered

log = logging.getLogger(__name__)

_MENU = mark(
    "Please right-click the picture's message (or hold it) and choose Apps → Dream this, "
    "or use /dream with the picture."
)
_NOT_LOOKED_AT = mark("What is imagined begins with noise, so your picture was not looked at.")
_POST_ONE = mark("Post a picture with it, answer a message that has one, or name a member for their avatar.")


class Prefix:
    """Answers messages that speak to the bot, and leaves all others alone."""

    def __init__(self, dreaming: Dreaming, commands: Commands, *, message_content: bool) -> None:
        self._dreaming = dreaming
        self._commands = commands
        self._message_content = message_content

    async def on_message(self, message: discord.Message) -> None:
        """Never raises an Exception: what goes wrong is answered."""
        command = self._read(message)
        if command is None:
            return
        speak_where(message, self._dreaming.settings)
        try:
            await self._obey(message, command)
        except Exception as error:
            try:
                await reply(message, sentence_for(error))
            except discord.HTTPException as failure:
                log.info("message %s: could not be told of %r: %r", message.id, error, failure)

    def _read(self, message: discord.Message, guild: discord.Guild | None = None) -> Command | None:
        """guild: of a message that was fetched, which does not say so itself."""
        me = self._dreaming.client.user
        if me is None or message.author.bot or message.webhook_id is not None:
            return None
        if message.type not in (discord.MessageType.default, discord.MessageType.reply):
            return None
        guild = message.guild or guild
        role = guild.self_role if guild is not None else None
        return read_command(
            message.content,
            prefix=self._dreaming.settings.prefix(guild.id if guild is not None else None),
            me=me.id,
            my_role=role.id if role is not None else None,
            alone=guild is None,
        )

    async def _obey(self, message: discord.Message, command: Command) -> None:
        if command.word is Word.HELP:
            await reply(message, "", embed=self._commands.help_embed(self._scene(message)))
        elif command.word is Word.LAYERS:
            await self._commands.atlas.by_message(message, self._scene(message), command.rest)
        elif command.word is Word.QUEUE:
            guild = message.guild.id if message.guild is not None else None
            await reply(message, await self._commands.waiting.queue_text(message.author.id, guild))
        elif command.word is Word.CANCEL:
            raise Refusal(tr("Press Cancel under the message that shows your dream's place, or use /cancel."))
        else:
            await self._dream(message, command)

    async def _dream(self, message: discord.Message, command: Command) -> None:
        talk = command.kind.has_source and not message.attachments and looks_like_talk(command.rest)
        if command.by_mention and talk:
            await reply(message, "", embed=self._commands.help_embed(self._scene(message)))
            return
        scene = self._scene(message)
        recipe = read_recipe(command.kind, command.rest)
        self._dreaming.admit(scene, recipe)
        place = place_of_message(message)
        if not command.kind.has_source:
            unused = (tr(_NOT_LOOKED_AT),) if message.attachments else ()
            await self._take(scene, place, recipe, (), notes=unused)
            return
        if roles := roles_of(recipe):
            usable, _ = pictures_only(await self._all_meant(message, command), command.kind)
            together = told_apart(usable, roles)
            await self._take(scene, place, recipe, (together.picture,), together.beside)
            return
        found = await self._meant(message, command)
        if found is None:
            await self._from_channel(message, scene, place, recipe)
        else:
            await self._take(scene, place, recipe, found)

    def _scene(self, message: discord.Message) -> Scene:
        return scene_of_message(message, self._dreaming.settings)

    async def _take(
        self,
        scene: Scene,
        place: Place,
        recipe: AnyRecipe,
        found: tuple[Found, ...],
        beside: Mapping[Role, Found] | None = None,
        notes: tuple[str, ...] = (),
    ) -> None:
        usable, others = pictures_only(found, kind_of(recipe))
        ask = ask_for(
            scene,
            door=Door.PREFIX,
            place=place,
            recipe=recipe,
            found=usable,
            seconds=beside,
            cause=f"message:{place.message}",
            notes=(*notes, *others),
        )
        await self._dreaming.check(ask)
        await self._dreaming.take(ask)

    async def _all_meant(self, message: discord.Message, command: Command) -> tuple[Found, ...]:
        """Everything that the message points at, the answered message's pictures first. Raises LinkError, NoPicture."""
        author = message.author.id
        answered: tuple[Found, ...] = ()
        if message.reference is not None and message.reference.message_id and not message.message_snapshots:
            answered = await self._dreaming.found_in(await self._answered(message))
        return (
            *answered,
            *in_message(message, origins=self._dreaming.config.picture_origins),
            *(of_link(link, author=author, origins=self._dreaming.config.picture_origins) for link in command.links),
            *[of_avatar(await self._user(message, member)) for member in command.members],
        )

    async def _meant(self, message: discord.Message, command: Command) -> tuple[Found, ...] | None:
        """The pictures that the message points at: its own, a link's, a member's, the answered message's.

        None where it points at none. Raises LinkError, NoPicture.
        """
        origins, author = self._dreaming.config.picture_origins, message.author.id
        if message.attachments or message.message_snapshots:
            return in_message(message, origins=origins)
        if command.links:
            return tuple(of_link(link, author=author, origins=origins) for link in command.links)
        if command.members:
            return tuple([of_avatar(await self._user(message, member)) for member in command.members])
        if message.reference is None or message.reference.message_id is None:
            return None
        answered = await self._answered(message)
        found = await self._dreaming.found_in(answered)
        if found:
            return found
        if not self._sees(answered):
            raise NoPicture(f"{tr('I cannot see what others post here.')} {tr(_MENU)}")
        raise NoPicture(
            tr(
                "There is no picture in the message you answered: "
                "only what was uploaded to Discord counts, links do not."
            )
        )

    async def _answered(self, message: discord.Message) -> discord.Message:
        reference = message.reference
        assert reference is not None
        assert reference.message_id is not None
        if reference.channel_id != message.channel.id:
            raise NoPicture(f"{tr('That message is in another channel.')} {tr(_POST_ONE)}")
        if isinstance(reference.resolved, discord.Message):
            return reference.resolved
        if isinstance(reference.resolved, discord.DeletedReferencedMessage):
            raise NoPicture(tr("The message you answered is deleted."))
        return await self._dreaming.fetch_message(reference.channel_id, reference.message_id)

    async def _user(self, message: discord.Message, id: int) -> discord.User | discord.Member:
        """A mentioned member, as the message itself carries them."""
        for user in message.mentions:
            if user.id == id:
                return user
        return await self._dreaming.client.fetch_user(id)

    def _sees(self, message: discord.Message) -> bool:
        """Whether Discord shows the bot what is in it."""
        return self._message_content or message.guild is None or self._dreaming.is_me(message.author)

    # --- neither a picture nor a hint: the last one in the channel

    async def _from_channel(self, message: discord.Message, scene: Scene, place: Place, recipe: AnyRecipe) -> None:
        if not self._message_content and message.guild is not None:
            blind = tr("There is no picture in your message, and I cannot see what others post.")
            raise NoPicture(f"{blind} {tr(_MENU)}")
        last = await self._dreaming.last_in(
            message.channel,
            lambda earlier: not self._dreaming.is_me(earlier.author),  # the picture is meant, not the dream of it
            before=message,
            kind=kind_of(recipe),
        )
        if last is None:
            none_seen = tr("I see no picture among the last {count} messages.", count=LOOK_BACK)
            raise NoPicture(f"{none_seen} {tr(_POST_ONE)}")
        earlier, found = last
        if earlier.author.id == message.author.id:
            await self._take(scene, place, recipe, found)
            return
        rules.check_authors(scene, [earlier.author.id])
        await self._dreaming.check_consent(message.author.id, [earlier.author.id])
        await self._dreaming.check_limits(scene, place, kind_of(recipe))
        view = question_buttons(asker=message.author.id, asking=message.id, picture=earlier.id)
        await reply(
            message,
            tr(
                "Do you mean the picture by {member}? {link} "
                "They will be named in the answer, and may delete it. (This question ends {when}.)",
                member=earlier.author.mention,
                link=earlier.jump_url,
                when=moment(self._dreaming.clock() + QUESTION_LIFE),
            ),
            view=view,
        )

    async def answer(self, interaction: Interaction, press: Press) -> None:
        """Yes or No under the question. Both messages are read anew: nothing was kept but what the button says."""
        numbers = (press.job, *press.more)
        if len(numbers) != 3 or not all(number.isdecimal() for number in numbers):
            raise Refusal(tr(OTHER_VERSION))
        asker, asking, picture = map(int, numbers)
        if interaction.user.id != asker:
            raise Refusal(tr("Only who asked may answer this."))
        await interaction.response.defer()
        if press.action is Action.LEAVE:
            await _withdraw(interaction)
            return
        asked = discord.utils.snowflake_time(asking).timestamp()
        if self._dreaming.clock() - asked > QUESTION_LIFE:
            await _withdraw(interaction)
            raise Refusal(tr("That question is too old. Please ask again."))
        assert interaction.channel_id is not None
        message = await self._dreaming.fetch_message(interaction.channel_id, asking)
        earlier = await self._dreaming.fetch_message(interaction.channel_id, picture)
        command = self._read(message, interaction.guild)
        if command is None:
            raise Refusal(tr("Your message has changed since. Please ask again."))
        found = in_message(earlier, origins=self._dreaming.config.picture_origins)
        place, recipe = _place_of_question(interaction, asking), read_recipe(command.kind, command.rest)
        await _withdraw(interaction)
        await self._take(scene_of_interaction(interaction, self._dreaming.settings), place, recipe, found)


def _place_of_question(interaction: Interaction, asking: int) -> Place:
    """Where the message was written that is answered now; the press only said yes to it."""
    place = place_of_interaction(interaction, personal_install=False)
    return dataclasses.replace(place, message=asking, token=None, token_expires=None)


async def _withdraw(interaction: Interaction) -> None:
    """Take the question away; a second press may have been quicker."""
    with contextlib.suppress(discord.NotFound):
        await interaction.delete_original_response()
