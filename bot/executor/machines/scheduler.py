"""The scheduler between the bot and the machines that dream: `python -m bot scheduler`.

It hands orders to workers and knows nothing of pictures; the bot's job table stays the authority, so one that dies
takes nothing with it.
"""

from __future__ import annotations

import logging
import time
from typing import Any

from distributed import Scheduler
from distributed.security import Security

from bot.executor.machines.joining import HELLO, VERSION, version
from dreamcore.errors import clip

_log = logging.getLogger(__name__)


class DreamScheduler(Scheduler):  # type: ignore[misc,unused-ignore]
    """Dask's, which lets in only workers of its own version, and says to everybody which that is."""

    def __init__(self, *, host: str, port: int, security: Security) -> None:
        super().__init__(
            host=host,
            port=port,
            protocol="tls://",
            security=security,
            dashboard=False,
            dashboard_address="127.0.0.1:0",
        )
        self.handlers[HELLO] = self._hello

    async def add_worker(self, comm: Any, **said: Any) -> None:
        """As Dask's, for workers of this version. Others are told why not, and so is the log."""
        extra = said.get("extra")
        theirs = extra.get(VERSION) if isinstance(extra, dict) else None
        name = clip(str(said.get("name")), 100)
        if theirs != version():
            sentence = _refusal(f"the worker {name}", theirs)
            _log.error("%s", sentence)
            await comm.write({"status": "error", "message": sentence, "time": time.time()})
            return
        _log.info("worker %s has come, %d in all", name, len(self.workers) + 1)
        await super().add_worker(comm, **said)

    async def remove_worker(self, address: str, **how: Any) -> Any:
        worker = self.workers.get(address)
        if worker is not None:
            _log.info("worker %s has left, %d in all", clip(str(worker.name), 100), len(self.workers) - 1)
        return await super().remove_worker(address, **how)

    def _hello(self, *, version: str, name: str) -> dict[str, object]:
        """What `joining.hello` asks."""
        ours = _ours()
        if version != ours:
            _log.error("%s", _refusal(clip(str(name), 100), version))
        return {"version": ours, "workers": len(self.workers)}


def _ours() -> str:
    return version()


def _refusal(who: str, theirs: object) -> str:
    runs = f"runs Dreambot {clip(theirs, 60)}" if isinstance(theirs, str) else "does not say that it is Dreambot's"
    return f"Refused: {who} {runs}, and this scheduler runs {version()}: bring both to the same version."
