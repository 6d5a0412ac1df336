/**
 * Live autocomplete: asks the bot while a person types, not at every key, and never shows an answer to what has been
 * typed over since.
 */

/** The pause in typing after which the bot is asked, in milliseconds; as Discord's client waits. */
export const PAUSE = 150;

/**
 * @typedef {{state: "loading"} | {state: "ready", choices: {name: string, value: string | number}[]}
 *   | {state: "failed", sentence: string}} Completed
 */

/** One option's questions, of which only the latest counts. */
export class Completion {
  #ask;
  #show;
  #pause;
  #serial = 0;
  #timer = 0;

  /**
   * @param {(typed: string) => Promise<{name: string, value: string | number}[]>} ask
   * @param {(completed: Completed) => void} show
   * @param {number} pause in milliseconds
   */
  constructor(ask, show, pause = PAUSE) {
    this.#ask = ask;
    this.#show = show;
    this.#pause = pause;
  }

  /**
   * @param {string} typed
   * @param {{now?: boolean}} when now: without waiting for a pause in typing, as when the field is entered
   */
  type(typed, { now = false } = {}) {
    this.stop();
    const serial = this.#serial;
    this.#show({ state: "loading" });
    this.#timer = setTimeout(() => this.#question(typed, serial), now ? 0 : this.#pause);
  }

  /** What is still under way no longer counts. */
  stop() {
    clearTimeout(this.#timer);
    this.#serial += 1;
  }

  async #question(typed, serial) {
    let completed;
    try {
      completed = { state: "ready", choices: await this.#ask(typed) };
    } catch {
      completed = { state: "failed", sentence: "Loading options failed. Type on to try again." };
    }
    if (serial === this.#serial) this.#show(completed);
  }
}
