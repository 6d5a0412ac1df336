/** Makes a frame larger than its stage: by wheel, click, keys and two fingers, and moves it under the pointer. */

/** Style for a frame of the picture's shape, as large as fits; small pictures are not blown up more than twice. */
export function box({ width, height }) {
  if (!width || !height) return {};
  return { "--ratio": String(width / height), "--most": `${width * 2}px` };
}

export class Zoom {
  static MOST = 8;

  /**
   * @param {HTMLElement} stage what the frame is seen through
   * @param {HTMLElement} frame
   * @param {{byClick: boolean, changed: (scale: number) => void}} options byClick: a click zooms in, and out again
   */
  constructor(stage, frame, { byClick, changed }) {
    this.stage = stage;
    this.frame = frame;
    this.changed = changed;
    this.ended = new AbortController();
    this.pointers = new Map();
    this.moved = false;
    const { signal } = this.ended;
    stage.addEventListener("wheel", (event) => this._wheel(event), { signal, passive: false });
    frame.addEventListener("pointerdown", (event) => this._down(event), { signal });
    frame.addEventListener("pointermove", (event) => this._move(event), { signal });
    for (const kind of ["pointerup", "pointercancel"]) {
      frame.addEventListener(kind, (event) => this.pointers.delete(event.pointerId), { signal });
    }
    if (byClick) {
      frame.addEventListener("click", (event) => {
        if (this.moved) return;
        if (this.scale > 1) this.reset();
        else this.by(2.5, event);
      }, { signal });
    }
    this.reset();
  }

  /** Stops listening. */
  end() {
    this.ended.abort();
  }

  reset() {
    [this.scale, this.x, this.y] = [1, 0, 0];
    this._draw();
  }

  /**
   * @param {number} factor
   * @param {{clientX: number, clientY: number}} [around] what stays where it is; without it, the middle
   */
  by(factor, around = null) {
    const next = Math.min(Zoom.MOST, Math.max(1, this.scale * factor));
    const { left, top, width, height } = this.stage.getBoundingClientRect();
    const [x, y] = around ? [around.clientX - left - width / 2, around.clientY - top - height / 2] : [0, 0];
    const change = next / this.scale;
    [this.x, this.y, this.scale] = [x - (x - this.x) * change, y - (y - this.y) * change, next];
    this._draw();
  }

  _wheel(event) {
    event.preventDefault();
    this.by(Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : 0.0022)), event);
  }

  _down(event) {
    this.pointers.set(event.pointerId, event);
    if (this.pointers.size === 1) this.moved = false;
    if (this.scale > 1 || this.pointers.size > 1) this.frame.setPointerCapture(event.pointerId);
  }

  _move(event) {
    const before = this.pointers.get(event.pointerId);
    if (!before) return;
    if (this.pointers.size === 2) {
      const other = [...this.pointers.values()].find((one) => one.pointerId !== event.pointerId);
      const distance = (one) => Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY) || 1;
      this.by(distance(event) / distance(before), other);
      this.moved = true;
    } else if (this.scale > 1) {
      this.x += event.clientX - before.clientX;
      this.y += event.clientY - before.clientY;
      if (Math.hypot(event.clientX - before.clientX, event.clientY - before.clientY) > 1) this.moved = true;
      this._draw();
    }
    this.pointers.set(event.pointerId, event);
  }

  /** Never further than to the picture's edge. */
  _draw() {
    const { clientWidth, clientHeight } = this.stage;
    const [wide, high] = [this.frame.offsetWidth * this.scale, this.frame.offsetHeight * this.scale];
    const most = (size, room) => Math.max(0, (size - room) / 2);
    this.x = Math.min(most(wide, clientWidth), Math.max(-most(wide, clientWidth), this.x));
    this.y = Math.min(most(high, clientHeight), Math.max(-most(high, clientHeight), this.y));
    this.frame.style.transform = this.scale === 1 ? "" : `translate(${this.x}px, ${this.y}px) scale(${this.scale})`;
    this.changed(this.scale);
  }
}
