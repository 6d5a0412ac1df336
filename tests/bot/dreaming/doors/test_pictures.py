"""Downloads from a real server on the loopback."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from bot.dreaming import pictures
from bot.dreaming.pictures import Downloader, Expired, Found, check_sizes, of_link, pictures_only
from bot.errors import LinkError, NoPicture
from dreamcore.errors import PictureError

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40
MOST = 100_000

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Cdn:
    """A server that hands out pictures, well or badly, and counts who asks."""

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self.asked: list[str] = []
        self.answers: list[int] = []  # statuses to be given first

    def found(self, path: str = "/a.png") -> Found:
        return Found(url=self.origin + path, filename="a.png", author=1)


@asynccontextmanager
async def serving() -> AsyncIterator[Cdn]:
    cdn = Cdn("")

    async def handle(request: web.Request) -> web.StreamResponse:
        cdn.asked.append(request.path_qs)
        if cdn.answers:
            return web.Response(status=cdn.answers.pop(0))
        match request.path:
            case "/redirect.png":
                raise web.HTTPFound(f"{cdn.origin}/a.png")
            case "/gone.png":
                raise web.HTTPNotFound
            case "/empty.png":
                return web.Response(body=b"")
            case "/declared.png":
                return web.Response(body=bytes(MOST + 1))
            case "/endless.png":
                response = web.StreamResponse()
                await response.prepare(request)
                while True:
                    await response.write(bytes(1 << 14))
            case "/slow.png":
                response = web.StreamResponse()
                await response.prepare(request)
                for _ in range(200):
                    await response.write(b"x")
                    await asyncio.sleep(0.05)
                return response
            case "/cut.png":
                response = web.StreamResponse(headers={"Content-Length": "5000"})
                await response.prepare(request)
                await response.write(PNG[:100])
                assert request.transport is not None
                request.transport.close()
                return response
        return web.Response(body=PNG)

    app = web.Application()
    app.router.add_get("/{path:.*}", handle)
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    cdn.origin = f"http://{host}:{port}"
    try:
        yield cdn
    finally:
        await runner.cleanup()


def fetched(
    found: Callable[[Cdn], Found], *, answers: tuple[int, ...] = (), patience: float = 60.0
) -> tuple[Cdn, bytes]:
    async def run() -> tuple[Cdn, bytes]:
        async with serving() as cdn:
            cdn.answers += answers
            downloader = Downloader(origins=(cdn.origin,), most=MOST, patience=patience)
            try:
                return cdn, await downloader.fetch(found(cdn))
            finally:
                await downloader.close()

    return asyncio.run(run())


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "PAUSES", (0.01, 0.01))


def test_a_picture_arrives_whole_and_its_link_is_asked_for_as_signed() -> None:
    cdn, data = fetched(lambda cdn: cdn.found("/a%20b.png?ex=1%2F2&is=%2e&hm=3"))
    assert data == PNG
    assert cdn.asked == ["/a%20b.png?ex=1%2F2&is=%2e&hm=3"]


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org/a.png",
        "{other_port}/a.png",
        "{https}/a.png",
        "http://user@{authority}/a.png",
        "http://{authority}@example.org/a.png",
        "http://{authority}\\@example.org/a.png",
        "http://{authority}.example.org/a.png",
        "file:///etc/passwd",
        "ftp://{authority}/a.png",
        "//{authority}/a.png",
        "/a.png",
        "",
        "http://[::1/a.png",
        "http://127.0.0.1:99999999/a.png",
    ],
)
def test_nothing_but_discords_own_is_ever_asked(url: str) -> None:
    seen: list[Cdn] = []

    def found(cdn: Cdn) -> Found:
        seen.append(cdn)
        authority = cdn.origin.removeprefix("http://")
        host, _, port = authority.partition(":")
        address = url.replace("{authority}", authority).replace("{https}", f"https://{authority}")
        address = address.replace("{other_port}", f"http://{host}:{(int(port) + 1) % 65536}")
        with pytest.raises(LinkError):
            of_link(address, author=1, origins=(cdn.origin,))
        return Found(url=address, filename="a.png", author=1)

    with pytest.raises(LinkError, match="post it here as an attachment"):
        fetched(found)
    assert seen[0].asked == []


def test_a_redirect_is_not_followed() -> None:
    seen: list[Cdn] = []
    with pytest.raises(LinkError, match="did not hand out"):
        fetched(lambda cdn: seen.append(cdn) or cdn.found("/redirect.png"))
    assert seen[0].asked == ["/redirect.png"]


@pytest.mark.parametrize("status", [403, 404, 410])
def test_an_expired_link_is_told_apart(status: int) -> None:
    with pytest.raises(Expired, match="has expired"):
        fetched(lambda cdn: cdn.found(), answers=(status,))


@pytest.mark.parametrize("path", ["/declared.png", "/endless.png"])
def test_too_much_is_refused_declared_or_not(path: str) -> None:
    with pytest.raises(PictureError, match=r"larger than the 0\.1 MiB"):
        fetched(lambda cdn: cdn.found(path))


def test_a_trickle_ends() -> None:
    with pytest.raises(LinkError, match="too slowly"):
        fetched(lambda cdn: cdn.found("/slow.png"), patience=0.3)


def test_an_empty_file_is_no_picture() -> None:
    with pytest.raises(PictureError, match="empty"):
        fetched(lambda cdn: cdn.found("/empty.png"))


def test_passing_trouble_is_sat_out() -> None:
    cdn, data = fetched(lambda cdn: cdn.found(), answers=(503, 429))
    assert data == PNG
    assert len(cdn.asked) == 3


@pytest.mark.parametrize("answers", [(500, 502, 503)])
def test_lasting_trouble_is_a_sentence(answers: tuple[int, ...]) -> None:
    with pytest.raises(LinkError, match="try again in a minute"):
        fetched(lambda cdn: cdn.found(), answers=answers)


def test_a_broken_connection_is_tried_again_and_is_a_sentence() -> None:
    seen: list[Cdn] = []
    with pytest.raises(LinkError, match="try again in a minute"):
        fetched(lambda cdn: seen.append(cdn) or cdn.found("/cut.png"))
    assert len(seen[0].asked) == 3


def test_nobody_there_is_a_sentence() -> None:
    async def run() -> None:
        found = Cdn("http://127.0.0.1:1").found()
        downloader = Downloader(origins=("http://127.0.0.1:1",), most=MOST)
        try:
            await downloader.fetch(found)
        finally:
            await downloader.close()

    with pytest.raises(LinkError, match="try again in a minute"):
        asyncio.run(run())


def kind(content_type: str | None, size: int = 10) -> Found:
    return Found(url="", filename="f_*", author=1, content_type=content_type, size=size)


def test_what_cannot_be_a_picture_is_not_downloaded() -> None:
    good = [kind(None), kind("image/png"), kind("image/gif"), kind("application/octet-stream"), kind("IMAGE/WEBP;x=1")]
    bad = [kind("video/mp4"), kind("text/plain; charset=utf-8"), kind("application/pdf"), kind("image/svg+xml")]
    pictures, sentences = pictures_only([*good, *bad])
    assert list(pictures) == good
    assert [sentence.partition(" is ")[2] for sentence in sentences] == ["a video.", "a text.", "a PDF.", "a drawing."]
    assert sentences[0].startswith("f\\_\\*")
    with pytest.raises(NoPicture, match=r"is a video\. I dream JPEG"):
        pictures_only(bad)
    assert pictures_only([]) == ((), ())


def test_sizes_are_checked_before_anything_is_downloaded() -> None:
    check_sizes([kind(None, 100)] * 4, most=100)
    with pytest.raises(PictureError, match="has 2 MiB; I take up to 1 MiB"):
        check_sizes([kind(None, 2 << 20)], most=1 << 20)
    with pytest.raises(PictureError, match="5 MiB together"):
        check_sizes([kind(None, 1 << 20)] * 5, most=1 << 20)


def test_after_the_end_nothing_is_fetched() -> None:
    """A connection that was opened then would be nobody's to close."""

    async def test() -> None:
        async with serving() as cdn:
            downloader = Downloader(origins=[cdn.origin], most=MOST)
            assert await downloader.fetch(cdn.found()) == PNG
            await downloader.close()
            with pytest.raises(LinkError):
                await downloader.fetch(cdn.found())
            assert len(cdn.asked) == 1

    asyncio.run(test())
