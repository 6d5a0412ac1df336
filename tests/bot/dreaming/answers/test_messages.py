from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dreaming.attaching import MOST_ALT, shown_pictures
from bot.dreaming.messages import (
    answer_text,
    estimate_moved,
    restart_text,
    running_text,
    thread_name,
    waiting_text,
)
from bot.executor.protocol import Belief, Beliefs
from bot.jobs.manner import Manner
from bot.jobs.model import JobState, Standing
from bot.kinds import Kind
from dreamcore.recipe import Recipe
from tests.bot.dreaming.answers.making import JOB, NOW, RECIPE, failed, job, picture, result


def standing(ahead: int = 3, ready_in: float = 90, *, running: bool = False) -> Standing:
    return Standing(ahead=ahead, ready_at=NOW + ready_in, seconds=5, running=running)


def code_block(text: str) -> str:
    return text.split("```")[1].strip("\n")


def test_the_waiting_message_says_the_place_and_a_time_that_counts_by_itself() -> None:
    text = waiting_text(job(manner=Manner(notes=("Only the first frame is dreamt.",))), standing(), now=NOW)
    assert "3 dreams come before it" in text
    assert f"<t:{int(NOW) + 90}:R>" in text
    assert "Only the first frame is dreamt." in text


def test_a_time_that_is_over_is_not_shown_as_past() -> None:
    text = waiting_text(job(), standing(0, -20), now=NOW)
    assert "<t:" not in text
    assert "any moment" in text


def test_the_bar_grows_with_the_dream() -> None:
    bars = [running_text(job(), share=share, standing=None, now=NOW).count("▰") for share in (0, 0.3, 0.6, 1, 7)]
    assert bars == sorted(bars)
    assert bars[0] == 0
    assert bars[-1] == bars[-2] == 12


def test_several_pictures_are_counted_while_they_are_dreamt() -> None:
    text = running_text(job(picture(0), failed(1, "no")), share=0.5, standing=None, now=NOW)
    assert "1 of 2 pictures" in text


def test_a_restart_is_announced_without_alarm() -> None:
    assert "restarted" in restart_text(job())


def test_an_estimate_is_edited_when_it_moves_by_more_than_a_quarter() -> None:
    assert not estimate_moved(standing(8, 100), standing(8, 120), now=NOW)
    assert estimate_moved(standing(8, 100), standing(8, 130), now=NOW)
    assert estimate_moved(standing(8, 100), standing(8, 70), now=NOW)
    assert not estimate_moved(standing(8, 100), standing(7, 100), now=NOW)
    assert estimate_moved(standing(8, 100), standing(5, 100), now=NOW)
    assert estimate_moved(standing(0, 100), standing(0, 100, running=True), now=NOW)


def test_a_short_wait_is_not_edited_for_seconds() -> None:
    assert not estimate_moved(standing(0, 4), standing(0, 8), now=NOW)


def test_the_answer_has_the_recipe_to_copy_the_network_and_the_seconds() -> None:
    text = answer_text(job())
    assert Recipe.parse(code_block(text)).text == Recipe.parse(RECIPE).text
    assert "inception_v1 · 3.4 s · 640 × 480" in text
    assert "<@" not in text


def test_what_pictures_have_in_common_stands_there_once() -> None:
    pictures = [
        picture(n, filename=f"{n}.png", result=result(recipe=RECIPE.replace("size=1024", f"size={size}")))
        for n, size in enumerate((512, 640, 512))
    ]
    text = answer_text(job(*pictures))
    assert text.count("inception_4c/output") == 1
    assert code_block(text) == RECIPE.replace("size=1024 ", "")
    assert "`0.png` with `size=512`" in text
    assert "`1.png` with `size=640`" in text


def test_ten_pictures_of_one_recipe_show_it_once() -> None:
    text = answer_text(job(*(picture(n, filename=f"{n}.png") for n in range(10))))
    assert text.count(RECIPE) == 1


def test_a_recipe_too_long_for_a_message_is_cut_between_settings_and_says_so() -> None:
    layers = ",".join(f"inception_4c/layer_number_{n}:0.{n}" for n in range(10, 60))
    text = answer_text(job(picture(result=result(recipe=f"network=x seed=1 layer={layers} engine=1"))))
    assert len(text) < 2000
    assert code_block(text) == "network=x seed=1 …"
    assert "button Recipe" in text


def test_nobody_is_credited_for_their_own_picture_and_others_are() -> None:
    assert "may delete" not in answer_text(job(picture(author=5)))
    text = answer_text(job(picture(author=77)))
    assert "A picture by <@77>, who may delete this; dreamt for <@5>." in text


def test_after_a_long_wait_the_requester_is_called() -> None:
    assert answer_text(job(), mention=True).startswith("<@5>")


def test_notes_are_said_once_and_about_whom_they_are() -> None:
    animated, small = "The first frame was dreamt.", "The picture is small."
    pictures = [
        picture(0, filename="a.gif", result=result(notes=(animated, small))),
        picture(1, filename="b.png", result=result(notes=(small,), note="as WebP at quality 80")),
    ]
    text = answer_text(job(*pictures, manner=Manner(notes=("Said at the door.",))))
    assert f"`a.gif`: {animated}" in text
    assert text.count(small) == 1
    assert f"-# {small}" in text
    assert "`b.png`: Written as WebP at quality 80" in text
    assert "-# Said at the door." in text


def test_a_failed_picture_does_not_hide_the_others() -> None:
    text = answer_text(job(picture(0), failed(1, "This is no picture.", filename="notes.txt")))
    assert "`notes.txt`: This is no picture." in text
    assert RECIPE in text


