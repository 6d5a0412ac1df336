"""Pictures and files: side by side in a message, hidden, gone, large, and before and after."""

from __future__ import annotations

import asyncio
import io
from itertools import combinations

import pytest
from playwright.async_api import FloatRect, Route, expect

from bot.playground.drafts import File
from bot.playground.model import Message, MessageKind
from bot.playground.posting import Circumstances
from tests.bot.engine import png
from tests.e2e.page.browser import PHONE, Tab, Visit, in_browser
from tests.e2e.page.reading import by_bot, sample, shown
from tests.e2e.town import Town

BOXES = "(all) => [all, ...all.querySelectorAll('.tile')].map((one) => one.getBoundingClientRect().toJSON())"
DRAWN = "() => [...document.querySelectorAll('.view-frame img')].every((one) => one.complete && one.naturalWidth > 0)"
NAMES = ["cat", "coffee", "rocket", "landscape", "astronaut", "emblem"]


def dream(town: Town, before: str = "cat", after: str = "coffee") -> Message:
    """The bot's answer to somebody's picture."""
    place = town.place
    asked = town.standin.people.post(place.general, place.ada, "!dream", attachments=[sample(before)])
    return by_bot(
        town,
        place.general,
        "Here is your dream.",
        sample(after, called="dream.jpg", description="A dreamt cup"),
        message_reference={"message_id": str(asked.id)},
        around=Circumstances(kind=MessageKind.REPLY),
    )


def apart(one: FloatRect, other: FloatRect) -> bool:
    return (
        one["x"] + one["width"] <= other["x"] + 0.5
        or other["x"] + other["width"] <= one["x"] + 0.5
        or one["y"] + one["height"] <= other["y"] + 0.5
        or other["y"] + other["height"] <= one["y"] + 0.5
    )


@in_browser(start=False)
async def test_up_to_ten_pictures_stand_side_by_side(town: Town, tab: Tab, visit: Visit) -> None:
    for count in range(1, 11):
        files = [sample(NAMES[at % 6], called=f"{at}.jpg") for at in range(count)]
        message = by_bot(town, town.place.general, f"{count}", *files)
        tiles = shown(tab, message).locator(".tile")
        await expect(tiles).to_have_count(count)
        mosaic, *boxes = await shown(tab, message).locator(".mosaic").evaluate(BOXES)  # all of one moment
        assert len(boxes) == count
        assert all(box["width"] > 60 and box["height"] > 60 for box in boxes)
        assert mosaic["height"] < 720
        assert all(apart(one, other) for one, other in combinations(boxes, 2))
        right, bottom = mosaic["x"] + mosaic["width"], mosaic["y"] + mosaic["height"]
        assert all(box["x"] + box["width"] <= right + 1 and box["y"] + box["height"] <= bottom + 1 for box in boxes)
        await tab.screenshot(f"mosaic-{count}")


@in_browser(start=False)
async def test_a_hidden_picture_is_shown_first_and_opened_then(town: Town, tab: Tab, visit: Visit) -> None:
    picture = sample("cat", spoiler=True, description="A tabby cat")
    place = town.place
    message = town.standin.people.post(place.general, place.ben, "Guess", attachments=[picture])
    await expect(shown(tab, message)).to_be_visible()
    assert await shown(tab, message).get_by_alt_text("tabby").count() == 0
    assert await shown(tab, message).get_by_role("button", name="tabby").count() == 0
    await tab.screenshot("spoiler")
    await shown(tab, message).get_by_role("button", name="Spoiler picture").press("Enter")
    await expect(shown(tab, message).get_by_alt_text("A tabby cat")).to_be_visible()
    assert await tab.page.get_by_role("dialog").count() == 0
    await shown(tab, message).get_by_role("button", name="A tabby cat. Open large").press("Enter")
    await expect(tab.page.get_by_role("dialog")).to_be_visible()


def clip(**more: str | bool) -> File:
    """A second of a video, as a browser plays it."""
    av = pytest.importorskip("av")
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=8)
        stream.width, stream.height, stream.pix_fmt = 96, 64, "yuv420p"
        for number in range(8):
            frame = av.VideoFrame(96, 64, "yuv420p")
            for plane, shade in zip(frame.planes, (20 * number, 90, 180), strict=True):
                plane.update(bytes([shade]) * plane.buffer_size)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return File(filename="cat-film.mp4", data=file.getvalue(), **more)  # type: ignore[arg-type]


