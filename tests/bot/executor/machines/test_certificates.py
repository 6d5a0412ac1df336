"""One command makes what several machines need to know each other; nothing of it is anybody else's to read."""

from __future__ import annotations

import datetime
import socket
import ssl
import stat
import threading
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.errors import BotError
from bot.executor.machines import certificates
from bot.executor.machines.certificates import Role
from bot.executor.machines.papers import Papers, examine, utc


def made(folder: Path, **options: object) -> Path:
    certificates.make(
        folder,
        **{"hosts": ["dreams.example", "10.0.0.5"], "workers": ["gpu-1", "gpu-2"], **options},  # type: ignore[arg-type]
    )
    return folder


def shaken_hands(server: Path, client: Path, authority: Path, *, name: str = "dreams.example") -> bool:
    """Whether both sides believe each other, checked as strictly as OpenSSL can."""
    here = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=authority / "ca.pem")
    here.load_cert_chain(server / "certificate.pem", server / "key.pem")
    here.verify_mode = ssl.CERT_REQUIRED
    there = ssl.create_default_context(cafile=client / "ca.pem")
    there.load_cert_chain(client / "certificate.pem", client / "key.pem")
    for context in (here, there):
        context.verify_flags |= ssl.VERIFY_X509_STRICT

    def serve(listening: socket.socket) -> None:
        connection, _ = listening.accept()
        with connection:
            try:
                with here.wrap_socket(connection, server_side=True) as secure:
                    secure.sendall(b"welcome")
            except OSError:
                return

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=serve, args=(listening,))
        thread.start()
        try:
            with (
                socket.create_connection(listening.getsockname(), timeout=10) as plain,
                there.wrap_socket(plain, server_hostname=name) as secure,
            ):
                return secure.recv(100) == b"welcome"
        except OSError:
            return False
        finally:
            thread.join()


def test_everybody_has_three_files_that_belong_together(tmp_path: Path) -> None:
    folder = made(tmp_path / "c")
    for place in ("scheduler", "bot", "workers/gpu-1", "workers/gpu-2"):
        assert {path.name for path in (folder / place).iterdir()} == {"ca.pem", "certificate.pem", "key.pem"}
        found = examine(Papers.in_folder(folder / place), now=utc())
        assert 364 <= (found.until - utc()).days <= 365
    assert examine(Papers.in_folder(folder / "scheduler"), now=utc()).name == "Dreambot scheduler dreams.example"


def test_nobody_else_on_the_machine_can_read_them(tmp_path: Path) -> None:
    folder = made(tmp_path / "c")
    for path in (folder, *folder.rglob("*")):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path


def test_the_authoritys_key_is_in_none_of_the_folders_that_are_copied(tmp_path: Path) -> None:
    folder = made(tmp_path / "c")
    secret = (folder / "authority" / "ca-key.pem").read_bytes()
    copies = [path for path in folder.rglob("*.pem") if path.parent.name != "authority"]
    assert all(path.read_bytes() != secret for path in copies)
    assert len({path.read_bytes() for path in copies if path.name == "key.pem"}) == 4, "each has a key of its own"


def test_machines_of_one_authority_believe_each_other_and_nobody_else(tmp_path: Path) -> None:
    ours, theirs = made(tmp_path / "ours"), made(tmp_path / "theirs")
    for who in ("bot", "workers/gpu-1", "scheduler"):
        assert shaken_hands(ours / "scheduler", ours / who, ours / "authority")
        assert not shaken_hands(ours / "scheduler", theirs / who, ours / "authority")
    assert shaken_hands(ours / "workers" / "gpu-1", ours / "scheduler", ours / "authority", name="gpu-1")


def test_the_bots_certificate_opens_connections_and_answers_none(tmp_path: Path) -> None:
    folder = made(tmp_path / "c")
    gpu = folder / "workers" / "gpu-1"
    assert not shaken_hands(folder / "bot", gpu, folder / "authority", name="bot")


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    folder = made(tmp_path / "c")
    before = {path: path.read_bytes() for path in folder.rglob("*.pem")}
    with pytest.raises(BotError, match="nothing is overwritten"):
        made(folder)
    with pytest.raises(BotError, match="already"):
        certificates.add(folder, workers=["gpu-1"])
    assert {path: path.read_bytes() for path in folder.rglob("*.pem")} == before


