"""Errors come to whoever runs the bot: without a word of members, and not too often."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

from bot.operations.application import application_of
from bot.operations.seeing.reports import MOST_KINDS, Reports
from tests.bot.dreaming.doors.house import House, living

_log = logging.getLogger("bot.jobs.pretended")
SECRET = "ada posted holiday.png at 123456789012345678"


async def reports_of(house: House, **more: Any) -> Reports:
    owners = (await application_of(house.standin.token, house.standin.api)).owners
    where = more.pop("where", house.channel.id)
    values = {"gather": 0.05, "every": 3600.0, **more}
    reports = Reports(mailbox=house.client.answers.mailbox, where=where, owners=owners, **values)
    reports.start()
    return reports


def trouble() -> None:
    try:
        raise ValueError(SECRET)
    except ValueError:
        _log.exception("a picture of %s could not be kept: %s", SECRET, SECRET)


def test_a_report_says_where_what_and_how_often_and_nothing_of_members(tmp_path: Path) -> None:
    async def test(house: House) -> None:
        reports = await reports_of(house)
        for _ in range(3):
            trouble()
        _log.warning("no error %s", SECRET)
        _log.error(f"glued: {SECRET}")
        logging.getLogger("discord.state").error("about %s", SECRET)
        told = await house.said("Something went wrong")
        await reports.end()
        assert "• 3 times: `bot.jobs.pretended:" in told.text
        assert "ValueError a picture of %s could not be kept: %s" in told.text
        assert "• 1 time: `discord`" in told.text
        assert not [word for word in SECRET.split() if len(word) > 2 and word in told.text]
        assert told.channel_id == house.channel.id

    living(tmp_path, test)


def test_the_owner_gets_a_direct_message_where_no_channel_is_named(tmp_path: Path) -> None:
    async def test(house: House) -> None:
        house.world.add_member(house.guild, house.world.application.owner)
        reports = await reports_of(house, where=None)
        trouble()
        told = await house.said("Something went wrong")
        await reports.end()
        channel = house.world.channels[told.channel_id]
        assert channel.recipients == [house.world.application.owner]

    living(tmp_path, test)


def test_however_much_goes_wrong_one_report_comes_in_a_while_and_is_short(tmp_path: Path) -> None:
    async def test(house: House) -> None:
        reports = await reports_of(house)
        for number in range(200):
            logging.getLogger(f"bot.part{number}").error("%s broke " + "x" * 300, number)
        told = await house.said("Something went wrong")
        assert len(told.text) < 2000
        assert told.text.count("\n• ") <= MOST_KINDS + 1
        assert f"and {200 - MOST_KINDS} other errors" in told.text
        trouble()
        await house.silent()
        await reports.end()

    living(tmp_path, test)


def test_a_report_that_cannot_be_sent_is_no_new_error(tmp_path: Path) -> None:
    async def test(house: House) -> None:
        reports = await reports_of(house, where=111111111111111111, every=0.0)
        trouble()
        await house.until(lambda: reports._last is not None)
        await house.silent()
        assert not reports._counts
        trouble()
        await house.until(lambda: reports._counts)
        await house.until(lambda: not reports._counts)
        await reports.end()

    living(tmp_path, test)
