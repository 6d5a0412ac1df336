from __future__ import annotations

import logging
from types import SimpleNamespace
from typing import Any

import aiohttp
import discord
import pytest
from discord import app_commands
from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoConnection

from bot.dreaming.words import DATABASE_TROUBLE, DISCORD_TROUBLE, sentence_for
from bot.errors import BotError, ConfigError, LinkError, NoPicture, Refusal
from dreamcore import errors as engine

KNOWN = [
    engine.BadValue("strength", "9", "it goes from 0 to 4"),
    engine.Cancelled(),
    engine.OutOfMemory("It does not fit.", log="secret"),
    BotError("a"),
    Refusal("b"),
    NoPicture("c"),
    LinkError("d"),
    ConfigError("e"),
]


def from_discord(kind: type[discord.HTTPException], status: int, code: int = 0) -> discord.HTTPException:
    response: Any = SimpleNamespace(status=status, reason="x")
    return kind(response, {"code": code, "message": "inside information"})


@pytest.mark.parametrize("error", KNOWN, ids=lambda error: type(error).__name__)
def test_errors_with_a_sentence_are_said_as_they_are(error: engine.DreamError) -> None:
    assert sentence_for(error) == error.sentence
    command: Any = SimpleNamespace(name="dream")
    assert sentence_for(app_commands.CommandInvokeError(command, error)) == error.sentence


def test_a_limit_says_when_to_try_again_once() -> None:
    assert sentence_for(Refusal("Too many.", retry_at=1000.2)) == "Too many. Try again <t:1000:R>."
    assert sentence_for(Refusal("Too many until <t:5:R>.", retry_at=5)) == "Too many until <t:5:R>."


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (from_discord(discord.Forbidden, 403, 50013), "I lack a permission here"),
        (from_discord(discord.Forbidden, 403, 50001), "I cannot see that channel"),
        (from_discord(discord.Forbidden, 403), "I lack a permission here"),
        (from_discord(discord.NotFound, 404, 10008), "That message is not there any more"),
        (from_discord(discord.NotFound, 404), "not there any more"),
        (from_discord(discord.HTTPException, 413, 40005), "too large"),
        (from_discord(discord.DiscordServerError, 503), DISCORD_TROUBLE),
        (aiohttp.ServerDisconnectedError(), DISCORD_TROUBLE),
        (TimeoutError(), DISCORD_TROUBLE),
        (app_commands.CommandNotFound("old", []), "Reload Discord"),
    ],
)
def test_what_discord_refuses_is_said_in_our_words(error: Exception, words: str) -> None:
    assert words in sentence_for(error)
    assert "inside information" not in sentence_for(error)


@pytest.mark.parametrize("kind", [OperationalError, InterfaceError, NoConnection])
def test_a_database_that_is_gone_is_said_and_logged(
    caplog: pytest.LogCaptureFixture, kind: type[SQLAlchemyError]
) -> None:
    error = kind("SELECT secret") if kind is NoConnection else kind("SELECT secret", None, OSError("refused"))
    assert sentence_for(error) == DATABASE_TROUBLE
    assert "the database does not answer" in caplog.text


def test_what_nobody_foresaw_is_in_the_log_under_the_reference_that_is_told(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        first, second = (sentence_for(error) for error in (ValueError("secret"), KeyError("secret")))
    assert "secret" not in first + second
    references = [sentence.rstrip(".").split()[-1] for sentence in (first, second)]
    assert references[0] != references[1]
    for record, reference in zip(caplog.records, references, strict=True):
        assert reference in record.getMessage()
        assert record.exc_info is not None
