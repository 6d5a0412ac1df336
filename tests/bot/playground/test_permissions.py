"""Roles, overwrites and time-outs come to the same bits as on Discord."""

from __future__ import annotations

from bot.playground.friendly import Friendly, furnish
from bot.playground.permissions import ALL, Permission
from bot.playground.world import World

SEND, VIEW, FILES = Permission.SEND_MESSAGES, Permission.VIEW_CHANNEL, Permission.ATTACH_FILES


def made() -> tuple[World, Friendly]:
    world = World(clock=lambda: 1.7e9)
    return world, furnish(world)


def test_the_owner_and_administrators_may_everything() -> None:
    world, at = made()
    world.set_overwrite(at.general, at.guild.roles[at.guild.id], deny=VIEW)
    assert world.may(at.owner, at.general) == ALL
    role = world.add_role(at.guild, "admin", int(Permission.ADMINISTRATOR))
    at.guild.members[at.ada.id].roles.append(role.id)
    assert world.may(at.ada, at.general) == ALL
    assert world.may(at.ben, at.general) == 0


def test_a_members_own_overwrite_is_stronger_than_a_roles_and_that_than_everybodys() -> None:
    world, at = made()
    everybody, role = at.guild.roles[at.guild.id], world.add_role(at.guild, "quiet")
    at.guild.members[at.ada.id].roles.append(role.id)
    at.guild.members[at.ben.id].roles.append(role.id)
    world.set_overwrite(at.general, everybody, deny=FILES)
    assert not world.may(at.mo, at.general) & FILES
    world.set_overwrite(at.general, role, allow=FILES, deny=Permission.ADD_REACTIONS)
    assert world.may(at.ada, at.general) & FILES
    world.set_overwrite(at.general, at.ada, deny=FILES, allow=Permission.ADD_REACTIONS)
    assert not world.may(at.ada, at.general) & FILES
    assert world.may(at.ada, at.general) & Permission.ADD_REACTIONS
    assert world.may(at.ben, at.general) & FILES
    assert not world.may(at.ben, at.general) & Permission.ADD_REACTIONS


def test_who_may_not_write_may_not_attach_either() -> None:
    world, at = made()
    world.set_overwrite(at.general, at.guild.roles[at.guild.id], deny=SEND)
    assert world.may(at.ada, at.general) & VIEW
    assert not world.may(at.ada, at.general) & FILES


def test_a_time_out_leaves_reading() -> None:
    world, at = made()
    at.guild.members[at.ada.id].timed_out_until = 1.7e9 + 60
    assert world.may(at.ada, at.general) == VIEW | Permission.READ_MESSAGE_HISTORY
    at.guild.members[at.ada.id].timed_out_until = 1.7e9 - 60
    assert world.may(at.ada, at.general) & SEND


def test_a_thread_follows_its_channel_with_its_own_bit_for_writing() -> None:
    world, at = made()
    thread = world.add_thread(at.general, "aside", at.ada)
    world.set_overwrite(at.general, at.guild.roles[at.guild.id], deny=SEND)
    assert world.may(at.ben, thread) & FILES
    world.set_overwrite(at.general, at.guild.roles[at.guild.id], deny=Permission.SEND_MESSAGES_IN_THREADS)
    assert not world.may(at.ben, thread) & FILES
    world.set_overwrite(at.general, at.guild.roles[at.guild.id], deny=VIEW)
    assert world.may(at.ben, thread) == 0


def test_strangers_may_nothing_and_direct_messages_are_for_two() -> None:
    world, at = made()
    stranger = world.add_user("stranger")
    assert world.may(stranger, at.general) == 0
    direct = world.direct(at.ada)
    assert world.may(at.ada, direct) & SEND
    assert world.may(at.ben, direct) == 0
