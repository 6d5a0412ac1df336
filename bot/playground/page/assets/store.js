/**
 * What the page knows: who we are, channels, people, messages. Everything that is shown is drawn from here, and
 * everything that the server tells goes through here first.
 */

import { named } from "./commands.js";

/**
 * @typedef {{id: string, name: string, display_name: string, avatar: string, bot: boolean}} User
 * @typedef {{user: User, roles: {id: string, name: string, color: number}[], title: string, playable: boolean,
 *   online: boolean}} Person
 * @typedef {{id: string, name: string, kind: "text" | "thread" | "direct", parent: string | null, topic: string | null,
 *   nsfw: boolean, position: number, last_message: string | null, may: {[what: string]: boolean}}} Channel
 * @typedef {{[field: string]: any}} Message Discord's own form, and `extra`
 */

/** How many messages of one channel are kept while it is open and nobody reads far above. */
const MOST_KEPT = 400;

/**
 * Whether id `a` is older than `b`. Ids are whole numbers too long for a JavaScript number.
 *
 * @param {string} a
 * @param {string} b
 */
export function older(a, b) {
  return a.length === b.length ? a < b : a.length < b.length;
}

/**
 * Kinds of events, each with what the listener gets: "state" (null; everything may be new), "channel" ({id}),
 * "messages" ({channel}: the list was loaded or grew at its old end), "message" ({message, fresh}), "gone"
 * ({channel, message}: ids), "unread" ({}), "bot" ({online}), "commands", "channels", "people" (their lists),
 * "interaction", "wire" (as the server sent them), "faults" (Faults), "connection" ({connected, moved}).
 */
export class Store extends EventTarget {
  /** @param {import("./connection.js").Connection} connection */
  constructor(connection) {
    super();
    this.connection = connection;
    /** @type {string | null} */ this.me = null;
    /** @type {Map<string, Person>} */ this.people = new Map();
    /** @type {{id: string, name: string} | null} */ this.guild = null;
    /** @type {Map<string, Channel>} */ this.channels = new Map();
    /** @type {string | null} */ this.channel = null;
    /** @type {User | null} */ this.bot = null;
    this.commands = [];
    this.locale = "en-GB";
    this.online = false;
    this.connected = false;
    this.limits = { upload_bytes: 10 << 20, files: 10, text: 2000 };
    this.prefix = "!";
    this.samples = [];
    this.faults = {};
    this.supervised = false;
    this.reading = false; // whether somebody reads above the newest message
    this.names = ""; // everybody's: what mentions them is drawn anew when one changes
    this._kept = new Map(); // channel id: {list, more, loading}
    this._unread = new Map(); // channel id: {count, mentions, first}
    this._passed = new Set(); // age-restricted channels that were confirmed
    connection.addEventListener("open", (event) => this._connected(event.detail));
    connection.addEventListener("closed", (event) => {
      this.connected = false;
      this._tell("connection", { connected: false, moved: event.detail.moved });
    });
    connection.addEventListener("event", (event) => this._happened(event.detail));
  }

  /**
   * @param {string} kind
   * @param {(detail: any) => void} listener
   * @returns {() => void} stops listening
   */
  on(kind, listener) {
    const wrapped = (event) => listener(event.detail);
    this.addEventListener(kind, wrapped);
    return () => this.removeEventListener(kind, wrapped);
  }

  /** @returns {Person | undefined} who we are */
  get person() {
    return this.people.get(this.me);
  }

  /** @returns {Channel | undefined} the open one */
  get openOne() {
    return this.channels.get(this.channel);
  }

  /** @param {string} channel @returns {Message[]} oldest first */
  messages(channel) {
    return this._kept.get(channel)?.list ?? [];
  }

  /** @param {string} channel Whether there are older ones, and whether any are loaded at all. */
  history(channel) {
    const kept = this._kept.get(channel);
    return { more: kept?.more ?? false, loaded: kept !== undefined, loading: kept?.loading ?? false };
  }

  /** @param {string} id @returns {Message | undefined} of any channel that is loaded */
  message(id) {
    for (const { list } of this._kept.values()) {
      const found = list[place(list, id)];
      if (found?.id === id) return found;
    }
    return undefined;
  }

