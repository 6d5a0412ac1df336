"""Machines on a network, all of them on this one: network namespaces, each on a wire to one switch.

    with network("bot", "scheduler", "one") as net:
        net.before("one")     # ip netns exec …: what starts a program there
        net.address("one")
        net.cut("one")        # the wire is pulled
        net.heal("one")

The machine that runs the tests is on it too, by `net.here`.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

#: Reserved for such networks, and on no wire that leads anywhere (RFC 2544).
_SUBNET = "198.18.77"

needs_namespaces = pytest.mark.skipif(
    os.geteuid() != 0 or shutil.which("ip") is None, reason="network namespaces take root, and the command ip"
)


class Net:
    """Started by `network`."""

    def __init__(self, tag: str, names: tuple[str, ...]) -> None:
        self._tag = tag
        self._numbers = {name: number + 2 for number, name in enumerate(names)}

    @property
    def here(self) -> str:
        return f"{_SUBNET}.1"

    def address(self, name: str) -> str:
        return f"{_SUBNET}.{self._numbers[name]}"

    def before(self, name: str) -> tuple[str, ...]:
        return ("ip", "netns", "exec", self._namespace(name))

    def cut(self, name: str) -> None:
        """Nobody is told: what is sent is lost."""
        self._switch("link", "set", self._port(name), "nomaster")

    def heal(self, name: str) -> None:
        self._switch("link", "set", self._port(name), "master", "switch")

    def build(self) -> None:
        _ip("netns", "add", self._namespace("switch"))
        self._switch("link", "add", "switch", "type", "bridge")
        self._switch("link", "set", "switch", "up")
        self._wire(None, "here", 1)
        for name, number in self._numbers.items():
            _ip("netns", "add", self._namespace(name))
            _ip("-n", self._namespace(name), "link", "set", "lo", "up")
            self._wire(self._namespace(name), name, number)

    def take_down(self) -> None:
        with contextlib.suppress(subprocess.CalledProcessError):
            _ip("link", "del", f"{self._tag}h")
        for name in ("switch", *self._numbers):
            with contextlib.suppress(subprocess.CalledProcessError):
                _ip("netns", "del", self._namespace(name))

    def _wire(self, namespace: str | None, name: str, number: int) -> None:
        end = f"{self._tag}h" if namespace is None else "eth0"
        one = ["name", end] if namespace is None else ["name", end, "netns", namespace]
        _ip("link", "add", *one, "type", "veth", "peer", "name", self._port(name), "netns", self._namespace("switch"))
        inside = [] if namespace is None else ["-n", namespace]
        _ip(*inside, "address", "add", f"{_SUBNET}.{number}/24", "dev", end)
        _ip(*inside, "link", "set", end, "up")
        self._switch("link", "set", self._port(name), "master", "switch", "up")

    def _switch(self, *arguments: str) -> None:
        _ip("-n", self._namespace("switch"), *arguments)

    def _namespace(self, name: str) -> str:
        return f"{self._tag}-{name}"

    def _port(self, name: str) -> str:
        return f"p-{name}"[:15]


@contextmanager
def network(*names: str) -> Iterator[Net]:
    net = Net(f"db{os.getpid() % 100000}", names)
    try:
        net.build()
        yield net
    finally:
        net.take_down()


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True)
