"""What an operator relies on when they ask the doctor: each thing that is wrong is named, with what to do."""

from __future__ import annotations

import asyncio
import datetime
import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from bot.config import Config, read_config
from bot.executor.machines import certificates
from bot.executor.machines.papers import utc
from bot.operations.doctor import examine
from bot.operations.invite import NEEDED, PERMISSIONS, invite_link
from bot.operations.machine import probe
from bot.operations.servers import MOST_SERVERS, permissions_in
from tests.bot.operations.answering import APPLICATION, BOT, NOBODY, TOKEN, Answering
from tests.bot.unset import unset_environment

MACHINE = {
    "torch": "2.9.0",
    "torchvision": "0.24.0",
    "device": {"chosen": "cpu", "gpus": [], "memory": 8 << 30, "cuda_build": None, "threads": 4},
    "memory": 8 << 30,
    "weights": {"best": "inception_v1", "here": True, "default": "inception_v1", "folder": "n", "address": "x"},
}
GUILD = {"id": "10", "name": "Dreamers", "owner": False, "permissions": str(PERMISSIONS)}
GATEWAY = {"url": "wss://x", "shards": 1, "session_start_limit": {"total": 1000, "remaining": 999}}


def answering(**changed: Any) -> Answering:
    """A healthy Discord, but for what is changed. Paths are written with _ for /."""
    healthy = {
        "/gateway/bot": GATEWAY,
        "/users/@me/guilds": [GUILD],
        "/guilds/10/channels": [channel("general")],
        f"/guilds/10/members/{BOT}": {"roles": ["11"]},
    }
    return Answering(**{**healthy, **changed})


def channel(name: str, *overwrites: tuple[str, int, int], type: int = 0) -> dict[str, Any]:
    """Overwrites: whose, allowed, denied."""
    rules = [{"id": whose, "type": 0, "allow": str(allow), "deny": str(deny)} for whose, allow, deny in overwrites]
    return {"id": "1", "name": name, "type": type, "permission_overwrites": rules}


class Report:
    """What the doctor said of one configuration."""

    def __init__(
        self,
        home: Path,
        answers: Answering | None = None,
        *,
        machine: Mapping[str, Any] = MACHINE,
        late: float = 0.0,
        **variables: str,
    ) -> None:
        said: list[str] = []

        async def found(_: Config) -> Mapping[str, Any]:
            return machine

        async def go() -> int:
            async with (answers or answering()).serving() as there:
                given = {"DISCORD_TOKEN": TOKEN, "DISCORD_API": there.api, "DREAM_HOME": str(home), **variables}
                config = read_config(given, None)
                return await examine(config, said.append, probe=found, clock=lambda: time.time() + late)

        self.status = asyncio.run(go())
        self.findings = [re.sub(r"\s+", " ", one) for one in said[:-1]]
        self.verdict = said[-1].strip()

    def __getitem__(self, what: str) -> list[str]:
        """Level and sentence of every finding about something."""
        split = [one.split(" ", 2) for one in self.findings]
        return [f"{level} {sentence}" for level, about, sentence in split if about == what]


def test_with_everything_in_order_all_is_well(tmp_path: Path) -> None:
    report = Report(tmp_path)
    assert all(finding.startswith("ok ") for finding in report.findings), report.findings
    assert (report.status, report.verdict) == (0, "All is well.")
    assert invite_link(100) in " ".join(report["invite"])


@pytest.mark.parametrize(
    ("token", "told"), [("wrong", "does not know this DISCORD_TOKEN"), ("", "DISCORD_TOKEN is not set")]
)
def test_a_token_that_does_not_work_is_a_failure_and_the_rest_is_looked_at_all_the_same(
    tmp_path: Path, token: str, told: str
) -> None:
    report = Report(tmp_path, DISCORD_TOKEN=token)
    (finding,) = report["token"]
    assert finding.startswith("FAIL")
    assert told in finding
    assert report.status == 1
    assert report["disk"]
    assert report["database"]
    assert report["engine"]


def test_discord_out_of_reach_is_a_failure(tmp_path: Path) -> None:
    report = Report(tmp_path, DISCORD_API=NOBODY)
    assert "cannot be reached" in report["token"][0]
    assert report.status == 1


