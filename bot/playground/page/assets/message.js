/** One message on the page: drawn once, and afterwards only those of its parts that have changed. */

import { Attachments, isSpoiler } from "./attachments.js";
import { roleStyle } from "./colours.js";
import { renderComponents } from "./components.js";
import { announce, h, replace, set } from "./dom.js";
import { renderEmbeds } from "./embeds.js";
import { icon } from "./icons.js";
import { plainText, renderMarkdown } from "./markdown.js";
import { openUserMenu } from "./menus.js";
import { daysBetween, messageTime, written } from "./times.js";

const [PINNED, THREAD_CREATED, REPLY, COMMAND, MENU] = [6, 18, 19, 20, 23];
const GROUPED_WITHIN = 7 * 60 * 1000;

/** Whether a message goes under the head of the one before it. */
export function grouped(message, previous) {
  if (!previous || previous.author.id !== message.author.id || message.type !== 0 || isNotice(previous)) return false;
  if (Boolean(message.extra?.ephemeral) !== Boolean(previous.extra?.ephemeral)) return false;
  const [now, then] = [new Date(message.timestamp), new Date(previous.timestamp)];
  return now - then < GROUPED_WITHIN && daysBetween(then, now) === 0;
}

/** Whether it is no one's words, but word of what somebody did. */
function isNotice({ type }) {
  return type === PINNED || type === THREAD_CREATED;
}

export class MessageRow {
  /**
   * @param {object} message
   * @param {object} context what main.js put together; besides, `jumpTo(id)`
   */
  constructor(message, context) {
    this.context = context;
    const id = message.id;
    this.parts = {
      lead: h("div", { class: "lead" }),
      head: h("div", { class: "message-head", id: `head-${id}` }),
      said: h("div", { class: "said", id: `said-${id}` }),
      embeds: h("div", { class: "embeds" }),
      components: h("div", { class: "components" }),
      reactions: h("div", { class: "reactions" }),
      note: h("p", { class: "private-note" }),
    };
    this.attachments = new Attachments(context);
    this.attachments.element.id = `files-${id}`;
    this.side = h("div", { class: "side" });
    const { lead, head, said, embeds, components, reactions, note } = this.parts;
    this.element = h("article", { class: "message", id: `message-${id}`, tabindex: -1,
      "aria-labelledby": `head-${id} said-${id} files-${id}`, dataset: { message: id, author: message.author.id } },
    lead, this.side,
    h("div", { class: "body" }, head, said, this.attachments.element, embeds, components, reactions, note));
    this.drawn = {};
    this.update(message);
  }

  /** @param {object} message the same one, changed */
  update(message) {
    this.message = message;
    const { context } = this;
    const { extra = {}, author } = message;
    this._part("head", [context.store.nameOf(author), extra.colour, message.timestamp], () => this._head());
    const { names } = context.store;
    const before = withoutLinks([message.type, message.referenced_message, message.interaction, names]);
    this._part("lead", before, () => this._lead());
    this._part("said", [message.type, message.content, Boolean(message.edited_timestamp), extra.loading, names],
      () => this._said());
    const cards = withoutLinks([message.embeds, message.flags & 4, names]);
    this._part("embeds", cards, () => renderEmbeds(message, context));
    this._part("components", withoutLinks([message.components, message.flags & 32768]),
      () => renderComponents(message, context));
    this._part("reactions", [extra.reactions, extra.may], () => this._reactions());
    this._part("note", [extra.ephemeral], () => this._note());
    this.attachments.update(message);
    this.element.classList.toggle("pings-me", Boolean(extra.pings_me));
    this.element.classList.toggle("ephemeral", Boolean(extra.ephemeral));
    this.element.classList.toggle("notice", isNotice(message));
  }

  /** @param {object | null} previous the message above */
  place(previous) {
    const under = grouped(this.message, previous);
    this.element.classList.toggle("grouped", under);
    if (under === this.under) return;
    this.under = under;
    const { store } = this.context;
    replace(this.side, under
      ? messageTime(this.message.timestamp, { short: true, class: "side-time" })
      : isNotice(this.message) ? icon(this.message.type === PINNED ? "chevron" : "thread")
        : h("img", { class: "avatar", src: store.avatarOf(this.message.author), alt: "", draggable: "false" }));
  }

  /** Draws a part anew if what it depends on has changed. */
  _part(name, basis, draw) {
    const key = JSON.stringify(basis);
    if (this.drawn[name] === key) return;
    this.drawn[name] = key;
    const part = this.parts[name];
    const focused = part.contains(document.activeElement) ? placeOf(part) : -1;
    replace(part, draw());
    part.hidden = part.childNodes.length === 0;
    if (focused >= 0) (reachable(part)[focused] ?? this.element).focus({ preventScroll: true });
  }

  _head() {
    const { message, context } = this;
    const { store } = context;
    const { author } = message;
    const menu = (event) => {
      event.preventDefault();
      event.stopPropagation();
      openUserMenu(event, store.people.get(author.id)?.user ?? author, context);
    };
    if (isNotice(message)) return [];
    return [
      h("h3", { class: "author-line" },
        h("button", { class: "author", type: "button", "aria-haspopup": "menu", style: roleStyle(message.extra?.colour),
          on: { click: menu, contextmenu: menu } }, store.nameOf(author)),
        author.bot && h("span", { class: "badge", title: "An app" }, "APP")),
      messageTime(message.timestamp),
    ];
  }

