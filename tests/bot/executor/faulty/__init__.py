"""Workers whose engine goes wrong over certain dreams: what goes wrong is chosen by the dream's seed."""

from __future__ import annotations

import shutil
from pathlib import Path

#: The fault of each of these seeds; see `inject`.
HANGS, HOLDS, HOLDS_ONCE, CRASHES, SHORT, NONE, BREAKS_ONCE = range(666001, 666008)
FAULTS = {
    HANGS: "hangs",
    HOLDS: "holds",
    HOLDS_ONCE: "holds:1",
    CRASHES: "crashes",
    SHORT: "short",
    NONE: "none",
    BREAKS_ONCE: "breaks:1",
}


def faulty_environment(folder: Path) -> dict[str, str]:
    """The variables with which workers have these faults, where `folder` (a new one) stands first on their PYTHONPATH.

    What they note of them is in that folder too.
    """
    folder.mkdir()
    shutil.copy(Path(__file__).with_name("inject.py"), folder / "sitecustomize.py")
    return {"FAULTS": ",".join(f"{seed}={what}" for seed, what in FAULTS.items()), "FAULTS_FOLDER": str(folder)}
