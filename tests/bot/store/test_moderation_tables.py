"""A database of the first version is brought forward, and nothing in it is lost."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import inspect, text

from bot.store.migrating import upgrade
from tests.databases import looking_into

JOB = {
    "id": "abcdefgh23456722",
    "state": "waiting",
    "requester": 1,
    "door": "prefix",
    "channel": 5,
    "reachable": True,
    "ephemeral": False,
    "byte_limit": 1,
    "recipe": "seed=1",
    "cause": "message:1",
    "created": 1.0,
    "kept": True,
}


def test_jobs_of_the_first_version_are_still_there(tmp_path: Path) -> None:
    with looking_into(tmp_path) as connection:
        upgrade(connection, "0001")
        assert "settings" not in inspect(connection).get_table_names()
        names, values = ", ".join(JOB), ", ".join(f":{name}" for name in JOB)
        connection.execute(text(f"INSERT INTO jobs ({names}) VALUES ({values})"), JOB)
        upgrade(connection, "0002")
        row = connection.execute(text("SELECT * FROM jobs")).mappings().one()
        assert {name: row[name] for name in JOB} == JOB
        assert row["under"] is None
        assert {"settings", "setting_changes", "pauses"} <= set(inspect(connection).get_table_names())
