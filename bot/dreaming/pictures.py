"""Which pictures a message carries, and how they are fetched: from Discord's own origins only, measured as they come.

What is inside a file is the worker's business (`dreamcore.picture`, in a process of its own). Here a stranger's link
is never followed, nothing is fetched that cannot be a picture, and no answer may be larger or slower than allowed.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import aiohttp
import discord
from yarl import URL

from bot.dreaming.words import brief
from bot.errors import LinkError, NoPicture
from bot.kinds import Kind
from bot.languages import mark, tell, tr
from dreamcore.errors import PictureError, clip
from dreamcore.sentences import Sentence

TOTAL = 4  #: all pictures of one request together, in sizes of the largest single one
AT_ONCE = 8  #: downloads, over all requests
PATIENCE = 30.0  #: seconds for one picture, all attempts together
PAUSES = (0.3, 1.0)  #: seconds before each further attempt
_CHUNK = 1 << 16
_PASSING = (408, 429, 500, 502, 503, 504, 520, 522, 524)

UPLOAD_IT = mark("I fetch nothing from outside of Discord. Save the picture and post it here as an attachment.")
EXPIRED = mark("The link to {name} has expired. Please post the picture again.")


@dataclass(frozen=True, kw_only=True)
class Found:
    """A picture that is there, not yet fetched."""

    url: str
    filename: str
    author: int  # who posted it, or whose avatar it is
    size: int | None = None  # bytes, as Discord says
    content_type: str | None = None
    width: int | None = None
    height: int | None = None
    attachment: int | None = None
    spoiler: bool = False
    alt: str | None = None
    message: tuple[int, int] | None = None  # channel and message, where a fresh link can be had
    origin: int | None = None  # the channel it was posted in; None: an avatar, or nobody knows

    @property
    def name(self) -> str:
        """The filename, short and harmless, for sentences."""
        return clip(discord.utils.escape_markdown(self.filename), 60)


class Expired(LinkError):
    """Discord no longer honours the link; the message may have a fresh one."""


def of_attachment(
    attachment: discord.Attachment,
    *,
    author: int,
    message: tuple[int, int] | None = None,
    origin: int | None = None,
) -> Found:
    """message: where a fresh link can be had. origin: the channel that it was posted in, where that is another one."""
    return Found(
        url=attachment.url,
        filename=attachment.filename,
        author=author,
        size=attachment.size,
        content_type=attachment.content_type,
        width=attachment.width,
        height=attachment.height,
        attachment=attachment.id,
        spoiler=attachment.is_spoiler(),
        alt=attachment.description or None,
        message=message,
        origin=origin if origin is not None or message is None else message[0],
    )


def of_avatar(user: discord.User | discord.Member | discord.ClientUser) -> Found:
    """The member's picture in this server, else their own."""
    asset = user.display_avatar.replace(format="png", size=1024)
    return Found(url=asset.url, filename=f"{user.name}.png", author=user.id, content_type="image/png")


def of_link(url: str, *, author: int, origins: Collection[str]) -> Found:
    """A link that somebody typed. Raises LinkError unless it is one of Discord's own."""
    if not _is_own(url, origins):
        raise LinkError(tr(UPLOAD_IT))
    name = URL(url, encoded=True).name or "picture"
    return Found(url=url, filename=name, author=author, origin=_channel_in(url))


def in_message(message: discord.Message, *, origins: Collection[str]) -> tuple[Found, ...]:
    """Everything attached to a message, forwarded in it, or shown by it from Discord's own origins.

    Files that cannot be pictures are among them; `pictures_only` tells them apart.
    """
    author, place = message.author.id, (message.channel.id, message.id)
    found = [of_attachment(attachment, author=author, message=place) for attachment in message.attachments]
    forwarded = message.reference.channel_id if message.message_snapshots and message.reference is not None else None
    found += [
        of_attachment(attachment, author=author, message=place, origin=forwarded or _channel_in(attachment.url))
        for attachment in attachments_of(message)[len(found) :]
    ]
    embeds = [*message.embeds, *(embed for shot in message.message_snapshots for embed in shot.embeds)]
    for url in dict.fromkeys(embed.image.url or embed.thumbnail.url for embed in embeds):
        if url and _is_own(url, origins) and not any(_same_file(url, other.url) for other in found):
            found.append(of_link(url, author=author, origins=origins))
    return tuple(found)