def test_a_failed_job_says_why_and_how_it_is_found_in_the_log() -> None:
    text = answer_text(job(failed(0, "This picture is damaged."), state=JobState.FAILED))
    assert "This picture is damaged." in text
    assert JOB in text
    assert "```" not in text


def test_a_cancelled_job_says_by_whom_if_not_by_the_requester() -> None:
    waiting = failed(0, "x")
    own = answer_text(job(waiting, state=JobState.CANCELLED, cancelled_by=5))
    moderated = answer_text(job(waiting, state=JobState.CANCELLED, cancelled_by=8))
    assert "cancelled" in own
    assert "<@8>" not in own
    assert "cancelled by <@8>" in moderated


def test_a_dream_is_named_after_its_picture() -> None:
    names = {
        "cat.jpeg": "cat-dream.png",
        "cat-dream.png": "cat-dream.png",
        "SPOILER_SPOILER_x.png": "SPOILER_x-dream.png",
        '../"a b\r\n.png': "a_b-dream.png",
        "": "picture-dream.png",
        ".png": "png-dream.png",
    }
    for filename, name in names.items():
        assert shown_pictures(job(picture(filename=filename)))[0].filename == name
    assert shown_pictures(job(picture(result=result(format="JPEG"))))[0].filename == "cat-dream.jpg"


def test_two_pictures_of_one_name_stay_apart() -> None:
    names = [shown.filename for shown in shown_pictures(job(picture(0), picture(1)))]
    assert names == ["cat-dream.png", "cat-dream-2.png"]


def test_a_spoiler_stays_a_spoiler() -> None:
    shown = shown_pictures(job(picture(0, spoiler=True), picture(1), picture(2, filename="SPOILER_dog.png")))
    assert [s.spoiler for s in shown] == [True, False, True]
    assert [s.filename.startswith("SPOILER_") for s in shown] == [True, False, True]


def test_the_authors_own_description_comes_first_in_the_alt_text() -> None:
    (shown,) = shown_pictures(job(picture(alt="A cat on a sofa")))
    assert shown.alt == f"A cat on a sofa. Dreamt with {RECIPE}"


def test_a_very_long_description_leaves_room_for_the_recipe() -> None:
    (shown,) = shown_pictures(job(picture(alt="word " * 300)))
    assert len(shown.alt) <= MOST_ALT
    assert RECIPE in shown.alt


words = st.text(max_size=1200)


@given(
    filename=words,
    alt=st.none() | words,
    recipe=words,
    note=words,
    error=words,
    count=st.integers(1, 10),
    mention=st.booleans(),
    buttons=st.booleans(),
)
def test_whatever_comes_a_message_is_never_too_long(
    filename: str, alt: str | None, recipe: str, note: str, error: str, count: int, mention: bool, buttons: bool
) -> None:
    pictures = [
        picture(n, filename=filename, alt=alt, author=10**18 + n, result=result(recipe=f"{n}{recipe}", notes=(note,)))
        if n % 2 == 0
        else failed(n, error, filename=filename)
        for n in range(count)
    ]
    made = job(*pictures, manner=Manner(buttons=buttons, notes=(note,)))
    assert len(answer_text(made, mention=mention, lost=not buttons)) < 2000
    assert ("button" in answer_text(made)) <= buttons
    assert 0 < len(thread_name(made)) <= 100
    assert len(waiting_text(made, standing(), now=NOW)) < 2000
    for shown in shown_pictures(made):
        assert len(shown.alt) <= MOST_ALT
        assert shown.filename.isascii()
        assert not set(shown.filename) & set('"\\/\r\n')


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.DREAM])
def test_of_every_other_kind_one_knows_what_it_is_and_how_long_it_takes(kind: Kind) -> None:
    asked = job(kind=kind)
    waiting = waiting_text(asked, Standing(ahead=2, ready_at=NOW + 300, seconds=240, running=False), now=NOW)
    assert "about 4 min of work." in waiting
    assert "2 dreams come before it" in waiting
    assert "It should be ready <t:" in waiting
    assert "Your dream" not in waiting
    running = running_text(asked, share=0.5, standing=None, now=NOW)
    assert "50%" in running
    assert running.splitlines()[0] != running_text(job(), share=0.5, standing=None, now=NOW).splitlines()[0]
    assert answer_text(asked, mention=True).startswith("<@5>, ")
    assert f"!dream {kind.value} network=inception_v1" in answer_text(asked)
    assert f"?dream {kind.value} network=inception_v1" in answer_text(job(kind=kind, manner=Manner(prefix="?")))
    assert "cancelled" in answer_text(job(kind=kind, state=JobState.CANCELLED, cancelled_by=5))
    for text in (waiting, running, restart_text(asked), thread_name(asked)):
        assert "{" not in text


def test_a_film_says_how_long_it_is_and_an_explanation_what_is_believed() -> None:
    film = answer_text(job(picture(result=result(format="MP4", frames=150, lasts=6.25)), kind=Kind.FILM))
    assert "6.2 s long, 150 frames" in film
    before = [
        Belief(name=name, share=share) for name, share in (("tabby", 0.4), ("lynx", 0.2), ("fox", 0.1), ("cup", 0))
    ]
    beliefs = Beliefs(before=tuple(before), after=(Belief(name="peacock", share=0.995),))
    text = answer_text(job(picture(result=result(beliefs=beliefs)), kind=Kind.EXPLAIN))
    assert "sees tabby (40 %), lynx (20 %) and fox (10 %); in its own dream of it, peacock (100 %)." in text
