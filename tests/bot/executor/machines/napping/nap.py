"""As sitecustomize.py in front of everything on a worker's PYTHONPATH: its studio sleeps instead of dreaming.

NAP_SECONDS: how long each dream takes.
"""

from __future__ import annotations

import os
import sys
import threading
import time
import types
from typing import Any


def _studio() -> types.ModuleType:
    module = types.ModuleType("bot.executor.studio")

    class Studio:
        network, device, trouble, gpu_memory = "daydream", "cpu", None, None

        def __init__(self, *, device: str, threads: int, download: bool) -> None:
            self._turn = threading.Lock()
            self._stopped: set[str] = set()

        def stop(self, keys: list[str]) -> None:
            self._stopped |= set(keys)

        def close(self) -> None:
            pass

        def dream(self, order: Any, report: Any) -> Any:
            from bot.executor.protocol import Made, Stopped

            report({"phase": "decoding"})
            report({"phase": "waiting"})
            with self._turn:
                seconds = float(os.environ["NAP_SECONDS"])
                report({"phase": "preparing", "share": 0.0, "step": 20.0})
                end = time.monotonic() + seconds
                while (left := end - time.monotonic()) > 0:
                    if order.key in self._stopped:
                        return Stopped()
                    time.sleep(min(left, 0.05))
                    report({"phase": "dreaming", "share": 1 - max(0.0, left) / seconds, "step": 1.0})
            seed = order.recipe.partition("seed=")[2].split(" ")[0] or "0"
            return Made(
                data=bytes.fromhex(os.environ["NAP_PICTURE"]), format="PNG", note="", width=8, height=8,
                recipe=os.environ["NAP_RECIPE"].replace("{seed}", seed), network="daydream", seconds=seconds, notes=(),
            )  # fmt: skip

    module.Studio = Studio  # type: ignore[attr-defined]
    return module


if "NAP_SECONDS" in os.environ:
    sys.modules["bot.executor.studio"] = _studio()
