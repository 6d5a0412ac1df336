/**
 * What only this tab has to say in a conversation: that a command waits for the bot's first word, and that it got none.
 * Nothing of it is a message; it stands over the text field until it is put away.
 */

import { announce, h, replace } from "./dom.js";
import { icon } from "./icons.js";
import { interactionsOf } from "./interactions.js";

/** Commands that are answered at once need no word about waiting. */
const QUICK = 400;
const MOST = 3;

/**
 * @param {HTMLElement} host
 * @param {{store: object, connection: object}} context
 */
export function mountNotes(host, context) {
  const { store } = context;
  const interactions = interactionsOf(context);
  /** @type {Map<string, {begun: object, place: string, failed: boolean}>} by the interaction's id */
  const notes = new Map();
  const place = () => `${store.me}:${store.channel}`;

  const draw = () => {
    const here = [...notes.values()].filter((one) => one.place === place()).slice(-MOST);
    replace(
      host,
      here.map((one) => (one.failed ? failure(one) : waiting(one))),
    );
    host.hidden = here.length === 0;
  };
  const forget = (id) => {
    notes.delete(id);
    draw();
  };
  const waiting = ({ begun }) =>
    h(
      "p",
      { class: "note waiting" },
      h("span", { class: "spinner" }),
      `${store.nameOf(store.bot)} is thinking about ${begun.label} …`,
    );
  const failure = ({ begun }) =>
    h(
      "article",
      { class: "note failed", "aria-label": `${begun.label} failed` },
      h("img", { class: "avatar small", src: store.avatarOf(store.bot), alt: "" }),
      h(
        "div",
        { class: "note-words" },
        h(
          "p",
          { class: "note-head" },
          h("b", null, store.nameOf(store.bot)),
          " ",
          h("span", { class: "badge" }, "APP"),
          " ",
          h("span", { class: "note-command" }, begun.label),
        ),
        h("p", { class: "note-text" }, icon("warning"), begun.sentence || "The application did not respond."),
        h(
          "p",
          { class: "note-foot" },
          icon("eye"),
          "Only you can see this · ",
          h("button", { type: "button", class: "link-button", on: { click: () => again(begun) } }, "Try again"),
          " · ",
          h("button", { type: "button", class: "link-button", on: { click: () => forget(begun.id) } }, "Dismiss"),
        ),
      ),
    );
  const again = (begun) => {
    forget(begun.id);
    interactions
      .begin(begun.what, begun.fields, begun.label)
      .then(noted)
      .catch((error) => failed({ ...begun, sentence: error.message }));
  };
  const failed = (begun) => {
    notes.set(begun.id, { begun, place: notes.get(begun.id)?.place ?? place(), failed: true });
    announce(`${begun.label}: ${begun.sentence || "The application did not respond."}`, { assertive: true });
    draw();
  };
  /** A command was sent; if nothing is heard for a moment, that is said. */
  const noted = (begun) => {
    const where = place();
    setTimeout(() => {
      if (begun.state !== "sent") return;
      notes.set(begun.id, { begun, place: where, failed: false });
      draw();
    }, QUICK);
  };
  interactions.addEventListener("change", ({ detail: begun }) => {
    if (!["command", "menu"].includes(begun.what)) return;
    if (begun.state === "failed") failed(begun);
    else forget(begun.id);
  });
  store.on("channel", draw);
  store.on("state", draw);
  return { noted };
}
