/**
 * Files on their way into a message: checked against Discord's rules, uploaded while the person still writes, shown as
 * a row of cards over the text field, each with its description, spoiler and remove controls.
 */

import { announce, h, replace } from "./dom.js";
import { icon } from "./icons.js";
import { sizeText } from "./links.js";

/** The longest alt text that Discord takes. */
const LONGEST_DESCRIPTION = 1024;
/** What browsers show; everything else gets a card with its name only. */
const SHOWN = new Set(["image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "image/bmp"]);

/**
 * Which of these files a message takes, and one sentence for those that it does not.
 * @param {File[]} files
 * @param {{limits: {upload_bytes: number, files: number}, already: number}} about already: files in the message
 * @returns {{accepted: File[], sentence: string | null}}
 */
export function checkFiles(files, { limits, already }) {
  const room = limits.files - already;
  if (files.length > room) {
    const rest = already === 0 ? "" : ` It has ${already === 1 ? "one" : already} already.`;
    const sentence =
      `Too many files: a message takes ${limits.files}, and these are ${files.length}.${rest} ` +
      "Nothing was added; choose fewer, or send the rest in another message.";
    return {
      accepted: [],
      sentence: room <= 0 ? `A message takes ${limits.files} files, and it has them. Send it first.` : sentence,
    };
  }
  const large = files.filter((one) => one.size > limits.upload_bytes);
  const empty = files.filter((one) => one.size === 0);
  const accepted = files.filter((one) => !large.includes(one) && !empty.includes(one));
  if (large.length > 0) {
    const [first] = large;
    const more = large.length > 1 ? ` So are ${large.length - 1} more.` : "";
    return {
      accepted,
      sentence:
        `${quoted(first.name)} is too large: it has ${mebibytes(first.size)}, and this server takes files up to ` +
        `${mebibytes(limits.upload_bytes)}.${more} Choose a smaller one.`,
    };
  }
  const sentence =
    empty.length > 0 ? `${quoted(empty[0].name)} is empty, or a folder. Choose a file with something in it.` : null;
  return { accepted, sentence };
}

/** Rounded up, so that a file over the limit never looks as large as the limit. */
function mebibytes(bytes) {
  return `${Math.ceil((bytes / 2 ** 20) * 10) / 10} MiB`;
}

function quoted(name) {
  return `“${name.length > 60 ? `${name.slice(0, 40)}…${name.slice(-16)}` : name}”`;
}

/** The server keeps a file for a quarter of an hour; before that it is uploaded once more, in milliseconds. */
const STALE = 14 * 60_000;

/** A file that is uploaded at once. Events: "change" (progress, done, failed), "failed" with the sentence. */
export class Upload extends EventTarget {
  #abort = new AbortController();
  #connection;
  #since = 0;

  /**
   * @param {File} file
   * @param {object} connection
   */
  constructor(file, connection) {
    super();
    this.#connection = connection;
    this.file = file;
    this.progress = 0;
    this.state = "uploading";
    this.description = "";
    this.spoiler = false;
    this.picture = SHOWN.has(file.type) ? URL.createObjectURL(file) : null;
    /** @type {Promise<object | null>} what the server says of it; null when it failed or was removed */
    this.done = this.#run();
  }

  /** @returns {string | undefined} its id at the server, when it is there */
  get id() {
    return this.uploaded?.id;
  }

  /** @returns {Promise<object | null>} as `done`, of a file that the server still has */
  fresh() {
    if (this.state === "ready" && Date.now() - this.#since > STALE) this.done = this.#run();
    return this.done;
  }

  /**
   * Ends it, and gives the picture's memory back.
   * @param {{unsent?: boolean}} [about] unsent: the server need not keep it either
   */
  release({ unsent = true } = {}) {
    this.#abort.abort();
    if (unsent && this.id) this.#connection.request("discard", { uploads: [this.id] }).catch(() => {});
    if (this.picture) URL.revokeObjectURL(this.picture);
    this.picture = null;
  }

  async #run() {
    try {
      this.#since = Date.now();
      this.uploaded = await this.#connection.upload(this.file, {
        signal: this.#abort.signal,
        onProgress: (share) => {
          this.progress = share;
          this.dispatchEvent(new Event("change"));
        },
      });
      this.state = "ready";
      this.dispatchEvent(new Event("change"));
      return this.uploaded;
    } catch (error) {
      if (this.#abort.signal.aborted) return null;
      this.state = "failed";
      this.sentence = error.message;
      this.dispatchEvent(new Event("change"));
      this.dispatchEvent(new CustomEvent("failed", { detail: error.message }));
      return null;
    }
  }
}

/** The row of cards. Events: "change", and "refused" with a sentence as its detail. */
export class Tray extends EventTarget {
  /** @param {{store: object, connection: object}} context */
  constructor({ store, connection }) {
    super();
    this.store = store;
    this.connection = connection;
    /** @type {Upload[]} */
    this.uploads = [];
    this.element = h("ul", { class: "tray", "aria-label": "Files to be sent", hidden: true });
  }

  /** @param {File[]} files as they were dropped, pasted or chosen */
  add(files) {
    const { accepted, sentence } = checkFiles(files, { limits: this.store.limits, already: this.uploads.length });
    for (const file of accepted) {
      const upload = new Upload(file, this.connection);
      upload.addEventListener("failed", (event) => {
        this.remove(upload);
        this.#refuse(event.detail);
      });
      this.take(upload);
    }
    if (sentence) this.#refuse(sentence);
    if (accepted.length > 0)
      announce(accepted.length === 1 ? `${accepted[0].name} added` : `${accepted.length} files added`);
  }

  /** @param {Upload} upload one that exists already */
  take(upload) {
    this.uploads.push(upload);
    this.element.append(card(upload, () => this.remove(upload)));
    this.#changed();
  }

  /** @param {Upload} upload */
  remove(upload) {
    upload.release();
    this.give(upload);
  }

  /**
   * Out of the tray, but not ended.
   * @param {Upload} upload
   * @returns {Upload}
   */
  give(upload) {
    const index = this.uploads.indexOf(upload);
    if (index < 0) return upload;
    this.uploads.splice(index, 1);
    this.element.children[index]?.remove();
    this.#changed();
    return upload;
  }

  /** @param {Upload[]} uploads of another draft, which take the place of these; nothing is ended */
  swap(uploads) {
    this.uploads = [...uploads];
    replace(this.element, ...this.uploads.map((one) => card(one, () => this.remove(one))));
    this.#changed();
  }

  #refuse(sentence) {
    this.dispatchEvent(new CustomEvent("refused", { detail: sentence }));
  }

  #changed() {
    this.element.hidden = this.uploads.length === 0;
    this.dispatchEvent(new Event("change"));
  }
}

