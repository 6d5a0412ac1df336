"""Films, pictures out of noise, explanations and grids: asked for in messages, through the stand-in's sockets."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.dreaming.commands import MENUS
from bot.executor.protocol import Event, Order, Outcome, Paused, Progressed, Started
from bot.kinds import Kind
from bot.playground.drafts import File
from tests.bot.dreaming.doors.asking import set_here
from tests.bot.dreaming.doors.house import PICTURE, House, living

CLIP = File(filename="clip.mp4", data=b"\0\0\0\x18ftypmp42" + bytes(100))


def test_a_film_is_made_of_ones_picture_and_plays_in_the_answer(tmp_path: Path) -> None:
    async def test(house: House) -> None:
        asked = await house.post("!dream film zoom=1.3 seconds=2 strength=0.5..2", PICTURE)
        film = await house.answer(asked)
        (order,) = house.engine.orders
        assert (order.kind, order.picture) == (Kind.FILM, PICTURE.data)
        assert order.recipe.startswith("seconds=2 zoom=1.3 strength=0.5..2 seed=")
        (attachment,) = film.attachments
        assert attachment.filename == "cat-film.mp4"
        assert attachment.description.startswith("A film, dreamt with film=zoom seconds=2")
        assert "!dream film film=zoom seconds=2" in film.text
        assert "2.0 s long, 48 frames" in film.text
        assert [button["label"] for button in film.buttons] == ["Again", "Recipe", "Delete"]

    living(tmp_path, test)


def test_what_is_imagined_needs_no_picture(tmp_path: Path) -> None:
    async def test(house: House) -> None:
        asked = await house.post("!dream imagine dumbbell size=128")
        answer = await house.answer(asked)
        (order,) = house.engine.orders
        assert (order.kind, order.picture) == (Kind.IMAGINE, None)
        assert order.recipe.startswith("classes=dumbbell size=128 seed=")
        assert "!dream imagine network=inception_v1 classes=dumbbell" in answer.text
        assert answer.attachments[0].filename == "dumbbell-imagined.png"
        assert [button["label"] for button in answer.buttons] == ["Again", "Stronger", "Calmer", "Recipe", "Delete"]
        by_mention = await house.post(f"{house.bot.mention} imagine cat:1, fountain:0.5")
        await house.answer(by_mention)
        assert house.engine.orders[1].recipe.startswith("classes=cat,fountain:0.5 seed=")
        assert house.fetched == []

    living(tmp_path, test)


def test_a_picture_beside_what_is_imagined_is_not_looked_at_and_one_hears_so(tmp_path: Path) -> None:
    async def test(house: House) -> None:
        answer = await house.answer(await house.post("!dream imagine dumbbell", PICTURE))
        assert "your picture was not looked at" in answer.text
        assert house.fetched == []
        alone = await house.post("imagine 4d:144", channel=house.world.direct(house.alice))
        assert "channel=144" in (await house.answer(alone)).text

    living(tmp_path, test)


def test_between_its_parts_a_film_goes_on_and_begins_nowhere_anew(tmp_path: Path) -> None:
    async def test(house: House) -> None:
        real, half = house.engine.dream, asyncio.Event()

        async def in_parts(order: Order, on_event: Callable[[Event], None]) -> Outcome:
            if order.kind is Kind.DREAM or order.checkpoint is not None:
                return await real(order, on_event)
            which: dict[str, Any] = {"job": order.job, "ordinal": order.ordinal, "attempt": order.attempt}
            on_event(Started(**which))
            on_event(Progressed(**which, share=0.5, preview=None))
            await half.wait()
            house.engine.gate.clear()
            return Paused(checkpoint=b"half", share=0.5, seconds=15.0)

        house.engine.dream = in_parts  # type: ignore[method-assign]
        asked = await house.post("!dream film seconds=2", PICTURE)
        waiting = await house.said("50%")
        await house.post("!dream seed=1", PICTURE, user=house.bob)
        await house.said("one dream comes before it")
        half.set()
        await house.until(lambda: house.engine.orders)  # Bob's has its turn, while the film waits for its next part
        assert house.engine.orders[0].kind is Kind.DREAM
        await house.until(lambda: "ready <t:" in waiting.text and "50%" in waiting.text)
        house.engine.gate.set()
        assert await house.answer(asked) is waiting
        edits = house.standin.record.of("PATCH", "/channels/{channel_id}/messages/{message_id}")
        said = [one.payload["content"] for one in edits if one.path.endswith(str(waiting.id))]
        begun = next(number for number, text in enumerate(said) if "Dreaming your film" in text)
        assert not [text for text in said[begun:] if "It is next" in text or "in the queue" in text or " 0%" in text]

    living(tmp_path, test)


def test_an_explanation_says_what_the_network_sees_before_and_after(tmp_path: Path) -> None:
    async def test(house: House) -> None:
        answer = await house.answer(await house.post("!dream explain", PICTURE))
        assert (
            "the network sees tabby (34 %) and tiger cat (20 %); in its own dream of it, peacock (61 %)" in answer.text
        )
        assert answer.attachments[0].filename == "cat-explained.png"
        assert [button["label"] for button in answer.buttons] == ["Recipe", "Delete"]

    living(tmp_path, test)


def test_a_grid_is_one_sheet(tmp_path: Path) -> None:
    async def test(house: House) -> None:
        answer = await house.answer(await house.post("!dream grid layer=4c,4d strength=1,2 size=128", PICTURE))
        (order,) = house.engine.orders
        assert order.recipe.startswith("layer=4c,4d strength=1,2 size=128 seed=")
        assert "!dream grid network=inception_v1 layer=4c,4d" in answer.text
        assert answer.attachments[0].filename == "cat-grid.png"

    living(tmp_path, test)


def test_before_it_is_made_one_knows_how_long_it_takes(tmp_path: Path) -> None:
    async def test(house: House) -> None:
        house.engine.gate.clear()
        first = await house.post("!dream film seconds=20", PICTURE)
        waiting = await house.standin.message(lambda one: one.reply_to == first.id and "A film" in one.text)
        assert " of work." in waiting.text
        house.engine.gate.set()
        await house.answer(first)

    living(tmp_path, test)


def test_wrong_wishes_are_sentences_and_nothing_is_downloaded(tmp_path: Path) -> None:
    async def test(house: House) -> None:
        for text, words in (
            ("!dream film strength=0.5..99", "strength=0.5..99 does not work"),
            ("!dream film seconds=500", "A film is at most 30 seconds long; this one would be 500."),
            ("!dream film zoom=fast", "zoom=fast does not work"),
            ("!dream film journey=edges,nowhere", "has no layer"),
            ("!dream film wobble=3", "There is no setting"),
            ("!dream imagine dumbel", "dumbbell"),
            ("!dream imagine 4d:9999", "has no channel 9999"),
            ("!dream imagine cat strength=nan", "a number is needed"),
            ("!dream explain layer=4c", "An explanation goes through all levels"),
            ("!dream grid", "A series needs a setting with several values"),
            ("!dream grid strength=1", "A series needs a setting with several values"),
            ("!dream grid seed=1..99", "fit on one sheet"),
            ("!dream grid layer=4c,nowhere", "has no layer"),
        ):
            asked = await house.post(text, PICTURE)
            answer = await house.standin.message(lambda one, asked=asked: one.reply_to == asked.id, 30)
            assert words in answer.text, (text, answer.text)
        for text, words in (
            ("!dream explain", "A video is dreamt as a film"),
            ("!dream grid layer=4c,4d", "A video is dreamt as a film"),
            ("!dream", "A video is dreamt as a film"),
        ):
            asked = await house.post(text, CLIP)
            answer = await house.standin.message(lambda one, asked=asked: one.reply_to == asked.id, 30)
            assert words in answer.text, (text, answer.text)
        asked = await house.post("!dream film", PICTURE, PICTURE)
        assert "One picture at a time, please; these are 2." in (await house.answer(asked)).text
        assert house.fetched == []
        assert house.engine.orders == []

    living(tmp_path, test)


def test_slash_commands_make_every_kind(tmp_path: Path) -> None:
    async def test(house: House) -> None:
        for name, options, recipe in (
            (
                "film",
                {"picture": PICTURE, "seconds": 2.5, "strength": "0.5..2", "settings": "zoom=1.2..1.4"},
                "seconds=2.5 zoom=1.2..1.4 strength=0.5..2",
            ),
            ("imagine", {"what": "goose:1, fountain", "size": 128, "settings": "steps=9"}, "classes=goose,fountain"),
            ("imagine", {"what": "4d:144"}, "layer=4d channel=144"),
            ("explain", {"picture": PICTURE, "strength": 2.0}, "strength=2"),
            ("grid", {"picture": PICTURE, "layer": "4c,4d", "seed": "1..3"}, "layer=4c,4d seed=1,2,3"),
        ):
            asked = await house.standin.command(house.alice, house.channel, name, options)
            made = await house.standin.message(lambda one, asked=asked: one is asked.original and one.attachments, 30)
            order = house.engine.orders[-1]
            assert order.kind.value == name
            assert order.recipe.startswith(recipe), order.recipe
            assert f"!dream {name} " in made.text
        for name, options, words in (
            ("film", {"picture": PICTURE, "strength": "1..9"}, "strength=1..9 does not work"),
            ("film", {"picture": PICTURE, "strength": "1 seconds=900"}, "strength: takes a value only"),
            ("film", {"picture": PICTURE, "seconds": 2.0, "settings": "seconds=3"}, "seconds is given twice"),
            ("imagine", {"what": "dumbel"}, "dumbbell"),
            ("explain", {}, "Explain this"),
            ("grid", {}, "A series needs a setting with several values"),
        ):
            asked = await house.standin.command(house.alice, house.channel, name, options)
            await house.told(asked, words)

    living(tmp_path, test)


def test_a_messages_menu_makes_films_and_explanations(tmp_path: Path) -> None:
    async def test(house: House) -> None:
        posted = await house.post("look", PICTURE, user=house.bob)
        for kind in (Kind.FILM, Kind.EXPLAIN):
            asked = await house.standin.menu(house.alice, house.channel, MENUS[kind], posted)
            made = await house.standin.message(lambda one, asked=asked: one is asked.original and one.attachments, 30)
            assert house.engine.orders[-1].kind is kind
            assert house.bob.mention in made.text

    living(tmp_path, test)


def test_what_is_typed_is_offered_as_the_server_has_it(tmp_path: Path) -> None:
    async def test(house: House) -> None:
        async def offered(command: str, option: str, typed: str) -> list[str]:
            found = await house.standin.autocomplete(house.alice, house.channel, command, option, typed, {})
            return [str(one["value"]) for one in found]

        assert (await offered("imagine", "what", "dumbb"))[0] == "dumbbell"
        assert (await offered("film", "journey", "edges,pa"))[0].startswith("edges,pa")
        assert (await offered("grid", "style", "eyes,sw"))[0] == "eyes,swirls"
        await set_here(house, "layer", "4c")
        await set_here(house, "locked", "layer")
        assert await offered("imagine", "what", "dumbb") == ["4c"]
        assert await offered("grid", "layer", "4d") == ["4c"]

    living(tmp_path, test)


def test_a_servers_settings_hold_for_every_kind(tmp_path: Path) -> None:
    async def test(house: House) -> None:
        await set_here(house, "most-strength", "1.5")
        await set_here(house, "most-seconds", "3")
        answer = await house.answer(await house.post("!dream film seconds=3 strength=0.5..2", PICTURE))
        assert "strength=0.5..1.5" in house.engine.orders[-1].recipe
        assert "Strength goes up to 1.5 here, so 2 became 1.5." in answer.text
        answer = await house.answer(await house.post("!dream film seconds=4", PICTURE))
        assert "at most 3 seconds long; this one would be 4." in answer.text
        await set_here(house, "switched-off", "film, imagine")
        assert "Films are not made here" in (await house.answer(await house.post("!dream film", PICTURE))).text
        asked = await house.standin.command(house.alice, house.channel, "imagine", {"what": "goose"})
        await house.told(asked, "Pictures out of noise are not made here")
        posted = await house.post("look", PICTURE)
        await house.told(
            await house.standin.menu(house.alice, house.channel, MENUS[Kind.FILM], posted), "not made here"
        )
        assert len(house.engine.orders) == 1

    living(tmp_path, test)


def test_a_video_is_dreamt_as_a_film(tmp_path: Path) -> None:
    async def test(house: House) -> None:
        await house.post("look", CLIP)
        film = await house.answer(await house.post("!dream film seconds=2"))
        assert house.engine.orders[0].picture == CLIP.data
        assert film.attachments[0].filename == "clip-film.mp4"

    living(tmp_path, test)


@pytest.mark.parametrize("words", ["film seconds=2 seed=1", "imagine dumbbell seed=1"])
def test_again_is_another_one_of_the_same_kind(tmp_path: Path, words: str) -> None:
    async def test(house: House) -> None:
        first = await house.answer(await house.post(f"!dream {words}", PICTURE))
        pressed = await house.standin.press(house.bob, first, "Again")
        await house.standin.message(lambda one: one is pressed.original and bool(one.attachments))
        before, after = house.engine.orders
        assert (after.kind, after.picture) == (before.kind, before.picture)
        assert "seed=1" in before.recipe.split()
        assert "seed=1" not in after.recipe.split()

    living(tmp_path, test)
