"""Messages and files between people and a bot that is discord.py itself."""

from __future__ import annotations

import asyncio
import io

import aiohttp
import discord
import pytest

from bot.playground.permissions import Permission
from bot.playground.standin import CannotDo
from tests.bot.playground.conftest import PICTURE, Bot, picture, place, runs


@runs
async def test_a_bot_hears_a_picture_reads_it_and_answers_with_a_file() -> None:
    async with place() as here:
        asked = await here.standin.post(
            here.people.general, here.people.ada, "!dream layer=eyes", attachments=[picture("my cat.png")]
        )
        while not here.bot.heard:
            await asyncio.sleep(0.01)
        message = here.bot.heard[0]
        assert message.content == "!dream layer=eyes"
        assert (message.author.name, message.author.display_name) == ("ada", "Ada")
        attachment = message.attachments[0]
        assert (attachment.filename, attachment.width, attachment.height) == ("my_cat.png", 4, 3)
        assert attachment.url.startswith(f"{here.standin.origin}/attachments/")
        assert await attachment.read() == asked.attachments[0].data

        answer = await message.reply("waiting", mention_author=False)
        file = discord.File(io.BytesIO(PICTURE), "dream.png", description="a dream of a cat")
        edited = await answer.edit(content="here", attachments=[file])
        assert [one.filename for one in edited.attachments] == ["dream.png"]
        kept = here.world.messages(here.people.general)[-1]
        assert (kept.id, kept.content, kept.reply_to, kept.edits) == (answer.id, "here", asked.id, 1)
        assert kept.attachments[0].description == "a dream of a cat"


@runs
async def test_a_video_says_its_kind_and_its_size_and_is_handed_out_in_parts() -> None:
    def box(kind: bytes, inside: bytes) -> bytes:
        return (8 + len(inside)).to_bytes(4, "big") + kind + inside

    head = box(b"tkhd", bytes(76) + (320 << 16).to_bytes(4, "big") + (240 << 16).to_bytes(4, "big"))
    video = box(b"ftyp", b"isom" + bytes(4)) + box(b"moov", box(b"mvhd", bytes(100)) + box(b"trak", head))
    async with place() as here:
        channel = here.bot.text(here.people.general)
        sent = await channel.send(file=discord.File(io.BytesIO(video), "cat-film.mp4"))
        (one,) = sent.attachments
        assert (one.content_type, one.width, one.height) == ("video/mp4", 320, 240)
        async with aiohttp.ClientSession() as session:
            for asked, status, data in (
                ("bytes=4-7", 206, video[4:8]),
                ("bytes=-3", 206, video[-3:]),
                ("bytes=8-", 206, video[8:]),
                ("bytes=9999-", 416, b""),
                ("nonsense", 200, video),
            ):
                async with session.get(one.url, headers={"Range": asked}) as answer:
                    assert (answer.status, await answer.read()) == (status, data), asked
        broken = await channel.send(file=discord.File(io.BytesIO(video[:40]), "broken.mp4"))
        assert (broken.attachments[0].content_type, broken.attachments[0].width) == ("video/mp4", None)


@runs
async def test_an_edit_keeps_what_it_lists_and_loses_what_it_does_not() -> None:
    async with place() as here:
        channel = here.bot.text(here.people.general)
        sent = await channel.send(files=[discord.File(io.BytesIO(PICTURE), name) for name in ("a.png", "b.png")])
        links = [one.url for one in sent.attachments]
        new = discord.File(io.BytesIO(PICTURE), "c.png", spoiler=True)
        edited = await sent.edit(attachments=[sent.attachments[1], new])
        assert [one.filename for one in edited.attachments] == ["b.png", "SPOILER_c.png"]
        assert edited.attachments[1].is_spoiler()
        async with aiohttp.ClientSession() as session:
            statuses = [(await session.get(link)).status for link in links]
        assert statuses == [404, 200]
        with pytest.raises(discord.HTTPException) as caught:
            await edited.edit(attachments=[sent.attachments[0]])
        assert caught.value.code == 50035


@runs
async def test_history_is_read_backwards_forwards_and_around() -> None:
    async with place() as here:
        channel = here.bot.text(here.people.general)
        posted = [await here.standin.post(here.people.general, here.people.ada, str(number)) for number in range(7)]
        assert [one.content async for one in channel.history(limit=3)] == ["6", "5", "4"]
        before = discord.Object(posted[3].id)
        assert [one.content async for one in channel.history(limit=2, before=before)] == ["2", "1"]
        assert [one.content async for one in channel.history(limit=2, after=before)] == ["4", "5"]
        assert [one.content async for one in channel.history(limit=3, around=before)] == ["4", "3", "2"]


