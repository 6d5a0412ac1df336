"""What moderators and everybody read of challenges can be said in any language; and outlives the bot's process."""

from __future__ import annotations

from pathlib import Path

from bot.challenges.events import Cancel, Extend, Open, Reopen
from bot.challenges.model import State, When
from bot.playground.model import Message
from tests.bot.challenges.doors.stage import DAY, Stage, on_stage, page_of
from tests.bot.dreaming.doors.house import PICTURE
from tests.bot.languages.pseudo import LOCALE, Heard, unsaid

TYPED = ("Night", "Dusk", "Dreamers", "cat.png", "png", "UTC", "Fame", "Because", "AM", "PM")


def test_no_sentence_for_moderators_bypasses_the_catalogues(tmp_path: Path, pseudo: Heard) -> None:
    async def test(stage: Stage) -> None:
        house = stage.house
        stage.boss.locale = LOCALE
        await stage.set("log-channel", str(stage.log.id))
        seen: list[str] = []

        def look(message: Message) -> None:
            labels = [one["label"] for one in message.buttons]
            seen.extend((message.text, *labels))

        stage_one = await stage.draft(theme="Night", prize="Fame", themes=("Dusk",), repeat=True)
        page = page_of(await stage.slash(stage.boss, "challenge edit", picture=PICTURE))
        look(page)
        for at in (2, 3, 1, 0):
            opened = await stage.press(stage.boss, page, page.buttons[at]["label"])
            assert opened.modal is not None
            seen.append(opened.modal["title"])
            for one in opened.modal["components"]:
                seen.extend((one["label"], one.get("description") or ""))
        told = page_of(await stage.fill(opened, theme="x" * 100, description="Night"))
        look(told)
        for at in (5, 6, 7, 5):  # the first one is taken back: dreams for it would be made elsewhere
            await stage.press(stage.boss, page, page.buttons[at]["label"])
        look(page)
        challenge = await stage.do(await stage.get(stage_one.id), Open())
        await stage.enter(challenge, house.alice)
        review = page_of(await stage.slash(stage.boss, "challenge review"))
        look(review)
        form = await stage.press(stage.boss, review, review.buttons[3]["label"])
        assert form.modal is not None
        seen.append(form.modal["title"])
        await stage.turned(review, stage.fill(form, reason="Because"))
        look(review)
        look(page_of(await stage.slash(stage.boss, "challenge show")))
        look(page_of(await stage.slash(stage.boss, "challenge audit")))
        look(page_of(await stage.slash(stage.boss, "challenge cancel")))
        look(page_of(await stage.slash(stage.boss, "challenge schedule", challenge="77")))
        left = [words for text in seen for words in unsaid(text, *TYPED, "x" * 100)]
        assert left == []
        assert pseudo.unsaid_values(*TYPED, "x" * 100) == []

    on_stage(tmp_path, test)


def test_no_announcement_bypasses_the_catalogues(tmp_path: Path, pseudo: Heard) -> None:
    """In the server's language, whoever pressed; and so is the log channel, and what is told directly."""

    async def test(stage: Stage) -> None:
        house = stage.house
        house.guild.locale = LOCALE
        await house.restart()
        challenge = await stage.open(theme="Night", prize="Fame", winner_role=stage.prize.id)
        await stage.do(challenge, Extend(submissions=When(after=DAY)))
        await stage.do(challenge, Cancel())
        await stage.do(challenge, Reopen(submissions=When(after=DAY), voting=When(after=DAY)))
        for user in (house.alice, house.bob):
            entry = await stage.enter(challenge, user)
        await stage.passes(DAY)
        await stage.vote(entry, house.alice)
        house.world.remove_role(house.guild, stage.prize)
        await house.until(lambda: stage.prize.id not in {one.id for one in house.client.guilds[0].roles})
        await stage.passes(DAY)
        told = await house.standin.message(lambda one: one.channel_id == house.world.direct(stage.boss).id)
        texts = [*(one.text for one in stage.own), told.text]
        texts += [button["label"] for one in stage.own for button in one.buttons]
        assert (await stage.get()).state is State.FINISHED
        assert len(stage.own) == 6
        left = [words for text in texts for words in unsaid(text, *TYPED)]
        assert left == []

    on_stage(tmp_path, test)


def test_pages_and_forms_outlive_the_bot(tmp_path: Path) -> None:
    async def test(stage: Stage) -> None:
        await stage.draft()
        page = page_of(await stage.slash(stage.boss, "challenge edit"))
        form = await stage.press(stage.boss, page, "Texts")
        await stage.house.restart()
        await stage.fill(form, description="Still here")
        assert (await stage.get()).plan.description == "Still here"
        await stage.house.restart()
        await stage.press(stage.boss, page, "Open now")
        assert (await stage.get()).state is State.SUBMITTING

    on_stage(tmp_path, test)
