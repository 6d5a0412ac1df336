"""As an operator does it: a backup of a bot at work, a lost disk, a restore, and everybody still gets their dream."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import sys
from pathlib import Path

from tests.bot.unset import unset_environment
from tests.databases import sqlite_only
from tests.e2e.town import DOT, Town, in_town

pytestmark = sqlite_only
ROOT = Path(__file__).parents[4]


async def bot(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "bot", *arguments],
        env={**unset_environment(), "PYTHONPATH": str(ROOT), "DREAM_HOME": str(home)},
        cwd=home.parent,
        capture_output=True,
        text=True,
        timeout=240,
    )


@in_town(module="tests.e2e.pretending", held=True, DREAM_LIMIT_WAITING="0")
async def test_what_was_accepted_before_a_backup_is_answered_after_the_restore(town: Town) -> None:
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
    shutil.rmtree(town.home)
    done = await bot(town.home, "restore", str(file))
    assert done.returncode == 0, done.stderr
    assert "is in its place: 1 pictures" in done.stdout
    await town.start()
    town.allow()
    await town.settled(asked, timeout=120, all_heard=True)
