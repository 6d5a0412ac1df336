"""What moderators set is kept, noted and undone; nothing is ever half done."""

from __future__ import annotations

import asyncio
import dataclasses
from pathlib import Path

import pytest

from bot.config import Config, LimitsConfig
from bot.errors import Refusal
from bot.moderation.edits import Change, Edit, EditKind
from bot.moderation.layers import Where
from bot.moderation.operator import operator_layer
from bot.moderation.pausing import Pausing
from bot.moderation.places import OPERATOR, SERVER, channel_scope, role_scope
from bot.moderation.settings import MOST_STORED, Editor
from bot.store.database import Database
from tests.bot.jobs.fakes import NOON, Clock, in_loop
from tests.bot.moderation.desk import ELSEWHERE, MEMBER, MOD, OWNER, opened, refused, rows
from tests.bot.moderation.garden import GARDEN
from tests.databases import database_in, refuse


@in_loop
async def test_what_is_set_holds_at_once_and_after_a_restart(tmp_path: Path) -> None:
    where = Where(server=GARDEN, channels=(10,), roles=(5,))
    async with opened(tmp_path) as settings:
        await settings.set(GARDEN, SERVER, "layer", " 4c ", by=OWNER)
        await settings.set(GARDEN, channel_scope(10), "Per Hour", "5", by=OWNER)
        await settings.set(GARDEN, role_scope(5), "strength", "2", by=OWNER)
        await settings.set(GARDEN, SERVER, "exempt roles", "Mods, <@&7>", by=OWNER)
        before = settings.of(where)
        assert before.of("layer").scope == SERVER
        assert before["strength"] == 2
        assert before["exempt-roles"] == (6, 7)
    async with opened(tmp_path) as settings:
        assert settings.of(where) == before
        assert settings.of(Where(server=ELSEWHERE)) != before


@in_loop
async def test_every_change_is_noted_with_who_when_from_and_to(tmp_path: Path) -> None:
    told: list[Edit] = []
    async with opened(tmp_path) as settings:
        settings.on_edit = told.append
        await settings.set(GARDEN, SERVER, "strength", "1", by=OWNER)
        await settings.set(GARDEN, SERVER, "strength", "2.50", by=dataclasses.replace(MOD, manage_server=True))
        await settings.reset(GARDEN, SERVER, "strength", by=OWNER)
        latest = await settings.edits(GARDEN.id)
        assert latest == told[::-1]
        assert [(edit.kind, edit.by, edit.at, edit.changes) for edit in told] == [
            (EditKind.SET, 70, NOON, (Change(scope=SERVER, key="strength", before=None, after="1"),)),
            (EditKind.SET, 71, NOON, (Change(scope=SERVER, key="strength", before="1", after="2.5"),)),
            (EditKind.RESET, 70, NOON, (Change(scope=SERVER, key="strength", before="2.5", after=None),)),
        ]
        assert await settings.edits(GARDEN.id, limit=1, before=told[2].number) == [told[1]]
        assert await settings.edits(ELSEWHERE.id) == []


@in_loop
async def test_setting_what_is_set_already_is_no_change(tmp_path: Path) -> None:
    async with opened(tmp_path) as settings:
        assert await settings.set(GARDEN, SERVER, "strength", "2", by=OWNER)
        assert not await settings.set(GARDEN, SERVER, "strength", "2.0", by=OWNER)
        assert not await settings.reset(GARDEN, channel_scope(10), by=OWNER)
        assert len(await settings.edits(GARDEN.id)) == 1


@in_loop
async def test_an_edit_is_undone_once_and_the_undoing_too(tmp_path: Path) -> None:
    async with opened(tmp_path) as settings:
        await settings.set(GARDEN, SERVER, "layer", "4c", by=OWNER)
        edit = await settings.set(GARDEN, SERVER, "layer", "4d", by=OWNER)
        undone = await settings.undo(GARDEN, edit.number, by=OWNER)
        assert settings.stored(GARDEN.id) == {SERVER: {"layer": "4c"}}
        assert (undone.kind, undone.undoes) == (EditKind.UNDO, edit.number)
        assert await refused(settings.undo(GARDEN, edit.number, by=OWNER)) == "That change is undone already."
        await settings.undo(GARDEN, undone.number, by=OWNER)
        assert settings.stored(GARDEN.id) == {SERVER: {"layer": "4d"}}


@in_loop
async def test_what_was_changed_again_since_is_not_undone(tmp_path: Path) -> None:
    async with opened(tmp_path) as settings:
        first = await settings.set_all(GARDEN, SERVER, {"layer": "4c", "strength": "2"}, by=OWNER)
        await settings.set(GARDEN, SERVER, "strength", "3", by=OWNER)
        sentence = await refused(settings.undo(GARDEN, first.number, by=OWNER))
        assert sentence == "strength of the server was changed again since (it is 3 now), so this is not undone."
        await settings.set(GARDEN, SERVER, "strength", "2", by=OWNER)  # the same value, and still another decision
        assert "(it is 2 now)" in await refused(settings.undo(GARDEN, first.number, by=OWNER))
        assert settings.stored(GARDEN.id) == {SERVER: {"layer": "4c", "strength": "2"}}
        assert "no such change" in await refused(settings.undo(GARDEN, 999, by=OWNER))
        assert "no such change" in await refused(settings.undo(ELSEWHERE, first.number, by=OWNER))


