"""A small world to begin with: one server, a few channels, a few people."""

from __future__ import annotations

from dataclasses import dataclass

from bot.playground.model import Channel, Guild, User
from bot.playground.permissions import MODERATOR, Permission
from bot.playground.world import World

#: What the invitation asks for.
INVITED_WITH = int(
    Permission.VIEW_CHANNEL
    | Permission.SEND_MESSAGES
    | Permission.SEND_MESSAGES_IN_THREADS
    | Permission.EMBED_LINKS
    | Permission.ATTACH_FILES
    | Permission.READ_MESSAGE_HISTORY
)
#: Of names.
MODERATORS_COLOUR, BOTS_COLOUR = 0x2E8B57, 0x8A63D2


@dataclass(frozen=True, kw_only=True)
class Friendly:
    """The "Dream Playground"."""

    guild: Guild
    general: Channel
    dreams: Channel
    challenge: Channel  # of the community
    moderators: Channel  # only for them, and the bot is not among them
    late: Channel  # age-restricted
    owner: User
    ada: User  # a member
    ben: User  # another member
    mo: User  # a moderator


def furnish(world: World) -> Friendly:
    """Put the Dream Playground into an empty world."""
    owner = world.application.owner
    owner.avatar = owner.avatar or world.draw_avatar(owner)
    guild = world.add_guild("Dream Playground", owner=owner, with_bot=False)
    role = world.add_role(guild, "Moderator", MODERATOR)
    role.color, role.hoist = MODERATORS_COLOUR, True
    general = world.add_channel(guild, "general", topic="Everything")
    dreams = world.add_channel(guild, "dreams", topic="Post a picture with !dream")
    challenge = world.add_channel(guild, "dream-challenge", topic="One picture, many dreams: show what you made of it")
    moderators = world.add_channel(guild, "moderators", hidden=True, topic="Only moderators see this")
    world.set_overwrite(moderators, role, allow=int(Permission.VIEW_CHANNEL))
    log = world.add_channel(guild, "mod-log", hidden=True, topic="For what is changed, reported and blocked")
    for who in (role, world.bot):
        world.set_overwrite(log, who, allow=Permission.VIEW_CHANNEL | Permission.SEND_MESSAGES)
    late = world.add_channel(guild, "late-night", nsfw=True, topic="For adults: the channel is age-restricted")
    ada = world.add_user("ada", display_name="Ada", avatar=True)
    ben = world.add_user("ben", display_name="Ben", avatar=True)
    mo = world.add_user("mo", display_name="Mo", avatar=True)
    world.add_member(guild, ada)
    world.add_member(guild, ben)
    world.add_member(guild, mo, roles=[role])
    world.invite_bot(guild, INVITED_WITH)
    guild.roles[guild.members[world.bot.id].roles[0]].color = BOTS_COLOUR
    return Friendly(
        guild=guild,
        general=general,
        dreams=dreams,
        challenge=challenge,
        moderators=moderators,
        late=late,
        owner=owner,
        ada=ada,
        ben=ben,
        mo=mo,
    )