def test_without_message_content_it_says_what_does_not_work_and_where_the_switch_is(tmp_path: Path) -> None:
    report = Report(tmp_path, answering(**{"/applications/@me": {**APPLICATION, "flags": 0, "flags_new": "0"}}))
    (finding,) = report["intents"]
    assert finding.startswith("warn")
    assert "!dream does not work" in finding
    assert "/applications/100/bot" in finding
    assert report.status == 0


@pytest.mark.parametrize(
    ("changed", "variables", "what", "told"),
    [
        ({"interactions_endpoint_url": "https://x.example"}, {}, "interactions", "FAIL An “Interactions Endpoint"),
        ({"bot_require_code_grant": True}, {}, "invite", "warn The application requires a code grant"),
        ({"integration_types_config": {"1": {}}}, {}, "invite", "warn The application cannot be installed into"),
        ({}, {"DREAM_PERSONAL_INSTALL": "yes"}, "personal", "warn DREAM_PERSONAL_INSTALL=yes, but"),
        (
            {"integration_types_config": {"0": {}, "1": {}}},
            {"DREAM_PERSONAL_INSTALL": "yes"},
            "personal",
            "ok Whoever wants the bot for themselves",
        ),
    ],
)
def test_settings_of_the_application_that_keep_something_from_working_are_named(
    tmp_path: Path, changed: dict[str, Any], variables: dict[str, str], what: str, told: str
) -> None:
    report = Report(tmp_path, answering(**{"/applications/@me": {**APPLICATION, **changed}}), **variables)
    assert any(finding.startswith(told) for finding in report[what]), report.findings
    assert report.status == (1 if told.startswith("FAIL") else 0)


@pytest.mark.parametrize(
    ("late", "told"),
    [
        (3.0, "ok"),
        (-3.0, "ok"),
        (20.0, "warn This machine's clock is"),
        (-20.0, "warn This machine's clock is"),
        (600.0, "FAIL"),
    ],
)
def test_a_clock_that_is_wrong_is_found(tmp_path: Path, late: float, told: str) -> None:
    (finding,) = Report(tmp_path, late=late)["clock"]
    assert finding.startswith(told)
    if not told.startswith("ok"):
        assert ("fast" if late > 0 else "slow") in finding


def test_few_starts_left_are_told(tmp_path: Path) -> None:
    tired = {"session_start_limit": {"total": 1000, "remaining": 2}}
    assert Report(tmp_path, answering(**{"/gateway/bot": tired}))["gateway"][0].startswith("warn Only 2 of 1000")


def test_in_no_server_yet_it_shows_the_link(tmp_path: Path) -> None:
    (finding,) = Report(tmp_path, answering(**{"/users/@me/guilds": []}))["servers"]
    assert invite_link(100) in finding


def test_what_is_missing_in_a_channel_is_named_with_the_channel(tmp_path: Path) -> None:
    channels = [
        channel("general"),
        channel("pictures", ("10", 0, NEEDED["Attach Files"])),
        channel("secret", ("10", 0, NEEDED["View Channels"] | NEEDED["Attach Files"])),
        channel("a category", ("10", 0, NEEDED["Attach Files"]), type=4),
        channel("posts", ("10", 0, NEEDED["Send Messages"]), type=15),
    ]
    (finding,) = Report(tmp_path, answering(**{"/guilds/10/channels": channels}))["server"]
    assert finding.startswith("warn “Dreamers”: Attach Files missing in #pictures. ->")


def test_what_is_missing_everywhere_is_said_once(tmp_path: Path) -> None:
    poor = {**GUILD, "permissions": str(PERMISSIONS & ~NEEDED["Send Messages in Threads"])}
    channels = [channel(f"c{i}") for i in range(9)]
    (finding,) = Report(tmp_path, answering(**{"/users/@me/guilds": [poor], "/guilds/10/channels": channels}))["server"]
    assert "Send Messages in Threads missing in every channel" in finding


def test_many_channels_are_not_all_named(tmp_path: Path) -> None:
    channels = [channel(f"c{i}", ("11", 0, NEEDED["Embed Links"])) for i in range(9)]
    answers = answering(**{"/guilds/10/channels": [*channels, channel("fine")]})
    (finding,) = Report(tmp_path, answers)["server"]
    assert "#c0, #c1, #c2, #c3, #c4 and 4 more" in finding


