/**
 * Follows what this tab has begun (commands, presses, forms) until the bot has answered, or has failed to.
 * The server's word on an interaction may come before its id does; nothing is lost by that.
 */

/** How long an event without a known interaction is kept, and any first word waited for, in milliseconds. */
const KEPT = 10_000;
const PATIENCE = 15_000;

/**
 * @typedef {object} Begun
 * @property {string} id
 * @property {"sent" | "thinking" | "answered" | "form" | "failed"} state
 * @property {string} what the request: command, menu, press, select, submit
 * @property {object} fields the request's fields
 * @property {string} label for a sentence: "/dream", "Again"
 * @property {object} [form]
 * @property {string} [sentence] when failed
 */

/** Events: "change" with the Begun as its detail, for each change of state. */
export class Interactions extends EventTarget {
  #connection;
  #own = new Map();
  #early = new Map();

  /** @param {{store: object, connection: object}} context */
  constructor({ store, connection }) {
    super();
    this.#connection = connection;
    store.on("interaction", (event) => this.#heard(event));
  }

  /**
   * @param {string} what
   * @param {object} fields
   * @param {string} label
   * @param {(begun: Begun) => void} [changed] told of each change of this one, too
   * @returns {Promise<Begun>} rejects with one sentence when it could not be begun at all
   */
  async begin(what, fields, label, changed = () => {}) {
    const { interaction: id } = await this.#connection.request(what, fields);
    const begun = { id, state: "sent", what, fields, label };
    const entry = { begun, changed, timer: 0 };
    this.#own.set(id, entry);
    entry.timer = setTimeout(() => {
      const sentence = `Nothing was heard of ${label} any more. Is the playground still running?`;
      this.#tell(entry, { state: "failed", sentence });
    }, PATIENCE);
    const early = this.#early.get(id);
    this.#early.delete(id);
    for (const event of early?.events ?? []) this.#tell(entry, event);
    return begun;
  }

  #heard(event) {
    const entry = this.#own.get(event.id);
    if (entry) {
      this.#tell(entry, event);
      return;
    }
    const waiting = this.#early.get(event.id) ?? { events: [] };
    waiting.events.push(event);
    this.#early.set(event.id, waiting);
    setTimeout(() => this.#early.delete(event.id), KEPT);
  }

  #tell(entry, event) {
    Object.assign(entry.begun, { state: event.state, form: event.form, sentence: event.sentence });
    clearTimeout(entry.timer);
    // Thinking: the bot has promised an answer, and the message says so. It may still come to nothing.
    if (event.state === "answered" || event.state === "failed") this.#own.delete(entry.begun.id);
    entry.changed(entry.begun);
    this.dispatchEvent(new CustomEvent("change", { detail: entry.begun }));
  }
}

const known = new WeakMap();

/**
 * @param {{store: object, connection: object}} context
 * @returns {Interactions} the one that belongs to this context
 */
export function interactionsOf(context) {
  if (!known.has(context.store)) known.set(context.store, new Interactions(context));
  return known.get(context.store);
}
