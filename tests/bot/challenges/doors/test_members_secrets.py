"""Anonymous challenges, and those with a secret style: dreams for them are their member's alone, and tell nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.challenges.constraints import Constraints
from bot.challenges.events import Cancel, Close, Open, Reopen
from bot.challenges.model import KEEP_DAYS, Base, Challenge, State, When
from bot.playground.drafts import File
from bot.playground.interactions import Interaction
from bot.playground.model import Message, User
from dreamcore.catalogue import network_info
from dreamcore.recipe import Recipe
from dreamcore.styles import style_recipe
from tests.bot.challenges.doors.crowd import ENTER, Crowd, file_in, in_crowd
from tests.bot.challenges.doors.stage import DAY, labels
from tests.bot.engine import png

SECRET = Constraints(style="peacocks", secret=True)
CAT = File(filename="cat.png", data=png(shade=10))
LOOKS = style_recipe("peacocks", network_info("inception_v1"), 0).text.partition(" strength")[0]
TELLTALES = ("peacock", "518,77", "layer=", "channel=", "style=peacocks", "objective=", *LOOKS.split())


def _texts(value: Any) -> Iterator[str]:
    """Every text in what was sent."""
    if isinstance(value, dict):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _texts(one)
    elif isinstance(value, str):
        yield value


def leaks(crowd: Crowd, since: int) -> list[str]:
    """What left the bot and tells something: requests, file names, and what is in files."""
    found = []
    for exchange in crowd.house.standin.record.exchanges[since:]:
        sent = [*_texts(exchange.payload), *(part.filename for part in exchange.parts)]
        found += [f"{exchange.route}: {text}" for text in sent if any(tell in text for tell in TELLTALES)]
    everything = [*crowd.house.world.messages(), *_answers(crowd)]
    for message in everything:
        for attachment in message.attachments:
            if any(tell.encode() in attachment.data for tell in TELLTALES):
                found.append(f"in {attachment.filename}")
    return found


def _answers(crowd: Crowd) -> list[Message]:
    return [message for one in crowd.house.standin.interactions.all.values() for message in one.messages]


def _ended(message: Message) -> bool:
    """A dream, or a sentence."""
    return ENTER in labels(message) or bool(message.text and not message.loading and not message.buttons)


async def dream_for_it(crowd: Crowd, user: User, how: str = "", **more: Any) -> Interaction:
    """By the command; until it is there."""
    options = {"picture": CAT, **({"recipe": how} if how else {}), **more}
    done = await crowd.house.standin.command(user, crowd.stage.arena, "challenge dream", options)
    await crowd.house.until(lambda: done.original is not None and ENTER in labels(done.original))
    return done


async def enters_it(crowd: Crowd, user: User) -> None:
    done = await dream_for_it(crowd, user)
    assert done.original is not None
    assert "✅" in (await crowd.stage.press(user, done.original, ENTER)).text


async def secretly(crowd: Crowd, **plan: Any) -> Challenge:
    return await crowd.stage.open(constraints=SECRET, **plan)


def test_nothing_that_leaves_the_bot_tells_the_secret_style_before_the_results(tmp_path: Path) -> None:
    async def test(crowd: Crowd) -> None:
        stage, house = crowd.stage, crowd.house
        await stage.set("log-channel", str(stage.log.id))
        since = len(house.standin.record.exchanges)
        challenge = await secretly(crowd)
        house.engine.gate.clear()
        waiting = await house.standin.command(
            crowd.alice, stage.arena, "challenge dream", {"picture": CAT, "recipe": "strength=1.5"}
        )
        await house.until(lambda: house.engine.orders)
        for user, command in ((crowd.alice, "queue"), (crowd.alice, "mydata"), (crowd.mod, "mod queue")):
            done = await stage.slash(user, command)
            assert done.text or done.messages, command
        await house.standin.autocomplete(crowd.alice, house.channel, "cancel", "dream", "")
        await house.standin.autocomplete(crowd.mod, house.channel, "cancel", "dream", "")
        house.engine.gate.set()
        await house.until(lambda: waiting.original is not None and ENTER in labels(waiting.original))
        (order,) = house.engine.orders
        assert order.bare
        recipe = Recipe.parse(order.recipe)
        assert (recipe.style, recipe.strength) == ("peacocks", 1.5)
        assert waiting.original is not None
        message = waiting.original
        assert message.ephemeral
        assert labels(message) == [ENTER, "Dream once more", "Before/after", "Recipe", "Delete"]
        assert "stays hidden until the results" in message.text
        refused = await house.standin.press(crowd.alice, message, "Recipe")
        await house.told(refused, "stays hidden until the results of the challenge")
        assert "✅" in (await stage.press(crowd.alice, message, ENTER)).text
        await enters_it(crowd, crowd.bob)
        await stage.slash(crowd.alice, "mydata")
        await stage.slash(crowd.alice, "challenge submit")
        await stage.slash(crowd.alice, "challenge rules")
        hidden = await stage.slash(crowd.mod, "challenge gallery")
        assert "once the voting begins" in hidden.text
        await crowd.voting(challenge)
        await stage.passes(0)
        page = (await stage.press(crowd.mod, stage.own[-1], "Look and vote")).original
        assert page is not None
        assert file_in(page)
        assert leaks(crowd, since) == []
        await stage.do(challenge, Close(step=State.VOTING))
        await stage.passes(0)
        now = await house.standin.press(crowd.alice, message, "Recipe")
        await house.told(now, "layer=")

    in_crowd(tmp_path, test)


def test_a_cancelled_one_may_go_on_so_its_secret_is_kept(tmp_path: Path) -> None:
    async def test(crowd: Crowd) -> None:
        stage, house = crowd.stage, crowd.house
        since = len(house.standin.record.exchanges)
        challenge = await secretly(crowd)
        dreamt = (await dream_for_it(crowd, crowd.alice)).original
        assert dreamt is not None
        await stage.do(challenge, Cancel())
        refused = await house.standin.press(crowd.alice, dreamt, "Recipe")
        await house.told(refused, "stays hidden until the results of the challenge")
        for user in (crowd.alice, crowd.mod):
            await stage.slash(user, "challenge rules", challenge=str(challenge.id))
        await stage.slash(crowd.alice, "mydata")
        assert leaks(crowd, since) == []
        await stage.do(challenge, Reopen(submissions=When(after=DAY), voting=When(after=DAY)))
        await enters_it(crowd, crowd.bob)
        await stage.do(challenge, Cancel())
        await stage.passes((KEEP_DAYS + 1) * DAY)
        await house.challenges.sweep()
        now = await house.standin.press(crowd.alice, dreamt, "Recipe")
        await house.told(now, "layer=")

    in_crowd(tmp_path, test)


def test_the_scan_would_see_a_leak(tmp_path: Path) -> None:
    async def test(crowd: Crowd) -> None:
        since = len(crowd.house.standin.record.exchanges)
        await crowd.dreams(crowd.alice, text="style=peacocks")
        found = leaks(crowd, since)
        assert any("peacock" in one or "layer=" in one for one in found)
        assert any(one.startswith("in ") for one in found)

    in_crowd(tmp_path, test)


@pytest.mark.parametrize("how", ["network=vgg16", "network=nonsense", "layer=4c", "classes=cat", "style=dogs"])
def test_what_is_typed_never_makes_it_tell(tmp_path: Path, how: str) -> None:
    async def test(crowd: Crowd) -> None:
        since = len(crowd.house.standin.record.exchanges)
        await secretly(crowd)
        done = await crowd.house.standin.command(
            crowd.alice, crowd.stage.arena, "challenge dream", {"picture": CAT, "recipe": how}
        )
        await crowd.house.until(
            lambda: any(
                ENTER in labels(one) or (one.text and not one.loading and not one.buttons) for one in done.messages
            )
        )
        for recipe in crowd.house.recipes:
            assert recipe.style == "peacocks"
            assert recipe.layer is None
        assert leaks(crowd, since) == []

    in_crowd(tmp_path, test)


def test_dreams_that_others_have_seen_do_not_count_and_tell_nothing(tmp_path: Path) -> None:
    async def test(crowd: Crowd) -> None:
        await secretly(crowd)
        for text in ("style=peacocks", "style=dogs"):  # who guesses right must not learn it
            message = await crowd.dreams(crowd.alice, text=text)
            assert ENTER not in labels(message)
            done = await crowd.house.standin.menu(crowd.alice, crowd.house.channel, ENTER, message)
            await crowd.house.told(done, "made for you alone: press “Dream for it”")
        assert await crowd.entries() == []

    in_crowd(tmp_path, test)


def test_an_anonymous_challenge_is_dreamt_from_its_announcement_and_blind(tmp_path: Path) -> None:
    async def test(crowd: Crowd) -> None:
        house, stage = crowd.house, crowd.stage
        draft = await stage.draft(anonymous=True)
        await house.challenges.set_base(
            draft.id, guild=house.guild.id, by=stage.boss.id, data=png(shade=99), filename="sea.png"
        )
        challenge = await stage.do(draft, Open())
        assert isinstance(challenge.plan.base, Base)
        (announced,) = stage.own
        assert labels(announced) == ["Dream for it", "Submit a dream", "Rules"]
        for user in (crowd.alice, crowd.bob):
            opened = await house.standin.press(user, announced, "Dream for it")
            done = await stage.fill(opened, recipe="style=dogs")
            await house.until(lambda done=done: done.original is not None and ENTER in labels(done.original))
            assert done.original is not None
            assert done.original.ephemeral
            assert done.original.attachments[0].filename == "sea-dream.png"
            assert "✅" in (await stage.press(user, done.original, ENTER)).text
        assert [one.style for one in house.recipes] == ["dogs", "dogs"]
        assert len(stage.own) == 1, "nobody else has seen a dream"
        await crowd.voting(challenge)
        page = (await stage.press(crowd.mod, stage.own[-1], "Look and vote")).original
        assert page is not None
        shown = json.dumps(page.embeds)
        assert str(crowd.alice.id) not in shown
        assert str(crowd.bob.id) not in shown
        assert "Who made it is shown with the results" in page.text
        await stage.do(challenge, Close(step=State.VOTING))
        await stage.turned(page, house.standin.press(crowd.mod, page, "▶"))
        assert "By <@" in page.text
        assert "layer=" in page.text

    in_crowd(tmp_path, test)


def test_once_more_is_the_same_picture_with_another_seed(tmp_path: Path) -> None:
    async def test(crowd: Crowd) -> None:
        await secretly(crowd)
        first = await dream_for_it(crowd, crowd.alice)
        assert first.original is not None
        again = await crowd.house.standin.press(crowd.alice, first.original, "Dream once more")
        await crowd.house.until(lambda: again.original is not None and ENTER in labels(again.original))
        before, after = crowd.house.recipes
        assert before.but(seed=None) == after.but(seed=None)
        assert before.seed != after.seed
        assert again.original is not None
        assert again.original.ephemeral
        other = await crowd.stage.press(crowd.alice, again.original, ENTER)
        assert "✅" in other.text
        third = (await crowd.stage.press(crowd.alice, first.original, ENTER)).original
        assert third is not None
        await crowd.stage.turned(third, crowd.house.standin.press(crowd.alice, third, "Replace entry #1"))
        assert "in place of entry #1" in third.text
        entry = (await crowd.entries())[-1]
        assert await crowd.house.challenges.entries.picture(entry) == file_in(first.original)

    in_crowd(tmp_path, test)


def test_a_picture_is_needed_where_everybody_dreams_their_own(tmp_path: Path) -> None:
    async def test(crowd: Crowd) -> None:
        await secretly(crowd)
        done = await crowd.stage.press(crowd.alice, crowd.stage.own[0], "Dream for it")
        assert "attach yours with picture:" in done.text
        done = await crowd.house.standin.command(crowd.alice, crowd.stage.arena, "challenge dream", {})
        await crowd.house.told(done, "Which picture?")

    in_crowd(tmp_path, test)


def test_dreaming_for_it_needs_the_role_and_an_open_challenge(tmp_path: Path) -> None:
    async def test(crowd: Crowd) -> None:
        challenge = await secretly(crowd, roles=(crowd.stage.artists.id,))
        (announced,) = crowd.stage.own
        done = await crowd.stage.press(crowd.alice, announced, "Dream for it")
        assert f"<@&{crowd.stage.artists.id}>" in done.text
        crowd.house.guild.members[crowd.alice.id].roles.append(crowd.stage.artists.id)
        made = await dream_for_it(crowd, crowd.alice)
        await crowd.stage.do(challenge, Close(step=State.SUBMITTING))
        done = await crowd.stage.press(crowd.alice, announced, "Dream for it")
        assert "✅" not in done.text
        assert "results" in done.text or "over" in done.text, done.text
        assert made.original is not None
        again = await crowd.house.standin.press(crowd.alice, made.original, "Dream once more")
        await crowd.house.told(again)
        assert len(crowd.house.engine.orders) == 1

    in_crowd(tmp_path, test)


def test_its_own_channel_is_a_place_for_its_dreams(tmp_path: Path) -> None:
    async def test(crowd: Crowd) -> None:
        await crowd.stage.set("channels", str(crowd.house.channel.id))
        await secretly(crowd)
        await dream_for_it(crowd, crowd.alice)
        done = await crowd.house.standin.command(crowd.alice, crowd.stage.garden, "challenge dream", {"picture": CAT})
        await crowd.house.told(done, "dreams are made in")

    in_crowd(tmp_path, test)


def test_what_came_by_direct_message_can_be_entered_from_there(tmp_path: Path) -> None:
    async def test(crowd: Crowd) -> None:
        house = crowd.house
        await secretly(crowd)
        house.engine.gate.clear()
        await house.standin.command(crowd.alice, crowd.stage.arena, "challenge dream", {"picture": CAT})
        await house.until(lambda: house.engine.orders)
        house.clock.ahead += 20 * 60.0  # the command leads back no more
        house.engine.gate.set()
        message = await house.standin.message(lambda one: one.author is house.bot and ENTER in labels(one))
        assert "where I can no longer show it to you alone" in message.text
        done = await crowd.stage.press(crowd.alice, message, ENTER)
        assert "✅" in done.text
        assert done.original is not None
        assert labels(done.original) == [], "no challenge has buttons there"
        (entry,) = await crowd.entries()
        assert await house.challenges.entries.picture(entry) == file_in(message)
        assert house.clock.ahead < DAY

    in_crowd(tmp_path, test)
