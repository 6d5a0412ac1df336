/**
 * Reads a text's blocks: quotes, headings, lists, code, and paragraphs between them. Text in, a tree out.
 *
 * A block is {kind: "paragraph" | "heading" | "subtext", children (inline nodes), level?}, {kind: "quote", blocks},
 * {kind: "codeblock", language, text}, or {kind: "list", ordered, start, items: [{children, lists}]}.
 */

import { inline } from "./inline.js";

const HEADING = /^(#{1,3})[ \t]+(\S.*)$/;
const SUBTEXT = /^-#[ \t]+(\S.*)$/;
const ITEM = /^([ \t]{0,40})(?:([-*])|(\d{1,9})\.)[ \t]+(\S.*)$/;
const DEEPEST_LIST = 10;

/**
 * @param {string} text
 * @returns {object[]}
 */
export function blocks(text) {
  return read(text.replace(/\r\n?/g, "\n"), false);
}

function read(text, quoted) {
  const found = [];
  let plain = [];
  const flush = () => {
    if (plain.length > 0) found.push({ kind: "paragraph", children: inline(plain.join("\n")) });
    plain = [];
  };
  let at = 0;
  const fences = new Fences(text);
  while (at < text.length) {
    const newline = text.indexOf("\n", at);
    const end = newline < 0 ? text.length : newline;
    const line = text.slice(at, end);
    const quote = quoted ? null : quoteAt(text, at, line);
    if (quote) {
      flush();
      found.push({ kind: "quote", blocks: read(quote.inner, true) });
      at = quote.end;
      continue;
    }
    const fence = fences.codeIn(at, end);
    if (fence) {
      const before = text.slice(at, fence.from);
      const own = before.trim() ? lineBlock(before) : null;
      if (own) flush();
      if (own) found.push(own);
      else if (before) plain.push(before);
      flush();
      found.push(fence.block);
      at = text[fence.end] === "\n" ? fence.end + 1 : fence.end;
      continue;
    }
    const own = lineBlock(line);
    if (own) {
      flush();
      found.push(own);
      at = end + 1;
    } else if (ITEM.test(line)) {
      flush();
      const { block, next } = listAt(text, at);
      found.push(block);
      at = next;
    } else {
      plain.push(line);
      at = end + 1;
      // A line's own end is only kept between lines of one paragraph.
      if (newline === text.length - 1 && newline >= 0) plain.push("");
    }
  }
  flush();
  return found;
}

/** Headings and small text take one line. */
function lineBlock(line) {
  const heading = HEADING.exec(line);
  if (heading) {
    return { kind: "heading", level: heading[1].length, children: inline(heading[2]) };
  }
  const small = SUBTEXT.exec(line);
  return small ? { kind: "subtext", children: inline(small[1]) } : null;
}

/** "> " takes this line and those like it, ">>> " all that follows. */
function quoteAt(text, at, line) {
  if (line.startsWith(">>> ")) return { inner: text.slice(at + 4), end: text.length };
  if (!line.startsWith("> ")) return null;
  const lines = [];
  while (text.startsWith("> ", at)) {
    const newline = text.indexOf("\n", at);
    const end = newline < 0 ? text.length : newline;
    lines.push(text.slice(at + 2, end));
    at = end + 1;
  }
  return { inner: lines.join("\n"), end: at };
}

/** Finds code blocks; it looks through the text once, however many lines ask. */
class Fences {
  constructor(text) {
    this.text = text;
    this.next = this._after(0);
  }

  /** The first ``` from here on that is not escaped. */
  _after(at) {
    let from = this.text.indexOf("```", at);
    while (from > 0 && this.text[from - 1] === "\\") from = this.text.indexOf("```", from + 3);
    return from < 0 ? Infinity : from;
  }

  /** The code block that begins between `at` and `end`, or null. */
  codeIn(at, end) {
    if (this.next < at) this.next = this._after(at);
    const from = this.next;
    if (from >= end) return null;
    const close = this.text.indexOf("```", from + 3);
    if (close < 0) {
      this.next = Infinity;
      return null;
    }
    const inside = this.text.slice(from + 3, close);
    const named = /^([\w+\-.#]{1,30})\n/.exec(inside);
    const code = (named ? inside.slice(named[0].length) : inside).replace(/^\n/, "").replace(/\n$/, "");
    if (!code.trim()) return null;
    return { from, end: close + 3, block: { kind: "codeblock", language: named?.[1] ?? null, text: code } };
  }
}

/** A list, with what is indented under its items. */
function listAt(text, at) {
  const root = { lists: [] };
  const open = [{ item: root, indent: -1 }]; // items that may have a list under them, from the outside in
  while (at < text.length) {
    const newline = text.indexOf("\n", at);
    const end = newline < 0 ? text.length : newline;
    const line = text.slice(at, end);
    const found = ITEM.exec(line);
    if (!found) {
      const last = open[open.length - 1];
      if (!last.lines || !/^[ \t]{2,}\S/.test(line)) break;
      last.lines.push(line.trimStart());
    } else {
      const indent = found[1].replace(/\t/g, "  ").length;
      while (open.length > 1 && (open[open.length - 1].indent >= indent || open.length > DEEPEST_LIST)) open.pop();
      const parent = open[open.length - 1].item;
      const ordered = found[3] !== undefined;
      let list = parent.lists[parent.lists.length - 1];
      if (!list || list.ordered !== ordered) {
        list = { kind: "list", ordered, start: ordered ? Number(found[3]) : 1, items: [] };
        if (parent === root && root.lists.length) break; // another kind of list: a block of its own
        parent.lists.push(list);
      }
      const item = { lines: [found[4]], lists: [] };
      list.items.push(item);
      open.push({ item, indent, lines: item.lines });
    }
    at = end + 1;
  }
  finish(root.lists[0]);
  return { block: root.lists[0], next: at };
}

function finish(list) {
  for (const item of list.items) {
    item.children = inline(item.lines.join("\n"));
    delete item.lines;
    item.lists.forEach(finish);
  }
}
