"""As an operator does it: a backup of a bot at work, a lost disk, a restore, and everybody still gets their dream."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

from tests.bot.operations.backups.test_backups import lose
from tests.bot.unset import unset_environment
from tests.databases import SERVER, database_in
from tests.e2e.town import DOT, Town, in_town

ROOT = Path(__file__).parents[4]


async def bot(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    where = {} if SERVER is None else {"DATABASE_URL": database_in(home)}
    return await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "bot", *arguments],
        env={**unset_environment(), "PYTHONPATH": str(ROOT), "DREAM_HOME": str(home), **where},
        cwd=home.parent,
        capture_output=True,
        text=True,
        timeout=240,
    )


@in_town(module="tests.e2e.pretending", held=True, start=False, DREAM_LIMIT_WAITING="0")
async def test_what_was_accepted_before_a_backup_is_answered_after_the_restore(town: Town) -> None:
    if SERVER is not None:
        town.variables["DATABASE_URL"] = database_in(town.home)
    await town.start()
    asked = [await town.ask("!dream", DOT, user=user) for user in (town.place.ada, town.place.ben) for _ in range(2)]
    for one in asked:
        await town.says("", which=lambda said, one=one: said.reply_to == one.id)
    file = town.home.with_name("backup.tar")

    done = await bot(town.home, "backup", str(file))
    assert done.returncode == 0, done.stderr
    assert "is whole" in done.stdout
    refused = await bot(town.home, "restore", str(file), "--force")
    assert refused.returncode == 1
    assert refused.stderr.startswith("bot: A bot is at work with")
    assert "Traceback" not in refused.stderr

    await town.bot.kill()
    await asyncio.to_thread(lose, town.home)
    done = await bot(town.home, "restore", str(file))
    assert done.returncode == 0, done.stderr
    assert "is in its place: 1 pictures" in done.stdout
    await town.start()
    town.allow()
    await town.settled(asked, timeout=120, all_heard=True)
