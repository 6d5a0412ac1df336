/**
 * The one websocket to the playground: questions with answers, events, and coming back by itself when it was cut.
 */

const FIRST_PAUSE = 300;
const LONGEST_PAUSE = 5000;
const CUT = "The connection to the playground was cut. It comes back by itself; then try again.";

/**
 * @typedef {object} Uploaded
 * @property {string} id
 * @property {string} filename
 * @property {number} size
 * @property {string} content_type
 * @property {number | null} width
 * @property {number | null} height
 */

/**
 * Events: "open" (detail: the state, each time it is connected), "closed" (detail: {moved}, true where something
 * answers at this address that does not know our secret), "event" (detail: what the server sent).
 */
export class Connection extends EventTarget {
  /** @param {{person?: string | null}} [options] person: who to be at first; null is the server's choice */
  constructor({ person = null } = {}) {
    super();
    this.person = person;
    this.connected = false;
    this._socket = null;
    this._waiting = new Map();
    this._next = 1;
    this._pause = FIRST_PAUSE;
    this._timer = null;
  }

  /** Opens the websocket, and from then on again and again. */
  connect() {
    clearTimeout(this._timer);
    const address = new URL("socket", document.baseURI);
    address.protocol = address.protocol.replace("http", "ws");
    address.hash = "";
    const socket = new WebSocket(address);
    this._socket = socket;
    socket.addEventListener("open", () => this._begin(socket));
    socket.addEventListener("message", (event) => this._received(JSON.parse(event.data)));
    socket.addEventListener("close", () => this._cut(socket));
  }

  /**
   * Asks the server to do something.
   *
   * @param {string} what
   * @param {object} [fields]
   * @returns {Promise<any>} the result; rejects with an Error whose message is one sentence for the person
   */
  request(what, fields = {}) {
    if (this._socket?.readyState !== WebSocket.OPEN) return Promise.reject(new Error(CUT));
    const id = this._next++;
    const answer = new Promise((resolve, reject) => this._waiting.set(id, { resolve, reject }));
    this._socket.send(JSON.stringify({ ...fields, id, do: what }));
    return answer;
  }

  /**
   * Becomes somebody else, also after the next reconnecting.
   *
   * @param {string | null} person
   * @returns {Promise<object>} the state
   */
  async be(person) {
    const state = await this.request("be", { person });
    this.person = state.me;
    return state;
  }

  /**
   * Sends a file, before the message that shows it.
   *
   * @param {File | Blob} file
   * @param {{onProgress?: (share: number) => void, signal?: AbortSignal, filename?: string}} [options]
   * @returns {Promise<Uploaded>} rejects with an Error whose message is one sentence; with an AbortError when aborted
   */
  upload(file, { onProgress, signal, filename = file.name ?? "picture.png" } = {}) {
    return new Promise((resolve, reject) => {
      // Not fetch: it does not tell how far an upload is.
      const request = new XMLHttpRequest();
      request.open("POST", new URL(`uploads?${new URLSearchParams({ filename })}`, document.baseURI));
      request.responseType = "text";
      request.upload.addEventListener("progress", ({ loaded, total }) => onProgress?.(total ? loaded / total : 1));
      request.addEventListener("load", () => {
        if (request.status === 200) resolve(JSON.parse(request.responseText));
        else reject(new Error(request.responseText || `The playground did not take the file (${request.status}).`));
      });
      request.addEventListener("error", () => reject(new Error(CUT)));
      request.addEventListener("abort", () => reject(new DOMException("The upload was called off.", "AbortError")));
      signal?.addEventListener("abort", () => request.abort());
      if (signal?.aborted) reject(new DOMException("The upload was called off.", "AbortError"));
      else request.send(file);
    });
  }

  async _begin(socket) {
    try {
      const state = await this.be(this.person);
      this._pause = FIRST_PAUSE;
      this.connected = true;
      this.dispatchEvent(new CustomEvent("open", { detail: state }));
    } catch {
      // Whoever we were is not there any more: the server chooses. A cut comes back here by itself.
      if (this.person !== null && socket.readyState === WebSocket.OPEN) {
        this.person = null;
        this._begin(socket);
      }
    }
  }

  _received(text) {
    if (text.type !== "result") {
      this.dispatchEvent(new CustomEvent("event", { detail: text }));
      return;
    }
    const waiting = this._waiting.get(text.id);
    this._waiting.delete(text.id);
    if (text.error) waiting?.reject(new Error(text.error));
    else waiting?.resolve(text.result);
  }

  async _cut(socket) {
    if (socket !== this._socket) return;
    this.connected = false;
    for (const { reject } of this._waiting.values()) reject(new Error(CUT));
    this._waiting.clear();
    this.dispatchEvent(new CustomEvent("closed", { detail: { moved: await this._moved() } }));
    this._timer = setTimeout(() => this.connect(), this._pause);
    this._pause = Math.min(LONGEST_PAUSE, this._pause * 1.7);
  }

  /** Whether a playground answers here that is not ours: it was started anew, and has a new secret. */
  async _moved() {
    try {
      return [403, 404].includes((await fetch(document.baseURI, { cache: "no-store" })).status);
    } catch {
      return false;
    }
  }
}
