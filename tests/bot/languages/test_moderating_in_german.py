"""Moderators' doors, used by people of another language: all of it is said in theirs, the log channel in the server's.

The other language is the pseudo-language of `tests.bot.languages.pseudo`.
"""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.languages.__main__ import sentences
from bot.moderation.catalogue import SETTINGS, Group
from bot.moderation.doors.reports import MENU_NAME
from bot.moderation.doors.writable import writing_needs
from bot.moderation.places import SERVER, channel_scope, role_scope
from bot.playground.components import walk
from bot.playground.drafts import File
from bot.playground.interactions import Interaction
from bot.playground.model import Message, User
from bot.playground.permissions import Permission
from dreamcore.catalogue import network_info
from tests.bot.dreaming.doors.house import PICTURE, at_home
from tests.bot.languages.pseudo import LOCALE, Heard, unsaid
from tests.bot.moderation.doors.office import Office, held

#: What is the same in every language: keys of settings, values, and what people have called their things.
TYPED = (
    *SETTINGS,
    *("Dreamers", "#garden", "#dreams", "#mod-log", "@Keepers", "@Artists", "@Moderators", "@Bosses", "@everyone"),
    *(choice for setting in SETTINGS.values() if len(setting.choices) < 5 for choice in setting.choices),
    *("Dreambot", "cat.png", "inception_v1", "vgg16", "mixed4c", "patterns", "Too many snakes", "Spring cleaning"),
)
LAYERS = tuple(layer.name for layer in network_info("inception_v1").layers)
_SHOWN = ("label", "description", "placeholder", "title", "content")


def words_of(components: list[dict[str, Any]]) -> list[str]:
    """All that is written on buttons, menus and fields."""
    found = []
    for one in walk(components):
        for part in (one, *(one.get("options") or ())):
            found += [str(part[name]) for name in _SHOWN if part.get(name)]
    return found


def left_english(*shown: Message | Interaction | str, typed: tuple[str, ...] = ()) -> list[str]:
    """Everything in these that `tr` has not said."""
    texts: list[str] = []
    for one in shown:
        if isinstance(one, str):
            texts.append(one)
        elif isinstance(one, Message):
            texts += [one.text, *words_of(one.components)]
        elif one.modal is not None:
            texts += [one.modal["title"], *words_of(one.modal["components"])]
        else:
            assert one.original is not None
            texts += [one.original.text, *words_of(one.original.components)]
    return [words for text in texts for words in unsaid(text, *TYPED, *typed)]


def is_english(text: str) -> bool:
    return "⟦" not in text


def at_work(home: Path, test: Callable[[Office], Awaitable[None]], *, server: str = "en-GB", people: str) -> None:
    """In an office on a server of that language, whose people have chosen one of their own."""

    async def run() -> None:
        made: list[Office] = []

        def furnish(house: Any) -> None:
            house.guild.locale = server
            made.append(Office(house))
            for user in (made[0].owner, made[0].boss, made[0].keeper, house.mod, house.alice, house.bob):
                user.locale = people

        async with at_home(home, furnish=furnish):
            async with asyncio.timeout(120):
                await test(made[0])

    asyncio.run(run())


async def dream(office: Office, user: User | None = None) -> Message:
    await office.house.post("!dream seed=5", PICTURE, user=user)
    return await office.house.standin.message(lambda one: one.author is office.house.bot and one.attachments)


@functools.cache
def in_the_code() -> set[str]:
    """The sentences that translators get to see."""
    return {one for message in sentences() for one in (message.id if isinstance(message.id, tuple) else (message.id,))}


@pytest.fixture(autouse=True)
def all_of_it_can_be_translated(pseudo: Heard) -> Iterator[None]:
    """Nothing is said by `tr` that the extraction of sentences has missed."""
    yield
    assert pseudo.templates - in_the_code() == set()


# --- what one person sees


