"""The executor's parts without processes: who hangs, which workers a machine gets, which schedulers are trusted."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.config import ExecutorConfig
from bot.errors import ConfigError
from bot.executor.connection import WorkerGone
from bot.executor.dask_executor import DaskExecutor
from bot.executor.devices import listed_gpus, nvidia_gpus, plan_workers
from bot.executor.processes import without_secrets
from bot.executor.protocol import Event, Lost, Order, Progressed, Started, Stopped
from bot.executor.tracking import Tracked
from bot.executor.transport import check_address
from tests.bot.executor.conftest import order


def test_nothing_on_the_bots_side_imports_torch_or_a_picture_library() -> None:
    code = """
import sys
import bot.executor.dask_executor, bot.executor.remote, bot.executor.cluster
print([name for name in ("torch", "PIL", "dreamcore.picture", "bot.executor.decoding") if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# --- silence


@pytest.fixture
def tracked() -> Iterator[Callable[[], Tracked]]:
    loop = asyncio.new_event_loop()
    events: list[Event] = []

    def make() -> Tracked:
        async def made() -> Tracked:
            tracked = Tracked(order(), events.append, hung_after=30)
            tracked.events = events  # type: ignore[attr-defined]
            return tracked

        return loop.run_until_complete(made())

    yield make
    loop.close()


def report(phase: str, **more: Any) -> dict[str, Any]:
    return {"phase": phase, "worker": "tls://w", **more}


def test_silence_is_a_hang_after_thirty_seconds_or_ten_steps_whichever_is_longer(
    tracked: Callable[[], Tracked],
) -> None:
    quick, slow = tracked(), tracked()
    quick.heard(report("dreaming", share=0.1, step=0.5), 100.0)
    slow.heard(report("dreaming", share=0.1, step=7.0), 100.0)

    assert not quick.hangs(129.9)
    assert quick.hangs(130.1)
    assert not slow.hangs(169.9)
    assert slow.hangs(170.1)


def test_an_order_that_waits_its_turn_does_not_hang(tracked: Callable[[], Tracked]) -> None:
    waiting = tracked()
    assert not waiting.hangs(1e9)
    waiting.heard(report("waiting"), 0.0)
    assert not waiting.hangs(600.0)


def test_a_first_step_may_take_what_the_worker_says_it_may(tracked: Callable[[], Tracked]) -> None:
    huge = tracked()
    huge.heard(report("preparing", share=0.0, step=400.0), 0.0)
    assert not huge.hangs(399.0)
    assert huge.hangs(401.0)


def test_a_dream_has_started_when_the_engine_takes_it_and_only_once(tracked: Callable[[], Tracked]) -> None:
    one = tracked()
    for phase in ("decoding", "waiting"):
        one.heard(report(phase), 0.0)
        assert one.events == []  # type: ignore[attr-defined]
    one.heard(report("preparing", share=0.0, step=1.0), 0.0)
    one.heard(report("dreaming", share=0.5, step=1.0, preview=b"jpeg"), 1.0)
    assert [type(event) for event in one.events] == [Started, Progressed, Progressed]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("phases", "blamed"),
    [
        ([], False),
        (["decoding"], True),
        (["decoding", "waiting"], False),
        (["decoding", "waiting", "preparing"], True),
        (["decoding", "waiting", "preparing", "dreaming", "finishing", "encoding"], True),
    ],
)
def test_a_lost_order_is_blamed_for_what_it_was_doing(
    tracked: Callable[[], Tracked], phases: list[str], blamed: bool
) -> None:
    one = tracked()
    for phase in phases:
        one.heard(report(phase, step=1.0), 0.0)
    lost = one.lost("")
    assert isinstance(lost, Lost)
    assert lost.started is blamed


def test_an_order_that_the_scheduler_begins_again_by_itself_is_lost(tracked: Callable[[], Tracked]) -> None:
    one = tracked()
    one.heard(report("preparing", step=1.0), 0.0)
    one.heard(report("decoding"), 1.0)
    assert isinstance(one.verdict.result(), Lost)


def test_a_stopped_order_whose_worker_dies_is_stopped(tracked: Callable[[], Tracked]) -> None:
    one = tracked()
    one.stopping = True
    one.lose("dead")
    assert isinstance(one.verdict.result(), Stopped)


# --- workers


def test_one_worker_for_each_gpu_that_sees_no_other() -> None:
    plans = plan_workers(ExecutorConfig(), gpus=["GPU-a", "GPU-b"], cores=16)
    assert [plan.environment for plan in plans] == [
        {"CUDA_VISIBLE_DEVICES": "GPU-a"},
        {"CUDA_VISIBLE_DEVICES": "GPU-b"},
    ]
    assert {plan.device for plan in plans} == {"cuda"}
    assert {plan.threads for plan in plans} == {8}
    assert len({plan.name for plan in plans}) == 2


def test_one_worker_on_the_processor_with_all_its_cores() -> None:
    for config, gpus in ((ExecutorConfig(), []), (ExecutorConfig(device="cpu"), ["GPU-a"])):
        (plan,) = plan_workers(config, gpus=gpus, cores=6)
        assert (plan.device, plan.environment, plan.threads, plan.slots) == (config.device, {}, 6, 1)


def test_many_cores_dream_several_pictures_at_a_time() -> None:
    def laid_out(cores: int, memory: int = 1 << 40, **how: int | str) -> list[int]:
        plans = plan_workers(ExecutorConfig(device="cpu", **how), gpus=["GPU-a"], cores=cores, memory=memory)  # type: ignore[arg-type]
        return [plan.threads for plan in plans]

    assert [laid_out(cores) for cores in (1, 2, 4, 8, 16)] == [[1], [2], [4], [4, 4], [4, 4, 4, 4]]
    assert laid_out(16, memory=5 << 30) == [8, 8]  # each worker needs some
    assert laid_out(16, memory=1 << 30) == [16]
    assert laid_out(16, threads=3) == [3]  # whoever limits one has said how much is to be used
    assert laid_out(16, workers=2) == [8, 8]


def test_workers_threads_and_device_can_be_set() -> None:
    plans = plan_workers(ExecutorConfig(workers=3, threads=2, device="cpu"), gpus=[], cores=16)
    assert [plan.threads for plan in plans] == [2, 2, 2]
    (plan,) = plan_workers(ExecutorConfig(device="cuda:1"), gpus=["GPU-a", "GPU-b"], cores=4)
    assert plan.environment == {"CUDA_VISIBLE_DEVICES": "GPU-b"}
    shared = plan_workers(ExecutorConfig(workers=3), gpus=["GPU-a", "GPU-b"], cores=4)
    assert [plan.environment["CUDA_VISIBLE_DEVICES"] for plan in shared] == ["GPU-a", "GPU-b", "GPU-a"]


def test_a_gpu_that_is_not_there_is_left_to_the_worker_to_complain_about() -> None:
    (plan,) = plan_workers(ExecutorConfig(device="cuda"), gpus=[], cores=4)
    assert (plan.device, plan.environment) == ("cuda", {})
    (plan,) = plan_workers(ExecutorConfig(device="cuda:7"), gpus=["GPU-a", "GPU-b"], cores=4)
    assert (plan.device, plan.environment) == ("cuda:7", {})


def test_what_the_operator_allows_of_the_gpus_is_kept() -> None:
    assert nvidia_gpus({"CUDA_VISIBLE_DEVICES": "2, GPU-x"}) == ("2", "GPU-x")
    assert nvidia_gpus({"CUDA_VISIBLE_DEVICES": ""}) == ()
    assert nvidia_gpus({"CUDA_VISIBLE_DEVICES": "-1"}) == ()
    assert nvidia_gpus({"PATH": "/nowhere"}) == ()


def test_slices_of_a_gpu_are_used_instead_of_the_whole() -> None:
    text = """GPU 0: NVIDIA A100 (UUID: GPU-aa)
  MIG 3g.20gb     Device  0: (UUID: MIG-11)
  MIG 3g.20gb     Device  1: (UUID: MIG-22)
GPU 1: NVIDIA A100 (UUID: GPU-bb)
"""
    assert listed_gpus(text) == ("MIG-11", "MIG-22", "GPU-bb")


def test_workers_are_not_told_what_is_secret() -> None:
    given = {
        "DISCORD_TOKEN": "x",
        "DREAM_DATABASE": "postgresql://me:secret@host/db",
        "AWS_SECRET_ACCESS_KEY": "x",
        "DASK_DISTRIBUTED__SCHEDULER__WORK_STEALING": "true",
        "DREAM_NETWORKS": "/weights",
        "HTTPS_PROXY": "http://proxy",
        "PATH": "/bin",
    }
    assert without_secrets(given).keys() == {"DREAM_NETWORKS", "HTTPS_PROXY", "PATH", "PYTHONPATH"}


# --- schedulers


def test_whoever_finds_the_connection_gone_leaves_the_event_loop_to_those_who_make_another() -> None:
    class Gone:
        def submit(self, wanted: Order) -> None:
            raise WorkerGone("the connection is closed")

    async def tries() -> int:
        executor = DaskExecutor(config=ExecutorConfig())
        executor._connection = Gone()  # type: ignore[assignment]
        executor._ready.set()
        looks = 0

        async def look() -> None:
            nonlocal looks
            while True:
                looks += 1
                await asyncio.sleep(0)

        looking = asyncio.create_task(look())
        outcome = await executor.dream(order(), lambda event: None)
        assert isinstance(outcome, Lost)
        assert not outcome.started
        looking.cancel()
        return looks

    assert asyncio.run(tries()) > 0


@pytest.mark.parametrize("address", ["tls://dreams.example:8786", "tls://127.0.0.1:8786", "tls://[::1]:8786"])
def test_addresses_that_may_be_used(address: str) -> None:
    assert check_address(address) == address


@pytest.mark.parametrize(
    "address",
    [
        "tcp://192.168.1.4:8786",
        "tcp://dreams.example:8786",
        "tcp://127.0.0.1:8786",
        "ws://host:1",
        "tls://host",
        "tls://",
        "",
        "tcp://localhost.example:1",
    ],
)
def test_an_address_must_be_encrypted(address: str) -> None:
    with pytest.raises(ConfigError):
        DaskExecutor(config=ExecutorConfig(scheduler=address))


def test_a_scheduler_without_certificates_is_refused(tmp_path: Path) -> None:
    missing = str(tmp_path / "missing")
    with pytest.raises(ConfigError, match="DREAM_SCHEDULER_CA"):
        DaskExecutor(config=ExecutorConfig(scheduler="tls://host:8786"))
    with pytest.raises(ConfigError, match="DREAM_SCHEDULER_KEY"):
        DaskExecutor(config=ExecutorConfig(scheduler="tls://host:8786", scheduler_ca=missing, scheduler_cert=missing))
    named = {"scheduler_ca": missing, "scheduler_cert": missing, "scheduler_key": missing}
    executor = DaskExecutor(config=ExecutorConfig(scheduler="tls://host:8786", **named))
    with pytest.raises(ConfigError, match="missing cannot be read"):
        asyncio.run(executor.start())