def test_one_more_machine_is_believed_by_those_that_are_there(tmp_path: Path) -> None:
    folder = made(tmp_path / "c")
    (issued,) = certificates.add(folder, workers=["gpu-3"])
    assert (issued.role, issued.folder) == (Role.WORKER, folder / "workers" / "gpu-3")
    assert shaken_hands(folder / "scheduler", folder / "workers" / "gpu-3", folder / "authority")


def test_renewed_ones_work_with_those_that_are_not_copied_yet(tmp_path: Path) -> None:
    folder = made(tmp_path / "c")
    old = made(tmp_path / "old")
    for name in ("certificate.pem", "key.pem", "ca.pem"):
        (old / "bot" / name).write_bytes((folder / "bot" / name).read_bytes())
    issued = certificates.renew(folder)
    assert [(one.role, one.name) for one in issued] == [
        (Role.SCHEDULER, "dreams.example"),
        (Role.BOT, "bot"),
        (Role.WORKER, "gpu-1"),
        (Role.WORKER, "gpu-2"),
    ]
    assert (old / "bot" / "key.pem").read_bytes() != (folder / "bot" / "key.pem").read_bytes()
    assert shaken_hands(folder / "scheduler", old / "bot", folder / "authority")
    assert shaken_hands(folder / "scheduler", folder / "bot", folder / "authority")


def test_no_certificate_outlives_its_authority_and_an_authority_that_is_over_signs_nothing(tmp_path: Path) -> None:
    begun = utc() - datetime.timedelta(days=3600)
    folder = made(tmp_path / "c", clock=lambda: begun)
    (issued,) = certificates.add(folder, workers=["gpu-3"])
    assert 49 <= (issued.until - utc()).days <= 50
    with pytest.raises(BotError, match="new one in another folder"):
        certificates.renew(folder, clock=lambda: utc() + datetime.timedelta(days=60))


@pytest.mark.parametrize("name", ["../up", "a/b", "", "two words", "host:8786", "-x", "a" * 300, "tls://host"])
def test_a_machines_name_is_no_path(tmp_path: Path, name: str) -> None:
    with pytest.raises(BotError, match="no machine's name"):
        made(tmp_path / "c", workers=[name])
    assert not (tmp_path / "c").exists()


def test_the_command_says_what_to_copy_where_and_what_holds(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = str(tmp_path / "c")
    assert main(["certificates", "new", folder, "--scheduler", "10.0.0.5", "--workers", "gpu-1"]) == 0
    said = capsys.readouterr().out
    for line in (f"{folder}/scheduler  ->  the scheduler's machine 10.0.0.5", f"{folder}/bot  ->  the bot's machine"):
        assert line in said
    assert f"{folder}/workers/gpu-1  ->  the machine gpu-1" in said
    assert "authority stays here" in said

    assert main(["certificates", "check", folder]) == 0
    assert capsys.readouterr().out.count("ok ") == 3
    certificates.renew(Path(folder), days=20)
    assert main(["certificates", "check", f"{folder}/bot"]) == 0
    assert "only, 19 day(s) from now" in capsys.readouterr().out
    certificates.renew(Path(folder), clock=lambda: utc() - datetime.timedelta(days=366))
    assert main(["certificates", "check", folder]) == 1
    assert capsys.readouterr().out.count("FAIL") == 3

    assert main(["certificates", "new", folder, "--scheduler", "10.0.0.5"]) == 1
    assert "nothing is overwritten" in capsys.readouterr().err
    assert main(["certificates", "check", str(tmp_path / "nowhere")]) == 1


@pytest.mark.parametrize("years", [-1, 1])
def test_what_is_made_for_one_life_holds_whatever_the_clock_is_set_to(tmp_path: Path, years: int) -> None:
    certificates.issue_throw_away(tmp_path)
    examine(Papers.in_folder(tmp_path), now=utc() + datetime.timedelta(days=365 * years))
