"""Who may do what with challenges: every sub-command, button and form, for every kind of person."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bot.challenges.doors.handles import Act, handle
from bot.challenges.model import State
from bot.playground.model import User
from tests.bot.challenges.doors.stage import Stage, on_stage

REFUSED = "This is for those with the permission Manage Server"
MAY = ("manager", "Manage Server", "owner")

#: Sub-commands for moderators, with options that work.
COMMANDS: dict[str, dict[str, Any]] = {
    "create": {},
    "edit": {"challenge": "1"},
    "show": {"challenge": "1"},
    "schedule": {"challenge": "1", "opens": "1 day"},
    "open": {"challenge": "1"},
    "extend": {"challenge": "1", "voting": "1 day"},
    "close": {"challenge": "1"},
    "reopen": {"challenge": "1", "voting": "1 day"},
    "cancel": {"challenge": "1"},
    "review": {"challenge": "1"},
    "disqualify": {"challenge": "1", "reason": "why"},
    "audit": {"challenge": "1"},
}

MEMBERS = {"dream", "submit", "withdraw", "gallery", "rules", "results", "leaderboard", "history"}

#: What only moderators press; all others are members'.
ORGANISING = tuple(Act)[: list(Act).index(Act.RULES)]


def everybodys(stage: Stage) -> set[str]:
    """The sub-commands that members have."""
    (group,) = [one for one in stage.house.standin.commands.all(None) if one.name == "challenge"]
    return {one["name"] for one in group.fields["options"]} - set(COMMANDS)


def test_in_code_since_discord_shows_them_to_everybody(tmp_path: Path) -> None:
    async def test(stage: Stage) -> None:
        await stage.appoint()
        assert everybodys(stage) <= MEMBERS, "a command that nobody has decided about"
        await stage.draft()
        for name, options in COMMANDS.items():
            given = dict(options) | ({"member": stage.house.bob} if name == "disqualify" else {})
            for kind, user in stage.kinds.items():
                before = await stage.history()
                done = await stage.slash(user, f"challenge {name}", **given)
                refused = done.modal is None and REFUSED in done.text
                assert refused == (kind not in MAY), f"{kind} /challenge {name}: {done.text}"
                if refused:
                    assert await stage.history() == before

    on_stage(tmp_path, test)


def test_clicks_and_forms_are_checked_as_well(tmp_path: Path) -> None:
    """An ephemeral page is its reader's own; but an id can be made up, and somebody's permissions withdrawn."""

    async def test(stage: Stage) -> None:
        await stage.appoint()
        challenge = await stage.open(review=True)
        entry = await stage.enter(challenge, stage.house.alice)
        before = await stage.history()
        for act in ORGANISING:
            more = {Act.TOGGLE: ("review", "0"), Act.CLOSE: ("submitting",), Act.REVIEW: ("all", "0")}.get(act, ("0",))
            if act in (Act.FORM, Act.FIX, Act.SAVE, Act.SAVE_AGAIN):
                more = ("texts", "1")
            first = entry.id if act in DECIDES else challenge.id
            for user in (stage.house.alice, stage.house.mod):
                told = await pressed(stage, user, handle(act, first, *more))
                assert REFUSED in told, f"{act} by {user.name}: {told}"
        assert await stage.history() == before
        assert (await stage.get()).state is State.SUBMITTING

    on_stage(tmp_path, test)


DECIDES = (Act.APPROVE, Act.REJECT, Act.REJECT_SAVE, Act.DISQUALIFY, Act.DISQUALIFY_SAVE)


async def pressed(stage: Stage, user: User, custom_id: str) -> str:
    """A button with this id, in a message that everybody sees."""
    from discord import ButtonStyle
    from discord.ui import Button, View

    view = View(timeout=None)
    view.add_item(Button(label="It", custom_id=custom_id, style=ButtonStyle.primary))
    channel: Any = stage.house.client.get_channel(stage.arena.id)
    sent = await channel.send("a page", view=view)
    message = next(one for one in stage.house.world.messages(stage.arena) if one.id == sent.id)
    done = await stage.press(user, message, "It")
    return done.text


def test_what_another_version_has_made_is_said_to_be_that(tmp_path: Path) -> None:
    async def test(stage: Stage) -> None:
        await stage.draft()
        for custom_id in (
            "c9:new:1",
            "c1:nothing:1",
            "c1:page",
            "c1:form:1:nothing",
            "c1:toggle:1:zone:1",
            "c1:page:٣",
        ):
            told = await pressed(stage, stage.boss, custom_id)
            assert "another version of me" in told, custom_id

    on_stage(tmp_path, test)


def test_completions_tell_members_nothing(tmp_path: Path) -> None:
    async def test(stage: Stage) -> None:
        await stage.draft(theme="Secret plans")
        for user, count in ((stage.boss, 1), (stage.house.alice, 0)):
            found = await stage.house.standin.autocomplete(user, stage.arena, "challenge show", "challenge", "")
            assert len(found) == count
            assert count == 0 or "#1 · Secret plans · draft" in str(found)

    on_stage(tmp_path, test)
