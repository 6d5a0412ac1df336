"""Doors, answers and buttons, used by people of another language: all that the bot says comes out of a catalogue.

Everything that the bot has sent to Discord is looked through, edits and bars included.
"""

from __future__ import annotations

import asyncio
import dataclasses
import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.config import LimitsConfig
from bot.dreaming.buttons import Action, Press, question_buttons
from bot.dreaming.commands import MENU_NAME
from bot.executor.protocol import Event, Failed, Order, Outcome, Progressed, Started
from bot.jobs.manner import Manner
from bot.jobs.model import Job
from bot.jobs.people import Block
from bot.playground.model import User
from bot.playground.permissions import Permission
from dreamcore.errors import PictureError
from tests.bot.dreaming.doors.asking import set_here
from tests.bot.dreaming.doors.house import PICTURE, House
from tests.bot.engine import png
from tests.bot.jobs.fakes import opened, request
from tests.bot.languages.abroad import (
    FILM,
    abroad,
    answered,
    dream,
    everything_was_said,
    left_english,
    nothing_english,
    sent_by,
)
from tests.bot.languages.pseudo import LOCALE, PSEUDO, Heard


def test_asking_by_message(tmp_path: Path, pseudo: Heard) -> None:
    async def test(house: House) -> None:
        post = house.post
        await dream(house, "!dream style=eyes", FILM)
        his = await post("look", PICTURE, user=house.bob)
        hers = await dream(house, "!dream")
        await house.standin.press(house.mod, hers, "⟦Recipe⟧")
        for text, more in (
            *(("!dream help", {}), ("!dream layers", {}), ("!dream layers vgg16", {}), ("!dream layers vgg", {})),
            *(("!dream queue", {}), ("!dream cancel", {}), (f"{house.bot.mention} what are you?", {})),
            *(("!dream stile=eyes", {}), ("!dream strength=9", {}), ("!dream layer=nowhere", {})),
            *(("!dream style=nothing", {}), ("!dream please", {})),
            ("!dream https://example.org/cat.png", {}),
            ("!dream", {"reference": await post("only words", user=house.bob)}),
            ("!dream", {"channel": house.world.add_channel(house.guild, "empty")}),
        ):
            await answered(house, text, **more)
        await post("!dream", *[PICTURE] * 10, reference=his)
        await dream(house, "!dream seed=1", *[PICTURE] * 9)
        await house.queue.members.set_opted_out(house.bob.id, True)
        await answered(house, "!dream", reference=his)
        await nothing_english(house, "vgg", "stile", "please", "nothing", "nowhere")
        everything_was_said(pseudo)

    abroad(tmp_path, test)


def test_the_question_whose_picture_is_meant(tmp_path: Path, pseudo: Heard) -> None:
    async def test(house: House) -> None:
        await house.post("look", PICTURE, user=house.bob)
        for answer in ("⟦No⟧", "⟦Yes, dream it⟧"):
            asked = await answered(house, "!dream")
            await house.standin.press(house.bob, asked, answer)
            await house.standin.press(house.alice, asked, answer)
            await house.standin.deleted(asked)
        old = await house.post("!dream", user=house.alice)
        view = question_buttons(asker=house.alice.id, asking=1 << 22, picture=old.id)
        posted = house.standin.posting.create(
            house.channel, house.bot, {"content": "", "components": view.to_components()}, {}
        )
        await house.told(await house.standin.press(house.alice, posted, "Yes, dream it"), "⟦")
        await nothing_english(house)

    abroad(tmp_path, test)


