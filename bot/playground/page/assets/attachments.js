/**
 * Files of a message: pictures as a mosaic, videos with their controls, everything else as a card to download. A picture that takes another's
 * place, such as the next preview of a dream, is shown only when it is wholly there.
 */

import { announce, h, replace, set } from "./dom.js";
import { icon } from "./icons.js";
import { ownPath, sizeText } from "./links.js";
import { openPictures } from "./pictures.js";

const SPOILER = 1 << 3;
const WIDEST = 550;
const HIGHEST = 350;
const PATIENCE = 4000;
const GRACE = 1000;

/** Spoilers that this tab has uncovered: a preview's successor stays uncovered. */
const uncovered = new Set();

/**
 * @typedef {object} Picture what can be shown large
 * @property {string} src
 * @property {string} alt "" when nobody has described it
 * @property {string} filename
 * @property {number | null} width
 * @property {number | null} height
 * @property {number} [size]
 * @property {{src: string, alt: string, width: number | null, height: number | null} | null} [before]
 */

/** @param {object} attachment Discord's payload */
export function isPicture(attachment) {
  return /^image\/(png|jpeg|gif|webp|avif)$/.test((attachment.content_type ?? "").split(";")[0]);
}

/** @param {object} attachment Discord's payload. @returns {boolean} whether it plays */
export function isVideo(attachment) {
  return /^video\/(mp4|webm|quicktime)$/.test((attachment.content_type ?? "").split(";")[0]);
}

/** @param {object} attachment Whether it hides until somebody asks for it. */
export function isSpoiler(attachment) {
  return ((attachment.flags ?? 0) & SPOILER) !== 0 || attachment.filename.startsWith("SPOILER_");
}

/** @param {object} attachment @param {object | null} [before] @returns {Picture} */
export function pictureOf(attachment, before = null) {
  return {
    src: ownPath(attachment.url) ?? "",
    alt: attachment.description ?? "",
    filename: attachment.filename ?? "picture",
    width: attachment.width ?? null,
    height: attachment.height ?? null,
    size: attachment.size,
    before: before && { ...pictureOf(before), before: null },
  };
}

/** All pictures of a message, for the large view. @param {object} message @returns {Picture[]} */
export function picturesOf(message) {
  const standing = standingAlone(message);
  return message.attachments
    .map((one, index) => [one, message.extra?.before?.[index] ?? null])
    .filter(([one]) => isPicture(one) && standing.includes(one))
    .map(([one, before]) => pictureOf(one, before));
}

/** Files that no embed or component of the message shows already. */
function standingAlone(message) {
  const elsewhere = JSON.stringify([message.embeds, message.components]);
  return message.attachments.filter((one) => !elsewhere.includes(JSON.stringify(one.url).slice(1, -1).split("?")[0]));
}

/** Keeps the files of one message on the page in step with the message. */
export class Attachments {
  /** @param {{store: import("./store.js").Store}} context */
  constructor(context) {
    this.context = context;
    this.element = h("div", { class: "attachments", hidden: true });
    this.message = null;
    this.shown = null;
    this.turn = 0;
  }

  /** @param {object} message */
  async update(message) {
    this.message = message;
    const key = standingAlone(message).map((one) => `${one.id} ${one.description ?? ""} ${one.flags ?? 0}`).join("\n");
    if (key === this.shown) {
      this._renew();
      return;
    }
    const hadPictures = this.element.querySelector(".mosaic img") !== null;
    this.shown = key;
    const turn = ++this.turn;
    const made = this._draw(message);
    const pictures = made.flatMap((one) => [...one.querySelectorAll("img")]);
    if (hadPictures && pictures.length > 0) {
      for (const one of pictures) one.loading = "eager";
      const there = await Promise.race([Promise.all(pictures.map(loaded)), after(PATIENCE)]);
      // The next preview takes the file away, and word of it may come only after that.
      if (there?.includes(false)) await after(GRACE);
      if (turn !== this.turn) return; // a still newer one has come meanwhile
    }
    const focused = this.element.contains(document.activeElement);
    this.context.holdStill?.(() => {
      replace(this.element, made);
      this.element.hidden = made.length === 0;
    });
    if (focused) this.element.querySelector("button, a")?.focus();
  }

  _draw(message) {
    const standing = standingAlone(message);
    const pictures = standing.filter(isPicture);
    const videos = standing.filter(isVideo);
    const files = standing.filter((one) => !isPicture(one) && !isVideo(one));
    const mosaic = pictures.length > 0 && h("div", { class: `mosaic of-${pictures.length}` },
      pictures.map((one, index) => tile(one, index, pictures.length, this)));
    return [mosaic, ...videos.map((one) => video(one, message)), ...files.map(fileCard)].filter(Boolean);
  }

  /** Pictures whose link had expired are tried again when there is a new one. */
  _renew() {
    const broken = this.element.querySelectorAll(".tile.expired");
    for (const each of broken) {
      const fresh = this.message.attachments.find((one) => one.id === each.dataset.attachment);
      const image = each.querySelector("img");
      if (fresh && image.getAttribute("src") !== ownPath(fresh.url)) {
        image.src = ownPath(fresh.url);
        each.classList.remove("expired");
        each.querySelector(".gone")?.remove();
      }
    }
  }