def test_settings_are_set_and_shown_in_the_moderators_language(tmp_path: Path, pseudo: Heard) -> None:
    async def test(office: Office) -> None:
        boss, garden = office.boss, channel_scope(office.garden.id)
        await office.set("strength", "2", garden)
        await office.set("per-hour", "5", role_scope(office.artists.id))
        await office.set("layer", "mixed4c")
        for options in (
            {"key": "per-hour", "value": "50"},
            {"key": "per-hour", "value": "0"},
            {"key": "per-hour", "value": "many"},
            {"key": "layer", "value": "flowers"},
            {"key": "layer", "value": "4c", "place": "#garden"},
            {"key": "style", "value": "catts"},
            {"key": "network", "value": "inception_v2"},
            {"key": "strength", "value": "9"},
            {"key": "size", "value": "huge"},
            {"key": "most-size", "value": "auto"},
            {"key": "spoilers", "value": "allways"},
            {"key": "locked", "value": "layer stile"},
            {"key": "locked", "value": ","},
            {"key": "buttons", "value": "perhaps"},
            {"key": "prefix", "value": "/"},
            {"key": "prefix", "value": "?"},
            {"key": "time-zone", "value": "Europe/Viena"},
            {"key": "log-channel", "value": "#garden #dreams"},
            {"key": "log-channel", "value": "#gardn"},
            {"key": "roles", "value": "<@&99>"},
            {"key": "managers", "value": "@Keepers"},
            {"key": "managers", "value": ""},
            {"key": "laier", "value": "4c"},
            {"key": "prefix", "value": "!", "place": "#garden"},
            {"key": "prefix", "value": "!", "place": "@Artists"},
            {"key": "buttons", "value": "off", "place": "@Artists"},
            {"key": "layer", "value": "4c", "place": "#gardn"},
            {"key": "network", "value": "vgg16"},
        ):
            told = await office.slash(boss, "settings set", **options)
            assert left_english(told, typed=tuple(options.values())) == [], options
        for name, options in (
            ("settings show", {}),
            ("settings show", {"place": "#garden"}),
            ("settings show", {"place": "@Artists"}),
            ("settings reset", {"key": "prefix"}),
            ("settings reset", {"key": "prefix"}),
            ("settings reset", {}),
            ("settings reset", {"place": "#garden"}),
            ("settings history", {}),
            ("settings undo", {}),
            ("settings undo", {"change": "soon"}),
            ("settings undo", {"change": "999"}),
            ("settings undo", {"change": "1"}),
            ("settings undo", {"change": "3"}),
            ("settings export", {}),
        ):
            told = await office.slash(boss, name, **options)
            assert left_english(told, typed=tuple(options.values())) == [], (name, options)
        shown = await office.slash(boss, "settings show")
        assert shown.original is not None
        for label in ("Next ▶", "Next ▶", "◀ Back", "Change by clicking"):
            await office.house.standin.press(boss, shown.original, f"⟦{label}⟧")
            assert left_english(shown.original) == []
        office.open_commands()
        refused = await office.slash(office.house.alice, "settings show")
        assert refused.text == "⟦This is for those with the permission Manage Server.⟧"
        assert pseudo.unsaid_values(*TYPED) == []

    at_work(tmp_path, test, people=LOCALE)


def test_what_is_offered_is_in_the_moderators_language_and_what_it_means_is_not(tmp_path: Path, pseudo: Heard) -> None:
    async def test(office: Office) -> None:
        standin, owner, here = office.house.standin, office.owner, office.house.channel
        await office.set("per-hour", "5")
        await office.set("managers", str(office.keepers.id))

        async def offered(command: str, option: str, typed: str = "", **others: Any) -> list[dict[str, Any]]:
            return await standin.autocomplete(owner, here, command, option, typed, others)

        for key in SETTINGS:
            found = await offered("settings set", "value", key=key)
            values = (*LAYERS, *(str(one["value"]) for one in found))
            assert left_english(*(one["name"] for one in found), typed=values) == [], key
        for command, option, others in (
            ("settings set", "key", {}),
            ("settings set", "place", {"key": "layer", "value": "4c"}),
            ("settings reset", "key", {}),
            ("settings undo", "change", {}),
            ("mod block", "until", {"member": office.house.alice}),
        ):
            found = await offered(command, option, **others)
            assert found
            assert left_english(*(one["name"] for one in found)) == [], command
        found = await offered("mod block", "until", "⟦3", member=office.house.alice)
        assert {"name": "⟦3 days⟧", "value": "3 days"} in found

    at_work(tmp_path, test, people=LOCALE)