@runs
async def test_direct_messages_reach_those_who_take_them() -> None:
    async with place() as here:
        direct = await here.bot.direct(here.people.ada)
        await direct.send("hello")
        assert here.world.messages(here.world.direct(here.people.ada))[0].content == "hello"
        await here.standin.post(here.world.direct(here.people.ada), here.people.ada, "hello back")
        while not any(one.content == "hello back" and one.guild is None for one in here.bot.heard):
            await asyncio.sleep(0.01)
        here.people.ben.accepts_direct_messages = False
        other = await here.bot.direct(here.people.ben)
        with pytest.raises(discord.Forbidden) as caught:
            await other.send("hello")
        assert caught.value.code == 50007


@runs
async def test_a_repeated_nonce_is_the_same_message_for_some_minutes() -> None:
    now = [1.7e9]
    async with place(clock=lambda: now[0]) as here:
        channel = here.bot.text(here.people.general)
        first = await channel.send("once", nonce="job-1")
        again = await channel.send("twice", nonce="job-1")
        assert (again.id, again.content) == (first.id, "once")
        now[0] += 200
        assert (await channel.send("later", nonce="job-1")).id != first.id
        assert len(here.world.messages(here.people.general)) == 2


@runs
async def test_what_is_gone_is_unknown() -> None:
    async with place() as here:
        channel = here.bot.text(here.people.general)
        sent = await channel.send("x")
        await sent.delete()
        for doing in (sent.delete(), sent.edit(content="y"), channel.fetch_message(sent.id)):
            with pytest.raises(discord.NotFound) as caught:
                await doing
            assert caught.value.code == 10008
        here.world.delete_channel(here.people.general)
        with pytest.raises(discord.NotFound) as caught:
            await channel.send("y")
        assert caught.value.code == 10003
        with pytest.raises(discord.HTTPException) as refused:
            await here.bot.text(here.people.dreams).send(
                "y", reference=discord.MessageReference(message_id=5, channel_id=1)
            )
        assert refused.value.code == 50035


@runs
async def test_another_ones_message_can_be_deleted_only_with_the_permission_and_never_edited() -> None:
    async with place() as here:
        posted = await here.standin.post(here.people.general, here.people.ada, "mine")
        message = await here.bot.text(here.people.general).fetch_message(posted.id)
        with pytest.raises(discord.Forbidden) as caught:
            await message.delete()
        assert caught.value.code == 50013
        with pytest.raises(discord.Forbidden) as caught:
            await message.edit(content="yours")
        assert caught.value.code == 50005
        role = here.world.add_role(here.people.guild, "steward", int(Permission.MANAGE_MESSAGES))
        here.people.guild.members[here.world.bot.id].roles.append(role.id)
        await message.delete()
        assert posted.deleted


@runs
async def test_limits_are_refused_in_discords_shape() -> None:
    async with place() as here:
        channel = here.bot.text(here.people.general)
        long = discord.Embed(description="x" * 3500)
        wrong: list[dict[str, object]] = [
            {"content": "x" * 2001},
            {"embed": discord.Embed(title="x" * 257)},
            {"embeds": [long, long]},
            {"content": ""},
        ]
        codes = []
        for fields in wrong:
            with pytest.raises(discord.HTTPException) as caught:
                await channel.send(**fields)  # type: ignore[arg-type]
            codes.append((caught.value.status, caught.value.code))
        assert codes == [(400, 50035)] * 3 + [(400, 50006)]
        view = discord.ui.View()
        for _ in range(2):
            view.add_item(discord.ui.Button(label="x", custom_id="same"))
        with pytest.raises(discord.HTTPException) as caught:
            await channel.send("x", view=view)
        assert "COMPONENT_CUSTOM_ID_DUPLICATED" in str(here.standin.record.exchanges[-1].answer)


