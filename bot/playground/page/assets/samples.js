/**
 * The pictures that come with the page, for whoever has none at hand: a small gallery to pick from, and the invitation
 * that stands over the text field until the first picture has been posted.
 */

import { announce, h, replace } from "./dom.js";
import { icon } from "./icons.js";

/** @param {{path: string}} sample @returns {string} where it is */
export function addressOf(sample) {
  return new URL(sample.path, import.meta.url).href;
}

/**
 * @param {{path: string, title: string}} sample
 * @returns {Promise<File>} rejects with one sentence
 */
export async function fileOfSample(sample) {
  const failed = new Error(
    `The sample “${sample.title}” could not be loaded. Try again, or choose a file of your own.`,
  );
  let answer;
  try {
    answer = await fetch(addressOf(sample));
  } catch {
    throw failed;
  }
  if (!answer.ok) throw failed;
  const data = await answer.blob();
  return new File([data], sample.path.split("/").at(-1), { type: data.type });
}

/** @param {object} store @returns {import("./suggestions.js").Suggestion[]} */
export function sampleSuggestions(store) {
  return store.samples.map((sample) => ({
    label: sample.title,
    detail: sample.alt,
    aside: "sample",
    picture: () => h("img", { class: "suggestion-sample", src: addressOf(sample), alt: "" }),
    value: sample,
  }));
}

/**
 * The samples as buttons.
 * @param {object[]} samples
 * @param {(sample: object) => void} onPick
 * @returns {HTMLElement}
 */
export function gallery(samples, onPick) {
  const entries = samples.map((sample) =>
    h(
      "li",
      null,
      h(
        "button",
        {
          type: "button",
          class: "sample",
          "aria-label": `${sample.title}: ${sample.alt}`,
          title: [sample.alt, sample.credit].filter(Boolean).join(" — "),
          on: { click: () => onPick(sample) },
        },
        h("img", { src: addressOf(sample), alt: "", loading: "lazy", draggable: "false" }),
        h("span", null, sample.title),
      ),
    ),
  );
  return h("ul", { class: "samples", "aria-label": "Sample pictures" }, entries);
}

/**
 * The invitation: what this is, the samples, and other ways to a picture.
 * @param {{store: object, onPick: (sample: object) => void, onChoose: () => void, onClose: () => void}} about
 * @returns {HTMLElement}
 */
export function welcome({ store, onPick, onChoose, onClose }) {
  const name = store.bot ? store.nameOf(store.bot) : "The bot";
  return h(
    "section",
    { class: "welcome", "aria-label": "Your first dream" },
    h(
      "div",
      { class: "welcome-head" },
      h("h2", null, "Your first dream takes two clicks"),
      h(
        "button",
        {
          type: "button",
          class: "icon-button",
          "aria-label": "Put this away",
          title: "Put this away",
          on: { click: onClose },
        },
        icon("close"),
      ),
    ),
    h("p", null, `Pick a picture, then send it. ${name} dreams it, here in the channel.`),
    gallery(store.samples, onPick),
    h(
      "p",
      { class: "welcome-more" },
      "Or ",
      h("button", { type: "button", class: "link-button", on: { click: onChoose } }, "choose one of yours"),
      ", drag it into the page, or paste it. ",
      h("kbd", null, "/"),
      " shows all commands.",
    ),
  );
}

/**
 * The gallery as a small window over a button.
 * @param {{button: HTMLElement, host: HTMLElement, store: object, onPick: (sample: object) => void}} about
 * @returns {{close: () => void}}
 */
export function mountSamplePicker({ button, host, store, onPick }) {
  const box = h("div", { class: "sample-picker", role: "dialog", "aria-label": "Pick a sample", hidden: true });
  host.append(box);
  const show = (open) => {
    if (box.hidden === !open) return;
    box.hidden = !open;
    button.setAttribute("aria-expanded", String(open));
    if (!open) {
      if (box.contains(document.activeElement)) button.focus();
      replace(box);
      return;
    }
    replace(
      box,
      h("h2", null, "Pick a sample"),
      gallery(store.samples, (sample) => {
        show(false);
        onPick(sample);
      }),
    );
    box.querySelector("button")?.focus();
    announce(`${store.samples.length} samples`);
  };
  button.setAttribute("aria-haspopup", "dialog");
  button.setAttribute("aria-expanded", "false");
  button.addEventListener("click", () => show(box.hidden));
  box.addEventListener("keydown", (event) => {
    const all = [...box.querySelectorAll("button")];
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (event.key === "Escape") show(false);
    else if (step) all[(all.indexOf(document.activeElement) + step + all.length) % all.length]?.focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  document.addEventListener("pointerdown", (event) => {
    if (!box.contains(event.target) && !button.contains(event.target)) show(false);
  });
  return { close: () => show(false) };
}
