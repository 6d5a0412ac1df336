"""A scheduler, workers and certificates, each as real as an operator's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from bot.executor.machines import certificates, joining
from tests.bot.executor.machines.programs import Program, copied_code, version_of

Start = Callable[..., Program]


@pytest.fixture(scope="session")
def code(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copied_code(tmp_path_factory.mktemp("code"))


@pytest.fixture
def same_version(code: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An executor in this process runs the same code as the programs, whatever is edited beside the tests."""
    ours = version_of(code)
    monkeypatch.setattr(joining, "version", lambda: ours)


@pytest.fixture
def start(tmp_path: Path, code: Path) -> Iterator[Start]:
    """Starts a program; all of them end with the test."""
    with ExitStack() as stack:

        def begin(*arguments: str, **options: Any) -> Program:
            program = Program(tmp_path / "programs", options.pop("code", code), *arguments, **options)
            stack.callback(program.kill)
            return program

        yield begin


@pytest.fixture
def papers(tmp_path: Path) -> Path:
    certificates.make(tmp_path / "papers", hosts=["localhost", "127.0.0.1"], workers=["one", "two"])
    return tmp_path / "papers"
