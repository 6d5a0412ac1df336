/**
 * A picture, large: fitted or zoomed, the others of its message beside it, and, where it was dreamt from another one,
 * both under a slider.
 */

import { announce, h, replace } from "./dom.js";
import { icon } from "./icons.js";
import { sizeText } from "./links.js";
import { Slider } from "./slider.js";
import { Zoom, box } from "./zoom.js";

/**
 * Opens the large view.
 *
 * @param {import("./attachments.js").Picture[]} pictures
 * @param {number} [index]
 */
export function openPictures(pictures, index = 0) {
  if (pictures.length > 0) new View(pictures, index).open();
}

class View {
  constructor(pictures, index) {
    this.pictures = pictures;
    this.index = index;
    this.comparing = true;
    this.title = h("p", { class: "view-title", id: "view-title" });
    this.stage = h("div", { class: "view-stage" });
    this.foot = h("div", { class: "view-foot" });
    this.previous = turner("back", "Previous picture", () => this.turn(-1));
    this.next = turner("chevron", "Next picture", () => this.turn(1));
    this.dialog = h("dialog", { class: "view", "aria-labelledby": "view-title" },
      h("div", { class: "view-head" }, this.title, this._tools()),
      h("div", { class: "view-middle" }, this.previous, this.stage, this.next),
      this.foot);
    this.dialog.addEventListener("keydown", (event) => this._key(event));
    this.dialog.addEventListener("close", () => this._closed());
    this.stage.addEventListener("click", (event) => event.target === this.stage && this.dialog.close());
  }

  get picture() {
    return this.pictures[this.index];
  }

  open() {
    this.opener = document.activeElement;
    document.getElementById("layers").append(this.dialog);
    this.dialog.showModal();
    this.show();
    this.close.focus();
  }

  turn(by) {
    const wanted = this.index + by;
    if (wanted < 0 || wanted >= this.pictures.length) return;
    this.index = wanted;
    this.show();
    announce(`Picture ${this.index + 1} of ${this.pictures.length}. ${this.picture.alt || this.picture.filename}`);
  }

  show() {
    const { picture } = this;
    this.zoom?.end();
    this.slider = null;
    const many = this.pictures.length > 1;
    replace(this.title, h("span", { class: "view-name" }, picture.filename),
      many && h("span", { class: "view-count" }, `${this.index + 1} of ${this.pictures.length}`),
      h("span", { class: "view-size" }, sizes(picture)));
    this.previous.hidden = this.next.hidden = !many;
    this.previous.disabled = this.index === 0;
    this.next.disabled = this.index === this.pictures.length - 1;
    this.compare.hidden = !picture.before;
    this.compare.setAttribute("aria-pressed", String(this.comparing));
    this.original.href = this.download.href = picture.src;
    this.download.download = picture.filename;
    const both = Boolean(picture.before) && this.comparing;
    this.slider = both ? new Slider(picture.before, picture, () => this._failed()) : null;
    const frame = this.slider?.frame ?? this._alone();
    replace(this.stage, frame);
    this.zoom = new Zoom(this.stage, frame, { byClick: !both, changed: (scale) => this._zoomed(scale) });
    const alt = picture.alt && h("p", { class: "view-alt" }, h("span", { class: "badge" }, "ALT"), picture.alt);
    replace(this.foot, this.slider?.control, alt);
  }

  _alone() {
    const { picture } = this;
    const image = h("img", { class: "view-picture", src: picture.src, alt: picture.alt, draggable: "false",
      width: picture.width, height: picture.height });
    image.addEventListener("error", () => this._failed());
    const frame = h("div", { class: "view-frame", style: box(picture) }, image);
    return frame;
  }

  _failed() {
    replace(this.stage, h("p", { class: "view-failed" }, icon("broken"),
      "The link to this picture has expired. Close this view and reload the page for a new one."));
  }

  /** Made once: what has the focus keeps it while the pictures change. */
  _tools() {
    const button = (name, label, key, act) => h("button", { class: "icon-button", type: "button", "aria-label": label,
      title: `${label} (${key})`, on: { click: act } }, icon(name));
    const link = (name, label, more) => h("a",
      { class: "icon-button", "aria-label": label, title: label, ...more }, icon(name));
    this.compare = h("button", { class: "button compare", type: "button", on: { click: () => this._compare() } },
      icon("compare"), "Before and after");
    this.out = button("minus", "Zoom out", "−", () => this.zoom.by(1 / 1.5));
    this.in = button("plus", "Zoom in", "+", () => this.zoom.by(1.5));
    this.original = link("open", "Open the original", { target: "_blank", rel: "noopener noreferrer" });
    this.download = link("download", "Download");
    this.close = button("close", "Close", "Escape", () => this.dialog.close());
    return h("div", { class: "view-tools" }, this.compare, this.out, this.in, this.original, this.download, this.close);
  }

  _compare() {
    this.comparing = !this.comparing;
    this.show();
    (this.slider?.input ?? this.compare).focus();
  }

  _zoomed(scale) {
    this.out.disabled = scale <= 1;
    this.in.disabled = scale >= Zoom.MOST;
    this.dialog.classList.toggle("zoomed", scale > 1);
  }

  _key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const sliding = event.target instanceof HTMLInputElement;
    const [closer, back] = [() => this.zoom.by(1.5), () => this.zoom.by(1 / 1.5)];
    const acts = { "+": closer, "=": closer, "-": back, 0: () => this.zoom.reset() };
    if (!sliding) Object.assign(acts, { ArrowLeft: () => this.turn(-1), ArrowRight: () => this.turn(1) });
    if (!acts[event.key]) return;
    event.preventDefault();
    acts[event.key]();
  }

  _closed() {
    this.zoom?.end();
    this.dialog.remove();
    if (this.opener?.isConnected) this.opener.focus();
  }
}

function turner(name, label, act) {
  const about = { class: "icon-button turner", type: "button", "aria-label": label, title: label };
  return h("button", { ...about, on: { click: act } }, icon(name));
}

function sizes({ width, height, size }) {
  return [width && height && `${width} × ${height}`, size && sizeText(size)].filter(Boolean).join(" · ");
}
