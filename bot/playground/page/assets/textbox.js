/**
 * The text field of the composer: it grows with its text, counts when the end of what a message holds comes near, and
 * offers commands after "/" and names after "@" and "#".
 */

import { face, leaves, offered, readTyped } from "./commands.js";
import { h } from "./dom.js";
import { encoded, nameAt, named } from "./mentions.js";
import { Suggestions, narrowed } from "./suggestions.js";

/** So many characters before the limit the count begins. */
const NEAR = 200;

/**
 * Events: "send" (Enter), "change", "escape", "up" (arrow up in an empty field), "command" with {leaf, values, rest}
 * when a command was chosen or typed out.
 */
export class TextBox extends EventTarget {
  #store;
  #list;
  #kind = null;

  /**
   * @param {object} store
   * @param {HTMLElement} stage where lists are shown
   */
  constructor(store, stage) {
    super();
    this.#store = store;
    /** Whether "/" is a command here; an edited message's is not. */
    this.commands = true;
    this.element = h("textarea", {
      class: "text",
      id: "text",
      rows: "1",
      autocomplete: "off",
      enterkeyhint: "send",
      "aria-describedby": "composer-count composer-error",
      on: {
        input: (event) => this.#changed(event),
        keydown: (event) => this.#key(event),
        blur: () => this.#list.hide(),
        click: () => this.#suggest(),
      },
    });
    this.count = h("span", { class: "count", id: "composer-count", hidden: true });
    this.#list = new Suggestions(this.element, {
      host: stage,
      label: "Suggestions",
      role: null,
      onChoose: (item) => this.#choose(item),
      groupPicture: () => (store.bot ? face({ avatar: store.avatarOf(store.bot) }, "suggestions-face") : null),
    });
  }

  /** @returns {string} */
  get value() {
    return this.element.value;
  }

  set value(text) {
    this.element.value = text;
    this.#list.hide();
    this.#fit();
  }

  /** @returns {string} as it is sent */
  get sent() {
    return encoded(this.value, this.#store).trim();
  }

  /** @returns {number} characters over the limit, or fewer than none */
  get over() {
    return [...this.sent].length - this.#store.limits.text;
  }

  focus() {
    this.element.focus();
  }

  hide() {
    this.#list.hide();
  }

  /** @param {string} text where the caret is, set off by spaces */
  insert(text) {
    const { selectionStart: start, selectionEnd: end, value } = this.element;
    const before = start > 0 && !/\s$/u.test(value.slice(0, start)) ? " " : "";
    this.element.setRangeText(`${before}${text} `, start, end, "end");
    this.#fit();
    this.dispatchEvent(new Event("change"));
    this.focus();
  }

  #changed(event) {
    this.#fit();
    this.dispatchEvent(new Event("change"));
    if (event.isComposing) return;
    const typed = this.commands && this.value.startsWith("/") ? readTyped(this.value, this.#leaves()) : null;
    if (typed) this.#begin(typed);
    else this.#suggest();
  }

  #leaves() {
    return leaves(this.#store.commands);
  }

  #suggest() {
    const { selectionStart: caret, value } = this.element;
    const may = this.#store.openOne?.may ?? {};
    if (this.commands && /^\/[^\n]*$/u.test(value) && caret > 0) {
      this.#kind = "command";
      const items = offered(this.#leaves(), value, this.#store.nameOf(this.#store.bot));
      const foot = may.commands === false ? ["You may not use commands in this channel."] : this.#nothing(items, value);
      this.#list.show(may.commands === false ? [] : items, { active: 0, foot });
      return;
    }
    const found = nameAt(value, caret);
    const items = found ? narrowed(named(this.#store, found.sign), found.typed).slice(0, 10) : [];
    this.#kind = "name";
    // A name that is there in full needs no choosing: Enter sends.
    const whole = items.some((one) => one.label.toLocaleLowerCase() === found.typed.toLocaleLowerCase());
    if (items.length > 0) this.#list.show(items, { active: whole ? -1 : 0 });
    else if (this.#list.open) this.#list.hide();
  }

  #nothing(items, value) {
    if (items.length > 0 || value.includes(" ")) return null;
    return [this.#store.commands.length === 0 ? "The bot has registered no commands yet." : "No command is like that."];
  }

  #choose(item) {
    if (this.#kind === "command") {
      this.#begin({ leaf: item.value, values: new Map(), rest: "" });
      return;
    }
    const caret = this.element.selectionStart;
    const found = nameAt(this.value, caret);
    if (found) this.element.setRangeText(`${item.value} `, found.start, caret, "end");
    this.#list.hide();
    this.#fit();
    this.dispatchEvent(new Event("change"));
  }

  #begin(typed) {
    this.#list.hide();
    this.dispatchEvent(new CustomEvent("command", { detail: typed }));
  }

  #key(event) {
    if (event.isComposing || this.#list.key(event)) return;
    const meant =
      event.key === "Enter" && !event.shiftKey
        ? "send"
        : event.key === "Escape"
          ? "escape"
          : event.key === "ArrowUp" && this.value === "" && !event.shiftKey
            ? "up"
            : null;
    if (!meant) return;
    if (meant !== "escape") event.preventDefault();
    this.dispatchEvent(new CustomEvent(meant, { detail: event }));
  }

  #fit() {
    const { element } = this;
    element.style.height = "auto";
    element.style.height = `${element.scrollHeight}px`;
    const left = -this.over;
    this.count.hidden = left > NEAR;
    this.count.textContent = left < 0 ? `${-left} over` : `${left} left`;
    this.count.classList.toggle("over", left < 0);
  }
}
