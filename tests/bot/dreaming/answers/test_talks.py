"""What is to be done next about one who waits, decided without Discord."""

from __future__ import annotations

import asyncio
import dataclasses
from typing import Any

from bot.dreaming.talks import LAST_RETRY, OLD_EVERY, PREVIEW_EVERY, Step, Talk, next_step
from bot.jobs.model import JobState, Standing
from tests.bot.dreaming.answers.making import JOB, NOW, failed, job, picture

WAITING = job(state=JobState.WAITING, finished=None)


def talk(**changes: Any) -> Talk:
    made = Talk(id=JOB, job=WAITING, has_message=True, edited_at=0.0, announced=asyncio.Event())
    for name, value in changes.items():
        setattr(made, name, value)
    return made


def step(of: Talk, now: float = 0.0, *, unix: float = NOW, leaving: bool = False, closing: bool = False) -> Any:
    return next_step(of, now=now, unix=unix, leaving=leaving, closing=closing)


def test_a_fresh_job_is_announced() -> None:
    assert step(talk(has_message=False)) == (Step.ANNOUNCE, None)


def test_a_job_that_ends_first_is_answered_without_a_waiting_message() -> None:
    ended = talk(has_message=False)
    ended.end()
    assert step(ended) == (Step.ANSWER, None)


def test_the_first_preview_is_shown_at_once_and_the_next_after_three_seconds() -> None:
    running = talk(edited_at=10.0)
    running.progressed(0, 0.1, b"jpeg")
    assert step(running, 10.0) == (Step.SHOW_PROGRESS, None)
    running.shown_news, running.shown_previews = running.news, running.previews
    running.progressed(0, 0.2, b"jpeg")
    assert step(running, 10.5) == (None, 10.0 + PREVIEW_EVERY)
    assert step(running, 10.0 + PREVIEW_EVERY) == (Step.SHOW_PROGRESS, None)


def test_progress_without_a_picture_is_no_reason_to_hurry() -> None:
    running = talk(edited_at=10.0)
    running.progressed(0, 0.1, None)
    assert step(running, 10.5) == (None, 10.0 + PREVIEW_EVERY)


def test_an_old_message_is_edited_rarely() -> None:
    running = talk(edited_at=10.0)
    running.progressed(0, 0.1, b"jpeg")
    assert step(running, 20.0, unix=NOW + 4000) == (None, 10.0 + OLD_EVERY)


def test_places_are_edited_when_the_estimate_moves_and_not_too_often() -> None:
    standing = Standing(ahead=9, ready_at=NOW + 100, seconds=5, running=False)
    waiting = talk(standing=standing, shown_standing=standing)
    assert step(waiting) == (None, None)
    waiting.standing = dataclasses.replace(standing, ready_at=NOW + 200)
    assert step(waiting, 1.0) == (None, 10.0)
    assert step(waiting, 10.0) == (Step.SHOW_PLACE, None)


def test_after_a_restart_the_message_is_brought_up_to_date() -> None:
    standing = Standing(ahead=9, ready_at=NOW + 100, seconds=5, running=False)
    assert step(talk(standing=standing, edited_at=float("-inf"))) == (Step.SHOW_PLACE, None)


def test_when_the_bot_stops_those_who_wait_are_told_once() -> None:
    waiting = talk()
    assert step(waiting, closing=True) == (Step.GOODBYE, None)
    waiting.goodbye = True
    assert step(waiting, closing=True) == (None, None)


def test_before_it_stops_only_those_are_told_whose_dream_has_not_begun() -> None:
    running = Standing(ahead=0, ready_at=NOW + 5, seconds=5, running=True)
    assert step(talk(standing=running, shown_standing=running), leaving=True) == (None, None)
    waiting = Standing(ahead=3, ready_at=NOW + 50, seconds=5, running=False)
    assert step(talk(standing=waiting, shown_standing=waiting), leaving=True) == (Step.GOODBYE, None)
    assert step(talk(has_message=False, standing=waiting), leaving=True) == (Step.ANNOUNCE, None)


def test_a_message_that_cannot_be_edited_is_left_alone_until_the_answer() -> None:
    frozen = talk(frozen=True)
    frozen.progressed(0, 0.5, b"jpeg")
    assert step(frozen, 100.0) == (None, None)
    frozen.end()
    assert step(frozen, 100.0) == (Step.ANSWER, None)


def test_attempts_come_later_and_later_but_never_end() -> None:
    unlucky = talk()
    unlucky.end()
    waits = []
    for _ in range(30):
        unlucky.failed(0.0)
        waits.append(unlucky.retry_at)
        assert step(unlucky) == (None, unlucky.retry_at)
    assert waits == sorted(waits)
    assert waits[0] <= 1.0
    assert waits[-1] == LAST_RETRY


def test_the_end_is_told_at_once_even_if_announcing_has_failed() -> None:
    unlucky = talk(has_message=False)
    for _ in range(10):
        unlucky.failed(0.0)
    unlucky.end()
    assert step(unlucky) == (Step.ANSWER, None)


def test_the_bar_counts_finished_pictures_whole() -> None:
    several = talk(job=job(picture(0), failed(1, "no"), *(dataclasses.replace(p, state=s) for p, s in _open(2, 3))))
    several.progressed(2, 0.5, None)
    assert several.share() == (1 + 1 + 0.5 + 0) / 4


def _open(*ordinals: int) -> list[Any]:
    from bot.jobs.model import PictureState

    return [(picture(n, result=None), PictureState.RUNNING) for n in ordinals]
