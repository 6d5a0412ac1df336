"""Text in messages looks as Discord shows it, and whatever is written stays text."""

from __future__ import annotations

import time
from typing import Any

import pytest
from playwright.async_api import expect

from bot.playground.drafts import File
from tests.bot.engine import png
from tests.e2e.page.browser import Tab, Visit, in_browser
from tests.e2e.page.reading import by_bot, shown
from tests.e2e.town import Town

#: What is written, and the elements that come of it.
LOOKS = {
    "**a** *b* _c_ __d__ ~~e~~ `f`": "<p><strong>a</strong> <em>b</em> <em>c</em> <u>d</u> <s>e</s> <code>f</code></p>",
    "***x***": "<p><strong><em>x</em></strong></p>",
    "***a** b*": "<p><em><strong>a</strong> b</em></p>",
    "***a* b**": "<p><strong><em>a</em> b</strong></p>",
    "*a **b***": "<p><em>a <strong>b</strong></em></p>",
    "___x___": "<p><u><em>x</em></u></p>",
    "*a **b* c**": "<p><em>a **b</em> c**</p>",
    "2 * 3 * 4": "<p>2 * 3 * 4</p>",
    "snake_case_name": "<p>snake_case_name</p>",
    "**unclosed": "<p>**unclosed</p>",
    "**** and ____": "<p>**** and ____</p>",
    "||secret||": '<p><span class="spoiler"><span>secret</span></span></p>',
    "`` a`b ``": "<p><code> a`b </code></p>",
    "`**no**`": "<p><code>**no**</code></p>",
    r"\*no\* \_": "<p>*no* _</p>",
    r"¯\_(ツ)_/¯": r"<p>¯\_(ツ)_/¯</p>",
    "a\nb\n\nc": "<p>a\nb\n\nc</p>",
    "# h\ntext": "<h4>h</h4><p>text</p>",
    "### h **b**": "<h6>h <strong>b</strong></h6>",
    "#no": "<p>#no</p>",
    "-# small": '<p class="subtext">small</p>',
    "> q\n> **r**\nafter": "<blockquote><p>q\n<strong>r</strong></p></blockquote><p>after</p>",
    ">>> q\nr": "<blockquote><p>q\nr</p></blockquote>",
    ">no": "<p>&gt;no</p>",
    "- a\n  - b\n- c": "<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>",
    "3. a\n4. b\ntext": '<ol start="3"><li>a</li><li>b</li></ol><p>text</p>',
    "```py\nx = 1\n# no\n```": '<pre><code data-language="py">x = 1\n# no</code></pre>',
    "a ```b``` c": "<p>a </p><pre><code>b</code></pre><p> c</p>",
    "```open": "<p>```open</p>",
    "[x](https://e.org/a_(b))": '<p><a href="https://e.org/a_(b)">x</a></p>',
    '[**x**](https://e.org "t")': '<p><a href="https://e.org/"><strong>x</strong></a></p>',
    "[x](http://e.org)": '<p>[x](<a href="http://e.org/">http://e.org</a>)</p>',
    "[https://bank.org](https://e.org)": '<p>[https://bank.org](<a href="https://e.org/">https://e.org</a>)</p>',
    "[x](javascript:alert(1))": "<p>[x](javascript:alert(1))</p>",
    "(https://e.org/x). <https://e.org>": '<p>(<a href="https://e.org/x">https://e.org/x</a>). '
    '<a href="https://e.org/">https://e.org</a></p>',
    "**https://e.org**": '<p><strong><a href="https://e.org/">https://e.org</a></strong></p>',
    "<@1> <@!1> <@2>": '<p><span class="pill">@Ada</span> <span class="pill">@Ada</span> '
    '<span class="pill">@unknown person</span></p>',
    "<@&5> <#7> <#8>": '<p><span class="pill">@Moderator</span> <button class="pill">#general</button> '
    '<span class="pill">#no-access</span></p>',
    "</dream go:9> @everyone @here": '<p><button class="pill">/dream go</button> <span class="pill">@everyone</span> '
    '<span class="pill">@here</span></p>',
    "<:blob:66> <a:wave:67>": "<p>:blob: :wave:</p>",
    "<t:0:D> <t:99999999999999>": '<p><time class="moment" datetime="1970-01-01T00:00:00.000Z">1 January 1970</time> '
    "&lt;t:99999999999999&gt;</p>",
    "🎉 🌙": '<p class="jumbo">🎉 🌙</p>',
    "<script>alert(1)</script> &amp; <b>": "<p>&lt;script&gt;alert(1)&lt;/script&gt; &amp;amp; &lt;b&gt;</p>",
}