def test_a_server_that_cannot_be_looked_at_does_not_hide_the_next(tmp_path: Path) -> None:
    guilds = [{**GUILD, "id": "9", "name": "Locked"}, GUILD, {"id": "8"}]
    report = Report(tmp_path, answering(**{"/users/@me/guilds": guilds, "/guilds/9/channels": 403}))
    first, second, third = report["server"]
    assert "“Locked”" in first
    assert "403" in first
    assert second.startswith("ok “Dreamers”")
    assert third.startswith("warn")


def test_discord_is_not_asked_about_every_one_of_many_servers(tmp_path: Path) -> None:
    answers = answering(**{"/users/@me/guilds": [GUILD] * 150})
    report = Report(tmp_path, answers)
    assert len([path for path in answers.asked if path.startswith("/guilds/")]) == 2 * MOST_SERVERS
    assert "150" in report["servers"][0]


@pytest.mark.parametrize(
    ("overwrites", "expected"),
    [
        ([], 0b111),
        ([("10", 0, 0b001)], 0b110),
        ([("10", 0, 0b001), ("11", 0b001, 0)], 0b111),
        ([("11", 0, 0b010), ("12", 0b010, 0)], 0b111),
        ([("11", 0b010, 0), (BOT, 0, 0b010)], 0b101),
        ([("10", 0b1000, 0), ("99", 0, 0b111)], 0b1111),
    ],
)
def test_permissions_are_worked_out_as_discord_does(overwrites: list[tuple[str, int, int]], expected: int) -> None:
    rules = channel("x", *overwrites)["permission_overwrites"]
    assert permissions_in(0b111, rules, mine=("10", ("11", "12"), BOT)) == expected


@pytest.mark.filterwarnings("ignore:'audioop':DeprecationWarning")  # discord.py imports it where it still exists
def test_the_bits_are_discord_pys() -> None:
    import discord

    allowed = discord.Permissions(PERMISSIONS)
    names = {name for name, value in allowed if value}
    assert names == {
        "read_messages", "send_messages", "embed_links", "attach_files", "read_message_history",
        "send_messages_in_threads",
    }  # fmt: skip
    assert len(NEEDED) == len(names)


# ---- the machine