  /** @param {string} channel @returns {{count: number, mentions: number, first: string | null}} */
  unread(channel) {
    return this._unread.get(channel) ?? { count: 0, mentions: 0, first: null };
  }

  /** What a user is called. @param {{id?: string, [field: string]: any}} user ours, or one of Discord's payloads */
  nameOf(user) {
    const known = this.people.get(user?.id)?.user ?? user;
    return known?.display_name || known?.global_name || known?.name || known?.username || "Unknown";
  }

  /** Where a user's picture is. @param {{id?: string, [field: string]: any}} user as for nameOf */
  avatarOf(user) {
    const known = this.people.get(user?.id)?.user;
    if (known?.avatar) return known.avatar;
    if (user?.avatar) return user.avatar.startsWith("/") ? user.avatar : `/avatars/${user.id}/${user.avatar}.png`;
    return `/embed/avatars/${Number((BigInt(user?.id ?? 0) >> 22n) % 6n)}.png`;
  }

  /** Whether a channel waits behind its age gate. @param {string} channel */
  gated(channel) {
    return Boolean(this.channels.get(channel)?.nsfw) && !this._passed.has(channel);
  }

  /** @param {string} channel "I am of age." */
  passGate(channel) {
    this._passed.add(channel);
    return this.openChannel(channel);
  }

  /** Shows a channel, and loads its newest messages. @param {string} id */
  async openChannel(id) {
    if (!this.channels.has(id)) return;
    this.channel = id;
    this._tell("channel", { id });
    this.markRead(id);
    if (this.gated(id)) return;
    // The server has to know which channel is open: what commands there are depends on it.
    if (this._kept.get(id)) this.connection.request("look", { channel: id }).catch(() => {});
    else await this._load(id);
  }

  /** Asks for the open channel's messages once more: with new links, for one. */
  async refresh() {
    if (this.channel && !this.gated(this.channel)) await this._load(this.channel);
  }

  /** Loads what is above the oldest message of the open channel. @returns {Promise<boolean>} whether something came */
  async loadOlder() {
    const id = this.channel;
    const kept = this._kept.get(id);
    if (!kept?.more || kept.loading || kept.list.length === 0) return false;
    kept.loading = true;
    try {
      const { messages, more } = await this.connection.request("open", { channel: id, before: kept.list[0].id });
      if (this._kept.get(id) !== kept) return false;
      kept.list.unshift(...messages.filter((one) => older(one.id, kept.list[0].id)));
      kept.more = more;
      this._tell("messages", { channel: id });
      return messages.length > 0;
    } finally {
      kept.loading = false;
    }
  }

  /** Becomes another person. @param {string} id Rejects with the server's sentence. */
  async bePerson(id) {
    this._passed.clear();
    this._unread.clear();
    this._take(await this.connection.be(id));
  }

  /** @param {string} locale in which the person's client is from now on, and the bot speaks to them alone */
  async speak(locale) {
    this.locale = (await this.connection.request("speak", { locale })).locale;
    this._tell("state", null);
  }

  /** The locales in which the bot's commands have names. @returns {string[]} */
  get locales() {
    const known = this.commands.flatMap((one) => Object.keys(one.name_localizations ?? {}));
    return [...new Set(["en-GB", this.locale, ...known])];
  }

  /** @param {string | null} id Everything in this channel has been seen. */
  markRead(id) {
    if (this._unread.delete(id)) this._tell("unread", {});
  }

  /** How much waits unread in all: messages, and those that mention us. */
  get waiting() {
    const all = [...this._unread.values()];
    return { count: sum(all, "count"), mentions: sum(all, "mentions") };
  }

  _tell(kind, detail) {
    this.dispatchEvent(new CustomEvent(kind, { detail }));
  }

  _connected(state) {
    this.connected = true;
    this._take(state);
    this._tell("connection", { connected: true, moved: false });
  }

