"""Workers that sleep, and a side of the bot that keeps them busy, with the programs' own copy of the code."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.bot.engine import RESOLVED, png

HERE = Path(__file__).parent


def nap_environment(folder: Path, code: Path, *, seconds: float) -> dict[str, str]:
    """The variables with which a worker sleeps instead of dreaming. `folder`: a new one."""
    folder.mkdir()
    shutil.copy(HERE / "nap.py", folder / "sitecustomize.py")
    return {
        "NAP_SECONDS": str(seconds),
        "NAP_PICTURE": png().hex(),
        "NAP_RECIPE": RESOLVED,
        "PYTHONPATH": f"{folder}:{code}",
    }
