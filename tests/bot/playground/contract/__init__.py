"""A contract of the gateway: what Discord documents of every frame that the stand-in and the bot exchange.

The platform's published description has the REST side only. This is the other half, written down from Discord's
documentation of the gateway (and, where that says "partial", from what discord.py reads): names, types, what has to be
there, what may be null. Nothing else may be on the wire, so that the stand-in cannot grow a dialect of its own.

`differences(record)` checks a whole run; every test that has a stand-in does so at its end (`everywhere`).
"""

from __future__ import annotations

from collections.abc import Iterator

from bot.playground.recording import Frame, Record
from tests.bot.playground.contract import events, sent

__all__ = ["differences", "differences_in"]


def differences(record: Record) -> list[str]:
    """One sentence for each difference, each once."""
    found: dict[str, None] = {}
    for frame in record.frames:
        found.update(dict.fromkeys(differences_in(frame)))
    if record.most is None:
        found.update(dict.fromkeys(_out_of_order(record)))
    return list(found)


def differences_in(frame: Frame) -> Iterator[str]:
    """Of one frame."""
    if frame.incoming:
        operation = sent.OPERATIONS.get(frame.op)
        if operation is None:
            yield f"the bot sent op {frame.op}, which is not in the contract"
        else:
            yield from operation.differences(frame.data, f"op {frame.op} of the bot")
    elif frame.op != events.DISPATCH:
        operation = events.OPERATIONS.get(frame.op)
        if operation is None:
            yield f"op {frame.op} is not in the contract"
        elif frame.name is not None or frame.sequence is not None:
            yield f"op {frame.op}: only events have a name and a number"
        else:
            yield from operation.differences(frame.data, f"op {frame.op}")
    elif frame.name not in events.EVENTS:
        yield f"{frame.name}: there is no such event in the contract"
    else:
        yield from events.EVENTS[frame.name].differences(frame.data, frame.name)


def _out_of_order(record: Record) -> Iterator[str]:
    """A session begins with READY, and its events are numbered from 1, without a gap."""
    reached: dict[str | None, int] = {}
    for frame in record.frames:
        if frame.incoming or frame.op != events.DISPATCH:
            continue
        last = reached.get(frame.session, 0)
        if last == 0 and frame.name != "READY":
            yield f"a session begins with {frame.name}"
        if last > 0 and frame.name == "READY":
            yield "a session begins twice"
        if frame.sequence != last + 1:
            yield f"{frame.name}: number {frame.sequence} after {last}"
        reached[frame.session] = frame.sequence or last + 1