  _take(state) {
    const again = state.me === this.me; // it was only cut off
    this.me = state.me;
    this.locale = state.locale;
    this._meet(state.people);
    this.guild = state.guild;
    this.channels = byId(state.channels);
    this.bot = state.bot;
    this.commands = named(state.commands);
    this.online = state.online;
    this.limits = state.limits;
    this.prefix = state.prefix;
    this.samples = state.samples;
    this.faults = state.faults;
    this.supervised = state.supervised;
    const shown = again && this.channels.has(this.channel) ? this._kept.get(this.channel) : undefined;
    this._kept.clear();
    if (shown) this._kept.set(this.channel, { ...shown, loading: false });
    this._tell("state", null);
    const open = this.channels.has(this.channel) ? this.channel : this._firstChannel();
    // When this is cut off too, the next connection asks once more.
    if (open) (shown ? this._load(open) : this.openChannel(open)).catch(() => {});
  }

  _firstChannel() {
    const texts = [...this.channels.values()].filter((one) => one.kind === "text");
    return (texts.sort((a, b) => a.position - b.position)[0] ?? this.channels.values().next().value)?.id ?? null;
  }

  async _load(id) {
    const asked = this.me;
    const { messages, more } = await this.connection.request("open", { channel: id });
    if (asked !== this.me) return;
    this._kept.set(id, { list: messages, more, loading: false });
    this._tell("messages", { channel: id });
  }

  _happened(event) {
    if (event.type === "message") this._came(event.message);
    else if (event.type === "gone") this._gone(event);
    else if (event.type === "bot") this._tell("bot", { online: (this.online = event.online) });
    else if (event.type === "commands") this._tell("commands", (this.commands = named(event.commands)));
    else if (event.type === "channels") this._newChannels(event.channels);
    else if (event.type === "people") {
      this._meet(event.people);
      this._tell("people", event.people);
    } else if (event.type === "faults") this._tell("faults", (this.faults = event.faults));
    else this._tell(event.type, event);
  }

  _meet(people) {
    this.people = byId(people, (one) => one.user.id);
    const named = ({ user, roles }) => [user.id, user.display_name, roles.map((one) => one.name)];
    this.names = JSON.stringify(people.map(named));
  }

  _newChannels(channels) {
    this.channels = byId(channels);
    this._tell("channels", channels);
    if (!this.channels.has(this.channel)) this.openChannel(this._firstChannel());
  }

  _came(message) {
    const channel = this.channels.get(message.channel_id);
    const kept = this._kept.get(message.channel_id);
    let fresh = channel ? !channel.last_message || older(channel.last_message, message.id) : true;
    if (kept) {
      const at = place(kept.list, message.id);
      fresh = kept.list[at]?.id !== message.id;
      const beforeOurs = fresh && at === 0 && kept.more; // an old one that we have not loaded was edited
      if (fresh && !beforeOurs) kept.list.splice(at, 0, message);
      else if (!fresh) kept.list[at] = message;
      if (fresh && at < kept.list.length - 1) fresh = false;
      this._trim(message.channel_id, kept);
    }
    if (channel && fresh) channel.last_message = message.id;
    if (fresh) this._count(message);
    this._tell("message", { message, fresh });
  }

  _trim(id, kept) {
    if (kept.list.length <= MOST_KEPT || this.reading) return;
    kept.list.splice(0, kept.list.length - MOST_KEPT / 2);
    kept.more = true;
    this._tell("messages", { channel: id });
  }

  _count(message) {
    const seen = message.channel_id === this.channel && !document.hidden && !this.reading;
    if (seen || message.author.id === this.me || !this.channels.has(message.channel_id)) return;
    const now = this.unread(message.channel_id);
    this._unread.set(message.channel_id, {
      count: now.count + 1,
      mentions: now.mentions + (message.extra?.pings_me ? 1 : 0),
      first: now.first ?? message.id,
    });
    this._tell("unread", {});
  }

  _gone({ channel, message }) {
    const list = this._kept.get(channel)?.list;
    const at = list ? place(list, message) : -1;
    if (list?.[at]?.id === message) list.splice(at, 1);
    this._tell("gone", { channel, message });
  }
}

/** Where an id stands in a list that is sorted by ids, or where it would. */
function place(list, id) {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (older(list[middle].id, id)) low = middle + 1;
    else high = middle;
  }
  return low;
}

function byId(things, key = (one) => one.id) {
  return new Map(things.map((one) => [key(one), one]));
}

function sum(things, field) {
  return things.reduce((total, one) => total + one[field], 0);
}
