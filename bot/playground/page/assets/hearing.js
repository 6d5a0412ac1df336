/**
 * What is said aloud of what happens in the log. New messages at once; a message that changes again and again, as a dream
 * does on its way, only when it has come to rest.
 */

import { announce } from "./dom.js";

const REST = 2500;
const SELDOM = 15000;

export class Hearing {
  constructor() {
    this.timers = new Map();
    this.last = new Map(); // message id: {text, at}
  }

  /** @param {import("./message.js").MessageRow} row A message has come. */
  came(row) {
    this._say(row);
  }

  /** @param {import("./message.js").MessageRow} row A message has changed. */
  changed(row) {
    const { id } = row.message;
    clearTimeout(this.timers.get(id));
    const since = Date.now() - (this.last.get(id)?.at ?? 0);
    // A result has a picture and no more preview: whatever follows it within the time of rest puts this off.
    const pause = Math.max(REST, row.message.extra?.loading ? SELDOM - since : 0);
    this.timers.set(id, setTimeout(() => {
      this.timers.delete(id);
      this._say(row);
    }, pause));
  }

  /** Everything that waits is dropped: another channel is open. */
  clear() {
    for (const timer of this.timers.values()) clearTimeout(timer);
    this.timers.clear();
    this.last.clear();
  }

  _say(row) {
    const text = row.spoken();
    const { id } = row.message;
    if (this.last.get(id)?.text === text) return;
    this.last.set(id, { text, at: Date.now() });
    announce(text);
  }
}
