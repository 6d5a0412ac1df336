"""What each layer sees, leafed through; a page that is not there yet; and one dream of a grid in full size."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bot.kinds import Kind
from bot.playground.interactions import Interaction
from bot.playground.model import Message, User
from tests.bot.dreaming.doors.asking import set_here
from tests.bot.dreaming.doors.house import PATIENCE, PICTURE, House, living


def menu(message: Message, act: str) -> dict[str, Any]:
    return next(
        one
        for row in message.components
        for one in row["components"]
        if one["type"] == 3 and one["custom_id"].startswith(f"m1:{act}:")
    )


def labels(message: Message) -> list[str]:
    return [button["label"] for button in message.buttons]


async def choose(house: House, user: User, message: Message, act: str, value: str) -> Interaction:
    menu_id = menu(message, act)["custom_id"]
    return await house.standin.answered(house.standin.people.select(user, message, menu_id, [value]), PATIENCE)


async def layers(house: House, **options: Any) -> Message:
    asked = await house.standin.command(house.alice, house.channel, "layers", options)
    await house.until(lambda: asked.messages and not asked.messages[0].loading)
    return asked.messages[0]


def description(message: Message) -> str:
    return str(message.embeds[0].get("description", ""))


def test_layers_shows_text_and_pictures_and_leads_into_a_layer(tmp_path: Path) -> None:
    async def test(house: House) -> None:
        shown = await layers(house, network="daydream")
        assert shown.ephemeral
        assert [one.filename for one in shown.attachments] == ["daydream.txt", "daydream-layers-1.jpg"]
        (embed,) = shown.embeds
        assert "What daydream can dream" in embed["title"]
        pictures = next(field["value"] for field in embed["fields"] if field["name"] == "As pictures")
        assert "`!dream network=daydream layer=…` with one of these: `conv2`" in pictures
        assert labels(shown) == ["◀", "▶"]
        await house.standin.press(house.alice, shown, "▶")
        assert house.engine.looked_up[-1] == "network=daydream page=2"
        assert [one.filename for one in shown.attachments] == ["daydream-layers-2.jpg"]
        await house.standin.press(house.alice, shown, "▶")
        await choose(house, house.alice, shown, "channels", "4c")
        assert house.engine.looked_up[-1] == "network=daydream layer=4c page=1"
        assert "daydream, 4c: its channels, 1 of 11" in shown.embeds[0]["title"]
        assert "`!dream network=daydream layer=4c channel=…` with one of these: `0` `1`" in description(shown)
        assert labels(shown) == ["◀", "▶", "All layers"]
        await house.standin.press(house.alice, shown, "All layers")
        assert [one.filename for one in shown.attachments] == ["daydream-layers-1.jpg"]
        assert house.engine.orders == []

    living(tmp_path, test)


def test_a_tile_is_dreamt_on_ones_last_picture(tmp_path: Path) -> None:
    async def test(house: House) -> None:
        shown = await layers(house, network="daydream", layer="4c", page=2)
        told = await choose(house, house.alice, shown, "tile", "3")
        await house.told(
            told, "I see no picture of yours", "Post one with `!dream network=daydream layer=4c channel=28`"
        )
        await house.post("look", PICTURE)
        await choose(house, house.alice, shown, "tile", "3")
        await house.dream()
        (order,) = house.engine.orders
        assert order.recipe.startswith("network=daydream layer=4c channel=28")
        assert order.picture == PICTURE.data

    living(tmp_path, test)


def test_a_page_that_nobody_has_had_is_drawn_when_somebody_wants_it(tmp_path: Path) -> None:
    async def test(house: House) -> None:
        shown = await layers(house, layer="4c")
        assert house.engine.looked_up == ["network=inception_v1 layer=4c"]
        assert "Nobody has had this page drawn yet: that is about " in description(shown)
        assert shown.attachments == []
        assert house.engine.orders == [], "it counts, so it is asked for"
        house.engine.gate.clear()
        pressed = await house.standin.press(house.alice, shown, "Draw it")
        await house.until(lambda: house.engine.orders)
        (order,) = house.engine.orders
        assert (order.kind, order.picture, order.recipe) == (Kind.ATLAS, None, "network=inception_v1 layer=4c page=1")
        again = await house.standin.press(house.alice, shown, "Draw it")
        await house.told(again, "is being drawn for you already")
        house.engine.gate.set()
        await house.until(lambda: pressed.messages and pressed.messages[0].attachments)
        (made,) = pressed.messages
        assert made.ephemeral, "as what it was asked under"
        assert made.attachments[0].filename == "inception_v1-4c-1-atlas.png"
        assert "!dream atlas network=inception_v1 layer=4c page=1" in made.text
        assert "`!dream network=inception_v1 layer=4c channel=…` with one of these: `0` `1`" in made.text
        assert labels(made) == ["Recipe", "Delete", "◀", "▶", "All layers"]
        assert len(menu(made, "tile")["options"]) == 25

    living(tmp_path, test)


def test_who_asks_for_the_same_page_meanwhile_gets_it_too(tmp_path: Path) -> None:
    async def test(house: House) -> None:
        shown = await house.answer(await house.post("!dream layers 4c"))
        house.engine.gate.clear()
        first = await house.standin.press(house.alice, shown, "Draw it")
        second = await house.standin.press(house.bob, shown, "Draw it")
        house.engine.gate.set()
        for pressed in (first, second):
            await house.until(lambda pressed=pressed: pressed.messages and pressed.messages[0].attachments)
        house.engine.drawn.append("inception_v1")
        late = await house.standin.press(house.mod, shown, "Draw it")
        await house.until(lambda: late.messages and late.messages[0].attachments)
        assert late.messages[0].ephemeral
        assert len(house.engine.orders) == 2, "who comes when it is there is shown it at once"

    living(tmp_path, test)


def test_a_page_counts_as_a_dream(tmp_path: Path) -> None:
    async def test(house: House) -> None:
        await set_here(house, "per-hour", "1")
        shown = await layers(house, layer="4c")
        pressed = await house.standin.press(house.alice, shown, "Draw it")
        await house.until(lambda: pressed.messages and pressed.messages[0].attachments)
        onwards = await layers(house, layer="4d")
        await house.told(await house.standin.press(house.alice, onwards, "Draw it"), "1 picture")

    living(tmp_path, test)


def test_a_page_in_a_message_is_leafed_through_by_each_alone_also_after_a_restart(tmp_path: Path) -> None:
    async def test(house: House) -> None:
        asked = await house.post("!dream layers daydream 4c")
        public = await house.answer(asked)
        assert not public.ephemeral
        assert public.attachments[0].filename == "daydream-mixed4c-1.jpg"
        await house.restart()
        before = [one.filename for one in public.attachments]
        pressed = await house.standin.press(house.bob, public, "▶")
        await house.until(lambda: pressed.messages)
        (own,) = pressed.messages
        assert own.ephemeral
        assert own.attachments[0].filename == "daydream-mixed4c-2.jpg"
        assert [one.filename for one in public.attachments] == before

    living(tmp_path, test)


def test_what_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    async def test(house: House) -> None:
        for text, words in (
            ("inception_v1 nowhere", "has no layer"),
            ("layer=nowhere", "has no layer"),
            ("mixed4x", "has no layer"),
            ("daydrem", "There is no network"),
            ("4c page=99", "There is no page 99: they go from 1 to 21."),
            ("4c page=x", "page=x does not work"),
            ("wobble=3", "There is no setting"),
        ):
            answer = await house.answer(await house.post(f"!dream layers {text}"))
            assert words in answer.text, (text, answer.text)
        assert house.engine.looked_up == []

    living(tmp_path, test)


def test_workers_that_do_not_answer_are_said_and_nothing_is_asked_for(tmp_path: Path) -> None:
    async def test(house: House) -> None:
        async def fails(*_: Any, **__: Any) -> None:
            from dreamcore.errors import DreamError

            raise DreamError("no")

        house.engine.atlas = fails  # type: ignore[method-assign]
        shown = await layers(house, layer="4c")
        assert "The pictures cannot be shown just now." in description(shown)
        assert "Draw it" not in labels(shown)

    living(tmp_path, test)


def test_a_servers_settings_hold_for_the_atlas(tmp_path: Path) -> None:
    async def test(house: House) -> None:
        await set_here(house, "network", "daydream")
        await set_here(house, "locked", "network")
        shown = await layers(house, network="inception_v1", layer="4c")
        assert house.engine.looked_up == ["network=daydream page=1"]
        assert "Network cannot be chosen here, so the usual one was used." in description(shown)
        assert "`!dream layer=…` with" in description(shown)
        waits = await layers(house, layer="classifier")
        await set_here(house, "switched-off", "atlas")
        house.engine.drawn.clear()
        told = await house.standin.press(house.alice, waits, "▶")
        await house.told(told, "Pages of the atlas are not made here")
        text = await layers(house)
        assert [one.filename for one in text.attachments] == ["daydream.txt"]
        assert text.components == []

    living(tmp_path, test)


def test_one_of_a_grids_dreams_in_full_size(tmp_path: Path) -> None:
    async def test(house: House) -> None:
        sheet = await house.answer(await house.post("!dream grid layer=4c,4d strength=1,2 seed=7", PICTURE))
        found = menu(sheet, "cell")
        assert [one["label"] for one in found["options"]] == [
            *("layer=4c strength=1", "layer=4c strength=2"),
            *("layer=4d strength=1", "layer=4d strength=2"),
        ]
        await house.restart()
        await choose(house, house.bob, sheet, "cell", "3")
        await house.dream()
        order = house.engine.orders[-1]
        assert (order.kind, order.picture) == (Kind.DREAM, PICTURE.data)
        assert order.recipe == "network=inception_v1 layer=4d strength=2 seed=7"

    living(tmp_path, test)


def test_a_cell_of_a_picture_that_is_not_kept_is_a_sentence(tmp_path: Path) -> None:
    async def test(house: House) -> None:
        sheet = await house.answer(await house.post("!dream grid strength=1,2", PICTURE))
        await house.client.answers.close(grace=1.0)
        await house.client.answers.start()
        await house.queue.forget_sources()
        gone = await choose(house, house.alice, sheet, "cell", "0")
        await house.told(gone, "is no longer kept", "post it again")

    living(tmp_path, test, keep_days=0.0)


def test_a_cell_is_dreamt_as_the_server_allows(tmp_path: Path) -> None:
    async def test(house: House) -> None:
        sheet = await house.answer(await house.post("!dream grid strength=1,3", PICTURE))
        await set_here(house, "most-strength", "1.5")
        await choose(house, house.alice, sheet, "cell", "1")
        dream = await house.dream()
        assert "strength=1.5" in house.engine.orders[-1].recipe
        assert "Strength goes up to 1.5 here" in dream.text
        await set_here(house, "own-pictures", "on")
        await house.told(await choose(house, house.bob, sheet, "cell", "0"), "only their own pictures")

    living(tmp_path, test)
