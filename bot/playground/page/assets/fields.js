/**
 * One option of a slash command as a person fills it in: a labelled pill with a text field and its list. What it takes
 * is in values.js; where it stands is in options.js; the pill for a file is in filefield.js.
 */

import { Completion } from "./completion.js";
import { h, replace } from "./dom.js";
import { icon } from "./icons.js";
import { Suggestions, narrowed } from "./suggestions.js";
import { INTEGER, NUMBER, TEXT, choicesOf, range, readValue, wanted } from "./values.js";

let made = 0;

/**
 * What all pills have in common. Events: "change"; "next" (a value was chosen: on to what is missing); "empty"
 * (Backspace in an empty field);
 * "before" and "after" (arrow keys at the ends of the text); "send" (Enter); "escape".
 */
export class Field extends EventTarget {
  /**
   * @param {object} option as registered
   * @param {{store: object, connection: object}} context
   * @param {HTMLElement} stage where lists are shown
   */
  constructor(option, context, stage) {
    super();
    this.option = option;
    this.context = context;
    const id = `option-${++made}`;
    this.error = h("p", { class: "option-error", id: `${id}-error`, role: "alert", hidden: true });
    this.help = h("span", { class: "for-readers", id: `${id}-help` }, this.#helpText());
    this.input = this.makeInput(id);
    this.input.setAttribute("aria-describedby", `${id}-help ${id}-error`);
    this.list = new Suggestions(this.input, { host: stage, label: option.name, onChoose: (item) => this.choose(item) });
    this.element = h("div", { class: "option" }, this.makeLabel(id), this.input, this.help);
    this.input.addEventListener("focus", () => this.suggest());
    this.input.addEventListener("blur", () => this.left());
    this.input.addEventListener("keydown", (event) => this.#key(event));
  }

  /** What stands over the list while the field has the focus. */
  get head() {
    const { name, description, required } = this.option;
    return [h("b", null, name), h("span", null, description), required ? h("i", null, "required") : null];
  }

  focus() {
    this.input.focus();
  }

  /** @param {string | null} sentence at the option; null takes it away */
  showError(sentence) {
    replace(this.error, sentence ? [icon("warning"), sentence] : null).hidden = !sentence;
    this.element.classList.toggle("wrong", Boolean(sentence));
    if (sentence) this.input.setAttribute("aria-invalid", "true");
    else this.input.removeAttribute("aria-invalid");
  }

  left() {
    this.list.hide();
    this.element.classList.toggle("filled", this.filled);
  }

  /** Ends what is under way. */
  release() {
    this.list.remove();
  }

  tell(kind, detail) {
    this.dispatchEvent(new CustomEvent(kind, { detail }));
  }

  #helpText() {
    const { description, required } = this.option;
    const stop = /[.!?…]$/u.test(description) ? "" : ".";
    return `${description}${stop} ${required ? "Required" : "Optional"}: ${wanted(this.option)}.`;
  }

  #key(event) {
    if (event.isComposing || this.list.key(event)) return;
    const { selectionStart: start, selectionEnd: end, value = "" } = this.input;
    const atStart = value === "" || (start === 0 && end === 0);
    const atEnd = value === "" || (start === value.length && end === value.length);
    const meant =
      { Enter: "send", Escape: "escape" }[event.key] ??
      (["Backspace", "Delete"].includes(event.key) && this.filled && value === "" ? "clear" : null) ??
      (event.key === "Backspace" && !this.filled && value === "" ? "empty" : null) ??
      (event.key === "ArrowLeft" && atStart ? "before" : null) ??
      (event.key === "ArrowRight" && atEnd ? "after" : null);
    if (!meant) return;
    event.preventDefault();
    event.stopPropagation();
    if (meant === "clear") this.clear();
    else this.tell(meant);
  }
}

/** Text, numbers, and everything that is chosen from a list. */
export class TextField extends Field {
  #completion = null;
  #chosen = null;

