"""Dask's own settings, those of its defaults that hurt set right; and what is encrypted how."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import dask
from distributed.security import Security

from bot.config import ExecutorConfig
from bot.errors import ConfigError
from bot.executor.machines.papers import Papers

LOG_FORMAT = "%(levelname)s %(name)s: %(message)s"  #: of workers; the bot reads it and logs in its own

#: Dask sets up its log when it is imported, so before any code of ours runs in a worker.
QUIET: Mapping[str, str] = {
    "DASK_LOGGING__DISTRIBUTED": "error",
    "DASK_DISTRIBUTED__ADMIN__LOG_FORMAT": LOG_FORMAT,
    "PYTHONWARNINGS": "ignore:resource_tracker",  # which has something to say when everything is killed at once
}

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
    "distributed.admin.large-graph-warning-threshold": "2 GiB",  # an order has its picture, and what was made so far
    "distributed.admin.low-level-log-length": 100,  # previews lie in the event log
    "distributed.admin.log-length": 100,
    "distributed.admin.tick.limit": "30s",  # importing torch holds the interpreter for seconds
    "distributed.comm.timeouts.connect": "15s",
    "distributed.comm.compression": False,
    # Instead of Dask's own, which gives each worker one thread for everything and has glibc give back at once all that
    # is freed: a dream, which needs the same memory again in every step, takes twice as long then.
    "distributed.nanny.pre-spawn-environ": {**QUIET},
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
    """The scheduler's address, if it may be used. Raises ConfigError for one that is not encrypted.

    What goes over the wire is code: whoever reads along or answers instead could run anything. On this machine too:
    it may have other users.
    """
    scheme, separator, rest = address.strip().partition("://")
    if not separator:
        scheme, rest = "tls", scheme
    try:
        parts = urlsplit(f"//{rest}")
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if scheme == "tcp" and host and port:
        raise ConfigError(
            f"The scheduler's address {address!r} is not encrypted, and it has to be: write tls:// instead of tcp://."
            " On this machine that needs no certificates of yours, between machines python -m bot certificates makes"
            " them."
        )
    if scheme != "tls" or not host or not port:
        raise ConfigError(f"The scheduler's address {address!r} does not work: write it as tls://HOST:8786.")
    return f"{scheme}://{rest}"


def papers_of(config: ExecutorConfig) -> Papers:
    """The files for `config.scheduler`, whatever is in them. Raises ConfigError where one is not even named."""
    paths = {
        "DREAM_SCHEDULER_CA": config.scheduler_ca,
        "DREAM_SCHEDULER_CERT": config.scheduler_cert,
        "DREAM_SCHEDULER_KEY": config.scheduler_key,
    }
    for name, path in paths.items():
        if path is None:
            raise ConfigError(f"A scheduler at {config.scheduler} needs certificates: set {name} to its file.")
    authority, certificate, key = (Path(str(path)) for path in paths.values())
    return Papers(authority=authority, certificate=certificate, key=key)


def security_with(papers: Papers) -> Security:
    """By paths: each process reads the files when it starts, and never sends them."""
    return security_of(str(papers.authority), str(papers.certificate), str(papers.key))


def security_of(authority: str, certificate: str, key: str) -> Security:
    """One certificate for every role, as a path or as PEM text; unencrypted connections are refused."""
    pairs = {f"tls_{role}_cert": certificate for role in ("client", "worker", "scheduler")}
    keys = {f"tls_{role}_key": key for role in ("client", "worker", "scheduler")}
    made: Security = Security(  # type: ignore[no-untyped-call]
        require_encryption=True, tls_ca_file=authority, **pairs, **keys
    )
    return made
