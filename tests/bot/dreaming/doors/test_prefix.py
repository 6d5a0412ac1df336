"""Asking by a message, as a person does, through the stand-in's sockets."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.config import LimitsConfig
from bot.dreaming.service import Ask
from bot.jobs.model import Job
from bot.playground.drafts import File
from bot.playground.permissions import Permission
from tests.bot.dreaming.doors.house import PICTURE, House, living
from tests.bot.engine import png

OTHER = File(filename="dog.png", data=png(shade=50), description="A dog asleep", spoiler=True)
FILM = File(filename="film.mp4", data=b"\0\0\0\x18ftypmp42" + bytes(100))


def test_a_picture_with_the_word_is_dreamt(tmp_path: Path) -> None:
    async def test(house: House) -> None:
        asked = await house.post("!Dream style=eyes strength = 1.5", PICTURE, OTHER)
        dream = await house.dream()
        assert [order.picture for order in house.engine.orders] == [PICTURE.data, OTHER.data]
        assert {(recipe.style, recipe.strength) for recipe in house.recipes} == {("eyes", 1.5)}
        assert dream.reply_to == asked.id
        assert [one.spoiler for one in dream.attachments] == [False, True]
        assert (dream.attachments[1].description or "").startswith("A dog asleep")

    living(tmp_path, test)


def test_a_reply_and_a_mention_dream_what_they_answer(tmp_path: Path) -> None:
    async def test(house: House) -> None:
        hers = await house.post("look", PICTURE, user=house.bob)
        await house.post("!dream", reference=hers)
        first = await house.dream()
        assert house.bob.mention in first.text, "the author is named"
        await house.post(f"{house.bot.mention} style=cats", reference=hers)
        await house.dream(2)
        await house.post("!dream seed=7", reference=first, user=house.bob)
        await house.dream(3)
        assert [order.picture for order in house.engine.orders[:2]] == [PICTURE.data] * 2
        assert house.engine.orders[2].picture == first.attachments[0].data, "a dream can be dreamt on"
        (own,) = [job for job in [await house.queue.job(house.engine.orders[2].job)] if job is not None]
        assert own.pictures[0].author == house.bob.id, "the dream of his picture is his"

    living(tmp_path, test)


def test_avatars_are_dreamt_by_mention(tmp_path: Path) -> None:
    async def test(house: House) -> None:
        await house.post(f"!dream {house.bob.mention} {house.alice.mention}")
        dream = await house.dream()
        assert [order.picture for order in house.engine.orders] == [house.bob.avatar, house.alice.avatar]
        assert house.bob.mention in dream.text
        assert len(dream.attachments) == 2

    living(tmp_path, test)


def test_without_a_picture_the_last_one_is_taken_after_asking_when_it_is_anothers(tmp_path: Path) -> None:
    async def test(house: House) -> None:
        await house.post("!dream")
        await house.said("no picture among the last 50 messages")
        await house.post("my own", PICTURE)
        await house.post("words")
        await house.post("!dream style=eyes")
        await house.dream()
        await house.post("his", OTHER, user=house.bob)
        await house.post("!dream style=cats")
        question = await house.said("Do you mean the picture by")
        assert len(house.engine.orders) == 1
        refused = await house.standin.press(house.bob, question, "Yes, dream it")
        await house.told(refused, "Only who asked")
        await house.standin.press(house.alice, question, "Yes, dream it")
        dream = await house.dream(2)
        assert house.engine.orders[1].picture == OTHER.data
        assert house.recipes[1].style == "cats"
        assert house.bob.mention in dream.text
        await house.standin.deleted(question)
        await house.post("!dream")
        again = await house.said("Do you mean the picture by")
        await house.standin.press(house.alice, again, "No")
        await house.standin.deleted(again)
        assert len(house.engine.orders) == 2

    living(tmp_path, test)


def test_a_question_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.dreaming.prefix.QUESTION_LIFE", 0.0)

    async def test(house: House) -> None:
        await house.post("his", OTHER, user=house.bob)
        await house.post("!dream style=cats")
        question = await house.said("Do you mean the picture by")
        await house.told(await house.standin.press(house.alice, question, "Yes, dream it"), "too old")
        assert house.engine.orders == []

    living(tmp_path, test)


def test_wrong_recipes_and_wrong_files_are_sentences_and_nothing_is_downloaded(tmp_path: Path) -> None:
    async def test(house: House) -> None:
        for text, words in (
            ("!dream style=eyes please", "“please” is not a setting"),
            ("!dream eyes", "style=eyes"),
            ("!dream strenght=2", "Did you mean strength?"),
            ("!dream layer=inception_9z", "has no layer"),
            ("!dream style=eies", "Did you mean eyes?"),
            ("!dream classes=unicorn", "knows no “unicorn”"),
            ("!dream layer=4c channel=99999", "has no channel 99999"),
            ("!dream network=/etc/passwd", "There is no network"),
            ("!dream strength=nan", "a number is needed"),
        ):
            asked = await house.post(text, PICTURE)
            answer = await house.said(words)
            assert answer.reply_to == asked.id
            assert answer.pinged <= {house.alice.id}
        await house.post("!dream", FILM)
        await house.said("film.mp4 is a video. I dream JPEG")
        await house.post("!dream https://example.org/cat.png")
        await house.said("post it here as an attachment")
        await house.post("!dream", reference=await house.post("no picture here", user=house.bob))
        await house.said("no picture in the message you answered")
        assert house.fetched == []
        assert house.engine.orders == []
        await house.post("!dream", PICTURE, FILM)
        assert "film.mp4 is a video" in (await house.dream()).text

    living(tmp_path, test)


def test_too_much_is_refused_before_it_is_downloaded(tmp_path: Path) -> None:
    async def test(house: House) -> None:
        big = File(filename="big.png", data=png() + bytes(4000))
        await house.post("!dream", big)
        await house.said("big.png has 0 MiB; I take up to 0 MiB.")
        await house.post("!dream", PICTURE, PICTURE, PICTURE)
        await house.said("may have 2 pictures dreamt in an hour")
        assert house.fetched == []

    living(tmp_path, test, picture_bytes=2000, limits=LimitsConfig(member_per_hour=2))


def test_an_expired_link_is_fetched_anew_once(tmp_path: Path) -> None:
    async def test(house: House) -> None:
        service = house.client.doors._dreaming
        take, tidy = service.take, [lambda: None]

        async def late(ask: Ask) -> Job:
            house.standin.faults.expire_links()
            tidy[0]()
            return await take(ask)

        service.take = late  # type: ignore[method-assign]
        await house.post("!dream", reference=await house.post("look", PICTURE, user=house.bob))
        await house.dream()
        assert house.fetched == [404, 200]
        assert house.engine.orders[0].picture == PICTURE.data
        asked = await house.post("!dream", PICTURE)
        tidy[0] = lambda: house.standin.people.delete(house.alice, asked)
        await house.said("The link to cat.png has expired. Please post the picture again.")
        assert len(house.engine.orders) == 1

    living(tmp_path, test)


def test_help_layers_and_queue_are_answered(tmp_path: Path) -> None:
    async def test(house: House) -> None:
        await house.post("!dream help")
        assert "!dream style=" in (await house.said("I dream your pictures")).text
        await house.post("!dream layers vgg16")
        await house.said("What vgg16 can dream")
        await house.post("!dream layers nothing")
        await house.said("There is no network “nothing”")
        await house.post("!dream queue")
        await house.said("You have no dream in the queue.")
        await house.post("!dream cancel")
        await house.said("use /cancel")

    living(tmp_path, test)


def test_what_is_not_for_the_bot_is_left_alone(tmp_path: Path) -> None:
    async def test(house: House) -> None:
        robot = house.world.add_user("robot", bot=True)
        house.world.add_member(house.guild, robot)
        await house.post("!dream", PICTURE, user=robot)
        await house.post("!dreamer", PICTURE)
        await house.post("I dream of sheep", PICTURE)
        message = await house.post("nothing", PICTURE)
        house.standin.people.edit(house.alice, message, "!dream")
        await house.silent()
        assert house.engine.orders == []

    living(tmp_path, test)


def test_in_a_direct_message_the_word_is_not_needed(tmp_path: Path) -> None:
    async def test(house: House) -> None:
        direct = house.world.direct(house.alice)
        await house.post("style=eyes", PICTURE, channel=direct)
        await house.dream()
        assert house.recipes[0].style == "eyes"
        await house.post("hello?", channel=direct)
        await house.said("I dream your pictures", channel=direct)

    living(tmp_path, test)


def test_missing_permissions_are_named_where_the_person_can_read_it(tmp_path: Path) -> None:
    async def test(house: House) -> None:
        deny = house.world.set_overwrite
        deny(house.channel, house.bot, deny=Permission.ATTACH_FILES | Permission.EMBED_LINKS)
        await house.post("!dream", PICTURE)
        await house.said("I need the permissions Attach Files and Embed Links", channel=house.channel)
        deny(house.channel, house.bot, deny=Permission.SEND_MESSAGES)
        await house.post("!dream", PICTURE)
        told = await house.said("Send Messages", channel=house.world.direct(house.alice))
        assert f"/channels/{house.guild.id}/{house.channel.id}/" in told.text
        house.bob.accepts_direct_messages = False
        await house.post("!dream", PICTURE, user=house.bob)  # nothing can be said, and nothing breaks
        await house.post("!dream help", PICTURE)
        await house.standin.message(lambda one: "I dream your pictures" in one.text)
        assert house.engine.orders == []
        assert house.fetched == []

    living(tmp_path, test)


def test_threads_have_their_own_permission(tmp_path: Path) -> None:
    async def test(house: House) -> None:
        thread = house.world.add_thread(house.channel, "side dreams", house.alice)
        await house.post("!dream", PICTURE, channel=thread)
        assert (await house.dream()).channel_id == thread.id
        house.world.set_overwrite(house.channel, house.bot, deny=Permission.SEND_MESSAGES_IN_THREADS)
        await house.post("!dream", PICTURE, channel=thread)
        await house.said("Send Messages in Threads", channel=house.world.direct(house.alice))

    living(tmp_path, test)


def test_without_the_content_intent_people_are_shown_the_way(tmp_path: Path) -> None:
    async def test(house: House) -> None:
        his = await house.post("nothing that the bot can see", user=house.bob)
        await house.post("!dream", PICTURE)
        await house.silent()
        await house.post(f"{house.bot.mention} style=eyes", PICTURE)
        await house.dream()
        assert house.recipes[0].style == "eyes"
        await house.post(f"{house.bot.mention}", reference=his)
        await house.said("I cannot see what others post here. Please right-click")
        await house.post(f"{house.bot.mention} style=cats")
        await house.said("I cannot see what others post. Please right-click")
        await house.post(f"{house.bot.mention} help")
        assert "!dream" not in (await house.said("I dream your pictures")).text

    living(tmp_path, test, message_content=False)


def test_whoever_opted_out_is_not_dreamt_by_others(tmp_path: Path) -> None:
    async def test(house: House) -> None:
        await house.queue.members.set_opted_out(house.bob.id, True)
        his = await house.post("look", PICTURE, user=house.bob)
        for text, reference in (("!dream", his), (f"!dream {house.bob.mention}", None), ("!dream seed=1", None)):
            asked = await house.post(text, reference=reference)
            answer = await house.standin.message(lambda one, asked=asked: one.reply_to == asked.id)
            assert "does not want their pictures to be dreamt by others" in answer.text
            assert house.bob.id not in answer.pinged
        assert house.fetched == []
        await house.post("!dream", reference=his, user=house.bob)
        dream = await house.dream()
        await house.post("!dream", reference=dream)
        await house.standin.message(lambda one: one.reply_to is not None and "does not want" in one.text)
        assert len(house.engine.orders) == 1

    living(tmp_path, test)


def test_what_nobody_foresaw_is_a_sentence_with_a_reference(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def test(house: House) -> None:
        async def broken(*_: object, **__: object) -> None:
            raise RuntimeError("the shelf fell over")

        house.queue.check = broken  # type: ignore[method-assign]
        await house.post("!dream", PICTURE)
        answer = await house.said("Something went wrong on my side")
        reference = answer.text.rstrip(".").split()[-1]
        assert "shelf" not in answer.text
        assert any(reference in line.getMessage() and line.exc_info for line in caplog.records)

    living(tmp_path, test)
