/**
 * The frame around the conversation: the head of the open channel, drawers on narrow screens, night and day, the banner
 * that says what is wrong, and the title of the tab.
 */

import { announce, h, replace } from "./dom.js";
import { icon } from "./icons.js";

const STOPPED = "The playground has stopped. Start it again with make run.";
const MOVED = "The playground was started anew, and its address has changed: open the one that the terminal printed.";
const AWAY = "The bot is away. What you post waits for it; it comes back by itself.";
const THEMES = ["system", "dark", "light"];
const THEME_NAMES = { system: "as your system has it", dark: "night", light: "paper" };
const THEME_ICONS = { system: "half", dark: "moon", light: "sun" };

/** @param {{store: import("./store.js").Store}} context */
export function mountLayout(context) {
  const { store } = context;
  mountTheme();
  const drawers = mountDrawers();
  mountHeading(store, drawers);
  mountBanner(store);
  mountTitle(store);
  context.closeDrawers = drawers.close;
}

function mountHeading(store, drawers) {
  const heading = document.getElementById("heading");
  const dot = h("span", { class: "dot", hidden: true });
  const title = h("h1", null);
  const topic = h("p", { class: "topic" });
  const channelsButton = h("button", { class: "icon-button open-channels", type: "button", "aria-label": "Channels",
    "aria-expanded": false, "aria-controls": "channels", on: { click: () => drawers.toggle("channels") } },
  icon("menu"), dot);
  const peopleButton = h("button", { class: "icon-button", type: "button", "aria-label": "People", title: "People",
    "aria-expanded": true, "aria-controls": "people", on: { click: () => drawers.toggle("people") } }, icon("people"));
  const panelButton = h("button", { id: "panel-toggle", class: "icon-button", type: "button",
    "aria-label": "What goes over the wire", title: "What goes over the wire", "aria-expanded": false,
    "aria-controls": "panel", on: { click: () => togglePanel() } }, icon("wire"));
  drawers.button("channels", channelsButton);
  drawers.button("people", peopleButton);
  const spring = h("span", { class: "spring" });
  replace(heading, channelsButton, title, topic, spring, themeButton(), panelButton, peopleButton);

  const draw = () => {
    const channel = store.openOne;
    if (!channel) return;
    const name = channel.kind === "direct" ? store.nameOf(store.bot) : channel.name;
    const drawn = channel.kind === "direct"
      ? h("img", { class: "avatar tiny", src: store.avatarOf(store.bot), alt: "" })
      : icon(channel.kind === "thread" ? "thread" : "hash");
    replace(title, drawn, h("span", null, name));
    topic.textContent = channel.topic ?? "";
    topic.title = channel.topic ?? "";
    topic.hidden = !channel.topic;
  };
  store.on("channel", draw);
  store.on("channels", draw);
  store.on("state", draw);
  store.on("unread", () => (dot.hidden = store.waiting.count === 0));
  store.on("channel", () => drawers.close());
}

/** The builders' panel is opened and closed here; whoever fills it listens for "toggled" ({open}) on it. */
function togglePanel(open = document.getElementById("panel").hidden) {
  const panel = document.getElementById("panel");
  const button = document.getElementById("panel-toggle");
  panel.hidden = !open;
  button.setAttribute("aria-expanded", String(open));
  panel.dispatchEvent(new CustomEvent("toggled", { detail: { open } }));
  if (!open) button.focus();
}

