"""A guide and a mask beside the picture that is dreamt: by message, answer and command, through the stand-in."""

from __future__ import annotations

from pathlib import Path

from bot.kinds import Role
from bot.playground.drafts import File
from tests.bot.dreaming.doors.asking import DOG, set_here
from tests.bot.dreaming.doors.house import PICTURE, House, living
from tests.bot.engine import png

FLOWERS = File(filename="flowers.png", data=png(shade=120))
MASK = File(filename="mask.png", data=png(shade=200))


def test_two_pictures_in_one_message_are_the_picture_and_its_guide(tmp_path: Path) -> None:
    async def test(house: House) -> None:
        answer = await house.answer(await house.post("!dream guide layer=4c", PICTURE, FLOWERS))
        (order,) = house.engine.orders
        assert order.picture == PICTURE.data
        assert order.companions == {Role.GUIDE: FLOWERS.data}
        assert order.recipe.startswith("layer=4c objective=guide")
        assert len(answer.attachments) == 1

        await house.standin.press(house.alice, answer, "Again")
        await house.dream(2)
        assert house.engine.orders[1].companions == {Role.GUIDE: FLOWERS.data}

    living(tmp_path, test)


def test_an_answer_brings_the_guide_for_the_picture_that_it_answers(tmp_path: Path) -> None:
    async def test(house: House) -> None:
        cat = await house.post("my cat", PICTURE)
        await house.answer(await house.post("!dream guide", FLOWERS, reference=cat))
        (order,) = house.engine.orders
        assert (order.picture, order.companions) == (PICTURE.data, {Role.GUIDE: FLOWERS.data})

    living(tmp_path, test)


def test_a_mask_and_a_guide_come_in_this_order_the_guide_first(tmp_path: Path) -> None:
    async def test(house: House) -> None:
        await house.answer(await house.post("!dream guide region=mask", PICTURE, FLOWERS, MASK))
        await house.answer(await house.post("!dream film region=not-mask", PICTURE, MASK))
        both, masked = house.engine.orders
        assert both.companions == {Role.GUIDE: FLOWERS.data, Role.MASK: MASK.data}
        assert masked.companions == {Role.MASK: MASK.data}

    living(tmp_path, test)


def test_a_command_takes_a_guide_and_a_mask_and_needs_no_setting_for_them(tmp_path: Path) -> None:
    async def test(house: House) -> None:
        options = {"picture": PICTURE, "guide": FLOWERS, "mask": MASK}
        await house.standin.command(house.alice, house.channel, "dream", options)
        await house.dream()
        (order,) = house.engine.orders
        assert order.companions == {Role.GUIDE: FLOWERS.data, Role.MASK: MASK.data}
        assert "objective=guide" in order.recipe
        assert "region=mask" in order.recipe

    living(tmp_path, test)


def test_too_few_and_too_many_pictures_are_sentences(tmp_path: Path) -> None:
    async def test(house: House) -> None:
        for text, files, words in (
            ("!dream guide", (PICTURE,), "Two pictures are needed, the one to dream and the guide"),
            ("!dream region=mask", (PICTURE,), "Two pictures are needed, the one to dream and the mask"),
            ("!dream guide region=mask", (PICTURE, MASK), "Three pictures are needed"),
            ("!dream guide", (PICTURE, FLOWERS, DOG), "These are 3 pictures, and 2 are needed"),
        ):
            asked = await house.post(text, *files)
            told = await house.standin.message(lambda one, asked=asked: one.reply_to == asked.id, 30)
            assert words in told.text, (text, told.text)
        options = {"picture": PICTURE, "guide": File(filename="clip.mp4", data=b"\0\0\0\x18ftypmp42" + bytes(100))}
        told = await house.standin.command(house.alice, house.channel, "dream", options)
        await house.told(told, "clip.mp4 is a video.")
        slash = await house.standin.command(
            house.alice, house.channel, "dream", {"picture": PICTURE, "objective": "guide"}
        )
        await house.told(slash, "objective=guide needs a second picture")
        assert (house.engine.orders, house.fetched) == ([], [])

    living(tmp_path, test)


def test_whose_guide_it_is_has_a_say(tmp_path: Path) -> None:
    async def test(house: House) -> None:
        flowers = await house.post("my flowers", FLOWERS, user=house.bob)
        await house.queue.members.set_opted_out(house.bob.id, True)
        asked = await house.post("!dream guide", PICTURE, reference=flowers)
        told = await house.standin.message(lambda one: one.reply_to == asked.id, 30)
        assert "does not want their pictures to be dreamt by others" in told.text
        await house.queue.members.set_opted_out(house.bob.id, False)
        await set_here(house, "own-pictures", "on")
        asked = await house.post("!dream guide", PICTURE, reference=flowers)
        told = await house.standin.message(lambda one: one.reply_to == asked.id, 30)
        assert "only their own pictures" in told.text

    living(tmp_path, test)