@in_loop
async def test_nobody_without_permission_changes_anything(tmp_path: Path) -> None:
    async with opened(tmp_path) as settings:
        edit = await settings.set(GARDEN, SERVER, "managers", "Mods", by=OWNER)
        for who in (MEMBER, Editor(id=73), dataclasses.replace(MOD, roles=(1,))):
            assert not settings.may_change(GARDEN, who)
            for doing in (
                settings.set(GARDEN, SERVER, "layer", "4c", by=who),
                settings.set_all(GARDEN, SERVER, {"layer": "4c"}, by=who),
                settings.reset(GARDEN, SERVER, by=who),
                settings.import_(GARDEN, "server layer = 4c", by=who),
                settings.undo(GARDEN, edit.number, by=who),
            ):
                assert "Manage Server" in await refused(doing)
        assert settings.may_change(GARDEN, MOD)
        assert not settings.may_change(ELSEWHERE, MOD)
        await settings.set(GARDEN, SERVER, "layer", "4c", by=MOD)
        assert settings.stored(GARDEN.id) == {SERVER: {"managers": "6", "layer": "4c"}}


@in_loop
async def test_no_moderator_locks_themselves_out(tmp_path: Path) -> None:
    async with opened(tmp_path) as settings:
        edit = await settings.set(GARDEN, SERVER, "managers", "Mods", by=OWNER)
        for doing in (
            settings.set(GARDEN, SERVER, "managers", "Artists", by=MOD),
            settings.reset(GARDEN, SERVER, "managers", by=MOD),
            settings.reset(GARDEN, SERVER, by=MOD),
            settings.import_(GARDEN, "server managers = 5\nserver layer = 4c", by=MOD),
            settings.undo(GARDEN, edit.number, by=MOD),
        ):
            assert "You would lose the permission" in await refused(doing)
        assert settings.stored(GARDEN.id) == {SERVER: {"managers": "6"}}
        await settings.set(GARDEN, SERVER, "managers", "Artists Mods", by=MOD)
        await settings.reset(GARDEN, SERVER, "managers", by=OWNER)
        assert settings.stored(GARDEN.id) == {}


@in_loop
async def test_a_form_is_taken_whole_or_not_at_all(tmp_path: Path) -> None:
    async with opened(tmp_path) as settings:
        await settings.set(GARDEN, SERVER, "size", "512", by=OWNER)
        page: dict[str, str | None] = {"layer": "features.20", "network": "vgg16", "strength": "2", "size": ""}
        assert "strength = 7" in await refused(settings.set_all(GARDEN, SERVER, {**page, "strength": "7"}, by=OWNER))
        assert settings.stored(GARDEN.id) == {SERVER: {"size": "512"}}
        edit = await settings.set_all(GARDEN, SERVER, page, by=OWNER)
        assert len(edit.changes) == 4
        assert settings.stored(GARDEN.id) == {SERVER: {"network": "vgg16", "layer": "features.20", "strength": "2"}}
        await settings.undo(GARDEN, edit.number, by=OWNER)
        assert settings.stored(GARDEN.id) == {SERVER: {"size": "512"}}


@in_loop
async def test_what_is_stored_for_a_deleted_channel_can_be_reset(tmp_path: Path) -> None:
    async with opened(tmp_path) as settings:
        await settings.set_all(GARDEN, channel_scope(10), {"style": "cats", "per-hour": "2"}, by=OWNER)
        without = dataclasses.replace(GARDEN, channels={})
        assert [one.reason for one in settings.unfit(without)] == [
            "that channel was deleted, or is an archived thread"
        ] * 2
        await settings.reset(without, channel_scope(10), "style", by=OWNER)
        edit = await settings.reset(without, channel_scope(10), by=OWNER)
        assert settings.stored(GARDEN.id) == {}
        await settings.undo(without, edit.number, by=OWNER)
        assert settings.unfit(GARDEN) == []


@in_loop
async def test_a_layer_that_the_network_lost_can_be_put_back_by_undoing_and_is_shown(tmp_path: Path) -> None:
    async with opened(tmp_path) as settings:
        await settings.set(GARDEN, SERVER, "layer", "4c", by=OWNER)
        edit = await settings.set_all(GARDEN, SERVER, {"layer": "patterns", "strength": "2"}, by=OWNER)
        await settings.set(GARDEN, SERVER, "network", "vgg16", by=OWNER)
        await settings.undo(GARDEN, edit.number, by=OWNER)
        (unfit,) = settings.unfit(GARDEN)
        assert (unfit.key, unfit.stored) == ("layer", "4c")
        assert settings.of(Where(server=GARDEN))["layer"] is None


