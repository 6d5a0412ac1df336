/** Small questions over the page: whether something is meant, and which emoji. */

import { h } from "./dom.js";

/**
 * @param {{title: string, text: string, action: string}} about
 * @returns {Promise<boolean>}
 */
export function confirm({ title, text, action }) {
  const go = h("button", { type: "submit", value: "yes", class: "button danger" }, action);
  return asked(title, [h("p", { class: "form-text" }, text)], go).then((value) => value === "yes");
}

/** @returns {Promise<string | null>} an emoji that a person has typed or pasted */
export async function askEmoji() {
  const input = h("input", {
    id: "own-emoji",
    class: "field-input",
    type: "text",
    autocomplete: "off",
    maxlength: "40",
  });
  const go = h("button", { type: "submit", value: "yes", class: "button primary" }, "React");
  const body = [h("label", { class: "field-label", for: "own-emoji" }, "One emoji, typed or pasted"), input];
  const value = await asked("React with another", body, go, input);
  return value === "yes" ? input.value.trim() || null : null;
}

function asked(title, body, go, first = go) {
  const back = document.activeElement;
  return new Promise((resolve) => {
    const cancel = h("button", { type: "button", class: "button", on: { click: () => dialog.close("") } }, "Cancel");
    const form = h(
      "form",
      { class: "form", on: { submit: (event) => event.preventDefault() || dialog.close("yes") } },
      h("header", { class: "form-head" }, h("h2", { id: "asked-title" }, title)),
      h("div", { class: "form-body" }, body),
      h("footer", { class: "form-foot" }, cancel, go),
    );
    const dialog = h("dialog", { class: "form-dialog small", "aria-labelledby": "asked-title" }, form);
    dialog.addEventListener("keydown", (event) => event.key === "Escape" && event.stopPropagation());
    dialog.addEventListener("close", () => {
      dialog.remove();
      if (back?.isConnected) back.focus({ preventScroll: true });
      resolve(dialog.returnValue);
    });
    document.getElementById("layers").append(dialog);
    dialog.showModal();
    first.focus();
  });
}
