"""Jobs as they come out of the queue, for tests of what is said about them."""

from __future__ import annotations

import dataclasses
from typing import Any

from bot.jobs.model import Door, Job, JobPicture, JobState, PictureState, Place, Result

JOB = "abcdefgh23456722"
NOW = 1_700_000_000.0
RECIPE = "network=inception_v1 layer=inception_4c/output strength=1 size=1024 octaves=5 seed=7 engine=1"


def result(**changes: Any) -> Result:
    made = Result(
        path=f"{JOB}-0.png",
        format="PNG",
        note="",
        width=640,
        height=480,
        recipe=RECIPE,
        network="inception_v1",
        seconds=3.42,
        notes=(),
    )
    return dataclasses.replace(made, **changes)


def picture(ordinal: int = 0, **changes: Any) -> JobPicture:
    made = JobPicture(
        ordinal=ordinal,
        state=PictureState.MADE,
        source="0" * 64,
        filename="cat.jpg",
        author=5,
        attachment=900 + ordinal,
        spoiler=False,
        alt=None,
        attempt=1,
        result=result(),
        error=None,
    )
    return dataclasses.replace(made, **changes)


def failed(ordinal: int, sentence: str, **changes: Any) -> JobPicture:
    return picture(ordinal, state=PictureState.FAILED, result=None, error=sentence, **changes)


def job(*pictures: JobPicture, **changes: Any) -> Job:
    made = Job(
        id=JOB,
        state=JobState.MADE,
        requester=5,
        door=Door.PREFIX,
        place=Place(guild=1, channel=2, message=3),
        recipe="strength=1 seed=7",
        pictures=pictures or (picture(),),
        cause="message:3",
        parent=None,
        created=NOW,
        finished=NOW + 10,
        delivered=None,
        waiting_message=4,
        result_message=None,
        cancelled_by=None,
    )
    return dataclasses.replace(made, **changes)
