/**
 * The log in the middle: keeps rows in step with the store, stays at the newest message unless somebody reads above,
 * loads older ones on the way up without moving what is being read, and moves among messages by arrow keys.
 */

import { announce, h, replace } from "./dom.js";
import { Hearing } from "./hearing.js";
import { icon } from "./icons.js";
import { MessageRow, letIn } from "./message.js";
import { openMessageMenu } from "./menus.js";
import { startReply } from "./reply.js";
import { older } from "./store.js";
import { beginning, gate, separatorBefore } from "./surroundings.js";
import { Tools, mayReply } from "./tools.js";

const NEAR = 80;
const EARLY = 700;
const FURTHEST_JUMP = 10;

/** @param {object} context store and connection; gets `jumpTo(id)` and `holdStill(change)` */
export function mountMessages(context) {
  const log = new Log(context);
  context.jumpTo = (id) => log.jumpTo(id);
  context.holdStill = (change) => log.holdStill(change);
}

class Log {
  constructor(context) {
    this.context = context;
    this.store = context.store;
    this.scroller = document.getElementById("reading");
    this.log = document.getElementById("log");
    this.foot = document.getElementById("log-foot");
    this.rows = new Map();
    this.hearing = new Hearing(context);
    this.atEnd = true;
    this.top = 0; // how far it is scrolled
    this.since = 0; // messages that came while somebody read above
    this.firstNew = null; // the message above which "New" stands
    this.current = null; // the message that Tab goes to
    this.tools = new Tools(context, (article) => this.rows.get(article.dataset.message)?.message);
    this._listen();
  }

  _listen() {
    const { store, log, scroller } = this;
    store.on("channel", ({ id }) => this._open(id));
    store.on("state", () => store.history(store.channel).loaded || this._clear());
    store.on("people", () => this._redraw());
    store.on("messages", ({ channel }) => channel === store.channel && this.draw());
    store.on("message", (detail) => detail.message.channel_id === store.channel && this._came(detail));
    store.on("gone", ({ channel, message }) => channel === store.channel && this._gone(message));
    scroller.addEventListener("scroll", () => this._scrolled(), { passive: true });
    log.addEventListener("keydown", (event) => this._key(event));
    log.addEventListener("focusin", (event) => this._makeCurrent(event.target.closest(".message")));
    for (const kind of ["pointerover", "focusin"]) {
      log.addEventListener(kind, (event) => this.tools.show(event.target.closest(".message")));
    }
    log.addEventListener("contextmenu", (event) => this._menu(event));
    document.addEventListener("visibilitychange", () => this._seen());
    const growth = new ResizeObserver(() => this.atEnd && this._toEnd());
    growth.observe(log);
    growth.observe(scroller);
  }

  /** Puts into the log what the store has, and takes out what it has not. */
  draw() {
    const { store, log } = this;
    const id = store.channel;
    if (store.gated(id)) {
      replace(this.log, gate(store));
      return;
    }
    const { more, loaded } = store.history(id);
    const messages = store.messages(id);
    this.holdStill(() => {
      const wanted = new Set(messages.map((one) => one.id));
      for (const [key, row] of this.rows) {
        if (wanted.has(key)) continue;
        row.element.remove();
        this.rows.delete(key);
      }
      for (const each of log.querySelectorAll(":scope > :not(.message)")) each.remove();
      let previous = null;
      let before = null; // the element that the next one comes after
      const put = (element) => {
        const after = before ? before.nextSibling : log.firstChild;
        if (after !== element) log.insertBefore(element, after);
        before = element;
      };
      put(!loaded || more ? h("p", { class: "log-top" }, "Loading messages…") : beginning(store));
      for (const message of messages) {
        const row = this._row(message);
        const separator = separatorBefore(message, previous, message.id === this.firstNew);
        if (separator) put(separator);
        row.place(separator ? null : previous);
        put(row.element);
        previous = message;
      }
    });
    if (!this.rows.has(this.current)) this._makeCurrent(this.rows.get(messages.at(-1)?.id)?.element ?? null);
    if (more && scrollable(this.scroller) <= 0) this._older();
  }

  _row(message) {
    let row = this.rows.get(message.id);
    if (!row) {
      row = new MessageRow(message, this.context);
      this.rows.set(message.id, row);
    } else if (row.message !== message) {
      row.update(message);
    } else {
      return row;
    }
    letIn(row.element, message.id === this.current);
    return row;
  }

  _open(id) {
    this._clear();
    this.firstNew = this.store.unread(id).first;
    const channel = this.store.channels.get(id);
    const name = channel.kind === "direct" ? this.store.nameOf(this.store.bot) : channel.name;
    this.log.setAttribute("aria-label", `Messages in ${name}`);
    this.draw();
  }

  _clear() {
    this.rows.clear();
    this.hearing.clear();
    replace(this.log);
    [this.atEnd, this.since, this.firstNew, this.current] = [true, 0, null, null];
    this.store.reading = false;
    this._foot();
  }

  _redraw() {
    for (const row of this.rows.values()) row.update(row.message);
  }