def test_forms_are_in_the_moderators_language(tmp_path: Path, pseudo: Heard) -> None:
    async def test(office: Office) -> None:
        standin, boss = office.house.standin, office.boss
        await office.set("layer", "mixed4c")
        await office.set("network", "vgg16")
        shown = (await office.slash(boss, "settings form")).original
        assert shown is not None
        for group in Group:
            menu = next(one["custom_id"] for one in walk(shown.components) if one["type"] == 3)
            await office.select(boss, shown, menu, [group.name.lower()])
            assert left_english(shown) == []
            for label in [one["label"] for one in shown.buttons if one["label"].startswith("⟦Change ")]:
                opened = await standin.press(boss, shown, label)
                assert left_english(opened, typed=_choices(opened)) == []
        await office.select(boss, shown, menu, [Group.DEFAULTS.name.lower()])
        (label,) = [one["label"] for one in shown.buttons if one["label"].startswith("⟦Change ")]
        opened = await standin.press(boss, shown, label)
        wrong = await standin.submit(opened, held(opened, layer="flowers", strength="9"))
        assert wrong.original is not None
        message = next(one for one in office.house.world.messages() if "Correct it" in str(one.components))
        assert left_english(message, typed=("flowers", "vgg16", "mixed4c")) == []
        again = await standin.press(boss, message, "⟦Correct it⟧")
        done = await standin.submit(again, held(again, layer="features.20", strength="2"))
        assert left_english(done.text, typed=("features.20",)) == []
        assert office.stored()["strength"] == "2"

    at_work(tmp_path, test, people=LOCALE)


def _choices(opened: Interaction) -> tuple[str, ...]:
    assert opened.modal is not None
    return tuple(option["value"] for one in walk(opened.modal["components"]) for option in one.get("options") or ())


def test_people_and_dreams_are_moderated_in_the_moderators_language(tmp_path: Path, pseudo: Heard) -> None:
    async def test(office: Office) -> None:
        house, mod, owner = office.house, office.house.mod, office.owner
        made = await dream(office)
        link = f"https://discord.com/channels/{made.guild_id}/{made.channel_id}/{made.id}"
        for user, name, options in (
            (owner, "mod block", {"member": house.bob, "until": "3 Tage", "reason": "Too many snakes"}),
            (owner, "mod block", {"member": house.alice}),
            (owner, "mod blocks", {}),
            (owner, "mod unblock", {"member": house.bob}),
            (owner, "mod unblock", {"member": house.alice}),
            (owner, "mod unblock", {"member": house.alice}),
            (owner, "mod blocks", {}),
            (owner, "mod block", {"member": house.bob, "until": "gleich"}),
            (owner, "mod block", {"member": house.bob, "until": "1.1.2001"}),
            (owner, "mod block", {"member": house.bob, "until": "99 Jahre"}),
            (owner, "mod block", {"member": owner}),
            (owner, "mod block", {"member": house.bot}),
            (owner, "mod queue", {}),
            (owner, "mod pause", {"reason": "Spring cleaning"}),
            (owner, "mod pause", {}),
            (owner, "mod queue", {}),
            (owner, "mod resume", {}),
            (owner, "mod resume", {}),
            (mod, "mod resume", {}),
            (mod, "mod cancel", {}),
            (mod, "mod cancel", {"dream": "none"}),
            (mod, "mod delete", {"dream": "that one"}),
            (mod, "mod delete", {"dream": link}),
            (mod, "mod delete", {"dream": link}),
        ):
            told = await office.slash(user, name, **options)
            assert left_english(told, typed=("gleich",)) == [], (name, options)
        house.engine.gate.clear()
        for user in (house.alice, house.bob):
            asked = await house.post("!dream", PICTURE, user=user)
            await house.standin.message(lambda one, asked=asked: one.reply_to == asked.id)
        told = await office.slash(owner, "mod block", member=house.bob)
        assert left_english(told) == []
        shown = await office.slash(mod, "mod queue")
        offered = await house.standin.autocomplete(mod, house.channel, "mod cancel", "dream", "")
        recipes = tuple(job.recipe for job in await house.queue.open_jobs())
        assert left_english(shown, *(one["name"] for one in offered), typed=recipes) == []
        told = await office.slash(mod, "mod cancel", member=house.bob)
        assert left_english(told) == []
        assert pseudo.unsaid_values(*TYPED, *recipes) == []

    at_work(tmp_path, test, people=LOCALE)


