/**
 * Before and after in one frame, with a line between them that pointer, finger and keyboard move. The control is a
 * plain range under the frame; dragging on the frame moves the same range.
 */

import { h } from "./dom.js";
import { box } from "./zoom.js";

/** Shapes that differ by less than this are one shape that was rounded: the picture is stretched by it. */
const SAME_SHAPE = 0.02;

export class Slider {
  /**
   * @param {{src: string, alt: string, width: number | null, height: number | null}} before
   * @param {{src: string, alt: string, width: number | null, height: number | null}} after gives the frame its shape
   * @param {() => void} failed called when either cannot be shown
   */
  constructor(before, after, failed) {
    const same = !before.width || !after.width
      || Math.abs((before.width / before.height) / (after.width / after.height) - 1) < SAME_SHAPE;
    const side = (picture, name) => h("img", { class: [name, !same && "fitted"], src: picture.src, alt: picture.alt,
      draggable: "false", on: { error: failed } });
    this.line = h("div", { class: "compare-line", "aria-hidden": "true" }, h("span", { class: "compare-grip" }));
    const label = (word) => h("span", { class: `compare-label ${word}-label`, "aria-hidden": "true" }, word);
    this.frame = h("div", { class: "view-frame compare", style: box(after) },
      side(after, "after"), side(before, "before"), this.line, label("before"), label("after"));
    this.input = h("input", { type: "range", id: "compare", min: 0, max: 100, step: 1, value: "50",
      on: { input: () => this._draw() } });
    this.control = h("div", { class: "compare-control" },
      h("label", { for: "compare" }, "How much of the picture before is shown"), this.input);
    this._draw();
    this._drag();
  }

  _draw() {
    const share = Number(this.input.value);
    this.frame.style.setProperty("--share", `${share}%`);
    this.input.setAttribute("aria-valuetext", `${share} % before`);
  }

  _drag() {
    const move = (event) => {
      const { left, width } = this.frame.getBoundingClientRect();
      this.input.value = String(Math.round(((event.clientX - left) / width) * 100));
      this._draw();
    };
    this.frame.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      event.preventDefault();
      event.stopPropagation();
      this.frame.setPointerCapture(event.pointerId);
      this.input.focus({ preventScroll: true });
      move(event);
    });
    this.frame.addEventListener("pointermove", (event) => {
      if (this.frame.hasPointerCapture(event.pointerId)) move(event);
    });
  }
}
