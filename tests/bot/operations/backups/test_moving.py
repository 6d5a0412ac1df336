"""From one database to another: a file to a server and back, and a database that comes without its pictures."""

from __future__ import annotations

import asyncio
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.config import Config
from bot.errors import BotError, ConfigError
from bot.jobs.model import JobState
from bot.jobs.people import Block
from bot.jobs.queue import JobQueue
from bot.operations.backups import commands
from bot.operations.backups.places import ASIDE, FORMER
from bot.store import snapshots
from bot.store.database import Database
from bot.store.turns import ACTIVE, LOCK, FileTurn, try_turn
from tests.bot.jobs.fakes import Clock, config
from tests.bot.operations.backups.test_backups import ANNA, BEN, furnish
from tests.databases import database_in, looking_into, postgres_only, sqlite_only


def in_file(home: Path) -> Config:
    return replace(config(home), database=f"sqlite:///{home / 'dreambot.sqlite3'}")


def lived(settings: Config, life: str = "furnish") -> dict[str, str]:
    """One life of a bot, in which something is asked for, or somebody is forgotten."""

    async def go() -> dict[str, str]:
        database = await Database.open(settings.database, home=settings.home)
        try:
            queue = JobQueue(database=database, folder=settings.home, config=settings, clock=Clock())
            await queue.open()
            if life == "furnish":
                await queue.members.block(Block(person=ANNA, guild=99, until=None, reason="a reason", by=BEN))
                return await furnish(queue)
            if life == "forget":
                await queue.members.forget(ANNA)
            states = {job.id: job.state for job in [*await queue.unanswered(), *await queue.open_jobs()]}
            return {job: state.value for job, state in states.items()}
        finally:
            await queue.close()
            await database.close()

    return asyncio.run(go())


def backup(settings: Config, file: Path) -> str:
    said: list[str] = []
    assert commands.backup(settings, file, said.append) == 0
    return "\n".join(said)


def restore(settings: Config, file: Path, *, force: bool = False) -> str:
    said: list[str] = []
    assert commands.restore(settings, file, force=force, say=said.append) == 0
    return "\n".join(said)


@postgres_only
def test_an_operator_moves_to_a_server_and_back(tmp_path: Path) -> None:
    home, first, second = tmp_path / "home", tmp_path / "1.tar", tmp_path / "2.tar"
    on_server = replace(in_file(home), database=database_in(home))
    ids = lived(in_file(home))
    expected = {ids["made"]: JobState.MADE.value, ids["waiting"]: JobState.WAITING.value}
    backup(in_file(home), first)

    with pytest.raises(BotError, match="is there already"):
        restore(on_server, first)
    said = restore(on_server, first, force=True)
    assert "3 pictures" in said
    assert f"dreambot.sqlite3{ASIDE}" in said
    assert not (home / "dreambot.sqlite3").exists(), "what it has of members would outlive their being forgotten"
    assert lived(on_server, "look") == expected
    lived(on_server, "forget")

    backup(on_server, second)
    shutil.rmtree(home)
    assert restore(in_file(home), second)
    assert lived(in_file(home), "look") == expected
    with pytest.raises(BotError, match="is there already"):
        restore(on_server, second)


@postgres_only
def test_what_a_server_had_before_is_kept_beside_and_can_be_put_back(tmp_path: Path) -> None:
    home, empty = tmp_path / "home", tmp_path / "empty.tar"
    on_server = replace(in_file(home), database=database_in(home))
    lived(on_server, "look")
    backup(on_server, empty)
    ids = lived(on_server)
    said = restore(on_server, empty, force=True)
    aside = home / f"{FORMER}{ASIDE}"
    assert str(aside) in said
    assert aside.stat().st_mode & 0o777 == 0o600
    assert lived(on_server, "look") == {}
    with pytest.raises(BotError, match="move it elsewhere first"):
        restore(on_server, aside, force=True)
    (home / f"sources{ASIDE}").rename(tmp_path / "sources")
    aside = aside.rename(tmp_path / "former.sqlite3")
    said = restore(on_server, aside, force=True)
    assert "The database of " in said
    assert lived(on_server, "look") == {ids["made"]: "made", ids["waiting"]: "waiting"}


