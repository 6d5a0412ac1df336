"""Films, pictures out of noise, explanations and grids: the real process, the real engine, real sockets."""

from __future__ import annotations

import asyncio
import io

from PIL import Image

from bot.playground.model import Message
from dreamcore.films.reading import read_moving
from tests.e2e.town import PATIENCE, QUICK, Town, cat, in_town


async def made(town: Town, asked: Message) -> Message:
    """The last word on what was asked for."""
    return await town.standin.message(lambda one: one.reply_to == asked.id and is_made(one), PATIENCE)


def is_made(message: Message) -> bool:
    return any(button["label"] == "Delete" for button in message.buttons)


@in_town()
async def test_every_kind_of_work_comes_back_made(town: Town) -> None:
    small = "network=daydream size=96"
    asked = await asyncio.gather(
        town.ask(f"!dream film seconds=0.5 fps=8 zoom=1.3 strength=0.5..2 {small}", cat(spoiler=True)),
        town.ask(f"!dream imagine owl:1, rose:0.5 steps=4 {small}"),
        town.ask(f"!dream explain steps=1 octaves=1 {small}", cat(), user=town.place.ben),
        town.ask(f"!dream grid strength=1,2 {QUICK}", cat(), user=town.place.ben),
    )
    film, owl, sheet, grid = [await made(town, one) for one in asked]

    moving = read_moving(film.attachments[0].data)
    assert (moving.format, len(list(moving.frames())), film.attachments[0].width) == ("MP4", 4, 96)
    assert film.attachments[0].filename == "SPOILER_cat-film.mp4"
    assert "!dream film film=zoom seconds=0.5" in film.text
    assert owl.attachments[0].filename == "owl_rose-imagined.png"
    assert "!dream imagine network=daydream classes=owl,rose:0.5" in owl.text
    assert "In the picture the network sees" in sheet.text
    for message in (sheet, grid):
        with Image.open(io.BytesIO(message.attachments[0].data)) as picture:
            assert min(picture.size) > 300
    again = await town.standin.press(town.place.ada, owl, "Stronger")
    stronger = await town.standin.message(lambda one: one is again.original and is_made(one), PATIENCE)
    assert "strength=1.4" in stronger.text
    assert town.troubles() == []