  /**
   * @param {object} option
   * @param {{store: object, connection: object}} context
   * @param {HTMLElement} stage
   * @param {(typed: string) => Promise<object[]>} complete asks the bot
   */
  constructor(option, context, stage, complete) {
    super(option, context, stage);
    this.#fit();
    if (option.autocomplete) this.#completion = new Completion(complete, (completed) => this.#completed(completed));
  }

  makeInput(id) {
    const numeric = [INTEGER, NUMBER].includes(this.option.type) && !this.option.choices?.length;
    return h("input", {
      id,
      class: "option-input",
      type: "text",
      autocomplete: "off",
      spellcheck: "false",
      inputmode: numeric ? "decimal" : null,
      placeholder: numeric ? range(this.option).trim() : "",
      maxlength: this.option.type === TEXT ? "6000" : null,
      "aria-required": Boolean(this.option.required),
      on: { input: () => this.#typed() },
    });
  }

  makeLabel(id) {
    return h("label", { class: "option-label", for: id }, this.option.name);
  }

  get filled() {
    return this.input.value.trim() !== "";
  }

  /** @param {string} text as if it had been typed */
  setText(text) {
    this.input.value = text;
    this.#chosen = null;
    this.#fit();
    this.element.classList.toggle("filled", this.filled);
  }

  /** @returns {{value?: any, sentence?: string}} */
  read() {
    if (this.#chosen && this.#chosen.label === this.input.value) return { value: this.#chosen.value };
    return readValue(this.option, this.input.value, choicesOf(this.option, this.context.store));
  }

  choose(item) {
    this.setText(item.label);
    this.#chosen = item;
    this.#completion?.stop();
    this.showError(null);
    this.list.hide();
    this.tell("change");
    this.tell("next");
  }

  suggest({ now = true } = {}) {
    const choices = choicesOf(this.option, this.context.store);
    const typed = this.#chosen ? "" : this.input.value;
    if (this.#completion) {
      this.#completion.type(typed, { now });
    } else if (choices) {
      const items = narrowed(choices, typed);
      const foot = items.length === 0 ? ["Nothing in the list matches. Type less, or something else."] : null;
      this.list.show(items, { head: this.head, active: typed.trim() ? 0 : -1, foot });
    } else {
      this.list.show([], { head: [...this.head, h("span", null, `${wanted(this.option)}`)] });
    }
  }

  left() {
    this.#completion?.stop();
    super.left();
    if (this.filled) this.showError(this.read().sentence ?? null);
  }

  release() {
    this.#completion?.stop();
    super.release();
  }

  #typed() {
    this.#chosen = null;
    this.showError(null);
    this.#fit();
    this.tell("change");
    this.suggest({ now: false });
  }

  /** As wide as its text. */
  #fit() {
    const shown = this.input.value || this.input.placeholder;
    this.input.style.width = `calc(${Math.min(48, Math.max(4, [...shown].length + 1))}ch + 18px)`;
  }

  #completed(completed) {
    if (document.activeElement !== this.input) return;
    const { head } = this;
    if (completed.state === "loading") {
      const items = this.list.items;
      this.list.show(items, {
        head: [...head, h("span", { class: "spinner", "aria-label": "Loading options" })],
        quiet: true,
      });
      return;
    }
    if (completed.state === "failed") {
      this.list.show([], { head, foot: [icon("warning"), completed.sentence] });
      return;
    }
    const typed = this.#chosen ? "" : this.input.value.trim().toLocaleLowerCase();
    const items = completed.choices.map((one) => ({ label: one.name, value: one.value }));
    const first =
      items[0] && [items[0].label, String(items[0].value)].some((text) => text.toLocaleLowerCase().startsWith(typed));
    const exact = items.some((one) => String(one.value) === this.input.value.trim());
    const foot = items.length === 0 ? ["No options match your search."] : null;
    this.list.show(items, { head, foot, active: typed && first && !exact ? 0 : -1 });
  }
}