#: Imports the page's own module; shows elements without what only looks and readers need.
SHOW = """async (texts) => {
  const { renderMarkdown } = await import(new URL("assets/markdown.js", document.baseURI));
  const store = {
    people: new Map([["1", { user: { id: "1" }, roles: [{ id: "5", name: "Moderator" }] }]]),
    nameOf: () => "Ada",
    channels: new Map([["7", { id: "7", name: "general" }]]),
  };
  const kept = new Set(["href", "start", "datetime", "data-language"]);
  const classes = new Set(["pill", "spoiler", "subtext", "jumbo", "moment"]);
  return texts.map((text) => {
    const holder = document.createElement("div");
    holder.append(renderMarkdown(text, { store }));
    for (const one of holder.querySelectorAll("*")) {
      for (const { name, value } of [...one.attributes]) {
        if (name === "class" && classes.has(value)) continue;
        if (name === "class" && value.startsWith("paragraph jumbo")) one.setAttribute("class", "jumbo");
        else if (!kept.has(name) || value === "") one.removeAttribute(name);
      }
    }
    return holder.innerHTML;
  });
}"""


@in_browser(start=False)
async def test_text_looks_as_discord_shows_it(town: Town, tab: Tab, visit: Visit) -> None:
    made = await tab.page.evaluate(SHOW, list(LOOKS))
    assert dict(zip(LOOKS, made, strict=True)) == LOOKS


HARD = {
    "asterisks": "*" * 2000,
    "openings of italics": "*a " * 20_000,
    "bold and italics across": "**a *b " * 10_000,
    "brackets": "[" * 50_000,
    "links that never end": "[a](https://x.org/" * 5_000,
    "backticks": "`" * 200 + "``a`" * 15_000,
    "quotes in quotes": "> " * 20_000,
    "a deep list": "\n".join(" " * depth + "- x" for depth in range(300)),
    "spoilers": "||" * 20_000,
    "angles": "<" * 50_000,
    "addresses": "https://" * 8_000,
    "fences": "```\n" * 15_000,
    "lines before a fence": "a\n" * 30_000 + "```x",
    "underscores": "_a" * 30_000,
    "everything open": "__**~~||_*a " * 5_000,
    "backslashes": "\\" * 50_000,
}


@in_browser(start=False)
async def test_no_text_keeps_the_page_busy_or_nests_deeply(town: Town, tab: Tab, visit: Visit) -> None:
    measure = """async (text) => {
      const { renderMarkdown } = await import(new URL("assets/markdown.js", document.baseURI));
      const holder = document.createElement("div");
      const depth = (node) => { let [most, stack] = [0, [[node, 0]]];
        while (stack.length) { const [one, at] = stack.pop(); most = Math.max(most, at);
          for (const child of one.children) stack.push([child, at + 1]); } return most; };
      const times = [];
      for (const one of [text, text.repeat(4)]) {
        const began = performance.now();
        holder.replaceChildren(renderMarkdown(one, { store: { people: new Map(), channels: new Map() } }));
        times.push(performance.now() - began);
      }
      return [...times, depth(holder)];
    }"""
    slow: dict[str, Any] = {}
    for name, text in HARD.items():
        for _ in range(9):  # a busy machine pauses now and then; what takes too long does so each time
            once, four, depth = await tab.page.evaluate(measure, text)
            # Four times the text takes about four times as long; sixteen would be a square.
            if four <= max(500, 9 * once):
                break
        else:
            slow[name] = (once, four)
        assert depth <= 40, name
    assert slow == {}


