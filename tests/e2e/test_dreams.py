"""From a posted picture to its dream: the real process, the real engine, real sockets."""

from __future__ import annotations

import asyncio
import io
import re
from pathlib import Path

import psutil
import pytest
from PIL import Image

from bot.playground.drafts import File
from dreamcore.picture import read_recipe
from tests.bot.engine import png
from tests.e2e.town import PATIENCE, QUICK, Town, cat, in_town, is_dream


@in_town()
async def test_a_posted_photograph_comes_back_dreamt(town: Town) -> None:
    asked = await town.ask("!dream size=192", cat())
    waiting = await town.says("Your dream is next")
    dream = await town.dream(asked)
    assert dream is waiting, "the waiting message becomes the dream"
    (attachment,) = dream.attachments
    with Image.open(io.BytesIO(attachment.data)) as made, Image.open(io.BytesIO(cat().data)) as source:
        assert made.size == source.size
        before, after = source.convert("RGB").tobytes(), made.convert("RGB").tobytes()
    changed = sum(a != b for a, b in zip(before, after, strict=True)) / len(before)
    assert changed > 0.9
    recipe = read_recipe(attachment.data)
    assert recipe is not None
    assert recipe in dream.text, "the recipe in the message is the one that made the picture"
    assert attachment.description
    loaded = {Path(one.path).name for one in psutil.Process(town.bot.pid).memory_maps()}
    assert not [name for name in loaded if "torch" in name or "_imaging" in name], "pictures are the workers' business"
    assert town.troubles() == []


@in_town()
async def test_every_door_leads_to_a_dream(town: Town) -> None:
    place, standin = town.place, town.standin
    several = await town.ask(f"!dream {QUICK}", cat("one.jpg"), cat("two.jpg", spoiler=True))
    both = await town.dream(several)
    assert [one.filename for one in both.attachments] == ["one-dream.png", "SPOILER_two-dream.png"]

    slash = await standin.command(
        place.ada, place.dreams, "dream", {"picture": cat(), "strength": 0.5, "recipe": f"{QUICK} seed=7"}
    )
    by_slash = await standin.message(lambda one: one is slash.original and is_dream(one), PATIENCE)
    assert "strength=0.5" in by_slash.text
    assert "seed=7" in by_slash.text

    plain = await standin.post(place.general, place.ben, "look at this", attachments=[cat()])
    menu = await standin.menu(place.ada, place.general, "Dream this", plain)
    by_menu = await standin.message(lambda one: one is menu.original and is_dream(one), PATIENCE)
    assert place.ben.mention in by_menu.text, "the picture's author is named"

    again = await standin.press(place.ben, by_slash, "Again")
    by_button = await standin.message(lambda one: one is again.original and is_dream(one), PATIENCE)
    assert "strength=0.5" in by_button.text
    assert not re.search(r"\bseed=7\b", by_button.text)
    assert town.troubles() == []


@in_town()
async def test_what_is_no_picture_gets_a_sentence_and_the_next_one_its_dream(town: Town) -> None:
    cut = File(filename="cut.jpg", data=cat().data[:4000])
    lie = File(filename="lie.png", data=b"This is no picture at all, whatever its name says.")
    bomb = File(filename="bomb.png", data=png(12_000, 12_000))
    asked = [await town.ask(f"!dream {QUICK}", one) for one in (cut, lie, bomb)]
    good = await town.ask(f"!dream {QUICK}", cat(), user=town.place.ben)
    await town.dream(good)
    for one in asked:
        told = await town.standin.message(lambda answer, one=one: answer.reply_to == one.id and not answer.buttons)
        assert told.text
    await town.ask("!dream strenght=2", cat())
    await town.says("Did you mean strength?")
    await town.ask("!dream network=/etc/passwd", cat())
    await town.says("There is no network")


@in_town(start=False, module="tests.e2e.pretending")
async def test_without_the_message_content_intent_commands_still_work(town: Town) -> None:
    town.standin.world.application.message_content = False
    await town.start()
    place, standin = town.place, town.standin
    unseen = await town.ask("!dream", cat())
    slash = await standin.command(place.ada, place.dreams, "dream", {"picture": cat(), "recipe": QUICK})
    await standin.message(lambda one: one is slash.original and is_dream(one), PATIENCE)
    plain = await standin.post(place.general, place.ben, "look at this", attachments=[cat()])
    menu = await standin.menu(place.ada, place.general, "Dream this", plain)
    await standin.message(lambda one: one is menu.original and is_dream(one), PATIENCE)
    assert town.answers_to(unseen) == [], "it did not see the prefix"


@pytest.mark.soak  # by default the decoder's notes and the answers' are looked at apart
@in_town()
async def test_of_an_animation_the_first_frame_is_dreamt_and_the_answer_says_so(town: Town) -> None:
    file = io.BytesIO()
    frames = [Image.new("RGB", (80, 60), colour) for colour in ("navy", "teal", "olive")]
    frames[0].save(file, "GIF", save_all=True, append_images=frames[1:])
    asked = await town.ask(f"!dream {QUICK}", File(filename="moving.gif", data=file.getvalue()))
    assert "The first of 3 frames was dreamt" in (await town.dream(asked)).text


@in_town(module="tests.e2e.pretending", held=True)
async def test_a_gateway_that_drops_costs_nobody_a_dream(town: Town) -> None:
    before = await town.ask("!dream", cat())
    await town.says("Your dream is next")
    town.standin.faults.drop_gateway(4000)
    while_away = await town.ask("!dream", cat(), user=town.place.ben)
    town.allow()
    await town.dream(before)
    await town.dream(while_away)
    town.standin.faults.refuse_resume = 1
    (lost,) = town.standin.gateway.sessions
    town.standin.faults.drop_gateway(1001)
    while lost in town.standin.gateway.sessions or not town.standin.gateway.sessions:
        await asyncio.sleep(0.05)  # what is posted in between, Discord tells nobody
    after = await town.ask("!dream", cat())
    await town.dream(after)
    assert len(town.dreams()) == 3
