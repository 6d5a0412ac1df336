/**
 * What a message's menu or buttons ask of the composer (reply, edit, mention), and the bar over the text field that
 * says which message is replied to or edited.
 */

import { announce, h, replace } from "./dom.js";
import { icon } from "./icons.js";
import { decoded } from "./mentions.js";

const wishes = new EventTarget();

/** @param {object} message the message to reply to */
export function startReply(message) {
  wishes.dispatchEvent(new CustomEvent("wish", { detail: { kind: "reply", message } }));
}

/** @param {object} message one's own message, to be edited in the composer */
export function startEdit(message) {
  wishes.dispatchEvent(new CustomEvent("wish", { detail: { kind: "edit", message } }));
}

/** @param {{id: string, name: string}} user somebody to be mentioned in the text that is being written */
export function startMention(user) {
  wishes.dispatchEvent(new CustomEvent("wish", { detail: { kind: "mention", user } }));
}

/**
 * The bar "Replying to …".
 * @param {{name: string, ping: boolean, canPing: boolean, onPing: (on: boolean) => void, onCancel: () => void,
 *   onShow: () => void}} about canPing: whether there is anybody to notify (nobody is notified of replies to oneself)
 * @returns {HTMLElement}
 */
function replyBar({ name, ping, canPing, onPing, onCancel, onShow }) {
  const toggle = h(
    "button",
    {
      type: "button",
      class: "bar-ping",
      "aria-pressed": String(ping),
      "aria-label": `Notify ${name} of the reply`,
      title: ping ? `${name} will be notified. Press to reply without.` : `${name} will not be notified.`,
      on: { click: () => onPing(!ping) },
    },
    ping ? "@ on" : "@ off",
  );
  const shown = h("button", { type: "button", class: "bar-name", on: { click: onShow } }, name);
  return bar("reply", ["Replying to ", shown], canPing ? toggle : null, "Do not reply", onCancel);
}

/**
 * The bar "Editing your message".
 * @param {{onCancel: () => void}} about
 * @returns {HTMLElement}
 */
function editBar({ onCancel }) {
  const hint = h("span", { class: "bar-hint" }, "Escape cancels, Enter saves");
  return bar("edit", ["Editing your message"], hint, "Do not edit", onCancel);
}

function bar(name, words, extra, cancelLabel, onCancel) {
  return h(
    "div",
    { class: "composer-bar" },
    icon(name),
    h("span", { class: "bar-words" }, ...words),
    extra,
    h(
      "button",
      { type: "button", class: "bar-close", "aria-label": cancelLabel, title: cancelLabel, on: { click: onCancel } },
      icon("close"),
    ),
  );
}

/** What the composer's message answers or changes, as `draft.bar`, and the bar that shows it. */
export class Answering {
  /** @param {object} composer */
  constructor(composer) {
    this.composer = composer;
    this.store = composer.store;
    this.element = h("div", { hidden: true });
    wishes.addEventListener("wish", (event) => this.wish(event.detail));
    this.store.on("gone", ({ message }) => this.composer.draft.bar?.message.id === message && this.cancel());
  }

  /** @param {{kind: "reply" | "edit" | "mention", message?: object, user?: object}} wish */
  wish({ kind, message, user }) {
    const { composer, store } = this;
    composer.commanding.leave();
    if (kind === "mention") {
      composer.text.insert(`@${store.nameOf(user)}`);
      return;
    }
    this.cancel();
    if (kind === "reply") {
      composer.draft.bar = { kind, message, ping: true };
    } else {
      composer.draft.bar = { kind, message, before: composer.text.value };
      composer.text.value = decoded(message.content, store);
    }
    this.draw();
    composer.changed();
    composer.focus();
    announce(kind === "reply" ? `Replying to ${store.nameOf(message.author)}` : "Editing your message");
  }

  draw() {
    const { composer, store } = this;
    const { bar } = composer.draft;
    const editing = bar?.kind === "edit";
    this.element.hidden = !bar;
    composer.text.commands = !editing;
    composer.sendButton.title = editing ? "Save" : "Send";
    composer.sendButton.setAttribute("aria-label", composer.sendButton.title);
    const onCancel = () => {
      this.cancel();
      composer.focus();
    };
    if (!bar) {
      replace(this.element);
    } else if (editing) {
      replace(this.element, editBar({ onCancel }));
    } else {
      replace(
        this.element,
        replyBar({
          name: store.nameOf(bar.message.author),
          ping: bar.ping,
          canPing: bar.message.author.id !== store.me,
          onPing: (on) => {
            bar.ping = on;
            this.draw();
            this.element.querySelector(".bar-ping")?.focus();
          },
          onCancel,
          onShow: () => composer.context.jumpTo?.(bar.message.id),
        }),
      );
    }
  }

  /** Neither a reply nor an edit any more; what was being written before an edit comes back. */
  cancel() {
    const { composer } = this;
    const { bar } = composer.draft;
    if (!bar) return;
    composer.draft.bar = null;
    if (bar.kind === "edit") composer.text.value = bar.before;
    this.draw();
    composer.say(null);
    composer.changed();
  }

  /** @param {KeyboardEvent} event */
  escape(event) {
    if (!this.composer.draft.bar) return;
    event.preventDefault();
    event.stopPropagation();
    this.cancel();
  }

  /** The last message of one's own, as in every chat with the arrow key. */
  editLast() {
    const { store } = this;
    const own = store.messages(store.channel).filter((one) => one.author.id === store.me && one.extra?.may?.edit);
    if (own.length > 0) this.wish({ kind: "edit", message: own.at(-1) });
  }
}