def test_asking_by_command(tmp_path: Path, pseudo: Heard) -> None:
    async def test(house: House) -> None:
        async def ask(name: str, options: dict[str, Any] | None = None, user: User = house.alice) -> str:
            asked = await house.standin.command(user, house.channel, name, options)
            told = await house.told(asked)
            assert left_english(told.text, typed=tuple(map(str, (options or {}).values()))) == []
            return told.text

        await ask("dream", {"style": "eyes"})
        for options in (
            {"picture": PICTURE, "strength": 1.0, "recipe": "strength=2"},
            {"picture": PICTURE, "recipe": "style=eyes please"},
            {"picture": PICTURE, "layer": "nowhere"},
            {"picture": PICTURE, "network": "/etc/passwd"},
            {"picture": PICTURE, "network": "daydream", "style": "leopards"},
            {"picture": PICTURE, "channel": "1;2"},
            {"picture": PICTURE, "objective": "class"},
            {"picture": PICTURE, "member": house.bob},
            {"picture": FILM},
        ):
            await ask("dream", options)
        for name in ("help", "layers", "queue", "optout", "optout", "limits", "mydata", "cancel"):
            await ask(name)
        await ask("layers", {"network": "daydraem"})
        await ask("cancel", {"dream": "nonsense"})
        empty = await house.post("only words", user=house.bob)
        await house.told(await house.standin.menu(house.alice, house.channel, MENU_NAME, empty))
        house.engine.gate.clear()
        for user in (house.bob, house.alice, house.alice):
            await house.standin.command(user, house.channel, "dream", {"picture": PICTURE})
        await house.until(lambda: len(house.queue.board.jobs()) == 3)
        jobs = await house.queue.open_jobs()
        await ask("queue")
        await ask("queue", user=house.mod)
        await ask("cancel")
        for user in (house.alice, house.mod):
            for choice in await house.standin.autocomplete(user, house.channel, "cancel", "dream", ""):
                assert left_english(choice["name"], typed=(str(house.alice.id), "of")) == []
        mine = next(one for one in jobs if one.requester == house.alice.id)
        await ask("cancel", {"dream": mine.id})
        await ask("cancel", {"dream": mine.id})
        house.engine.gate.set()
        await house.until(lambda: not house.queue.board.jobs())
        await set_here(house, "strength", "2")
        await set_here(house, "layer", "4c")
        await set_here(house, "locked", "layer")
        await set_here(house, "most-size", "800")
        await set_here(house, "per-hour", "9")
        await set_here(house, "own-pictures", "on")
        await set_here(house, "buttons", "off")
        await set_here(house, "channels", f"<#{house.channel.id}>")
        await set_here(house, "roles", f"<@&{house.guild.id}>")
        await ask("help")
        await ask("limits")
        for option in ("style", "layer", "network"):
            for choice in await house.standin.autocomplete(house.alice, house.channel, "dream", option, ""):
                assert left_english(choice["name"]) == []
        await nothing_english(house, "please", "nowhere", "passwd", "etc", "class", "nonsense", "daydraem", "leopards")
        everything_was_said(pseudo)

    abroad(tmp_path, test)


def test_members_of_themselves(tmp_path: Path, pseudo: Heard) -> None:
    async def test(house: House) -> None:
        await dream(house)
        asked = await house.standin.command(house.alice, house.channel, "mydata")
        await house.until(lambda: any(one.attachments for one in asked.messages))
        kept = asked.messages[-1]
        document = json.load(io.BytesIO(kept.attachments[0].data))
        purposes = [part["for"] for part in document.values() if isinstance(part, dict)]
        assert len(purposes) > 5
        assert left_english(document["about"], *purposes) == []
        for answer in ("⟦No⟧", "⟦Yes, forget me⟧"):
            asked = await house.standin.command(house.alice, house.channel, "forgetme")
            question = await house.told(asked)
            assert await house.standin.press(house.alice, question, answer)
            await house.until(lambda question=question: not question.buttons)  # type: ignore[misc]
        await nothing_english(house)

    abroad(tmp_path, test)


def test_every_button(tmp_path: Path, pseudo: Heard) -> None:
    async def test(house: House) -> None:
        made = await dream(house)
        labels = [button["label"] for button in made.buttons]
        assert len(labels) == 7
        for label in labels[:-1]:
            await house.standin.press(house.bob, made, label)
            await house.until(lambda: not house.queue.board.jobs())
        strongest = await dream(house, "!dream strength=4 layer=objects")
        weakest = await dream(house, "!dream strength=0.05")
        for message, label in ((strongest, "⟦Stronger⟧"), (strongest, "⟦Deeper⟧"), (weakest, "⟦Calmer⟧")):
            await house.told(await house.standin.press(house.bob, message, label))
        await set_here(house, "strength", "1")
        await set_here(house, "locked", "strength")
        await house.told(await house.standin.press(house.bob, made, "⟦Stronger⟧"))
        await house.told(await house.standin.press(house.bob, made, "⟦Delete⟧"))
        house.engine.gate.clear()
        asked = await house.post("!dream", PICTURE)
        waiting = await house.standin.message(lambda one: one.reply_to == asked.id and one.buttons)
        await house.told(await house.standin.press(house.bob, waiting, "⟦Cancel⟧"))
        await house.standin.press(house.mod, waiting, "⟦Cancel⟧")
        await house.until(lambda: not waiting.buttons)
        house.engine.gate.set()
        for action, job_id, more in (
            (None, "x", ()),
            (Action.AGAIN, "abcdefgh23456722", ()),
            (Action.FROM_RESULT, "abcdefgh23456722", ("again",)),
            (Action.TAKE, "x", ()),
        ):
            press = Press(action=action, job=job_id, more=more)
            button = {"type": 2, "style": 2, "label": "⟦x⟧", "custom_id": press.custom_id}
            posted = house.standin.posting.create(
                house.channel, house.bot, {"content": "⟦x⟧", "components": [{"type": 1, "components": [button]}]}, {}
            )
            await house.told(await house.standin.press(house.bob, posted, "⟦x⟧"))
        await house.standin.press(house.alice, made, "⟦Delete⟧")
        await house.standin.deleted(made)
        await nothing_english(house)
        everything_was_said(pseudo)

    abroad(tmp_path, test)