@in_loop
async def test_two_changes_at_once_both_happen_and_each_knows_what_it_changed(tmp_path: Path) -> None:
    async with opened(tmp_path) as settings:
        values = [str(number) for number in range(1, 31)]
        edits = await asyncio.gather(
            *(settings.set(GARDEN, SERVER, "per-hour", value, by=OWNER) for value in values),
            *(settings.set(GARDEN, channel_scope(10), "per-day", value, by=OWNER) for value in values),
        )
        for key, scope in (("per-hour", SERVER), ("per-day", channel_scope(10))):
            chain = [edit.changes[0] for edit in sorted(edits, key=lambda edit: edit.number)]
            chain = [change for change in chain if change.key == key]
            assert [change.before for change in chain] == [None, *(change.after for change in chain[:-1])]
            assert settings.stored(GARDEN.id)[scope][key] == chain[-1].after
        undone = await asyncio.gather(
            *(settings.undo(GARDEN, max(edit.number for edit in edits), by=OWNER) for _ in range(5)),
            return_exceptions=True,
        )
        assert sorted(isinstance(one, Refusal) for one in undone) == [False, True, True, True, True]
        now = settings.stored(GARDEN.id)
    async with opened(tmp_path) as settings:
        assert settings.stored(GARDEN.id) == now


@in_loop
async def test_two_moderators_cannot_take_each_other_out_at_once(tmp_path: Path) -> None:
    async with opened(tmp_path) as settings:
        await settings.set(GARDEN, SERVER, "managers", "Mods, Artists", by=OWNER)
        both = await asyncio.gather(
            settings.set(GARDEN, SERVER, "managers", "Mods", by=MOD),
            settings.set(GARDEN, SERVER, "managers", "Artists", by=MEMBER),
            return_exceptions=True,
        )
        assert sum(isinstance(one, Refusal) for one in both) == 1
        assert settings.stored(GARDEN.id) == {SERVER: {"managers": "6"}}


@in_loop
async def test_what_the_database_refuses_does_not_hold(tmp_path: Path) -> None:
    told: list[Edit] = []
    async with opened(tmp_path) as settings:
        settings.on_edit = told.append
        refuse(tmp_path, "setting_changes", where="key = 'strength'")
        with pytest.raises(Exception, match="disk full"):
            await settings.set_all(GARDEN, SERVER, {"layer": "4c", "strength": "2"}, by=OWNER)
        assert settings.stored(GARDEN.id) == {}
        assert told == []
    assert rows(tmp_path, "settings") == rows(tmp_path, "setting_changes") == []


@in_loop
async def test_a_server_cannot_fill_the_table(tmp_path: Path) -> None:
    big = dataclasses.replace(GARDEN, channels={n: f"c{n}" for n in range(100, 700)})
    async with opened(tmp_path) as settings:
        lines = [f"channel:{n} {key} = 5" for n in range(100, 600) for key in ("per-hour", "per-day")]
        for at in range(0, len(lines), 500):
            await settings.import_(big, "\n".join(lines[at : at + 500]), by=OWNER)
        assert sum(map(len, settings.stored(big.id).values())) == MOST_STORED
        assert "at most 1000 settings" in await refused(settings.set(big, SERVER, "layer", "4c", by=OWNER))
        await settings.set(big, channel_scope(100), "per-hour", "7", by=OWNER)
        await settings.reset(big, channel_scope(100), by=OWNER)
        await settings.set(big, SERVER, "layer", "4c", by=OWNER)


@in_loop
async def test_the_prefix_is_the_servers_else_the_operators(tmp_path: Path) -> None:
    operator = operator_layer(Config(token=None, home=tmp_path, database="", prefix="d!", limits=LimitsConfig()))
    async with opened(tmp_path, operator=operator) as settings:
        await settings.set(GARDEN, SERVER, "prefix", "?", by=OWNER)
        assert [settings.prefix(guild) for guild in (GARDEN.id, ELSEWHERE.id, None)] == ["?", "d!", "d!"]
        value = settings.of(Where(server=ELSEWHERE)).of("per-hour")
        assert (value.value, value.scope) == (LimitsConfig().member_per_hour, OPERATOR)
        assert settings.of(Where(server=ELSEWHERE)).ignored == ()


@in_loop
async def test_a_server_is_paused_and_resumed_and_stays_so_over_a_restart(tmp_path: Path) -> None:
    for life in range(2):
        database = await Database.open(database_in(tmp_path))
        pausing = Pausing(database=database, clock=Clock())
        if life == 0:
            made = await pausing.pause(1, by=70, reason="Spring cleaning.")
            assert made is not None
            assert await pausing.pause(1, by=71) is None
        assert await pausing.of(1) == made
        assert await pausing.of(2) is None
        if life == 1:
            assert [await pausing.resume(1, by=71), await pausing.resume(1, by=71)] == [True, False]
            assert await pausing.of(1) is None
        await database.close()
