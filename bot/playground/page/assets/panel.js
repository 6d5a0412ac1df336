/**
 * The builders' panel: what goes over the gateway and REST, as it goes, and switches for what can go wrong, so that a
 * fault can be watched. Opened by its button in the heading, or by Ctrl and the full stop.
 */

import { announce, h, replace } from "./dom.js";
import { icon } from "./icons.js";
import { mountFaults } from "./faults.js";

/** Entries that are kept, the latest. */
const MOST = 500;

/**
 * @param {HTMLElement} root
 * @param {{store: object, connection: object}} context
 */
export function mountPanel(root, context) {
  const toggle = () => document.getElementById("panel-toggle")?.click();
  const panel = new Panel(root, context, toggle);
  root.addEventListener("toggled", (event) => panel.opened(event.detail.open));
  document.addEventListener("keydown", (event) => {
    if (event.key === "." && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      toggle();
    }
  });
  context.store.on("wire", ({ entries }) => panel.came(entries));
  context.store.on("state", () => panel.again());
}

class Panel {
  constructor(root, context, toggle) {
    Object.assign(this, { root, context });
    this.open = false;
    this.paused = false;
    this.missed = [];
    /** @type {Map<number, object>} entries by their number, oldest first */
    this.entries = new Map();
    this.nodes = new Map();
    this.build(toggle);
  }

  build(toggle) {
    const button = (name, label, act) =>
      h(
        "button",
        { type: "button", class: "icon-button", "aria-label": label, title: label, on: { click: act } },
        icon(name),
      );
    this.pauseButton = button("pause", "Pause", () => this.pause(!this.paused));
    this.pauseButton.setAttribute("aria-pressed", "false");
    this.kind = h(
      "select",
      { "aria-label": "Which", on: { change: () => this.filter() } },
      [
        ["", "All"],
        ["gateway", "Gateway"],
        ["rest", "REST"],
        ["failed", "Failed"],
      ].map(([value, words]) => h("option", { value }, words)),
    );
    this.words = h("input", {
      type: "search",
      placeholder: "Filter",
      "aria-label": "Filter by text",
      on: { input: () => this.filter() },
    });
    this.list = h("ol", {
      class: "wire",
      "aria-label": "Events and requests",
      on: { keydown: (event) => this.key(event) },
    });
    this.nothing = h("p", { class: "wire-nothing" });
    replace(
      this.root,
      h(
        "header",
        { class: "panel-head" },
        h("h2", null, "Over the wire"),
        h("span", { class: "spring" }),
        button("close", "Close", toggle),
      ),
      mountFaults(this.context),
      h(
        "div",
        { class: "wire-tools" },
        this.kind,
        this.words,
        this.pauseButton,
        button("trash", "Clear", () => this.clear()),
      ),
      this.nothing,
      this.list,
    );
    this.root.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || event.defaultPrevented) return;
      event.stopPropagation();
      toggle();
    });
  }

  opened(open) {
    this.open = open;
    if (open) this.root.querySelector("button, input, select")?.focus();
    this.again();
  }

  /** Also after the connection was cut, or for another person: the server tells only who has asked. */
  async again() {
    if (!this.open && !this.watching) return;
    this.watching = this.open;
    try {
      const { entries } = await this.context.connection.request("watch", { on: this.open });
      if (this.open) this.came(entries ?? []);
    } catch (error) {
      if (this.open) replace(this.nothing, error.message).hidden = false;
    }
  }

  came(entries) {
    if (!this.open) return;
    const fresh = entries.filter((one) => !this.entries.has(one.n) && !(one.n <= (this.clearedAt ?? 0)));
    if (this.paused) {
      this.missed = [...this.missed, ...fresh].slice(-MOST);
      this.drawPause();
      return;
    }
    const atEnd = this.list.scrollHeight - this.list.clientHeight - this.list.scrollTop < 60;
    for (const entry of fresh) {
      this.entries.set(entry.n, entry);
      const node = line(entry);
      node.hidden = !this.matches(entry);
      this.nodes.set(entry.n, node);
      this.list.append(node);
    }
    for (const number of [...this.entries.keys()].slice(0, Math.max(0, this.entries.size - MOST))) this.drop(number);
    this.drawNothing();
    if (atEnd && !this.list.contains(document.activeElement)) this.list.scrollTop = this.list.scrollHeight;
  }

  drop(number) {
    this.entries.delete(number);
    this.nodes.get(number).remove();
    this.nodes.delete(number);
  }

  pause(paused) {
    this.paused = paused;
    const missed = this.missed;
    this.missed = [];
    if (!paused) this.came(missed);
    this.drawPause();
  }

  drawPause() {
    const label = this.paused ? `Go on${this.missed.length > 0 ? `: ${this.missed.length} waiting` : ""}` : "Pause";
    this.pauseButton.setAttribute("aria-pressed", String(this.paused));
    this.pauseButton.setAttribute("aria-label", label);
    this.pauseButton.title = label;
    replace(this.pauseButton, icon(this.paused ? "play" : "pause"));
  }

  clear() {
    this.clearedAt = Math.max(0, ...this.entries.keys(), ...this.missed.map((one) => one.n));
    this.entries.clear();
    this.nodes.clear();
    this.missed = [];
    replace(this.list);
    this.drawPause();
    this.drawNothing();
    announce("Cleared");
  }

  filter() {
    for (const [number, entry] of this.entries) this.nodes.get(number).hidden = !this.matches(entry);
    this.drawNothing();
  }

  matches({ kind, status, title, detail }) {
    const failed = kind === "rest" && (status === null || status === undefined || status >= 400);
    const which = this.kind.value;
    if (which && !(which === kind || (which === "failed" && failed))) return false;
    const words = this.words.value.trim().toLowerCase();
    return !words || `${title} ${status ?? ""} ${detail}`.toLowerCase().includes(words);
  }

  drawNothing() {
    const some = [...this.nodes.values()].some((one) => !one.hidden);
    const why =
      this.entries.size === 0
        ? "Nothing yet. What the bot and Discord say to each other appears here."
        : "Nothing matches the filter.";
    replace(this.nothing, some ? null : why).hidden = some;
  }

  /** Arrows move along the lines. */
  key(event) {
    const all = [...this.list.querySelectorAll("summary")].filter((one) => one.offsetParent);
    const at = all.indexOf(document.activeElement);
    const aim = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (at < 0 || aim === undefined) return;
    event.preventDefault();
    all[Math.max(0, Math.min(all.length - 1, aim))].focus();
  }
}

