"""What is kept of every dream that was asked for. Values only: no Discord, no database, no torch.

A *job* is one request and gets one answer; it has one or more *pictures*, and a picture is the unit of work that is
handed to the executor, long work in parts. *Companions* are pictures that go beside them. All times are Unix seconds;
all ids are Discord's snowflakes, except a job's own.
"""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.executor.protocol import Beliefs
from bot.jobs.allowance import NO_LIMITS, Allowance
from bot.jobs.manner import PLAIN, Manner
from bot.kinds import Kind, Role, Written

NOBODY = 0  #: in place of the id of a member who was forgotten, in what is another's
JOB_ID_LENGTH = 16  #: characters a-z2-7 (base32): short enough for a nonce (25) and a custom_id (100)


class JobState(enum.Enum):
    WAITING = "waiting"  #: accepted, its pictures are kept; some may be made already
    RUNNING = "running"  #: at least one of its pictures is with the executor; WAITING again when its worker dies
    MADE = "made"  #: every picture is made or has failed, at least one is made; the person has not got them yet
    DELIVERED = "delivered"  #: the person has the answer; the sources are kept some days for the buttons
    UNDELIVERABLE = "undeliverable"  #: nobody left to give it to
    FAILED = "failed"  #: no picture could be made; costs the person nothing
    CANCELLED = "cancelled"  #: by its owner or a moderator


class PictureState(enum.Enum):
    WAITING = "waiting"
    RUNNING = "running"  #: handed to the executor with the current attempt's number
    MADE = "made"  #: its result is stored
    FAILED = "failed"  #: `error` is the sentence for the person


class Door(enum.Enum):
    """How the request came in."""

    PREFIX = "prefix"
    SLASH = "slash"
    MENU = "menu"
    BUTTON = "button"


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where the answer goes."""

    guild: int | None  # None: a direct message, or a server that the bot is no member of
    channel: int
    message: int | None = None  # the message that asked, which the answer replies to; None after an interaction
    token: str | None = None  # of the interaction: leads back for 15 minutes
    token_expires: float | None = None
    reachable: bool = True  # the bot itself may write there; False: only the token leads back
    ephemeral: bool = False  # only the person sees the answer
    byte_limit: int = 10 << 20  # of one file, there
    under: int | None = None  # where `channel` is a thread: the channel that it belongs to

    def token_alive(self, now: float) -> bool:
        return self.token is not None and self.token_expires is not None and now < self.token_expires


@dataclass(frozen=True, kw_only=True)
class AskedPicture:
    """One picture of a request, downloaded."""

    data: bytes | None  # None: work that begins without one (`Kind.has_source`), named and owned all the same
    filename: str
    author: int  # who posted it
    attachment: int | None = None  # None: an avatar, or a picture that was kept
    spoiler: bool = False
    alt: str | None = None  # the author's own description


@dataclass(frozen=True, kw_only=True)
class Request:
    """What a door hands over: who, where, which pictures, which recipe. It has been checked; `kind` says by whom."""

    requester: int
    door: Door
    place: Place
    kind: Kind = Kind.DREAM
    recipe: Written
    pictures: tuple[AskedPicture, ...]
    companions: Mapping[Role, AskedPicture] = field(default_factory=dict)  # beside every one of the pictures
    cause: str  # what it came from: message:ID, or interaction:ID. The same cause is accepted once
    parent: str | None = None  # the job under whose result a button was pressed
    manner: Manner = PLAIN
    allowance: Allowance = NO_LIMITS  # the server's own limits for this member, there; the operator's hold anyway


@dataclass(frozen=True, kw_only=True)
class Result:
    """What was made of a picture. Its bytes lie in a file until they are delivered."""

    path: str  # below the folder of results; the queue reads it (`JobQueue.result_bytes`)
    format: str  # PNG, WEBP, JPEG, GIF or MP4
    note: str  # how it was written to fit, e.g. "as WebP at quality 80"; empty where nothing was lost
    width: int
    height: int
    recipe: str  # resolved: makes the same dream again
    network: str
    seconds: float  # of the engine's work
    notes: tuple[str, ...]  # sentences for the person
    frames: int = 1  # above 1: a film
    lasts: float | None = None  # seconds, of a film
    beliefs: Beliefs | None = None  # of an explanation


@dataclass(frozen=True, kw_only=True)
class JobPicture:
    """One picture of a job."""

    ordinal: int  # from 0, as posted
    state: PictureState
    source: str | None  # content hash; the source may be gone, see `JobQueue.source_bytes`. None: it has none
    filename: str
    author: int
    attachment: int | None
    spoiler: bool
    alt: str | None
    attempt: int  # times it was handed out; results of an older one are thrown away
    result: Result | None
    error: str | None
    checkpoint: str | None = None  # the file with which long work goes on
    share: float = 0.0  # of the whole work, done in the parts so far
    served: float = 0.0  # seconds that these have taken


@dataclass(frozen=True, kw_only=True)
class Companion:
    """A picture beside those of a job."""

    role: Role
    source: str  # content hash; it may be gone, see `JobQueue.source_bytes`
    filename: str
    author: int
    attachment: int | None
    spoiler: bool


@dataclass(frozen=True, kw_only=True)
class Job:
    """One accepted request."""

    id: str
    state: JobState
    kind: Kind = Kind.DREAM
    requester: int
    door: Door
    place: Place
    recipe: str  # as asked, with a seed in it; `kind` says who reads it
    pictures: tuple[JobPicture, ...]
    companions: tuple[Companion, ...] = ()
    cause: str
    parent: str | None
    created: float
    finished: float | None  # when its last picture was made or failed, or it was cancelled
    delivered: float | None
    waiting_message: int | None  # the bot's own message that shows place and progress, later the dream
    result_message: int | None  # the message that carries the answer; often the same
    cancelled_by: int | None
    manner: Manner = PLAIN
    thread: int | None = None  # made for the answer; 0: none could be had; None: not tried

    @property
    def home(self) -> Place:
        """Where its messages are: in the thread that was made for it, else where it was asked for."""
        if not self.thread:
            return self.place
        return dataclasses.replace(self.place, channel=self.thread, message=None, token=None, token_expires=None)

    @property
    def wants_thread(self) -> bool:
        """Whether one is to be made before anything is said."""
        return self.manner.thread and self.thread is None and self.waiting_message is None

    @property
    def answered(self) -> bool:
        """Whether the person has been told how it ended."""
        return self.delivered is not None or self.state is JobState.UNDELIVERABLE

    @property
    def ended(self) -> bool:
        return self.state not in (JobState.WAITING, JobState.RUNNING)


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Where a waiting or running job stands."""

    ahead: int  # jobs that will be finished before it, by today's order
    ready_at: float  # when its last picture is expected
    seconds: float  # of work, its own
    running: bool  # a worker has begun with it; also while others have their turn between two parts of it
