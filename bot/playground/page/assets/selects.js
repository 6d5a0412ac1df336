/**
 * Lists to choose from, as messages and forms have them: of given entries, or of people, roles and channels; one entry
 * or several. Letters that are typed narrow the list.
 */

import { h, replace } from "./dom.js";
import { icon } from "./icons.js";
import { Suggestions, narrowed } from "./suggestions.js";
import { channels, people, roles } from "./values.js";

/** Kinds of lists, by Discord's numbers. */
const [STRING, USER, ROLE, MENTIONABLE, CHANNEL] = [3, 5, 6, 7, 8];
export const SELECTS = new Set([STRING, USER, ROLE, MENTIONABLE, CHANNEL]);

/**
 * An emoji as Discord's payloads have it.
 * @param {{name?: string, id?: string} | undefined} emoji
 * @returns {HTMLElement | null}
 */
export function emojiOf(emoji) {
  if (!emoji?.name) return null;
  return h("span", { class: "emoji", "aria-hidden": true }, emoji.id ? `:${emoji.name}:` : emoji.name);
}

/** Events: "chosen" with the values, when the list was closed with other ones than before. */
export class Select extends EventTarget {
  #component;
  #store;
  #list;
  #typed = "";
  #before = [];

  /**
   * @param {object} component as in the payload
   * @param {{store: object}} context
   * @param {string} label for screen readers
   */
  constructor(component, context, label) {
    super();
    this.#component = component;
    this.#store = context.store;
    /** @type {string[]} */
    this.values = preset(component);
    this.field = h("div", {
      class: "select-field",
      tabindex: component.disabled ? null : "0",
      "aria-label": label,
      "aria-disabled": Boolean(component.disabled),
      on: {
        click: () => (this.#list.open ? this.#close() : this.#open()),
        keydown: (event) => this.#key(event),
        blur: () => this.#close(),
      },
    });
    this.element = h("div", { class: "select" }, this.field);
    this.#list = new Suggestions(this.field, {
      host: this.element,
      label,
      several: this.#several,
      onChoose: (item) => this.#choose(item.value),
    });
    this.#draw();
  }

  /** @returns {string | null} what is wrong with what has been chosen, for a form */
  get sentence() {
    const { min, max } = this.#bounds;
    const count = this.values.length;
    if (this.#component.required === false && count === 0) return null;
    if (count < min)
      return min === 1 ? "Choose an entry of the list." : `Choose ${min} entries or more; there are ${count}.`;
    return count > max ? `Choose ${max} entries at the most; there are ${count}.` : null;
  }

  /** @param {boolean} busy */
  set busy(busy) {
    this.field.setAttribute("aria-busy", String(busy));
    this.field.classList.toggle("busy", busy);
  }

  get #several() {
    return this.#bounds.max > 1;
  }

  get #bounds() {
    return { min: this.#component.min_values ?? 1, max: this.#component.max_values ?? 1 };
  }

  #items() {
    const { type, options = [], channel_types: types } = this.#component;
    const idOf = (item) => ({ ...item, value: Object.values(item.value)[0] });
    if (type === USER) return people(this.#store).map(idOf);
    if (type === ROLE) return roles(this.#store).map(idOf);
    if (type === MENTIONABLE) return [...people(this.#store), ...roles(this.#store)].map(idOf);
    if (type === CHANNEL) return channels(this.#store, types).map(idOf);
    return options.map((one) => ({
      label: one.label,
      detail: one.description ?? "",
      picture: one.emoji ? () => emojiOf(one.emoji) : undefined,
      value: one.value,
    }));
  }

  #open() {
    if (this.#component.disabled || this.field.getAttribute("aria-busy") === "true") return;
    this.#typed = "";
    this.#before = [...this.values];
    this.#show();
    const space = window.innerHeight - this.field.getBoundingClientRect().bottom;
    this.element.classList.toggle("up", space < 300);
    this.#list.element.scrollIntoView({ block: "nearest" });
    this.#list.activate(
      Math.max(
        0,
        this.#list.items.findIndex((one) => one.chosen),
      ),
    );
  }

  #show({ active = 0 } = {}) {
    const items = narrowed(this.#items(), this.#typed).map((one) => ({
      ...one,
      chosen: this.values.includes(one.value),
    }));
    const { min, max } = this.#bounds;
    const searched = this.#typed ? [`Like “${this.#typed}”`] : [];
    const counted = min === max ? `${min}` : `${min} to ${max}`;
    const head = this.#several ? [h("span", null, `Choose ${counted}; ${this.values.length} chosen.`)] : [];
    const foot = items.length === 0 ? ["Nothing in the list matches."] : null;
    this.#list.show(items, { active, head: [...searched, ...head], foot });
  }

  #close() {
    if (!this.#list.open) return;
    this.#list.hide();
    this.#draw();
    const changed =
      this.values.length !== this.#before.length || this.values.some((one) => !this.#before.includes(one));
    if (changed) this.dispatchEvent(new CustomEvent("chosen", { detail: [...this.values] }));
  }

  #choose(value) {
    if (!this.#several) {
      this.values = [value];
      // The same entry again is a choice, too, where something is done with it.
      this.#before = [];
      this.#close();
      return;
    }
    if (this.values.includes(value)) this.values = this.values.filter((one) => one !== value);
    else if (this.values.length < this.#bounds.max) this.values = [...this.values, value];
    const active = this.#list.items.findIndex((one) => one.value === value);
    this.#show({ active });
    this.#list.activate(active);
  }

  #key(event) {
    if (!this.#list.open) {
      if (!["Enter", " ", "ArrowDown", "ArrowUp"].includes(event.key)) return;
      event.preventDefault();
      event.stopPropagation();
      this.#open();
      return;
    }
    if (event.key === "Escape") {
      this.#close();
    } else if (event.key === "Tab") {
      this.#close();
      return;
    } else if (event.key === " " && !this.#typed) {
      if (this.#list.active) this.#choose(this.#list.active.value);
    } else if (
      event.key === "Backspace" ||
      (event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey)
    ) {
      this.#typed = event.key === "Backspace" ? this.#typed.slice(0, -1) : this.#typed + event.key;
      this.#show();
    } else if (!this.#list.key(event)) {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  #draw() {
    const items = this.#items();
    const chosen = this.values.map((value) => items.find((one) => one.value === value)?.label ?? value);
    const placeholder = this.#component.placeholder || (this.#several ? "Choose some" : "Choose one");
    replace(
      this.field,
      chosen.length > 0
        ? h(
            "span",
            { class: "select-values" },
            chosen.map((one) => h("span", { class: this.#several ? "select-value" : "" }, one)),
          )
        : h("span", { class: "select-placeholder" }, placeholder),
      icon("chevron"),
    );
  }
}

function preset({ options = [], default_values: values = [] }) {
  return [...options.filter((one) => one.default).map((one) => one.value), ...values.map((one) => one.id)];
}
