/**
 * Names in a text that is being written: a person types "@Ada" or "#dreams" and sees that; what is sent is what Discord
 * sends, "<@1>" and "<#2>".
 */

import { channels, people, roles } from "./values.js";

const SIGNS = { user: ["@", "<@"], role: ["@", "<@&"], channel: ["#", "<#"] };
const CODE = /(```[\s\S]*?```|`[^`\n]*`)/u;

/**
 * The name that is being typed where the caret is.
 * @param {string} text
 * @param {number} caret
 * @returns {{start: number, typed: string, sign: "@" | "#"} | null}
 */
export function nameAt(text, caret) {
  const found = /(?:^|[\s(])([@#])([^\s@#`]{0,32})$/u.exec(text.slice(0, caret));
  return found ? { start: caret - found[2].length - 1, typed: found[2], sign: found[1] } : null;
}

/**
 * @param {object} store
 * @param {"@" | "#"} sign
 * @returns {import("./suggestions.js").Suggestion[]} whose value is the text to put in
 */
export function named(store, sign) {
  const items = sign === "#" ? channels(store) : [...people(store), ...roles(store)];
  return items.map((item) => ({ ...item, value: `${sign}${item.label}` }));
}

/**
 * @param {string} text as typed
 * @param {object} store
 * @returns {string} as sent; code is left alone
 */
export function encoded(text, store) {
  const known = all(store);
  if (known.length === 0 || !/[@#]/u.test(text)) return text;
  const names = known.map((one) => escaped(one.shown)).join("|");
  const pattern = new RegExp(`(?<![\\w<@#&])(?:${names})(?![\\w])`, "giu");
  const written = new Map(known.map((one) => [one.shown.toLocaleLowerCase(), one.sent]));
  const parts = text.split(CODE);
  return parts
    .map((part, index) =>
      index % 2 ? part : part.replace(pattern, (name) => written.get(name.toLocaleLowerCase()) ?? name),
    )
    .join("");
}

/**
 * @param {string} text as sent
 * @param {object} store
 * @returns {string} as a person edits it
 */
export function decoded(text, store) {
  const shown = new Map(
    all(store)
      .reverse()
      .map((one) => [one.sent, one.shown]),
  );
  return text.replace(/<@!?(\d+)>|<@&\d+>|<#\d+>/gu, (sent) => shown.get(sent.replace("!", "")) ?? sent);
}

/** Longest names first: "@Ada Lovelace" is not "@Ada" with something after it. */
function all(store) {
  const found = [];
  const add = (kind, name, id) => {
    const [sign, open] = SIGNS[kind];
    if (name) found.push({ shown: `${sign}${name}`, sent: `${open}${id}>` });
  };
  for (const { label, detail, value } of people(store)) {
    add("user", label, value.user);
    if (detail) add("user", detail, value.user);
  }
  roles(store).forEach((one) => add("role", one.label, one.value.role));
  channels(store).forEach((one) => add("channel", one.label, one.value.channel));
  return found.sort((one, other) => other.shown.length - one.shown.length);
}

function escaped(text) {
  return text.replace(/[\\^$.*+?()[\]{}|]/gu, "\\$&");
}
