"""Doors, answers and buttons, used by people of another language: all that the bot says comes out of a catalogue.

The other language is the pseudo-language of `tests.bot.languages.pseudo`. In the tests with a house, everything that
the bot has sent to Discord is looked through, edits and bars included.
"""

from __future__ import annotations

import ast
import asyncio
import dataclasses
import io
import json
import re
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import aiohttp
import discord
import pytest
from discord import app_commands

from bot.config import LimitsConfig
from bot.dreaming import help as helps
from bot.dreaming import messages, rules, suggestions, variations
from bot.dreaming.attaching import shown_pictures
from bot.dreaming.buttons import Action, Press, question_buttons
from bot.dreaming.commands import MENU_NAME, Commands
from bot.dreaming.members import MemberCommands, line
from bot.dreaming.pictures import Found, check_sizes, of_link, pictures_only
from bot.dreaming.places import lacking, missing_permissions
from bot.dreaming.readers import Names
from bot.dreaming.words import brief, duration, sentence_for
from bot.errors import LinkError, Refusal
from bot.executor.protocol import Failed
from bot.jobs import saying
from bot.jobs.allowance import Limit, Span
from bot.jobs.limits import Use
from bot.jobs.manner import Manner
from bot.jobs.model import JobState, Standing
from bot.jobs.people import Block
from bot.languages import ENGLISH, speaking
from bot.languages.__main__ import ROOT, sentences
from bot.moderation.catalogue import SETTINGS
from bot.playground.drafts import File
from bot.playground.model import Message, User
from bot.playground.permissions import Permission
from dreamcore.catalogue import catalogue, network_info
from dreamcore.errors import DreamError, PictureError
from dreamcore.recipe import Recipe
from dreamcore.styles import SURPRISE, styles_of
from tests.bot.dreaming.answers.making import JOB, NOW, failed, job, picture, result
from tests.bot.dreaming.doors.asking import set_here
from tests.bot.dreaming.doors.house import PICTURE, House, at_home
from tests.bot.languages.pseudo import LOCALE, PSEUDO, Heard, unsaid

FILM = File(filename="film.mp4", data=b"\0\0\0\x18ftypmp42" + bytes(100))
NETWORK = network_info("inception_v1")

#: What is the same in every language: settings, styles, layers, networks, and what people have called their things.
TYPED = (
    *(f"{key}=" for key in (*SETTINGS, "recipe", "seed", "engine")),
    *(name for network in catalogue().values() for name in styles_of(network.family)),
    *NETWORK.classes,
    *suggestions.LEVELS_DRAW,
    *catalogue(),
    *(SURPRISE, "cat.png", "dog.png", "film.mp4", "cat.jpg", "MiB", "my-data.json", "Dreamers", "alice", "bob", "mod"),
)


LAYERS = {
    name for network in catalogue().values() for name in (*network.aliases, *(one.name for one in network.layers))
}


def left_english(*texts: str, typed: tuple[str, ...] = ()) -> list[str]:
    return [words for text in texts for words in unsaid(_LAYER.sub(_not_a_layer, text), *TYPED, *typed)]


_LAYER = re.compile(r"[a-zA-Z0-9_./]+")


def _not_a_layer(word: re.Match[str]) -> str:
    return "·" if word[0] in LAYERS else word[0]


# --- what is said, without Discord


@pytest.fixture
def spoken(pseudo: Heard) -> Iterator[Heard]:
    """Everything is said in the pseudo-language; at the end, nothing that was said is missing in the catalogues."""
    with speaking(PSEUDO):
        yield pseudo
    everything_was_said(pseudo)


def everything_was_said(heard: Heard, *typed: str) -> None:
    """No halves of sentences were put into others, and whatever was said can be translated."""
    assert heard.unsaid_values(*TYPED, *typed) == []
    missing = heard.templates - CATALOGUE
    assert not missing, missing


CATALOGUE = {one.id if isinstance(one.id, str) else one.id[0] for one in sentences() if one.id}


