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
 * @property {string} name "dream", "mod queue", in the person's language
 * @property {string} wire the same as it is registered
 * @property {string} description
 * @property {object[]} options as registered, with `wire` too
 */

/**
 * Commands as a person reads them: names and descriptions in their language, the registered name beside it as `wire`.
 * @param {object[]} commands as registered
 * @returns {object[]}
 */
export function named(commands) {
  return commands.map((one) => ({
    ...one,
    wire: one.name,
    name: one.name_localized ?? one.name,
    description: one.description_localized ?? one.description,
    ...(one.options && { options: named(one.options) }),
  }));
}

/**
 * @param {object[]} commands as `named` gives them
 * @returns {Leaf[]} by name
 */
export function leaves(commands) {
  const found = [];
  const walk = (one, above) => {
    const path = [...above, one];
    const options = one.options ?? [];
    const inner = options.filter((option) => [SUB_COMMAND, SUB_COMMAND_GROUP].includes(option.type));
    if (inner.length > 0) inner.forEach((option) => walk(option, path));
    else {
      const [name, wire] = ["name", "wire"].map((key) => path.map((part) => part[key]).join(" "));
      found.push({ name, wire, description: one.description ?? "", options });
    }
  };
  commands.filter((one) => (one.type ?? SLASH) === SLASH).forEach((one) => walk(one, []));
  return found.sort((one, other) => one.name.localeCompare(other.name));
}

/**
 * @param {object[]} commands
 * @param {number} kind USER_MENU or MESSAGE_MENU
 * @returns {{name: string, wire: string}[]} what stands under "Apps"
 */
export function menuEntries(commands, kind) {
  return commands.filter((one) => one.type === kind);
}

/**
 * @param {Leaf[]} all
 * @param {string} typed the text so far, with its slash
 * @param {string} app under whose name they stand
 * @returns {import("./suggestions.js").Suggestion[]}
 */
export function offered(all, typed, app) {
  const items = all.map((leaf) => (
    { label: `/${leaf.name}`, also: `/${leaf.wire}`, detail: leaf.description, group: app, value: leaf }));
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
  const heads = all.flatMap((leaf) => [leaf.name, leaf.wire].map((name) => ({ leaf, head: `/${name} ` })));
  const matching = heads.filter((one) => text.startsWith(one.head));
  const found = matching.sort((one, other) => other.head.length - one.head.length)[0];
  if (!found) return null;
  const { leaf, head } = found;
  return { leaf, ...splitOptions(text.slice(head.length), leaf.options) };
}

/**
 * @param {string} text "eyes strength:1.5"
 * @param {object[]} options only their names count; what looks like an option but is none belongs to the value before
 * @returns {{values: Map<string, string>, rest: string}} by the options' registered names
 */
export function splitOptions(text, options) {
  const names = new Map(options.flatMap((one) => [[one.wire, one.wire], [one.name, one.wire]]));
  const found = [...text.matchAll(/(^|\s)([^\s:]{1,32}):/gu)].filter((match) => names.has(match[2]));
  const values = new Map();
  found.forEach((match, index) => {
    const end = found[index + 1]?.index ?? text.length;
    values.set(names.get(match[2]), text.slice(match.index + match[0].length, end).trim());
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
