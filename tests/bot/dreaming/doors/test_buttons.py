"""Pressing the buttons, through the stand-in's sockets. What lies between dream and press may be a restart."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest

from bot.config import LimitsConfig
from bot.dreaming.buttons import Action, Press, question_buttons, result_buttons, waiting_buttons
from bot.jobs.manner import Manner
from bot.kinds import Kind
from bot.playground.drafts import File
from bot.playground.model import Message
from dreamcore.errors import PictureError
from dreamcore.recipe import Recipe
from tests.bot.dreaming.doors.house import PICTURE, House, at_home, living
from tests.bot.engine import png

OTHER = File(filename="dog.png", data=png(shade=50), spoiler=True, description="A dog")


async def first(house: House, text: str = "!dream style=eyes strength=2.9 seed=5", *more: File) -> Message:
    await house.post(text, PICTURE, *more)
    return await house.dream()


def resolved(dream: Message) -> Recipe:
    found = re.search(r"```\n(.*?)\n```", dream.text, re.DOTALL)
    assert found is not None, dream.text
    return Recipe.parse(found[1])


def test_again_stronger_deeper_calmer_dream_the_same_pictures_on(tmp_path: Path) -> None:
    async def test(house: House) -> None:
        base = resolved(await first(house, "!dream style=eyes strength=2.9 seed=5", OTHER))
        dream = await house.dream()
        for number, (button, change) in enumerate(
            (
                ("Again", {"seed": None}),
                ("Stronger", {"strength": 4.0}),
                ("Deeper", {"layer": Recipe.parse("layer=inception_4c/output").layer}),
                ("Calmer", {"strength": round(2.9 / 1.4, 3)}),
            ),
            2,
        ):
            pressed = await house.standin.press(house.bob, dream, button)
            made = await house.dream(number)
            assert pressed.original is made
            recipe = house.recipes[-1]
            assert recipe.but(seed=None) == base.but(**{"seed": None, "smoothing": recipe.smoothing, **change})
            assert (recipe.seed == 5) is (button != "Again")
            assert {order.picture for order in house.engine.orders[-2:]} == {PICTURE.data, OTHER.data}
            assert [one.spoiler for one in made.attachments] == [False, True]
            assert house.alice.mention in made.text, "the picture is still hers"
        jobs = [await house.queue.job(order.job) for order in house.engine.orders]
        assert {job.parent for job in jobs if job is not None} == {None, jobs[0].id if jobs[0] else ""}
        assert [job.requester for job in jobs if job is not None] == [house.alice.id] * 2 + [house.bob.id] * 8

    living(tmp_path, test)


def test_the_ends_of_the_scale_are_sentences(tmp_path: Path) -> None:
    async def test(house: House) -> None:
        dream = await first(house, "!dream layer=objects strength=4")
        await house.told(await house.standin.press(house.bob, dream, "Stronger"), "as strong as it gets")
        await house.told(await house.standin.press(house.bob, dream, "Deeper"), "as deep as inception_v1 goes")
        await house.post("!dream strength=0.05", PICTURE)
        dream = await house.dream(2)
        await house.told(await house.standin.press(house.bob, dream, "Calmer"), "the picture itself")
        assert len(house.engine.orders) == 2

    living(tmp_path, test)


def test_dreaming_on_goes_by_ones_own_limit_and_the_authors_wish(tmp_path: Path) -> None:
    async def test(house: House) -> None:
        dream = await first(house)
        await house.told(await house.standin.press(house.alice, dream, "Again"), "may have 1 picture dreamt in an hour")
        await house.standin.press(house.bob, dream, "Again")
        await house.dream(2)
        await house.queue.members.set_opted_out(house.alice.id, True)
        refused = await house.standin.press(house.mod, dream, "Again")
        await house.told(refused, "does not want their pictures to be dreamt by others")

    living(tmp_path, test, limits=LimitsConfig(member_per_hour=1))


def test_buttons_outlive_the_bot(tmp_path: Path) -> None:
    async def test() -> None:
        async with at_home(tmp_path) as house:
            await first(house)
            (job,) = {order.job for order in house.engine.orders}
        async with at_home(tmp_path) as house:
            view = result_buttons(await house.queue.job(job))  # type: ignore[arg-type]
            old = house.standin.posting.create(
                house.channel, house.bot, {"content": "an old dream", "components": view.to_components()}, {}
            )
            await house.standin.press(house.bob, old, "Again")
            await house.dream(2)
            assert house.engine.orders[0].picture == PICTURE.data

    asyncio.run(test())


def test_when_the_source_is_gone_the_dream_itself_is_offered(tmp_path: Path) -> None:
    async def test(house: House) -> None:
        dream = await first(house, "!dream style=eyes seed=5", OTHER)
        await house.client.answers.close(grace=1.0)
        await house.client.answers.start()
        assert await house.queue.forget_sources() >= 0
        await house.told(await house.standin.press(house.alice, dream, "Before/after"), "no longer kept", "compare")
        pressed = await house.standin.press(house.bob, dream, "Stronger")
        offer = await house.told(pressed, "no longer kept", "dream on from the dream itself?")
        await house.standin.press(house.bob, offer, "Dream on from the result")
        made = await house.dream(2)
        assert [order.picture for order in house.engine.orders[2:]] == [one.data for one in dream.attachments]
        assert house.recipes[-1].strength == pytest.approx(1.2 * 1.4)
        assert house.alice.mention in made.text
        assert [one.spoiler for one in made.attachments] == [False, True]

    living(tmp_path, test, keep_days=0.0)


def test_before_and_after_are_put_side_by_side_for_whoever_asks(tmp_path: Path) -> None:
    async def test(house: House) -> None:
        dream = await first(house, "!dream seed=5", OTHER)
        shown = await house.told(await house.standin.press(house.bob, dream, "Before/after"), "Before and after")
        assert [(before, after) for before, after, _ in house.engine.compared] == [
            (PICTURE.data, dream.attachments[0].data),
            (OTHER.data, dream.attachments[1].data),
        ]
        assert [one.spoiler for one in shown.attachments] == [False, True]
        assert shown.only_for == house.bob.id
        house.engine.compare_fails = PictureError("The picture cannot be read.")
        await house.told(await house.standin.press(house.bob, dream, "Before/after"), "The picture cannot be read.")

    living(tmp_path, test)


def test_the_recipe_makes_the_same_dream_again(tmp_path: Path) -> None:
    async def test(house: House) -> None:
        dream = await first(house)
        shown = await house.told(await house.standin.press(house.bob, dream, "Recipe"), "!dream network=inception_v1")
        line = next(line for line in shown.text.splitlines() if line.startswith("!dream"))
        await house.post(line, PICTURE, user=house.bob)
        assert resolved(await house.dream(2)) == resolved(dream)

    living(tmp_path, test)


def test_deleting_is_for_the_requester_the_author_and_moderators(tmp_path: Path) -> None:
    async def test(house: House) -> None:
        stranger = house.world.add_user("stranger")
        house.world.add_member(house.guild, stranger)
        for number, deleter in enumerate((house.alice, house.bob, house.mod)):
            his = await house.post("look", PICTURE, user=house.bob)
            await house.post(f"!dream seed={number}", reference=his)
            dream = await house.dream()
            await house.told(await house.standin.press(stranger, dream, "Delete"), "may delete it")
            assert not dream.deleted
            await house.standin.press(deleter, dream, "Delete")
            await house.standin.deleted(dream)
            house.channel.messages.pop(dream.id, None)

    living(tmp_path, test)


def test_cancelling_is_for_the_requester_and_moderators(tmp_path: Path) -> None:
    async def test(house: House) -> None:
        house.engine.gate.clear()
        for canceller in (house.alice, house.mod):
            asked = await house.post("!dream", PICTURE)
            waiting = await house.standin.message(lambda one, asked=asked: one.reply_to == asked.id and one.buttons)
            await house.told(await house.standin.press(house.bob, waiting, "Cancel"), "may cancel it")
            await house.standin.press(canceller, waiting, "Cancel")
            await house.standin.message(lambda one, asked=asked: "cancelled" in one.text and one.reply_to == asked.id)
        assert await house.queue.open_jobs() == []

    living(tmp_path, test)


def test_what_cannot_be_read_or_found_or_foreseen_is_a_sentence(tmp_path: Path) -> None:
    async def test(house: House) -> None:
        def button(custom_id: str) -> Message:
            row = {"type": 1, "components": [{"type": 2, "style": 2, "label": "?", "custom_id": custom_id}]}
            return house.standin.posting.create(house.channel, house.bot, {"content": "x", "components": [row]}, {})

        for custom_id, words in (
            ("d1:again:aaaaaaaaaaaaaaaa", "I no longer know this dream"),
            ("d2:again:aaaaaaaaaaaaaaaa", "another version of me"),
            ("d1:vanish:aaaaaaaaaaaaaaaa", "another version of me"),
            ("d1:on:aaaaaaaaaaaaaaaa", "another version of me"),
            ("d1:on:aaaaaaaaaaaaaaaa:delete:1", "another version of me"),
            ("d1:take:x:y", "another version of me"),
        ):
            await house.told(await house.standin.press(house.bob, button(custom_id), "?"), words)

        async def broken(_: str) -> None:
            raise RuntimeError("the shelf fell over")

        dream = await first(house)
        house.queue.job = broken  # type: ignore[method-assign, assignment]
        told = await house.told(await house.standin.press(house.bob, dream, "Again"), "Something went wrong on my side")
        assert "shelf" not in told.text

    living(tmp_path, test)


def test_a_lost_acknowledgement_breaks_nothing(tmp_path: Path) -> None:
    async def test(house: House) -> None:
        dream = await first(house)
        house.standin.faults.answer("POST /interactions/", 500, times=5)
        house.standin.people.press(house.bob, dream, "Again")
        await asyncio.sleep(0.3)
        house.standin.faults.clear()
        await house.standin.press(house.bob, dream, "Again")
        await house.dream(2)

    living(tmp_path, test)


def test_ids_are_read_back_and_fit() -> None:
    async def test() -> None:
        job = type("Job", (), {"id": "abcdefghij234567", "manner": Manner(), "kind": Kind.DREAM})
        views = [
            waiting_buttons(job),  # type: ignore[arg-type]
            result_buttons(job),  # type: ignore[arg-type]
            question_buttons(asker=2**63, asking=2**63, picture=2**63),
        ]
        for view in views:
            view.timeout = 900.0  # as discord.py does to every ephemeral view
            assert view.timeout is None
            for item in view.children:
                custom_id = item.custom_id  # type: ignore[attr-defined]
                assert len(custom_id) <= 100
                assert Press.read(custom_id).custom_id == custom_id
                assert Press.read(custom_id).action is not None
        assert [len(row["components"]) for row in views[1].to_components()] == [4, 3]

    asyncio.run(test())
    assert Press(action=Action.FROM_RESULT, job="abcdefghij234567", more=("again", "1")).custom_id == (
        "d1:on:abcdefghij234567:again:1"
    )
