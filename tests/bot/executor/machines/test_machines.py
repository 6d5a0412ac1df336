"""Several machines, as processes of their own: who is let in, who comes and goes, and what both sides say of it."""

from __future__ import annotations

import asyncio
import datetime
import shutil
import socket
import stat
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import psutil
import pytest

from bot.config import ExecutorConfig
from bot.executor.machines import certificates, joining
from bot.executor.machines.papers import utc
from bot.executor.protocol import Lost, Made, Outcome
from bot.operations.elsewhere import examine_machines
from tests.bot.executor.conftest import Cluster, long_order, order, wait_until
from tests.bot.executor.machines.conftest import Start
from tests.bot.executor.machines.napping import nap_environment
from tests.bot.executor.machines.programs import PATIENCE, Program, copied_code, environment, free_port


def scheduler(start: Start, papers: Path, **options: str) -> tuple[Program, str]:
    """One that listens, and its address."""
    program = start("scheduler", "--listen", "127.0.0.1:0", "--certificates", str(papers / "scheduler"), **options)
    return program, program.said(r"the scheduler listens at (tls://[\d.]+:\d+)")[1]


def worker(start: Start, address: str, papers: Path, *more: str, name: str = "one", **options: object) -> Program:
    folder = str(papers / "workers" / name)
    return start("worker", "--scheduler", address, "--certificates", folder, *more, **options)


def the_bots(address: str, papers: Path) -> dict[str, str]:
    folder = papers / "bot"
    files = {"ca": "ca.pem", "cert": "certificate.pem", "key": "key.pem"}
    return {"scheduler": address, **{f"scheduler_{name}": str(folder / file) for name, file in files.items()}}