@runs
async def test_a_file_is_too_large_by_the_servers_limit() -> None:
    async with place() as here:
        channel = here.bot.text(here.people.general)
        here.people.guild.real_upload_limit = 1000
        assert channel.guild.filesize_limit == 10 << 20  # what is promised
        with pytest.raises(discord.HTTPException) as caught:
            await channel.send(file=discord.File(io.BytesIO(bytes(1001)), "large.bin"))
        assert (caught.value.status, caught.value.code) == (413, 40005)
        await channel.send(file=discord.File(io.BytesIO(bytes(1000)), "small.bin"))
        here.people.guild.real_upload_limit = None
        with pytest.raises(discord.HTTPException) as caught:
            await channel.send(file=discord.File(io.BytesIO(bytes((10 << 20) + 1)), "large.bin"))
        assert caught.value.code == 40005


@runs
async def test_without_permissions_nothing_can_be_done() -> None:
    async with place() as here:
        channel = here.bot.text(here.people.general)
        role = next(one for one in here.people.guild.roles.values() if one.bot is not None)

        async def refused(doing: object) -> int:
            with pytest.raises(discord.Forbidden) as caught:
                await doing  # type: ignore[misc]
            return caught.value.code

        here.world.set_overwrite(here.people.general, role, deny=Permission.ATTACH_FILES)
        assert await refused(channel.send(file=discord.File(io.BytesIO(PICTURE), "a.png"))) == 50013
        sent = await channel.send("words are fine")
        here.world.set_overwrite(here.people.general, role, deny=Permission.SEND_MESSAGES)
        assert await refused(channel.send("words")) == 50013
        await sent.edit(content="one's own may still be edited")
        here.world.set_overwrite(here.people.general, role, deny=Permission.READ_MESSAGE_HISTORY)
        assert [one async for one in channel.history()] == []
        here.world.set_overwrite(here.people.general, role, deny=Permission.VIEW_CHANNEL)
        assert await refused(channel.send("words")) == 50001
        assert await refused(sent.edit(content="x")) == 50001
        dreams = here.bot.get_partial_messageable(here.people.dreams.id)
        here.world.kick_bot(here.people.guild)
        assert await refused(dreams.send("words")) == 50001


@runs
async def test_the_bot_hears_nothing_from_channels_that_it_cannot_see() -> None:
    async with place() as here:
        await here.standin.post(here.people.moderators, here.people.mo, "between us")
        await here.standin.post(here.people.general, here.people.mo, "to all")
        while not here.bot.heard:
            await asyncio.sleep(0.01)
        assert [one.content for one in here.bot.heard] == ["to all"]
        with pytest.raises(CannotDo, match="VIEW_CHANNEL"):
            await here.standin.post(here.people.moderators, here.people.ada, "hello?")


@runs
async def test_who_was_pinged_is_known() -> None:
    async with place() as here:
        channel = here.bot.text(here.people.general)
        ada, ben = here.people.ada, here.people.ben
        text = f"{ada.mention} {ben.mention} @everyone"
        asked = await here.standin.post(here.people.general, ada, "!dream")
        await channel.send(text, allowed_mentions=discord.AllowedMentions.none())
        await channel.send(
            text, allowed_mentions=discord.AllowedMentions(users=[discord.Object(ada.id)], everyone=False)
        )
        await channel.send(text, allowed_mentions=discord.AllowedMentions(users=True, everyone=True))
        reference = discord.MessageReference(message_id=asked.id, channel_id=channel.id)
        await channel.send("r", reference=reference, mention_author=True)
        await channel.send("r", reference=reference, mention_author=False)
        hidden = here.people.moderators
        posted = await here.standin.post(
            hidden, here.people.mo, f"{ada.mention} {here.people.mo.mention} cannot see it"
        )
        assert posted.pinged == set()  # one does not see the channel, the other is the author
        quiet = await channel.send("nobody")
        await quiet.edit(content=text, allowed_mentions=discord.AllowedMentions(users=True))
        pinged = [one.pinged for one in here.world.messages(here.people.general)[1:]]
        # The bot lacks the permission to mention everybody, and an edit notifies nobody.
        assert pinged == [set(), {ada.id}, {ada.id, ben.id}, {ada.id}, set(), set()]