@postgres_only
def test_a_restore_waits_for_no_bot_and_disturbs_none(tmp_path: Path) -> None:
    home, file = tmp_path / "home", tmp_path / "file.tar"
    on_server = replace(in_file(home), database=database_in(home))
    lived(on_server)
    backup(on_server, file)

    async def while_a_bot_works_elsewhere() -> None:
        turn = await try_turn(on_server.database)
        assert not isinstance(turn, str)
        try:
            with pytest.raises(BotError, match=r"A bot \(dreambot, process \d+ on .*\) is at work with postgresql"):
                await asyncio.to_thread(restore, on_server, file, force=True)
        finally:
            await turn.give_back()

    asyncio.run(while_a_bot_works_elsewhere())
    restore(on_server, file, force=True)
    with looking_into(home) as connection:
        assert connection.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": ACTIVE}).scalar(), "given back"


def test_a_server_that_cannot_be_reached_is_a_sentence_without_its_password(tmp_path: Path) -> None:
    file = tmp_path / "file.tar"
    away = replace(in_file(tmp_path / "home"), database="postgresql://bot:geheim@127.0.0.1:1/dreams")
    file.write_bytes(b"")
    with pytest.raises(BotError, match=r"no folder .* with the bot's data: set DREAM_HOME"):
        backup(away, tmp_path / "new.tar")
    away.home.mkdir()
    for act in (lambda: backup(away, tmp_path / "new.tar"), lambda: restore(away, file)):
        with pytest.raises(ConfigError) as caught:
            act()
        assert "geheim" not in caught.value.sentence + caught.value.log


@sqlite_only
def test_a_bot_that_has_the_database_from_another_folder_is_noticed(tmp_path: Path) -> None:
    home, file = tmp_path / "home", tmp_path / "file.tar"
    settings = in_file(home)
    lived(settings)
    backup(settings, file)
    turn = FileTurn.take(home / f"dreambot.sqlite3{LOCK}")
    assert isinstance(turn, FileTurn)
    with pytest.raises(BotError, match=r"A bot \(process \d+ on .*\) is at work with"):
        restore(settings, file, force=True)
    asyncio.run(turn.give_back())
    restore(settings, file, force=True)


@sqlite_only
def test_the_copy_that_an_upgrade_has_left_is_put_back_with_the_pictures_that_are_here(tmp_path: Path) -> None:
    home, copy = tmp_path / "home", tmp_path / "before.sqlite3"
    settings = in_file(home)
    ids = lived(settings)
    snapshots.snapshot(home / "dreambot.sqlite3", copy)
    lived(settings, "forget")
    said = restore(settings, copy, force=True)
    assert "The database of 20" in said
    assert "forgotten again: 1" in said
    assert lived(settings, "look") == {ids["made"]: "made", ids["waiting"]: "waiting"}
    assert len(list((home / "sources").iterdir())) == 2
    (tmp_path / "empty.sqlite3").touch()
    with pytest.raises(BotError, match="is no backup"):
        restore(settings, tmp_path / "empty.sqlite3", force=True)


@sqlite_only
def test_a_database_without_a_row_is_in_no_restores_way(tmp_path: Path) -> None:
    """The doctor makes one, and so does a bot's first start."""
    home, file = tmp_path / "home", tmp_path / "file.tar"
    ids = lived(in_file(home))
    backup(in_file(home), file)
    shutil.rmtree(home)
    lived(in_file(home), "look")
    restore(in_file(home), file)
    assert set(lived(in_file(home), "look")) == {ids["made"], ids["waiting"]}