def test_everything_about_a_job(spoken: Heard) -> None:
    one, two = job(), job(picture(), picture(1, filename=""), picture(2, author=7))
    standing = Standing(ahead=0, ready_at=NOW + 40, seconds=9, running=False)
    few, soon = dataclasses.replace(standing, ahead=1), dataclasses.replace(standing, ready_at=NOW)
    bare = dataclasses.replace(one, manner=Manner(buttons=False))
    long = job(picture(result=result(recipe=f"classes={'cat,' * 800}")))
    for of in (one, two):
        for where in (None, standing, few, soon, dataclasses.replace(few, ahead=5)):
            assert left_english(messages.waiting_text(of, where, now=NOW)) == []
            assert left_english(messages.running_text(of, share=0.4, standing=where, now=NOW)) == []
        for said in (messages.restart_text, messages.moved_text, messages.in_thread_text, messages.thread_name):
            assert left_english(said(of)) == []
        assert left_english(*(shown.alt for shown in shown_pictures(of))) == []
    assert left_english(messages.thread_name(job(picture(filename=""))), messages.stays_text(one), typed=(JOB,)) == []
    cancelled = dataclasses.replace(one, state=JobState.CANCELLED)
    ended = [
        *(one, two, bare, long, dataclasses.replace(long, manner=Manner(buttons=False))),
        job(picture(author=7)),
        job(picture(), picture(1, result=result(recipe="layer=4c seed=8", seconds=300.0))),
        job(picture(result=result(note="⟦as WebP⟧", seconds=3.0, notes=("⟦It is small.⟧",)))),
        job(failed(0, ""), state=JobState.FAILED),
        job(failed(0, "⟦Broken.⟧"), picture(1)),
        *(cancelled, dataclasses.replace(cancelled, cancelled_by=9)),
    ]
    for of in ended:
        for how in ({}, {"mention": True}, {"by_direct_message": True}, {"lost": True}):
            assert left_english(messages.answer_text(of, **how), typed=(JOB,)) == []
    assert left_english(messages.answer_text(bare, lost=True), *(duration(s) for s in (5, 90, 9000))) == []
    assert brief(1234.5) == "1,234.5"


def test_everything_that_discord_refuses(spoken: Heard) -> None:
    def refused(kind: type[discord.HTTPException], status: int, code: int = 0) -> discord.HTTPException:
        response: Any = SimpleNamespace(status=status, reason="x")
        return kind(response, {"code": code, "message": "inside"})

    codes = (10003, 10008, 10062, 30046, 40005, 50001, 50007, 50013, 50027, 50035)
    for error in (
        *(refused(discord.HTTPException, 400, code) for code in codes),
        *(refused(discord.HTTPException, status) for status in (400, 403, 404, 413)),
        refused(discord.DiscordServerError, 503),
        aiohttp.ServerDisconnectedError(),
        app_commands.CommandNotFound("old", []),
        app_commands.TransformerError("soon", discord.AppCommandOptionType.integer, app_commands.Transformer()),
        Refusal("⟦Too many.⟧", retry_at=1000),
        KeyError("unforeseen"),
    ):
        said = re.sub(r"\b[0-9a-f]{6}\b", "", sentence_for(error))
        assert said.startswith("⟦")
        assert left_english(said) == []


def test_everything_that_limits_say(spoken: Heard) -> None:
    of_whom: tuple[tuple[dict[str, Any], bool], ...] = (
        *(({}, True), ({}, False), ({"everyone": True}, True), ({"channel": 5}, False), ({"role": 8}, False)),
    )
    limits = [
        (Limit(span=span, most=most, **of), operators) for span in Span for most in (1, 5) for of, operators in of_whom
    ]
    for limit, operators in limits:
        scope = saying.Scope.of(limit, operators=operators)
        allowed = saying.may_have(limit, scope)
        used = [Use(limit=limit, operators=operators, used=1, more_at=at) for at in (None, NOW)]
        assert left_english(
            saying.too_many(allowed, 9),
            *(saying.later(allowed, count, at=NOW, left=left) for count in (1, 3) for left in (0, 2)),
            *(saying.full(saying.waiting(limit, scope), ends) for ends in (None, NOW)),
            *map(line, used),
        ) == []  # fmt: skip


