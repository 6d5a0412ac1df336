"""A snapshot in words, for the terminal and for `/status`: the same lines, in the reader's language."""

from __future__ import annotations

from bot.languages import listed, mark, number, tr, tr_count
from bot.operations.seeing.discord_side import INVALID_LIMIT
from bot.operations.seeing.snapshot import Check, Snapshot, Stage, Took

MOST_WORKERS = 8  #: named one by one
MOST_NETWORKS = 4  #: too; those that dream most

_FAILING = {
    Check.DISCORD: mark("The connection to Discord is down; the bot connects again by itself."),
    Check.DATABASE: mark("The database does not answer: look at its disk, or its server."),
    Check.WORKERS: mark("No worker is ready, so nothing is dreamt; the log says why."),
    Check.DISK: mark("The disk is all but full, so no picture is taken: make room in the data folder."),
}


def lines(snapshot: Snapshot) -> list[str]:
    """Each a sentence or two."""
    return [
        _state(snapshot),
        *(tr(sentence) for check, sentence in _FAILING.items() if check in snapshot.failing),
        _queue(snapshot),
        _dreams(snapshot),
        *map(_took, snapshot.took[:MOST_NETWORKS]),
        *_workers(snapshot),
        _discord(snapshot),
        _requests(snapshot),
        *_answers(snapshot),
        _machine(snapshot),
    ]


def _state(now: Snapshot) -> str:
    values = {"version": now.version, "time": duration(now.uptime)}
    if now.stage is Stage.STOPPING:
        return tr("Dreambot {version} is stopping, after {time}.", **values)
    if now.stage is Stage.STANDING_BY:
        return tr("Dreambot {version} has been standing by for {time}; another one is at work.", **values)
    if now.stage is Stage.STARTING:
        return tr("Dreambot {version} has been starting for {time}.", **values)
    if now.draining:
        return tr(
            "Dreambot {version} takes nothing new: it finishes what was accepted, then it can be stopped.", **values
        )
    if now.ready:
        return tr("Dreambot {version} has been running for {time}; all is well.", **values)
    return tr("Dreambot {version} has been running for {time}; not all is well.", **values)


def _queue(now: Snapshot) -> str:
    if now.oldest is None:
        return tr("Queue: empty.")
    return tr(
        "Queue: {waiting} waiting, {running} being dreamt; the oldest has been there for {time}.",
        waiting=number(now.waiting),
        running=number(now.running),
        time=duration(now.oldest),
    )


def _dreams(now: Snapshot) -> str:
    return tr(
        "Since the start: requests accepted: {accepted}, answered: {answered}; "
        "pictures dreamt: {made}, failed: {failed}.",
        accepted=number(now.accepted),
        answered=number(now.answered),
        made=number(now.made),
        failed=number(now.failed),
    )


def _took(one: Took) -> str:
    """Stages under the names that they have in `/metrics`."""
    return tr(
        "• {network} took a picture on average: {stages}",
        network=one.network,
        stages=", ".join(f"{stage} {number(seconds, 1)} s" for stage, seconds in one.seconds),
    )


def _workers(now: Snapshot) -> list[str]:
    if not now.workers:
        return [tr("Workers: none has answered yet.")]
    said = [tr("Workers: {count}, dreaming {slots} at a time.", count=len(now.workers), slots=now.slots)]
    for worker in now.workers[:MOST_WORKERS]:
        values = {"name": worker.name, "device": worker.device or "?", "memory": size(worker.memory)}
        if worker.trouble is not None:
            said.append(tr("• {name} cannot dream: {trouble}", name=worker.name, trouble=worker.trouble))
        elif worker.gpu_memory is None or worker.gpu_total is None:
            said.append(tr("• {name} on {device}, {memory} of memory", **values))
        else:
            gpu = {"held": size(worker.gpu_memory), "total": size(worker.gpu_total)}
            said.append(tr("• {name} on {device}, {memory} of memory, {held} of {total} of its GPU's", **values, **gpu))
    if (more := len(now.workers) - MOST_WORKERS) > 0:
        said.append(tr_count("• and {count} more", "• and {count} more", more))
    return said


def _discord(now: Snapshot) -> str:
    measured = [shard.latency for shard in now.shards if shard.latency is not None]
    return tr(
        "Discord: servers: {servers}; shards connected: {connected} of {shards}; latency: {latency}; "
        "connections lost: {lost}.",
        servers=number(now.guilds),
        connected=sum(shard.connected for shard in now.shards),
        shards=len(now.shards),
        latency=tr("{count} ms", count=number(1000 * max(measured))) if measured else tr("not measured yet"),
        lost=number(now.reconnects),
    )


def _requests(now: Snapshot) -> str:
    return tr(
        "Requests to Discord: {responses}, without a good answer: {bad}; invalid in the last ten minutes: {invalid} of "
        "{most}.",
        bad=number(now.bad_responses),
        responses=number(now.responses),
        invalid=number(now.invalid),
        most=number(INVALID_LIMIT),
    )


def _answers(now: Snapshot) -> list[str]:
    if not now.statuses:
        return []
    return [tr("• answers by status: {answers}", answers=", ".join(f"{one}: {number(n)}" for one, n in now.statuses))]


def _machine(now: Snapshot) -> str:
    return tr(
        "Machine: free in the data folder: {free}; pictures kept: {kept}; event loop late by at most {worst} ms; "
        "errors in the log: {errors}.",
        free=tr("unknown") if now.disk_free is None else size(now.disk_free),
        kept=tr("unknown") if now.kept is None else size(now.kept),
        worst=number(1000 * now.loop.worst),
        errors=number(now.errors),
    )


def duration(seconds: float) -> str:
    """
    >>> duration(42), duration(3 * 60), duration(7320), duration(3 * 86400)
    ('42 s', '3 min', '2 h', '3 days')
    """
    if seconds < 120:
        return tr("{count} s", count=number(seconds))
    if seconds < 7200:
        return tr("{count} min", count=number(seconds / 60))
    if seconds < 172800:
        return tr("{count} h", count=number(seconds / 3600))
    return tr_count("{count} day", "{count} days", int(seconds // 86400))


def size(amount: int) -> str:
    """
    >>> size(300 << 20), size(5 << 30)
    ('300 MiB', '5.0 GiB')
    """
    return f"{number(amount / (1 << 30), 1)} GiB" if amount >= 1 << 30 else f"{number(amount >> 20)} MiB"


def failing(snapshot: Snapshot) -> str:
    """Names of the checks that fail, as a list."""
    return listed(sorted(check.value for check in snapshot.failing))