@runs
async def test_without_the_intent_content_is_blank_but_for_the_exceptions() -> None:
    bot = Bot(content=False)
    standin_people = {}
    async with place(bot) as here:
        here.world.application.message_content = False
        people, general = here.people, here.people.general
        standin_people["ada"] = people.ada
        plain = await here.standin.post(general, people.ada, "!dream", attachments=[picture()])
        await here.standin.post(general, people.ada, f"{here.world.bot.mention} dream", attachments=[picture()])
        own = await bot.text(general).send("mine")
        answered = await here.standin.post(
            general, people.ada, "to you", reference=here.world.messages(general)[-1], ping=True
        )
        await here.standin.post(here.world.direct(people.ada), people.ada, "private", attachments=[picture()])
        while len(bot.heard) < 5:
            await asyncio.sleep(0.01)
        shown = {one.id: (one.content, len(one.attachments)) for one in bot.heard}
        assert shown[plain.id] == ("", 0)
        assert sorted(shown.values()) == sorted(
            [("", 0), (f"{here.world.bot.mention} dream", 1), ("mine", 0), ("to you", 0), ("private", 1)]
        )
        assert shown[own.id] == ("mine", 0)
        assert shown[answered.id] == ("to you", 0)
        # And over REST.
        fetched = await bot.text(general).fetch_message(plain.id)
        assert (fetched.content, fetched.attachments) == ("", [])


@runs
async def test_old_messages_take_few_edits() -> None:
    now = [1.7e9]
    async with place(clock=lambda: now[0]) as here:
        sent = await here.bot.text(here.people.general).send("x")
        for number in range(5):
            await sent.edit(content=f"young {number}")
        now[0] += 3601
        here.bot.http.max_ratelimit_timeout = 1  # raise instead of waiting out the 20 s
        for number in range(3):
            await sent.edit(content=f"old {number}")
        with pytest.raises(discord.RateLimited):
            await sent.edit(content="once too often")
        assert here.standin.record.exchanges[-1].answer["code"] == 30046


@runs
async def test_links_expire_and_a_message_fetched_again_has_new_ones() -> None:
    now = [1.7e9]
    async with place(clock=lambda: now[0]) as here:
        posted = await here.standin.post(here.people.general, here.people.ada, "!dream", attachments=[picture()])
        channel = here.bot.text(here.people.general)
        first = (await channel.fetch_message(posted.id)).attachments[0]
        await first.read()
        now[0] += 86401
        with pytest.raises(discord.NotFound):
            await first.read()
        second = (await channel.fetch_message(posted.id)).attachments[0]
        assert await second.read() == posted.attachments[0].data
        here.standin.faults.expire_links()
        with pytest.raises(discord.NotFound):
            await second.read()
        forged = second.url.replace("hm=", "hm=0")
        async with aiohttp.ClientSession() as session:
            assert (await session.get(forged)).status == 404


@runs
async def test_everybody_has_an_avatar_that_is_a_picture() -> None:
    async with place() as here:
        for person in (here.people.ada, here.people.ben):
            user = await here.bot.fetch_user(person.id)
            assert user.display_avatar.url.startswith(here.standin.origin)
            data = await user.display_avatar.with_size(256).read()
            assert data.startswith(b"\x89PNG")
            assert data == person.avatar
        plain = here.world.add_user("plain")
        user = await here.bot.fetch_user(plain.id)
        assert user.avatar is None
        assert (await user.display_avatar.read()).startswith(b"\x89PNG")


@runs
async def test_reactions_threads_and_pins_work() -> None:
    async with place() as here:
        channel = here.bot.text(here.people.general)
        posted = await here.standin.post(here.people.general, here.people.ada, "look")
        message = await channel.fetch_message(posted.id)
        await message.add_reaction("👍")
        here.standin.people.react(here.people.ben, posted, "👍")
        fetched = await channel.fetch_message(posted.id)
        assert [(str(one.emoji), one.count, one.me) for one in fetched.reactions] == [("👍", 2, True)]
        assert {user.name async for user in fetched.reactions[0].users()} == {"ben", "Dreambot"}
        await message.remove_reaction("👍", discord.Object(here.world.bot.id))
        assert posted.reactions == {"👍": [here.people.ben.id]}
        thread = await message.create_thread(name="dreams of it")
        await thread.send("in the thread")
        assert here.world.messages(here.world.channels[thread.id])[0].content == "in the thread"
        await here.standin.post(here.world.channels[thread.id], here.people.ada, "me too")
        async with channel.typing():
            pass
        while not any(one.content == "me too" for one in here.bot.heard):
            await asyncio.sleep(0.01)
        role = here.world.add_role(here.people.guild, "pinner", int(Permission.PIN_MESSAGES))
        here.people.guild.members[here.world.bot.id].roles.append(role.id)
        await message.pin()
        assert [one.id async for one in channel.pins()] == [posted.id]