def test_everything_that_keeps_a_picture_from_being_dreamt(spoken: Heard) -> None:
    file = Found(url="https://x/cat.png", filename="cat.png", author=5, size=3 << 20)
    kinds = ("video/mp4", "audio/ogg", "text/plain", "application/pdf", "image/svg+xml", "application/zip")
    refusals: list[Callable[[], Any]] = [
        *(lambda kind=kind: pictures_only([dataclasses.replace(file, content_type=kind)]) for kind in kinds),
        lambda: check_sizes([file], 1 << 20),
        lambda: check_sizes([file] * 5, 3 << 20),
        lambda: of_link("https://example.org/cat.png", author=5, origins=()),
        lambda: variations.stronger(Recipe.parse("strength=4")),
        lambda: variations.calmer(Recipe.parse("strength=0.01")),
        lambda: variations.deeper(Recipe.parse("layer=objects"), NETWORK),
    ]
    for refusal in refusals:
        with pytest.raises(DreamError) as caught:
            refusal()
        assert left_english(sentence_for(caught.value)) == []
    for held in (discord.Permissions.none(), discord.Permissions(view_channel=True)):
        missing = missing_permissions(held, thread=not held.view_channel)
        assert left_english(lacking(missing).sentence, lacking(missing[:1]).sentence) == []
    assert left_english(rules.too_long(900, most=600).sentence) == []


def test_help_and_what_is_offered_while_typing(spoken: Heard) -> None:
    for content, days in ((True, 7.0), (False, 0.0), (True, 1.0), (True, 0.5)):
        about = helps.Help(
            prefix="!", mention="<@1>", message_content=content, keep_days=days, default=NETWORK, here=("⟦Here.⟧",)
        )
        assert left_english(*_words(helps.help_embed(about).to_dict())) == []
    for network in catalogue().values():
        embed = helps.layers_embed(network, default=network is NETWORK)
        assert left_english(*_words(embed.to_dict()), typed=network.classes) == []
    assert "⟦" in helps.layers_text(NETWORK).splitlines()[2]
    for typed in ("", "e", "4c"):
        for offered in (
            suggestions.styles(NETWORK, typed),
            suggestions.layers(NETWORK, typed),
            suggestions.networks(typed),
        ):
            assert left_english(*(one.name for one in offered)) == []


def test_layers_are_offered_in_each_readers_language(pseudo: Heard) -> None:
    with speaking(ENGLISH):
        english = suggestions.layers(NETWORK, "edges")
    with speaking(PSEUDO):
        other = suggestions.layers(NETWORK, "edges")
    assert (english[0].name, other[0].name) == (
        "edges · lines, strokes and hatching",
        "edges · ⟦lines, strokes and hatching⟧",
    )


def test_descriptions_of_commands_and_options(pseudo: Heard) -> None:
    heard: list[tuple[app_commands.locale_str, Any]] = []

    class Listening(app_commands.Translator):
        async def translate(self, string: app_commands.locale_str, locale: discord.Locale, context: Any) -> None:
            if locale is discord.Locale.german:
                heard.append((string, context))

    async def run() -> list[str | None]:
        tree: Any = app_commands.CommandTree(discord.Client(intents=discord.Intents.none()))
        dreaming: Any = SimpleNamespace(config=SimpleNamespace(personal_install=True))
        Commands(dreaming, message_content=True).install(tree)
        MemberCommands(dreaming).install(tree)
        for command in tree.get_commands():
            await command.get_translated_payload(tree, Listening())
        language: Any = SimpleNamespace(value=PSEUDO)
        where = app_commands.TranslationContextLocation
        described = [
            (string, context)
            for string, context in heard
            if context.location in (where.command_description, where.parameter_description)
        ]
        return [await Names().translate(string, language, context) for string, context in described]

    said = asyncio.run(run())
    assert len(said) > 20
    assert all(one is not None and one.startswith("⟦") and len(one) <= 100 for one in said)
    assert left_english(*(one or "" for one in said)) == []


