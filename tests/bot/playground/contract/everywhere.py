"""Whatever test has a stand-in in it, every frame of its gateway is held against the contract."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.playground.recording import Frame, Record
from tests.bot.playground.contract import differences


class Heard:
    """What went over the gateway during a test, of each stand-in. `strict` False: it is nonsense on purpose."""

    def __init__(self) -> None:
        self.strict = True
        self.records: dict[int, tuple[Record, Record]] = {}

    def note(self, record: Record, frame: Frame) -> None:
        # Keeping the record keeps its id from being given out again. The copy is never trimmed.
        _, copy = self.records.setdefault(id(record), (record, Record()))
        copy.frames.append(frame)

    def differences(self) -> list[str]:
        return [one for _, copy in self.records.values() for one in differences(copy)]


@pytest.fixture(autouse=True)
def the_gateways_contract(monkeypatch: pytest.MonkeyPatch) -> Iterator[Heard]:
    """Is kept at the end of every test."""
    heard, add = Heard(), Record.add_frame

    def add_frame(record: Record, frame: Frame) -> None:
        heard.note(record, frame)
        add(record, frame)

    monkeypatch.setattr(Record, "add_frame", add_frame)
    yield heard
    if heard.strict:
        assert heard.differences() == []


@pytest.fixture
def nonsense_is_sent(the_gateways_contract: Heard) -> None:
    """For tests that break the contract because that is what they are about."""
    the_gateways_contract.strict = False
