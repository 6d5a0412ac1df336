"""Dask's own settings, those of its defaults that hurt set right; and what is encrypted how."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import dask
from distributed.security import Security

from bot.config import ExecutorConfig, is_loopback
from bot.errors import ConfigError

LOG_FORMAT = "%(levelname)s %(name)s: %(message)s"  #: of workers; the bot reads it and logs in its own

SETTINGS: Mapping[str, Any] = {
    "distributed.scheduler.allowed-failures": 0,  # the queue decides what is tried again
    "distributed.scheduler.no-workers-timeout": "10 minutes",  # otherwise an order no worker can take waits for ever
    "distributed.scheduler.work-stealing": False,  # moves an order without a word, and has nothing to move here
    "distributed.scheduler.worker-ttl": "60s",  # a stopped process beats no more; a hung GPU is noticed elsewhere
    "distributed.scheduler.blocked-handlers": [
        "run_function",
        "register_scheduler_plugin",
        "dump_cluster_state_to_url",
    ],
    "distributed.scheduler.http.routes": [],
    "distributed.worker.http.routes": [],
    "distributed.scheduler.active-memory-manager.start": False,
    "distributed.worker.memory.terminate": False,
    "distributed.worker.memory.pause": False,
    "distributed.worker.memory.spill": False,
    "distributed.worker.memory.target": False,
    "distributed.worker.profile.enabled": False,  # interrupts the work a hundred times a second
    "distributed.diagnostics.nvml": False,
    "distributed.admin.system-monitor.disk": False,
    "distributed.admin.system-monitor.gil.enabled": False,
    "distributed.admin.low-level-log-length": 100,  # previews lie in the event log
    "distributed.admin.log-length": 100,
    "distributed.admin.large-graph-warning-threshold": "1 GiB",  # a picture is part of its order
    "distributed.admin.tick.limit": "30s",  # importing torch holds the interpreter for seconds
    "distributed.comm.timeouts.connect": "15s",
    "distributed.comm.compression": False,
    "distributed.nanny.pre-spawn-environ": {"MALLOC_TRIM_THRESHOLD_": 65536},  # not one thread for everything
}
_LOGGERS = ("distributed", "distributed.client", "distributed.gc", "bokeh", "tornado", "tornado.application")


def settle(level: int) -> None:
    """Have this process's Dask behave, whatever files of settings the machine has; and log where we log."""
    dask.config.set(SETTINGS)
    for name in _LOGGERS:
        logger = logging.getLogger(name)
        for handler in tuple(logger.handlers):
            logger.removeHandler(handler)
        logger.propagate = True
        logger.setLevel(level)


def check_address(address: str) -> str:
    """The scheduler's address, if it may be used. Raises ConfigError for one that is not encrypted, off loopback.

    What goes over the wire is code: whoever reads along or answers instead could run anything.
    """
    scheme, separator, rest = address.strip().partition("://")
    if not separator:
        scheme, rest = "tls", scheme
    try:
        parts = urlsplit(f"//{rest}")
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if scheme not in ("tls", "tcp") or not host or not port:
        raise ConfigError(f"The scheduler's address {address!r} does not work: write it as tls://HOST:8786.")
    if scheme == "tcp" and not is_loopback(host):
        raise ConfigError(
            f"The scheduler's address {address!r} is not encrypted, and off this machine it must be: "
            "start the scheduler with TLS and write tls:// instead of tcp://."
        )
    return f"{scheme}://{rest}"


def remote_security(config: ExecutorConfig) -> Security:
    """The operator's certificates for `config.scheduler`. Raises ConfigError where they are not there."""
    assert config.scheduler is not None
    if check_address(config.scheduler).startswith("tcp://"):
        return Security()  # type: ignore[no-untyped-call]
    paths = {
        "DREAM_SCHEDULER_CA": config.scheduler_ca,
        "DREAM_SCHEDULER_CERT": config.scheduler_cert,
        "DREAM_SCHEDULER_KEY": config.scheduler_key,
    }
    for name, path in paths.items():
        if path is None or not Path(path).is_file():
            raise ConfigError(f"A scheduler at {config.scheduler} needs certificates: set {name} to its file.")
    authority, certificate, key = map(str, paths.values())
    return security_of(authority, certificate, key)


def security_of(authority: str, certificate: str, key: str) -> Security:
    """One certificate for every role, as a path or as PEM text; unencrypted connections are refused."""
    pairs = {f"tls_{role}_cert": certificate for role in ("client", "worker", "scheduler")}
    keys = {f"tls_{role}_key": key for role in ("client", "worker", "scheduler")}
    made: Security = Security(  # type: ignore[no-untyped-call]
        require_encryption=True, tls_ca_file=authority, **pairs, **keys
    )
    return made
