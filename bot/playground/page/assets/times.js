/**
 * Moments as people read them: "today at 14:05", "in 3 minutes", the day between two messages. Relative ones count by
 * themselves as long as they are on the page.
 */

import { h } from "./dom.js";

const LANGUAGE = "en-GB";
const FORMS = {
  t: { hour: "2-digit", minute: "2-digit" },
  T: { hour: "2-digit", minute: "2-digit", second: "2-digit" },
  d: { day: "2-digit", month: "2-digit", year: "numeric" },
  D: { day: "numeric", month: "long", year: "numeric" },
  f: { day: "numeric", month: "long", year: "numeric", hour: "2-digit", minute: "2-digit" },
  F: { weekday: "long", day: "numeric", month: "long", year: "numeric", hour: "2-digit", minute: "2-digit" },
};
const UNITS = [["year", 31557600], ["month", 2629800], ["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];
const relatively = new Intl.RelativeTimeFormat(LANGUAGE, { numeric: "auto" });
const formats = new Map();

/** The largest moment that a Date can hold, in seconds. */
const FURTHEST = 8.64e12;

function format(form) {
  if (!formats.has(form)) formats.set(form, new Intl.DateTimeFormat(LANGUAGE, FORMS[form]));
  return formats.get(form);
}

/** @param {Date} date @param {string} form one of Discord's letters: t T d D f F */
export function written(date, form) {
  return format(form).format(date);
}

/**
 * How far off a moment is: "in 3 minutes", "2 hours ago".
 *
 * @param {number} seconds from now; below zero is past
 */
export function relative(seconds) {
  const far = Math.abs(seconds);
  const [unit, size] = UNITS.find(([, one]) => far >= one * 0.995) ?? ["second", 1];
  return relatively.format(Math.round(seconds / size), unit);
}

/**
 * A message's time as its head shows it: "14:05" today, "yesterday at 14:05", "03/02/2026, 14:05".
 *
 * @param {Date} date
 * @param {Date} [now]
 */
export function stamp(date, now = new Date()) {
  const time = written(date, "t");
  const days = daysBetween(date, now);
  if (days === 0) return `today at ${time}`;
  if (days === 1) return `yesterday at ${time}`;
  return `${written(date, "d")}, ${time}`;
}

/** Whole days from one date to another, by the calendar. @param {Date} from @param {Date} to */
export function daysBetween(from, to) {
  const day = (date) => Date.UTC(date.getFullYear(), date.getMonth(), date.getDate());
  return Math.round((day(to) - day(from)) / 86400000);
}

/**
 * A `<time>` that shows a message's time, and the whole of it to whoever points at it.
 *
 * @param {string} moment as Discord writes it
 * @param {{short?: boolean, class?: string}} [options] short: hours and minutes alone
 */
export function messageTime(moment, { short = false, class: name = "time" } = {}) {
  const date = new Date(moment);
  const text = short ? written(date, "t") : stamp(date);
  return h("time", { class: name, datetime: date.toISOString(), title: written(date, "F") }, text);
}

/**
 * What `<t:unix:style>` becomes, or null where the moment is none.
 *
 * @param {number} unix seconds
 * @param {string} style t T d D f F, or R, which counts by itself
 * @returns {HTMLTimeElement | null}
 */
export function timeMark(unix, style) {
  if (Math.abs(unix) > FURTHEST) return null;
  const date = new Date(unix * 1000);
  const mark = h("time", { class: "moment", datetime: date.toISOString(), title: written(date, "F") });
  if (style === "R") {
    mark.dataset.counts = String(unix);
    mark.textContent = relative(unix - Date.now() / 1000);
    start();
  } else {
    mark.textContent = written(date, style);
  }
  return mark;
}

let ticking = null;

/** One clock for the whole page; it stops when nothing counts any more, and rests while nobody looks. */
function start() {
  ticking ??= setInterval(() => {
    const marks = document.querySelectorAll("time[data-counts]");
    if (marks.length === 0) {
      clearInterval(ticking);
      ticking = null;
    }
    if (document.hidden) return;
    for (const mark of marks) {
      const text = relative(Number(mark.dataset.counts) - Date.now() / 1000);
      if (mark.textContent !== text) mark.textContent = text;
    }
  }, 1000);
}
