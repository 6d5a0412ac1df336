/**
 * What is said aloud of what happens in the log. New messages at once; a message that changes again and again, as a
 * dream does on its way, only when it has come to rest.
 */

import { announce } from "./dom.js";
import { spoken } from "./message.js";

const REST = 2500;

export class Hearing {
  /** @param {{store: import("./store.js").Store}} context */
  constructor(context) {
    this.context = context;
    this.timers = new Map();
    this.last = new Map(); // message id: what was said of it
  }

  /** @param {import("./message.js").MessageRow} row A message has come. */
  came(row) {
    this._say(row);
  }

  /** @param {import("./message.js").MessageRow} row A message has changed. */
  changed(row) {
    const { id } = row.message;
    clearTimeout(this.timers.get(id));
    this.timers.set(id, setTimeout(() => {
      this.timers.delete(id);
      this._say(row);
    }, REST));
  }

  /** Everything that waits is dropped: another channel is open. */
  clear() {
    for (const timer of this.timers.values()) clearTimeout(timer);
    this.timers.clear();
    this.last.clear();
  }

  _say(row) {
    const text = spoken(row.message, this.context);
    const { id } = row.message;
    if (this.last.get(id) === text) return;
    this.last.set(id, text);
    announce(text);
  }
}
