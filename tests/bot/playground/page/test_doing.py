"""What a tab asks for is done as Discord would do it, or refused in one sentence; the connection stays."""

from __future__ import annotations

from typing import Any

import pytest

from bot.playground.model import Attachment
from tests.bot.playground.conftest import PICTURE, runs
from tests.bot.playground.page.town import town, where


@runs
async def test_what_is_no_request_is_answered_with_one_sentence_and_nothing_ends() -> None:
    async with town() as here:
        tab = await here.tab()
        deep = "[" * 100_000
        for text in ("", "hello", "[]", "1", "null", "{", '{"do": "be"}', '{"id": "x", "do": "be"}', deep,
                     '{"id": NaN, "do": "be"}', '{"id": true, "do": "be"}', '{"id": 1e999, "do": "be"}',
                     '{"id": 1, "do": "be", "x": 1e999}', '{"id": ' + "9" * 5000 + ', "do": "be"}'):  # fmt: skip
            await tab.ws.send_str(text)
            answer = await tab.answer(None)
            assert "reload" in answer["error"], text
            assert "\n" not in answer["error"]
        await tab.ws.send_bytes(b"\x00\xff")
        assert "no text" in (await tab.answer(None))["error"]
        assert "unknown here" in await tab.refused("explode")
        assert "unknown here" in await tab.refused("")
        await tab.ws.send_json({"id": 77, "do": ["be"]})
        assert "unknown here" in (await tab.answer(77))["error"]
        assert (await tab.ask("be"))["me"]


@runs
async def test_nothing_is_done_for_a_tab_that_has_not_said_who_it_is() -> None:
    async with town() as here:
        tab = await here.tab(be=False)
        general = where(here.people.general)
        assert await tab.refused("post", channel=general, text="hello") == "Choose first who you are."
        assert await tab.refused("open", channel=general) == "Choose first who you are."
        await here.standin.post(here.people.general, here.people.ada, "hello")
        await tab.ask("be")
        assert tab.told("message") == []


BAD_IDS: list[Any] = [None, "", "x", "-1", "1.5", "٣", "9" * 21, 5, True, [], {"a": 1}, "12 "]


@pytest.mark.parametrize(
    ("do", "fields"),
    [
        ("open", {}),
        ("look", {}),
        ("post", {"text": "hello"}),
        ("edit", {"message": "1", "text": "x"}),
        ("delete", {"message": "1"}),
        ("dismiss", {"message": "1"}),
        ("react", {"message": "1", "emoji": "👍", "add": True}),
        ("command", {"name": "help", "options": {}}),
        ("complete", {"name": "help", "focused": "x", "typed": "", "options": {}}),
        ("menu", {"name": "Look", "message": "1"}),
        ("press", {"message": "1", "custom_id": "x"}),
        ("select", {"message": "1", "custom_id": "x", "values": []}),
    ],
)
def test_what_is_no_id_is_refused_in_one_sentence(do: str, fields: dict[str, Any]) -> None:
    @runs
    async def ask() -> None:
        async with town() as here:
            tab = await here.tab()
            for bad in BAD_IDS:
                assert "no id" in await tab.refused(do, channel=bad, **fields)
            assert "no id" in await tab.refused(do, **fields)
            assert "no such channel" in await tab.refused(do, channel="1", **fields)
            if "message" in fields:
                general = where(here.people.general)
                for bad in BAD_IDS:
                    assert "no id" in await tab.refused(do, channel=general, **{**fields, "message": bad})
                assert "not there" in await tab.refused(do, channel=general, **fields)
            assert await tab.ask("open", channel=where(here.people.general)) == {"messages": [], "more": False}

    ask()


