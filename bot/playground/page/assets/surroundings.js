/** What stands around messages: days, "new", the beginning of a channel, and the gate before an age-restricted one. */

import { announce, h } from "./dom.js";
import { icon } from "./icons.js";
import { daysBetween, written } from "./times.js";

/**
 * The line above a message that begins another day, or what is new.
 *
 * @param {object} message
 * @param {object | null} previous
 * @param {boolean} isNew
 * @returns {HTMLElement | null}
 */
export function separatorBefore(message, previous, isNew) {
  const [now, then] = [new Date(message.timestamp), previous && new Date(previous.timestamp)];
  const day = !then || daysBetween(then, now) !== 0 ? written(now, "D") : null;
  if (!day && !isNew) return null;
  const label = [isNew && "New messages", day].filter(Boolean).join(", ");
  return h("div", { class: ["separator", isNew && "new"], role: "separator", "aria-label": label },
    day && h("span", { class: "day" }, day), isNew && h("span", { class: "badge" }, "NEW"));
}

/** What stands above a channel's first message. @param {import("./store.js").Store} store */
export function beginning(store) {
  const { kind, name, topic } = store.openOne;
  if (kind === "direct") {
    const bot = store.nameOf(store.bot);
    return h("div", { class: "beginning" }, h("img", { class: "avatar", src: store.avatarOf(store.bot), alt: "" }),
      h("h2", null, bot), h("p", null, `This is the beginning of your messages with ${bot}.`));
  }
  const thread = kind === "thread";
  return h("div", { class: "beginning" },
    h("span", { class: "beginning-mark" }, icon(thread ? "thread" : "hash")),
    h("h2", null, thread ? name : `Welcome to #${name}`),
    h("p", null, `This is where ${thread ? "the thread" : `#${name}`} begins.`), topic && h("p", null, topic));
}

/** The question before an age-restricted channel. @param {import("./store.js").Store} store */
export function gate(store) {
  const { id, name } = store.openOne;
  const elsewhere = [...store.channels.values()].find((one) => one.kind === "text" && !one.nsfw);
  const button = (label, style, act) => h("button", { class: `button ${style}`, type: "button",
    on: { click: () => act().catch((error) => announce(error.message, { assertive: true })) } }, label);
  return h("div", { class: "gate" }, icon("lock"), h("h2", null, "This channel is age-restricted"),
    h("p", null, `What is posted in #${name} is meant for adults. Are you 18 or older, and do you want to see it?`),
    h("div", { class: "gate-buttons" },
      elsewhere && button("No, take me back", "", () => store.openChannel(elsewhere.id)),
      button("Continue", "primary", () => store.passGate(id))));
}