# --- what is sent to Discord


_READ = ("content", "label", "placeholder", "title", "description", "text", "name", "value")


def _words(sent: Any) -> Iterator[str]:
    """Everything in a request or an answer that people read."""
    if isinstance(sent, dict):
        for key, value in sent.items():
            if key == "choices":
                yield from (choice["name"] for choice in value)
            elif isinstance(value, str) and key in _READ:
                yield value
            else:
                yield from _words(value)
    elif isinstance(sent, list):
        for one in sent:
            yield from _words(one)


def sent_by(house: House) -> list[str]:
    """What people have read of the bot's so far: all it has ever sent, commands' registration left out."""
    return [
        words
        for exchange in house.standin.record.exchanges
        if exchange.method in ("POST", "PUT", "PATCH") and not exchange.path.endswith("/commands")
        for words in _words(exchange.payload)
    ]


def abroad(
    home: Path,
    test: Callable[[House], Awaitable[None]],
    *,
    server: str = LOCALE,
    people: str = LOCALE,
    **settings: Any,
) -> None:
    """In a house on a server of that language, with people of that one."""

    def furnish(house: House) -> None:
        house.guild.locale = server
        for user in (house.alice, house.bob, house.mod):
            user.locale = people

    async def run() -> None:
        async with at_home(home, furnish=furnish, **settings) as house:
            async with asyncio.timeout(120):
                await test(house)

    asyncio.run(run())


async def dream(house: House, text: str = "!dream style=eyes seed=5", *more: File, user: User | None = None) -> Message:
    """A new one, by message."""
    before = {one.id for one in house.world.messages()}
    await house.post(text, PICTURE, *more, user=user)
    return await house.standin.message(
        lambda one: one.author is house.bot and one.id not in before and len(one.buttons) > 1
    )


async def answered(house: House, text: str, **more: Any) -> Message:
    """Post this; the bot's next message, whatever it says."""
    count = len(house.world.messages())
    await house.post(text, **more)
    await house.until(lambda: len(house.world.messages()) > count + 1)
    return house.world.messages()[-1]


async def nothing_english(house: House, *typed: str) -> None:
    await house.until(lambda: not any(one.loading for one in house.world.messages()))
    sent = sent_by(house)
    assert len(sent) > 3
    left = left_english(*sent, typed=typed)
    assert not left, left


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


def test_what_is_wrong_with_a_link_is_said_in_the_readers_language(spoken: Heard) -> None:
    with pytest.raises(LinkError, match="⟦I fetch nothing from outside of Discord"):
        of_link("https://example.org/x.png", author=1, origins=())


# --- in the code


def _bare(argument: ast.expr) -> bool:
    """Whether it is a text with words in it that nobody says."""
    if isinstance(argument, ast.JoinedStr):
        return any(isinstance(part, ast.Constant) and unsaid(str(part.value)) for part in argument.values)
    return isinstance(argument, ast.Constant) and isinstance(argument.value, str) and bool(unsaid(argument.value))


def test_no_error_for_people_is_a_bare_text() -> None:
    told = {"Refusal", "NoPicture", "LinkError", "Expired", "PictureError", "RecipeError", "Failed", "BotError"}
    bare = []
    for package in ("dreaming", "jobs", "moderation", "executor"):
        for file in (ROOT / "bot" / package).rglob("*.py"):
            for call in ast.walk(ast.parse(file.read_text())):
                if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in told:
                    sentences_of = [*call.args[:1], *(one.value for one in call.keywords if one.arg == "sentence")]
                    bare += [f"{file}:{call.lineno}" for one in sentences_of if _bare(one)]
    assert bare == []
