"""The playground from a terminal: its key, its endpoint, a picture there and back."""

from __future__ import annotations

import asyncio
import io
import stat
from pathlib import Path

import aiohttp
import discord
import pytest

from bot.endpoints import use_api
from bot.playground.command import post, serve
from bot.playground.control import NoPlayground, key_file, read_key
from tests.bot.playground.conftest import PICTURE, Bot, connected, runs


class Dreaming(Bot):
    """Answers as the bot does: first a waiting message with a Cancel button, then the dream in its place."""

    async def on_message(self, message: discord.Message) -> None:
        if message.author == self.user:
            return
        waiting = discord.ui.View(timeout=None)
        waiting.add_item(discord.ui.Button(label="Cancel", custom_id="d1:cancel:x"))
        answer = await message.reply("You are next.", view=waiting)
        await asyncio.sleep(0.1)
        preview = discord.File(io.BytesIO(PICTURE[:-20]), "preview.jpg")
        await answer.edit(content="Dreaming.", attachments=[preview])
        await asyncio.sleep(0.1)
        done = discord.ui.View(timeout=None)
        done.add_item(discord.ui.Button(label="Again", custom_id="d1:again:x"))
        dream = discord.File(io.BytesIO(PICTURE), "dream.png")
        await answer.edit(content=f"`{message.content}`", attachments=[dream], view=done)


@runs
async def test_a_picture_is_posted_and_its_dream_saved(tmp_path: Path) -> None:
    home, source = tmp_path / "home", tmp_path / "cat.png"
    source.write_bytes(PICTURE)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "cat-dream.png").write_bytes(b"an older one")
    async with serve(home) as playground:
        use_api(playground.api)
        async with connected(playground.standin, Dreaming()):
            said: list[str] = []
            saved = await post(home, source, "layer=eyes", folder=tmp_path / "out", say=said.append, patience=60)
        posted = playground.standin.world.messages(playground.friendly.dreams)[0]
        assert posted.attachments[0].data == PICTURE
    assert said[0] == "You are next."
    assert said[-1] == "`!dream layer=eyes`"
    assert saved == [tmp_path / "out" / "cat-dream-2.png"]
    assert saved[0].read_bytes() == PICTURE


@runs
async def test_the_key_is_for_its_owner_and_goes_with_the_playground(tmp_path: Path) -> None:
    async with serve(tmp_path) as playground, aiohttp.ClientSession() as session:
        path = key_file(tmp_path)
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        key = read_key(tmp_path)
        assert key.secret not in repr(key)
        url = f"{key.address}/_playground/messages"
        assert (await session.post(url, data=PICTURE)).status == 403
        wrong = {"Authorization": f"Bearer {playground.token}"}
        assert (await session.post(url, data=PICTURE, headers=wrong)).status == 403
        assert playground.standin.world.messages() == []
        assert (await session.post(url, data=PICTURE, headers=key.headers)).status == 200
        evil = {**key.headers, "Origin": "https://evil.example"}
        assert (await session.post(url, data=PICTURE, headers=evil)).status == 403
        async with serve(tmp_path / "other"):
            assert read_key(tmp_path / "other").secret != key.secret
    assert not path.exists()


@runs
async def test_what_keeps_it_from_posting_is_said(tmp_path: Path) -> None:
    source = tmp_path / "cat.png"
    source.write_bytes(PICTURE)
    with pytest.raises(NoPlayground, match="not running"):
        await post(tmp_path, source, folder=tmp_path, say=print)
    async with serve(tmp_path):
        with pytest.raises(NoPlayground, match="cannot be read"):
            await post(tmp_path, tmp_path / "none.png", folder=tmp_path, say=print)
        with pytest.raises(NoPlayground, match="Does the bot run"):
            await post(tmp_path, source, folder=tmp_path, say=print, patience=0.1)
        left = key_file(tmp_path).read_text()
    key_file(tmp_path).write_text(left)  # of a playground that was killed
    with pytest.raises(NoPlayground, match="does not answer"):
        await post(tmp_path, source, folder=tmp_path, say=print)
