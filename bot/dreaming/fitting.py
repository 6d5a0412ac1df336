"""An answer's files, small enough for where they go: never refused for their size."""

from __future__ import annotations

import dataclasses
import logging
from dataclasses import dataclass

from bot.errors import BotError
from bot.executor.protocol import Executor
from bot.jobs.model import Job, Result
from bot.jobs.queue import JobQueue
from bot.languages import tell

REQUEST_BYTES = (25 << 20) - (256 << 10)  #: of all files of a message; the text and the frame need a little
LEAST = 16 << 10  #: bytes; what does not go through at this size has another reason
STEP = 0.7  #: how much smaller the next try is when Discord refused a size that it had promised to take

_log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Files:
    """The made pictures' bytes, by ordinal, and the job whose results say how they are written."""

    job: Job
    data: dict[int, bytes]

    @property
    def largest(self) -> int:
        return max(map(len, self.data.values()), default=0)


def share_out(sizes: list[int], whole: int) -> int:
    """The highest limit for one file with which all of them together stay within `whole`.

    >>> share_out([10, 2, 10], 12)
    5
    >>> share_out([3, 3], 12)
    3
    """
    left, files = whole, sorted(sizes)
    for number, size in enumerate(files):
        if size * (len(files) - number) > left:
            return left // (len(files) - number)
        left -= size
    return files[-1] if files else whole


async def load(queue: JobQueue, job: Job) -> Files:
    """From disk. A result that is not there any more is left out."""
    data = {}
    for picture in job.pictures:
        if picture.result is None:
            continue
        try:
            data[picture.ordinal] = await queue.result_bytes(picture.result)
        except BotError as error:
            _log.error("picture %d: %s", picture.ordinal, error.log, extra={"job": job.id})
    return Files(job=job, data=data)


async def fit(queue: JobQueue, executor: Executor, files: Files, limit: int) -> Files:
    """The same, with each file within `limit` and all within a request. Raises DreamError."""
    while files.data:
        allowed = min(limit, share_out([len(data) for data in files.data.values()], REQUEST_BYTES))
        over = [ordinal for ordinal, data in files.data.items() if len(data) > allowed]
        if not over or allowed < LEAST:
            break
        before = files.largest
        for ordinal in over:
            files = await _refit(queue, executor, files, ordinal, allowed)
        if files.largest >= before:
            break  # it cannot be made smaller
        limit = allowed
    return files


async def _refit(queue: JobQueue, executor: Executor, files: Files, ordinal: int, allowed: int) -> Files:
    encoded = await executor.refit(files.data[ordinal], allowed)
    encoded = dataclasses.replace(encoded, note=tell(encoded.note))
    _log.info(
        "picture %d: %d bytes are too many here, now %d %s",
        ordinal,
        len(files.data[ordinal]),
        len(encoded.data),
        encoded.note,
        extra={"job": files.job.id},
    )
    await queue.replace_result(files.job.id, ordinal, encoded)
    pictures = tuple(
        dataclasses.replace(picture, result=_written(picture.result, encoded.format, encoded.note))
        if picture.ordinal == ordinal
        else picture
        for picture in files.job.pictures
    )
    job = await queue.job(files.job.id) or dataclasses.replace(files.job, pictures=pictures)
    return Files(job=job, data={**files.data, ordinal: encoded.data})


def _written(result: Result | None, format: str, note: str) -> Result | None:
    return dataclasses.replace(result, format=format, note=note) if result is not None else None