def test_a_file_and_what_is_wrong_with_it_is_told_in_the_moderators_language(tmp_path: Path, pseudo: Heard) -> None:
    async def test(office: Office) -> None:
        foreign = "server layer = 4c\nserver roles = 5\nchannel:9 strength = 2\nrole:9 strength = 2\n"
        for text, options in (
            (foreign, {}),
            (foreign, {"skip": True}),
            ("nonsense\nserver laier = 4c\nserver layer = 4c\nserver layer = 4c\nrole:5 prefix = ?\n", {}),
            ("nonsense\n" * 20, {}),
            ("# nothing\n", {}),
            ("#" * (70 << 10), {}),
            ("server layer = 4d\n", {"replace": True}),
        ):
            file = File(filename="settings.txt", data=text.encode())
            told = await office.slash(office.boss, "settings import", file=file, **options)
            assert left_english(told, typed=("nonsense", "laier")) == [], text[:60]
        told = await office.slash(office.boss, "settings import", file=File(filename="a.txt", data=b"\xff\xfe\x00"))
        assert left_english(told) == []

    at_work(tmp_path, test, people=LOCALE)


# --- what everybody sees


def logged(office: Office) -> list[Message]:
    """What everybody reads in the log channel."""
    return [one for one in office.house.world.messages(office.log) if one.only_for is None]


async def written(office: Office, sign: str) -> Message:
    """The entry of the log channel that has it."""
    return await office.house.standin.message(lambda one: one in logged(office) and sign in one.text)


async def pressed(office: Office, entry: Message) -> None:
    """The first button under an entry, which goes away then."""
    await office.house.standin.press(office.owner, entry, str(entry.buttons[0]["custom_id"]))
    await office.house.standin.message(lambda one: one is entry and not one.buttons)


async def everything_that_is_logged(office: Office) -> None:
    """One of each entry, with the buttons under them used."""
    house, owner = office.house, office.owner
    await office.slash(owner, "settings set", key="log-channel", value=f"<#{office.log.id}>")
    await office.slash(owner, "settings set", key="strength", value="2", place="#garden")
    await pressed(office, await written(office, "`strength`"))
    await office.slash(owner, "mod pause", reason="Spring cleaning")
    await office.slash(owner, "mod resume")
    await office.slash(owner, "mod block", member=house.bob, until="3 days", reason="Too many snakes")
    await office.slash(owner, "mod unblock", member=house.bob)
    made = await dream(office)
    begun = await house.standin.menu(house.bob, house.channel, MENU_NAME, made)
    await house.standin.fulfilled(begun)
    report = await written(office, "🚩")
    assert len(report.buttons) == 2
    await pressed(office, report)
    house.engine.gate.clear()
    asked = await house.post("!dream", PICTURE, user=house.bob)
    await house.standin.message(lambda one: one.reply_to == asked.id)
    await office.slash(house.mod, "mod cancel", member=house.bob)
    await house.standin.message(lambda _: len(logged(office)) == 10)


