/** Embeds: cards with a coloured edge, a title, text, fields, a picture, and a foot. */

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { hostOf, ownPath } from "./links.js";
import { renderMarkdown } from "./markdown.js";
import { openPictures } from "./pictures.js";
import { messageTime } from "./times.js";

const SUPPRESSED = 1 << 2;

/** @param {object} message Whether there is anything of this kind to show. */
export function hasEmbeds(message) {
  return message.embeds.length > 0 && (message.flags & SUPPRESSED) === 0;
}

/**
 * @param {object} message
 * @param {{store: import("./store.js").Store}} context
 * @returns {HTMLElement[]}
 */
export function renderEmbeds(message, context) {
  return hasEmbeds(message) ? message.embeds.map((one) => card(one, context)) : [];
}

function card(embed, context) {
  const colour = typeof embed.color === "number" ? `#${embed.color.toString(16).padStart(6, "0")}` : null;
  const style = colour ? { "--edge-colour": colour } : {};
  return h("section", { class: "embed", style, "aria-label": embed.title ?? "Card" },
    h("div", { class: "embed-words" },
      embed.author && h("p", { class: "embed-author" }, maybeLink(embed.author.url, [embed.author.name])),
      embed.title && h("p", { class: "embed-title" }, maybeLink(embed.url, [renderMarkdown(embed.title, context)])),
      embed.description && h("div", { class: "said" }, renderMarkdown(embed.description, context)),
      embed.fields?.length > 0 && h("dl", { class: "embed-fields" }, embed.fields.map((one) => field(one, context)))),
    embed.thumbnail && picture(embed.thumbnail, "embed-thumbnail", embed),
    embed.image && picture(embed.image, "embed-image", embed),
    (embed.footer || embed.timestamp) && h("p", { class: "embed-foot" }, embed.footer?.text,
      embed.footer && embed.timestamp && " • ", embed.timestamp && messageTime(embed.timestamp)));
}

function field(one, context) {
  return h("div", { class: ["embed-field", one.inline && "inline"] },
    h("dt", null, renderMarkdown(one.name, context)),
    h("dd", { class: "said" }, renderMarkdown(one.value, context)));
}

function maybeLink(address, children) {
  if (!/^https?:\/\//i.test(address ?? "")) return children;
  const title = `Opens ${hostOf(address)}`;
  return h("a", { href: address, target: "_blank", rel: "noopener noreferrer", title }, children);
}

function picture(media, name, embed) {
  const src = ownPath(media.url);
  if (!src) {
    // The page loads nothing from elsewhere: who opens it here need not be known there.
    return instead(`A picture at ${hostOf(media.url)}, which the playground does not load.`);
  }
  const alt = media.description ?? "";
  const filename = src.split("?")[0].split("/").pop();
  const shown = { src, alt, filename, width: media.width ?? null, height: media.height ?? null };
  const image = h("img", { src, alt, loading: "lazy", decoding: "async", width: media.width, height: media.height });
  const button = h("button", { class: ["picture", name], type: "button",
    "aria-label": `${alt || embed.title || "Picture"}. Open large`, on: { click: () => openPictures([shown]) },
  }, image);
  image.addEventListener("error", () => button.replaceWith(
    instead("The link to this picture has expired. Reload the page for a new one.")));
  return button;
}

function instead(sentence) {
  return h("p", { class: "elsewhere" }, icon("broken"), sentence);
}