EVIL = '<img src="/nothing" onerror="document.title=1"><script>document.title=2</script>'


@in_browser(start=False)
async def test_whatever_is_written_anywhere_stays_text(town: Town, tab: Tab, visit: Visit) -> None:
    ben, general = town.place.ben, town.place.general
    ben.display_name = EVIL[:40]
    picture = File(filename="dot.png", data=png(), description=EVIL)
    post = town.standin.people.post
    asked = post(general, ben, EVIL, attachments=[picture])
    post(general, ben, "[x](javascript:alert(1)) [y](data:text/html,1) javascript:alert(1)", reference=asked)
    card = {
        "title": EVIL,
        "description": EVIL,
        "url": "javascript:alert(1)",
        "author": {"name": EVIL},
        "fields": [{"name": EVIL, "value": EVIL}],
        "footer": {"text": EVIL},
    }
    button = {"type": 2, "style": 1, "label": EVIL[:80], "custom_id": "x"}
    last = by_bot(town, general, "", embeds=[card], components=[{"type": 1, "components": [button]}])
    general.topic = EVIL
    town.standin.world.watchers.tell(general)
    await expect(shown(tab, last)).to_be_visible()
    await expect(tab.page.locator(".topic")).to_have_text(EVIL)
    await expect(shown(tab, asked).locator(".said")).to_have_text(EVIL)
    await expect(shown(tab, last).locator(".embed-title")).to_have_text(EVIL)
    assert await tab.page.locator("img[src='/nothing'], #page script, [onerror]").count() == 0
    wrong = "[...document.links].map(one => one.protocol).filter(one => !['http:', 'https:'].includes(one))"
    assert await tab.page.evaluate(wrong) == []
    assert "general" in await tab.page.title()
    await tab.screenshot("hostile-text")


@in_browser(start=False)
async def test_a_moment_counts_by_itself(town: Town, tab: Tab, visit: Visit) -> None:
    soon, clock = int(time.time()) + 3600, tab.page.clock
    await clock.install()
    await tab.page.reload()
    message = by_bot(town, town.place.general, f"It comes <t:{soon}:R>.")
    mark = shown(tab, message).locator("time.moment")
    await expect(mark).to_be_visible()
    await clock.pause_at(soon - 3)
    await clock.run_for(1000)
    await expect(mark).to_have_text("in 2 seconds")
    await clock.run_for(3000)
    await expect(mark).to_have_text("1 second ago")
    assert await mark.get_attribute("title")


@in_browser(start=False)
async def test_a_spoiler_is_shown_by_key_and_read_to_nobody_before(town: Town, tab: Tab, visit: Visit) -> None:
    message = by_bot(town, town.place.general, "It was ||the [gardener](https://e.org)||.")
    cover = shown(tab, message).get_by_role("button", name="Spoiler")
    await shown(tab, message).focus()
    assert await shown(tab, message).get_by_role("link").count() == 0
    await tab.page.keyboard.press("Tab")
    await tab.page.keyboard.press("Tab")  # past the author's name
    await expect(cover).to_be_focused()
    await tab.page.keyboard.press("Enter")
    await expect(shown(tab, message).get_by_role("link", name="gardener")).to_be_visible()


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_a_page_of_text_can_be_looked_at(scheme: str, tmp_path: Any) -> None:
    @in_browser(start=False, scheme=scheme)
    async def looked(town: Town, tab: Tab, visit: Visit) -> None:
        text = "\n".join(one for one in list(LOOKS)[:40] if "script" not in one and not one.startswith(">>>"))
        message = by_bot(town, town.place.general, text[:1900])
        await expect(shown(tab, message)).to_be_visible()
        await tab.screenshot(f"text-{scheme}")

    looked(tmp_path)
