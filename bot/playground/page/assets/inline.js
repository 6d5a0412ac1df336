/**
 * Reads what stands within a line: bold, links, mentions, spoilers. Text in, a tree out; no elements here, and no
 * expression that looks at a letter more than a few times: whatever is posted, reading it takes time in proportion.
 *
 * A node is a string, or {kind, children?, …}: kinds "strong", "em", "underline", "strike", "spoiler", "code" (text),
 * "link" (href, children), "user", "role", "channel" (id), "command" (id, name), "everyone" (text), "emoji" (name),
 * "time" (unix, style).
 */

/** What stands between two of each delimiter. */
const KINDS = { "**": "strong", "*": "em", "__": "underline", "_": "em", "~~": "strike", "||": "spoiler" };
const MARKS = { "*": ["**", "*"], "_": ["__", "_"], "~": ["~~"], "|": ["||"] };
const SPECIAL = /[\\`*_~|<[@h¯]/;
const WORD = /[\p{L}\p{N}_]/u;
const SPACE = /\s/;
const LONGEST_LINK = 2000;

const ANGLED = [
  [/<@!?(\d{1,20})>/y, (found) => ({ kind: "user", id: found[1] })],
  [/<@&(\d{1,20})>/y, (found) => ({ kind: "role", id: found[1] })],
  [/<#(\d{1,20})>/y, (found) => ({ kind: "channel", id: found[1] })],
  [/<\/([-_\p{L}\p{N}]{1,32}(?: [-_\p{L}\p{N}]{1,32}){0,2}):(\d{1,20})>/uy,
    (found) => ({ kind: "command", name: found[1], id: found[2] })],
  [/<a?:(\w{2,32}):(\d{1,20})>/y, (found) => ({ kind: "emoji", name: found[1] })],
  [/<t:(-?\d{1,13})(?::([tTdDfFR]))?>/y,
    (found) => ({ kind: "time", unix: Number(found[1]), style: found[2] ?? "f", text: found[0] })],
  [/<(https?:\/\/[^\s<>]{1,2000})>/y, (found) => link(found[1], [found[1]])],
];

/**
 * @param {string} text
 * @param {{links?: boolean}} [options] links: false inside a link's own text
 * @returns {(string | object)[]}
 */
export function inline(text, { links = true } = {}) {
  return new Reader(text, links).read();
}

class Reader {
  constructor(text, links) {
    this.text = text;
    this.links = links;
    this.at = 0;
    // Spans that are open, from the outside in: {mark, children, start}. Each is open once at most, which
    // bounds how deep the tree can be.
    this.open = [{ mark: "", children: [], start: -1 }];
    this.codeRuns = null;
    this.brackets = null;
  }

  read() {
    while (this.at < this.text.length) {
      if (!this._special()) this._plain();
    }
    this._drop(1);
    return this.open[0].children;
  }

  get _top() {
    return this.open[this.open.length - 1];
  }

  _say(text) {
    const { children } = this._top;
    if (typeof children[children.length - 1] === "string") children[children.length - 1] += text;
    else if (text) children.push(text);
  }

  _put(node, length) {
    this._top.children.push(node);
    this.at += length;
    return true;
  }

  /** Everything up to the next letter that may mean something. */
  _plain() {
    let end = this.at + 1;
    while (end < this.text.length && !SPECIAL.test(this.text[end])) end += 1;
    this._say(this.text.slice(this.at, end));
    this.at = end;
  }

  /** Whether something with a meaning stood here; if so, it is read. */
  _special() {
    const letter = this.text[this.at];
    if (letter === "\\") return this._escape();
    if (letter === "`") return this._code();
    if (letter === "<") return this._angled();
    if (letter === "[") return this.links && this._masked();
    if (letter === "h") return this.links && this._bare();
    if (letter === "@") return this._everyone();
    if (letter === "¯" && this.text.startsWith("¯\\_(ツ)_/¯", this.at)) {
      return this._literally(9);
    }
    return "*_~|".includes(letter) && this._span();
  }

  _escape() {
    const next = this.text[this.at + 1];
    if (next === undefined || /[0-9A-Za-z\s]/.test(next)) return false;
    this._say(next);
    this.at += 2;
    return true;
  }

  /** `code`: as many backticks at the end as at the beginning. */
  _code() {
    const length = runLength(this.text, this.at, "`");
    this.codeRuns ??= runsOf(this.text, "`");
    const places = this.codeRuns.get(length);
    while (places.length && places[places.length - 1] <= this.at) places.pop();
    const end = places[places.length - 1];
    if (end === undefined) {
      return this._literally(length);
    }
    const inside = this.text.slice(this.at + length, end);
    // A blank at each end lets a backtick stand there.
    const text = /^ .*` $|^ `.* $/s.test(inside) ? inside.slice(1, -1) : inside;
    return this._put({ kind: "code", text }, end + length - this.at);
  }

  _angled() {
    for (const [form, make] of ANGLED) {
      form.lastIndex = this.at;
      const found = form.exec(this.text);
      if (!found) continue;
      const node = make(found);
      if (node?.kind === "link" && !this.links) return false;
      return node ? this._put(node, found[0].length) : false;
    }
    return false;
  }

  /** [text](https://…) and [text](<https://…> "title") */
  _masked() {
    this.brackets ??= pairs(this.text);
    const close = this.brackets.get(this.at);
    if (close === undefined || this.text[close + 1] !== "(") return false;
    const target = /\(\s{0,20}<?(https:\/\/[^\s<>]{1,2000})/y;
    target.lastIndex = close + 1;
    const found = target.exec(this.text);
    if (!found) return false;
    const label = this.text.slice(this.at + 1, close);
    // A text that looks like an address could pretend to lead somewhere else.
    if (!label.trim() || /https?:\/\//i.test(label)) return false;
    const from = close + 1 + found[0].length - found[1].length;
    const address = balanced(found[1]);
    const end = from + address.length;
    const rest = /^>?(?:\s{1,20}"[^"\n]{0,200}")?\s{0,20}\)/.exec(this.text.slice(end, end + 300));
    if (!rest) return false;
    const node = link(address, inline(label, { links: false }));
    return node ? this._put(node, end + rest[0].length - this.at) : false;
  }

  _bare() {
    const found = /https?:\/\/[^\s<]/iy;
    found.lastIndex = this.at;
    if (!found.test(this.text)) return false;
    let end = this.at;
    while (end < this.text.length && end - this.at < LONGEST_LINK && !/[\s<]/.test(this.text[end])) end += 1;
    let address = this.text.slice(this.at, end);
    // Spans that are open end before their mark: **https://example.com** is a link in bold.
    for (const { mark } of this.open) {
      const cut = mark && mark !== "_" ? address.indexOf(mark) : -1;
      if (cut > 0) address = address.slice(0, cut);
    }
    address = balanced(address).replace(/[.,:;"'!?\]]{1,50}$/, "");
    const node = link(address, [address]);
    return node ? this._put(node, address.length) : false;
  }

  _everyone() {
    const found = ["@everyone", "@here"].find((one) => this.text.startsWith(one, this.at));
    return Boolean(found) && this._put({ kind: "everyone", text: found }, found.length);
  }

  /** A delimiter ends a span, or begins one, or is only what it looks like. */
  _span() {
    const letter = this.text[this.at];
    const run = runLength(this.text, this.at, letter);
    if ("~|".includes(letter) && run < 2) return false;
    if (letter === "*" && run > 3) return this._literally(run);
    const marks = MARKS[letter].filter((one) => one.length <= run);
    // A run of three ends the inner span first, whichever that is; one of two ends what two began.
    const ending = run < 3 ? marks : this.open.map((one) => one.mark).filter((one) => marks.includes(one)).reverse();
    if (ending.some((mark) => this._closes(mark, run))) return true;
    if (run === 3 && letter === "*" && this._triple()) return true;
    return marks.some((mark) => this._opens(mark)) || this._literally(run);
  }

  _literally(length) {
    this._say(this.text.slice(this.at, this.at + length));
    this.at += length;
    return true;
  }

  _find(mark) {
    return this.open.findIndex((one) => one.mark === mark);
  }

  _closes(mark, run) {
    const index = this._find(mark);
    if (index < 1) return false;
    const frame = this.open[index];
    if (this.at <= frame.start) return false; // nothing between the two
    const [before, after] = [this.text[this.at - 1], this.text[this.at + run]];
    if ((mark === "*" || mark === "~~") && SPACE.test(before)) return false;
    if (mark === "_" && after !== undefined && WORD.test(after)) return false;
    const inner = this.open[index + 1];
    if (frame.twin && inner?.mark === "*" && this.open.length === index + 2 && run < 3) {
      // ***both** italic*: the outer one turns out to be the italics.
      [frame.mark, frame.twin, inner.mark] = ["*", false, "**"];
      return this._closes(mark, run);
    }
    this._drop(index + 1);
    this.open.pop();
    this._top.children.push({ kind: KINDS[mark], children: frame.children });
    this.at += mark.length;
    return true;
  }

  _opens(mark) {
    if (this._find(mark) > 0 || !this._mayOpen(mark, this.at + mark.length)) return false;
    this.at += mark.length;
    this.open.push({ mark, children: [], start: this.at });
    return true;
  }

  /** Three asterisks open bold and italic at once; which of them is the outer one shows when the first one ends. */
  _triple() {
    if (this._find("*") > 0 || this._find("**") > 0 || !this._mayOpen("*", this.at + 3)) return false;
    this.open.push({ mark: "**", children: [], start: this.at + 2, twin: true });
    this.at += 3;
    this.open.push({ mark: "*", children: [], start: this.at });
    return true;
  }

  _mayOpen(mark, next) {
    const after = this.text[next];
    if (after === undefined) return false;
    if (mark === "*" || mark === "~~") return !SPACE.test(after);
    if (mark !== "_") return true;
    const inWord = this.at > 0 && this._top.start !== this.at && WORD.test(this.text[this.at - 1]);
    return !SPACE.test(after) && !inWord;
  }

  /** Spans from here inwards were never ended: their marks are text. */
  _drop(from) {
    for (const frame of this.open.splice(from)) {
      this._say(frame.mark);
      for (const child of frame.children) {
        if (typeof child === "string") this._say(child);
        else this._top.children.push(child);
      }
    }
  }
}

/** A link to a real address, or null. */
function link(address, children) {
  try {
    const { protocol, href } = new URL(address);
    return ["https:", "http:"].includes(protocol) ? { kind: "link", href, children } : null;
  } catch {
    return null;
  }
}

/** An address up to the first closing bracket that it did not open. */
function balanced(address) {
  let depth = 0;
  for (let index = 0; index < address.length; index += 1) {
    if (address[index] === "(") depth += 1;
    if (address[index] === ")" && --depth < 0) return address.slice(0, index);
  }
  return address;
}

function runLength(text, from, letter) {
  let end = from;
  while (text[end] === letter) end += 1;
  return end - from;
}

/** Where runs of a letter begin, by their length, the last one first. */
function runsOf(text, letter) {
  const runs = new Map();
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] !== letter) continue;
    const length = runLength(text, at, letter);
    if (!runs.has(length)) runs.set(length, []);
    runs.get(length).push(at);
    at += length;
  }
  for (const places of runs.values()) places.reverse();
  return runs;
}

/** Where each square bracket is closed. */
function pairs(text) {
  const found = new Map();
  const open = [];
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === "\\") at += 1;
    else if (text[at] === "[") open.push(at);
    else if (text[at] === "]" && open.length) found.set(open.pop(), at);
  }
  return found;
}
