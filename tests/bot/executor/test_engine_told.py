"""What the engine says in a worker is told in the language of whoever asked: it crosses two pipes and a database."""

from __future__ import annotations

import asyncio
import dataclasses
import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bot.executor.protocol import Failed, Made, Outcome
from bot.jobs.manner import Manner
from bot.jobs.model import JobPicture, JobState
from bot.languages import current
from dreamcore.errors import DreamError
from dreamcore.picture import encode
from dreamcore.sample import landscape
from dreamcore.sentences import Sentence
from tests.bot.executor.conftest import PATIENCE, Cluster, order
from tests.bot.jobs.fakes import Desk, ScriptedExecutor, dispatching, request
from tests.bot.languages.pseudo import PSEUDO, Heard, unsaid


def moving() -> bytes:
    """Two frames, of which one is dreamt, with noise that fits into no small file."""
    noise = np.random.default_rng(1).integers(0, 255, (2, 96, 128, 3), np.uint8)
    out = io.BytesIO()
    first, second = (Image.fromarray(frame) for frame in noise)
    first.save(out, "GIF", save_all=True, append_images=[second])
    return out.getvalue()


def sentences(text: str) -> Iterator[Sentence]:
    """The sentence and those in it."""
    assert isinstance(text, Sentence), text
    yield text
    for value in text.values.values():
        if isinstance(value, Sentence):
            yield from sentences(value)


def templates(text: str) -> list[str]:
    return [sentence.template for sentence in sentences(text)]


def failed(cluster: Cluster, recipe: str, picture: bytes) -> Failed:
    outcome = cluster.dream(order(recipe, picture=picture)).result(PATIENCE)
    assert isinstance(outcome, Failed)
    return outcome


def stored(folder: Path, *outcomes: Outcome) -> list[JobPicture]:
    """What the queue has of pictures that came to these ends, for somebody who reads the pseudo-language."""

    async def told() -> list[JobPicture]:
        executor = ScriptedExecutor(automatic=lambda order: outcomes[order.ordinal])
        pictures = [b"picture %d" % number for number in range(len(outcomes))]
        asked = dataclasses.replace(request(*pictures), manner=Manner(language=PSEUDO))
        async with dispatching(folder, executor=executor) as desk:
            accepted = await desk.queue.accept(asked)
            await desk.answers.all_of(accepted.job.id)
            return await kept(desk, accepted.job.id)

    return asyncio.run(asyncio.wait_for(told(), 60))


async def kept(desk: Desk, id_: str) -> list[JobPicture]:
    job = await desk.queue.job(id_)
    assert job is not None
    assert job.state is not JobState.WAITING
    return list(job.pictures)


def test_what_cannot_be_dreamt_is_told_in_the_language_of_the_job(
    cluster: Cluster, tmp_path: Path, pseudo: Heard
) -> None:
    of_the_recipe = failed(cluster, "network=daydream layer=mixed4", encode(landscape(64, 48), format="PNG"))
    assert templates(of_the_recipe.sentence)[:2] == [
        "The network {network} has no layer “{layer}”.{hint} "
        "The levels edges, textures, patterns, parts and objects always work.",
        " Did you mean {words}?",
    ]
    of_the_picture = failed(cluster, "", b"%PDF-1.4")  # said in the decoding child
    assert templates(of_the_picture.sentence) == [
        "This is {what}, not a picture: {advice}.",
        "a PDF",
        "post a JPEG, PNG, WebP or GIF",
    ]
    recipe, picture = stored(tmp_path, of_the_recipe, of_the_picture)
    assert current() == "en"
    assert picture.error == "⟦This is ⟦a PDF⟧, not a picture: ⟦post a JPEG, PNG, WebP or GIF⟧.⟧"
    assert recipe.error is not None
    assert recipe.error.startswith("⟦The network daydream has no layer “mixed4”.⟦ Did you mean ")
    assert unsaid(recipe.error) == []


def test_what_is_noted_about_a_dream_is_told_in_the_language_of_the_job(
    cluster: Cluster, tmp_path: Path, pseudo: Heard
) -> None:
    wanted = order("size=128 steps=1 octaves=16 seed=1", picture=moving(), byte_limit=9_000)
    outcome = cluster.dream(wanted).result(PATIENCE)
    assert isinstance(outcome, Made)
    assert [templates(note)[0] for note in outcome.notes] == [
        "The weights of {best} are not here, so {network} dreamt this.",
        "The first of {count} frames was dreamt; a film has all of them.",
        "The picture is too small for {octaves} octaves: it was dreamt on {most}.",
    ]
    assert templates(outcome.note)[0].startswith("as ")
    (picture,) = stored(tmp_path, outcome)
    assert picture.result is not None
    assert [unsaid(text) for text in (picture.result.note, *picture.result.notes)] == [[], [], [], []]
    assert picture.result.notes[1] == "⟦The first of 2 frames was dreamt; a film has all of them.⟧"


def test_what_fails_beside_the_dreams_can_be_told_in_any_language(cluster: Cluster) -> None:
    with pytest.raises(DreamError) as refused:
        cluster.run(cluster.executor.refit(b"%PDF-1.4", 1000))
    assert templates(refused.value.sentence)[1] == "a PDF"


def test_a_picture_whose_workers_die_is_told_of_in_the_language_of_the_job(tmp_path: Path, pseudo: Heard) -> None:
    async def lost() -> list[JobPicture]:
        asked = dataclasses.replace(request(), manner=Manner(language=PSEUDO))
        async with dispatching(tmp_path) as desk:
            accepted = await desk.queue.accept(asked)
            for attempt in range(3):
                handed = await desk.executor.order(attempt)
                handed.start()
                handed.lose(started=True)
            await desk.answers.all_of(accepted.job.id)
            return await kept(desk, accepted.job.id)

    (picture,) = asyncio.run(asyncio.wait_for(lost(), 60))
    assert picture.error is not None
    assert picture.error.startswith("⟦The machine that dreamt this picture stopped in the middle")
    assert unsaid(picture.error) == []