@in_browser(start=False)
async def test_a_video_plays_where_it_stands(town: Town, tab: Tab, visit: Visit) -> None:
    message = by_bot(town, town.place.general, "Your film", clip(description="A cat, and deeper in"))
    player = shown(tab, message).locator("video")
    await expect(player).to_have_attribute("aria-label", "A cat, and deeper in")
    await player.evaluate("(one) => one.play()")
    await tab.page.wait_for_function("() => document.querySelector('video').currentTime > 0.2")
    assert await player.evaluate("(one) => [one.videoWidth, one.videoHeight, one.controls]") == [96, 64, True]
    await player.evaluate("(one) => { one.currentTime = 0.9; }")  # which asks for a part of the file
    await tab.page.wait_for_function("() => !document.querySelector('video').seeking")
    await tab.screenshot("video")
    place = town.place
    hidden = town.standin.people.post(place.general, place.ben, "Guess", attachments=[clip(spoiler=True)])
    await shown(tab, hidden).get_by_role("button", name="Spoiler video").click()
    await expect(shown(tab, hidden).locator(".film-cover")).to_have_count(0)


@in_browser(start=False)
async def test_a_picture_tells_its_description_and_a_file_its_name(town: Town, tab: Tab, visit: Visit) -> None:
    described = sample("cat", description="A tabby cat")
    message = by_bot(town, town.place.general, "Both", described, File(filename="recipe.txt", data=b"x" * 2345))
    badge = shown(tab, message).get_by_role("button", name="Description")
    await expect(shown(tab, message).locator(".alt-text")).to_be_hidden()
    await badge.click()
    await expect(shown(tab, message).locator(".alt-text")).to_have_text("A tabby cat")
    await expect(shown(tab, message)).to_contain_text("2 kB")
    async with tab.page.expect_download() as coming:
        await shown(tab, message).get_by_role("link", name="Download recipe.txt").click()
    download = await coming.value
    assert download.suggested_filename == "recipe.txt"


@in_browser(start=False, may_complain=True)
async def test_a_picture_whose_link_has_expired_says_so_and_can_be_had_again(
    town: Town, tab: Tab, visit: Visit
) -> None:
    expired = asyncio.Event()

    async def late(route: Route) -> None:
        await expired.wait()
        await route.continue_()

    await tab.page.route("**/attachments/**", late)
    message = by_bot(town, town.place.general, "Late", sample("cat"))
    await expect(shown(tab, message)).to_be_visible()
    town.standin.cdn.expire_links()
    expired.set()
    await expect(shown(tab, message)).to_contain_text("The link to this picture has expired.")
    await tab.screenshot("expired")
    await shown(tab, message).get_by_role("button", name="Get a new link").click()
    await tab.page.wait_for_function("() => document.querySelector('.mosaic img')?.naturalWidth > 0")
    await expect(shown(tab, message).get_by_role("button", name="Open large")).to_be_visible()
    await expect(shown(tab, message)).not_to_contain_text("expired")


@in_browser(start=False)
async def test_pictures_open_large_and_the_keyboard_does_everything(town: Town, tab: Tab, visit: Visit) -> None:
    files = [sample("cat", description="A tabby cat"), sample("emblem"), sample("rocket")]
    message = by_bot(town, town.place.general, "Three", *files)
    first = shown(tab, message).get_by_role("button", name="A tabby cat. Open large")
    await first.focus()
    press = tab.page.keyboard.press
    await press("Enter")
    view = tab.page.get_by_role("dialog")
    await expect(view).to_contain_text("cat.jpg")
    await expect(view).to_contain_text("1 of 3")
    await expect(view).to_contain_text("A tabby cat")
    await tab.screenshot("large")
    frame = view.locator(".view-frame")
    fitted = await frame.bounding_box()
    assert fitted is not None
    wide = "least => document.querySelector('.view-frame').getBoundingClientRect().width > least"
    await press("+")
    await tab.page.wait_for_function(wide, arg=1.4 * fitted["width"])
    await press("0")
    await tab.page.wait_for_function(f"least => !({wide})(least)", arg=fitted["width"] + 1)
    await press("ArrowRight")
    await expect(view).to_contain_text("emblem.jpg")
    await press("ArrowRight")
    await press("ArrowRight")
    await expect(view).to_contain_text("3 of 3")
    link = view.get_by_role("link", name="Open the original")
    assert "/attachments/" in (await link.get_attribute("href") or "")
    assert await link.get_attribute("rel") == "noopener noreferrer"
    await press("Escape")
    await expect(view).to_have_count(0)
    await expect(first).to_be_focused()