function line(entry) {
  const { at, kind, from, title, status, ms } = entry;
  const failed = kind === "rest" && !(status < 400);
  const time = new Date(at * 1000).toLocaleTimeString("en-GB", { hour12: false });
  const arrow = from === "bot" ? "from the bot" : "to the bot";
  const answer =
    kind === "rest"
      ? `${status ?? "no answer"}${ms === undefined || ms === null ? "" : ` · ${Math.round(ms)} ms`}`
      : "";
  const details = h(
    "details",
    { class: "wire-entry" },
    h(
      "summary",
      { class: failed ? "failed" : "" },
      h("span", { class: `wire-kind ${kind} ${from}` }, kind === "rest" ? "REST" : from === "bot" ? "▲ WS" : "▼ WS"),
      h("span", { class: "for-readers" }, ` ${arrow} `),
      h("span", { class: "wire-title", title }, shortened(title)),
      h("span", { class: "wire-answer" }, answer),
      h("time", { class: "wire-time" }, time),
    ),
  );
  // The JSON is written only when somebody looks at it: five hundred of them would be heavy.
  details.addEventListener("toggle", () => {
    if (details.open && details.childElementCount === 1) {
      details.append(
        h("pre", { class: "wire-detail", tabindex: "0", "aria-label": `JSON of ${title}` }, pretty(entry.detail)),
      );
    }
    if (details.open) details.scrollIntoView({ block: "nearest" });
  });
  return h("li", null, details);
}

/** Paths without most of their digits: the whole one is in the line's hint. */
function shortened(title) {
  return title.replace(/\d{12,}(\d{3})/gu, "…$1");
}

function pretty(detail) {
  try {
    return JSON.stringify(JSON.parse(detail), null, 2);
  } catch {
    return detail; // it was cut
  }
}
