"""What several tests of the page's acting half do: use a command, drag and paste files."""

from __future__ import annotations

import base64
from collections.abc import Sequence

from playwright.async_api import Locator

from bot.playground.drafts import File
from tests.e2e.page.browser import Tab

WORKBENCH = "tests.e2e.page.workbench"

_TRANSFER = """
(files) => {
  const transfer = new DataTransfer();
  for (const { name, type, data } of files) {
    const bytes = Uint8Array.from(atob(data), (one) => one.charCodeAt(0));
    transfer.items.add(new File([bytes], name, { type }));
  }
  return transfer;
}
"""


async def use(tab: Tab, command: str) -> None:
    """Type a command with its options, and send it."""
    await tab.composer.fill(f"{command} ")
    await tab.page.keyboard.press("Enter")


def _written(files: Sequence[File]) -> list[dict[str, str]]:
    kinds = {"png": "image/png", "jpg": "image/jpeg"}
    return [
        {
            "name": one.filename,
            "type": kinds.get(one.filename.rpartition(".")[2], "application/octet-stream"),
            "data": base64.b64encode(one.data).decode(),
        }
        for one in files
    ]


async def drag(tab: Tab, *files: File, let_go: bool = True) -> None:
    """Files from elsewhere over the page, and let go of them there."""
    transfer = await tab.page.evaluate_handle(_TRANSFER, _written(files))
    for event in ("dragenter", "dragover", *(["drop"] if let_go else [])):
        await tab.page.locator("#log").dispatch_event(event, {"dataTransfer": transfer})


async def paste(tab: Tab, *files: File) -> None:
    transfer = await tab.page.evaluate_handle(_TRANSFER, _written(files))
    await tab.page.evaluate(
        "(data) => document.activeElement.dispatchEvent("
        "new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }))",
        transfer,
    )


def cards(tab: Tab) -> Locator:
    """The files that are to be sent."""
    return tab.page.get_by_role("list", name="Files to be sent").get_by_role("listitem")


def wrong(tab: Tab) -> Locator:
    """The sentence under the message box."""
    return tab.page.locator("#composer-error")


def messages(tab: Tab) -> Locator:
    return tab.log.get_by_role("article")
