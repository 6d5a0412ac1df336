"""What is said about dreams, one module after the other: every sentence comes out of a catalogue."""

from __future__ import annotations

import ast
import asyncio
import dataclasses
import re
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import aiohttp
import discord
import pytest
from discord import app_commands

from bot.dreaming import help as helps
from bot.dreaming import messages, rules, suggestions, variations
from bot.dreaming.attaching import shown_pictures
from bot.dreaming.commands import Commands
from bot.dreaming.members import MemberCommands, line
from bot.dreaming.pictures import Found, check_sizes, of_link, pictures_only
from bot.dreaming.places import lacking, missing_permissions
from bot.dreaming.readers import Names
from bot.dreaming.words import brief, duration, sentence_for
from bot.errors import LinkError, Refusal
from bot.jobs import saying
from bot.jobs.allowance import Limit, Span
from bot.jobs.limits import Use
from bot.jobs.manner import Manner
from bot.jobs.model import JobState, Standing
from bot.languages import ENGLISH, speaking
from bot.languages.__main__ import ROOT
from dreamcore.catalogue import catalogue
from dreamcore.errors import DreamError
from dreamcore.recipe import Recipe
from tests.bot.dreaming.answers.making import JOB, NOW, failed, job, picture, result
from tests.bot.languages.abroad import NETWORK, everything_was_said, left_english, words_of
from tests.bot.languages.pseudo import PSEUDO, Heard, unsaid


@pytest.fixture
def spoken(pseudo: Heard) -> Iterator[Heard]:
    """Everything is said in the pseudo-language; at the end, nothing that was said is missing in the catalogues."""
    with speaking(PSEUDO):
        yield pseudo
    everything_was_said(pseudo)


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
        assert left_english(*words_of(helps.help_embed(about).to_dict())) == []
    for network in catalogue().values():
        embed = helps.layers_embed(network, default=network is NETWORK)
        assert left_english(*words_of(embed.to_dict()), typed=network.classes) == []
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


def test_what_is_wrong_with_a_link_is_said_in_the_readers_language(spoken: Heard) -> None:
    with pytest.raises(LinkError, match="⟦I fetch nothing from outside of Discord"):
        of_link("https://example.org/x.png", author=1, origins=())


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
            if file.parent.name == "machines":  # in the terminal of whoever runs them: English
                continue
            for call in ast.walk(ast.parse(file.read_text())):
                if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in told:
                    sentences_of = [*call.args[:1], *(one.value for one in call.keywords if one.arg == "sentence")]
                    bare += [f"{file}:{call.lineno}" for one in sentences_of if _bare(one)]
    assert bare == []
