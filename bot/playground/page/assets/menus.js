/**
 * Menus: of a message (reply, edit, copy, react, delete, and the bot's own entries under "Apps") and of a person. They
 * open at the pointer or beside their button, and give the focus back when they close.
 */

import { announce, h } from "./dom.js";
import { MESSAGE_MENU, USER_MENU, menuEntries } from "./commands.js";
import { confirm, askEmoji } from "./dialogs.js";
import { icon } from "./icons.js";
import { interactionsOf } from "./interactions.js";
import { ownPath } from "./links.js";
import { startEdit, startMention, startReply } from "./reply.js";

/** What can be reacted with at one press. */
export const REACTIONS = ["👍", "❤️", "😂", "😮", "😴", "✨"];
const LONG_PRESS = 500;
const EDGE = 8;

/**
 * @typedef {object} Entry
 * @property {string} label
 * @property {string} [icon]
 * @property {Node} [picture]
 * @property {string} [group] its heading; a change of it draws a line
 * @property {boolean} [danger]
 * @property {boolean} [row] stands in one row with the others of its group, as a sign only
 * @property {() => void} act
 */

let open = null;

/**
 * @param {Event} event what opened it: a click, a contextmenu
 * @param {object} message
 * @param {{store: object, connection: object}} context
 */
export function openMessageMenu(event, message, context) {
  event.preventDefault();
  show(event, `Message of ${context.store.nameOf(message.author)}`, messageEntries(message, context, event), context);
}

/**
 * @param {Event} event
 * @param {{id: string, name: string}} user
 * @param {{store: object, connection: object}} context
 */
export function openUserMenu(event, user, context) {
  event.preventDefault();
  const { store } = context;
  const entries = [];
  if (store.openOne?.may.send) entries.push({ label: "Mention", icon: "at", act: () => startMention(user) });
  entries.push({ label: "Copy name", icon: "copy", act: () => copy(user.name ?? user.username ?? "", "Name copied") });
  entries.push(...apps(USER_MENU, { user: user.id }, context));
  show(event, store.nameOf(user), entries, context);
}

/**
 * @param {Event} event
 * @param {object} message
 * @param {{store: object, connection: object}} context
 */
export function openReactionPicker(event, message, context) {
  event.preventDefault();
  show(event, "React with", reactions(message, context), context);
}

/**
 * A long press on a message is its menu, where the browser does not say so itself; and nothing stays open for another
 * person or channel.
 * @param {{store: object, connection: object}} context
 */
export function mountMenus(context) {
  const { store } = context;
  let timer = 0;
  const stop = () => clearTimeout(timer);
  document.addEventListener(
    "touchstart",
    (event) => {
      stop();
      const article = event.touches.length === 1 ? event.target.closest?.(".message") : null;
      const message = article && store.message(article.dataset.message);
      if (message) timer = setTimeout(() => open || openMessageMenu(event, message, context), LONG_PRESS);
    },
    { passive: true },
  );
  for (const name of ["touchend", "touchmove", "touchcancel", "contextmenu", "scroll"]) {
    document.addEventListener(name, stop, { passive: true, capture: true });
  }
  store.on("state", () => open?.close());
  store.on("channel", () => open?.close());
}

function messageEntries(message, context, event) {
  const { store } = context;
  const { may = {}, ephemeral, loading } = message.extra ?? {};
  const entries = [];
  if (may.react) entries.push(...reactions(message, context));
  const add = (label, sign, act, more = {}) => entries.push({ label, icon: sign, act, group: "", ...more });
  if (store.openOne?.may.send && !ephemeral && !loading) add("Reply", "reply", () => startReply(message));
  if (may.edit) add("Edit", "edit", () => startEdit(message));
  if (message.content) add("Copy text", "copy", () => copy(message.content, "Text copied"));
  const link = pictureLink(message, event);
  if (link) add("Copy link of picture", "link", () => copy(link, "Link copied"));
  if (ephemeral) {
    add("Dismiss message", "close", () => ask(context, "dismiss", message));
  } else {
    entries.push(...apps(MESSAGE_MENU, { message: message.id }, context));
  }
  if (may.delete && !ephemeral) {
    add("Delete", "trash", () => remove(message, context), { danger: true, group: " " });
  }
  return entries;
}

function reactions(message, context) {
  const react = (emoji) => ask(context, "react", message, { emoji, add: true });
  const quick = REACTIONS.map((emoji) => ({ label: emoji, row: true, group: "React", act: () => react(emoji) }));
  const other = async () => {
    const emoji = await askEmoji();
    if (emoji) react(emoji);
  };
  return [...quick, { label: "React with another …", icon: "smile", group: "React", act: other }];
}

function apps(kind, target, context) {
  const { store } = context;
  if (store.openOne?.may.commands === false) return [];
  return menuEntries(store.commands, kind).map(({ name, wire }) => ({
    label: name,
    group: "Apps",
    picture: h("img", { class: "avatar", src: store.avatarOf(store.bot), alt: "" }),
    act: async () => {
      try {
        await interactionsOf(context).begin("menu", { channel: store.channel, name: wire, ...target }, name);
      } catch (error) {
        announce(error.message, { assertive: true });
        context.say?.(error.message);
      }
    },
  }));
}

function pictureLink(message, event) {
  const pressed = event.target?.closest?.("button, figure")?.querySelector("img")?.getAttribute("src");
  const first = message.attachments.find((one) => one.content_type?.startsWith("image/"));
  const path = (pressed && ownPath(pressed)) || ownPath(first?.url ?? message.embeds[0]?.image?.url);
  return path ? new URL(path, location.origin).href : null;
}

