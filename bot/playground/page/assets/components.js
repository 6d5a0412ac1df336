/**
 * What a bot has put under its message, or made it of: rows of buttons, lists to choose from, and the newer kinds
 * (containers, texts, sections, galleries). Pressing shows that the bot was told, and what came of it.
 */

import { h, replace } from "./dom.js";
import { icon } from "./icons.js";
import { interactionsOf } from "./interactions.js";
import { ownPath, sizeText } from "./links.js";
import { renderMarkdown, spoiler as covered } from "./markdown.js";
import { openPictures } from "./pictures.js";
import { SELECTS, Select, emojiOf } from "./selects.js";

const [ROW, BUTTON, SECTION, TEXT, THUMBNAIL, GALLERY, FILE, SEPARATOR, CONTAINER] = [1, 2, 9, 10, 11, 12, 13, 14, 17];
const STYLES = { 1: "primary", 2: "secondary", 3: "success", 4: "danger", 5: "link" };
const LINK = 5;
/** Controls that are kept although their message is not shown any more. */
const MOST_KEPT = 600;
/** How long the sentence about a failure stays, in milliseconds. */
const SHOWN = 30_000;

/**
 * A control lives on when its message is drawn anew: it keeps the focus, its open list, and that it waits.
 * @type {Map<string, {written: string, element: HTMLElement, focusable: HTMLElement}>} by message and custom_id
 */
const controls = new Map();
/** @type {Map<string, HTMLElement>} the line under a message, by the message's id */
const sentences = new Map();
const cleared = new WeakSet();

/**
 * @param {object} message
 * @param {{store: object, connection: object}} context
 * @returns {Node[]} none, where the message has none
 */
export function renderComponents(message, context) {
  forgetWithPerson(context.store);
  if (!message.components?.length) return [];
  const focused = [...controls].find(
    ([key, one]) => key.startsWith(`${message.id}:`) && one.element.contains(document.activeElement),
  );
  const drawn = [...message.components.map(drawing(message, context)), sentenceOf(message)];
  if (focused) keepFocus(focused[0]);
  prune();
  return drawn;
}

function drawing(message, context) {
  const draw = (one) => {
    if (one.type === ROW) return h("div", { class: "component-row" }, one.components.map(draw));
    if (one.type === BUTTON) return kept(message, one, () => button(message, one, context));
    if (SELECTS.has(one.type)) return kept(message, one, () => select(message, one, context));
    if (one.type === TEXT) return h("div", { class: "component-text said" }, renderMarkdown(one.content, context));
    if (one.type === SECTION) {
      return h("div", { class: "component-section" }, h("div", null, one.components.map(draw)), draw(one.accessory));
    }
    if (one.type === THUMBNAIL) return picture(one, "component-thumbnail");
    if (one.type === GALLERY)
      return h(
        "div",
        { class: "component-gallery" },
        one.items.map((item) => picture(item, "component-picture")),
      );
    if (one.type === FILE) return file(one);
    if (one.type === SEPARATOR) {
      return h("hr", { class: ["component-line", one.divider === false && "bare", one.spacing === 2 && "wide"] });
    }
    if (one.type === CONTAINER) return container(one, draw);
    return h("p", { class: "component-unknown" }, "The page cannot show this part of the message.");
  };
  return draw;
}

function container(one, draw) {
  const node = h("div", { class: "component-container" }, one.components.map(draw));
  if (typeof one.accent_color === "number") {
    node.style.borderInlineStartColor = `#${one.accent_color.toString(16).padStart(6, "0")}`;
  }
  return one.spoiler ? covered([node]) : node;
}

/** One that is not ours is only linked to: the page loads nothing from elsewhere. */
function picture({ media, description, spoiler }, name) {
  const source = ownPath(media.url);
  if (!source)
    return h("a", { href: media.url, target: "_blank", rel: "noopener noreferrer" }, description || media.url);
  const { width = null, height = null } = media;
  const alt = description ?? "";
  const open = () => openPictures([{ src: source, alt, filename: alt || "Picture", width, height }]);
  const label = alt ? `${alt}. Open large` : "A picture, not described. Open large";
  const shown = h(
    "button",
    { type: "button", class: name, "aria-label": label, on: { click: open } },
    h("img", { src: source, alt, loading: "lazy", width, height, draggable: "false" }),
  );
  return spoiler ? covered([shown]) : shown;
}