def test_the_log_channel_is_in_the_servers_language(tmp_path: Path, pseudo: Heard) -> None:
    async def test(office: Office) -> None:
        await everything_that_is_logged(office)
        recipes = tuple(order.recipe for order in office.house.engine.orders)
        assert left_english(*logged(office), typed=recipes) == []

    at_work(tmp_path, test, server=LOCALE, people="en-GB")


def test_whoever_moderates_the_log_channel_stays_in_the_servers_language(tmp_path: Path, pseudo: Heard) -> None:
    async def test(office: Office) -> None:
        await office.slash(office.owner, "settings set", key="log-channel", value=f"<#{office.log.id}>")
        await office.slash(office.owner, "settings set", key="strength", value="2", place="#garden")
        await pressed(office, await written(office, "`strength`"))
        await office.slash(office.owner, "mod pause", reason="Spring cleaning")
        await written(office, "Spring cleaning")
        assert [one.text for one in logged(office) if not is_english(one.text + str(one.components))] == []

    at_work(tmp_path, test, people=LOCALE)


def test_what_is_wrong_with_the_log_channel_is_told_once_whoever_reads_it_next(tmp_path: Path, pseudo: Heard) -> None:
    async def test(office: Office) -> None:
        house, owner, boss = office.house, office.owner, office.boss
        boss.locale = "en-GB"
        await office.set("log-channel", str(office.log.id))
        house.world.set_overwrite(office.log, house.bot, deny=int(Permission.SEND_MESSAGES))
        (guild,) = house.client.guilds
        await house.until(lambda: writing_needs(guild, office.log.id))
        told = (await office.slash(owner, "settings set", key="strength", value="2")).text
        assert "⟦I may not write in" in told
        assert left_english(told) == []
        assert "I may not write in" not in (await office.slash(boss, "settings set", key="strength", value="3")).text

    at_work(tmp_path, test, people=LOCALE)


def test_messages_are_answered_in_the_servers_language_and_commands_in_the_moderators(
    tmp_path: Path, pseudo: Heard
) -> None:
    async def test(office: Office) -> None:
        boss = office.boss
        for text in (
            "!dreamset",
            "!dreamset help",
            "!dreamset show #garden",
            "!dreamset layer patterns",
            "!dreamset layer",
            "!dreamset set",
            "!dreamset reset",
            "!dreamset reset layer",
            "!dreamset import",
            "!dreamset import everything",
            "!dreamset export",
            "!dreamset history",
            "!dreamset undo",
            "!dreamset form",
            "!dreamset #gardn layer 4c",
            "!dreamset sparkle on",
        ):
            answer = await office.says(boss, text)
            assert left_english(answer, typed=("everything", "sparkle", "gardn")) == [], text
        assert is_english((await office.slash(boss, "settings history")).text)
        await office.set("language", "en", channel_scope(office.garden.id))
        assert is_english((await office.says(boss, "!dreamset history", channel=office.garden)).text)
        assert not is_english((await office.says(boss, "!dreamset history")).text)
        await office.set("language", "en", SERVER)
        assert is_english((await office.says(boss, "!dreamset history")).text)

    at_work(tmp_path, test, server=LOCALE, people="en-GB")


# --- what Discord shows


@pytest.mark.parametrize("name", ["settings", "mod"])
def test_every_command_and_option_explains_itself_in_all_languages(tmp_path: Path, name: str) -> None:
    async def test(office: Office) -> None:
        (group,) = [one for one in office.house.standin.commands.all(None) if one.name == name]
        descriptions = [str(one["description"]) for one in walk_options(group.fields)]
        assert len(descriptions) > 10
        assert [one for one in descriptions if one not in in_the_code()] == []

    at_work(tmp_path, test, people="en-GB")


def walk_options(command: dict[str, Any]) -> list[dict[str, Any]]:
    return [command, *(found for one in command.get("options") or () for found in walk_options(one))]