@runs
async def test_fields_of_another_form_are_refused_in_one_sentence() -> None:
    async with town() as here:
        tab = await here.tab()
        general = where(here.people.general)
        wrong: list[tuple[str, dict[str, Any]]] = [
            ("be", {"person": 5}),
            ("be", {"person": "x"}),
            ("open", {"before": "x"}),
            ("open", {"limit": "many"}),
            ("open", {"limit": -1}),
            ("open", {"limit": 1000}),
            ("post", {"text": 5}),
            ("post", {"text": ["x"]}),
            ("post", {"text": "x", "uploads": "cat.png"}),
            ("post", {"text": "x", "uploads": ["cat.png"]}),
            ("post", {"text": "x", "uploads": [{}]}),
            ("post", {"text": "x", "uploads": [{"id": "gone"}]}),
            ("post", {"text": "x", "ping": "yes"}),
            ("post", {"text": "x", "reply_to": "1"}),
            ("post", {"text": "x", "reply_to": "x"}),
            ("post", {}),
            ("post", {"text": "   "}),
            ("command", {"name": 5}),
            ("command", {"name": "nothing", "options": []}),
            ("command", {"name": "nothing", "options": {}}),
            ("command", {"name": "", "options": {}}),
            ("complete", {"name": "nothing", "focused": "a", "typed": "b", "options": {}}),
            ("complete", {"name": "nothing", "options": {}}),
            ("menu", {"name": "nothing", "user": "1"}),
            ("menu", {"name": "nothing", "user": str(here.people.ben.id)}),
            ("menu", {}),
            ("submit", {"values": {}}),
            ("submit", {"interaction": "1", "values": {}}),
            ("watch", {}),
            ("watch", {"on": 1}),
            ("fault", {}),
            ("fault", {"name": "earthquake"}),
            ("fault", {"name": "answer_429", "count": -1}),
            ("fault", {"name": "answer_429", "count": 1.5}),
            ("fault", {"name": "answer_500", "count": "all"}),
            ("fault", {"name": "answer_500", "count": 10**9}),
            ("fault", {"name": "slow_network", "seconds": 3600}),
            ("fault", {"name": "slow_network"}),
            ("fault", {"name": "refuse_content_intent", "on": "yes"}),
            ("restart", {}),
        ]
        for do, fields in wrong:
            await tab.refused(do, **{"channel": general, **fields})
        assert here.world.messages() == []
        assert here.standin.record.crashes == []


@runs
async def test_the_playgrounds_own_mistake_is_owned_up_to(caplog: Any) -> None:
    async with town() as here:
        tab = await here.tab()
        here.standin.people.post = None  # type: ignore[assignment,method-assign]
        sentence = await tab.refused("post", channel=where(here.people.general), text="hello")
        assert "playground itself failed" in sentence
        assert "'NoneType' object is not callable" in caplog.text
        assert await tab.ask("open", channel=where(here.people.general)) == {"messages": [], "more": False}


@runs
async def test_history_comes_in_pages_oldest_first() -> None:
    async with town() as here:
        people = here.people
        for number in range(120):
            await here.standin.post(people.general, people.ben, f"number {number}")
        tab = await here.tab()
        general = where(people.general)
        newest = await tab.ask("open", channel=general)
        assert [one["content"] for one in newest["messages"]] == [f"number {one}" for one in range(70, 120)]
        assert newest["more"]
        older = await tab.ask("open", channel=general, before=newest["messages"][0]["id"], limit=70)
        assert [one["content"] for one in older["messages"]] == [f"number {one}" for one in range(70)]
        assert not older["more"]


@runs
async def test_a_message_too_long_is_refused_as_the_chat_refuses_it() -> None:
    async with town() as here:
        tab = await here.tab()
        general = where(here.people.general)
        sentence = await tab.refused("post", channel=general, text="x" * 2001)
        assert sentence == "Your message is too long: it has 2,001 characters, and a message holds 2,000."
        assert "too long" in await tab.refused("post", channel=general, text="x" * 1_000_000)
        longest = (await tab.ask("post", channel=general, text="x" * 2000))["message"]
        assert "too long" in await tab.refused("edit", channel=general, message=longest["id"], text="y" * 2001)
        assert here.world.messages()[0].content == "x" * 2000


