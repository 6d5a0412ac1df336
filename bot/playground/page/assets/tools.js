/** The buttons at a message's corner: one set for the whole log, at the message under the pointer or with the focus. */

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { openMessageMenu, openReactionPicker } from "./menus.js";
import { startReply } from "./reply.js";

/** Whether a message can be replied to. @param {object} message @param {import("./store.js").Store} store */
export function mayReply(message, store) {
  return Boolean(store.openOne?.may.send) && !message.extra?.ephemeral && !message.extra?.loading;
}

export class Tools {
  /**
   * @param {{store: import("./store.js").Store}} context
   * @param {(article: HTMLElement) => object | undefined} messageOf
   */
  constructor(context, messageOf) {
    this.context = context;
    this.messageOf = messageOf;
    const button = (name, label, act, popup) => h("button", { class: "icon-button", type: "button", title: label,
      "aria-label": label, "aria-haspopup": popup && "menu", on: { click: (event) => this._press(event, act) } }, icon(name));
    this.react = button("smile", "Add a reaction", (event, one) => openReactionPicker(event, one, context), true);
    this.reply = button("reply", "Reply", (event, one) => startReply(one));
    const more = button("more", "Message menu", (event, one) => openMessageMenu(event, one, context), true);
    this.element = h("div", { class: "tools" }, this.react, this.reply, more);
  }

  /** @param {HTMLElement | null} article */
  show(article) {
    const message = article && this.messageOf(article);
    if (!message) return;
    // Whoever is at the buttons by keyboard does not lose them to a pointer that lies about.
    if (this.element.contains(document.activeElement) && !article.contains(document.activeElement)) return;
    this.react.hidden = !message.extra?.may?.react;
    this.reply.hidden = !mayReply(message, this.context.store);
    if (this.element.parentNode === article) return;
    article.append(this.element);
    for (const each of this.element.children) each.tabIndex = article.tabIndex;
  }

  _press(event, act) {
    const message = this.messageOf(this.element.closest(".message"));
    if (message) act(event, message);
  }
}
