/**
 * The commands that the bot has registered, as a person finds them by typing: what "/" offers, and reading a command
 * that was typed or pasted as one text.
 */

import { h } from "./dom.js";
import { narrowed } from "./suggestions.js";

/** Kinds of commands, and of options, by Discord's numbers. */
export const [SLASH, USER_MENU, MESSAGE_MENU] = [1, 2, 3];
const [SUB_COMMAND, SUB_COMMAND_GROUP] = [1, 2];

/**
 * @typedef {object} Leaf a command that can be sent: one without sub-commands, or a sub-command
 * @property {string} name "dream", "mod queue"
 * @property {string} description
 * @property {object[]} options as registered
 */

/**
 * @param {object[]} commands as registered
 * @returns {Leaf[]} by name
 */
export function leaves(commands) {
  const found = [];
  const walk = (one, path) => {
    const name = [...path, one.name].join(" ");
    const options = one.options ?? [];
    const inner = options.filter((option) => [SUB_COMMAND, SUB_COMMAND_GROUP].includes(option.type));
    if (inner.length > 0) inner.forEach((option) => walk(option, [...path, one.name]));
    else found.push({ name, description: one.description ?? "", options });
  };
  commands.filter((one) => (one.type ?? SLASH) === SLASH).forEach((one) => walk(one, []));
  return found.sort((one, other) => one.name.localeCompare(other.name));
}

/**
 * @param {object[]} commands
 * @param {number} kind USER_MENU or MESSAGE_MENU
 * @returns {string[]} the names of what stands under "Apps"
 */
export function menuNames(commands, kind) {
  return commands.filter((one) => one.type === kind).map((one) => one.name);
}

/**
 * @param {Leaf[]} all
 * @param {string} typed the text so far, with its slash
 * @param {string} app under whose name they stand
 * @returns {import("./suggestions.js").Suggestion[]}
 */
export function offered(all, typed, app) {
  const items = all.map((leaf) => ({ label: `/${leaf.name}`, detail: leaf.description, group: app, value: leaf }));
  return narrowed(items, typed === "/" ? "" : typed);
}

/**
 * Reads a command with its options out of a text, such as "/dream style:eyes strength:1.5".
 * @param {string} text
 * @param {Leaf[]} all
 * @returns {{leaf: Leaf, values: Map<string, string>, rest: string} | null} rest: what stands before the first option;
 *   null when the text is no command that is known, or its name is still being typed
 */
export function readTyped(text, all) {
  const matching = all.filter((leaf) => text.startsWith(`/${leaf.name} `));
  const leaf = matching.sort((one, other) => other.name.length - one.name.length)[0];
  if (!leaf) return null;
  const { values, rest } = splitOptions(text.slice(leaf.name.length + 2), leaf.options);
  return { leaf, values, rest };
}

/**
 * @param {string} text "eyes strength:1.5"
 * @param {object[]} options only their names count; what looks like an option but is none belongs to the value before
 * @returns {{values: Map<string, string>, rest: string}}
 */
export function splitOptions(text, options) {
  const names = new Set(options.map((one) => one.name));
  const found = [...text.matchAll(/(^|\s)([^\s:]{1,32}):/gu)].filter((match) => names.has(match[2]));
  const values = new Map();
  found.forEach((match, index) => {
    const end = found[index + 1]?.index ?? text.length;
    values.set(match[2], text.slice(match.index + match[0].length, end).trim());
  });
  return { values, rest: text.slice(0, found[0]?.index ?? text.length).trim() };
}

/**
 * @param {{avatar: string}} user
 * @param {string} [name] for a class of its own
 * @returns {HTMLImageElement} small, and without words: the name stands beside it
 */
export function face(user, name = "suggestion-face") {
  return h("img", { class: name, src: user.avatar, alt: "", loading: "lazy" });
}