def test_a_home_that_cannot_be_written_is_a_failure(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    report = Report(tmp_path / "file" / "home")
    assert report["disk"][0].startswith("FAIL")
    assert report.status == 1


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root meets it")
def test_root_leaves_no_files_in_another_users_folder(tmp_path: Path) -> None:
    os.chown(tmp_path, 12345, 12345)
    report = Report(tmp_path)
    assert report["disk"][0].startswith("warn")
    assert "12345" in report["disk"][0]
    assert report["database"][0].startswith("warn")
    assert [*tmp_path.iterdir()] == []


def test_a_database_that_does_not_open_is_a_failure(tmp_path: Path) -> None:
    (tmp_path / "d.sqlite3").write_text("this is no database, it only has its name" * 100)
    report = Report(tmp_path, DATABASE_URL=f"sqlite:///{tmp_path}/d.sqlite3")
    assert report["database"][0].startswith("FAIL")


def test_a_scheduler_is_looked_for_instead_of_a_device_here(tmp_path: Path) -> None:
    folder = tmp_path / "c"
    certificates.make(folder, hosts=["127.0.0.1"], workers=[])
    files = {"CA": "ca.pem", "CERT": "certificate.pem", "KEY": "key.pem"}
    given = {f"DREAM_SCHEDULER_{name}": str(folder / "bot" / file) for name, file in files.items()}
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"tls://127.0.0.1:{server.getsockname()[1]}"
    report = Report(tmp_path, DREAM_SCHEDULER=address, **given)
    assert report["certificates"][0].startswith("ok")
    assert report["scheduler"][0].startswith("FAIL")
    assert "Nobody listens at" in report["scheduler"][0]
    assert not report["device"]

    certificates.renew(folder, days=3)
    assert Report(tmp_path, DREAM_SCHEDULER=address, **given)["certificates"][0].startswith("warn")
    certificates.renew(folder, clock=lambda: utc() - datetime.timedelta(days=400))
    report = Report(tmp_path, DREAM_SCHEDULER=address, **given)
    assert report["certificates"][0].startswith("FAIL")
    assert "renew" in report["certificates"][0]
    assert not report["scheduler"]


@pytest.mark.parametrize(
    ("changed", "what", "told"),
    [
        ({"error": "Segmentation fault"}, "engine", "FAIL The engine cannot be tried: Segmentation fault."),
        ({"torch_error": "ModuleNotFoundError: No module named 'torch'"}, "engine", "FAIL ModuleNotFoundError"),
        ({"torchvision_error": "they do not fit each other"}, "engine", "FAIL they do not fit"),
        ({"device": None, "device_error": "There is no cuda:7."}, "device", "FAIL There is no cuda:7."),
        (
            {"device": {"chosen": "cuda:0", "gpus": ["H200"], "memory": 100 << 30, "cuda_build": "13", "threads": 1}},
            "device",
            "ok 1 GPU(s): H200; 100.0 GiB",
        ),
        ({"memory": 1 << 30}, "memory", "warn Only 1.0 GiB"),
        ({"memory": 100 << 20}, "memory", "FAIL Only 100 MiB"),
    ],
)
def test_what_the_engine_lacks_is_named(tmp_path: Path, changed: dict[str, Any], what: str, told: str) -> None:
    report = Report(tmp_path, machine={**MACHINE, **changed})
    assert report[what][0].startswith(told), report.findings
    assert report.status == (1 if told.startswith("FAIL") else 0)


def test_weights_that_are_not_here_say_what_dreams_instead_and_how_they_come(tmp_path: Path) -> None:
    async def weights(**variables: str) -> str:
        files = Answering(**{"/w.pth": 404})
        async with files.serving():
            away = {**MACHINE["weights"], "here": False, "default": "daydream", "address": f"{files.api}/w.pth"}  # type: ignore[dict-item]
            said: list[str] = []

            async def found(_: Config) -> Mapping[str, Any]:
                return {**MACHINE, "weights": away}

            await examine(read_config({"DREAM_HOME": str(tmp_path), **variables}, None), said.append, probe=found)
            return " ".join(next(one for one in said if " weights " in one).split())

    async def both() -> tuple[str, str]:
        return await weights(DREAM_DOWNLOAD="no"), await weights()

    forbidden, unreachable = asyncio.run(both())
    assert forbidden.startswith("warn weights inception_v1 is not here, so daydream dreams")
    assert "(DREAM_DOWNLOAD=no)" in forbidden
    assert "DREAM_NETWORKS" in forbidden
    assert "the server answers 401" in unreachable


def test_a_gpu_that_torch_does_not_see_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tool = tmp_path / "nvidia-smi"
    tool.write_text("#!/bin/sh\n")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    (finding,) = Report(tmp_path / "home")["device"]
    assert finding.startswith("warn There is an NVIDIA GPU that PyTorch does not see (it is a build for CPUs)")


def test_the_probe_reports_this_machine_without_torch_in_this_process(tmp_path: Path) -> None:
    code = (
        "import asyncio, json, sys\nfrom bot.config import read_config\nfrom bot.operations.machine import probe\n"
        f"found = asyncio.run(probe(read_config({{'DREAM_HOME': {str(tmp_path)!r}, 'DREAM_DEVICE': 'cpu'}}, None)))\n"
        "assert 'torch' not in sys.modules\nprint(json.dumps(found))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    report = Report(tmp_path, machine=json.loads(done.stdout))
    assert report["engine"][0].startswith("ok Python")
    assert report["device"][0].startswith("ok The CPU")


def test_a_probe_that_dies_is_a_finding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = tmp_path / "torch"
    broken.mkdir()
    (broken / "__init__.py").write_text("import os\nos.write(2, b'no such instruction\\n')\nos.abort()\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path), prepend=os.pathsep)
    found = asyncio.run(probe(read_config({"DREAM_HOME": str(tmp_path)}, None)))
    assert found == {"error": "no such instruction"}


def test_the_command_says_what_is_wrong_and_ends_with_1(tmp_path: Path) -> None:
    environment = {
        **unset_environment(),
        "DREAM_HOME": str(tmp_path),
        "DREAM_DOWNLOAD": "no",
        "PYTHONPATH": str(Path(__file__).parents[3]),
    }
    done = subprocess.run(
        [sys.executable, "-m", "bot", "doctor"], env=environment, cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert "FAIL  token" in done.stdout
    assert "keep the bot from working" in done.stdout
    assert done.stderr == ""