  _lead() {
    const { message } = this;
    const { store } = this.context;
    if (message.type === REPLY) return this._replied(message.referenced_message);
    const used = message.interaction;
    if (!used || ![COMMAND, MENU].includes(message.type)) return [];
    return h("div", { class: "lead-line" }, h("img", { class: "avatar tiny", src: store.avatarOf(used.user), alt: "" }),
      h("span", { class: "lead-name" }, store.nameOf(used.user)), " used ",
      h("span", { class: "pill" }, `${message.type === COMMAND ? "/" : ""}${used.name}`));
  }

  _replied(original) {
    const { store } = this.context;
    if (!original) return h("div", { class: "lead-line lost" }, icon("reply"), "The original message was deleted.");
    const words = plainText(original.content, this.context).slice(0, 200);
    const files = original.attachments?.length ?? 0;
    return h("div", { class: "lead-line" },
      h("img", { class: "avatar tiny", src: store.avatarOf(original.author), alt: "" }),
      h("span", { class: "for-readers" }, "In reply to "),
      original.author.bot && h("span", { class: "badge" }, "APP"),
      h("span", { class: "lead-name" }, store.nameOf(original.author)),
      h("button", { class: "lead-text", type: "button", title: "Show the message",
        on: { click: () => this.context.jumpTo(original.id) } },
      words || (files ? "Show the picture" : "Show the message"), files > 0 && icon("picture")));
  }

  _said() {
    const { message, context } = this;
    if (isNotice(message)) return this._notice();
    if (message.extra?.loading) {
      const dots = h("span", { class: "dots", "aria-hidden": "true" }, h("i"), h("i"), h("i"));
      return h("p", { class: "thinking" }, `${context.store.nameOf(message.author)} is thinking`, dots,
        h("span", { class: "for-readers" }, "…"));
    }
    const text = renderMarkdown(message.content, context);
    if (!message.edited_timestamp || !message.content) return [text];
    const last = text.lastElementChild;
    const mark = h("time", { class: "edited", datetime: message.edited_timestamp,
      title: `Edited ${written(new Date(message.edited_timestamp), "F")}` }, " (edited)");
    (last?.matches("p, h4, h5, h6") ? last : text).append(mark);
    return [text];
  }

  _notice() {
    const { message } = this;
    const { store } = this.context;
    const who = h("strong", null, store.nameOf(message.author));
    const time = messageTime(message.timestamp);
    if (message.type === THREAD_CREATED) return h("p", null, who, " started a thread: ", message.content, " ", time);
    const pinned = message.message_reference?.message_id;
    return h("p", null, who, " pinned ", h("button", { class: "link-button", type: "button",
      on: { click: () => this.context.jumpTo(pinned) } }, "a message"), " to this channel. ", time);
  }

  _reactions() {
    const { reactions = [], may = {} } = this.message.extra ?? {};
    return reactions.map(({ emoji, count, me }) => h("button", { class: ["reaction", me && "mine"], type: "button",
      "aria-pressed": Boolean(me), disabled: !me && may.react === false,
      "aria-label": `${emoji}, ${count} ${count === 1 ? "reaction" : "reactions"}`,
      on: { click: () => this._ask("react", { emoji, add: !me }) } },
    h("span", { "aria-hidden": "true" }, emoji), h("span", { "aria-hidden": "true" }, count)));
  }

  _note() {
    if (!this.message.extra?.ephemeral) return [];
    const dismiss = () => this._ask("dismiss", {});
    return [icon("eye"), h("span", null, "Only you can see this · "),
      h("button", { class: "link-button", type: "button", on: { click: dismiss } }, "Dismiss message")];
  }

  async _ask(what, fields) {
    const { connection } = this.context;
    try {
      await connection.request(what, { channel: this.message.channel_id, message: this.message.id, ...fields });
    } catch (error) {
      announce(error.message, { assertive: true });
    }
  }
}

/**
 * What a message says in one line, for those who listen.
 *
 * @param {object} message
 * @param {{store: import("./store.js").Store}} context
 */
export function spoken(message, context) {
  const files = message.attachments.map((one) => (isSpoiler(one) ? "spoiler" : one.description || one.filename));
  return [
    `${context.store.nameOf(message.author)}:`,
    message.extra?.loading ? "is thinking" : plainText(message.content, context).slice(0, 300),
    ...message.embeds.map((one) => plainText(`${one.title ?? ""}\n${one.description ?? ""}`, context).slice(0, 300)),
    files.length > 0 && `${files.length} ${files.length === 1 ? "file" : "files"}: ${files.join(", ").slice(0, 300)}.`,
    message.extra?.ephemeral && "Only you can see this.",
  ].filter(Boolean).join(" ");
}

/** Whether Tab goes into a message: only into the one that is current, or 50 messages' buttons would be on the way. */
export function letIn(article, on) {
  for (const one of reachable(article)) set(one, "tabIndex", on ? 0 : -1);
}

function reachable(element) {
  return [...element.querySelectorAll("a[href], button, select, input, [tabindex]")];
}

function placeOf(part) {
  return reachable(part).indexOf(document.activeElement);
}

/** Links are signed anew each time; that alone changes nothing that is seen. */
function withoutLinks(basis) {
  return JSON.parse(JSON.stringify(basis, (key, value) => (
    (key === "url" || key === "proxy_url") && typeof value === "string" ? value.split("?ex=")[0] : value)));
}
