"""A tab that does not read holds up nobody, and takes no memory without bound."""

from __future__ import annotations

import asyncio
import json

import aiohttp
import pytest

from bot.playground.page import outbox, server
from bot.playground.page.outbox import Outbox
from tests.bot.playground.conftest import runs
from tests.bot.playground.page.town import Town, town, where


async def deaf(here: Town) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A tab that has opened the websocket, has said who it is, and does not read any more."""
    reader, writer = await asyncio.open_connection("127.0.0.1", here.standin.port, limit=1024)
    writer.write(
        f"GET /{here.page.secret}/socket HTTP/1.1\r\nHost: 127.0.0.1:{here.standin.port}\r\n"
        f"Origin: {here.standin.origin}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode()
    )
    await reader.readuntil(b"\r\n\r\n")
    writer.write(frame(json.dumps({"id": 1, "do": "be", "person": str(here.people.ben.id)})))
    await writer.drain()
    while len(here.page._visits) < 2 or any(one.person is None for one in here.page._visits):
        await asyncio.sleep(0.01)
    return reader, writer


def frame(text: str) -> bytes:
    data = text.encode()
    assert len(data) < 126
    return bytes([0x81, 0x80 | len(data), 0, 0, 0, 0]) + data


@runs
async def test_a_tab_that_does_not_read_is_cut_off_and_the_others_hear_everything() -> None:
    async with town() as here:
        ada = await here.tab()
        _, writer = await deaf(here)
        general = where(here.people.general)
        mute = next(one for one in here.page._visits if one.person is here.people.ben)
        longest = 0
        for number in range(4000):
            await ada.ask("post", channel=general, text=f"{number} " + "x" * 1900)
            longest = max(longest, len(mute._outbox._events))
            if mute not in here.page._visits:
                break
        assert mute not in here.page._visits
        assert longest <= outbox.MOST_EVENTS
        await ada.message(f"{number} ")
        assert len(ada.told("message")) == number + 1
        writer.close()


@runs
async def test_a_message_that_changes_often_waits_once() -> None:
    async with town() as here:
        ada = await here.tab()
        _, writer = await deaf(here)
        general = where(here.people.general)
        mute = next(one for one in here.page._visits if one.person is here.people.ben)
        for number in range(300):  # until nothing goes into the socket any more
            await ada.ask("post", channel=general, text=f"{number} " + "x" * 1900)
        while mute._outbox._events:
            await ada.ask("post", channel=general, text="x" * 1900)
            if len(mute._outbox._events) > 5:
                break
        message = here.world.messages()[-1]
        waiting = len(mute._outbox._events)
        for number in range(500):
            here.standin.people.edit(here.people.ada, message, f"edit {number}")
        assert len(mute._outbox._events) <= waiting + 1
        writer.close()


@runs
async def test_a_tab_that_asks_without_reading_is_not_read_any_more() -> None:
    async with town() as here:
        await here.tab()
        for _ in range(60):
            await here.standin.post(here.people.general, here.people.ada, "x" * 1900)
        _, writer = await deaf(here)
        mute = next(one for one in here.page._visits if one.person is here.people.ben)
        ask = json.dumps({"id": 5, "do": "open", "channel": where(here.people.general), "limit": 60})
        for _ in range(2000):
            writer.write(frame(ask))
        await asyncio.sleep(1.0)
        assert len(mute._outbox._results) <= outbox.MOST_RESULTS
        writer.transport.abort()
        while mute in here.page._visits:
            await asyncio.sleep(0.01)


@runs
async def test_answers_and_events_come_in_the_order_in_which_they_happened() -> None:
    box = Outbox(lambda: None)
    box.offer("a", lambda: {"type": "a"})
    box.answer({"type": "result", "id": 1})
    box.offer("b", lambda: None)
    box.offer("a", lambda: {"type": "never"})
    box.answer({"type": "result", "id": 2})
    box.forget_events()
    box.offer("c", lambda: {"type": "c"})
    assert [json.loads(await box.next()).get("id", "c") for _ in range(3)] == [1, 2, "c"]


@runs
async def test_an_outbox_is_full_only_of_different_things() -> None:
    full: list[bool] = []
    box = Outbox(lambda: full.append(True))
    for number in range(outbox.MOST_EVENTS):
        box.offer(number, lambda: None)
    box.offer(5, lambda: None)
    assert not full
    box.offer("one more", lambda: None)
    assert full


@runs
async def test_nobody_waits_for_room_in_the_outbox_of_a_tab_that_is_gone() -> None:
    box = Outbox(lambda: None)
    for number in range(outbox.MOST_RESULTS):
        box.answer({"type": "result", "id": number})
    waiting = asyncio.create_task(box.room())
    await asyncio.sleep(0.01)
    assert not waiting.done()
    box.close()
    await asyncio.wait_for(waiting, 60)


@runs
async def test_what_waits_unsent_is_forgotten_when_the_tab_becomes_somebody_else() -> None:
    async with town() as here:
        ada = await here.tab()
        _, writer = await deaf(here)
        mute = next(one for one in here.page._visits if one.person is here.people.ben)
        while len(mute._outbox._events) < 5:
            await ada.ask("post", channel=where(here.people.general), text="x" * 1900)
        writer.write(frame(json.dumps({"id": 2, "do": "be", "person": str(here.people.mo.id)})))
        while mute.person is not here.people.mo:
            await asyncio.sleep(0.01)
        assert not [key for key in mute._outbox._events if isinstance(key, tuple) and key[0] == "message"]
        writer.close()


@runs
async def test_tabs_without_number_are_refused() -> None:
    async with town() as here:
        for _ in range(server.MOST_TABS):
            await here.tab(be=False)
        with pytest.raises(aiohttp.WSServerHandshakeError) as refusal:
            await here.session.ws_connect(f"{here.page.address}socket")
        assert refusal.value.status == 503
        await here.tabs[0].close()
        while len(here.page._visits) == server.MOST_TABS:
            await asyncio.sleep(0.005)
        assert (await (await here.tab(be=False)).ask("be"))["me"]
