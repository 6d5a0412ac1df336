"""Orders become dreams, or one sentence; stop is heeded; nothing that a stranger sends stops the rest."""

from __future__ import annotations

import dataclasses
import io
import time
import zlib
from pathlib import Path

from PIL import Image

from bot.executor.protocol import STAGES, Event, Failed, Made, Progressed, Started, Stopped
from dreamcore.picture import decode, encode, read_recipe
from dreamcore.sample import landscape
from tests.bot.executor.conftest import PATIENCE, PICTURE, SMALL, Cluster, long_order, order, wait_until


def test_an_order_becomes_a_dream_with_its_recipe_inside(cluster: Cluster) -> None:
    outcome = cluster.dream(order()).result(PATIENCE)

    assert isinstance(outcome, Made)
    dreamt = decode(outcome.data)
    assert (dreamt.width, dreamt.height) == (outcome.width, outcome.height) == (160, 112)
    assert dreamt.format == outcome.format == "PNG"
    assert read_recipe(outcome.data) == outcome.recipe
    assert outcome.network == "daydream"
    assert outcome.seconds > 0


def test_a_dream_says_what_each_stage_took_and_workers_what_they_hold(cluster: Cluster) -> None:
    outcome = cluster.dream(order()).result(PATIENCE)

    assert isinstance(outcome, Made)
    stages = dict(outcome.stages)
    assert tuple(stages) == STAGES
    assert all(seconds >= 0 for seconds in stages.values())
    assert stages["dream"] == outcome.seconds
    deadline = time.monotonic() + 60
    while not any(one.device for one in cluster.executor.workers) and time.monotonic() < deadline:
        time.sleep(0.05)
    (worker, *_) = cluster.executor.workers
    assert (worker.name, worker.device, worker.gpu_memory, worker.trouble) == ("dream-0", "cpu", None, None)
    assert worker.memory > 50 << 20


def test_a_secret_recipe_is_not_inside_of_the_file(cluster: Cluster) -> None:
    outcome = cluster.dream(dataclasses.replace(order(), bare=True)).result(PATIENCE)

    assert isinstance(outcome, Made)
    assert outcome.recipe
    assert read_recipe(outcome.data) is None
    assert b"layer" not in outcome.data
    assert b"recipe" not in outcome.data


def test_the_recipe_in_a_result_dreams_the_same_bytes_again(cluster: Cluster) -> None:
    first = cluster.dream(order("network=daydream size=128 steps=2")).result(PATIENCE)  # with a seed of chance
    assert isinstance(first, Made)
    again = cluster.dream(order(first.recipe)).result(PATIENCE)

    assert isinstance(again, Made)
    assert again.recipe == first.recipe
    assert again.data == first.data


def test_started_comes_first_and_progress_rises_to_the_end_with_previews(cluster: Cluster) -> None:
    events: list[Event] = []
    wanted = order("network=daydream size=160 steps=12 seed=1")
    assert isinstance(cluster.dream(wanted, events).result(PATIENCE), Made)

    assert isinstance(events[0], Started)
    assert {(event.job, event.ordinal, event.attempt) for event in events} == {(wanted.job, 0, 1)}
    progress = [event for event in events if isinstance(event, Progressed)]
    assert len(progress) == len(events) - 1
    shares = [event.share for event in progress]
    assert shares == sorted(shares)
    assert shares[-1] == 1
    previews = [event.preview for event in progress if event.preview]
    assert previews
    for preview in previews:
        assert Image.open(io.BytesIO(preview)).format == "JPEG"
        assert len(preview) < 40_000


def test_a_result_keeps_its_byte_limit(cluster: Cluster) -> None:
    outcome = cluster.dream(order(picture=encode(landscape(320, 240), format="PNG"), byte_limit=20_000)).result(
        PATIENCE
    )

    assert isinstance(outcome, Made)
    assert len(outcome.data) <= 20_000
    assert outcome.note
    assert read_recipe(outcome.data) == outcome.recipe


def test_without_the_better_networks_weights_daydream_dreams_and_says_so(cluster: Cluster) -> None:
    assert cluster.executor.network == "daydream"
    outcome = cluster.dream(order("size=128 steps=2 seed=1")).result(PATIENCE)

    assert isinstance(outcome, Made)
    assert outcome.network == "daydream"
    assert any("inception_v1" in note for note in outcome.notes)


def test_what_is_no_picture_gets_its_sentence(cluster: Cluster) -> None:
    outcome = cluster.dream(order(picture=b"%PDF-1.7 and so on")).result(PATIENCE)

    assert isinstance(outcome, Failed)
    assert "PDF" in outcome.sentence
    assert not outcome.killed_decoder


def test_a_picture_of_far_too_many_pixels_is_refused_before_it_takes_memory(cluster: Cluster) -> None:
    bomb = bytearray(PICTURE)
    bomb[16:24] = (60_000).to_bytes(4, "big") * 2
    bomb[29:33] = zlib.crc32(bomb[12:29]).to_bytes(4, "big")
    outcome = cluster.dream(order(picture=bytes(bomb))).result(PATIENCE)

    assert isinstance(outcome, Failed)
    assert "60000x60000" in outcome.sentence


