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


@dataclass(frozen=True, kw_only=True)
class Friendly:
    """The "Dream Playground"."""

    guild: Guild
    general: Channel
    dreams: Channel
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
    general = world.add_channel(guild, "general", topic="Everything")
    dreams = world.add_channel(guild, "dreams", topic="Post a picture with !dream")
    moderators = world.add_channel(guild, "moderators", hidden=True)
    world.set_overwrite(moderators, role, allow=int(Permission.VIEW_CHANNEL))
    late = world.add_channel(guild, "late-night", nsfw=True)
    ada = world.add_user("ada", display_name="Ada", avatar=True)
    ben = world.add_user("ben", display_name="Ben", avatar=True)
    mo = world.add_user("mo", display_name="Mo", avatar=True)
    world.add_member(guild, ada)
    world.add_member(guild, ben)
    world.add_member(guild, mo, roles=[role])
    world.invite_bot(guild, INVITED_WITH)
    return Friendly(
        guild=guild,
        general=general,
        dreams=dreams,
        moderators=moderators,
        late=late,
        owner=owner,
        ada=ada,
        ben=ben,
        mo=mo,
    )