/** Columns that are drawers on narrow screens; the people's column can be put away on wide ones too. */
function mountDrawers() {
  const page = document.getElementById("page");
  const scrim = document.getElementById("scrim");
  const narrow = { channels: matchMedia("(max-width: 720px)"), people: matchMedia("(max-width: 980px)") };
  const buttons = {};
  let open = null;

  const show = (name) => {
    const before = open;
    open = name;
    for (const each of ["channels", "people"]) {
      document.getElementById(each).classList.toggle("shown", each === open);
      const visible = narrow[each].matches ? each === open : !page.classList.contains(`no-${each}`);
      buttons[each]?.setAttribute("aria-expanded", String(visible));
    }
    scrim.hidden = open === null;
    // What lies under the scrim is out of reach, for the keyboard and for screen readers too.
    for (const part of page.children) part.inert = open !== null && part.id !== open;
    if (open) document.getElementById(open).querySelector("button, a, select")?.focus();
    else if (before) buttons[before]?.focus();
  };
  const toggle = (name) => {
    if (narrow[name].matches) {
      show(open === name ? null : name);
    } else {
      page.classList.toggle(`no-${name}`);
      show(null);
    }
  };
  const close = () => open && show(null);
  scrim.addEventListener("click", close);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && open && !event.defaultPrevented) close();
  });
  for (const query of Object.values(narrow)) query.addEventListener("change", () => show(null));
  const button = (name, element) => {
    buttons[name] = element;
    element.setAttribute("aria-expanded", String(!narrow[name].matches));
  };
  return { toggle, close, button };
}

function mountTheme() {
  const dark = matchMedia("(prefers-color-scheme: light)");
  const apply = () => {
    const chosen = kept();
    const light = chosen === "light" || (chosen === "system" && dark.matches);
    document.documentElement.dataset.theme = light ? "light" : "dark";
    document.querySelector("meta[name=theme-color]").content = light ? "#f3eee4" : "#131229";
  };
  dark.addEventListener("change", apply);
  document.addEventListener("theme", apply);
  apply();
}

function themeButton() {
  const button = h("button", { class: "icon-button", type: "button", on: {
    click: () => {
      const next = THEMES[(THEMES.indexOf(kept()) + 1) % THEMES.length];
      try {
        localStorage.setItem("theme", next);
      } catch { /* storage is off: the choice lasts as long as the page */ }
      chosenHere = next;
      document.dispatchEvent(new Event("theme"));
      draw();
      announce(`Colours: ${THEME_NAMES[next]}`);
    } } });
  const draw = () => {
    button.setAttribute("aria-label", `Colours: ${THEME_NAMES[kept()]}`);
    button.title = `Colours: ${THEME_NAMES[kept()]}`;
    replace(button, icon(THEME_ICONS[kept()]));
  };
  draw();
  return button;
}

let chosenHere = null;

function kept() {
  try {
    chosenHere ??= localStorage.getItem("theme");
  } catch { /* storage is off */ }
  return THEMES.includes(chosenHere) ? chosenHere : "system";
}

function mountBanner(store) {
  const banner = document.getElementById("banner");
  let trouble = { connected: true, moved: false };
  let waiting = null;
  const draw = () => {
    clearTimeout(waiting);
    if (!trouble.connected) {
      const text = trouble.moved ? MOVED : STOPPED;
      replace(banner, h("p", { class: "banner stopped" }, icon("warning"), text));
    } else if (!store.online && store.me !== null) {
      // A bot that only reconnects is back in a moment: no banner for that.
      waiting = setTimeout(() => replace(banner, h("p", { class: "banner" }, icon("moon"), AWAY)), 700);
    } else {
      replace(banner);
    }
  };
  store.on("connection", (detail) => {
    trouble = detail;
    draw();
  });
  store.on("bot", draw);
  store.on("state", draw);
}

function mountTitle(store) {
  const draw = () => {
    const channel = store.openOne;
    const place = channel ? (channel.kind === "direct" ? store.nameOf(store.bot) : `#${channel.name}`) : null;
    const { count, mentions } = store.waiting;
    const mark = mentions ? `(${mentions}) ` : count ? "• " : "";
    document.title = mark + [place, store.guild?.name ?? "Dream Playground"].filter(Boolean).join(" | ");
  };
  for (const kind of ["state", "channel", "channels", "unread"]) store.on(kind, draw);
}
