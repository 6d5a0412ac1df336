/**
 * Forms that the bot opens over the page: title, fields with their limits, Cancel and Submit. What was typed stays
 * until the bot has taken it.
 */

import { announce, h, replace } from "./dom.js";
import { icon } from "./icons.js";
import { interactionsOf } from "./interactions.js";
import { renderMarkdown } from "./markdown.js";
import { SELECTS, Select } from "./selects.js";

const [TEXT_INPUT, TEXT, LABEL] = [4, 10, 18];
const PARAGRAPH = 2;
const LONGEST = 4000;

/** @param {{store: object, connection: object}} context */
export function mountForms(context) {
  const { store } = context;
  let open = null;
  let who = store.me;
  const close = () => {
    open?.close();
    open = null;
  };
  interactionsOf(context).addEventListener("change", ({ detail: begun }) => {
    if (begun.state !== "form") return;
    close();
    open = new Form(begun, context);
  });
  store.on("state", () => {
    if (store.me !== who) close();
    who = store.me;
  });
}

class Form {
  constructor(begun, context) {
    this.begun = begun;
    this.context = context;
    /** Each: id, read() the value, check() for a sentence, tell(sentence), focus(). @type {object[]} */
    this.fields = [];
    this.back = document.activeElement;
    this.build(begun.form);
    document.getElementById("layers").append(this.dialog);
    this.dialog.showModal();
    (this.fields[0] ?? this.submitButton).focus();
  }

  build(payload) {
    const parts = (payload.components ?? []).map((one) => this.part(one));
    const bot = this.context.store.bot;
    this.error = h("p", { class: "form-error", role: "alert", hidden: true });
    this.submitButton = h("button", { type: "submit", class: "button primary" }, "Submit");
    const cancel = h("button", { type: "button", class: "button", on: { click: () => this.close() } }, "Cancel");
    const form = h(
      "form",
      { class: "form", novalidate: true, autocomplete: "off", on: { submit: (event) => this.submit(event) } },
      h(
        "header",
        { class: "form-head" },
        bot ? h("img", { class: "avatar small", src: this.context.store.avatarOf(bot), alt: "" }) : null,
        h("h2", { id: "form-title" }, payload.title),
      ),
      h("div", { class: "form-body" }, parts, this.error),
      h("footer", { class: "form-foot" }, cancel, this.submitButton),
    );
    this.dialog = h("dialog", { class: "form-dialog", "aria-labelledby": "form-title" }, form);
    this.dialog.addEventListener("close", () => this.closed());
    this.dialog.addEventListener("keydown", (event) => {
      if (event.key === "Escape") event.stopPropagation();
    });
  }

  part(one) {
    if (one.type === LABEL) return this.field(one.component, { label: one.label, description: one.description });
    if (one.type === TEXT) return h("div", { class: "form-text said" }, renderMarkdown(one.content, this.context));
    const inner = one.components ?? [one];
    return inner.map((field) => this.field(field, { label: field.label }));
  }

  field(one, { label, description }) {
    const id = `field-${this.fields.length}`;
    const error = h("p", { class: "field-error", id: `${id}-error`, role: "alert", hidden: true });
    const required = one.required !== false;
    const words = [
      label ?? one.label ?? one.placeholder ?? "Field",
      required ? h("span", { class: "needed", "aria-hidden": true }, " *") : null,
    ];
    const hint = description ? h("p", { class: "field-hint", id: `${id}-hint` }, description) : null;
    let made;
    if (one.type === TEXT_INPUT) made = textInput(one, id, required);
    else if (SELECTS.has(one.type)) made = list(one, id, this.context, label ?? "Choose");
    else return h("p", { class: "form-text" }, "The page cannot show this field of the form.");
    made.input.setAttribute("aria-describedby", [hint && `${id}-hint`, `${id}-error`].filter(Boolean).join(" "));
    const tell = (sentence) => {
      replace(error, sentence ? [icon("warning"), sentence] : null).hidden = !sentence;
      if (sentence) made.input.setAttribute("aria-invalid", "true");
      else made.input.removeAttribute("aria-invalid");
    };
    made.input.addEventListener("input", () => tell(null));
    this.fields.push({ id: one.custom_id, read: made.read, check: made.check, focus: () => made.input.focus(), tell });
    const heading = made.labelled
      ? h("label", { class: "field-label", for: id }, words)
      : h("p", { class: "field-label" }, words);
    return h(
      "div",
      { class: "field" },
      heading,
      hint,
      made.element,
      h("div", { class: "field-foot" }, error, made.count ?? null),
    );
  }

  async submit(event) {
    event.preventDefault();
    if (this.busy) return;
    const wrong = this.fields.filter((one) => {
      const sentence = one.check();
      one.tell(sentence);
      return sentence !== null;
    });
    if (wrong.length > 0) {
      wrong[0].focus();
      return;
    }
    this.wait(true);
    const values = Object.fromEntries(this.fields.map((one) => [one.id, one.read()]));
    try {
      const fields = { interaction: this.begun.id, values };
      await interactionsOf(this.context).begin("submit", fields, this.begun.form.title, (begun) => this.heard(begun));
    } catch (error) {
      this.fail(error.message);
    }
  }

  heard(begun) {
    if (begun.state === "failed") {
      this.fail(`${begun.sentence || "The application did not respond"}. What you typed is still here: try again.`);
    } else {
      this.close();
      if (begun.state !== "form") announce("Submitted");
    }
  }

  fail(sentence) {
    this.wait(false);
    replace(this.error, icon("warning"), sentence).hidden = false;
    this.submitButton.focus();
  }

  wait(busy) {
    this.busy = busy;
    this.error.hidden = true;
    this.submitButton.classList.toggle("busy", busy);
    this.submitButton.setAttribute("aria-busy", String(busy));
    replace(this.submitButton, busy ? "Submitting …" : "Submit");
  }

  close() {
    if (this.dialog.open) this.dialog.close();
  }

  closed() {
    this.dialog.remove();
    if (this.back?.isConnected) this.back.focus({ preventScroll: true });
  }
}

function textInput(one, id, required) {
  const least = one.min_length ?? 0;
  const most = one.max_length ?? LONGEST;
  const long = one.style === PARAGRAPH;
  const input = h(long ? "textarea" : "input", {
    id,
    class: "field-input",
    type: long ? null : "text",
    rows: long ? "5" : null,
    placeholder: one.placeholder ?? "",
    "aria-required": required,
    autocomplete: "off",
    value: one.value ?? "",
  });
  const count = h("span", { class: "field-count" });
  const size = () => [...input.value].length;
  const draw = () => {
    count.textContent = one.max_length || size() > LONGEST * 0.9 ? `${size()} of ${most}` : "";
    count.classList.toggle("over", size() > most);
  };
  input.addEventListener("input", draw);
  draw();
  const check = () => {
    if (input.value.trim() === "") return required ? "This is required: type something." : null;
    if (size() < least) return `This is too short: ${least} characters or more, and there are ${size()}.`;
    return size() > most ? `This is too long: ${most} characters at the most, and there are ${size()}.` : null;
  };
  return { input, element: input, read: () => input.value, check, count, labelled: true };
}

function list(one, id, context, label) {
  const select = new Select(one, context, label);
  select.field.id = id;
  select.addEventListener("chosen", () => select.field.dispatchEvent(new Event("input")));
  return {
    input: select.field,
    element: select.element,
    read: () => select.values,
    check: () => select.sentence,
    labelled: false,
  };
}
