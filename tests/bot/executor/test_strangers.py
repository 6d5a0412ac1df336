"""Whoever reaches a worker runs code there. So nobody does who has not this start's certificate."""

from __future__ import annotations

import contextlib
import socket
import ssl
from pathlib import Path

import psutil
import pytest
from distributed.security import Security

from bot.executor.protocol import Made
from tests.bot.executor.conftest import Cluster, order

HANDSHAKE = b"\x02\x00\x00\x00\x00\x00\x00\x00"  #: how Dask begins to talk, where nothing is encrypted


def listening() -> set[tuple[str, int]]:
    """Where the processes of the cluster listen."""
    found = set()
    for process in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.Error):
            found |= {
                (one.laddr.ip, one.laddr.port) for one in process.net_connections("tcp") if one.status == "LISTEN"
            }
    return found


def answer(address: tuple[str, int], context: ssl.SSLContext | None) -> bytes | None:
    """What somebody hears who connects and talks; None where the connection is ended."""
    try:
        plain = socket.create_connection(address, timeout=10)
        with plain if context is None else context.wrap_socket(plain) as connection:
            connection.sendall(HANDSHAKE)
            return connection.recv(1000) or None
    except (ssl.SSLError, ConnectionError):
        return None


def web_answer(address: tuple[str, int], path: str) -> bytes:
    """Dask has web servers; ours have no pages. Empty where it is none."""
    with contextlib.suppress(ConnectionError), socket.create_connection(address, timeout=10) as connection:
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
        found = b""
        while piece := connection.recv(10_000):
            found += piece
        return found
    return b""


def other_certificate(folder: Path) -> ssl.SSLContext:
    """Of the same kind, from an authority of the stranger's own."""
    made = Security.temporary()
    (folder / "cert.pem").write_text(made.tls_client_cert)
    (folder / "key.pem").write_text(made.tls_client_key)
    context = without_certificate()
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return context


def without_certificate() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


@pytest.mark.parametrize("who", ["without encryption", "without a certificate", "with a certificate of their own"])
def test_other_users_of_the_machine_are_not_heard_by_scheduler_and_workers(
    cluster: Cluster, tmp_path: Path, who: str
) -> None:
    assert isinstance(cluster.dream(order()).result(60), Made)
    contexts = {"without encryption": None, "without a certificate": without_certificate()}
    context = contexts[who] if who in contexts else other_certificate(tmp_path)
    places = listening()
    assert len(places) >= 3, "scheduler, nanny, worker"
    assert {ip for ip, _ in places} <= {"127.0.0.1", "::1"}, "other machines do not even reach them"
    closed = [place for place in places if not web_answer(place, "/")]
    assert len(closed) >= 3
    for place in closed:
        assert answer(place, context) is None, place
    assert isinstance(cluster.dream(order()).result(60), Made)


def test_dasks_web_servers_have_nothing_to_show_and_nothing_to_do(cluster: Cluster) -> None:
    assert isinstance(cluster.dream(order()).result(60), Made)
    pages = ("/", "/status", "/health", "/metrics", "/info/main/workers.html", "/json/counts.json", "/individual-plots")
    doing = ("/api/v1/retire_workers", "/api/v1/get_workers", "/api/v1/adaptive_target", "/eventstream", "/proxy/80/x/")
    found = 0
    for place in listening():
        if web_answer(place, "/"):
            found += 1
            for path in (*pages, *doing):
                assert web_answer(place, path).startswith(b"HTTP/1.1 404"), (place, path)
            assert web_answer(place, "/sitemap.json").endswith(b'{"paths": ["/sitemap.json"]}'), "all they have"
    assert found, "or this test is about nothing any more"