def test_when_the_source_is_gone(tmp_path: Path, pseudo: Heard) -> None:
    async def test(house: House) -> None:
        made = await dream(house)
        await house.client.answers.close(grace=1.0)
        await house.client.answers.start()
        await house.queue.forget_sources()
        await house.told(await house.standin.press(house.alice, made, "⟦Before/after⟧"))
        offer = await house.told(await house.standin.press(house.bob, made, "⟦Stronger⟧"))
        await house.standin.press(house.bob, offer, "⟦Dream on from the result⟧")
        await house.until(lambda: len(house.engine.orders) > 1)
        await nothing_english(house)

    abroad(tmp_path, test, keep_days=0.0)


def test_everything_that_a_server_does_not_let_its_members_do(tmp_path: Path, pseudo: Heard) -> None:
    async def test(house: House) -> None:
        async def refused(*, user: User = house.alice, **options: Any) -> None:
            asked = await house.standin.command(user, house.channel, "dream", {"picture": PICTURE, **options})
            told = await house.told(asked)
            assert told.text.startswith("⟦")

        other = house.world.add_channel(house.guild, "others")
        role = house.world.add_role(house.guild, "Artists", Permission.VIEW_CHANNEL)
        known = house.client.get_guild(house.guild.id)
        assert known is not None
        await house.until(lambda: known.get_channel(other.id) and known.get_role(role.id))
        for key, value, back in (
            ("channels", f"<#{other.id}>", ""),
            ("roles", f"<@&{role.id}>", ""),
            ("member-age", "30", "0"),
        ):
            await set_here(house, key, value)
            await refused()
            await set_here(house, key, back)
        await house.queue.members.block(
            Block(person=house.alice.id, guild=house.guild.id, until=None, reason=None, by=None)
        )
        await refused()
        await house.queue.members.unblock(house.alice.id, guild=house.guild.id)
        await house.queue.members.block(Block(person=house.alice.id, guild=None, until=4e9, reason="Spam", by=None))
        await refused()
        await house.queue.members.unblock(house.alice.id, guild=None)
        await dream(house, "!dream")
        await refused()
        await house.told(await house.standin.command(house.alice, house.channel, "limits"))
        await nothing_english(house, "Spam")
        everything_was_said(pseudo, "Spam")

    abroad(tmp_path, test, limits=LimitsConfig(member_per_hour=1))


def test_a_dream_that_fails_and_one_in_a_thread(tmp_path: Path, pseudo: Heard) -> None:
    async def test(house: House) -> None:
        async def broken(*_: object) -> Failed:
            return Failed(sentence=PictureError("⟦It is broken.⟧").sentence, log="x")

        await set_here(house, "answer", "thread")
        await house.standin.command(house.alice, house.channel, "dream", {"picture": PICTURE})
        await house.standin.message(lambda one: one.author is house.bot and len(one.buttons) > 1)
        dreaming, house.engine.dream = house.engine.dream, broken  # type: ignore[method-assign,assignment]
        asked = await house.post("!dream", PICTURE)
        await house.said("⟦It is broken.⟧")
        assert asked
        house.engine.dream = dreaming  # type: ignore[method-assign]
        house.engine.gate.clear()
        await house.post("!dream", PICTURE)
        await house.until(lambda: house.queue.board.jobs())
        await house.client.say_goodbye(grace=3.0)
        typed = re.findall(r"\b[a-z2-7]{16}\b", " ".join(sent_by(house)))
        await nothing_english(house, *typed)

    abroad(tmp_path, test)


