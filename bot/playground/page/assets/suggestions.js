/**
 * A list that belongs to a text field: commands, an option's choices, people. The field keeps the focus, the list
 * shows which entry is meant (aria-activedescendant), and keys, mouse and finger choose.
 */

import { announce, h, replace } from "./dom.js";
import { icon } from "./icons.js";

/**
 * @typedef {object} Suggestion
 * @property {string} label
 * @property {string} [also] another name by which it is found
 * @property {string} [detail] what it is, after the label
 * @property {string} [aside] at the end of the line
 * @property {Node | (() => Node)} [picture] before the label
 * @property {string} [group] the heading under which it stands; entries of a group follow one another
 * @property {boolean} [chosen] of a list of which several can be chosen
 * @property {any} [value]
 */

let made = 0;

/** One field's list. It is hidden until something is shown. */
export class Suggestions {
  #field;
  #list;
  #head;
  #foot;
  #items = [];
  #nodes = [];
  #active = -1;
  #onChoose;
  #groupPicture;

  /**
   * @param {HTMLElement} field the text field, or the button, that keeps the focus
   * @param {{host: HTMLElement, label: string, onChoose: (item: Suggestion) => void, several?: boolean,
   *   role?: "combobox" | null, groupPicture?: () => Node | null}} options host: what the list is put into;
   *   role: null for a text area, which stays a text area to screen readers
   */
  constructor(field, { host, label, onChoose, several = false, role = "combobox", groupPicture = () => null }) {
    this.#field = field;
    this.#onChoose = onChoose;
    this.#groupPicture = groupPicture;
    const id = `suggestions-${++made}`;
    this.#head = h("div", { class: "suggestions-head", hidden: true });
    // It can be scrolled, so it has to be reachable; keys go to the field, which moves through the entries.
    const about = { role: "listbox", id, "aria-label": label, tabindex: "0" };
    this.#list = h("div", { class: "suggestions-list", hidden: true, ...about });
    if (several) this.#list.setAttribute("aria-multiselectable", "true");
    this.#foot = h("div", { class: "suggestions-foot", hidden: true });
    this.element = h("div", { class: "suggestions", hidden: true }, this.#head, this.#list, this.#foot);
    // The field keeps the focus, whatever is pressed in here.
    this.element.addEventListener("mousedown", (event) => event.preventDefault());
    host.append(this.element);
    if (role) field.setAttribute("role", role);
    if (role === "combobox") field.setAttribute("aria-expanded", "false");
    field.setAttribute("aria-controls", id);
    field.setAttribute("aria-haspopup", "listbox");
    if (field.matches("input, textarea")) field.setAttribute("aria-autocomplete", "list");
  }

  /** @returns {boolean} */
  get open() {
    return !this.element.hidden;
  }

  /** @returns {Suggestion | undefined} the entry that Enter chooses */
  get active() {
    return this.#items[this.#active];
  }

  /** @returns {Suggestion[]} */
  get items() {
    return this.#items;
  }

  /**
   * @param {Suggestion[]} items
   * @param {{active?: number, head?: any[], foot?: any[] | null, quiet?: boolean}} [how] active: which one Enter
   *   chooses at first (-1: none); quiet: how many there are is not said
   */
  show(items, { active = -1, head = [], foot = null, quiet = false } = {}) {
    this.#items = items;
    this.#nodes = items.map((item, index) => this.#option(item, index));
    replace(this.#head, ...head).hidden = head.length === 0;
    replace(this.#foot, ...(foot ?? [])).hidden = !foot;
    replace(this.#list, ...this.#grouped());
    this.#list.hidden = items.length === 0;
    this.element.hidden = items.length === 0 && head.length === 0 && !foot;
    if (this.#field.getAttribute("role") === "combobox") {
      this.#field.setAttribute("aria-expanded", String(this.open && items.length > 0));
    }
    this.#choosable(Math.min(active, items.length - 1));
    if (!quiet && items.length > 0) announce(items.length === 1 ? "1 entry" : `${items.length} entries`);
  }

  /** Nothing is offered any more. */
  hide() {
    this.show([], { quiet: true });
  }

  /** Takes the list out of the page for good. */
  remove() {
    this.hide();
    this.element.remove();
  }

  /** @param {number} index of the entry that Enter is to choose; -1: none */
  activate(index) {
    this.#choosable(index);
    this.#nodes[index]?.scrollIntoView({ block: "nearest" });
  }

  /**
   * Arrows move, Enter and Tab choose, Escape closes.
   * @param {KeyboardEvent} event
   * @returns {boolean} whether the key was for the list, and is used up
   */
  key(event) {
    if (!this.open || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return false;
    const count = this.#items.length;
    const moves = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 };
    if (event.key in moves && count > 0) {
      const by = moves[event.key];
      const from = this.#active < 0 && by < 0 ? count : this.#active;
      const wraps = Math.abs(by) === 1;
      this.activate(wraps ? (from + by + count) % count : Math.max(0, Math.min(count - 1, from + by)));
    } else if ((event.key === "Enter" || (event.key === "Tab" && !event.shiftKey)) && this.active) {
      this.#onChoose(this.active);
    } else if (event.key === "Escape" && count > 0) {
      this.hide();
    } else {
      return false;
    }
    event.preventDefault();
    event.stopPropagation();
    return true;
  }

  #choosable(index) {
    this.#nodes[this.#active]?.classList.remove("active");
    this.#active = index;
    const node = this.#nodes[index];
    node?.classList.add("active");
    if (node) this.#field.setAttribute("aria-activedescendant", node.id);
    else this.#field.removeAttribute("aria-activedescendant");
    const several = this.#list.hasAttribute("aria-multiselectable");
    this.#nodes.forEach((one, number) => {
      const selected =
        several || this.#items[number].chosen !== undefined ? this.#items[number].chosen : number === index;
      one.setAttribute("aria-selected", String(Boolean(selected)));
    });
  }

  #option(item, index) {
    const picture = typeof item.picture === "function" ? item.picture() : item.picture;
    const node = h(
      "div",
      { class: "suggestion", role: "option", id: `${this.#list.id}-${index}` },
      picture ? h("span", { class: "suggestion-picture" }, picture) : null,
      h(
        "span",
        { class: "suggestion-words" },
        h("span", { class: "suggestion-label" }, item.label),
        item.detail ? h("span", { class: "suggestion-detail" }, item.detail) : null,
      ),
      item.aside ? h("span", { class: "suggestion-aside" }, item.aside) : null,
      item.chosen ? icon("tick") : null,
    );
    node.addEventListener("click", () => this.#onChoose(item));
    // Only when the pointer moves: a list that appears under a resting pointer must not take the choice.
    node.addEventListener("pointermove", () => index !== this.#active && this.#choosable(index));
    return node;
  }

  #grouped() {
    const groups = [];
    this.#items.forEach((item, index) => {
      const last = groups.at(-1);
      if (last && last.name === item.group) last.nodes.push(this.#nodes[index]);
      else groups.push({ name: item.group, nodes: [this.#nodes[index]] });
    });
    return groups.map(({ name, nodes }, number) => {
      if (!name) return nodes;
      const id = `${this.#list.id}-group-${number}`;
      const heading = h("div", { class: "suggestions-group", id, role: "presentation" }, this.#groupPicture(), name);
      return h("div", { role: "group", "aria-labelledby": id }, heading, nodes);
    });
  }
}

/**
 * The entries whose words begin with what was typed, then those that hold it somewhere.
 * @param {Suggestion[]} items
 * @param {string} typed
 * @returns {Suggestion[]}
 */
export function narrowed(items, typed) {
  const wanted = typed.trim().toLocaleLowerCase();
  if (!wanted) return items;
  const rank = (item) => {
    const label = item.label.toLocaleLowerCase();
    if (label.startsWith(wanted)) return 0;
    if (label.includes(wanted) || (item.also ?? "").startsWith(wanted)) return 1;
    return (item.detail ?? "").toLocaleLowerCase().includes(wanted) ? 2 : 3;
  };
  return items
    .map((item) => ({ item, rank: rank(item) }))
    .filter((one) => one.rank < 3)
    .sort((one, other) => one.rank - other.rank)
    .map((one) => one.item);
}