/**
 * What a message's request says of these files.
 * @param {Upload[]} uploads
 * @returns {{id: string, description?: string, spoiler?: boolean}[]}
 */
export function described(uploads) {
  return uploads.map((one) => ({
    id: one.id,
    ...(one.description ? { description: one.description } : {}),
    ...(one.spoiler ? { spoiler: true } : {}),
  }));
}

/**
 * A file's picture, or a sign for one that is none.
 * @param {Upload} upload
 * @returns {HTMLElement}
 */
export function thumbnail(upload) {
  const sign = h("span", { class: "thumbnail-sign" }, icon("file"));
  if (!upload.picture) return h("span", { class: "thumbnail" }, sign);
  const picture = h("img", { src: upload.picture, alt: "", draggable: "false" });
  picture.addEventListener("error", () => picture.replaceWith(sign));
  return h("span", { class: "thumbnail" }, picture);
}

function card(upload, onRemove) {
  const { name, size } = upload.file;
  const note = h("span", { class: "card-note" });
  const bar = h("progress", { class: "card-progress", max: "1", value: 0, "aria-label": `Uploading ${name}` });
  const words = h("div", { class: "card-words", hidden: true });
  const alt = h("textarea", {
    class: "card-alt",
    rows: "2",
    maxlength: String(LONGEST_DESCRIPTION),
    placeholder: "What is to be seen?",
    "aria-label": `Description of ${name} (alt text)`,
    value: upload.description,
  });
  words.append(alt);
  const describe = control("edit", `Describe ${name} (alt text)`, { "aria-expanded": false });
  const spoiler = control(upload.spoiler ? "unseen" : "eye", `Mark ${name} as a spoiler`, {
    "aria-pressed": upload.spoiler,
  });
  const remove = control("trash", `Remove ${name}`, {});
  const node = h(
    "li",
    { class: "card" },
    h("div", { class: "card-controls" }, spoiler, describe, remove),
    thumbnail(upload),
    h("span", { class: "card-name", title: name }, name),
    note,
    bar,
    words,
  );
  const draw = () => {
    bar.value = upload.progress;
    bar.hidden = upload.state !== "uploading";
    replace(note, upload.state === "uploading" ? `${Math.round(upload.progress * 100)} %` : sizeText(size));
    node.classList.toggle("spoiler", upload.spoiler);
    spoiler.setAttribute("aria-pressed", String(upload.spoiler));
    replace(spoiler, icon(upload.spoiler ? "unseen" : "eye"));
    describe.classList.toggle("set", Boolean(upload.description));
  };
  upload.addEventListener("change", draw);
  spoiler.addEventListener("click", () => {
    upload.spoiler = !upload.spoiler;
    draw();
  });
  const open = (shown) => {
    words.hidden = !shown;
    describe.setAttribute("aria-expanded", String(shown));
    (shown ? alt : describe).focus();
  };
  describe.addEventListener("click", () => open(words.hidden));
  alt.addEventListener("input", () => {
    upload.description = alt.value.trim();
    draw();
  });
  alt.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" && (event.key !== "Enter" || event.shiftKey)) return;
    event.preventDefault();
    event.stopPropagation();
    open(false);
  });
  remove.addEventListener("click", onRemove);
  draw();
  return node;
}

function control(name, label, properties) {
  return h(
    "button",
    { type: "button", class: "card-control", "aria-label": label, title: label, ...properties },
    icon(name),
  );
}