  /** Opens the large view at the picture with this place among the message's pictures. */
  open(index) {
    openPictures(picturesOf(this.message), index);
  }
}

function tile(attachment, index, count, owner) {
  const { message, context } = owner;
  const mark = `${message.id} ${index}`;
  const covered = isSpoiler(attachment) && !uncovered.has(mark);
  const alt = attachment.description ?? "";
  const image = h("img", { src: ownPath(attachment.url), alt: covered ? "" : alt, loading: "lazy", decoding: "async",
    width: attachment.width, height: attachment.height, draggable: "false" });
  const cover = covered && h("span", { class: "cover" }, "Spoiler");
  const button = h("button", { class: "picture", type: "button" }, image, cover);
  const before = message.extra?.before?.[message.attachments.indexOf(attachment)];
  const hint = before
    && h("span", { class: "compare-hint", "aria-hidden": "true" }, icon("compare"), "before and after");
  const element = h("figure", { class: ["tile", covered && "covered"], dataset: { attachment: attachment.id },
    style: count === 1 ? frame(attachment) : {} }, button, hint, alt && altBadge(alt));
  const name = (isCovered) => set(button, "aria-label", isCovered ? "Spoiler picture: show it"
    : `${alt || `${attachment.filename}, not described`}. Open large${before ? ", with before and after" : ""}`);
  name(covered);
  button.addEventListener("click", () => {
    if (!element.classList.contains("covered")) {
      owner.open(index);
      return;
    }
    uncovered.add(mark);
    element.classList.remove("covered");
    image.alt = alt;
    cover.remove();
    name(false);
    announce(alt || "The picture is shown.");
  });
  image.addEventListener("error", () => {
    element.classList.add("expired");
    if (!element.querySelector(".gone")) element.append(gone(context));
  });
  return element;
}

/** A video with its controls: it plays when somebody says so, and again from the beginning. */
function video(attachment, message) {
  const alt = attachment.description ?? "";
  const path = ownPath(attachment.url);
  const player = h("video", { src: path, controls: true, loop: true, playsinline: true,
    preload: "metadata", width: attachment.width, height: attachment.height,
    "aria-label": alt || `${attachment.filename}, not described` });
  const mark = `${message.id} ${attachment.id}`;
  const covered = isSpoiler(attachment) && !uncovered.has(mark);
  const element = h("figure", { class: ["tile", "film", covered && "covered"], style: frame(attachment) }, player,
    alt && altBadge(alt));
  player.addEventListener("error", () => element.replaceWith(fileCard(attachment)));
  if (!covered) return element;
  const cover = h("button", { class: "film-cover", type: "button", "aria-label": "Spoiler video: show it" },
    h("span", { class: "cover" }, "Spoiler"));
  player.inert = true;
  cover.addEventListener("click", () => {
    uncovered.add(mark);
    element.classList.remove("covered");
    player.inert = false;
    cover.remove();
    player.focus();
    announce(alt || "The video is shown.");
  });
  element.append(cover);
  return element;
}

/** What stands where a picture's link has expired. */
function gone({ store }) {
  const again = h("button", { class: "link-button", type: "button", on: {
    click: () => store.refresh().catch((error) => announce(error.message, { assertive: true })) } }, "Get a new link");
  return h("div", { class: "gone" }, icon("broken"), h("p", null, "The link to this picture has expired. ", again));
}

/** The box of a picture that stands alone: as large as it is, within bounds, and known before it is there. */
function frame({ width, height }) {
  if (!width || !height) return { width: "320px", "aspect-ratio": "1" };
  const scale = Math.min(1, WIDEST / width, HIGHEST / height);
  return { width: `${Math.max(48, Math.round(width * scale))}px`, "aspect-ratio": `${width} / ${height}` };
}

function altBadge(alt) {
  const text = h("figcaption", { class: "alt-text", hidden: true }, alt);
  const button = h("button", { class: "alt-badge", type: "button", "aria-expanded": false, "aria-label": "Description",
    title: alt, on: {
      click: () => {
        text.hidden = !text.hidden;
        button.setAttribute("aria-expanded", String(!text.hidden));
      } } }, "ALT");
  return [text, button];
}

/** @param {object} attachment @returns {HTMLElement} a file that is no picture */
export function fileCard(attachment) {
  const path = ownPath(attachment.url);
  const about = [sizeText(attachment.size ?? 0), attachment.description].filter(Boolean).join(" · ");
  return h("div", { class: "file-card" },
    icon("file"),
    h("div", { class: "file-words" },
      h("p", { class: "file-name", title: attachment.filename }, attachment.filename),
      h("p", { class: "file-size" }, about)),
    path && h("a", { class: "icon-button", href: path, download: attachment.filename,
      "aria-label": `Download ${attachment.filename}`, title: "Download" }, icon("download")));
}

/** @param {HTMLImageElement} image @returns {Promise<boolean>} whether it can be shown */
function loaded(image) {
  return image.decode().then(() => true, () => false);
}

function after(milliseconds) {
  return new Promise((done) => setTimeout(done, milliseconds));
}
