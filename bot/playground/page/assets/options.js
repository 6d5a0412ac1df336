/**
 * A slash command while its options are filled in: its name, a pill for each option that is given, required ones first,
 * and "+12 more" for the others. It takes the text field's place until it is sent or left.
 */

import { splitOptions } from "./commands.js";
import { h } from "./dom.js";
import { TextField } from "./fields.js";
import { FileField } from "./filefield.js";
import { icon } from "./icons.js";
import { Suggestions, narrowed } from "./suggestions.js";
import { ATTACHMENT, TEXT } from "./values.js";

/** Events: "send", "leave" (back to plain text), "change". */
export class CommandForm extends EventTarget {
  #context;
  #stage;
  #line;
  #errors;
  #more;
  #moreBox;
  #moreList;
  /** @type {Map<string, TextField | FileField>} in the order in which they stand */
  #fields = new Map();

  /**
   * @param {import("./commands.js").Leaf} leaf
   * @param {{store: object, connection: object}} context
   * @param {HTMLElement} stage where lists are shown
   */
  constructor(leaf, context, stage) {
    super();
    this.leaf = leaf;
    this.#context = context;
    this.#stage = stage;
    this.#more = h("input", {
      class: "more-input",
      type: "text",
      autocomplete: "off",
      spellcheck: "false",
      "aria-label": "Add an option",
      on: {
        input: () => this.#moreTyped(),
        focus: () => this.#offer(),
        blur: () => this.#moreList.hide(),
        keydown: (event) => this.#moreKey(event),
      },
    });
    this.#moreList = new Suggestions(this.#more, {
      host: stage,
      label: "Options",
      onChoose: (item) => this.add(item.value, { focus: true }),
    });
    this.#moreBox = h("span", { class: "more" }, this.#more);
    const name = h("span", { class: "command-name" }, `/${leaf.name}`);
    this.#line = h("div", { class: "command-line" }, name, this.#moreBox);
    this.#errors = h("div", { class: "command-errors" });
    this.element = h(
      "div",
      { class: "command-form", role: "group", "aria-label": `/${leaf.name}: ${leaf.description}` },
      this.#line,
      this.#errors,
    );
    leaf.options.filter((option) => option.required).forEach((option) => this.add(option));
    this.#drawMore();
  }

  /** To the first option that waits to be filled in. */
  focus() {
    const empty = [...this.#fields.values()].find((field) => !field.filled);
    if (empty) empty.focus();
    else this.#more.focus();
  }

  /**
   * Gives an option its pill.
   * @param {object} option
   * @param {{text?: string, focus?: boolean}} [how]
   */
  add(option, { text, focus = false } = {}) {
    const field = this.#fields.get(option.wire) ?? this.#make(option);
    if (text !== undefined && field instanceof TextField) field.setText(text);
    this.#more.value = "";
    this.#drawMore();
    this.#changed();
    if (focus) field.focus();
  }

  /**
   * What was typed or pasted as text: into its pills.
   * @param {{values: Map<string, string>, rest: string}} typed
   */
  fill({ values, rest }) {
    for (const [name, text] of values) this.add(this.#option(name), { text });
    const taking = this.leaf.options.find((one) => one.required && one.type === TEXT && !values.has(one.wire));
    if (rest && taking) this.add(taking, { text: rest });
    else if (rest) this.#more.value = rest;
  }

  /**
   * Files that were dropped or pasted: into the options that take one, the empty ones first.
   * @param {File[]} files
   * @returns {string | null} a sentence, when there is no room for them
   */
  takeFiles(files) {
    const taking = this.leaf.options.filter((one) => one.type === ATTACHMENT);
    if (taking.length === 0) return `/${this.leaf.name} takes no file. Leave the command with Escape to post the file.`;
    const free = taking.filter((one) => !this.#fields.get(one.wire)?.filled);
    const targets = free.length > 0 ? free : taking.slice(0, 1);
    files.slice(0, targets.length).forEach((file, index) => {
      this.add(targets[index]);
      this.#fields.get(targets[index].wire).setFile(file);
    });
    this.focus();
    const room = targets.length === 1 ? "one file" : `${targets.length} files`;
    return files.length > targets.length ? `/${this.leaf.name} has room for ${room}; the others were not taken.` : null;
  }

  /**
   * Files that had been put into a message before the command was chosen.
   * @param {import("./uploads.js").Upload[]} uploads
   * @returns {import("./uploads.js").Upload[]} those that it takes
   */
  takeUploads(uploads) {
    const taking = this.leaf.options.filter((one) => one.type === ATTACHMENT).slice(0, uploads.length);
    taking.forEach((option, index) => {
      this.add(option);
      this.#fields.get(option.wire).setUpload(uploads[index]);
    });
    return uploads.slice(0, taking.length);
  }

  /** @returns {import("./uploads.js").Upload[]} the files in it, which are taken out */
  giveUploads() {
    return [...this.#fields.values()]
      .filter((one) => one instanceof FileField)
      .map((one) => one.give())
      .filter(Boolean);
  }

  /** Waits for files on their way. @returns {Promise<void>} */
  async settled() {
    const uploads = [...this.#fields.values()].map((one) => one.upload?.fresh());
    await Promise.all(uploads);
  }

  /** @returns {{[name: string]: any} | null} the values; null when something is wrong, which then stands there */
  read() {
    const values = {};
    let wrong = null;
    for (const [name, field] of this.#fields) {
      const { value, sentence } = field.read();
      field.showError(sentence ?? null);
      if (sentence) wrong ??= field;
      else if (value !== undefined) values[name] = value;
    }
    if (!wrong && this.#more.value.trim()) {
      this.say(
        `/${this.leaf.name} has no option “${this.#more.value.trim()}”. Choose one from the list, or remove the text.`,
      );
      this.#more.focus();
      return null;
    }
    wrong?.focus();
    return wrong ? null : values;
  }

  /** @param {string | null} sentence about the whole command */
  say(sentence) {
    this.#errors.querySelector(".command-error")?.remove();
    if (sentence)
      this.#errors.append(h("p", { class: "option-error command-error", role: "alert" }, icon("warning"), sentence));
  }

  /** Takes its lists out of the page. */
  release() {
    for (const field of this.#fields.values()) field.release();
    this.#moreList.remove();
  }

  #option(name) {
    return this.leaf.options.find((one) => one.wire === name);
  }

  #make(option) {
    const complete = (typed) => this.#complete(option, typed);
    const field =
      option.type === ATTACHMENT
        ? new FileField(option, this.#context, this.#stage)
        : new TextField(option, this.#context, this.#stage, complete);
    this.#fields.set(option.wire, field);
    if (!option.required) {
      const label = `Remove the option ${option.name}`;
      const remove = {
        type: "button",
        class: "option-remove",
        "aria-label": label,
        title: label,
        tabindex: "-1",
        on: { click: () => this.#remove(option.wire) },
      };
      field.element.append(h("button", remove, icon("close")));
    }
    this.#line.insertBefore(field.element, this.#moreBox);
    this.#errors.append(field.error);
    field.addEventListener("change", () => {
      this.#jump(field);
      this.#changed();
    });
    field.addEventListener("next", () => this.focus());
    field.addEventListener("send", () => this.dispatchEvent(new Event("send")));
    field.addEventListener("escape", () => this.dispatchEvent(new Event("leave")));
    field.addEventListener("empty", () => (option.required ? this.#step(field, -1) : this.#remove(option.wire)));
    field.addEventListener("before", () => this.#step(field, -1));
    field.addEventListener("after", () => this.#step(field, 1));
    return field;
  }

  /** "eyes strength:" typed into an option begins the next one. */
  #jump(field) {
    if (!(field instanceof TextField) || !field.input.value.includes(":")) return;
    const open = this.leaf.options.filter((one) => one === field.option || !this.#fields.get(one.wire)?.filled);
    const { values, rest } = splitOptions(field.input.value, open);
    values.delete(field.option.wire);
    if (values.size === 0) return;
    field.setText(rest);
    for (const [name, text] of values) this.add(this.#option(name), { text, focus: true });
  }

  #remove(name) {
    const field = this.#fields.get(name);
    this.#step(field, -1);
    field.give?.()?.release();
    field.release();
    field.element.remove();
    field.error.remove();
    this.#fields.delete(name);
    this.#drawMore();
    if (!this.element.contains(document.activeElement)) this.#more.focus();
    this.#changed();
  }

  #step(field, by) {
    const stops = [...this.#fields.values(), { focus: () => this.#more.focus() }];
    stops[stops.indexOf(field) + by]?.focus();
  }

  async #complete(option, typed) {
    const options = {};
    for (const [name, field] of this.#fields) {
      if (field.option === option || field.option.type === ATTACHMENT) continue;
      const { value } = field.read();
      if (value !== undefined) options[name] = value;
    }
    const fields = { channel: this.#context.store.channel, name: this.leaf.wire, focused: option.wire, typed, options };
    return (await this.#context.connection.request("complete", fields)).choices;
  }

  #rest() {
    return this.leaf.options.filter((one) => !this.#fields.has(one.wire));
  }

  #drawMore() {
    const count = this.#rest().length;
    this.#more.placeholder = count === 0 ? "" : this.#fields.size > 0 ? `+${count} more` : `${count} options`;
  }

  #offer() {
    const items = this.#rest().map((one) => ({ label: one.name, also: one.wire, detail: one.description, value: one }));
    const typed = this.#more.value.trim();
    const found = narrowed(items, typed);
    const head = [h("b", null, `/${this.leaf.name}`), h("span", null, this.leaf.description)];
    const foot = typed && found.length === 0 ? [`No option of /${this.leaf.name} is like that.`] : null;
    this.#moreList.show(found, { head, foot, active: typed ? 0 : -1 });
  }

  #moreTyped() {
    this.say(null);
    const { values, rest } = splitOptions(this.#more.value, this.#rest());
    if (values.size > 0) {
      this.#more.value = rest;
      for (const [name, text] of values) this.add(this.#option(name), { text, focus: true });
      return;
    }
    this.#offer();
  }

  #moreKey(event) {
    if (event.isComposing || this.#moreList.key(event)) return;
    const atStart = this.#more.selectionStart === 0 && this.#more.selectionEnd === 0;
    const fields = [...this.#fields.values()];
    if (event.key === "Enter") this.dispatchEvent(new Event("send"));
    else if (event.key === "Escape") this.dispatchEvent(new Event("leave"));
    else if ((event.key === "Backspace" || event.key === "ArrowLeft") && atStart && fields.length > 0)
      fields.at(-1).focus();
    else if (event.key === "Backspace" && this.#more.value === "") this.dispatchEvent(new Event("leave"));
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  #changed() {
    this.say(null);
    this.dispatchEvent(new Event("change"));
  }
}