def test_a_network_is_a_name_of_the_catalogue_and_never_a_path(cluster: Cluster, tmp_path: Path) -> None:
    weights = tmp_path / "daydream.safetensors"
    weights.write_bytes(b"\0" * 100)
    for name in (str(weights), "../../etc/passwd", "~/weights.pth", "resnet51", "mobilenet_v2"):
        outcome = cluster.dream(order(f'network="{name}" size=128 steps=2')).result(PATIENCE)

        assert isinstance(outcome, Failed), name
        assert outcome.sentence.startswith("There is no network"), outcome.sentence


def test_a_recipe_the_network_cannot_meet_gets_its_sentence(cluster: Cluster) -> None:
    outcome = cluster.dream(order("network=daydream layer=nonsense")).result(PATIENCE)

    assert isinstance(outcome, Failed)
    assert "nonsense" in outcome.sentence


def test_an_unforeseen_error_is_one_general_sentence_and_the_next_dream_goes_well(cluster: Cluster) -> None:
    broken = cluster.dream(order(picture=None)).result(PATIENCE)  # type: ignore[arg-type]

    assert isinstance(broken, Failed)
    assert broken.sentence == "Something went wrong while dreaming; it has been noted."
    assert "Traceback" in broken.log
    assert isinstance(cluster.dream(order()).result(PATIENCE), Made)


def test_cancel_stops_a_running_dream_at_its_next_step(cluster: Cluster) -> None:
    wanted = long_order()
    running = cluster.dreaming(wanted)
    cluster.call(cluster.executor.cancel, wanted.job)

    assert isinstance(running.result(PATIENCE), Stopped), "minutes before its end"
    assert isinstance(cluster.dream(order()).result(PATIENCE), Made)


def test_cancel_takes_a_waiting_order_out_and_leaves_the_others(cluster: Cluster) -> None:
    first = long_order()
    running = cluster.dreaming(first)
    decoded, queued = order(), order()
    waiting = [cluster.dream(decoded), cluster.dream(queued)]
    time.sleep(0.5)
    for wanted, outcome in zip((decoded, queued), waiting, strict=True):
        cluster.call(cluster.executor.cancel, wanted.job)
        assert isinstance(outcome.result(PATIENCE), Stopped)

    assert not running.done()
    cluster.call(cluster.executor.cancel, first.job)
    assert isinstance(running.result(PATIENCE), Stopped)


def test_what_was_handed_over_first_is_dreamt_first(cluster: Cluster) -> None:
    """Two are decoded beside each other, and the one that is through first is dreamt first; nobody overtakes those."""
    running = long_order()
    stopped = cluster.dreaming(running)
    events: list[Event] = []
    first = order()
    outcomes = [cluster.dream(first, events)]

    def decoded() -> bool:
        tracked = cluster.executor._tracked.get(first.key)
        return tracked is not None and tracked.worker is not None and not tracked.at_work

    wait_until(decoded)
    outcomes += [cluster.dream(order(), events) for _ in range(4)]
    cluster.call(cluster.executor.cancel, running.job)
    for outcome in outcomes:
        assert isinstance(outcome.result(PATIENCE), Made)

    assert isinstance(stopped.result(PATIENCE), Stopped)
    started = [event.job for event in events if isinstance(event, Started)]
    assert len(started) == 5
    assert started[0] == first.job


def test_nothing_of_an_order_stays_behind(cluster: Cluster) -> None:
    """Dask makes a result anew when its worker dies, for as long as somebody holds on to it."""
    for recipe in (SMALL, "network=nonsense"):
        cluster.dream(order(recipe)).result(PATIENCE)
    connection = cluster.executor._connection
    assert connection is not None
    assert not connection._client.futures
    assert not cluster.executor._tracked


def test_small_work_does_not_wait_behind_a_dream(cluster: Cluster) -> None:
    made = cluster.dream(order(picture=encode(landscape(320, 240), format="PNG"))).result(PATIENCE)
    assert isinstance(made, Made)
    wanted = long_order()
    running = cluster.dreaming(wanted)
    waiting = [order(), order()]
    others = [cluster.dream(other) for other in waiting]

    smaller = cluster.run(cluster.executor.refit(made.data, 15_000))
    both = cluster.run(cluster.executor.compare(PICTURE, made.data, 1 << 20))
    assert not running.done()
    for other in (wanted, *waiting):
        cluster.call(cluster.executor.cancel, other.job)
    assert all(isinstance(outcome.result(PATIENCE), Stopped) for outcome in (running, *others))

    assert len(smaller.data) <= 15_000
    assert read_recipe(smaller.data) == made.recipe
    size = Image.open(io.BytesIO(both.data)).size
    assert size[0] == made.width
    assert size[1] > 2 * made.height
