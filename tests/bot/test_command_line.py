"""What an operator relies on when they start it by hand or by a supervisor: one sentence, and a status that tells."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from bot.alone import alone_in
from tests.bot.operations.answering import NOBODY, TOKEN, Answering
from tests.bot.unset import unset_environment

ROOT = Path(__file__).parents[2]


def environment(**variables: str) -> dict[str, str]:
    return {**unset_environment(), "PYTHONPATH": str(ROOT), **variables}


def bot(folder: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bot", *arguments],
        env=environment(DREAM_HOME=str(folder / "home"), **variables),
        cwd=folder,
        capture_output=True,
        text=True,
    )


def test_run_without_a_token_is_one_sentence_and_makes_nothing(tmp_path: Path) -> None:
    done = bot(tmp_path, "run")
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("bot: DISCORD_TOKEN is not set")
    assert done.stderr.count("\n") == 1
    assert [*tmp_path.iterdir()] == []


@pytest.mark.parametrize("command", ["run", "doctor"])
def test_a_wrong_setting_in_the_file_ends_the_start_with_its_sentence(tmp_path: Path, command: str) -> None:
    (tmp_path / ".env").write_text("DREAM_LIMIT_HOUR=many\n")
    done = bot(tmp_path, command)
    assert done.returncode == 2
    assert done.stderr == ("bot: DREAM_LIMIT_HOUR=many does not work: it has to be a whole number from 0 to 1000000.\n")


def test_a_slip_in_a_name_is_in_the_log(tmp_path: Path) -> None:
    done = bot(tmp_path, "run", DREAM_LIMIT_HOURS="5")
    assert "WARNING config: There is no variable DREAM_LIMIT_HOURS" in done.stderr


def test_a_token_that_discord_does_not_know_is_for_somebody_to_change(tmp_path: Path) -> None:
    async def go() -> subprocess.CompletedProcess[str]:
        async with Answering().serving() as discord:
            variables = {"DISCORD_TOKEN": TOKEN[:-1], "DISCORD_API": discord.api, "DREAM_DOWNLOAD": "no"}
            return await asyncio.to_thread(bot, tmp_path, "run", **variables)

    done = asyncio.run(go())
    assert done.returncode == 2, done.stderr
    assert done.stderr.splitlines()[-1].startswith("bot: Discord does not know this DISCORD_TOKEN")
    assert "Traceback" not in done.stderr
    assert TOKEN[:-1] not in done.stderr + done.stdout


def test_a_data_folder_that_cannot_be_made_may_be_there_the_next_time(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    variables = {"DISCORD_TOKEN": TOKEN, "DISCORD_API": NOBODY, "DREAM_HOME": str(tmp_path / "file" / "home")}
    done = subprocess.run(
        [sys.executable, "-m", "bot", "run"],
        env=environment(**variables),
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1, done.stderr
    assert "cannot be written" in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr


def test_a_second_bot_on_the_same_folder_stands_by_changes_nothing_and_can_be_stopped(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with alone_in(home, unwritable="", taken=""):
        with subprocess.Popen(
            [sys.executable, "-m", "bot", "run"],
            env=environment(DREAM_HOME=str(home), DISCORD_TOKEN=TOKEN, DISCORD_API=NOBODY, PYTHONUNBUFFERED="1"),
            cwd=tmp_path,
            stderr=subprocess.PIPE,
            text=True,
        ) as second:
            assert second.stderr is not None
            told = second.stderr.readline()
            assert f"is at work with the data folder {home}: this one stands by" in told
            second.terminate()
            assert second.stderr.read() == ""
        assert second.returncode == 0
        assert [path.name for path in home.iterdir()] == ["lock"]


def test_the_log_file_is_the_running_bots_alone(tmp_path: Path) -> None:
    file = tmp_path / "bot.log"
    assert bot(tmp_path, "status", DREAM_LOG_FILE=str(file), DREAM_LIMIT_HOURS="5").returncode == 1
    assert not file.exists()
    variables = {"DREAM_LOG_FILE": str(file), "DREAM_LIMIT_HOURS": "5", "DATABASE_URL": f"sqlite:///{file}/db.sqlite3"}
    done = bot(tmp_path, "run", DISCORD_TOKEN=TOKEN, **variables)
    assert "There is no variable DREAM_LIMIT_HOURS" in file.read_text()
    assert done.stderr.startswith(f"bot: The file {file}/db.sqlite3.active beside the database cannot be written")


def test_help_names_every_command() -> None:
    done = subprocess.run([sys.executable, "-m", "bot", "--help"], capture_output=True, text=True, cwd=ROOT, check=True)
    for command in (
        "start",
        "run",
        "doctor",
        "status",
        "backup",
        "restore",
        "playground",
        "scheduler",
        "worker",
        "certificates",
    ):
        assert command in done.stdout