def attachments_of(message: discord.Message) -> list[discord.Attachment]:
    """The attachments of a message and of what it forwards."""
    return [*message.attachments, *(file for shot in message.message_snapshots for file in shot.attachments)]


def is_picture(found: Found, kind: Kind = Kind.DREAM) -> bool:
    """Whether it may be one, or what else this kind of work begins with: Discord says so, or does not know."""
    type_ = (found.content_type or "application/octet-stream").partition(";")[0].strip().lower()
    if type_.startswith("video/"):
        return kind is Kind.FILM
    return type_ == "application/octet-stream" or (type_.startswith("image/") and not type_.startswith("image/svg"))


def pictures_only(found: Sequence[Found], kind: Kind = Kind.DREAM) -> tuple[tuple[Found, ...], tuple[Sentence, ...]]:
    """(what this kind of work begins with, a sentence about each other file). Raises NoPicture where that is none."""
    usable = tuple(file for file in found if is_picture(file, kind))
    others = tuple(_not_a_picture(file) for file in found if not is_picture(file, kind))
    if others and not usable:
        moving = kind is not Kind.FILM and any((file.content_type or "").startswith("video/") for file in found)
        parts = [tell(others[0]), tr(_TAKEN.get(kind, _TAKEN[Kind.DREAM])), *([tr(_AS_A_FILM)] if moving else [])]
        raise NoPicture(" ".join(parts))
    return usable, others


def check_sizes(pictures: Iterable[Found], most: int) -> None:
    """Raises PictureError when one of them, or all together, is said to be larger than is taken."""
    total = 0
    for picture in pictures:
        if (picture.size or 0) > most:
            raise PictureError(
                tr(
                    "{name} has {size}; I take up to {most}.",
                    name=picture.name,
                    size=_mebibytes(picture.size or 0),
                    most=_mebibytes(most),
                )
            )
        total += picture.size or 0
    if total > TOTAL * most:
        raise PictureError(
            tr(
                "These pictures have {size} together; I take up to {most} at once.",
                size=_mebibytes(total),
                most=_mebibytes(TOTAL * most),
            )
        )


