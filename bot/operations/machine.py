"""The doctor's look at the machine: libraries, device, weights, memory, disk, database."""

from __future__ import annotations

import asyncio
import json
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import aiohttp

from bot.config import Config
from bot.errors import BotError
from bot.operations.findings import Finding, fail, ok, warn
from dreamcore.errors import clip

GIB = 1 << 30
LITTLE_DISK, NO_DISK = 2 * GIB, GIB // 5
LITTLE_MEMORY, NO_MEMORY = 2 * GIB, GIB // 2
PROBE_SECONDS = 180.0  #: importing torch from a cold disk
CONNECT_SECONDS = 10.0

_REINSTALL = "Install again (docs/installing.md says which PyTorch): make clean, then make run."


async def probe(config: Config) -> Mapping[str, Any]:
    """What `bot.operations.probe` prints; what it died of is under `error`."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot.operations.probe", config.executor.device),
        env={**os.environ, **config.worker_environment},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(PROBE_SECONDS):
            said, complaint = await process.communicate()
        found: Mapping[str, Any] = json.loads(said)
    except TimeoutError:
        process.kill()
        await process.communicate()
        return {"error": f"it did not end within {PROBE_SECONDS:.0f} s"}
    except ValueError:
        last = complaint.decode(errors="replace").strip().splitlines()[-1:]
        return {"error": clip(last[0] if last else f"it ended with status {process.returncode}", 200)}
    return found


async def examine_engine(config: Config, found: Mapping[str, Any]) -> AsyncIterator[Finding]:
    """Libraries, device, memory and weights, from what the probe found."""
    if "error" in found:
        yield fail("engine", f"The engine cannot be tried: {found['error']}.", _REINSTALL)
        return
    trouble = found.get("torch_error") or found.get("torchvision_error")
    if trouble:
        yield fail("engine", str(trouble), _REINSTALL)
        return
    yield ok(
        "engine",
        f"Python {platform.python_version()}, PyTorch {found['torch']}, torchvision {found['torchvision']}.",
    )
    yield _device(config, found)
    yield _memory(found)
    yield await _weights(config, found)


def _device(config: Config, found: Mapping[str, Any]) -> Finding:
    device = found.get("device")
    if device is None:
        return fail("device", f"{found.get('device_error')}", f"DREAM_DEVICE={config.executor.device}: set auto.")
    chosen = device["chosen"]
    if chosen.startswith("cuda"):
        names = ", ".join(device["gpus"])
        return ok("device", f"{len(device['gpus'])} GPU(s): {names}; {_size(device['memory'])} of memory are free.")
    if chosen == "mps":
        return ok("device", "Apple's GPU.")
    if config.executor.device == "auto" and not device["gpus"] and _has_nvidia():
        built = f"it is built for CUDA {device['cuda_build']}" if device["cuda_build"] else "it is a build for CPUs"
        return warn(
            "device",
            f"There is an NVIDIA GPU that PyTorch does not see ({built}), so dreams are made on the CPU.",
            "Install PyTorch for your driver (docs/installing.md); in a container, hand the GPU in (--gpus all).",
        )
    return ok("device", f"The CPU, {device['threads']} thread(s): a dream takes tens of seconds, seconds on a GPU.")


def _has_nvidia() -> bool:
    return Path("/proc/driver/nvidia/version").exists() or shutil.which("nvidia-smi") is not None


def _memory(found: Mapping[str, Any]) -> Finding:
    if "memory" not in found:
        return warn("memory", f"It cannot be measured: {found.get('memory_error')}.")
    free = int(found["memory"])
    if free < LITTLE_MEMORY:
        report = fail if free < NO_MEMORY else warn
        return report(
            "memory",
            f"Only {_size(free)} of memory are free, a worker wants {_size(LITTLE_MEMORY)}.",
            "End something else, or give the machine or container more; DREAM_WORKERS=1 needs the least.",
        )
    return ok("memory", f"{_size(free)} are free.")


async def _weights(config: Config, found: Mapping[str, Any]) -> Finding:
    weights = found.get("weights")
    if weights is None:
        return fail("weights", f"{found.get('weights_error')}", _REINSTALL)
    if weights["here"]:
        return ok("weights", f"{weights['best']} is here and dreams where a recipe names no network.")
    without = f"{weights['best']} is not here, so {weights['default']} dreams where a recipe names no network"
    by_hand = f"Put its file into {weights['folder']} (or a folder named by DREAM_NETWORKS): {weights['address']}"
    if not config.executor.download:
        return warn("weights", f"{without} (DREAM_DOWNLOAD=no).", by_hand)
    trouble = await _unreachable(weights["address"])
    if trouble:
        return warn("weights", f"{without}; it cannot be downloaded either ({trouble}).", by_hand)
    return ok("weights", f"{weights['best']} is not here yet; the first start downloads it into {weights['folder']}.")


async def _unreachable(address: str) -> str:
    """Why not; empty where the file is there."""
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=CONNECT_SECONDS), trust_env=True) as session,
            session.head(address, allow_redirects=True) as response,
        ):
            return "" if response.status < 400 else f"the server answers {response.status}"
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        return f"no connection: {type(error).__name__}"


def examine_disk(config: Config) -> Finding:
    """Whether DREAM_HOME can be written, and for how long. Makes the folder, as the bot would."""
    home = config.home
    if (owner := _not_ours(home)) is not None:
        return warn(
            "disk",
            f"{home} belongs to another user (number {owner}), so nothing was tried there: as root everything works.",
            "Run the doctor as the user that runs the bot.",
        )
    try:
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryFile(dir=home) as file:
            file.write(b"dreambot")
            file.flush()
            os.fsync(file.fileno())
        free = shutil.disk_usage(home).free
    except OSError as error:
        return fail(
            "disk",
            f"{home} cannot be written: {error.strerror or error}.",
            "Give this user the folder, or set another DREAM_HOME.",
        )
    if free < LITTLE_DISK:
        report = fail if free < NO_DISK else warn
        return report("disk", f"Only {_size(free)} are free in {home}.", "Make room, or lower DREAM_KEEP_DAYS.")
    return ok("disk", f"{home} can be written, {_size(free)} are free.")


async def examine_database(config: Config) -> Finding:
    """Opens it as the bot would, which also brings its tables up to date."""
    from bot.store.database import Database

    if config.database.startswith("sqlite") and _not_ours(config.home) is not None:
        return warn("database", "Not tried, for the same reason.")
    try:
        database = await Database.open(config.database, home=config.home)
        await database.close()
    except BotError as error:
        return fail("database", error.sentence, "Correct DATABASE_URL, or what it leads to.")
    return ok("database", "It opens, and its tables are up to date.")


def _not_ours(home: Path) -> int | None:
    """The owner's number where root would leave files behind that the bot's own user cannot write."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0 or not home.exists():
        return None
    owner = home.stat().st_uid
    return owner if owner != 0 else None


def _size(amount: int) -> str:
    return f"{amount / GIB:.1f} GiB" if amount >= GIB else f"{amount >> 20} MiB"