@runs
async def test_half_a_character_does_not_reach_the_bot() -> None:
    async with town(bot=True) as here:
        tab = await here.tab()
        await tab.ws.send_str(
            f'{{"id": 50, "do": "post", "channel": "{where(here.people.general)}", "text": "a\\ud800b", "uploads": []}}'
        )
        assert (await tab.answer(50))["result"]["message"]["content"] == "a\ufffdb"


@runs
async def test_own_messages_can_be_changed_and_deleted_others_only_by_a_moderator() -> None:
    async with town() as here:
        people = here.people
        ada, ben, mo = [await here.tab(one) for one in (people.ada, people.ben, people.mo)]
        general = where(people.general)
        sent = (await ada.ask("post", channel=general, text="first"))["message"]["id"]
        changed = (await ada.ask("edit", channel=general, message=sent, text="second"))["message"]
        assert changed["edited_timestamp"] is not None
        await ben.message("second")
        assert "Only its author" in await ben.refused("edit", channel=general, message=sent, text="mine")
        assert "Only its author" in await mo.refused("edit", channel=general, message=sent, text="mine")
        assert "cannot be empty" in await ada.refused("edit", channel=general, message=sent, text=" ")
        assert "author or a moderator" in await ben.refused("delete", channel=general, message=sent)
        await mo.ask("delete", channel=general, message=sent)
        for tab in (ada, ben, mo):
            assert (await tab.event("gone"))["message"] == sent
        assert "not there" in await ada.refused("edit", channel=general, message=sent, text="third")


@runs
async def test_a_reaction_is_an_emoji() -> None:
    async with town() as here:
        tab = await here.tab()
        general = where(here.people.general)
        sent = (await tab.ask("post", channel=general, text="hello"))["message"]["id"]
        for bad in ("hello", "", "<b>", "👍" * 20, "a👍", "name:5"):
            assert await tab.refused("react", channel=general, message=sent, emoji=bad, add=True) == (
                "A reaction is one emoji."
            )
        for good in ("👍", "❤️", "👩‍🎨"):
            await tab.ask("react", channel=general, message=sent, emoji=good, add=True)
        await tab.ask("react", channel=general, message=sent, emoji="👍", add=False)
        assert list(here.world.messages()[0].reactions) == ["❤️", "👩‍🎨"]


@runs
async def test_pictures_are_posted_with_their_description_and_spoiler() -> None:
    async with town() as here:
        tab = await here.tab()
        one, other = await here.upload(name="my cat.png"), await here.upload(b"no picture", "note.txt")
        assert one | {"id": ""} == {
            "id": "",
            "filename": "my_cat.png",
            "size": len(PICTURE),
            "content_type": "image/png",
            "width": 4,
            "height": 3,
        }
        assert (other["content_type"], other["width"]) == ("text/plain; charset=utf-8", None)
        uploads = [{"id": one["id"], "description": "A cat", "spoiler": True}, {"id": other["id"]}]
        sent = (await tab.ask("post", channel=where(here.people.general), text="", uploads=uploads))["message"]
        first, second = sent["attachments"]
        assert (first["description"], first["flags"], first["width"]) == ("A cat", 8, 4)
        assert sent["extra"]["before"] == [None, None]
        for attachment, data, kind in ((first, PICTURE, "image/png"), (second, b"no picture", "text/plain")):
            async with here.session.get(attachment["url"]) as answer:
                assert (await answer.read(), answer.content_type) == (data, kind)
                assert answer.headers["X-Content-Type-Options"] == "nosniff"
                assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
                saved = answer.headers.get("Content-Disposition")
                assert saved == (None if kind == "image/png" else 'attachment; filename="note.txt"')
        kept = here.world.messages()[0].attachments[0]
        assert isinstance(kept, Attachment)
        assert kept.data == PICTURE
        too_long = [{"id": one["id"], "description": "x" * 1025}]
        assert "shorten it" in await tab.refused("post", channel=where(here.people.general), text="", uploads=too_long)
