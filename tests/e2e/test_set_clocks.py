"""The machine's clock is set while the real engine is at work: in the bot, in its scheduler and in every worker."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.e2e.shifted import Hands
from tests.e2e.town import Town, cat, in_town, is_dream

HOUR = 3600.0
RECIPE = "network=daydream size=192 steps=40 octaves=2"
compiler = shutil.which("cc")


@pytest.mark.soak
@pytest.mark.timeout(1200)
@pytest.mark.skipif(compiler is None, reason="needs a C compiler")
@pytest.mark.parametrize("step", [HOUR, -2 * HOUR])
def test_the_clock_is_set_while_dreams_run_and_then_the_workers_die(tmp_path: Path, step: float) -> None:
    assert compiler is not None
    library, hands = tmp_path / "ahead.so", Hands(tmp_path / "ahead")
    source = Path(__file__).with_name("ahead.c")
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"], check=True)

    @in_town(LD_PRELOAD=str(library), AHEAD_BY=str(hands.path), DREAM_LIMIT_HOUR="0", DREAM_LIMIT_WAITING="0")
    async def set_back(town: Town) -> None:
        asked = [await town.ask(f"!dream {RECIPE}", cat(), user=user) for user in (town.place.ada, town.place.ben)]
        await town.says("Dreaming")
        hands.step(step)
        town.kill_workers()  # those that come instead have to be let in
        assert all(map(is_dream, await town.settled(asked, timeout=600, all_heard=True)))

    set_back(tmp_path)
