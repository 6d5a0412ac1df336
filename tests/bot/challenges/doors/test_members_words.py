"""What members read of challenges can be said in any language."""

from __future__ import annotations

from pathlib import Path

from bot.challenges.constraints import Constraints
from bot.challenges.events import Close
from bot.challenges.model import State
from bot.playground.components import walk
from bot.playground.interactions import Interaction
from bot.playground.model import Message
from tests.bot.challenges.doors.crowd import Crowd, in_crowd
from tests.bot.dreaming.doors.house import PICTURE
from tests.bot.languages.pseudo import LOCALE, Heard, unsaid

TYPED = ("Night", "Dreamers", "cat.png", "cat", "png", "Fame", "AM", "PM", "alice", "bob", "peacocks", "inception_v1")


def test_no_sentence_for_members_bypasses_the_catalogues(tmp_path: Path, pseudo: Heard) -> None:
    async def test(crowd: Crowd) -> None:
        house, stage = crowd.house, crowd.stage
        house.guild.locale = LOCALE
        for user in (crowd.alice, crowd.bob, crowd.mod):
            user.locale = LOCALE
        await house.restart()
        seen: list[str] = []

        def look(message: Message | None) -> Message:
            assert message is not None
            seen.extend((message.text, *(one["label"] for one in message.buttons)))
            for menu in walk(message.components):
                seen.extend([menu.get("placeholder") or ""] if menu["type"] == 3 else [])
            seen.extend(one.description or "" for one in message.attachments)
            return message

        def labelled(message: Message, at: int) -> str:
            return str(message.buttons[at]["label"])

        def answer(done: Interaction) -> Message:
            return look(done.original)

        challenge = await stage.open(entries_each=2, votes_each=1, prize="Fame")
        announced = look(stage.own[-1])
        answer(await stage.press(crowd.alice, announced, labelled(announced, 0)))
        for _ in range(3):
            message = look(await crowd.dreams(crowd.alice))
            page = answer(await stage.press(crowd.alice, message, labelled(message, -1)))
        await stage.turned(page, crowd.chooses(crowd.alice, page))
        look(page)
        answer(await stage.press(crowd.alice, announced, labelled(announced, 0)))
        answer(await stage.press(crowd.bob, message, labelled(message, -1)))
        for command in ("submit", "withdraw", "rules", "gallery", "leaderboard", "history", "results", "dream"):
            answer(await stage.slash(crowd.alice, f"challenge {command}"))
        await crowd.voting(challenge)
        voting = look(stage.own[-1])
        page = answer(await stage.press(crowd.bob, voting, labelled(voting, 0)))
        for at in (1, 3):
            await stage.turned(page, house.standin.press(crowd.bob, page, labelled(page, at)))
            look(page)
        own = answer(await stage.press(crowd.alice, voting, labelled(voting, 0)))
        assert own.buttons[1]["disabled"]
        await stage.do(challenge, Close(step=State.VOTING))
        await stage.settled()
        results = look(stage.own[-1])
        page = answer(await stage.press(crowd.bob, results, labelled(results, 0)))
        await stage.turned(page, house.standin.press(crowd.bob, page, labelled(page, 2)))
        look(page)
        for command in ("leaderboard", "history", "results", "gallery"):
            answer(await stage.slash(crowd.alice, f"challenge {command}", **_which(command)))
        sheet = house.engine.sheets[-1]
        seen += [sheet.missing, sheet.details, *(one.votes for one in sheet.entries)]
        left = [words for text in seen for words in unsaid(text, *TYPED)]
        assert left == []

    in_crowd(tmp_path, test)


def test_no_sentence_about_hidden_dreams_bypasses_the_catalogues(tmp_path: Path, pseudo: Heard) -> None:
    async def test(crowd: Crowd) -> None:
        house, stage = crowd.house, crowd.stage
        house.guild.locale = LOCALE
        for user in (crowd.alice, crowd.bob):
            user.locale = LOCALE
        await house.restart()
        await stage.open(constraints=Constraints(style="peacocks", secret=True), anonymous=True)
        seen: list[str] = []
        announced = stage.own[-1]
        seen += [announced.text, *(one["label"] for one in announced.buttons)]
        for at in (0, 1):
            done = await stage.press(crowd.alice, announced, announced.buttons[at]["label"])
            seen += [one.text for one in done.messages]
        done = await house.standin.command(crowd.alice, stage.arena, "challenge dream", {"picture": PICTURE})
        await house.until(lambda: done.original is not None and len(done.original.buttons) == 5)
        assert done.original is not None
        seen += [done.original.text, *(one["label"] for one in done.original.buttons)]
        seen += [one.description or "" for one in done.original.attachments]
        for at in (0, 3):
            pressed = await house.standin.press(crowd.alice, done.original, done.original.buttons[at]["label"])
            await house.told(pressed)
            seen += [one.text for one in pressed.messages]
        seen.append((await stage.slash(crowd.bob, "challenge gallery")).text)
        left = [words for text in seen for words in unsaid(text, *TYPED)]
        assert left == []

    in_crowd(tmp_path, test)


def _which(command: str) -> dict[str, str]:
    return {"challenge": "1"} if command == "gallery" else {}