async function remove(message, context) {
  const { store } = context;
  const whose = message.author.id === store.me ? "" : ` of ${store.nameOf(message.author)}`;
  const words = `Delete this message${whose}?`;
  if (await confirm({ title: words, text: "It cannot be brought back.", action: "Delete" }))
    ask(context, "delete", message);
}

async function ask(context, what, message, fields = {}) {
  try {
    await context.connection.request(what, { channel: message.channel_id, message: message.id, ...fields });
  } catch (error) {
    announce(error.message, { assertive: true });
    context.say?.(error.message);
  }
}

async function copy(text, said) {
  try {
    await navigator.clipboard.writeText(text);
    announce(said);
  } catch {
    announce("The browser does not let the page copy. Select the text and copy it yourself.", { assertive: true });
  }
}

function show(event, label, entries, context) {
  open?.close();
  if (entries.length > 0) open = new Menu(event, label, entries, context);
}

class Menu {
  constructor(event, label, entries) {
    this.back = event.target.closest?.("button, [tabindex]") ?? document.activeElement;
    this.nodes = entries.map((entry) => this.entry(entry));
    this.element = h(
      "div",
      { class: "menu", role: "menu", "aria-label": label, tabindex: "-1" },
      grouped(entries, this.nodes),
    );
    this.veil = h("div", { class: "menu-veil" });
    this.element.addEventListener("keydown", (pressed) => this.key(pressed));
    this.element.addEventListener("contextmenu", (pressed) => pressed.preventDefault());
    this.veil.addEventListener("pointerdown", (pressed) => {
      pressed.preventDefault();
      this.close();
    });
    this.veil.addEventListener("contextmenu", (pressed) => pressed.preventDefault());
    document.getElementById("layers").append(this.veil, this.element);
    this.place(event);
    this.typed = "";
    this.focus(0);
  }

  entry({ label, icon: sign, picture, danger, row, act }) {
    const node = h(
      "div",
      {
        class: ["menu-entry", danger && "danger", row && "sign"],
        role: "menuitem",
        tabindex: "-1",
        "aria-label": row ? `React with ${label}` : null,
        on: {
          click: () => {
            this.close();
            act();
          },
          pointermove: () => document.activeElement !== node && node.focus({ preventScroll: true }),
        },
      },
      sign ? icon(sign) : (picture ?? null),
      h("span", null, label),
    );
    return node;
  }

  /** At the pointer, or under the button; never beyond the window. Narrow windows have it at their foot (by CSS). */
  place(event) {
    const pointed = event.type === "contextmenu" && (event.clientX > 0 || event.clientY > 0);
    const box = this.back.getBoundingClientRect();
    const [x, y] = pointed ? [event.clientX, event.clientY] : [box.left, box.bottom + 4];
    const { offsetWidth: width, offsetHeight: height } = this.element;
    const above = pointed ? y - height : box.top - 4 - height;
    const fits = y + height <= window.innerHeight - EDGE;
    const top = fits || above < EDGE ? Math.min(y, window.innerHeight - height - EDGE) : above;
    this.element.style.left = `${Math.max(EDGE, Math.min(x, window.innerWidth - width - EDGE))}px`;
    this.element.style.top = `${Math.max(EDGE, top)}px`;
  }

  focus(index) {
    this.nodes[(index + this.nodes.length) % this.nodes.length]?.focus();
  }

  key(event) {
    const at = this.nodes.indexOf(document.activeElement);
    const inRow = this.nodes[at]?.classList.contains("sign");
    const moves = { ArrowDown: this.below(at, 1), ArrowUp: this.below(at, -1), Home: 0, End: this.nodes.length - 1 };
    if (inRow) Object.assign(moves, { ArrowRight: at + 1, ArrowLeft: at - 1 });
    if (event.key in moves) this.focus(moves[event.key]);
    else if (event.key === "Enter" || event.key === " ") this.nodes[at]?.click();
    else if (event.key === "Escape" || event.key === "Tab") this.close();
    else if (event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey) this.find(event.key, at);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** Up and down leave a row of signs as one. */
  below(at, by) {
    let next = at + by;
    const sign = (index) => this.nodes[index]?.classList.contains("sign");
    while (sign(at) && sign(next)) next += by;
    return next;
  }

  find(letter, at) {
    clearTimeout(this.timer);
    this.typed += letter.toLocaleLowerCase();
    this.timer = setTimeout(() => (this.typed = ""), 600);
    const count = this.nodes.length;
    const order = this.nodes.map((_, index) => (at + index + (this.typed.length === 1 ? 1 : 0)) % count);
    const found = order.find((index) =>
      this.nodes[index].textContent.trim().toLocaleLowerCase().startsWith(this.typed),
    );
    if (found !== undefined) this.focus(found);
  }

  close() {
    if (open === this) open = null;
    clearTimeout(this.timer);
    const had = this.element.contains(document.activeElement) || document.activeElement === document.body;
    this.element.remove();
    this.veil.remove();
    if (had && this.back?.isConnected) this.back.focus({ preventScroll: true });
  }
}

/** Entries under their headings. */
function grouped(entries, nodes) {
  const groups = [];
  entries.forEach(({ group = "" }, index) => {
    if (groups.at(-1)?.name !== group) groups.push({ name: group, nodes: [] });
    groups.at(-1).nodes.push(nodes[index]);
  });
  return groups.map(({ name, nodes: own }) => {
    const heading = name.trim() ? h("div", { class: "menu-heading", "aria-hidden": true }, name) : null;
    const signs = own.filter((one) => one.classList.contains("sign"));
    const others = own.filter((one) => !signs.includes(one));
    const row = signs.length > 0 ? h("div", { class: "menu-row", role: "presentation" }, signs) : null;
    return h("div", { class: "menu-group", role: "group", "aria-label": name.trim() || null }, heading, row, others);
  });
}
