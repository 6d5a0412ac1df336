"""The boundary between the queue and whatever dreams: one small protocol, and the values that cross it."""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from bot.kinds import Kind, Role
from bot.languages import ENGLISH

PART_SECONDS = 15.0  #: of work, after which long work pauses and others have their turn


@dataclass(frozen=True, kw_only=True)
class Order:
    """One piece of work: a picture to be dreamt, or the next part of something longer."""

    job: str
    ordinal: int
    attempt: int
    kind: Kind = Kind.DREAM
    picture: bytes | None  # as it came from the stranger; None: there is none (`Kind.has_source`)
    companions: Mapping[Role, bytes] = field(default_factory=dict)  # as they came from strangers
    recipe: str  # `kind` says who reads it
    checkpoint: bytes | None = None  # of the parts so far; None: from the beginning
    share: float = 0.0  # of the whole work, that the checkpoint has
    part: float = PART_SECONDS  # of work, after which it pauses, if it is of a kind that does
    byte_limit: int  # of the result's file
    language: str = ENGLISH  # of what is written into a picture
    bare: bool = False  # the recipe is not written into the file: it is a secret

    @property
    def key(self) -> str:
        return f"{self.job}-{self.ordinal}-{self.attempt}"


@dataclass(frozen=True, kw_only=True)
class Started:
    """A worker has begun; from now on its death counts against this part."""

    job: str
    ordinal: int
    attempt: int


@dataclass(frozen=True, kw_only=True)
class Progressed:
    """How far the whole work is."""

    job: str
    ordinal: int
    attempt: int
    share: float  # 0 to 1
    preview: bytes | None  # a small JPEG, now and then


Event = Started | Progressed


#: What a worker does with a picture, one after the other.
STAGES = ("decode", "load", "dream", "encode")


@dataclass(frozen=True, kw_only=True)
class Belief:
    """What a network takes a picture for."""

    name: str  # one of its classes
    share: float  # 0 to 1


@dataclass(frozen=True, kw_only=True)
class Beliefs:
    """The likeliest first."""

    before: tuple[Belief, ...]
    after: tuple[Belief, ...]


@dataclass(frozen=True, kw_only=True)
class Made:
    """What was asked for. What a person reads (`note`, `notes`) are Sentences, and are told in the job's language."""

    data: bytes
    format: str  # PNG, WEBP, JPEG, GIF or MP4
    note: str
    width: int
    height: int
    recipe: str
    network: str
    seconds: float  # of the engine's work, in this part
    notes: tuple[str, ...]
    frames: int = 1  # above 1: a film
    lasts: float | None = None  # seconds, of a film
    beliefs: Beliefs | None = None
    stages: tuple[tuple[str, float], ...] = ()  # seconds of each of `STAGES`, where they were measured


@dataclass(frozen=True, kw_only=True)
class Paused:
    """A part of long work is done: the next one goes on from the checkpoint, after others have had their turn."""

    checkpoint: bytes
    share: float  # of the whole work
    seconds: float  # of the engine's work, in this part


@dataclass(frozen=True, kw_only=True)
class Failed:
    """It cannot be made, and trying again would not help."""

    sentence: str  # a `Sentence` for the person, who is told it in the job's language
    log: str
    killed_decoder: bool = False  # the picture brought its decoder down


@dataclass(frozen=True, kw_only=True)
class Stopped:
    """It was cancelled, or the executor is being closed."""


@dataclass(frozen=True, kw_only=True)
class Lost:
    """The worker died, hung, or left; the same order may be tried again, as a new attempt."""

    started: bool  # whether work on it had begun
    log: str


Outcome = Made | Paused | Failed | Stopped | Lost


@dataclass(frozen=True, kw_only=True)
class Encoded:
    """A picture's file."""

    data: bytes
    format: str  # PNG, WEBP, JPEG, GIF or MP4
    note: str


@dataclass(frozen=True, kw_only=True)
class WorkerState:
    """What a worker says of itself."""

    name: str
    device: str  # cpu, cuda, mps; empty while its engine is not there
    slots: int
    memory: int  # bytes of the machine's memory that its process has
    gpu_memory: int | None  # bytes of its GPU's that it holds; None without one
    gpu_total: int | None
    trouble: str | None  # why it cannot dream


class SheetKind(enum.Enum):
    """What a sheet of many pictures is for."""

    RESULTS = "results"  #: a challenge's end: winners large, then the others with place, name and votes
    PAGE = "page"  #: a leaf of a gallery: small pictures with a large number each


MOST_ON_SHEET = {SheetKind.RESULTS: 25, SheetKind.PAGE: 9}  #: entries


@dataclass(frozen=True, kw_only=True)
class SheetEntry:
    """One picture on a sheet, and what is written beside it, in the reader's language."""

    picture: bytes | None  # as it came from wherever it was kept; None: it is not kept any more
    mark: str  # its place or number: "1"
    name: str = ""  # whose it is; empty where nobody shall know
    handle: str = ""  # the same member's user name, for names in letters that no font here has
    title: str = ""
    votes: str = ""  # "12 votes"
    winner: bool = False  # hung large


@dataclass(frozen=True, kw_only=True)
class SheetOrder:
    """Many pictures in one, in the order given. Texts may be of any length and script: what does not fit is cut.

    Raises ValueError for no entries, and for more than `MOST_ON_SHEET`.
    """

    kind: SheetKind
    entries: tuple[SheetEntry, ...]
    heading: str = ""  # the theme
    details: str = ""  # the line below it: "Dreamers · 22 November 2026"
    missing: str  # in place of a picture that cannot be shown: "no picture"
    byte_limit: int

    def __post_init__(self) -> None:
        if not 1 <= len(self.entries) <= MOST_ON_SHEET[self.kind]:
            raise ValueError(f"{len(self.entries)} entries on a sheet of 1 to {MOST_ON_SHEET[self.kind]}")


class Executor(Protocol):
    """Dreams on workers. Every coroutine may be called at once, before any worker is ready: then it waits."""

    @property
    def slots(self) -> int:
        """How many orders are worked on at a time, over all workers; at least 1 (also before any has come)."""

    @property
    def network(self) -> str | None:
        """The network that dreams where a recipe names none; None until the first worker has said so."""

    async def start(self) -> None:
        """Begin to start workers, and return at once."""

    async def dream(self, order: Order, on_event: Callable[[Event], None]) -> Outcome:
        """Work on one order. `on_event` is called in the event loop. Never raises for what happens to a worker."""

    def cancel(self, job: str) -> None:
        """Stop the orders of this job: their `dream` returns Stopped between two steps."""

    async def refit(self, picture: bytes, byte_limit: int) -> Encoded:
        """The same picture or film (one of our own results) in fewer bytes. Raises DreamError."""

    async def compare(self, before: bytes, after: bytes, byte_limit: int) -> Encoded:
        """Both side by side in one picture. Raises DreamError, for instance for films."""

    async def sheet(self, order: SheetOrder) -> Encoded:
        """Many pictures in one file of at most `order.byte_limit` bytes. Raises DreamError.

        A picture that cannot be read leaves its place empty, with `order.missing` in it, and is no error. A caller
        that is cancelled has the worker stop at the next picture.
        """

    async def atlas(self, recipe: str, *, language: str, byte_limit: int) -> Encoded | None:
        """A page of an atlas (`AtlasRecipe`, its network named) that was made before; None: it has to be made.

        Raises DreamError, for instance for a page that there is not.
        """

    async def close(self, grace: float) -> None:
        """Let running orders finish for `grace` seconds, then stop them; ends all processes it started."""