function file(one) {
  const name = one.name ?? "file";
  return h(
    "a",
    { class: "component-file", href: ownPath(one.file.url) ?? one.file.url, download: name },
    icon("file"),
    h("span", null, name),
    one.size ? h("small", null, sizeText(one.size)) : null,
  );
}

function button(message, one, context) {
  const label = one.label ?? "";
  const words = [emojiOf(one.emoji), label];
  if (one.style === LINK) {
    const attributes = { class: "button link", href: one.url, target: "_blank", rel: "noopener noreferrer" };
    return one.disabled || !/^https?:/u.test(one.url)
      ? h("button", { type: "button", class: "button link", disabled: true }, words)
      : h("a", attributes, words, icon("open"));
  }
  const node = h(
    "button",
    {
      type: "button",
      class: ["button", STYLES[one.style] ?? "secondary"],
      disabled: Boolean(one.disabled),
      "aria-label": label ? null : `Button ${one.emoji?.name ?? ""}`,
    },
    h("span", { class: "button-words" }, words),
    h("span", { class: "dots", "aria-hidden": true }, h("i"), h("i"), h("i")),
  );
  const busy = (on) => {
    node.classList.toggle("busy", on);
    node.setAttribute("aria-busy", String(on));
  };
  node.addEventListener("click", () => {
    // Still enabled while the bot is waited for, so that the focus stays; but once is enough.
    if (node.classList.contains("busy")) return;
    begin(
      "press",
      { custom_id: one.custom_id },
      { message, context, label: label || one.emoji?.name || "the button", busy },
    );
  });
  return { element: node, focusable: node };
}

function select(message, one, context) {
  const list = new Select(one, context, one.placeholder || "Choose from the list");
  list.addEventListener("chosen", (event) => {
    if (list.sentence) {
      tell(message, list.sentence);
      return;
    }
    const busy = (on) => (list.busy = on);
    begin("select", { custom_id: one.custom_id, values: event.detail }, { message, context, label: "the list", busy });
  });
  return { element: list.element, focusable: list.field };
}

async function begin(what, fields, { message, context, label, busy }) {
  busy(true);
  tell(message, null);
  const about = { channel: message.channel_id, message: message.id, ...fields };
  try {
    await interactionsOf(context).begin(what, about, label, (begun) => {
      busy(false);
      if (begun.state === "failed") tell(message, begun.sentence || "This interaction failed");
    });
  } catch (error) {
    busy(false);
    tell(message, error.message);
  }
}

/** The same control as before, where nothing about it has changed. */
function kept(message, one, make) {
  if (one.custom_id === undefined) {
    const made = make();
    return made.element ?? made;
  }
  const key = `${message.id}:${one.custom_id}`;
  const written = JSON.stringify(one);
  if (controls.get(key)?.written !== written) controls.set(key, { written, ...make() });
  return controls.get(key).element;
}

/** Drawing anew takes the focus away for a moment; whoever was on a control is there again at once. */
function keepFocus(key) {
  const again = () => {
    const target = controls.get(key)?.focusable;
    if (!target?.isConnected || (document.activeElement !== document.body && document.activeElement !== null)) return;
    if (target.disabled) target.closest("[tabindex]")?.focus({ preventScroll: true });
    else target.focus({ preventScroll: true });
  };
  queueMicrotask(again);
  requestAnimationFrame(again);
}

function sentenceOf(message) {
  if (!sentences.has(message.id)) {
    sentences.set(message.id, h("p", { class: "component-sentence", role: "alert", hidden: true }));
  }
  return sentences.get(message.id);
}

function tell(message, sentence) {
  const line = sentenceOf(message);
  clearTimeout(line.timer);
  replace(line, sentence ? [icon("warning"), sentence] : null).hidden = !sentence;
  if (sentence) line.timer = setTimeout(() => tell(message, null), SHOWN);
}

/** Another person has pressed nothing yet. */
function forgetWithPerson(store) {
  if (cleared.has(store)) return;
  cleared.add(store);
  let who = store.me;
  store.on("state", () => {
    if (store.me === who) return;
    who = store.me;
    controls.clear();
    sentences.clear();
  });
}

function prune() {
  for (const kind of [controls, sentences]) {
    if (kind.size <= MOST_KEPT) continue;
    for (const [key, one] of kind) {
      if (!(one.element ?? one).isConnected) kind.delete(key);
      if (kind.size <= MOST_KEPT / 2) break;
    }
  }
}
