"""Requests with what a server allows, and the sentence that refuses them."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from bot.errors import Refusal
from bot.jobs.allowance import Allowance, Limit
from bot.jobs.model import Request
from bot.jobs.queue import JobQueue
from bot.jobs.rules import Ask
from tests.bot.jobs.fakes import request


def allowing(*limits: Limit) -> Allowance:
    return Allowance(limits=limits)


def ask(
    *pictures: bytes,
    allowance: Allowance,
    channel: int = 5,
    under: int | None = None,
    **asked: Any,
) -> Request:
    made = request(*pictures, **asked)
    place = dataclasses.replace(made.place, channel=channel, under=under)
    return dataclasses.replace(made, place=place, allowance=allowance)


async def sentence_of(queue: JobQueue, asked: Request) -> Refusal:
    with pytest.raises(Refusal) as caught:
        await queue.accept(asked)
    place = asked.place
    with pytest.raises(Refusal) as early:  # and before anything is downloaded
        await queue.check(
            Ask(
                requester=asked.requester,
                kind=asked.kind,
                guild=place.guild,
                pictures=len(asked.pictures),
                personal=not place.reachable,
                allowance=asked.allowance,
            )
        )
    assert early.value.sentence == caught.value.sentence
    return caught.value