@in_browser(start=False)
async def test_before_and_after_move_under_a_slider_by_key_and_by_pointer(town: Town, tab: Tab, visit: Visit) -> None:
    message = dream(town)
    await shown(tab, message).get_by_role("button", name="before and after").click()
    view, slider = tab.page.get_by_role("dialog"), tab.page.get_by_role("slider")
    await expect(slider).to_have_attribute("aria-valuetext", "50 % before")
    await tab.screenshot("before-and-after-sides")
    await slider.focus()
    for _ in range(13):
        await tab.page.keyboard.press("ArrowLeft")
    await expect(slider).to_have_attribute("aria-valuetext", "37 % before")
    clip = "one => getComputedStyle(one).clipPath"
    assert "63%" in await view.locator("img.before").evaluate(clip)
    # The cat and the cup have different shapes; both fill the one frame.
    await tab.page.wait_for_function(DRAWN)
    before, after = await view.locator("img.before").bounding_box(), await view.locator("img.after").bounding_box()
    frame = await view.locator(".view-frame").bounding_box()
    assert before == after == frame
    assert frame is not None
    await tab.page.mouse.move(frame["x"] + frame["width"] * 0.5, frame["y"] + 50)
    await tab.page.mouse.down()
    await tab.page.mouse.move(frame["x"] + frame["width"] * 0.8, frame["y"] + 90)
    await tab.page.mouse.up()
    await expect(slider).to_have_attribute("aria-valuetext", "80 % before")
    await view.get_by_role("button", name="Before and after").click()
    await expect(slider).to_have_count(0)
    await expect(view.get_by_alt_text("A dreamt cup")).to_be_visible()


@in_browser(start=False, size=PHONE, touch=True)
async def test_before_and_after_move_under_a_finger(town: Town, tab: Tab, visit: Visit) -> None:
    message = dream(town, after="emblem")
    await shown(tab, message).get_by_role("button", name="before and after").tap()
    slider = tab.page.get_by_role("slider")
    await expect(slider).to_have_attribute("aria-valuetext", "50 % before")
    await tab.page.wait_for_function(DRAWN)
    frame = await tab.page.locator(".view-frame").bounding_box()
    assert frame is not None
    assert frame["x"] >= 0
    assert frame["x"] + frame["width"] <= PHONE[0]
    await tab.page.touchscreen.tap(frame["x"] + frame["width"] * 0.25, frame["y"] + frame["height"] / 2)
    await expect(slider).to_have_attribute("aria-valuetext", "25 % before")
    await tab.screenshot("before-and-after-phone")


@in_browser(start=False)
async def test_a_card_shows_its_pictures_and_loads_none_from_elsewhere(town: Town, tab: Tab, visit: Visit) -> None:
    card = {
        "title": "A card",
        "description": "with **text**",
        "color": 0x8A63D2,
        "fields": [
            {"name": "Layer", "value": "`eyes`", "inline": True},
            {"name": "Size", "value": "512", "inline": True},
        ],
        "image": {"url": "attachment://cat.jpg"},
        "thumbnail": {"url": "https://elsewhere.example/spy.png"},
        "footer": {"text": "the foot"},
        "timestamp": "2026-02-03T10:00:00Z",
    }
    message = by_bot(town, town.place.general, "", sample("cat"), embeds=[card])
    await expect(shown(tab, message).locator(".embed-image img")).to_be_visible()
    assert await shown(tab, message).locator(".mosaic").count() == 0  # shown once
    await expect(shown(tab, message)).to_contain_text(
        "A picture at elsewhere.example, which the playground does not load."
    )
    await tab.screenshot("embed")


@in_browser(start=False)
async def test_a_picture_of_one_pixel_and_one_of_a_sliver_have_room(town: Town, tab: Tab, visit: Visit) -> None:
    files = [File(filename="dot.png", data=png(1, 1)), File(filename="sliver.png", data=png(600, 4))]
    for one in files:
        message = by_bot(town, town.place.general, "", one)
        box = await shown(tab, message).locator(".tile").bounding_box()
        assert box is not None
        assert box["width"] >= 40
        await shown(tab, message).get_by_role("button", name=one.filename).press("Enter")
        await expect(tab.page.get_by_role("dialog")).to_be_visible()
        await tab.page.keyboard.press("Escape")
