"""Nobody gets in but the page itself: other names, other origins, other secrets stay out."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import yarl

from bot.playground.page import assets
from tests.bot.playground.conftest import PICTURE, runs
from tests.bot.playground.page.town import town

FORBIDDEN = ("unsafe-inline", "unsafe-eval", "data:", "*")


def policy(answer: aiohttp.ClientResponse) -> dict[str, str]:
    parts = (one.strip().partition(" ") for one in answer.headers["Content-Security-Policy"].split(";"))
    return {name: value for name, _, value in parts}


@runs
async def test_the_page_is_served_under_a_policy_that_lets_nothing_else_in() -> None:
    async with town() as here:
        async with here.session.get(here.page.address) as answer:
            assert answer.status == 200
            assert answer.content_type == "text/html"
            assert answer.headers["Cache-Control"] == "no-store"
            rules = policy(answer)
            for name, value in {
                "X-Content-Type-Options": "nosniff",
                "Referrer-Policy": "no-referrer",
                "Cross-Origin-Opener-Policy": "same-origin",
                "Cross-Origin-Resource-Policy": "same-origin",
            }.items():
                assert answer.headers[name] == value
            text = await answer.text()
        assert rules["default-src"] == rules["base-uri"] == rules["form-action"] == rules["frame-ancestors"] == "'none'"
        assert rules["script-src"] == rules["style-src"] == f"{here.page.address}assets/"
        assert rules["require-trusted-types-for"] == "'script'"
        assert not [word for word in FORBIDDEN if any(word in value for value in rules.values())]
        assert here.page.secret not in text
        async with here.session.get(f"{here.page.address}assets/main.js") as answer:
            assert answer.content_type == "text/javascript"
            assert policy(answer) == rules
            seen = {"If-None-Match": answer.headers["ETag"]}
        async with here.session.get(f"{here.page.address}assets/main.js", headers=seen) as answer:
            assert answer.status == 304


@runs
async def test_a_changed_file_is_served_at_the_next_reload(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "main.js").write_text("one();")
    monkeypatch.setattr(assets, "ROOT", tmp_path)
    async with town() as here:
        url = f"{here.page.address}assets/main.js"
        async with here.session.get(url) as answer:
            assert (await answer.text(), answer.headers["Cache-Control"]) == ("one();", "no-cache")
            seen = {"If-None-Match": answer.headers["ETag"]}
        (tmp_path / "main.js").write_text("other();")
        async with here.session.get(url, headers=seen) as answer:
            assert (answer.status, await answer.text()) == (200, "other();")


@pytest.mark.parametrize(
    "path",
    ["../server.py", "..%2fserver.py", "%2e%2e/server.py", "style/../../server.py", "/etc/passwd", "%2fetc%2fpasswd",
     "..%5cserver.py", ".hidden", "main.js%00", "", "style", "nothing.js"],
)  # fmt: skip
def test_only_the_pages_own_files_can_be_had(path: str) -> None:
    @runs
    async def ask() -> None:
        async with town() as here:
            url = yarl.URL(f"{here.page.address}assets/{path}", encoded=True)
            async with here.session.get(url) as answer:
                assert answer.status in (403, 404), await answer.text()
                assert "root:" not in await answer.text()

    ask()


def test_a_link_out_of_the_folder_leads_nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tmp_path / "assets"
    root.mkdir()
    (tmp_path / "secret.js").write_text("mine")
    (root / "out.js").symlink_to(tmp_path / "secret.js")
    (root / "in.js").write_text("ours")
    (root / ".in.js").write_text("hidden")
    monkeypatch.setattr(assets, "ROOT", root)
    assert assets.find("in.js") == root / "in.js"
    assert assets.find("out.js") is None
    assert assets.find(".in.js") is None


@runs
async def test_without_the_secret_nothing_is_there_but_a_sentence() -> None:
    async with town() as here:
        origin, secret = here.standin.origin, here.page.secret
        for path in (
            "/",
            f"/{secret[:-1]}/",
            f"/{secret}x/",
            "/x/",
            "/%F0%9F%90%88/",
            "/x",
            f"/{secret[::-1]}/assets/main.js",
        ):
            async with here.session.get(origin + path) as answer:
                assert answer.status == 404, path
                assert "open the one that the terminal printed" in await answer.text()
                assert secret not in str(answer.headers)
        async with here.session.post(f"{origin}/wrong/uploads", data=PICTURE) as answer:
            assert answer.status == 404
        with pytest.raises(aiohttp.WSServerHandshakeError) as refusal:
            await here.session.ws_connect(f"{origin}/wrong/socket")
        assert refusal.value.status == 404


@runs
async def test_another_name_for_this_machine_does_not_open_the_page() -> None:
    """A name that somebody else's server answers for may be made to point here."""
    async with town() as here:
        for host in ("evil.example", f"evil.example:{here.standin.port}", "127.0.0.1", "127.0.0.1:1"):
            headers = {"Host": host}
            async with here.session.get(here.page.address, headers=headers) as answer:
                assert answer.status == 403
            async with here.session.post(f"{here.page.address}uploads", data=PICTURE, headers=headers) as answer:
                assert answer.status == 403
            with pytest.raises(aiohttp.WSServerHandshakeError) as refusal:
                await here.session.ws_connect(f"{here.page.address}socket", headers=headers)
            assert refusal.value.status == 403
        by_name = here.page.address.replace("127.0.0.1", "localhost")
        async with here.session.get(by_name, headers={"Origin": by_name.rsplit("/", 2)[0]}) as answer:
            assert answer.status == 200
            assert policy(answer)["script-src"] == f"{by_name}assets/"


@runs
async def test_a_page_elsewhere_can_neither_post_nor_listen() -> None:
    async with town() as here:
        address = here.page.address
        port = here.standin.port
        origins: list[str | None] = [
            "https://evil.example", "null", f"http://127.0.0.1:{port + 1}", f"https://127.0.0.1:{port}",
            f"http://localhost:{port}", "", None,
        ]  # fmt: skip
        for origin in origins:
            headers: dict[str, Any] = {} if origin is None else {"Origin": origin}
            async with aiohttp.ClientSession(headers=headers) as session:
                async with session.post(f"{address}uploads", data=PICTURE) as answer:
                    assert answer.status == 403, origin
                with pytest.raises(aiohttp.WSServerHandshakeError) as refusal:
                    await session.ws_connect(f"{address}socket")
                assert refusal.value.status == 403, origin


@runs
async def test_each_start_has_a_secret_of_its_own() -> None:
    async with town() as one, town() as other:
        assert one.page.secret != other.page.secret
        assert len(one.page.secret) >= 43
        async with one.session.get(f"{one.standin.origin}/{other.page.secret}/") as answer:
            assert answer.status == 404


@runs
async def test_the_page_ends_with_the_stand_in_and_does_not_hold_it_up() -> None:
    async with town() as here:
        tabs = [await here.tab(), await here.tab(be=False)]
        assert here.standin._runner is not None
        here.standin._runner._shutdown_timeout = 60.0  # that long it would wait for whoever is still there
        async with asyncio.timeout(30):
            await here.standin.close()
        for tab in tabs:
            await tab.close()
            assert tab.ws.close_code == 1001