# --- who reads


@pytest.mark.parametrize(("server", "people"), [(LOCALE, "en-GB"), ("en-GB", LOCALE)])
def test_everybody_reads_the_servers_language_and_one_person_theirs(
    server: str, people: str, tmp_path: Path, pseudo: Heard
) -> None:
    async def test(house: House) -> None:
        def is_pseudo(text: str) -> bool:
            return "⟦" in text

        made = await dream(house)
        assert is_pseudo(made.text) is (server == LOCALE)
        assert {is_pseudo(button["label"]) for button in made.buttons} == {server == LOCALE}
        assert is_pseudo(made.attachments[0].description or "") is (server == LOCALE)
        for name in ("help", "queue", "limits"):
            told = await house.told(await house.standin.command(house.alice, house.channel, name))
            assert is_pseudo(told.text) is (people == LOCALE)
        again = next(button["label"] for button in made.buttons if "Again" in button["label"])
        pressed = await house.standin.press(house.bob, made, again)
        await house.until(lambda: pressed.original is not None and len(pressed.original.buttons) > 1)
        assert pressed.original is not None
        assert is_pseudo(pressed.original.text) is (server == LOCALE), "everybody sees it"
        await house.post("!dream help")
        await house.until(lambda: any(one.embeds and not one.ephemeral for one in house.world.messages()))
        shown = next(one for one in house.world.messages() if one.embeds and not one.ephemeral)
        assert is_pseudo(shown.text) is (server == LOCALE)

    abroad(tmp_path, test, server=server, people=people)


def test_an_answer_to_what_was_never_announced_is_in_its_language(tmp_path: Path, pseudo: Heard) -> None:
    async def test(house: House) -> None:
        async def unannounced(job: Job) -> None:
            raise RuntimeError("no time for that")

        house.client.answers.announce = unannounced  # type: ignore[method-assign]
        await dream(house)
        await nothing_english(house)

    abroad(tmp_path, test)


def test_a_picture_that_its_author_wants_forgotten(tmp_path: Path, pseudo: Heard) -> None:
    async def test(house: House) -> None:
        hers = await house.post("look", PICTURE)
        house.engine.gate.clear()
        await house.standin.menu(house.bob, house.channel, MENU_NAME, hers)
        await house.until(house.queue.board.jobs)
        await house.queue.members.forget(house.alice.id)
        told = await house.said("⟦Whoever posted this picture no longer wants it to be kept")
        reference = re.findall(r"\b[a-z2-7]{16}\b", told.text)
        await nothing_english(house, *reference)

    abroad(tmp_path, test)


def test_a_picture_that_fells_the_bot(tmp_path: Path, pseudo: Heard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.jobs.recovery.RESTARTS", 0)

    async def run() -> str | None:
        async with opened(tmp_path) as queue:
            await queue.accept(dataclasses.replace(request(), manner=Manner(language=PSEUDO)))
            order = await queue.work.next()
            assert order is not None
            await queue.work.started(order.job, order.ordinal, order.attempt)
        async with opened(tmp_path) as queue:
            (ended,) = await queue.unanswered()
            return ended.pictures[0].error

    assert left_english(asyncio.run(run()) or "nothing") == []


def test_a_preview(tmp_path: Path, pseudo: Heard) -> None:
    async def test(house: House) -> None:
        dreaming = house.engine.dream

        async def with_a_preview(order: Order, on_event: Callable[[Event], None]) -> Outcome:
            on_event(Started(job=order.job, ordinal=order.ordinal, attempt=order.attempt))
            shown = Progressed(job=order.job, ordinal=order.ordinal, attempt=order.attempt, share=0.5, preview=png())
            on_event(shown)
            return await dreaming(order, on_event)

        house.engine.gate.clear()
        house.engine.dream = with_a_preview  # type: ignore[method-assign]
        await house.post("!dream", PICTURE)
        bar = await house.standin.message(lambda one: one.author is house.bot and one.attachments)
        assert bar.attachments[0].description == "⟦The dream so far⟧"
        assert left_english(bar.text) == []
        house.engine.gate.set()
        await house.standin.message(lambda one: one.author is house.bot and len(one.buttons) > 1)

    abroad(tmp_path, test)