  _came({ message, fresh }) {
    const mine = message.author.id === this.store.me;
    if (mine && fresh) [this.atEnd, this.firstNew] = [true, null];
    const unread = this.store.unread(this.store.channel).first;
    if (fresh && !mine && unread && !this.firstNew) this.firstNew = unread;
    if (fresh && !this.atEnd) this.since += 1;
    const known = this.rows.get(message.id);
    if (known) {
      this.holdStill(() => this._row(message));
      this.hearing.changed(known);
    } else {
      this.draw();
      const row = this.rows.get(message.id);
      if (row && fresh && !mine) this.hearing.came(row);
    }
    this._foot();
  }

  _gone(id) {
    const row = this.rows.get(id);
    if (!row) return;
    const focused = row.element.contains(document.activeElement);
    const next = row.element.nextElementSibling ?? row.element.previousElementSibling;
    this.draw();
    if (focused) (next?.closest(".message") ?? this.log).focus();
  }

  /** Makes a change above or within what is read without moving it. */
  holdStill(change) {
    const { scroller } = this;
    const line = scroller.getBoundingClientRect().top;
    const anchor = this.atEnd ? null : [...this.log.children]
      .find((one) => one.classList.contains("message") && one.getBoundingClientRect().bottom > line);
    const before = anchor?.getBoundingClientRect().top;
    change();
    if (this.atEnd) this._toEnd();
    else if (anchor?.isConnected) scroller.scrollTop += anchor.getBoundingClientRect().top - before;
  }

  _toEnd() {
    this.scroller.scrollTop = this.scroller.scrollHeight;
  }

  _scrolled() {
    const { scroller, store } = this;
    const left = scrollable(scroller) - scroller.scrollTop;
    // What has grown below somebody at the end is followed; only going up is leaving.
    const up = scroller.scrollTop < this.top;
    this.top = scroller.scrollTop;
    this.atEnd = left < NEAR || (this.atEnd && !up);
    if (this.atEnd && left > 1 && !up) this._toEnd();
    store.reading = !this.atEnd;
    if (this.atEnd) this._seen();
    this._foot();
    if (scroller.scrollTop < EARLY && store.history(store.channel).more) this._older();
  }

  async _older() {
    try {
      await this.store.loadOlder();
    } catch (error) {
      announce(error.message, { assertive: true });
    }
  }

  /** Whoever looks at the newest message has read it. */
  _seen() {
    if (document.hidden || !this.atEnd) return;
    this.since = 0;
    this.store.markRead(this.store.channel);
  }

  _foot() {
    if (this.atEnd) {
      const focused = this.foot.contains(document.activeElement);
      if (focused) this.rows.get(this.current)?.element.focus({ preventScroll: true });
      replace(this.foot);
      this.text = null;
      return;
    }
    const text = this.since ? `${this.since} new ${this.since === 1 ? "message" : "messages"}` : "Jump to the newest";
    if (this.text === text) return;
    this.text = text;
    replace(this.foot, h("button", { class: ["jump", this.since && "fresh"], type: "button", on: {
      click: () => {
        this.atEnd = true;
        this._toEnd();
        this._makeCurrent([...this.rows.values()].at(-1)?.element, { focus: true });
      } } }, text, icon("down")));
  }

  /** Shows a message, loading older ones for it as far as need be. @param {string} id */
  async jumpTo(id) {
    for (let tries = 0; tries < FURTHEST_JUMP && !this.rows.has(id); tries += 1) {
      const oldest = this.store.messages(this.store.channel)[0];
      if (!oldest || older(oldest.id, id) || !(await this.store.loadOlder())) break;
    }
    const row = this.rows.get(id);
    if (!row) {
      announce("That message is not there any more.", { assertive: true });
      return;
    }
    this.atEnd = false;
    row.element.scrollIntoView({ block: "center" });
    row.element.focus({ preventScroll: true });
    row.element.classList.remove("flash");
    void row.element.offsetWidth; // so that the flash begins anew
    row.element.classList.add("flash");
  }

  _key(event) {
    const article = event.target.closest(".message");
    if (event.key === "Escape" && article && event.target !== article && !event.defaultPrevented) {
      article.focus();
      return;
    }
    if (event.target !== article || event.ctrlKey || event.metaKey || event.altKey) return;
    const all = [...this.log.querySelectorAll(":scope > .message")];
    const at = all.indexOf(article);
    const aim = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: all.length - 1 }[event.key];
    if (aim === undefined) {
      const { message } = this.rows.get(article.dataset.message);
      if (event.key === "r" && mayReply(message, this.store)) {
        event.preventDefault();
        startReply(message);
      }
      return;
    }
    event.preventDefault();
    all[aim]?.focus();
    if (aim < 0) this._older();
  }

  _makeCurrent(article, { focus = false } = {}) {
    if (!article) return;
    if (article.dataset.message !== this.current) {
      const before = this.rows.get(this.current)?.element;
      if (before) {
        before.tabIndex = -1;
        letIn(before, false);
      }
      this.current = article.dataset.message;
    }
    article.tabIndex = 0;
    letIn(article, true);
    if (focus) article.focus({ preventScroll: true });
  }

  _menu(event) {
    const article = event.target.closest(".message");
    const row = this.rows.get(article?.dataset.message);
    // Links, selected text and Shift keep the browser's own menu.
    if (!row || event.shiftKey || event.defaultPrevented || event.target.closest("a[href], input, textarea")) return;
    if (String(getSelection()) && !event.target.closest("button")) return;
    openMessageMenu(event, row.message, this.context);
  }
}

function scrollable(element) {
  return element.scrollHeight - element.clientHeight;
}
