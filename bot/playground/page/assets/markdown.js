/** Shows text as Discord does: a tree from blocks.js becomes real elements, so nothing that is written is markup. */

import { blocks } from "./blocks.js";
import { announce, h } from "./dom.js";
import { timeMark } from "./times.js";

const SIGN = "\\p{Extended_Pictographic}(?:\\ufe0f|\\p{Emoji_Modifier})?";
const EMOJI = `(?:\\p{Regional_Indicator}{2}|[#*0-9]\\ufe0f?\\u20e3|${SIGN}(?:\\u200d${SIGN})*)`;
/** Some emoji and nothing else: they are shown large. */
const JUMBO = new RegExp(`^(?:\\s*${EMOJI}){1,27}\\s*$`, "u");

/**
 * @typedef {{store: import("./store.js").Store}} Context `onCommand`, where it is there, is called with a slash
 *   command's name when its mention is pressed.
 */

/**
 * @param {string} text
 * @param {Context} context
 * @returns {DocumentFragment}
 */
export function renderMarkdown(text, context) {
  const fragment = document.createDocumentFragment();
  const tree = blocks(text);
  fragment.append(...tree.map((one) => block(one, context)));
  if (JUMBO.test(text)) fragment.firstElementChild?.classList.add("jumbo");
  return fragment;
}

/**
 * What a text says, without its marks, in one line: for replies, announcements and labels.
 *
 * @param {string} text
 * @param {Context} context
 */
export function plainText(text, context) {
  const holder = h("div", null, renderMarkdown(text.slice(0, 4000), context));
  for (const hidden of holder.querySelectorAll(".spoiler")) hidden.replaceWith("spoiler");
  for (const each of holder.querySelectorAll("p, li, pre, h4, h5, h6, .subtext, .language")) each.append(" ");
  return holder.textContent.replace(/\s+/g, " ").trim();
}

/**
 * Something that is hidden until it is asked for.
 *
 * @param {(Node | string)[]} children
 * @returns {HTMLElement}
 */
export function spoiler(children) {
  const inside = h("span", { class: "spoiler-text", inert: true, "aria-hidden": "true" }, children);
  const cover = h("span", { class: "spoiler", role: "button", tabindex: 0, "aria-label": "Spoiler: show it",
    "aria-expanded": false }, inside);
  const show = (event) => {
    if (cover.classList.contains("shown")) return;
    event.preventDefault();
    event.stopPropagation();
    cover.classList.add("shown");
    for (const name of ["role", "aria-label", "aria-expanded"]) cover.removeAttribute(name);
    inside.inert = false;
    inside.removeAttribute("aria-hidden");
    announce(inside.textContent);
  };
  cover.addEventListener("click", show);
  cover.addEventListener("keydown", (event) => {
    if (event.key === "Enter" || event.key === " ") show(event);
  });
  return cover;
}

function block(one, context) {
  const inside = () => nodes(one.children, context);
  switch (one.kind) {
    case "heading":
      return h(`h${one.level + 3}`, { class: `said-${one.level}` }, inside());
    case "subtext":
      return h("p", { class: "subtext" }, inside());
    case "quote":
      return h("blockquote", null, one.blocks.map((it) => block(it, context)));
    case "codeblock":
      return h("pre", { tabindex: 0, "aria-label": one.language ? `Code, ${one.language}` : "Code" },
        h("code", { class: "block", dataset: { language: one.language ?? "" } }, one.text));
    case "list":
      return list(one, context);
    default:
      return h("p", { class: "paragraph" }, inside());
  }
}

function list(one, context) {
  return h(one.ordered ? "ol" : "ul", one.ordered && one.start !== 1 ? { start: one.start } : null,
    one.items.map((item) => h("li", null, nodes(item.children, context), item.lists.map((it) => list(it, context)))));
}

function nodes(children, context) {
  return children.map((one) => (typeof one === "string" ? one : MAKERS[one.kind](one, context)));
}

const MAKERS = {
  strong: (one, context) => h("strong", null, nodes(one.children, context)),
  em: (one, context) => h("em", null, nodes(one.children, context)),
  underline: (one, context) => h("u", null, nodes(one.children, context)),
  strike: (one, context) => h("s", null, nodes(one.children, context)),
  spoiler: (one, context) => spoiler(nodes(one.children, context)),
  code: (one) => h("code", null, one.text),
  link: (one, context) => {
    const { host } = new URL(one.href);
    return h("a", { href: one.href, target: "_blank", rel: "noopener noreferrer", title: `Opens ${host}` },
      nodes(one.children, context));
  },
  user: (one, { store }) => h("span", { class: "pill", dataset: { user: one.id } },
    `@${store.people.has(one.id) ? store.nameOf({ id: one.id }) : "unknown person"}`),
  role: (one, { store }) => h("span", { class: "pill" }, `@${roleName(one.id, store)}`),
  channel: (one, { store }) => {
    const known = store.channels.get(one.id);
    if (!known) return h("span", { class: "pill" }, "#no-access");
    const open = () => store.openChannel(one.id).catch((error) => announce(error.message, { assertive: true }));
    return h("button", { class: "pill", type: "button", on: { click: open } }, `#${known.name}`);
  },
  command: (one, context) => h("button", { class: "pill", type: "button",
    on: { click: () => context.onCommand?.(one.name) } }, `/${one.name}`),
  everyone: (one) => h("span", { class: "pill" }, one.text),
  emoji: (one) => `:${one.name}:`,
  time: (one) => timeMark(one.unix, one.style) ?? one.text,
};

function roleName(id, store) {
  for (const person of store.people.values()) {
    const role = person.roles.find((it) => it.id === id);
    if (role) return role.name;
  }
  return "unknown role";
}