def answer(port: int, path: str) -> int:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as response:
            return int(response.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


@pytest.mark.usefixtures("same_version")
def test_workers_join_and_leave_at_will_and_dreams_outlive_their_deaths(
    start: Start, papers: Path, tmp_path: Path
) -> None:
    health = free_port()
    first, address = scheduler(start, papers)
    one = worker(start, address, papers, "--health", str(health))
    cluster = Cluster(tmp_path, **the_bots(address, papers), hung_after=60)
    try:
        made = cluster.dream(order()).result(PATIENCE)
        assert isinstance(made, Made)
        assert (cluster.executor.network, cluster.executor.slots) == ("daydream", 1)
        assert (answer(health, "/healthz"), answer(health, "/readyz")) == (200, 200)

        running = cluster.dreaming(long_order())
        one.kill()
        lost = running.result(PATIENCE)
        assert isinstance(lost, Lost)
        assert lost.started
        first.said(r"worker .* has left, 0 in all")

        two = worker(start, address, papers, name="two")
        again: Outcome = lost
        while isinstance(again, Lost):
            again = cluster.dream(order()).result(PATIENCE)
        assert isinstance(again, Made)
        assert again.data == made.data
        assert two.stop() == 0, "told to stop, it goes in order"
        first.said(r"worker .* has left, 0 in all", times=2)
    finally:
        cluster.close()
    assert first.stop() == 0


@pytest.mark.soak
@pytest.mark.usefixtures("same_version")
def test_a_scheduler_that_is_started_again_finds_bot_and_workers_again(
    start: Start, papers: Path, tmp_path: Path
) -> None:
    port = free_port()
    where = ("scheduler", "--listen", f"127.0.0.1:{port}", "--certificates", str(papers / "scheduler"))
    first = start(*where)
    worker(start, f"tls://127.0.0.1:{port}", papers)
    cluster = Cluster(tmp_path, **the_bots(f"tls://127.0.0.1:{port}", papers))
    try:
        running = cluster.dreaming(long_order())
        first.kill()
        assert isinstance(running.result(PATIENCE), Lost)
        certificates.renew(papers)  # whoever connects anew takes the new ones
        start(*where)
        outcome: Outcome = running.result()
        while isinstance(outcome, Lost):
            outcome = cluster.dream(order()).result(PATIENCE)
        assert isinstance(outcome, Made)
    finally:
        cluster.close()


def test_a_worker_of_another_version_is_refused_in_both_logs(start: Start, papers: Path, tmp_path: Path) -> None:
    older = copied_code(tmp_path / "older")
    with (older / "dreamcore" / "octaves.py").open("a") as file:
        file.write("# as it was a release ago\n")
    first, address = scheduler(start, papers)
    other = worker(start, address, papers, code=older)
    told = other.said(
        r"The scheduler at tls://\S+ runs Dreambot (\S+ \(code \w+\)), and the worker \S+ runs (\S+ \(.*\)):"
    )
    assert told[1] != told[2]
    assert "bring both to the same version" in other.log
    first.said(r"Refused: the worker \S+ runs Dreambot .*, and this scheduler runs .*: bring both to the same version")
    assert "has come" not in first.log


@pytest.mark.usefixtures("same_version")
def test_the_doctor_asks_the_scheduler_as_the_bot_would(
    start: Start, papers: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, address = scheduler(start, papers)
    config = ExecutorConfig(**the_bots(address, papers))

    async def findings() -> list[str]:
        return [finding.text.replace("\n" + " " * 19, " ") async for finding in examine_machines(config)]

    told = asyncio.run(findings())
    assert told[0].startswith("ok    certificates"), told
    assert told[1].startswith(f"warn  scheduler    {address} answers, and has no workers"), told
    monkeypatch.setattr(joining, "version", lambda: "0.0.1 (code 00000000)")
    assert "bring both to the same version" in asyncio.run(findings())[1]
    (papers / "bot" / "key.pem").chmod(0o644)
    assert "Everybody on this machine may read" in asyncio.run(findings())[0]


def test_a_worker_that_says_nothing_of_its_version_does_not_get_in(start: Start, papers: Path, code: Path) -> None:
    """One of Dask's own, with a good certificate."""
    first, address = scheduler(start, papers)
    program = """
import asyncio, sys
from pathlib import Path
from distributed import Worker
from bot.executor.machines.papers import Papers
from bot.executor.transport import security_with

async def main():
    security = security_with(Papers.in_folder(Path(sys.argv[2])))
    async with Worker(sys.argv[1], security=security, dashboard=False):
        print("it is in")

asyncio.run(main())
"""
    done = subprocess.run(
        [sys.executable, "-c", program, address, str(papers / "workers" / "one")],
        env=environment(code), cwd=papers, capture_output=True, text=True, timeout=PATIENCE,
    )  # fmt: skip
    assert "it is in" not in done.stdout
    assert "does not say that it is Dreambot's" in done.stderr
    first.said("Refused: the worker .* does not say that it is Dreambot's")


def test_papers_that_do_not_fit_are_told_on_the_side_that_can_know(start: Start, papers: Path, tmp_path: Path) -> None:
    certificates.make(tmp_path / "strangers", hosts=["localhost"], workers=["one"])
    _, address = scheduler(start, papers)
    stranger = worker(start, address, tmp_path / "strangers")
    stranger.said("of another authority. Both sides need certificates out of the same folder")
    half = tmp_path / "half" / "workers" / "one"
    shutil.copytree(tmp_path / "strangers" / "workers" / "one", half)
    both = [(folder / "workers" / "one" / "ca.pem").read_bytes() for folder in (papers, tmp_path / "strangers")]
    (half / "ca.pem").write_bytes(b"".join(both))
    worker(start, address, tmp_path / "half").said("does not take the certificate used here")

    mixed = tmp_path / "mixed" / "workers" / "one"
    shutil.copytree(papers / "workers" / "one", mixed)
    shutil.copy(tmp_path / "strangers" / "workers" / "one" / "ca.pem", mixed)
    confused = worker(start, address, tmp_path / "mixed")
    assert confused.ended() == 2
    assert confused.log.splitlines()[-1].startswith(f"bot: The certificate {mixed}/certificate.pem was not signed by")

    certificates.renew(papers, clock=lambda: utc().replace(year=utc().year - 2))
    late = worker(start, address, papers)
    assert late.ended() == 2
    assert "was good until" in late.log
    assert start("scheduler", "--listen", "127.0.0.1:0", "--certificates", str(papers / "scheduler")).ended() == 2


@pytest.mark.soak
@pytest.mark.usefixtures("same_version")
def test_certificates_that_end_meanwhile_keep_newcomers_out_until_they_are_renewed(
    start: Start, tmp_path: Path
) -> None:
    good_for = datetime.timedelta(seconds=60)
    papers = tmp_path / "short"
    certificates.make(
        papers,
        hosts=["127.0.0.1"],
        workers=["one"],
        days=1,
        clock=lambda: utc() - datetime.timedelta(days=1) + good_for,
    )
    over = utc() + good_for
    port = free_port()
    where = ("scheduler", "--listen", f"127.0.0.1:{port}", "--certificates", str(papers / "scheduler"))
    first = start(*where)
    first.said("day\\(s\\) from now")
    address = f"tls://127.0.0.1:{port}"
    one = worker(start, address, papers)
    cluster = Cluster(tmp_path, **the_bots(address, papers))
    try:
        assert isinstance(cluster.dream(order()).result(PATIENCE), Made)
        wait_until(lambda: utc() > over)
        assert isinstance(cluster.dream(order()).result(PATIENCE), Made), "who is in stays in"
        one.kill()
        late = worker(start, address, papers)
        assert late.ended() == 2
        assert "was good until" in late.log
        waiting = cluster.dream(order())

        certificates.renew(papers)
        again = worker(start, address, papers)
        again.said(
            "The certificate of the scheduler at .* is over: renew it, copy it there, and start the scheduler again"
        )
        assert not waiting.done() or isinstance(waiting.result(), Lost)
        first.kill()
        start(*where)
        outcome: Outcome = waiting.result(PATIENCE)
        while isinstance(outcome, Lost):
            outcome = cluster.dream(order()).result(PATIENCE)
        assert isinstance(outcome, Made)
    finally:
        cluster.close()


@pytest.mark.usefixtures("same_version")
def test_on_one_machine_throw_away_certificates_keep_its_other_users_out(
    start: Start, code: Path, tmp_path: Path
) -> None:
    port = free_port()
    home = tmp_path / "home"
    options = {"DREAM_HOME": str(home), "DREAM_SCHEDULER": f"tls://127.0.0.1:{port}"}
    first = start("scheduler", "--listen", f"127.0.0.1:{port}", **options)
    first.said("the scheduler listens at")
    for path in (home, home / "scheduler", *(home / "scheduler").iterdir()):
        assert not stat.S_IMODE(path.stat().st_mode) & (stat.S_IRWXG | stat.S_IRWXO) or path.name == "lock", path
    before = (home / "scheduler" / "key.pem").read_bytes()
    second = start("scheduler", "--listen", "127.0.0.1:0", **options)
    assert second.ended() == 1
    assert "Another scheduler is at work" in second.log

    worker_ = start("worker", **options, **nap_environment(tmp_path / "nap", code, seconds=0.1))
    files = {"ca": "ca.pem", "cert": "certificate.pem", "key": "key.pem"}
    named = {f"scheduler_{name}": str(home / "scheduler" / file) for name, file in files.items()}
    cluster = Cluster(tmp_path, scheduler=f"tls://127.0.0.1:{port}", **named)
    try:
        assert isinstance(cluster.dream(order()).result(PATIENCE), Made)
        first.kill()
        again = start("scheduler", "--listen", f"127.0.0.1:{port}", **options)
        again.said(r"worker .* has come")
        assert (home / "scheduler" / "key.pem").read_bytes() != before
        wait_until(lambda: cluster.executor.ready)
        assert isinstance(cluster.dream(order()).result(PATIENCE), Made)
    finally:
        cluster.close()
    assert worker_.stop() == 0


def test_without_certificates_nobody_else_is_listened_to(start: Start) -> None:
    open_to_all = start("scheduler", "--listen", "0.0.0.0:0")
    assert open_to_all.ended() == 2
    assert "so it needs certificates" in open_to_all.log
    plain = start("worker", DREAM_SCHEDULER="tcp://10.0.0.5:8786")
    assert plain.ended() == 2
    assert "tls://HOST:PORT" in plain.log
    nothing = start("worker")
    assert nothing.ended() == 2
    assert "--scheduler tls://HOST:8786" in nothing.log


def test_a_port_that_is_taken_is_a_sentence(start: Start, papers: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        program = start("scheduler", "--listen", f"127.0.0.1:{port}", "--certificates", str(papers / "scheduler"))
        assert program.ended() == 1
        assert f"Nobody can listen at 127.0.0.1:{port}" in program.log


def test_workers_start_without_what_is_secret(start: Start, papers: Path) -> None:
    _, address = scheduler(start, papers)
    program = worker(start, address, papers, DISCORD_TOKEN="of-the-bot", DATABASE_URL="postgresql://a:b@c/d")
    program.said("works for")
    wait_until(lambda: any("spawn_main" in " ".join(one.cmdline()) for one in _below(program)))
    for one in _below(program):
        assert "of-the-bot" not in str(one.environ()), one
        assert "postgresql" not in str(one.environ()), one


def _below(program: Program) -> list[psutil.Process]:
    return psutil.Process(program.process.pid).children(recursive=True)
