/**
 * What an option takes, by its type: which values can be chosen from a list, and how typed text is read. A refusal is
 * one sentence that names the option and says what it takes.
 */

import { face } from "./commands.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";

/** Types of options, by Discord's numbers. */
export const [TEXT, INTEGER, BOOLEAN, USER, CHANNEL, ROLE, MENTIONABLE, NUMBER, ATTACHMENT] = [
  3, 4, 5, 6, 7, 8, 9, 10, 11,
];

const KINDS_OF_CHANNELS = { text: 0, direct: 1, thread: 11 };

/**
 * What can be chosen from without asking the bot.
 * @param {object} option as registered
 * @param {object} store
 * @returns {import("./suggestions.js").Suggestion[] | null} null: anything can be typed
 */
export function choicesOf(option, store) {
  if (option.choices?.length) return option.choices.map((one) => ({ label: one.name, value: one.value }));
  if (option.type === BOOLEAN)
    return [
      { label: "True", value: true },
      { label: "False", value: false },
    ];
  if (option.type === USER) return people(store);
  if (option.type === CHANNEL) return channels(store, option.channel_types);
  if (option.type === ROLE) return roles(store);
  if (option.type === MENTIONABLE) return [...people(store), ...roles(store)];
  return null;
}

/** @param {object} store @returns {import("./suggestions.js").Suggestion[]} everybody; the value is {user: id} */
export function people(store) {
  return [...store.people.values()].map(({ user, title }) => ({
    label: user.display_name || user.name,
    detail: user.name === user.display_name ? "" : user.name,
    aside: title,
    picture: () => face(user),
    value: { user: user.id },
  }));
}

/** @param {object} store @param {number[]} [types] Discord's @returns {import("./suggestions.js").Suggestion[]} */
export function channels(store, types) {
  return [...store.channels.values()]
    .filter((one) => one.kind !== "direct" && (!types?.length || types.includes(KINDS_OF_CHANNELS[one.kind])))
    .sort((one, other) => one.position - other.position)
    .map((one) => ({ label: one.name, picture: () => icon("hash"), value: { channel: one.id } }));
}

/** @param {object} store @returns {import("./suggestions.js").Suggestion[]} of everybody who is there */
export function roles(store) {
  const all = new Map();
  for (const { roles: own } of store.people.values()) own.forEach((one) => all.set(one.id, one));
  return [...all.values()].map((one) => {
    const colour = h("span", { class: "suggestion-colour" });
    if (one.color) colour.style.background = `#${one.color.toString(16).padStart(6, "0")}`;
    return { label: one.name, picture: colour, value: { role: one.id } };
  });
}

/**
 * Reads what was typed into an option, as Discord's own client would let it through.
 * @param {object} option
 * @param {string} typed
 * @param {import("./suggestions.js").Suggestion[] | null} choices all that can be chosen, where it is a closed list
 * @returns {{value?: any, sentence?: string}} neither: nothing was typed, and nothing is needed
 */
export function readValue(option, typed, choices) {
  const text = option.type === TEXT && !choices ? typed : typed.trim();
  if (text.trim() === "") {
    return option.required ? { sentence: `${option.name} is required: ${wanted(option)}.` } : {};
  }
  if (choices) {
    const lower = text.toLocaleLowerCase();
    const match =
      choices.find((one) => one.label.toLocaleLowerCase() === lower) ??
      choices.find((one) => String(one.detail || one.label).toLocaleLowerCase() === lower.replace(/^[@#]/u, "")) ??
      choices.find((one) => String(one.value) === text);
    return match
      ? { value: match.value }
      : { sentence: `${option.name} takes only what its list offers: ${wanted(option)}.` };
  }
  if (option.type === INTEGER || option.type === NUMBER) return readNumber(option, text);
  return readText(option, text);
}

function readNumber(option, text) {
  const value = Number(text.replace(",", "."));
  const whole = option.type === INTEGER;
  const fits =
    Number.isFinite(value) &&
    (!whole || Number.isSafeInteger(value)) &&
    value >= (option.min_value ?? -Infinity) &&
    value <= (option.max_value ?? Infinity);
  return fits ? { value } : { sentence: `${option.name} takes ${wanted(option).replace("type ", "")}.` };
}

function readText(option, text) {
  const count = [...text].length;
  if (count < (option.min_length ?? 0)) {
    return { sentence: `${option.name} is too short: it takes ${option.min_length} characters or more.` };
  }
  const most = option.max_length ?? 6000;
  return count > most
    ? { sentence: `${option.name} is too long: it takes ${most.toLocaleString("en-GB")} characters, and has ${count}.` }
    : { value: text };
}

/** @param {object} option @returns {string} what to do, for the middle of a sentence: "type a number from 0 to 10" */
export function wanted(option) {
  if (option.type === ATTACHMENT) return "drop, paste or choose a file";
  if (option.choices?.length || option.type === BOOLEAN) return "choose from the list";
  if ([USER, CHANNEL, ROLE, MENTIONABLE].includes(option.type)) {
    const noun = { [USER]: "a person", [CHANNEL]: "a channel", [ROLE]: "a role", [MENTIONABLE]: "a person or a role" };
    return `choose ${noun[option.type]} from the list`;
  }
  if (option.type === TEXT) return "type something";
  return `type ${option.type === INTEGER ? "a whole number" : "a number"}${range(option)}`;
}

/** @param {object} option @returns {string} " from 0 to 10", or nothing */
export function range({ min_value: least, max_value: most }) {
  if (least !== undefined && most !== undefined) return ` from ${least} to ${most}`;
  if (least !== undefined) return ` of ${least} or more`;
  return most === undefined ? "" : ` of at most ${most}`;
}