class Downloader:
    """Fetches pictures. Owns its connections: `close` ends them."""

    def __init__(self, *, origins: Collection[str], most: int, patience: float = PATIENCE) -> None:
        self._origins = frozenset(origins)
        self._most = most
        self._patience = patience
        self._session: aiohttp.ClientSession | None = None
        self._places = asyncio.Semaphore(AT_ONCE)
        self._ended = False

    async def close(self) -> None:
        self._ended = True
        if self._session is not None:
            await self._session.close()

    async def fetch(self, picture: Found) -> bytes:
        """The file. Raises LinkError (Expired where a fresh link may help) or PictureError."""
        if not _is_own(picture.url, self._origins):
            raise LinkError(tr(UPLOAD_IT))
        async with self._places:
            try:
                async with asyncio.timeout(self._patience):
                    return await self._fetch_patiently(picture)
            except TimeoutError:
                raise LinkError(
                    tr("{name} came too slowly from Discord. Please try again in a minute.", name=picture.name)
                ) from None

    async def _fetch_patiently(self, picture: Found) -> bytes:
        for pause in (*PAUSES, None):
            try:
                return await self._fetch_once(picture)
            except (_Passing, aiohttp.ClientError) as error:
                if pause is None:
                    raise LinkError(
                        tr(
                            "Discord does not hand out {name} just now. Please try again in a minute.",
                            name=picture.name,
                        ),
                        log=f"picture not fetched: {error!r}",
                    ) from error
                await asyncio.sleep(pause)
        raise AssertionError("the last attempt returns or raises")

    async def _fetch_once(self, picture: Found) -> bytes:
        if self._ended:  # a session that is made now would be nobody's to close
            raise aiohttp.ClientConnectionError("the bot ends")
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(
                auto_decompress=False,  # what is measured is what came
                headers={"Accept-Encoding": "identity"},
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(total=None, sock_connect=10, sock_read=10),
            )
        url = URL(picture.url, encoded=True)  # the signature counts as it is written
        async with self._session.get(url, allow_redirects=False) as answer:
            if answer.status in (403, 404, 410):
                raise Expired(tr(EXPIRED, name=picture.name))
            if answer.status in _PASSING:
                raise _Passing(f"status {answer.status}")
            if answer.status != 200:
                raise LinkError(
                    tr("Discord did not hand out {name}. Please post it again as an attachment.", name=picture.name),
                    log=f"picture's link answered {answer.status}",
                )
            if (answer.content_length or 0) > self._most:
                raise self._too_large(picture)
            return await self._read(answer, picture)

    async def _read(self, answer: aiohttp.ClientResponse, picture: Found) -> bytes:
        data = bytearray()
        async for chunk in answer.content.iter_chunked(_CHUNK):
            data += chunk
            if len(data) > self._most:
                raise self._too_large(picture)
        if not data:
            raise PictureError(tr("{name} is empty.", name=picture.name))
        return bytes(data)

    def _too_large(self, picture: Found) -> PictureError:
        most = _mebibytes(self._most)
        return PictureError(tr("{name} is larger than the {most} that I take.", name=picture.name, most=most))


class _Passing(Exception):
    """An answer that may be another one in a moment."""


def _is_own(url: str, origins: Collection[str]) -> bool:
    """Whether a link has exactly one of these origins: scheme, host and port, and no name or password before them."""
    try:
        parsed = URL(url, encoded=True)
        if parsed.user is not None or parsed.password is not None or "\\" in url or "@" in parsed.authority:
            return False
        return str(parsed.origin()) in origins
    except ValueError:
        return False


def _channel_in(url: str) -> int | None:
    """The channel that an attachment's link names.

    >>> _channel_in("https://cdn.discordapp.com/attachments/12/34/cat.png?ex=1"), _channel_in("https://x/avatars/1/2")
    (12, None)
    """
    match = re.match(r"[^?#]*?/(?:ephemeral-)?attachments/([0-9]{1,20})/", url)
    return int(match[1]) if match else None


def _same_file(one: str, other: str) -> bool:
    return one.partition("?")[0] == other.partition("?")[0]


_AS_A_FILM = mark("A video is dreamt as a film: with `/film`, or with the word `film` behind the command.")
_TAKEN = {
    Kind.DREAM: mark("I dream JPEG, PNG, WebP, GIF, AVIF, BMP and TIFF."),
    Kind.FILM: mark("I make films of JPEG, PNG, WebP, GIF, AVIF, BMP and TIFF, and of MP4, MOV, WebM and MKV."),
}
_KINDS = {
    "video": mark("{name} is a video."),
    "audio": mark("{name} is a sound."),
    "text": mark("{name} is a text."),
    "application/pdf": mark("{name} is a PDF."),
    "image/svg": mark("{name} is a drawing."),
    "": mark("{name} is no picture."),
}


def _not_a_picture(file: Found) -> Sentence:
    kind = (file.content_type or "").lower()
    return Sentence(next(said for prefix, said in _KINDS.items() if kind.startswith(prefix)), name=file.name)


def _mebibytes(count: int) -> str:
    return f"{brief(round(count / (1 << 20), 1))} MiB"
